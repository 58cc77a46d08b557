/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields: what a condition, an output format, a column or a document can name. One row each in
 * fields.def; the same row serves all of them. Names, types and meanings are those of Falco and
 * sysdig; rows with FIELD_F_OWN are ours alone.
 *
 *   proc.name   proc.aname[2]   proc.env[HOME]   evt.arg.flags   evt.arg[1]   thread.cgroup.cpu
 *
 * Looking a name up gives a struct field_ref: plain data without ownership, to be copied freely.
 * field_get() takes it and an event, and gives typed values. No value means that the field cannot
 * be had from this event: every check on it is false.
 */
#ifndef STATE_FILTER_FIELD_H
#define STATE_FILTER_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/schema/render.h"

struct filter_event;
struct field_ref;
struct field_value;

enum field_type {
	FIELD_I64,
	FIELD_U64,
	FIELD_BOOL,
	FIELD_DOUBLE,
	FIELD_TEXT,
	FIELD_BYTES,   /* any bytes, NUL included */
	FIELD_IP,      /* an address, of either family */
	FIELD_NET,     /* compared with networks; its values are addresses */
	FIELD_PORT,    /* a u64 below 65536 */
	FIELD_ABSTIME, /* u64 ns since the epoch */
	FIELD_RELTIME, /* u64 ns */
	FIELD_DYN,     /* of the row alone: the type is that of each value */
	FIELD_TYPE_COUNT
};

enum field_flag {
	FIELD_F_LIST = 1u << 0, /* any number of values, compared as a set */
	/* Without an argument the values of all ancestors, nearest first: true for any of them. */
	FIELD_F_ANCESTORS = 1u << 1,
	/* Both ends of a connection: true if it is for either one, != if it is for both. */
	FIELD_F_SIDES = 1u << 2,
	FIELD_F_NO_RHS = 1u << 3,         /* not on the right side of an operator */
	FIELD_F_NO_TRANSFORMER = 1u << 4, /* not in a transformer */
	FIELD_F_DEPRECATED = 1u << 5,     /* answers, and earns a warning */
	FIELD_F_FILTER_ONLY = 1u << 6,    /* not in a format */
	FIELD_F_PRINT_ONLY = 1u << 7,     /* not in a condition */
	FIELD_F_TABLE_ONLY = 1u << 8,     /* a relic: looked up, otherwise never there */
	FIELD_F_HIDDEN = 1u << 9,         /* not listed */
	/*
	 * Says the same for every event of a process until its generation (process_generation())
	 * changes.
	 */
	FIELD_F_PROCESS = 1u << 10,
	FIELD_F_NAMES = 1u << 11,      /* depends on enum filter_names */
	FIELD_F_DNS = 1u << 12,        /* values are addresses, compared with those of host names */
	FIELD_F_AROUND = 1u << 13,     /* ms from a point in time; its = means <= */
	FIELD_F_POSITIVE = 1u << 14,   /* never below 1: `= 0` is never, `>= 0` is always true */
	FIELD_F_EVENT_TYPE = 1u << 15, /* its constants must be names of events */
	FIELD_F_OWN = 1u << 16,        /* not known to the peers */
	FIELD_F_DOTTED = 1u << 17,     /* the argument may also follow behind a dot */
	FIELD_F_HEX = 1u << 18,        /* printed in base 16 */
	FIELD_F_PADDED = 1u << 19,     /* printed with 9 digits and leading zeros */
	FIELD_F_NA = 1u << 20,         /* its text is "<NA>" where peers have no value */
	FIELD_F_FILES = 1u << 21,      /* asks what else the process has open */
	FIELD_F_SUGGESTED = 1u << 23,  /* worth being in every alert */
	FIELD_F_ENUM = 1u << 22,       /* may be the name of a number, see struct field_value */
};

/* What stands in brackets; _MAY: it may be left out. */
enum field_arg {
	FIELD_ARG_NONE,
	FIELD_ARG_INDEX,
	FIELD_ARG_INDEX_MAY,
	FIELD_ARG_KEY,
	FIELD_ARG_KEY_MAY,
	FIELD_ARG_EITHER,
	FIELD_ARG_EITHER_MAY,
};

typedef size_t (*field_get_fn)(const struct field_ref *ref, struct filter_event *event,
			       struct field_value *values, size_t max);

