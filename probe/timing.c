/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations on and off. The knobs are written by the caller, at once; the program on sys_enter is
 * attached and detached by a thread of its own, because the kernel may wait for a grace period of
 * all CPUs (kernel/tracepoint.c) and the engine must not.
 *
 *   off --(wanted)--> starting --(attached)--> on --(not wanted)--> off, detached some time later
 *
 * A generation is one time of being on. Stamps carry it, so those of an earlier time mean nothing.
 */
#include "timing.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "live.h"
#include "probe/count.skel.h"

struct timing {
	struct bpf_program *program;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool wanted, stop;     /* under lock */
	struct bpf_link *link; /* of the thread */
	atomic_int state;      /* enum probe_timing as it is, or -errno of the last attach */
	uint32_t generation;   /* of the caller */
};

static void attach(struct timing *timing)
{
	timing->link = bpf_program__attach(timing->program);
	atomic_store(&timing->state, timing->link ? PROBE_TIMING_ON : -errno);
}

static void detach(struct timing *timing)
{
	bpf_link__destroy(timing->link);
	timing->link = NULL;
	atomic_store(&timing->state, PROBE_TIMING_OFF);
}

static void *timing_main(void *arg)
{
	struct timing *timing = arg;
	bool tried = false;

	pthread_setname_np(pthread_self(), "saker-timing");
	pthread_mutex_lock(&timing->lock);
	while (!timing->stop) {
		bool wanted = timing->wanted;

		/* An attach that failed is tried again when it is wanted anew. */
		if (wanted == (timing->link != NULL || tried)) {
			pthread_cond_wait(&timing->changed, &timing->lock);
			continue;
		}
		pthread_mutex_unlock(&timing->lock);
		tried = wanted;
		if (wanted)
			attach(timing);
		else
			detach(timing);
		pthread_mutex_lock(&timing->lock);
	}
	pthread_mutex_unlock(&timing->lock);
	if (timing->link)
		detach(timing);
	return NULL;
}

static int timing_get(struct probe *probe, struct timing **ret_timing)
{
	struct timing *timing = probe->timing;
	int rc;

	if (!timing) {
		timing = calloc(1, sizeof(*timing));
		if (!timing)
			return -ENOMEM;
		timing->program = probe->count->progs.count_enter;
		pthread_mutex_init(&timing->lock, NULL);
		pthread_cond_init(&timing->changed, NULL);
		rc = -pthread_create(&timing->thread, NULL, timing_main, timing);
		if (rc < 0) {
			free(timing);
			return rc;
		}
		probe->timing = timing;
	}
	*ret_timing = timing;
	return 0;
}

void timing_free(struct timing *timing)
{
	if (!timing)
		return;
	pthread_mutex_lock(&timing->lock);
	timing->stop = true;
	pthread_cond_signal(&timing->changed);
	pthread_mutex_unlock(&timing->lock);
	pthread_join(timing->thread, NULL);
	pthread_cond_destroy(&timing->changed);
	pthread_mutex_destroy(&timing->lock);
	free(timing);
}

static void want(struct timing *timing, bool wanted)
{
	pthread_mutex_lock(&timing->lock);
	timing->wanted = wanted;
	pthread_cond_signal(&timing->changed);
	pthread_mutex_unlock(&timing->lock);
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

int probe_want_timing(struct probe *probe, enum probe_timing wanted)
{
	struct timing *timing;
	int rc;

	if (!probe->count)
		return -ENODEV;
	if ((wanted != PROBE_TIMING_OFF) == (probe->knobs->timing_gen != 0))
		return 0;
	rc = timing_get(probe, &timing);
	if (rc < 0)
		return rc;
	if (wanted == PROBE_TIMING_OFF) {
		/* What is streamed of slow calls needs durations. */
		__atomic_store_n(&probe->knobs->min_duration_ns, 0, __ATOMIC_RELAXED);
		knobs_write(probe->knobs, 0);
		want(timing, false);
		return 0;
	}
	timing->generation = timing->generation % (STAMP_TAKEN - 1) + 1;
	knobs_write(probe->knobs, timing->generation);
	want(timing, true);
	return 0;
}

int probe_timing(const struct probe *probe)
{
	int state;

	if (!probe->timing || !probe->knobs->timing_gen)
		return PROBE_TIMING_OFF;
	state = atomic_load(&probe->timing->state);
	return state == PROBE_TIMING_OFF ? PROBE_TIMING_STARTING : state;
}
