/* SPDX-License-Identifier: Apache-2.0 */
/* The containers that are known, see container_table.h. */
#include "container_table.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "tables.h"

#define CONTAINER_INFOS_PER_REFRESH 64
/* Of these for known ones: names of new ones come first. */
#define CONTAINER_RENEWALS_PER_REFRESH 8
/* Refreshes between two questions for one that no file told of: 1, 2, 4, ... */
#define CONTAINER_MISSES_MAX 6
/* Refreshes that a container without processes keeps what was said of it. */
#define CONTAINER_EMPTY_REFRESHES 60
/* Refreshes until a partial answer is asked for again: 8, 16, ... */
#define CONTAINER_PARTIAL_REFRESHES 8
#define CONTAINER_PARTIAL_MAX 6
/* Questions for users at any time; then one in a refresh. */
#define CONTAINER_USERS_TRIES 256

static struct container *container_by_text(const struct state *state, const struct text *id)
{
	return hash_get(&state->containers.known, (uint64_t)(uintptr_t)id, 0);
}

const struct container *container_find(const struct state *state, const struct text *id)
{
	return id && id->len ? container_by_text(state, id) : NULL;
}

/* Another verdict is possible from now on. */
static void container_told(struct state *state)
{
	state->containers.told++;
}

/*
 * pid is in it, since start_ns; UINT64_MAX: not known. The first one leads to files that nothing
 * else leads to, and the oldest of a refresh is the last to go.
 */
static void container_meet(struct state *state, struct container *container, uint32_t pid,
			   uint64_t start_ns)
{
	if (container->seen_seq != state->refresh_seq)
		container->pid_start_ns = UINT64_MAX;
	container->seen_seq = state->refresh_seq;
	if (!pid)
		return;
	if (!container->pid && container->answered && !container->info) {
		container->answered = false;
		container->wait = 0;
		container_told(state);
	}
	if (start_ns > container->pid_start_ns)
		return;
	container->pid = pid;
	container->pid_start_ns = start_ns;
}

void container_note(struct state *state, const struct container_match *match, struct text *id,
		    uint32_t pid)
{
	struct container *container;

	if (match->engine == CONTAINER_HOST || !id->len)
		return;
	container = container_by_text(state, id);
	if (container) {
		container_meet(state, container, pid, UINT64_MAX);
		return;
	}
	container = memory_alloc(state->memory, sizeof(*container));
	if (!container)
		return;
	if (hash_put(&state->containers.known, (uint64_t)(uintptr_t)id, 0, container) < 0) {
		memory_free(state->memory, container, sizeof(*container));
		return;
	}
	container->serial = ++state->containers.serials;
	container->id = text_ref(id);
	container->match = *match;
	container->pid = pid;
	container->pid_start_ns = UINT64_MAX;
	container->seen_seq = state->refresh_seq;
}

void container_seen(struct state *state, const struct process *process)
{
	struct container *container = container_by_text(state, process->container);

	if (container)
		container_meet(state, container, process->pid, process->start_boot_ns);
}

static void container_drop_info(struct state *state, struct container *container)
{
	if (container->info)
		memory_free(state->memory, container->info, container->info_bytes);
	container->info = NULL;
	text_unref(&state->texts, container->name);
	text_unref(&state->texts, container->image);
	container->name = container->image = NULL;
}

static void container_drop_users(struct state *state, struct container *container)
{
	if (container->users)
		memory_free(state->memory, container->users, container->users_bytes);
	container->users = NULL;
	users_forget(state, container->serial);
	container->serial = ++state->containers.serials;
}

static void container_free(struct state *state, struct container *container)
{
	container_drop_users(state, container);
	container_drop_info(state, container);
	text_unref(&state->texts, container->id);
	memory_free(state->memory, container, sizeof(*container));
}

/* Keeps a copy in one block of the state's memory; without room there is none. */
static void container_keep(struct state *state, struct container *container,
			   const struct container_info *info)
{
	size_t bytes = container_info_bytes(info);
	void *block = memory_alloc_raw(state->memory, bytes);

	if (!block)
		return;
	container->info = container_info_pack(info, block);
	container->info_bytes = bytes;
	if (info->name)
		container->name = text_intern(&state->texts, info->name, strlen(info->name));
	if (info->image)
		container->image = text_intern(&state->texts, info->image, strlen(info->image));
	container->renew_seq = 0;
	if (info->partial && container->renewals < CONTAINER_PARTIAL_MAX)
		container->renew_seq =
			state->refresh_seq + (CONTAINER_PARTIAL_REFRESHES << container->renewals++);
}

