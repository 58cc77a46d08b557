/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of io_uring for test children, without a library: one request at a time. Its only system
 * calls are io_uring_setup, io_uring_register and io_uring_enter, and mmap at the start.
 */
#ifndef TESTS_LIVE_URING_CHILD_H
#define TESTS_LIVE_URING_CHILD_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>

struct uring_child {
	int fd;
	unsigned setup;    /* IORING_SETUP_* */
	unsigned features; /* IORING_FEAT_* */
	unsigned taken;    /* entries ever; published at the next submit */
	unsigned *sq_head, *sq_tail, *sq_mask, *sq_array, *sq_flags;
	unsigned *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

/* Makes a ring of eight entries. 0 or -errno. */
int uring_child_open(struct uring_child *ring, unsigned setup);
/* The same of one entry, and with room for one completion. */
int uring_child_open_small(struct uring_child *ring, unsigned setup);
/* A free entry, zeroed, with its operation and user_data; the caller fills the rest. */
struct io_uring_sqe *uring_child_sqe(struct uring_child *ring, unsigned op);
/* Submits what was taken since the last time. 0 or -errno. */
int uring_child_submit(struct uring_child *ring);
/* Waits for the next completion; returns its result, its flags in *ret_flags when not NULL. */
int uring_child_wait(struct uring_child *ring, unsigned *ret_flags);
/* Submits the entry that was taken last and waits for it. Returns its result. */
int uring_child_run(struct uring_child *ring);
/* Does the kernel of this ring know the operation? */
bool uring_child_has(const struct uring_child *ring, unsigned op);
/* A ring file table of `len` empty slots. 0 or -errno. */
int uring_child_slots(struct uring_child *ring, unsigned len);

#endif
