/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct ledger_thread {
	uint64_t start;
	uint32_t tid;
	uint32_t pid;
	uint64_t process_start;
	bool final;       /* from its exit record */
	bool last;        /* the first record that says that its process ended */
	unsigned refresh; /* in which it was last seen */
	struct call_count calls[COUNT_NR_COUNT];
	size_t calls_len;
	struct byte_count bytes;
};

void ledger_init(struct ledger *ledger)
{
	struct timespec now;

	*ledger = (struct ledger){ .threads = NULL };
	clock_gettime(CLOCK_BOOTTIME, &now);
	ledger->since_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	ledger->members = mmap(NULL, sizeof(*ledger->members), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ck_assert_ptr_ne(ledger->members, MAP_FAILED);
}

void ledger_release(struct ledger *ledger)
{
	free(ledger->threads);
	free(ledger->timings);
	munmap(ledger->members, sizeof(*ledger->members));
}

void ledger_add(struct ledger *ledger, pid_t pid)
{
	__atomic_store_n(&ledger->members->pids[pid], 1, __ATOMIC_RELEASE);
}

void ledger_join(struct ledger *ledger)
{
	ledger_add(ledger, getpid());
}

static bool member(const struct ledger *ledger, uint32_t pid, uint64_t start_ns)
{
	return pid < LEDGER_PID_MAX && start_ns >= ledger->since_ns &&
	       __atomic_load_n(&ledger->members->pids[pid], __ATOMIC_ACQUIRE);
}

static struct ledger_thread *thread_get(struct ledger *ledger, uint32_t tid, uint64_t start)
{
	struct ledger_thread *thread;

	for (size_t i = 0; i < ledger->threads_len; i++) {
		thread = &ledger->threads[i];
		if (thread->tid == tid && thread->start == start)
			return thread;
	}
	if (ledger->threads_len == ledger->threads_size) {
		size_t wanted = ledger->threads_size ? ledger->threads_size * 2 : 64;

		ledger->threads = reallocarray(ledger->threads, wanted, sizeof(*ledger->threads));
		ck_assert_ptr_nonnull(ledger->threads);
		ledger->threads_size = wanted;
	}
	thread = &ledger->threads[ledger->threads_len++];
	*thread = (struct ledger_thread){ .tid = tid, .start = start };
	return thread;
}

static void thread_set(struct ledger_thread *thread, const struct call_count *calls, size_t len)
{
	ck_assert_uint_le(len, COUNT_NR_COUNT);
	memcpy(thread->calls, calls, len * sizeof(*calls));
	thread->calls_len = len;
}

static void on_task(void *ctx, const struct task_sample *task, const struct call_count *calls)
{
	struct ledger *ledger = ctx;
	struct ledger_thread *thread;

	if (!member(ledger, task->pid, task->start_boot_ns))
		return;
	if (task->flags & TASK_F_ENDED) {
		ck_assert_uint_eq(task->calls_len, 0);
		ledger->zombies++;
		return;
	}
	thread = thread_get(ledger, task->tid, task->thread_start_boot_ns);
	if (thread->final)
		return;
	thread->pid = task->pid;
	thread->process_start = task->start_boot_ns;
	thread->refresh = ledger->refreshes;
	thread->bytes = task->bytes;
	thread_set(thread, calls, task->calls_len);
}

/* Several records say so when the last threads end together. */
static void ledger_process_ended(struct ledger *ledger, struct ledger_thread *thread)
{
	for (size_t i = 0; i < ledger->threads_len; i++) {
		const struct ledger_thread *other = &ledger->threads[i];

		if (other->last && other->pid == thread->pid &&
		    other->process_start == thread->process_start)
			return;
	}
	thread->last = true;
	ledger->ended++;
}

static void on_exit_record(void *ctx, const struct task_exit *ended, const struct call_count *calls)
{
	struct ledger *ledger = ctx;
	struct ledger_thread *thread;

	if (!member(ledger, ended->pid, ended->start_boot_ns))
		return;
	thread = thread_get(ledger, ended->tid, ended->thread_start_boot_ns);
	ck_assert_msg(!thread->final, "two exit records of thread %u", ended->tid);
	thread->pid = ended->pid;
	thread->process_start = ended->start_boot_ns;
	thread->final = true;
	thread->bytes = ended->bytes;
	thread_set(thread, calls, ended->calls_len);
	ledger->records++;
	if (ended->process_ended)
		ledger_process_ended(ledger, thread);
}

static void on_errno(void *ctx, const struct errno_count *count)
{
	struct ledger *ledger = ctx;
	size_t i = 0;

	if (count->nr == COUNT_NR_OTHER && count->err == 0) {
		ledger->errnos_lost = count->count;
		return;
	}
	if (!member(ledger, count->pid, count->start_boot_ns))
		return;
	while (i < ledger->errnos_len &&
	       (ledger->errnos[i].nr != count->nr || ledger->errnos[i].err != count->err))
		i++;
	if (i == ledger->errnos_len) {
		if (i == sizeof(ledger->errnos) / sizeof(ledger->errnos[0]))
			return;
		ledger->errnos_len++;
		ledger->errnos[i].nr = count->nr;
		ledger->errnos[i].err = count->err;
		ledger->errnos[i].count = 0;
	}
	ledger->errnos[i].count += count->count;
}

static void on_timing(void *ctx, const struct timing_count *count)
{
	struct ledger *ledger = ctx;

	if (!member(ledger, count->pid, count->start_boot_ns))
		return;
	if (ledger->timings_len == ledger->timings_size) {
		size_t wanted = ledger->timings_size ? ledger->timings_size * 2 : 64;

		ledger->timings = reallocarray(ledger->timings, wanted, sizeof(*ledger->timings));
		ck_assert_ptr_nonnull(ledger->timings);
		ledger->timings_size = wanted;
	}
	ledger->timings[ledger->timings_len++] = *count;
}

static void on_other(void *ctx, const struct call_count *count)
{
	struct ledger *ledger = ctx;

	ledger->other = *count;
}

int ledger_refresh(struct ledger *ledger, struct probe *probe)
{
	const struct probe_counter_sink sink = {
		.ctx = ledger,
		.task = on_task,
		.exit = on_exit_record,
		.err = on_errno,
		.timing = on_timing,
		.other = on_other,
	};
	size_t kept = 0;
	int rc;

	ledger->refreshes++;
	ledger->zombies = 0;
	ledger->errnos_len = 0;
	ledger->timings_len = 0;
	rc = probe_read_counters(probe, &sink);
	for (size_t i = 0; i < ledger->threads_len; i++) {
		const struct ledger_thread *thread = &ledger->threads[i];

		if (thread->final || thread->refresh == ledger->refreshes)
			ledger->threads[kept++] = *thread;
	}
	ledger->threads_len = kept;
	return rc;
}

static void thread_sum(const struct ledger_thread *thread, int nr, struct call_count *sum)
{
	for (size_t i = 0; i < thread->calls_len; i++) {
		const struct call_count *count = &thread->calls[i];

		if (nr >= 0 && count->nr != nr)
			continue;
		sum->calls += count->calls;
		sum->errors += count->errors;
		sum->restarts += count->restarts;
	}
}

struct call_count ledger_sum(const struct ledger *ledger, int nr)
{
	struct call_count sum = { .nr = (uint16_t)nr };

	for (size_t i = 0; i < ledger->threads_len; i++)
		thread_sum(&ledger->threads[i], nr, &sum);
	return sum;
}

struct call_count ledger_process_sum(const struct ledger *ledger, pid_t pid, int nr)
{
	struct call_count sum = { .nr = (uint16_t)nr };

	for (size_t i = 0; i < ledger->threads_len; i++) {
		const struct ledger_thread *thread = &ledger->threads[i];

		if (thread->pid == (uint32_t)pid)
			thread_sum(thread, nr, &sum);
	}
	return sum;
}

uint64_t ledger_start(const struct ledger *ledger, pid_t pid)
{
	for (size_t i = 0; i < ledger->threads_len; i++) {
		const struct ledger_thread *thread = &ledger->threads[i];

		if (thread->pid == (uint32_t)pid)
			return thread->process_start;
	}
	return 0;
}

struct byte_count ledger_bytes(const struct ledger *ledger)
{
	struct byte_count sum = { .file_in = 0 };

	for (size_t i = 0; i < ledger->threads_len; i++) {
		const struct ledger_thread *thread = &ledger->threads[i];

		sum.file_in += thread->bytes.file_in;
		sum.file_out += thread->bytes.file_out;
		sum.net_in += thread->bytes.net_in;
		sum.net_out += thread->bytes.net_out;
		sum.ipc_in += thread->bytes.ipc_in;
		sum.ipc_out += thread->bytes.ipc_out;
	}
	return sum;
}

uint64_t ledger_errno(const struct ledger *ledger, int nr, int err)
{
	for (size_t i = 0; i < ledger->errnos_len; i++) {
		if (ledger->errnos[i].nr == nr && ledger->errnos[i].err == err)
			return ledger->errnos[i].count;
	}
	return 0;
}

uint64_t ledger_timed(const struct ledger *ledger, int nr)
{
	uint64_t timed = 0;

	for (size_t i = 0; i < ledger->timings_len; i++)
		if (nr < 0 || ledger->timings[i].nr == nr)
			timed += ledger->timings[i].timed;
	return timed;
}

const struct timing_count *ledger_timing(const struct ledger *ledger, pid_t pid, int nr)
{
	for (size_t i = 0; i < ledger->timings_len; i++)
		if (ledger->timings[i].pid == (uint32_t)pid && ledger->timings[i].nr == nr)
			return &ledger->timings[i];
	return NULL;
}