/* Asks again for one that is known: what is known stays until there is an answer. */
static void container_renew(struct state *state, struct container *container)
{
	struct container_info info = { .name = NULL };
	int rc = state->source.container_info(state->source.ctx, &container->match, container->pid,
					      &info);

	if (rc == -EAGAIN || rc == -ENOSPC)
		return;
	container->renew_seq = 0;
	if (rc < 0)
		return;
	container_drop_info(state, container);
	container_keep(state, container, &info);
	container_info_release(&info);
	container_told(state);
}

void state_container_told(struct state *state, const char *id, size_t len)
{
	struct text *text = text_intern(&state->texts, id, len);
	struct container *container = text && text->len ? container_by_text(state, text) : NULL;

	if (container && container->info)
		container_renew(state, container);
	text_unref(&state->texts, text);
}

/* Was what is known read from other files than were there for a list? Once for each of these. */
static bool container_is_stale(struct container *container, uint64_t stamp)
{
	uint64_t before = container->stamp, known;

	if (!container->info || !stamp)
		return false;
	known = container->info->stamp ? container->info->stamp : before;
	container->stamp = stamp;
	return known && known != stamp && before != stamp;
}

/* One of a list of runtimes. */
static void container_take_listed(void *ctx, const struct container_listed *listed)
{
	struct state *state = ctx;
	struct text *id = text_intern(&state->texts, listed->match.id, strlen(listed->match.id));
	struct container *container;

	if (!id)
		return;
	container = id->len ? container_by_text(state, id) : NULL;
	if (!container && state->containers.idle) {
		container_note(state, &listed->match, id, 0);
		container = id->len ? container_by_text(state, id) : NULL;
	}
	if (container) {
		if (state->containers.idle)
			container->list = state->containers.lists;
		if (container_is_stale(container, listed->stamp))
			container->renew_seq = state->refresh_seq;
	}
	text_unref(&state->texts, id);
}

static void container_take_list(struct state *state)
{
	const struct state_source *source = &state->source;

	/* What is known may have got another name; more is of use only for who shows it. */
	if (!source->container_list || !(state->containers.idle || state->containers.known.len))
		return;
	state->containers.lists++;
	/* Those of the last list stay in it. */
	if (source->container_list(source->ctx, container_take_listed, state) < 0)
		state->containers.lists--;
}

static bool container_is_listed(const struct state *state, const struct container *container)
{
	return container->list && container->list == state->containers.lists;
}

static void container_ask_info(struct state *state, struct container *container)
{
	struct container_info info = { .name = NULL };
	int rc = state->source.container_info(state->source.ctx, &container->match, container->pid,
					      &info);

	if ((rc == -EAGAIN || rc == -ENOSPC) && !container->answered)
		return;
	if (rc == 0 || !container->answered)
		container_told(state);
	container->answered = true;
	if (rc < 0) {
		if (container->misses < CONTAINER_MISSES_MAX)
			container->misses++;
		container->wait = 1ull << container->misses;
		return;
	}
	container_keep(state, container, &info);
	container_info_release(&info);
}

bool container_is_sought(const struct state *state, const struct container *container)
{
	return state->source.container_info && !container->info && !container->answered;
}

void container_seek(struct state *state, const struct text *id, uint32_t pid)
{
	struct container *container = container_by_text(state, id);

	if (!container)
		return;
	container_meet(state, container, pid, UINT64_MAX);
	if (container_is_sought(state, container))
		container_ask_info(state, container);
}

void container_give_up(struct state *state, const struct text *id)
{
	struct container *container = id ? container_by_text(state, id) : NULL;

	if (!container || container->answered)
		return;
	container->answered = true;
	container_told(state);
}

void container_table_refresh(struct state *state)
{
	struct hash *known = &state->containers.known;
	struct container *container;
	unsigned asked = 0, renewed = 0;
	size_t at = 0;

	container_take_list(state);
	while ((container = hash_next(known, &at))) {
		bool listed = container_is_listed(state, container);

		/* Nothing refers to its id any more. The next entry may have moved to its place. */
		if (container->id->refs == 1 && !listed) {
			hash_remove(known, (uint64_t)(uintptr_t)container->id, 0);
			container_free(state, container);
			at--;
			continue;
		}
		if (!listed &&
		    container->seen_seq + CONTAINER_EMPTY_REFRESHES < state->refresh_seq) {
			container_drop_info(state, container);
			container->stamp = 0;
			container->misses = 0;
			container->answered = false;
		} else if (container->wait) {
			container->wait--;
		} else if (!state->source.container_info || asked >= CONTAINER_INFOS_PER_REFRESH) {
			continue;
		} else if (!container->info) {
			asked++;
			container_ask_info(state, container);
		} else if (container->renew_seq && container->renew_seq <= state->refresh_seq &&
			   renewed < CONTAINER_RENEWALS_PER_REFRESH) {
			asked++;
			renewed++;
			container_renew(state, container);
		}
	}
}

