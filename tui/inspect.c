/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread that looks for runtimes' files, see inspect.h.
 *
 *   free -> waiting -> (thread) working -> found -> (taken) free
 *              ^                   |----> missing --(RETRY_NS)--> waiting
 *              '---(AGAIN_NS)------'      after AGAIN_MAX_NS
 *
 * A container's first process is in its cgroup before it has its mounts, and a runtime may write a
 * file when that process runs already: what is not found is looked for some more times at once.
 * A container of a moment has ended by then; who made its cgroup has not, so it is looked for from
 * that moment on, and the answer waits for the question.
 *
 * Where files lie is in inspect_files.c.
 */
#include "inspect.h"
#include "inspect_list.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ll
#define JOBS_MAX 256
#define RETRY_NS 2000000000ll
#define KEEP_NS 20000000000ll /* that an answer waits for its question */
#define AGAIN_NS 10000000ll
#define AGAIN_MAX_NS 150000000ll
#define AGAIN_MIN_TRIES 8 /* where time runs faster than the thread */
#define LIST_NS 3000000000ll

enum job_state { JOB_FREE, JOB_WAITING, JOB_WORKING, JOB_FOUND, JOB_MISSING };

enum job_kind { JOB_INFO, JOB_USERS };

struct job {
	enum job_state state;
	enum job_kind kind;
	int rc; /* of MISSING */
	struct container_match match;
	uint32_t pid;
	uint32_t maker; /* the process that made its cgroup; 0: not known */
	bool asked;     /* somebody waits for it */
	unsigned tries;
	long long since_ns;         /* when it was first asked for */
	long long due_ns;           /* WAITING: not to be looked for before */
	long long done_ns;          /* FOUND, MISSING: since when */
	struct container_info info; /* of FOUND */
};

/* given --(LIST_NS)--> wanted -> (thread) made -> given */
enum list_state { LIST_GIVEN, LIST_WANTED, LIST_MADE };

struct inspector {
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t work;
	bool ended;
	char *host_root;
	struct inspect_memory memory; /* the thread's */
	/* The last one, and the thread's, which takes its place when it is made. */
	struct inspect_list lists[2];
	unsigned last_list;
	enum list_state list_state;
	long long list_given_ns;
	struct job jobs[JOBS_MAX];
};

/* The job that is due first; NULL: none waits. */
static struct job *find_waiting(struct inspector *inspector)
{
	struct job *first = NULL;

	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct job *job = &inspector->jobs[i];

		if (job->state == JOB_WAITING && (!first || job->due_ns < first->due_ns))
			first = job;
	}
	return first;
}

static void wait_until(struct inspector *inspector, long long due_ns)
{
	const struct timespec due = { .tv_sec = due_ns / NS_PER_S, .tv_nsec = due_ns % NS_PER_S };

	pthread_cond_timedwait(&inspector->work, &inspector->lock, &due);
}

/* The job was looked for with that result. */
static void job_done(struct job *job, int rc, const struct container_info *info)
{
	long long now = inspect_now_ns();

	job->rc = rc;
	job->tries++;
	job->done_ns = now;
	if (rc == 0) {
		job->state = JOB_FOUND;
		job->info = *info;
	} else if (job->kind == JOB_INFO && (job->pid || job->maker) &&
		   (now - job->since_ns < AGAIN_MAX_NS || job->tries < AGAIN_MIN_TRIES)) {
		job->state = JOB_WAITING;
		job->due_ns = now + AGAIN_NS;
	} else {
		job->state = JOB_MISSING;
	}
}

/* Makes the list with the lock open. */
static void make_list(struct inspector *inspector)
{
	unsigned next = !inspector->last_list;

	pthread_mutex_unlock(&inspector->lock);
	inspect_list(inspector->host_root, &inspector->memory, &inspector->lists[!next],
		     &inspector->lists[next]);
	pthread_mutex_lock(&inspector->lock);
	inspector->last_list = next;
	inspector->list_state = LIST_MADE;
}

static int work_on(struct inspector *inspector, const struct job *job,
		   struct container_info *ret_info)
{
	int rc;

