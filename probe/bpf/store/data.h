/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The first knobs.snaplen bytes of what a call read or wrote, from one buffer or from a vector of
 * them. Data is the first parameter of variable size in every event that has it, so its place is a
 * constant: the caller passes the bytes of the parameters in front of it.
 */
#ifndef PROBE_BPF_STORE_DATA_H
#define PROBE_BPF_STORE_DATA_H

#include "build.h"

#define IOV_MAX_READ 64 /* elements of a vector that are looked at */

/* How many of len bytes are kept. */
static __always_inline u32 data_limit(struct build *b, s64 len)
{
	u32 limit = b->call->knobs->snaplen;

	if (limit > RECORD_SNAPLEN_MAX)
		limit = RECORD_SNAPLEN_MAX;
	if (len <= 0)
		return 0;
	if (len > limit) {
		b->slot->flags |= RECORD_F_CUT;
		return limit;
	}
	return len;
}

/* Where data begins in an event of n parameters with `before` bytes of parameters in front. */
#define DATA_AT(n, before) (EVENT_AT + sizeof(struct event_header) + 2 * (n) + (before))

/* Parameter i: `len` bytes at user, of which data_limit() are kept. at = DATA_AT(). */
static __always_inline void build_data(struct build *b, const u32 i, const u32 at, u64 user,
				       s64 len)
{
	u32 kept = data_limit(b, len) & RECORD_SNAPLEN_MAX;

	if (kept && bpf_probe_read_user(b->slot->data + at, kept, (void *)user)) {
		b->slot->flags |= RECORD_F_UNREADABLE;
		kept = 0;
	}
	build_done(b, i, kept);
}
_Static_assert((RECORD_SNAPLEN_MAX & (RECORD_SNAPLEN_MAX + 1)) == 0, "build_data masks with it");

/* Verifier: the rest of what they need is in the slot, as all stacks share 512 bytes. */
struct vector_loop {
	struct scratch *slot;
};

/* Reads element i of the vector into the slot. Returns 0, or -1 when it cannot be read. */
static __always_inline int vector_read(struct scratch *slot, u32 i)
{
	struct {
		u32 base, len;
	} narrow;
	bool failed;

	if (slot->abi) {
		failed = bpf_probe_read_user(&narrow, sizeof(narrow),
					     (void *)(slot->vector + i * sizeof(narrow)));
		slot->element.base = narrow.base;
		slot->element.len = narrow.len;
	} else {
		failed = bpf_probe_read_user(&slot->element, sizeof(slot->element),
					     (void *)(slot->vector + i * sizeof(slot->element)));
	}
	if (!failed)
		return 0;
	slot->flags |= RECORD_F_UNREADABLE;
	return -1;
}

REPEATED int vector_size_step(u32 i, struct vector_loop *loop)
{
	struct scratch *slot = loop->slot;

	if (i >= slot->vector_len || vector_read(slot, i))
		return STOP;
	slot->vector_size += slot->element.len;
	return GO_ON;
}

/* Sum of the lengths of a vector of cnt elements. Marks the record cut when there are too many. */
SUBPROG u64 build_iov_size(struct scratch *slot, u64 vector, u32 cnt)
{
	struct vector_loop loop = { slot };

	if (!slot)
		return 0;
	if (cnt > IOV_MAX_READ)
		slot->flags |= RECORD_F_CUT;
	slot->vector = vector;
	slot->vector_len = cnt;
	slot->vector_size = 0;
	REPEAT(IOV_MAX_READ, vector_size_step, &loop);
	return slot->vector_size;
}

#ifdef PLAIN_KERNEL /* see scratch_at() */
SUBPROG_OF_NUMBERS u64 build_iov_size_at(u32 index, u64 vector, u32 cnt)
{
	return build_iov_size(scratch_at(index), vector, cnt);
}
#define build_iov_size(slot, vector, cnt) build_iov_size_at((slot)->index, vector, cnt)
#endif

REPEATED int vector_copy_step(u32 i, struct vector_loop *loop)
{
	struct scratch *slot = loop->slot;
	u32 take, at = slot->vector_at & 0x3fff;

	if (i >= slot->vector_len || slot->copied >= slot->vector_limit || vector_read(slot, i))
		return STOP;
	take = slot->vector_limit - slot->copied;
	if (slot->element.len < take)
		take = slot->element.len;
	take &= RECORD_SNAPLEN_MAX;
	if (!take)
		return GO_ON;
	if (bpf_probe_read_user(slot->data + at + (slot->copied & RECORD_SNAPLEN_MAX), take,
				(void *)slot->element.base)) {
		slot->flags |= RECORD_F_UNREADABLE;
		return STOP;
	}
	slot->copied += take;
	return GO_ON;
}

/* Copies `limit` bytes of the vector to data[at]. Returns how many were read. */
SUBPROG_TWIN u32 build_iov(struct scratch *slot, u32 at, u64 vector, u32 cnt, u32 limit)
{
	struct vector_loop loop = { slot };

	if (!slot)
		return 0;
	slot->copied = 0;
	slot->vector = vector;
	slot->vector_len = cnt;
	slot->vector_at = at;
	slot->vector_limit = limit;
	REPEAT(IOV_MAX_READ, vector_copy_step, &loop);
	return slot->copied;
}

#ifdef PLAIN_KERNEL /* see scratch_at() */
SUBPROG_OF_NUMBERS u32 build_iov_at(u32 index, u32 at, u64 vector, u32 cnt, u32 limit)
{
	return build_iov(scratch_at(index), at, vector, cnt, limit);
}
#define build_iov(slot, at, vector, cnt, limit) build_iov_at((slot)->index, at, vector, cnt, limit)
#endif

/* Parameter i: the first data_limit() of len bytes of a vector. */
static __always_inline void build_iov_data(struct build *b, const u32 i, const u32 at,
					   struct iovec_user vector, s64 len)
{
	u32 kept = build_iov(b->slot, at, vector.base, vector.len, data_limit(b, len));

	build_done(b, i, kept & RECORD_SNAPLEN_MAX);
}

#endif
