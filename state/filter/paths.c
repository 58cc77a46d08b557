/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree by components. Children of a node with plain names are in a table by hash, those with
 * patterns in a list, of which each that fits has to be tried.
 */
#include "paths.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define PATH_BUCKETS_FIRST 4

struct path_node {
	struct bytes name;
	uint32_t hash;
	bool is_end;            /* a prefix of the set ends here: what follows does not matter */
	struct path_node *next; /* in the bucket, or in the list of patterns */
	struct path_node *patterns;  /* children */
	struct path_node **buckets;  /* children with plain names; NULL: none */
	uint32_t buckets_len, plain; /* a power of two; how many are in them */
};

static uint32_t hash_bytes(struct bytes bytes)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < bytes.len; i++)
		hash = (hash ^ (unsigned char)bytes.data[i]) * 16777619u;
	return hash;
}

/* The next component from *at on; len 0 at the end. */
static struct bytes next_component(struct bytes path, size_t *at)
{
	size_t start = *at, end;

	while (start < path.len && path.data[start] == '/')
		start++;
	for (end = start; end < path.len && path.data[end] != '/'; end++)
		;
	*at = end;
	return (struct bytes){ path.data + start, end - start };
}

static bool is_pattern(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] == '?' || name.data[i] == '*' || name.data[i] == '[')
			return true;
	}
	return false;
}

static struct path_node *new_node(struct arena *arena, struct bytes name)
{
	struct path_node *node = arena_alloc(arena, sizeof(*node));

	if (node)
		*node = (struct path_node){ .name = name, .hash = hash_bytes(name) };
	return node;
}

static struct path_node *find_plain(const struct path_node *node, struct bytes name, uint32_t hash)
{
	struct path_node *child;

	if (!node->buckets)
		return NULL;
	for (child = node->buckets[hash & (node->buckets_len - 1)]; child; child = child->next) {
		if (child->hash == hash && pattern_equal(child->name, name))
			return child;
	}
	return NULL;
}

/* Twice the buckets. */
static int grow(struct path_node *node, struct arena *arena)
{
	uint32_t len = node->buckets_len ? node->buckets_len * 2 : PATH_BUCKETS_FIRST;
	struct path_node **buckets = arena_alloc(arena, len * sizeof(struct path_node *));

	if (!buckets)
		return -ENOMEM;
	memset(buckets, 0, len * sizeof(struct path_node *));
	for (uint32_t i = 0; i < node->buckets_len; i++) {
		struct path_node *child = node->buckets[i], *next;

		for (; child; child = next) {
			next = child->next;
			child->next = buckets[child->hash & (len - 1)];
			buckets[child->hash & (len - 1)] = child;
		}
	}
	node->buckets = buckets;
	node->buckets_len = len;
	return 0;
}

/* The child of that name, made when it is missing; NULL when there is no memory. */
static struct path_node *child_of(struct path_node *node, struct arena *arena, struct bytes name)
{
	struct path_node *child, **list;

	if (is_pattern(name)) {
		for (child = node->patterns; child; child = child->next) {
			if (pattern_equal(child->name, name))
				return child;
		}
		list = &node->patterns;
	} else {
		child = find_plain(node, name, hash_bytes(name));
		if (child)
			return child;
		if (node->plain >= node->buckets_len && grow(node, arena) < 0)
			return NULL;
		node->plain++;
		list = &node->buckets[hash_bytes(name) & (node->buckets_len - 1)];
	}
	child = new_node(arena, name);
	if (!child)
		return NULL;
	child->next = *list;
	*list = child;
	return child;
}

int paths_add(struct paths *paths, struct arena *arena, struct bytes prefix)
{
	struct path_node *node;
	struct bytes name;
	size_t at = 0;

	if (!paths->root)
		paths->root = new_node(arena, (struct bytes){ "", 0 });
	node = paths->root;
	while (node && !node->is_end && (name = next_component(prefix, &at)).len > 0)
		node = child_of(node, arena, name);
	if (!node)
		return -ENOMEM;
	node->is_end = true;
	return 0;
}

/* Depth is that of the set's longest prefix. */
static bool match_from(const struct path_node *node, struct bytes path, size_t at)
{
	const struct path_node *child;
	struct bytes name;

	if (node->is_end)
		return true;
	name = next_component(path, &at);
	if (name.len == 0)
		return false;
	child = find_plain(node, name, hash_bytes(name));
	if (child && match_from(child, path, at))
		return true;
	for (child = node->patterns; child; child = child->next) {
		if (pattern_glob(child->name, name, PATTERN_EXACT_CASE) &&
		    match_from(child, path, at))
			return true;
	}
	return false;
}

bool paths_match(const struct paths *paths, struct bytes path)
{
	return paths->root && match_from(paths->root, path, 0);
}