	if (job->kind == JOB_USERS)
		return inspect_users(inspector->host_root, job->pid, ret_info);
	rc = inspect_container(inspector->host_root, &job->match, job->pid ? job->pid : job->maker,
			       &inspector->memory, ret_info);
	if (rc < 0 && job->pid && job->maker)
		rc = inspect_container(inspector->host_root, &job->match, job->maker,
				       &inspector->memory, ret_info);
	return rc;
}

static void *inspector_main(void *arg)
{
	struct inspector *inspector = arg;

	pthread_mutex_lock(&inspector->lock);
	while (!inspector->ended) {
		struct job *job = find_waiting(inspector);
		struct container_info info = { .name = NULL };
		int rc;

		/* Containers in which something runs come first. */
		if (inspector->list_state == LIST_WANTED &&
		    (!job || job->due_ns > inspect_now_ns())) {
			make_list(inspector);
			continue;
		}
		if (!job) {
			pthread_cond_wait(&inspector->work, &inspector->lock);
			continue;
		}
		if (job->due_ns > inspect_now_ns()) {
			wait_until(inspector, job->due_ns);
			continue;
		}
		job->state = JOB_WORKING;
		/* Sockets are asked again for what somebody waits for, or what has files. */
		inspector->memory.reluctant = job->tries && !job->asked;
		pthread_mutex_unlock(&inspector->lock);
		/* While it is worked on nobody changes what a job looks for. */
		rc = work_on(inspector, job, &info);
		pthread_mutex_lock(&inspector->lock);
		job_done(job, rc, &info);
	}
	pthread_mutex_unlock(&inspector->lock);
	return NULL;
}

int inspector_new(const char *host_root, struct inspector **ret_inspector)
{
	struct inspector *inspector = calloc(1, sizeof(*inspector));
	pthread_condattr_t clock;
	int rc;

	if (!inspector)
		return -ENOMEM;
	inspector->host_root = strdup(host_root);
	pthread_mutex_init(&inspector->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&inspector->work, &clock);
	pthread_condattr_destroy(&clock);
	rc = inspector->host_root
		     ? -pthread_create(&inspector->thread, NULL, inspector_main, inspector)
		     : -ENOMEM;
	if (rc < 0) {
		free(inspector->host_root);
		free(inspector);
		return rc;
	}
	pthread_setname_np(inspector->thread, "saker-inspect");
	*ret_inspector = inspector;
	return 0;
}

void inspector_free(struct inspector *inspector)
{
	if (!inspector)
		return;
	pthread_mutex_lock(&inspector->lock);
	inspector->ended = true;
	pthread_cond_signal(&inspector->work);
	pthread_mutex_unlock(&inspector->lock);
	pthread_join(inspector->thread, NULL);
	for (size_t i = 0; i < JOBS_MAX; i++)
		container_info_release(&inspector->jobs[i].info);
	pthread_mutex_destroy(&inspector->lock);
	pthread_cond_destroy(&inspector->work);
	free(inspector->host_root);
	free(inspector);
}

static void drop_job(struct job *job)
{
	container_info_release(&job->info);
	*job = (struct job){ .state = JOB_FREE };
}

/*
 * The job of a container; a free one when there is none, or the oldest that nobody asked for:
 * anybody may make cgroups. NULL when all are taken.
 */
static struct job *find_job(struct inspector *inspector, enum job_kind kind,
			    const struct container_match *match)
{
	struct job *spare = NULL, *unasked = NULL;

	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct job *job = &inspector->jobs[i];
		bool old = (job->state == JOB_MISSING || job->state == JOB_FOUND) &&
			   inspect_now_ns() - job->done_ns > KEEP_NS;

		/* Nobody asks for it any more. */
		if (old)
			drop_job(job);
		if (job->state != JOB_FREE && job->kind == kind &&
		    job->match.engine == match->engine && !strcmp(job->match.id, match->id) &&
		    !strcmp(job->match.full_id, match->full_id))
			return job;
		if (job->state == JOB_FREE && !spare)
			spare = job;
		if (!job->asked && job->state != JOB_WORKING &&
		    (!unasked || job->since_ns < unasked->since_ns))
			unasked = job;
	}
	if (!spare && unasked) {
		drop_job(unasked);
		spare = unasked;
	}
	return spare;
}

