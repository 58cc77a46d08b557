/* SPDX-License-Identifier: Apache-2.0 */
#include "fds.h"

#include <string.h>
#include "render_param.h"
#include "render_struct.h"

#define POLLFD_BYTES 8 /* struct pollfd: the descriptor, two masks of 16 bits */
/* When these structs hold one: include/uapi/linux/{sched,mount,landlock}.h. */
#define CLONE_INTO_CGROUP_HIGH 0x2 /* in the upper half of the flags */
#define MOUNT_ATTR_IDMAP_BIT 0x100000
#define LANDLOCK_RULE_OF_PATH 1

static bool type_holds_fds(enum arg_type type)
{
	switch ((int)type) {
	case ARG_TYPE_POLLFDS:
	case ARG_TYPE_FDSET:
	case ARG_TYPE_CLONE_ARGS:
	case ARG_TYPE_MOUNT_ATTR:
	case ARG_TYPE_LANDLOCK_RULE: return true;
	default: return struct_has_fds(type);
	}
}

bool call_has_more_fds(const struct syscall_desc *call)
{
	size_t fds = 0;

	for (size_t i = 0; i < call->args_len; i++) {
		const struct arg_desc *arg = &call->args[i];

		if (type_holds_fds(arg->type))
			return true;
		if (arg->type != ARG_TYPE_FD)
			continue;
		/* A folder that a path is relative to is not what event_fd() tells. */
		if (++fds > 1 || strstr(arg->name, "dfd") || strstr(arg->name, "dirfd"))
			return true;
	}
	return false;
}

void event_fds_add(struct event_fds *fds, int64_t fd)
{
	if (fd < 0 || fd > INT32_MAX || fds->len == EVENT_FDS_MAX)
		return;
	for (size_t i = 0; i < fds->len; i++)
		if (fds->fds[i] == fd)
			return;
	fds->fds[fds->len++] = (int32_t)fd;
}

bool event_arg_fd(const struct event *event, size_t index, int64_t *ret_fd)
{
	if (event_args_are_raw(event)) {
		if (event->syscall->args[index].type != ARG_TYPE_FD)
			return false;
		*ret_fd = (int32_t)event->prefix.args[index];
		return true;
	}
	/* That of pidfd_getfd is a number of another process. */
	return index < event->params_len && event->desc->params[index].type == PARAM_TYPE_FD &&
	       (int)index != event_result_index(event) &&
	       strcmp(event->desc->params[index].name, "target_fd") != 0 &&
	       event_param_value(PARAM_TYPE_FD, &event->params[index], ret_fd) == 0;
}

static int32_t int_at(const struct event_param *data, size_t at)
{
	int32_t value;

	if (at + sizeof(value) > data->len)
		return -1;
	memcpy(&value, data->data + at, sizeof(value));
	return value;
}

static void add_listed(const struct event_param *data, size_t from, size_t step,
		       struct event_fds *fds)
{
	for (size_t at = from; at + step <= data->len; at += step)
		event_fds_add(fds, int_at(data, at));
}

static void add_bits(const struct event_param *data, struct event_fds *fds)
{
	for (size_t bit = 0; bit < data->len * 8u; bit++)
		if (data->data[bit / 8] >> bit % 8 & 1)
			event_fds_add(fds, (int64_t)bit);
}

/* Those that argument `index` of the call points to. */
static void add_pointed(const struct event *event, size_t index, struct event_fds *fds)
{
	const struct event_param *data = &event->arg_data[index];

	if (!data->data)
		return;
	switch ((int)event->syscall->args[index].type) {
	case ARG_TYPE_POLLFDS: add_listed(data, 0, POLLFD_BYTES, fds); break;
	case ARG_TYPE_FDSET: add_bits(data, fds); break;
	/* Members: cgroup of clone_args, userns_fd of mount_attr, parent_fd of a rule. */
	case ARG_TYPE_CLONE_ARGS:
		if (int_at(data, 4) & CLONE_INTO_CGROUP_HIGH)
			event_fds_add(fds, int_at(data, 80));
		break;
	case ARG_TYPE_MOUNT_ATTR:
		if (int_at(data, 0) & MOUNT_ATTR_IDMAP_BIT)
			event_fds_add(fds, int_at(data, 24));
		break;
	case ARG_TYPE_LANDLOCK_RULE:
		if (event->prefix.args[index - 1] == LANDLOCK_RULE_OF_PATH)
			event_fds_add(fds, int_at(data, 8));
		break;
	default: struct_fds(event, index, fds);
	}
}

void event_fds(const struct event *event, struct event_fds *ret_fds)
{
	int64_t fd;

	*ret_fds = (struct event_fds){ .len = 0 };
	for (size_t i = 0; i < event_args_len(event); i++)
		if (event_arg_fd(event, i, &fd))
			event_fds_add(ret_fds, fd);
	ret_fds->direct = ret_fds->len;
	for (size_t i = 0; event->syscall && i < event->syscall->args_len; i++)
		add_pointed(event, i, ret_fds);
	for (size_t i = 0; i < event->params_len; i++)
		if (event->desc->params[i].type == PARAM_TYPE_FDLIST)
			add_listed(&event->params[i], sizeof(uint16_t), EVENT_FDLIST_ITEM_BYTES,
				   ret_fds);
}

const char *event_fd_name(const struct event *event, int64_t fd)
{
	for (size_t i = 0; i < event->fd_names_len; i++)
		if (event->fd_names[i].fd == fd)
			return event->fd_names[i].name;
	return NULL;
}
