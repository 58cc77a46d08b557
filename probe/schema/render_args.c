/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arguments of an event on one line, what matters first: lines are cut at the right. Names of
 * objects, then descriptors, numbers and flags, then data and addresses, then what the kernel says
 * of the task besides.
 */
#include "render.h"

#include <fcntl.h>
#include <string.h>
#include "fds.h"
#include "render_param.h"

enum arg_rank { RANK_NAME, RANK_FD, RANK_NUMBER, RANK_DATA, RANK_BESIDES, RANK_COUNT };

/* Events with more parameters describe a whole process: of them only some are the call's. */
#define CALL_PARAMS_MAX 15

/* "(/real/file)" behind the path that was called, when it says something new. */
static void resolved_render(const struct event_text *path, const struct event_text *called,
			    struct text_buf *buf)
{
	if (!path->data || path->len == 0)
		return;
	if (path->flags == 0 && called->data && called->len == path->len &&
	    memcmp(called->data, path->data, path->len) == 0)
		return;
	text_buf_add(buf, "(");
	if (path->flags & RECORD_EXT_F_RACED)
		text_buf_add(buf, "~");
	if (path->flags & RECORD_EXT_F_CUT)
		text_buf_add(buf, "...");
	text_buf_add_safe(buf, path->data, path->len);
	if (path->flags & RECORD_EXT_F_DELETED)
		text_buf_add(buf, " deleted");
	text_buf_add(buf, ")");
}

/* The argument that named the object of event->path: the first path. -1: none. */
static int called_index(const struct event *event)
{
	bool raw = event_args_are_raw(event);

	for (size_t i = 0; i < event_args_len(event); i++) {
		enum param_type type = raw ? PARAM_TYPE_NONE : event->desc->params[i].type;

		if (raw ? event->syscall->args[i].type == ARG_TYPE_PATH
			: type == PARAM_TYPE_FSPATH || type == PARAM_TYPE_FSRELPATH)
			return (int)i;
	}
	return -1;
}

