/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of 32-bit programs share, on x86_64 and on arm64. */
#ifndef TESTS_LIVE_COMPAT_CASE_H
#define TESTS_LIVE_COMPAT_CASE_H

#include <stddef.h>
#include "probe/schema/decode.h"

/* Calls of one row that a program makes. */
struct compat_count {
	const char *row;
	unsigned calls, errors;
};

/* The path of a program that lies beside this one; ends the test program when there is none. */
void compat_program_find(const char *name, char *path, size_t size);

/* The watch's last event of a 32-bit call of that row: with errno err, or 0: that worked. */
const struct event *compat_find(const char *row, int err);
/* Wants that event, and that its arguments begin with line; name says which case it is. */
void compat_check_line(const char *name, const char *row, int err, const char *line);

/*
 * Runs a 32-bit program that makes the calls of counts, one of a number that is in no table,
 * writes 5 bytes into descriptor write_fd, which is put there as text, and moves MESSAGES_BYTES
 * over loopback as often as counts says of sendmmsg. All are counted, no others.
 */
void compat_check_counts(int (*run)(void *arg), char write_fd[16],
			 const struct compat_count *counts, size_t len);
/* The same program: its bytes by file and socket. */
void compat_check_objects(int (*run)(void *arg), char write_fd[16],
			  const struct compat_count *counts, size_t len);

#endif
