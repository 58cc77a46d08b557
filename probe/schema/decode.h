/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding: checked, zero-copy views of a record's bytes. The bytes may be hostile (a torn ring, a
 * capture from the internet): everything is bounds-checked here, nothing later has to.
 */
#ifndef PROBE_SCHEMA_DECODE_H
#define PROBE_SCHEMA_DECODE_H

#include <stddef.h>
#include <stdint.h>
#include "event.h"
#include "record.h"

#define EVENT_PARAMS_MAX 32
/* An item of a fdlist parameter: i64 fd, i16 poll flags. A u16 count stands before them. */
#define EVENT_FDLIST_ITEM_BYTES 10

struct event_param {
	const uint8_t *data;
	uint16_t len; /* 0 = unknown: the kernel or the writer had no value */
};

/* What a descriptor was at the moment of an event. */
struct fd_name {
	int64_t fd;
	const char *name; /* never NULL */
};

/* A path or string inside the record; not NUL-terminated. */
struct event_text {
	const char *data; /* NULL: absent */
	size_t len;
	uint8_t flags; /* enum record_ext_flag */
};

/*
 * A decoded event. All pointers point into the record's bytes and live as long as they do.
 * prefix is copied (records need not be aligned).
 */
struct event {
	const struct event_desc *desc;
	const struct syscall_desc *syscall; /* NULL: not a syscall (procexit) or unknown number */
	struct record_prefix prefix;
	uint64_t ts_ns; /* since the epoch */
	uint64_t tid;
	size_t params_len; /* <= desc->params_len, <= EVENT_PARAMS_MAX */
	struct event_param params[EVENT_PARAMS_MAX];
	struct event_text path;         /* RECORD_EXT_PATH */
	struct event_text path_in_fs;   /* RECORD_EXT_PATH_IN_FS */
	struct event_text exe;          /* RECORD_EXT_EXE */
	struct event_text arg_texts[6]; /* RECORD_EXT_ARG_TEXT, by argument */
	struct event_param arg_data[6]; /* RECORD_EXT_ARG_DATA, by argument; data NULL: absent */
	struct record_file_id file_id;  /* zero when absent */
	uint8_t has_file_id;
	uint8_t has_uring_op; /* a call by io_uring: RECORD_F_URING is set too */
	uint8_t uring_op;
	uint8_t uring_flags; /* RECORD_EXT_F_FIXED_* */
	const uint8_t *raw;  /* the record */
	size_t raw_len;
	/* Of whoever shows it; event_decode() has none. */
	const struct fd_name *fd_names;
	size_t fd_names_len;
};

/*
 * Decodes the record at data[0..len). Returns 0 and fills *ret_event, or -EBADMSG when the bytes
 * fail any check (magic, lengths, sums, known type, fixed sizes of parameters); *ret_event is
 * untouched then. len must equal the record's own total_len.
 */
int event_decode(const void *data, size_t len, struct event *ret_event);

/* The index of the parameter called name, -1 when the event has none. */
int event_param_index(const struct event_desc *desc, const char *name);
/*
 * An integer parameter of any width and signedness as int64_t. Returns 0, -ENOENT when the event
 * has no such parameter or its value is unknown, -EINVAL when the type is not an integer.
 */
int event_param_int(const struct event *event, const char *name, int64_t *ret_value);
/* The same of one parameter's bytes; -EINVAL also when it has none. */
int event_param_value(enum param_type type, const struct event_param *param, int64_t *ret_value);
/* A text parameter (charbuf, fspath, fsrelpath) without its NUL; data NULL when absent. */
struct event_text event_param_text(const struct event *event, const char *name);
/*
 * The bytes that a call of the byte counters moved; of sendmmsg and recvmmsg those of the event's
 * message. Returns 0, or -ENOENT for other calls and for one that failed.
 */
int event_moved(const struct event *event, uint64_t *ret_bytes);
/* The descriptor that the call made or used. Returns 0, or -ENOENT when there is none. */
int event_fd(const struct event *event, int64_t *ret_fd);

#endif
