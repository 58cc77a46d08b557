/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Loops that the verifier need not unroll. It walks a loop of the language once per iteration, in
 * each program that has it: half of all that it read were walks of paths. With bpf_loop() (5.17,
 * e6f2dd0f8067) it walks the body once, or until nothing new can come of it. Callbacks need the
 * JIT.
 *
 *   REPEATED int step(u32 i, struct state *s)    one iteration; STOP ends the loop
 *   REPEAT(times, step, s)                       at most `times` of them; s is on the stack
 *
 * What changes from one iteration to the next is best kept in a map: of numbers on the stack the
 * verifier follows the values, and all stacks of a call chain share 512 bytes. A step is a function
 * also where the loop is written out: inlined, the compiler may lay it out so that its end falls
 * through to its head, which older verifiers (seen on 6.1) call a back-edge.
 */
#ifndef PROBE_BPF_REPEAT_H
#define PROBE_BPF_REPEAT_H

#include "kernel.h"

enum { GO_ON, STOP };

/* Set by the loader: programs may have callbacks. */
const volatile bool loops_by_helper = false;

#define REPEATED static __noinline
#ifdef PLAIN_KERNEL
#define REPEAT(times, step, state) REPEAT_HERE(times, step, state)
#else
#define REPEAT(times, step, state)                                               \
	do {                                                                     \
		if (loops_by_helper &&                                           \
		    bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)) \
			bpf_loop(times, step, state, 0);                         \
		else                                                             \
			REPEAT_HERE(times, step, state);                         \
	} while (0)
#endif
#define REPEAT_HERE(times, step, state)           \
	for (u32 i__ = 0; i__ < (times); i__++) { \
		if (step(i__, state) == STOP)     \
			break;                    \
	}

#endif
