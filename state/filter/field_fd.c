/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fd.*: kind, names and identity of the event's descriptor. Its ends are in field_socket.c. An open
 * that failed has no descriptor, but the names that it would have had.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "field_getters.h"
#include "state/path.h"
#include "state/tables.h"

GETTER(fd_num)
{
	return event->fd_num >= 0 ? field_put_i64(values, event->fd_num) : 0;
}

GETTER(fd_type)
{
	return event->fd ? field_put_static(values, fd_type_name(event->fd->type)) : 0;
}

GETTER(fd_typechar)
{
	struct field_value path;

	if (event->fd)
		return field_put_static(values, fd_type_letter(event->fd->type));
	return field_path_of_open(event, FIELD_PATH_RAW, &path) ? field_put_static(values, "f") : 0;
}

static bool is_file(const struct fd_entry *entry)
{
	return entry->type == FD_TYPE_FILE || entry->type == FD_TYPE_DIRECTORY;
}

static size_t put_tuple(struct filter_event *event, const struct fd_entry *entry,
			struct field_value *value)
{
	struct fd_tuple tuple;
	char text[FD_TUPLE_TEXT];
	size_t len;

	if (fd_tuple_parse(entry->tuple->data, entry->tuple->len, &tuple) < 0)
		return 0;
	if (entry->flags & FD_F_LISTEN)
		len = fd_address_text(text, sizeof(text), tuple.family, tuple.daddr, tuple.dport);
	else
		len = fd_tuple_text(text, sizeof(text), &tuple);
	return len ? field_put_copy(event, value, text, len) : 0;
}

size_t field_fd_name(struct filter_event *event, const struct fd_entry *entry,
		     struct field_value *value)
{
	if (entry->tuple)
		return put_tuple(event, entry, value);
	/* A socket without addresses has no name, but the kernel prints its kind. */
	if (entry->type == FD_TYPE_IPV4 || entry->type == FD_TYPE_IPV6 ||
	    (entry->type == FD_TYPE_UNIX && entry->name && entry->name->data[0] != '/'))
		return field_put_static(value, "");
	if (entry == event->fd && filter_event_is_by_inode(event))
		return field_put_interned(value, event->inode_name);
	if (event->names == FILTER_NAMES_CALLED && entry->called)
		return field_put_interned(value, entry->called);
	return field_put_interned(value, entry->name);
}

/* The name of the event's fd, or of the one that an open did not get. */
static size_t put_name(struct filter_event *event, struct field_value *value)
{
	return event->fd ? field_fd_name(event, event->fd, value)
			 : field_path_of_open(event, FIELD_PATH_ABSOLUTE, value);
}

GETTER(fd_name)
{
	return put_name(event, values);
}

/* A path without its last name. */
static size_t put_directory(struct filter_event *event, struct field_value *value)
{
	struct field_value name;

	if ((event->fd && !is_file(event->fd)) || !put_name(event, &name) || !name.text.len)
		return 0;
	return field_put_text(value, name.text.data,
			      path_folder_len(name.text.data, name.text.len));
}

GETTER(fd_directory)
{
	return put_directory(event, values);
}

GETTER(fd_filename)
{
	struct field_value name;
	size_t begin;

	if ((event->fd && !is_file(event->fd)) || !put_name(event, &name) || !name.text.len)
		return 0;
	begin = name.text.len;
	while (begin && name.text.data[begin - 1] != '/')
		begin--;
	return field_put_text(values, name.text.data + begin, name.text.len - begin);
}

/* Behind the id of the container. */
static size_t put_in_container(struct filter_event *event, const struct field_value *name,
			       struct field_value *value)
{
	struct field_value id;
	char *text;

	if (!field_container_id_get(NULL, event, &id, 1))
		return 0;
	text = filter_event_alloc(event, id.text.len + 1 + name->text.len);
	if (!text)
		return 0;
	memcpy(text, id.text.data, id.text.len);
	text[id.text.len] = ':';
	memcpy(text + id.text.len + 1, name->text.data, name->text.len);
	return field_put_text(value, text, id.text.len + 1 + name->text.len);
}

GETTER(fd_containername)
{
	struct field_value name;

	return put_name(event, &name) ? put_in_container(event, &name, values) : 0;
}

GETTER(fd_containerdirectory)
{
	struct field_value name;

	return put_directory(event, &name) ? put_in_container(event, &name, values) : 0;
}

GETTER(fd_nameraw)
{
	struct field_value name;

	if (field_path_of_open(event, FIELD_PATH_RAW, values))
		return 1;
	return event->fd && is_file(event->fd) && put_name(event, &name)
		       ? field_put_text(values, name.text.data, name.text.len)
		       : 0;
}

GETTER(fd_realname)
{
	return event->fd && is_file(event->fd) ? field_put_interned(values, event->fd->name) : 0;
}

GETTER(fd_uid)
{
	char text[48];
	int len;

	if (event->fd_num < 0)
		return 0;
	len = snprintf(text, sizeof(text), "%u%" PRId64, event->event->prefix.pid, event->fd_num);
	return field_put_copy(event, values, text, (size_t)len);
}

/* Device numbers are packed as the kernel's new_encode_dev() does. */
GETTER(fd_dev)
{
	return event->fd && event->fd->dev ? field_put_i64(values, event->fd->dev) : 0;
}

GETTER(fd_dev_major)
{
	return event->fd && event->fd->dev ? field_put_i64(values, event->fd->dev >> 8 & 0xfff) : 0;
}

GETTER(fd_dev_minor)
{
	uint32_t dev = event->fd ? event->fd->dev : 0;

	return dev ? field_put_i64(values, (dev & 0xff) | (dev >> 12 & 0xfff00)) : 0;
}

GETTER(fd_ino)
{
	return event->fd && event->fd->ino ? field_put_i64(values, (int64_t)event->fd->ino) : 0;
}

GETTER(fd_is_upper_layer)
{
	return event->fd ? field_put_bool(values, event->fd->flags & FD_F_UPPER) : 0;
}

GETTER(fd_is_lower_layer)
{
	return event->fd ? field_put_bool(values, event->fd->flags & FD_F_LOWER) : 0;
}

GETTER(fd_connected)
{
	return event->fd ? field_put_bool(values, event->fd->flags & FD_F_CONNECTED) : 0;
}

GETTER(fd_name_changed)
{
	return event->fd ? field_put_bool(values, event->fd_renamed) : 0;
}

GETTER(fd_l4proto)
{
	static const char *const names[] = {
		[FD_L4_UNKNOWN] = "<NA>", [FD_L4_NA] = "<NA>",   [FD_L4_TCP] = "tcp",
		[FD_L4_UDP] = "udp",      [FD_L4_ICMP] = "icmp", [FD_L4_RAW] = "raw",
	};

	return event->fd ? field_put_static(values, names[event->fd->l4]) : 0;
}

GETTER(fd_sockfamily)
{
	if (!event->fd)
		return 0;
	if (event->fd->type == FD_TYPE_IPV4 || event->fd->type == FD_TYPE_IPV6)
		return field_put_static(values, "ip");
	return event->fd->type == FD_TYPE_UNIX ? field_put_static(values, "unix") : 0;
}