struct field {
	const char *name; /* "proc.name" */
	enum field_type type;
	uint8_t width; /* of a number in the peers' table: 2, 4 or 8 bytes; else 0 */
	enum field_arg arg;
	uint32_t flags; /* enum field_flag */
	const char *help;
	field_get_fn get;
};

/* Fields whose names begin alike. */
struct field_class {
	const char *prefix; /* "proc." */
	const char *title;  /* "Process" */
	const struct field *fields;
	size_t fields_len;
	/*
	 * How many bytes at the beginning of text are a valid argument of the field, 0 = none.
	 * NULL: anything may be in brackets, names behind a dot.
	 */
	size_t (*key)(const struct field *field, const char *text, size_t len);
	struct field_class *next; /* of those added */
};

#define FIELD_KEY_MAX 128

struct field_ref {
	const struct field *field;
	bool has_arg;
	int64_t index;           /* of an argument that is a number; else -1 */
	char key[FIELD_KEY_MAX]; /* the argument as text, NUL-terminated; "" = none */
};

struct field_ip {
	uint8_t family;    /* AF_INET or AF_INET6 */
	uint8_t bytes[16]; /* network order; IPv4 in the first four */
};

/* A value; text and bytes are borrowed until the next filter_event_last(). */
struct field_value {
	enum field_type type; /* never FIELD_DYN */
	bool is_name;         /* TEXT: of text.number, which is equal to the number as well */
	union {
		int64_t i64;
		uint64_t u64; /* U64, PORT, ABSTIME, RELTIME */
		bool boolean;
		double real;
		struct field_ip ip; /* IP, NET */
		struct {
			const char *data; /* not NUL-terminated */
			size_t len;
			int64_t number;
		} text; /* TEXT, BYTES */
	};
};

#define FIELD_VALUES_MAX 64 /* what callers have room for; nothing has more */

/*
 * Looks up a whole name with its argument: text[0..len). Returns 0 and *ret_used = len, or, with
 * both untouched:
 *
 *   -ENOENT   no such field
 *   -ENODATA  the field needs an argument
 *   -EINVAL   its argument is wrong, or it takes none
 *   -E2BIG    the argument is longer than FIELD_KEY_MAX
 */
int field_lookup(const char *text, size_t len, struct field_ref *ret_ref, size_t *ret_used);
/* The same for the longest name at the beginning of the text; *ret_used is its length. */
int field_lookup_prefix(const char *text, size_t len, struct field_ref *ret_ref, size_t *ret_used);
/* The field of a name without its argument; NULL: none. */
const struct field *field_named(const char *text, size_t len);
/*
 * Writes what is wrong with text, for an error of a look-up: "no field is called 'proc.nam'".
 * Returns the known name nearest to it, NULL when none is near. Static.
 */
const char *field_lookup_error(const char *text, size_t len, int error, struct text_buf *buf);
/* Is this the whole name of a field, with or without its argument? For warnings about constants. */
bool field_is_name(const char *text, size_t len);

/*
 * The values of a field for an event, at most max of them; 0 = it has none. Never more than 1 but
 * for LIST, SIDES, and ANCESTORS without an argument.
 */
size_t field_get(const struct field_ref *ref, struct filter_event *event,
		 struct field_value *values, size_t max);

/*
 * What the text of a field with FIELD_F_ENUM is made from, and from nothing else: equal keys, equal
 * texts. False where that is more than a number.
 */
struct field_enum_key {
	const void *names; /* of the set of names */
	uint64_t number;
};
/* Can the field have such a key, in any event? */
bool field_may_be_enum(const struct field_ref *ref);
bool field_enum_key(const struct field_ref *ref, const struct event *event,
		    struct field_enum_key *ret_key);

/* All classes in the order of fields.def, then those added; NULL beyond the last. */
const struct field_class *field_class_at(size_t index);
/*
 * Adds a class, which the caller keeps alive: plugins' and tests' fields. Before any thread looks
 * a field up. field_class_remove() takes it away again.
 */
void field_class_add(struct field_class *added);
void field_class_remove(struct field_class *added);

/* "text", "i64", ...: for lists and documents. */
const char *field_type_name(enum field_type type);
/*
 * Appends a value as formats print it: numbers by the row's flags (field NULL: none), addresses,
 * "true"; text and bytes made safe.
 */
void field_value_render(const struct field *field, const struct field_value *value,
			struct text_buf *buf);

#endif
