/* SPDX-License-Identifier: Apache-2.0 */
#include "uring_child.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPS_MAX 256 /* io_uring_register(2): as many as may be asked about */
#define ENTRIES 8

static void *ring_map(int fd, size_t bytes, uint64_t offset)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
			(off_t)offset);

	return at == MAP_FAILED ? NULL : at;
}

static int ring_open(struct uring_child *ring, unsigned setup, unsigned entries)
{
	struct io_uring_params params = { .flags = setup,
					  .cq_entries = entries,
					  .sq_thread_idle = 1000 };
	uint8_t *sq, *cq;
	long fd = syscall(SYS_io_uring_setup, entries, &params);

	if (fd < 0)
		return -errno;
	sq = ring_map((int)fd, params.sq_off.array + params.sq_entries * sizeof(unsigned),
		      IORING_OFF_SQ_RING);
	cq = ring_map((int)fd, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
		      IORING_OFF_CQ_RING);
	ring->sqes =
		ring_map((int)fd, params.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
	if (!sq || !cq || !ring->sqes)
		return -ENOMEM;
	ring->fd = (int)fd;
	ring->setup = setup;
	ring->features = params.features;
	ring->taken = 0;
	ring->sq_head = (unsigned *)(void *)(sq + params.sq_off.head);
	ring->sq_tail = (unsigned *)(void *)(sq + params.sq_off.tail);
	ring->sq_mask = (unsigned *)(void *)(sq + params.sq_off.ring_mask);
	ring->sq_flags = (unsigned *)(void *)(sq + params.sq_off.flags);
	ring->sq_array = (unsigned *)(void *)(sq + params.sq_off.array);
	ring->cq_head = (unsigned *)(void *)(cq + params.cq_off.head);
	ring->cq_tail = (unsigned *)(void *)(cq + params.cq_off.tail);
	ring->cq_mask = (unsigned *)(void *)(cq + params.cq_off.ring_mask);
	ring->cqes = (struct io_uring_cqe *)(void *)(cq + params.cq_off.cqes);
	return 0;
}

int uring_child_open(struct uring_child *ring, unsigned setup)
{
	return ring_open(ring, setup, ENTRIES);
}

int uring_child_open_small(struct uring_child *ring, unsigned setup)
{
	return ring_open(ring, setup | IORING_SETUP_CQSIZE, 1);
}

struct io_uring_sqe *uring_child_sqe(struct uring_child *ring, unsigned op)
{
	unsigned tail = ring->taken++, index = tail & *ring->sq_mask;
	struct io_uring_sqe *sqe = &ring->sqes[index];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = (uint8_t)op;
	sqe->user_data = tail + 1;
	ring->sq_array[index] = index;
	return sqe;
}

static int enter(struct uring_child *ring, unsigned submit, unsigned wait, unsigned flags)
{
	return syscall(SYS_io_uring_enter, ring->fd, submit, wait, flags, NULL, 0) < 0 ? -errno : 0;
}

int uring_child_submit(struct uring_child *ring)
{
	unsigned queued = ring->taken - *ring->sq_tail;

	__atomic_store_n(ring->sq_tail, ring->taken, __ATOMIC_RELEASE);
	if (!(ring->setup & IORING_SETUP_SQPOLL))
		return enter(ring, queued, 0, 0);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(ring->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
		return enter(ring, queued, 0, IORING_ENTER_SQ_WAKEUP);
	return 0;
}

int uring_child_wait(struct uring_child *ring, unsigned *ret_flags)
{
	unsigned head = *ring->cq_head;
	struct io_uring_cqe *cqe = &ring->cqes[head & *ring->cq_mask];
	int res;

	while (__atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) == head) {
		int rc = enter(ring, 0, 1, IORING_ENTER_GETEVENTS);

		if (rc < 0 && rc != -EINTR)
			return rc;
	}
	res = cqe->res;
	if (ret_flags)
		*ret_flags = cqe->flags;
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	return res;
}

int uring_child_run(struct uring_child *ring)
{
	int rc = uring_child_submit(ring);

	return rc < 0 ? rc : uring_child_wait(ring, NULL);
}

bool uring_child_has(const struct uring_child *ring, unsigned op)
{
	_Alignas(struct io_uring_probe)
		uint8_t bytes[sizeof(struct io_uring_probe) +
			      OPS_MAX * sizeof(struct io_uring_probe_op)] = { 0 };
	const struct io_uring_probe *known = (const struct io_uring_probe *)(const void *)bytes;

	if (syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_PROBE, bytes, OPS_MAX) < 0)
		return false;
	return op <= known->last_op && known->ops[op].flags & IO_URING_OP_SUPPORTED;
}

int uring_child_slots(struct uring_child *ring, unsigned len)
{
	int fds[ENTRIES];

	if (len > ENTRIES)
		return -EINVAL;
	for (unsigned i = 0; i < len; i++)
		fds[i] = -1;
	return syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_FILES, fds, len) < 0
		       ? -errno
		       : 0;
}
