/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events whose parameters have fixed sizes and that need no extension: built in the reserved ring
 * record itself, no scratch.
 *
 *   record  prefix | header (26) | u16 lengths[n] | parameters
 */
#ifndef PROBE_BPF_STORE_FIXED_H
#define PROBE_BPF_STORE_FIXED_H

#include "prefix.h"

#define FIXED_HEAD(n) (sizeof(struct record_prefix) + sizeof(struct event_header) + 2 * (n))

/*
 * Reserves a record of n parameters of `bytes` in all (constants), writes prefix and header. Returns
 * the record, NULL when the ring is full (the loss is counted).
 */
static __always_inline void *fixed_reserve(struct call *call, const u32 n, const u32 bytes)
{
	const u32 total = FIXED_HEAD(n) + bytes;
	void *record = bpf_ringbuf_reserve(call->ring.map, total, 0);

	if (!record) {
		ring_lose(&call->ring, RECORD_FATE_FULL);
		return NULL;
	}
	prefix_put(record, call, total, 0);
	event_header_put(record + sizeof(struct record_prefix), call, total - sizeof(struct record_prefix), n);
	return record;
}

/* Length of parameter i. */
static __always_inline void fixed_len(void *record, const u32 i, const u32 bytes)
{
	put_u16(record + FIXED_HEAD(i), bytes);
}

/* Parameter i of n, at byte `at` of the parameters. */
static __always_inline void fixed_u64(void *record, const u32 n, const u32 i, const u32 at, u64 value)
{
	fixed_len(record, i, 8);
	put_u64(record + FIXED_HEAD(n) + at, value);
}

static __always_inline void fixed_u32(void *record, const u32 n, const u32 i, const u32 at, u32 value)
{
	fixed_len(record, i, 4);
	put_u32(record + FIXED_HEAD(n) + at, value);
}

static __always_inline void fixed_submit(struct call *call, void *record, const u32 n, const u32 bytes)
{
	u64 flags = ring_wakeup_flags(&call->ring, call->ts_ns);

	bpf_ringbuf_submit(record, flags);
	ring_count(&call->ring, RECORD_FATE_DELIVERED);
	__sync_fetch_and_add(&call->ring.stats->bytes, FIXED_HEAD(n) + bytes);
}

#endif
