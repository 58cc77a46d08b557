/* SPDX-License-Identifier: Apache-2.0 */
#include "hook.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <bpf/libbpf.h>

#define ATTACH_TRIES 1000 /* a millisecond apart */

struct hook {
	struct bpf_program *program;
	char name[16];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool wanted, stop;     /* under lock */
	struct bpf_link *link; /* of the thread */
	atomic_int state;      /* enum hook_state, or -errno of the last attach */
};

/*
 * Where a worker takes away what was detached (bpf_link_put() of older kernels, seen on 6.1), it is
 * there for a moment, and the kernel does not attach a program twice.
 */
static void attach(struct hook *hook)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int rc = 0;

	for (int tries = 0; !hook->link && tries < ATTACH_TRIES; tries++) {
		if (tries)
			nanosleep(&moment, NULL);
		hook->link = bpf_program__attach(hook->program);
		rc = hook->link ? 0 : -errno;
		if (rc != -EEXIST)
			break;
	}
	atomic_store(&hook->state, hook->link ? HOOK_ON : rc);
}

static void detach(struct hook *hook)
{
	bpf_link__destroy(hook->link);
	hook->link = NULL;
}

static void *hook_main(void *arg)
{
	struct hook *hook = arg;
	bool tried = false;

	pthread_setname_np(pthread_self(), hook->name);
	pthread_mutex_lock(&hook->lock);
	while (!hook->stop) {
		bool wanted = hook->wanted;

		if (wanted == (hook->link != NULL || tried)) {
			pthread_cond_wait(&hook->changed, &hook->lock);
			continue;
		}
		/* Under the lock: who wants it again from now on does not find it on. */
		if (!wanted)
			atomic_store(&hook->state, HOOK_OFF);
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

int hook_new(struct bpf_program *program, const char *thread_name, struct hook **ret_hook)
{
	struct hook *hook = calloc(1, sizeof(*hook));
	int rc;

	if (!hook)
		return -ENOMEM;
	hook->program = program;
	snprintf(hook->name, sizeof(hook->name), "%s", thread_name);
	pthread_mutex_init(&hook->lock, NULL);
	pthread_cond_init(&hook->changed, NULL);
	rc = -pthread_create(&hook->thread, NULL, hook_main, hook);
	if (rc < 0) {
		free(hook);
		return rc;
	}
	*ret_hook = hook;
	return 0;
}

void hook_free(struct hook *hook)
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

void hook_want(struct hook *hook, bool wanted)
{
	pthread_mutex_lock(&hook->lock);
	hook->wanted = wanted;
	pthread_cond_signal(&hook->changed);
	pthread_mutex_unlock(&hook->lock);
}

int hook_state(const struct hook *hook)
{
	return atomic_load(&hook->state);
}
