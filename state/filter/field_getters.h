/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions that fields.def names, one file per group of fields (field_*.c), and what they
 * share. A getter returns how many values it has put down: 0 where the event has none.
 */
#ifndef STATE_FILTER_FIELD_GETTERS_H
#define STATE_FILTER_FIELD_GETTERS_H

#include "event.h"
#include "field.h"
#include "state/event_path.h"
#include "state/facts.h"

#define FIELD_CLASS(id, prefix, key, title)
#define FIELD_CLASS_END(id)
#define FIELD(name, type, width, arg, flags, getter, help)                                   \
	size_t field_##getter##_get(const struct field_ref *ref, struct filter_event *event, \
				    struct field_value *values, size_t max);
#define F(flag)
#include "fields.def"

#define GETTER(name)                                                                       \
	size_t field_##name##_get(const struct field_ref *ref, struct filter_event *event, \
				  struct field_value *values, size_t max)

struct container;
struct process;
struct text;
struct fd_entry;
struct fd_tuple;

/* Each puts down one value and returns 1. */
size_t field_put_i64(struct field_value *value, int64_t number);
size_t field_put_u64(struct field_value *value, uint64_t number);
size_t field_put_time(struct field_value *value, enum field_type type, uint64_t ns);
size_t field_put_bool(struct field_value *value, bool truth);
size_t field_put_bytes(struct field_value *value, const void *data, size_t len);
/* Text that lives as long as the event; NULL data: none, 0. */
size_t field_put_text(struct field_value *value, const char *data, size_t len);
/* A static text; NULL: none. */
size_t field_put_static(struct field_value *value, const char *text);
/* A copy in the event's scratch. */
size_t field_put_copy(struct filter_event *event, struct field_value *value, const char *data,
		      size_t len);
/* An interned text; NULL: none. */
/* The container that the event's process is in; NULL: none, or not known. */
const struct container *field_container(const struct filter_event *event);
size_t field_put_interned(struct field_value *value, const struct text *text);

/*
 * The result of the call. Returns 0, or -ENOENT when the event has none (it is no call, or one
 * that does not return).
 */
int field_event_result(const struct event *event, int64_t *ret_result);
/* Arguments of evt. fields: names of parameters, src and dst, numbers; see struct field_class. */
size_t field_evt_key(const struct field *field, const char *text, size_t len);
/* The facts of the event's process, asked for if need be; NULL where this one is not known. */
const struct facts *field_facts(struct filter_event *event, enum fact fact, unsigned parts);
/* Open files of the event's process, asked for once where nobody follows them; NULL: unknown. */
const struct fd_table *field_fds(struct filter_event *event);

/* The ends of a connection. A socket that listens has a server end, which is local. */
enum field_end { FIELD_END_CLIENT, FIELD_END_SERVER, FIELD_END_LOCAL, FIELD_END_REMOTE };
size_t field_fd_address(struct filter_event *event, const struct fd_entry *entry,
			enum field_end end, struct field_value *value);
size_t field_fd_port(struct filter_event *event, const struct fd_entry *entry, enum field_end end,
		     struct field_value *value);
/* fd.name of an open file, by the event's enum filter_names. */
size_t field_fd_name(struct filter_event *event, const struct fd_entry *entry,
		     struct field_value *value);
/*
 * The path of a call on the file system that did not make a descriptor, made absolute: the first
 * parameter that is one. raw: as it was passed. 0: the event has none.
 */
enum field_path_form { FIELD_PATH_ABSOLUTE, FIELD_PATH_RAW };
size_t field_path_of_open(struct filter_event *event, enum field_path_form form,
			  struct field_value *value);
/* What the event's paths begin at: the most of them that has to be known. */
enum event_path_from field_path_from(struct filter_event *event);
/*
 * An argument of the event as text: see evt.arg in fields.def. Returns 0 when it is not there.
 */
size_t field_arg_text(struct filter_event *event, size_t index, struct field_value *value);

#endif
