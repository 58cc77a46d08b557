/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema: events and their parameters, syscalls and their arguments, flag sets. Constant tables
 * made from events.def, syscalls.def and flags.def, one row per thing; everything that knows a
 * name, a code or a type asks here: BPF set-up, decoder, renderer, lists, views, documents, tests.
 *
 * Codes, names and types of events are those of libscap's event table, so that captures are
 * exchangeable. All strings are static.
 */
#ifndef PROBE_SCHEMA_EVENT_H
#define PROBE_SCHEMA_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum param_type {
#define PARAM_TYPE(id, name, fixed_bytes) PARAM_TYPE_##id,
#include "types.def"
	PARAM_TYPE_COUNT
};

enum param_format { PARAM_FORMAT_NA, PARAM_FORMAT_DEC, PARAM_FORMAT_HEX, PARAM_FORMAT_OCT };

enum event_direction { EVENT_ENTER, EVENT_EXIT };

enum event_flag {
	EVENT_F_CREATES_FD = 1u << 0,
	EVENT_F_DESTROYS_FD = 1u << 1,
	EVENT_F_USES_FD = 1u << 2,
	EVENT_F_READS_FD = 1u << 3,
	EVENT_F_WRITES_FD = 1u << 4,
	EVENT_F_MODIFIES_STATE = 1u << 5,
	EVENT_F_OLD_VERSION = 1u << 6,
	EVENT_F_WAITS = 1u << 7,
	EVENT_F_LARGE_PAYLOAD = 1u << 8,
};

/* A set of names for bits (mask), for whole values (enumeration), or a mask with a field in it. */
struct flag_value {
	const char *name;
	uint32_t value;
};
enum flag_encoding { FLAG_ENCODING_CAPTURE, FLAG_ENCODING_NATIVE };
#define FLAG_FIELD_MODE 0777u /* field: permissions, of IPC objects */

struct flag_set {
	const char *name;
	enum flag_encoding encoding;     /* CAPTURE: portable, of files; NATIVE: the kernel's */
	uint32_t field;                  /* bits of one value; 0 = none, ~0 = enumeration */
	const struct flag_value *values; /* in the order of flags.def */
	size_t values_len;
};

struct param_desc {
	const char *name;
	enum param_type type;
	enum param_format format;
	const struct flag_set *flags; /* NULL: none */
};

struct event_desc {
	uint16_t code;
	const char *id;   /* "SYSCALL_OPENAT_2_X" */
	const char *name; /* "openat" */
	enum event_direction direction;
	const char *kind;     /* "syscall", "tracepoint", "meta", "iterator", "plugin", "none" */
	const char *category; /* "file", "net", ... */
	uint32_t flags;       /* enum event_flag */
	const struct param_desc *params;
	size_t params_len;
};

#define EVENT_CODE_COUNT 454
enum event_code {
#define EVENT(code, id, name, ...) EVENT_CODE_##id = code,
#include "events.def"
};

/* The event of a code, NULL beyond the table. */
const struct event_desc *event_by_code(uint16_t code);
/* The event whose id is exactly id ("SYSCALL_OPENAT_2_X"), NULL when there is none. */
const struct event_desc *event_by_id(const char *id);

/* How many bytes a type has on the wire; 0 = variable. */
size_t param_type_bytes(enum param_type type);
const char *param_type_name(enum param_type type);

/* Types of raw syscall arguments, which decide how they are printed. */
enum arg_type {
#define ARG_TYPE(id, name) ARG_TYPE_##id,
#include "types.def"
	ARG_TYPE_COUNT
};

enum arg_written {
	ARG_WRITTEN_NEVER,
	ARG_WRITTEN_SUCCESS,     /* when it succeeds */
	ARG_WRITTEN_INTERRUPTED, /* when a signal ends it */
};

struct arg_desc {
	const char *name;
	enum arg_type type;
	const struct flag_set *flags; /* for ARG_TYPE_FLAGS and ARG_TYPE_ENUM; else NULL */
	enum arg_written written;     /* by the call, to where it points */
	bool extra;                   /* the call's own exit event does not say it */
};

