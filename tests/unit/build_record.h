/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds records by hand for tests: prefix, extension items and the event of any code, with the
 * parameters in the table's order. What is not given is zero, or an empty parameter.
 *
 *   struct build_record b;
 *   build_record_init(&b, event_by_id("SYSCALL_OPENAT_2_X")->code,
 *                     &(struct build_prefix){ .pid = 7, .nr = 257, .ret = 3, .comm = "cat" });
 *   build_record_ext(&b, RECORD_EXT_PATH, 0, "/etc/passwd", 11);
 *   build_record_int(&b, 3);               // fd
 *   build_record_int(&b, -100);            // dirfd
 *   build_record_text(&b, "passwd");       // name
 *   len = build_record_finish(&b);         // the other parameters stay empty
 *   state_record(state, b.data, len);
 */
#ifndef TESTS_UNIT_BUILD_RECORD_H
#define TESTS_UNIT_BUILD_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include "probe/schema/event.h"
#include "probe/schema/record.h"

#define BUILD_PARAMS_MAX 32
#define BUILD_EXT_BYTES 8704
#define BUILD_PARAM_BYTES 49152

/* What goes to the prefix and the event header. */
struct build_prefix {
	uint64_t ts_ns;
	uint32_t pid, tid, ppid; /* tid 0 = pid */
	uint64_t start_boot_ns;
	uint64_t cgroup_id;
	uint32_t euid;
	uint16_t cpu, buffer;
	uint64_t drops;
	int32_t nr; /* 0 is read on x86_64: give -1 for none */
	int64_t ret;
	uint64_t args[6];
	uint64_t duration_ns;
	uint16_t flags;   /* enum record_flag */
	uint8_t cls;      /* enum record_class */
	const char *comm; /* NULL = "" */
};

struct build_record {
	uint16_t code;
	struct build_prefix prefix;
	size_t ext_len;
	size_t params_len; /* given so far */
	size_t params_bytes;
	uint16_t lengths[BUILD_PARAMS_MAX];
	uint8_t ext[BUILD_EXT_BYTES];
	uint8_t params[BUILD_PARAM_BYTES];
	uint8_t data[RECORD_MAX_BYTES]; /* the record, after finish */
};

/* All abort on a test's mistake: unknown code, too many or too large parameters. */
void build_record_init(struct build_record *b, uint16_t code, const struct build_prefix *prefix);
void build_record_ext(struct build_record *b, uint8_t type, uint8_t flags, const void *data,
		      size_t len);
/*
 * The next parameter: an integer in the width of its type, a NUL-terminated text, raw bytes, empty.
 */
void build_record_int(struct build_record *b, int64_t value);
void build_record_text(struct build_record *b, const char *text);
void build_record_bytes(struct build_record *b, const void *data, size_t len);
void build_record_empty(struct build_record *b);
/* Fills up the parameters with empty ones and writes the record to b->data; returns its length. */
size_t build_record_finish(struct build_record *b);

#endif
