/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a case expects of its event: the child that makes the call writes it into memory shared with
 * the test, because only the child knows its descriptors, ports and inode numbers. The test then
 * compares every parameter of the event, in order, by name.
 *
 *   long fd = expect_call(SYS_dup, ARGS(3));   makes the raw call, notes number and result
 *   expect_int("res", fd); expect_int("oldfd", 3);
 */
#ifndef TESTS_LIVE_EXPECT_H
#define TESTS_LIVE_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "absent_calls.h"
#include "probe/schema/decode.h"

struct expect_case {
	const char *name;
	int (*work)(void *arg); /* returns 0; runs in the child */
};

/*
 * Makes the call; returns its result, -errno on failure. A case with a call that this machine does
 * not have passes: nothing is compared.
 */
long expect_call(long nr, const long *args);
#define ARGS(...) ((const long[6]){ __VA_ARGS__ })
/* The same for calls that are made otherwise: false when this machine does not have it. */
bool expect_has(long nr);
/* The case is of what this kernel lacks: it passes, and nothing is compared. Returns 0. */
int expect_absent(void);
/* For calls that are made otherwise: the event is the one of this number and result. */
void expect_event(int nr, int64_t ret);
/* All that follows is of another event; up to four of a case. */
void expect_another(void);
/* The event is that of another task. */
void expect_tid(uint64_t tid);

/* The next parameter. */
void expect_int(const char *name, int64_t value);
void expect_range(const char *name, int64_t low, int64_t high);
void expect_text(const char *name, const char *text); /* with its NUL */
void expect_bytes(const char *name, const void *data, size_t len);
void expect_none(const char *name); /* length 0 */
/*
 * The tuple of unix sockets. Which of its ends is there is known, its address in the kernel is not.
 * The text is the server's name.
 */
void expect_unix_tuple(unsigned ends, const char *path);
enum { EXPECT_SOURCE = 1, EXPECT_DESTINATION = 2, EXPECT_BOTH = 3 };
void expect_any(const char *name); /* whatever it is; says why at the call */

/* All arguments as users read them (render.h); * stands for anything (wildcard.h). */
void expect_line(const char *line);

/* Extension and marks; what is not expected must be absent. */
void expect_path(const char *path);
void expect_path_in_fs(const char *path);
void expect_exe(const char *path);
void expect_file_of(int fd); /* the identity of the file */
void expect_path_flags(uint8_t flags);
void expect_flags(uint16_t flags); /* enum record_flag, without those of the machine */

/*
 * Runs the case in a child of the watch, all of whose pages are present, and compares. False when
 * it is not of this machine.
 */
bool expect_run(const struct expect_case *c);

/* Addresses as events have them; return their bytes. `at` has room for 160. */
size_t expect_sockaddr(uint8_t *at, const void *addr, size_t len);
/* source to destination, both of the same family, inet or inet6. */
size_t expect_tuple(uint8_t *at, const void *source, const void *destination);

#endif