static bool name_is(const char *name, const char *const *names, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* A descriptor that stands for the working folder, or for none, says little. */
static enum arg_rank fd_rank(int64_t fd)
{
	return fd < 0 ? RANK_DATA : RANK_FD;
}

static enum arg_rank raw_rank(const struct event *event, size_t index)
{
	enum arg_type type = event->syscall->args[index].type;

	if (type == ARG_TYPE_FD)
		return fd_rank((int32_t)event->prefix.args[index]);
	if (event->arg_texts[index].data)
		return RANK_NAME;
	if (type == ARG_TYPE_SOCKADDR && event->arg_data[index].len)
		return RANK_NAME;
	/* Addresses of what was not kept, and data that only its own text ends. */
	if (type >= ARG_TYPE_PTR && (!event->arg_data[index].data || type == ARG_TYPE_DATA))
		return RANK_DATA;
	return RANK_NUMBER;
}

static enum arg_rank param_rank(const struct event *event, size_t index)
{
	static const char *const besides[] = { "vm_size", "vm_rss", "vm_swap", "dev", "ino" };
	static const char *const of_exec[] = { "exe", "args" };
	const struct param_desc *param = &event->desc->params[index];
	int64_t fd = -1;

	if (event->desc->params_len > CALL_PARAMS_MAX &&
	    strcmp(event->desc->category, "process") == 0) {
		if (strcmp(param->name, "filename") == 0)
			return RANK_NAME;
		return name_is(param->name, of_exec, sizeof(of_exec) / sizeof(of_exec[0]))
			       ? RANK_NUMBER
			       : RANK_BESIDES;
	}
	if (name_is(param->name, besides, sizeof(besides) / sizeof(besides[0])))
		return RANK_BESIDES;
	if (param->type == PARAM_TYPE_FD) {
		event_param_value(PARAM_TYPE_FD, &event->params[index], &fd);
		return fd_rank(fd);
	}
	if (param->type == PARAM_TYPE_FSPATH || param->type == PARAM_TYPE_FSRELPATH ||
	    param->type == PARAM_TYPE_SOCKADDR || param->type == PARAM_TYPE_SOCKTUPLE)
		return event->params[index].len > 1 || event->path.data ? RANK_NAME : RANK_DATA;
	return param->type == PARAM_TYPE_BYTEBUF ? RANK_DATA : RANK_NUMBER;
}

/* The descriptor that fd names are of, which is not the result: "fd", else the first. -1: none. */
static int fd_index(const struct event *event, int result)
{
	int first = -1;

	for (size_t i = 0; i < event_args_len(event); i++) {
		bool is_fd = event_args_are_raw(event)
				     ? event->syscall->args[i].type == ARG_TYPE_FD
				     : event->desc->params[i].type == PARAM_TYPE_FD;

		if (!is_fd || (int)i == result)
			continue;
		if (strcmp(event_arg_name(event, i), "fd") == 0)
			return (int)i;
		/* What a name is relative to is not what the call is about. */
		if (first < 0 && !strstr(event_arg_name(event, i), "dir"))
			first = (int)i;
	}
	return first;
}

/* Where each special argument of an event is; -1: it has none. */
struct arg_places {
	int result, called, fd;
};

/*
 * The environment of an exec: how many variables. It would hide the rest of a line, and often holds
 * secrets that nobody asked for; event_arg_render() has all of it.
 */
static bool environment_render(const struct event *event, size_t index, struct text_buf *buf)
{
	const struct event_param *param = &event->params[index];
	size_t count = 0;

	if (event_args_are_raw(event) || strcmp(event->desc->params[index].name, "env") != 0)
		return false;
	for (size_t i = 0; i < param->len; i++)
		count += !param->data[i] || i + 1 == param->len;
	text_buf_printf(buf, "[%zu var%s]", count, count == 1 ? "" : "s");
	return true;
}

static void arg_render(const struct event *event, size_t index, const struct arg_places *places,
		       const char *fd_name, struct text_buf *buf)
{
	struct event_text called = { .data = NULL };
	int extra = event_param_extra(event, index);
	int64_t fd;

	text_buf_add(buf, event_arg_name(event, index));
	text_buf_add(buf, "=");
	if (extra >= 0)
		event_raw_arg_render(event, (size_t)extra, buf);
	else if (!environment_render(event, index, buf))
		event_arg_render(event, index, buf);
	if (event->fd_names_len && event_arg_fd(event, index, &fd))
		fd_name_render(event_fd_name(event, fd), buf);
	else if ((int)index == places->fd && !event->fd_names_len)
		fd_name_render(fd_name, buf);
	if ((int)index != places->called)
		return;
	if (!event_args_are_raw(event))
		called = event_param_text(event, event->desc->params[index].name);
	resolved_render(&event->path, &called, buf);
}

/* Those of one rank; returns what separates the next argument from them. */
static const char *extras_render(const struct event *event, enum arg_rank rank,
				 const char *separator, struct text_buf *buf)
{
	for (int i = event_extra_next(event, -1); i >= 0; i = event_extra_next(event, i)) {
		if (event_extra_param(event, i) >= 0 || raw_rank(event, (size_t)i) != rank)
			continue;
		text_buf_printf(buf, "%s%s=", separator, event->syscall->args[i].name);
		event_raw_arg_render(event, (size_t)i, buf);
		separator = " ";
	}
	return separator;
}

void event_args_render(const struct event *event, const char *fd_name, struct text_buf *buf)
{
	struct arg_places places = {
		.result = event_args_are_raw(event) ? -1 : event_result_index(event),
		.called = event->path.data ? called_index(event) : -1,
	};
	const char *separator = "";

	places.fd = fd_index(event, places.result);
	if (event->prefix.flags & RECORD_F_URING) {
		text_buf_add(buf, "uring");
		separator = " ";
	}
	for (enum arg_rank rank = RANK_NAME; rank < RANK_COUNT; rank++) {
		for (size_t i = 0; i < event_args_len(event); i++) {
			enum arg_rank own = event_args_are_raw(event) ? raw_rank(event, i)
								      : param_rank(event, i);

			if (own != rank || (int)i == places.result)
				continue;
			text_buf_add(buf, separator);
			arg_render(event, i, &places, fd_name, buf);
			separator = " ";
		}
		separator = extras_render(event, rank, separator, buf);
	}
}
