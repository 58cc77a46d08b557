/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All views: the embedded ones, then those of the user's folder, which replace embedded ones of the
 * same name. Order: views with a digit as key by that digit, then the others by name.
 */
#include "view_yaml.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "embed.h"
#include "state/base/nearest.h"

#define VIEW_SET_MAX 64
#define VIEW_SUFFIX ".yaml"

/* A view and its file, as messages name it. */
struct view_entry {
	struct view_parsed parsed;
	char file[VIEW_FILE_NAME];
};

struct view_set {
	struct view_entry *entries[VIEW_SET_MAX];
	size_t len;
};

static void free_entry(struct view_entry **entry)
{
	free(*entry);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void free_text(char **text)
{
	free(*text);
}

static int set_fail(struct view_error *err, const char *file, const char *format,
		    const char *detail)
{
	*err = (struct view_error){ 0 };
	view_file_name(file, err->file);
	snprintf(err->text, sizeof(err->text), format, detail);
	return -EINVAL;
}

/* Parses a file's text and puts the view into the set, over one of the same name. */
static int set_add(struct view_set *set, const char *file, const char *text, size_t len,
		   struct view_error *err)
{
	__attribute__((cleanup(free_entry))) struct view_entry *entry = calloc(1, sizeof(*entry));
	const char *stem = strrchr(file, '/') ? strrchr(file, '/') + 1 : file;
	size_t at, stem_len = strlen(stem) - strlen(VIEW_SUFFIX);
	int r;

	if (!entry)
		return -ENOMEM;
	view_file_name(file, entry->file);
	r = view_parse_places(file, text, len, &entry->parsed, err);
	if (r < 0)
		return r;
	if (strlen(entry->parsed.view.name) != stem_len ||
	    memcmp(entry->parsed.view.name, stem, stem_len) != 0)
		return view_fail(err, entry->parsed.places.name, NULL,
				 "name: \"%s\" must be the file's name without " VIEW_SUFFIX,
				 entry->parsed.view.name);
	for (at = 0; at < set->len; at++)
		if (strcmp(set->entries[at]->parsed.view.name, entry->parsed.view.name) == 0)
			break;
	if (at == VIEW_SET_MAX)
		return view_fail(err, entry->parsed.places.name, NULL, "more than %d views",
				 VIEW_SET_MAX);
	if (at < set->len)
		free(set->entries[at]);
	else
		set->len++;
	set->entries[at] = entry;
	entry = NULL;
	return 0;
}

static int set_add_embedded(struct view_set *set, struct view_error *err)
{
	for (size_t i = 0; i < embedded_files_len; i++) {
		const struct embedded_file *file = &embedded_files[i];
		int r;

		if (strncmp(file->name, "views/", 6) != 0)
			continue;
		r = set_add(set, file->name, file->text, strlen(file->text), err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Reads a regular file of at most VIEW_FILE_MAX bytes; a pipe in the folder must not block us. */
static int set_add_file(struct view_set *set, const char *path, struct view_error *err)
{
	__attribute__((cleanup(close_fd))) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	__attribute__((cleanup(free_text))) char *text = NULL;
	struct stat st;
	size_t len = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return set_fail(err, path, "cannot be read: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return set_fail(err, path, "%s", "is not a regular file");
	if (st.st_size > VIEW_FILE_MAX)
		return set_fail(err, path, "%s", "is larger than 64 KiB");
	text = malloc(VIEW_FILE_MAX + 1);
	if (!text)
		return -ENOMEM;
	while (len <= VIEW_FILE_MAX) {
		ssize_t n = read(fd, text + len, VIEW_FILE_MAX + 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return set_fail(err, path, "cannot be read: %s", strerror(errno));
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return set_add(set, path, text, len, err);
}

static int is_view_file(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > strlen(VIEW_SUFFIX) && entry->d_name[0] != '.' &&
	       strcmp(entry->d_name + len - strlen(VIEW_SUFFIX), VIEW_SUFFIX) == 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int set_add_folder(struct view_set *set, const char *folder, struct view_error *err)
{
	struct dirent **files = NULL;
	int n = scandir(folder, &files, is_view_file, compare_names);
	int r = 0;

	if (n < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : set_fail(err, folder, "cannot be read: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		char path[4096];

		if (r == 0 && (size_t)snprintf(path, sizeof(path), "%s/%s", folder,
					       files[i]->d_name) >= sizeof(path))
			r = set_fail(err, folder, "%s", "the path is too long");
		if (r == 0)
			r = set_add_file(set, path, err);
		free(files[i]);
	}
	free(files);
	return r;
}

/* Do the views that a view leads to exist? */
static int check_targets(const struct view_set *set, const struct view_parsed *parsed,
			 struct view_error *err)
{
	const struct {
		const char *key, *name;
		struct view_place place;
	} targets[] = {
		{ .key = "drill", .name = parsed->view.drill, .place = parsed->places.drill },
		{ .key = "drill_scoped",
		  .name = parsed->view.drill_scoped,
		  .place = parsed->places.drill_scoped },
		{ .key = "twin", .name = parsed->view.twin, .place = parsed->places.twin },
	};

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (targets[i].name[0] && !view_set_find(set, targets[i].name))
			return view_fail(
				err, targets[i].place, view_set_nearest(set, targets[i].name),
				"%s: there is no view \"%s\"", targets[i].key, targets[i].name);
	return 0;
}

/* What only the whole set can tell: targets exist, no two views have the same key. */
static int set_check(const struct view_set *set, struct view_error *err)
{
	int r = 0;

	for (size_t i = 0; i < set->len && r == 0; i++) {
		const struct view_entry *entry = set->entries[i];
		const struct view *view = &entry->parsed.view;

		memcpy(err->file, entry->file, sizeof(err->file));
		r = check_targets(set, &entry->parsed, err);
		for (size_t j = 0; j < i && r == 0; j++) {
			const struct view *other = &set->entries[j]->parsed.view;

			if (view->key[0] && strcmp(other->key, view->key) == 0)
				r = view_fail(err, entry->parsed.places.key, NULL,
					      "key: \"%s\" belongs to view \"%s\"", view->key,
					      other->name);
		}
	}
	return r;
}

static int compare_entries(const void *a, const void *b)
{
	const struct view *x = &(*(struct view_entry *const *)a)->parsed.view;
	const struct view *y = &(*(struct view_entry *const *)b)->parsed.view;
	bool x_digit = x->key[0] >= '0' && x->key[0] <= '9';
	bool y_digit = y->key[0] >= '0' && y->key[0] <= '9';

	if (x_digit != y_digit)
		return x_digit ? -1 : 1;
	return x_digit ? strcmp(x->key, y->key) : strcmp(x->name, y->name);
}

int view_set_load(const char *folder, struct view_set **ret_set, struct view_error *err)
{
	struct view_set *set = calloc(1, sizeof(*set));
	int r;

	if (!set)
		return -ENOMEM;
	r = set_add_embedded(set, err);
	if (r == 0 && folder)
		r = set_add_folder(set, folder, err);
	if (r == 0)
		r = set_check(set, err);
	if (r < 0) {
		view_set_free(set);
		return r;
	}
	qsort(set->entries, set->len, sizeof(struct view_entry *), compare_entries);
	*ret_set = set;
	return 0;
}

void view_set_free(struct view_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->len; i++)
		free(set->entries[i]);
	free(set);
}

size_t view_set_len(const struct view_set *set)
{
	return set->len;
}

const struct view *view_set_at(const struct view_set *set, size_t index)
{
	return index < set->len ? &set->entries[index]->parsed.view : NULL;
}

const struct view *view_set_find(const struct view_set *set, const char *name)
{
	for (size_t i = 0; i < set->len; i++)
		if (strcmp(set->entries[i]->parsed.view.name, name) == 0)
			return &set->entries[i]->parsed.view;
	return NULL;
}

const char *view_set_nearest(const struct view_set *set, const char *name)
{
	struct nearest nearest = { .wrong = name };

	for (size_t i = 0; i < set->len; i++)
		nearest_offer(&nearest, set->entries[i]->parsed.view.name);
	return nearest.best;
}