static void container_ask_users(struct state *state, struct container *container)
{
	struct container_info info = { .name = NULL };
	int rc = state->source.container_users(state->source.ctx, &container->match, container->pid,
					       &info);
	size_t bytes = container_info_bytes(&info);
	void *block;

	container->no_users = rc == -ENODATA;
	if (rc < 0)
		return;
	block = memory_alloc_raw(state->memory, bytes);
	if (block) {
		container_drop_users(state, container);
		container->users = container_info_pack(&info, block);
		container->users_bytes = bytes;
	}
	container_info_release(&info);
}

const struct container_info *container_users(struct state *state, const struct container *container,
					     bool *ret_host)
{
	struct container *own = container_by_text(state, container->id);

	*ret_host = true;
	if (!own || !state->source.container_users)
		return NULL;
	/* A new container's first process gets its root a moment after it was first seen. */
	if (!own->users && own->pid &&
	    (own->users_tries < CONTAINER_USERS_TRIES || own->users_seq != state->refresh_seq)) {
		own->users_tries++;
		own->users_seq = state->refresh_seq;
		container_ask_users(state, own);
	}
	*ret_host = !own->users && own->no_users;
	return own->users;
}

static int container_row_order(const void *a, const void *b)
{
	const struct container *left = *(struct container *const *)a;
	const struct container *right = *(struct container *const *)b;

	return strcmp(left->match.id, right->match.id);
}

static int container_fill_row(struct container *container, bool idle, struct arena *arena,
			      struct container_row *row)
{
	const struct container_info *info = container->info;
	const struct {
		const char **to;
		const char *from;
	} texts[] = {
		{ &row->id, container->match.id },
		{ &row->name, info && info->name ? info->name : container->match.id },
		{ &row->image, info ? info->image : NULL },
		{ &row->image_id, info ? info->image_id : NULL },
		{ &row->pod, info ? info->pod_name : NULL },
		{ &row->pod_namespace, info ? info->pod_namespace : NULL },
	};

	*row = (struct container_row){
		.engine = container_engine_name(container->match.engine),
		.privileged = info && info->privileged,
		.privileged_known = info && info->privileged_known,
		.created_ns = info ? info->created_ns : 0,
		.idle = idle,
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *from = texts[i].from ? texts[i].from : "";

		*texts[i].to = arena_text(arena, from, strlen(from));
		if (!*texts[i].to)
			return -ENOMEM;
	}
	container->row = row;
	return 0;
}

int container_table_rows(struct state *state, struct arena *arena,
			 const struct container_row **ret_rows, size_t *ret_len)
{
	struct hash *known = &state->containers.known;
	struct container **sorted = arena_alloc(arena, known->len * sizeof(struct container *));
	struct container_row *rows = arena_alloc(arena, known->len * sizeof(*rows));
	struct container *container;
	size_t at = 0, len = 0;

	if (!sorted || !rows)
		return -ENOMEM;
	while ((container = hash_next(known, &at)))
		sorted[len++] = container;
	qsort(sorted, len, sizeof(struct container *), container_row_order);
	for (size_t i = 0; i < len; i++)
		if (container_fill_row(sorted[i], container_is_listed(state, sorted[i]), arena,
				       &rows[i]) < 0)
			return -ENOMEM;
	*ret_rows = rows;
	*ret_len = len;
	return 0;
}

void container_table_release(struct state *state)
{
	struct container *container;
	size_t at = 0;

	while ((container = hash_next(&state->containers.known, &at)))
		container_free(state, container);
	hash_release(&state->containers.known);
}

size_t state_roots(const struct state *state, struct state_root *roots, size_t max)
{
	const struct hash *known = &state->containers.known;
	const struct container *container;
	size_t at = 0, len = 0;

	while (len < max && (container = hash_next(known, &at)))
		if (container->seen_seq + 1 >= state->refresh_seq)
			roots[len++] = (struct state_root){ .id = container->id->data,
							    .pid = container->pid };
	return len;
}
