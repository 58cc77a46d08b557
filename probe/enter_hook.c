/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations on and off. The knobs are written by the caller, at once; the program on sys_enter is
 * attached and detached by the thread of hook.h.
 *
 *   off --(wanted)--> starting --(attached)--> on --(not wanted)--> off, detached some time later
 *
 * A generation is one time of being on. Stamps carry it, so those of an earlier time mean nothing.
 */
#include "enter_hook.h"

#include <errno.h>
#include <stdlib.h>
#include "hook.h"
#include "live.h"
#include "probe/count.skel.h"

struct enter_hook {
	struct hook *hook;
	uint32_t generation;
};

static int enter_hook_get(struct probe *probe, struct enter_hook **ret_hook)
{
	struct enter_hook *hook = probe->enter_hook;
	int rc;

	if (!hook) {
		hook = calloc(1, sizeof(*hook));
		if (!hook)
			return -ENOMEM;
		rc = hook_new(probe->count->progs.count_enter, "saker-timing", &hook->hook);
		if (rc < 0) {
			free(hook);
			return rc;
		}
		probe->enter_hook = hook;
	}
	*ret_hook = hook;
	return 0;
}

void enter_hook_free(struct enter_hook *hook)
{
	if (!hook)
		return;
	hook_free(hook->hook);
	free(hook);
}

/* Every number's returns look for a stamp, or none does. */
static void knobs_write(struct probe_knobs *knobs, uint32_t generation)
{
	__atomic_store_n(&knobs->timing_gen, generation, __ATOMIC_RELEASE);
	for (size_t nr = 0; nr < SYSCALL_NR_MAX; nr++) {
		uint8_t interest = knobs->interest[nr] & (uint8_t)~INTEREST_TIMED;

		__atomic_store_n(&knobs->interest[nr],
				 generation ? interest | INTEREST_TIMED : interest,
				 __ATOMIC_RELAXED);
	}
}

int probe_want_timing(struct probe *probe, enum probe_timed wanted)
{
	struct enter_hook *hook;
	int rc;

	if (!probe->count)
		return -ENODEV;
	__atomic_store_n(&probe->knobs->timing_all, wanted == PROBE_TIMED_ALL, __ATOMIC_RELAXED);
	if ((wanted != PROBE_TIMED_NOTHING) == (probe->knobs->timing_gen != 0))
		return 0;
	rc = enter_hook_get(probe, &hook);
	if (rc < 0)
		return rc;
	if (wanted == PROBE_TIMED_NOTHING) {
		/* What is streamed of slow calls needs durations. */
		__atomic_store_n(&probe->knobs->min_duration_ns, 0, __ATOMIC_RELAXED);
		knobs_write(probe->knobs, 0);
		hook_want(hook->hook, false);
		return 0;
	}
	hook->generation = hook->generation % (STAMP_TAKEN - 1) + 1;
	knobs_write(probe->knobs, hook->generation);
	hook_want(hook->hook, true);
	return 0;
}

int probe_timing(const struct probe *probe)
{
	int state;

	if (!probe->enter_hook || !probe->knobs->timing_gen)
		return PROBE_TIMING_OFF;
	state = hook_state(probe->enter_hook->hook);
	if (state < 0)
		return state;
	return state == HOOK_ON ? PROBE_TIMING_ON : PROBE_TIMING_STARTING;
}
