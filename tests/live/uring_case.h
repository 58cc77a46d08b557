/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of io_uring share: the ways in which a request is done, and its counts. */
#ifndef TESTS_LIVE_URING_CASE_H
#define TESTS_LIVE_URING_CASE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>
#include "probe/schema/sample.h"
#include "uring_child.h"

/* In the child: a wrong result ends it with its line. */
#define NEED(condition)                  \
	do {                             \
		if (!(condition))        \
			_exit(__LINE__); \
	} while (0)

/* Who does a request: the task itself, a worker, the polling thread. */
struct uring_mode {
	const char *name;
	unsigned setup; /* IORING_SETUP_* */
	uint8_t flags;  /* IOSQE_* */
};
#define URING_MODES 3
extern const struct uring_mode uring_modes[URING_MODES];

/* Requests of one process by operation; the last is of those that are not known. */
#define URING_SUMS 256
struct uring_sums {
	pid_t pid;
	uint64_t calls[URING_SUMS], errors[URING_SUMS];
	uint64_t all, failed; /* of all operations but nop */
};
/*
 * Do completions say which request they are of? Else (io_uring of 5.15) they name its ring and
 * user_data, and what is refused before it is submitted has no record.
 */
bool uring_names_requests(void);
/* Of the watch's last child. */
void uring_sums_read(struct uring_sums *ret_sums);

#endif
