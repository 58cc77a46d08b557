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
#include "enter_hook.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "live.h"
#include "probe/count.skel.h"

struct enter_hook {
	struct bpf_program *program;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool wanted, stop;     /* under lock */
	struct bpf_link *link; /* of the thread */
	atomic_int state;      /* enum probe_timing as it is, or -errno of the last attach */
	uint32_t generation;   /* of the caller */
};

static void attach(struct enter_hook *hook)
{
	hook->link = bpf_program__attach(hook->program);
	atomic_store(&hook->state, hook->link ? PROBE_TIMING_ON : -errno);
}

static void detach(struct enter_hook *hook)
{
	bpf_link__destroy(hook->link);
	hook->link = NULL;
	atomic_store(&hook->state, PROBE_TIMING_OFF);
}

static void *enter_hook_main(void *arg)
{
	struct enter_hook *hook = arg;
	bool tried = false;

	pthread_setname_np(pthread_self(), "saker-timing");
	pthread_mutex_lock(&hook->lock);
	while (!hook->stop) {
		bool wanted = hook->wanted;

		/* An attach that failed is tried again when it is wanted anew. */
		if (wanted == (hook->link != NULL || tried)) {
			pthread_cond_wait(&hook->changed, &hook->lock);
			continue;
		}
		pthread_mutex_unlock(&hook->lock);
		tried = wanted;
		if (wanted)
			attach(hook);
		else
			detach(hook);
		pthread_mutex_lock(&hook->lock);
	}
	pthread_mutex_unlock(&hook->lock);
	if (hook->link)
		detach(hook);
	return NULL;
}

static int enter_hook_get(struct probe *probe, struct enter_hook **ret_hook)
{
	struct enter_hook *hook = probe->enter_hook;
	int rc;

	if (!hook) {
		hook = calloc(1, sizeof(*hook));
		if (!hook)
			return -ENOMEM;
		hook->program = probe->count->progs.count_enter;
		pthread_mutex_init(&hook->lock, NULL);
		pthread_cond_init(&hook->changed, NULL);
		rc = -pthread_create(&hook->thread, NULL, enter_hook_main, hook);
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
	pthread_mutex_lock(&hook->lock);
	hook->stop = true;
	pthread_cond_signal(&hook->changed);
	pthread_mutex_unlock(&hook->lock);
	pthread_join(hook->thread, NULL);
	pthread_cond_destroy(&hook->changed);
	pthread_mutex_destroy(&hook->lock);
	free(hook);
}

static void want(struct enter_hook *hook, bool wanted)
{
	pthread_mutex_lock(&hook->lock);
	hook->wanted = wanted;
	pthread_cond_signal(&hook->changed);
	pthread_mutex_unlock(&hook->lock);
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
	struct enter_hook *hook;
	int rc;

	if (!probe->count)
		return -ENODEV;
	if ((wanted != PROBE_TIMING_OFF) == (probe->knobs->timing_gen != 0))
		return 0;
	rc = enter_hook_get(probe, &hook);
	if (rc < 0)
		return rc;
	if (wanted == PROBE_TIMING_OFF) {
		/* What is streamed of slow calls needs durations. */
		__atomic_store_n(&probe->knobs->min_duration_ns, 0, __ATOMIC_RELAXED);
		knobs_write(probe->knobs, 0);
		want(hook, false);
		return 0;
	}
	hook->generation = hook->generation % (STAMP_TAKEN - 1) + 1;
	knobs_write(probe->knobs, hook->generation);
	want(hook, true);
	return 0;
}

int probe_timing(const struct probe *probe)
{
	int state;

	if (!probe->enter_hook || !probe->knobs->timing_gen)
		return PROBE_TIMING_OFF;
	state = atomic_load(&probe->enter_hook->state);
	return state == PROBE_TIMING_OFF ? PROBE_TIMING_STARTING : state;
}
