/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls whose contents can be checked against themselves: what a write writes and an open names
 * carries thread, sequence number and a checksum, so that a record that mixes two calls is found.
 */
#ifndef TESTS_LIVE_SELF_CHECK_H
#define TESTS_LIVE_SELF_CHECK_H

#include <stddef.h>
#include <stdint.h>
#include "probe/schema/decode.h"

/* At most; the snaplen of the test is at least this. */
#define SELF_CHECK_BYTES 120

/* Names the calling thread after its tid, as self_check_record() expects it. */
void self_check_name_thread(void);
/* Writes to fd; the length depends on seq. */
void self_check_write(int fd, uint64_t seq);
/* Opens (or fails to open) a name in /dev/shm that carries the same. */
void self_check_open(uint64_t seq);

enum self_check_result {
	SELF_CHECK_OTHER, /* not one of these calls */
	SELF_CHECK_RIGHT,
	SELF_CHECK_WRONG,
};
enum self_check_result self_check_record(const struct event *event);

#endif
