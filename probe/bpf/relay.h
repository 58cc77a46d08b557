/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tail calls, also where a program with functions may make none: on arm64 before 6.0
 * (d4609a5d8c70), and without the JIT. There it leaves the index, and a second program of the same
 * hook, which has no functions and is attached behind it, makes the call: relay_*.
 *
 *   hook --> count_exit    leaves 7 in relay[RELAY_CALL]      one CPU; nothing comes between: both
 *        --> relay_call    takes 7, tail call into the stream  run within one tracepoint, which is
 *                                                              not preempted on those kernels
 *
 * An interrupt may pass a hook of io_uring between the two of another: each hook has its own place.
 * One that passes the same hook meanwhile there is not: the kernel holds the ring's completion lock
 * with interrupts off (fs/io_uring.c of 5.10), and only tasks submit and return from calls.
 *
 * cpu_stats is declared by whoever includes this.
 */
#ifndef PROBE_BPF_RELAY_H
#define PROBE_BPF_RELAY_H

/* Set by the loader. Verifier: a constant, what is behind the test of it is there or it is not. */
const volatile __u8 relayed;

static __always_inline u32 *relay_here(enum relay hook)
{
	u32 cpu = bpf_get_smp_processor_id();
	struct cpu_stats *stats = bpf_map_lookup_elem(&cpu_stats, &cpu);

	return stats ? &stats->relay[hook] : NULL;
}

/*
 * Does not return when progs has a program at index, or leaves that to the hook's relay: true.
 * False: there is no such program.
 */
static __always_inline bool tail_call(u64 *ctx, void *progs, u32 index, enum relay hook)
{
	u32 *left;

	if (!relayed) {
		bpf_tail_call(ctx, progs, index);
		return false;
	}
	left = relay_here(hook);
	if (left)
		*left = index + 1;
	return left;
}

static __always_inline int relay_take(u64 *ctx, void *progs, enum relay hook)
{
	u32 *left = relay_here(hook), index = left ? *left : 0;

	if (!index)
		return 0;
	*left = 0;
	bpf_tail_call(ctx, progs, index - 1);
	return 0;
}

#endif