/* When a job that found nothing may begin anew. */
static bool is_over(const struct job *job, uint32_t pid)
{
	long long age = inspect_now_ns() - job->done_ns;

	if (job->kind == JOB_USERS)
		return age > AGAIN_NS;
	/* Through another process more may be found; the one before may have gone. */
	return (pid && pid != job->pid) || age > RETRY_NS;
}

static int ask(struct inspector *inspector, enum job_kind kind, const struct container_match *match,
	       uint32_t pid, struct container_info *ret_info)
{
	struct job *job;
	int rc = -EAGAIN;

	pthread_mutex_lock(&inspector->lock);
	job = find_job(inspector, kind, match);
	if (job)
		job->asked = true;
	if (!job) {
		rc = -ENOSPC;
	} else if (job->state == JOB_FOUND) {
		*ret_info = job->info;
		*job = (struct job){ .state = JOB_FREE };
		rc = 0;
	} else if (job->state == JOB_WAITING && pid) {
		job->pid = pid; /* the one before may have gone */
	} else if (job->state == JOB_MISSING && !is_over(job, pid)) {
		rc = job->rc;
	} else if (job->state == JOB_FREE || job->state == JOB_MISSING) {
		rc = job->state == JOB_MISSING && kind == JOB_USERS ? job->rc : -EAGAIN;
		*job = (struct job){ .state = JOB_WAITING,
				     .kind = kind,
				     .match = *match,
				     .pid = pid,
				     .asked = true,
				     .since_ns = inspect_now_ns() };
		pthread_cond_signal(&inspector->work);
	}
	pthread_mutex_unlock(&inspector->lock);
	return rc;
}

void inspector_made(struct inspector *inspector, const struct container_match *match,
		    uint32_t maker)
{
	struct job *job;

	pthread_mutex_lock(&inspector->lock);
	job = find_job(inspector, JOB_INFO, match);
	if (job && job->state == JOB_FREE) {
		*job = (struct job){ .state = JOB_WAITING,
				     .kind = JOB_INFO,
				     .match = *match,
				     .maker = maker,
				     .since_ns = inspect_now_ns(),
				     /* After what is asked for. */
				     .due_ns = inspect_now_ns() };
		pthread_cond_signal(&inspector->work);
	}
	pthread_mutex_unlock(&inspector->lock);
}

int inspector_ask(struct inspector *inspector, const struct container_match *match, uint32_t pid,
		  struct container_info *ret_info)
{
	return ask(inspector, JOB_INFO, match, pid, ret_info);
}

int inspector_ask_users(struct inspector *inspector, const struct container_match *match,
			uint32_t pid, struct container_info *ret_info)
{
	return ask(inspector, JOB_USERS, match, pid, ret_info);
}

int inspector_list(struct inspector *inspector,
		   void (*fn)(void *ctx, const struct container_listed *listed), void *ctx)
{
	const struct inspect_list *list = NULL;
	long long now = inspect_now_ns();

	pthread_mutex_lock(&inspector->lock);
	if (inspector->list_state == LIST_MADE) {
		list = &inspector->lists[inspector->last_list];
		inspector->list_state = LIST_GIVEN;
		inspector->list_given_ns = now;
	} else if (inspector->list_state == LIST_GIVEN &&
		   (!inspector->list_given_ns || now - inspector->list_given_ns >= LIST_NS)) {
		inspector->list_state = LIST_WANTED;
		pthread_cond_signal(&inspector->work);
	}
	pthread_mutex_unlock(&inspector->lock);
	/* Nobody changes it before the next one is made, which is wanted by another call. */
	for (size_t i = 0; list && i < list->len; i++)
		fn(ctx, &list->at[i]);
	return list ? 0 : -EAGAIN;
}
