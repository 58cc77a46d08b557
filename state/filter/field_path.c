/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths that calls on the file system are given: fs.path.*, evt.abspath, and the names that fd.*
 * have of an open that failed. By the names of parameters, so that a new event needs no row here.
 */
#include <string.h>
#include "field_getters.h"
#include "state/event_path.h"
#include "state/tables.h"

enum path_role { PATH_NAME, PATH_SOURCE, PATH_TARGET, PATH_ROLE_COUNT };

/* Parameters that are a path of this role. */
static const char *const path_params[PATH_ROLE_COUNT][6] = {
	[PATH_NAME] = { "path", "name", "pathname", "filename", "quotafilepath" },
	[PATH_SOURCE] = { "oldpath", "target", "dev" },
	[PATH_TARGET] = { "newpath", "linkpath", "dir" },
};

static bool is_path_type(enum param_type type, enum path_role role)
{
	/* What a symlink points to and what is mounted can be any text. */
	return type == PARAM_TYPE_FSPATH || type == PARAM_TYPE_FSRELPATH ||
	       (type == PARAM_TYPE_CHARBUF && role == PATH_SOURCE);
}

static int find_path(const struct event_desc *desc, enum path_role role)
{
	size_t i;

	for (i = 0; i < 6 && path_params[role][i]; i++) {
		int index = event_param_index(desc, path_params[role][i]);

		if (index >= 0 && is_path_type(desc->params[index].type, role))
			return index;
	}
	return -1;
}

/* The parameter of a role, -1: the event has none. */
static int path_index(struct filter_event *event, enum path_role role)
{
	static const enum filter_note notes[PATH_ROLE_COUNT] = {
		[PATH_NAME] = FILTER_NOTE_PATH_NAME,
		[PATH_SOURCE] = FILTER_NOTE_PATH_SOURCE,
		[PATH_TARGET] = FILTER_NOTE_PATH_TARGET,
	};
	int8_t *note = filter_event_note(event, notes[role]);

	if (*note == FILTER_NOTE_NONE)
		*note = (int8_t)find_path(event->event->desc, role);
	return *note;
}

/* Calls on the file system: exec and the like name a path too. */
static bool is_path_call(const struct event_desc *desc)
{
	return desc->direction == EVENT_EXIT && strcmp(desc->category, "process") != 0;
}

enum event_path_from field_path_from(struct filter_event *event)
{
	enum event_path_from from = EVENT_PATH_NONE;

	for (enum path_role role = PATH_NAME; role < PATH_ROLE_COUNT; role++) {
		int index = path_index(event, role);
		enum event_path_from this =
			index < 0 ? EVENT_PATH_NONE : event_path_from(event->event, (size_t)index);

		from = this > from ? this : from;
	}
	return from;
}

static size_t put_absolute(struct filter_event *event, int index, struct field_value *value)
{
	char text[PATH_TEXT_MAX];
	size_t len;

	if (index < 0)
		return 0;
	len = event_path_absolute(event->process, event->event, (size_t)index, text, sizeof(text));
	return len ? field_put_copy(event, value, text, len) : 0;
}

static size_t put_raw(struct filter_event *event, int index, struct field_value *value)
{
	const struct event *from = event->event;

	if (index < 0 || (size_t)index >= from->params_len || !from->params[index].len)
		return 0;
	return field_put_text(
		value, (const char *)from->params[index].data,
		strnlen((const char *)from->params[index].data, from->params[index].len));
}

static bool is_open(const struct event_desc *desc)
{
	return (desc->flags & EVENT_F_CREATES_FD) && !strcmp(desc->category, "file");
}

size_t field_path_of_open(struct filter_event *event, enum field_path_form form,
			  struct field_value *value)
{
	const struct event_desc *desc = event->event->desc;
	int8_t *note = filter_event_note(event, FILTER_NOTE_OPEN_PATH);

	if (*note == FILTER_NOTE_NONE)
		*note = (int8_t)(is_open(desc) ? find_path(desc, PATH_NAME) : -1);
	return form == FIELD_PATH_RAW ? put_raw(event, *note, value)
				      : put_absolute(event, *note, value);
}

/* The parameter of a role of a call that did not fail; -1: none. */
static int done_index(struct filter_event *event, enum path_role role)
{
	int64_t result;

	if (!is_path_call(event->event->desc) || field_event_result(event->event, &result) < 0 ||
	    result < 0)
		return -1;
	return path_index(event, role);
}

/* The kernel's own name of the object that `name` is about; 0: it told none. */
static size_t put_resolved(const struct filter_event *event, struct field_value *value)
{
	const struct event_text *path = &event->event->path;

	if (filter_event_is_by_inode(event))
		return field_put_interned(value, event->inode_name);
	return path->data && path->len ? field_put_text(value, path->data, path->len) : 0;
}

GETTER(fspath_name)
{
	int index = done_index(event, PATH_NAME);

	if (event->names != FILTER_NAMES_CALLED && index >= 0 && put_resolved(event, values))
		return 1;
	if (index >= 0)
		return put_absolute(event, index, values);
	/* fchmod, fchown: the name of the descriptor. */
	if (is_path_call(event->event->desc) && !strncmp(event->event->desc->name, "fch", 3) &&
	    event->fd && event->event->prefix.ret >= 0)
		return field_fd_name(event, event->fd, values);
	return 0;
}

GETTER(fspath_nameraw)
{
	return put_raw(event, done_index(event, PATH_NAME), values);
}

GETTER(fspath_source)
{
	return put_absolute(event, done_index(event, PATH_SOURCE), values);
}

GETTER(fspath_sourceraw)
{
	return put_raw(event, done_index(event, PATH_SOURCE), values);
}

GETTER(fspath_target)
{
	return put_absolute(event, done_index(event, PATH_TARGET), values);
}

GETTER(fspath_targetraw)
{
	return put_raw(event, done_index(event, PATH_TARGET), values);
}

GETTER(evt_abspath)
{
	enum path_role role = !ref->has_arg              ? PATH_NAME
			      : !strcmp(ref->key, "src") ? PATH_SOURCE
							 : PATH_TARGET;
	int index = path_index(event, role);

	/* Of symlinkat it is the link that has a folder. */
	if (index < 0 && !ref->has_arg)
		index = path_index(event, PATH_TARGET);
	if (event->names != FILTER_NAMES_CALLED && role == PATH_NAME && index >= 0 &&
	    put_resolved(event, values))
		return 1;
	return put_absolute(event, index, values);
}

bool filter_event_has_two_names(struct filter_event *event)
{
	int index = path_index(event, PATH_NAME);
	struct field_value called, resolved;

	if (event->fd && event->fd->called)
		return true;
	if (!put_resolved(event, &resolved) || !put_absolute(event, index, &called))
		return false;
	return resolved.text.len != called.text.len ||
	       memcmp(resolved.text.data, called.text.data, called.text.len) != 0;
}