/* What an argument points to, as far as it is kept: see types.def. */
#define ARG_COUNT_BITS UINT8_MAX          /* unit: the count is of bits */
#define ARG_COUNT_AT (UINT8_MAX - 1)      /* unit: bytes, counted by an int in memory */
#define ARG_COUNT_REQUEST (UINT8_MAX - 2) /* unit: as many as that request or command has */
#define ARG_INDIRECT (UINT8_MAX - 3)      /* unit: no count; the address of the data is there */
#define ARG_COUNT_FIRST INT8_MIN          /* count_at: argument 0 */
#define ARG_COUNT_SECOND (INT8_MIN + 1)   /* count_at: argument 1 */
#if defined(__x86_64__)
#define EPOLL_EVENT_BYTES 12 /* packed there (include/uapi/linux/eventpoll.h) */
#else
#define EPOLL_EVENT_BYTES 16
#endif
struct arg_shape {
	uint16_t bytes, bytes32; /* at most; 0 = nothing is kept */
	int8_t count_at;         /* from the argument's own number to that of the count */
	uint8_t unit;            /* bytes of an item, or ARG_COUNT_*; 0 = no count */
};
const struct arg_shape *arg_type_shape(enum arg_type type);

/*
 * What bytes a call moves, for the byte counters: as many as its result says, or, with the bit
 * MESSAGES, the sum of msg_len of as many messages of its second argument.
 */
enum syscall_io {
	SYSCALL_IO_NONE,
	SYSCALL_IO_IN = 1,
	SYSCALL_IO_OUT = 2,
	SYSCALL_IO_MESSAGES = 4,
	SYSCALL_IO_MESSAGES_IN = SYSCALL_IO_MESSAGES | SYSCALL_IO_IN,
	SYSCALL_IO_MESSAGES_OUT = SYSCALL_IO_MESSAGES | SYSCALL_IO_OUT,
};

struct syscall_desc {
	const char *name;
	int16_t nr_x86_64; /* -1: not on this architecture */
	int16_t nr_arm64;
	uint16_t sc;         /* code of the portable table (syscalls.json); 0 = none */
	uint16_t exit_event; /* event code of the full parameters, 1 = generic */
	uint8_t loss_class;  /* enum record_class */
	uint8_t io;          /* enum syscall_io */
	uint32_t flags;      /* enum syscall_flag */
	uint8_t args_len;
	struct arg_desc args[6];
	const char *store; /* BPF program that stores full parameters; NULL: raw arguments */
};

enum syscall_flag {
	SYSCALL_F_LIFE = 1u << 0,    /* changes processes or credentials: always streamed */
	SYSCALL_F_FD = 1u << 1,      /* changes fds or cwd: streamed where fd names are wanted */
	SYSCALL_F_OPEN = 1u << 2,    /* opens a file by name: counted in column opens */
	SYSCALL_F_CLONE = 1u << 3,   /* the child's first return (0) is not a call */
	SYSCALL_F_EXIT = 1u << 4,    /* never returns: counted when the task ends */
	SYSCALL_F_ADDRESS = 1u << 5, /* the result is a user address: printed as hex */
	SYSCALL_F_RAW = 1u << 6,     /* the registers say more than the event: they are shown */
	SYSCALL_F_EXEC = 1u << 7,    /* success goes on in another program, with its registers */
};

/* All rows, in table order. */
size_t syscall_table_len(void);
const struct syscall_desc *syscall_at(size_t index);
/* The row of a number of the architecture the program was built for, NULL when there is none. */
const struct syscall_desc *syscall_by_nr(int nr);
const struct syscall_desc *syscall_by_name(const char *name);
/* The row of a portable code, NULL when there is none. */
const struct syscall_desc *syscall_by_sc(uint16_t sc);
/* A count row's name: a syscall's, or "unknown", "other", ... for COUNT_NR_*. Never NULL. */
const char *syscall_count_name(int nr);
/* The number of this architecture, or that of a row for 32-bit programs; -1 when there is none. */
int syscall_nr(const struct syscall_desc *desc);

/* Flag sets by name, NULL when there is none. */
const struct flag_set *flag_set_by_name(const char *name);
size_t flag_set_table_len(void);
const struct flag_set *flag_set_at(size_t index);

/* "ENOENT" for 2; NULL when the number has no name. */
const char *errno_name(int err);
/* "No such file or directory"; NULL when the number has no name. Not localised. */
const char *errno_text(int err);
/* "SIGTERM" for 15; NULL beyond the table. */
const char *signal_name(int sig);

#endif
