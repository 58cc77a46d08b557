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
 * Reserves a record of n parameters of `bytes` in all (constants), writes prefix and header.
 * Returns the record, NULL when the ring is full (the loss is counted).
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
	event_header_put(record + sizeof(struct record_prefix), call,
			 total - sizeof(struct record_prefix), n);
	return record;
}

/* Length of parameter i. */
static __always_inline void fixed_len(void *record, const u32 i, const u32 bytes)
{
	put_u16(record + FIXED_HEAD(i), bytes);
}

static __always_inline void fixed_submit(struct call *call, void *record)
{
	bpf_ringbuf_submit(record, ring_wakeup_flags(&call->ring, call->began_ns));
}

/* A parameter of fixed size. */
struct fixed_param {
	u32 bytes; /* 1, 2, 4 or 8 */
	u64 value;
};

/* The whole event of n parameters (all sizes constants): reserved, written, submitted. */
static __always_inline void fixed_event(struct call *call, const struct fixed_param *params,
					const u32 n)
{
	u32 bytes = 0;
	void *record;

#pragma unroll
	for (u32 i = 0; i < n; i++)
		bytes += params[i].bytes;
	record = fixed_reserve(call, n, bytes);
	if (!record)
		return;
	bytes = 0;
#pragma unroll
	for (u32 i = 0; i < n; i++) {
		void *at = record + FIXED_HEAD(n) + bytes;

		fixed_len(record, i, params[i].bytes);
		if (params[i].bytes == 8)
			put_u64(at, params[i].value);
		else if (params[i].bytes == 4)
			put_u32(at, params[i].value);
		else if (params[i].bytes == 2)
			put_u16(at, params[i].value);
		else
			*(u8 *)at = params[i].value;
		bytes += params[i].bytes;
	}
	fixed_submit(call, record);
}

/*
 * A program on sys_exit that stores an event of numbers: name, then { bytes, value } of each
 * parameter, where A(i) is a raw argument, FD(i) one that is a 32-bit descriptor, RET the result.
 */
#define A(i) call.args[i]
#define FD(i) ((u64)(s64)(s32)call.args[i])
#define RET ((u64)ret)
#define STORE_FIXED(name, ...)                                                          \
	ON_RETURN                                                                       \
	int CALL_PROG(name, struct pt_regs *regs, long ret)                             \
	{                                                                               \
		struct call call;                                                       \
		if (call_begin_syscall(&call, regs, ret))                               \
			return 0;                                                       \
		{                                                                       \
			const struct fixed_param params[] = { __VA_ARGS__ };            \
			fixed_event(&call, params, sizeof(params) / sizeof(params[0])); \
		}                                                                       \
		return 0;                                                               \
	}

#endif
