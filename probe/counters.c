/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the counter plane. The order within one refresh makes every call appear once, whatever runs
 * meanwhile:
 *
 *   overflow rows -> living threads -> exit records (-> overflow rows again, when one needs them)
 *
 * A thread's slots and rows only grow, and both end in its record: rows read before its sample and
 * a sample read before its record are never too high, and the record, which comes last, is final. A
 * record is in the ring before the iterator can see that its thread ended.
 *
 * Overflow rows of an ended thread are deleted once its record was read. Rows whose thread is
 * neither living nor recorded for ROWS_GRACE refreshes lost their record: they go to row "other".
 */
#include "counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "live.h"
#include "objects.h"
#include "uring.h"
#include "schema/event.h"
#include "probe/count.skel.h"

#define ROWS_GRACE 3
#define ENDED_KEEP 1024          /* records of room kept for the next refresh */
#define BUSY_WAIT_NS 20000000ull /* for a record that another CPU is writing */

_Static_assert(SYSCALL_IO_IN == COUNT_IO_IN && SYSCALL_IO_OUT == COUNT_IO_OUT &&
		       SYSCALL_IO_MESSAGES == COUNT_IO_MESSAGES,
	       "nr_info.io");
_Static_assert(offsetof(struct task_wire, other) == sizeof(struct task_sample),
	       "the iterator writes sample, other and slots one after another");

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

void counters_free(struct counters *counters)
{
	if (!counters)
		return;
	ring_release(&counters->exits);
	free(counters->ended);
	free(counters->rows);
	free(counters->orphans);
	free(counters->forgotten);
	free(counters);
}

static int counters_get(struct probe *probe, struct counters **ret_counters)
{
	struct counters *counters;
	int fd;
	int rc;

	if (!probe->count)
		return -ENODEV;
	if (probe->counters) {
		*ret_counters = probe->counters;
		return 0;
	}
	counters = calloc(1, sizeof(*counters));
	if (!counters)
		return -ENOMEM;
	ring_init(&counters->exits);
	fd = dup(bpf_map__fd(probe->count->maps.exits));
	rc = fd < 0 ? -errno
		    : ring_open(&counters->exits, fd,
				bpf_map__max_entries(probe->count->maps.exits));
	if (rc < 0) {
		if (fd >= 0)
			close(fd);
		counters_free(counters);
		return rc;
	}
	counters->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	probe->counters = counters;
	*ret_counters = counters;
	return 0;
}

/* Room for one more in a growing array. 0 or -ENOMEM; the array is unchanged then. */
static int grow(void **array, size_t *size, size_t len, size_t item_bytes)
{
	size_t wanted = *size ? *size * 2 : 64;
	void *bigger;

	if (len < *size)
		return 0;
	bigger = reallocarray(*array, wanted, item_bytes);
	if (!bigger)
		return -ENOMEM;
	*array = bigger;
	*size = wanted;
	return 0;
}

/* Overflow rows. */

static int thread_compare(const struct thread_key *a, const struct thread_key *b)
{
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->tid < b->tid ? -1 : a->tid > b->tid;
}

static int row_compare(const void *a, const void *b)
{
	const struct overflow_row *left = a, *right = b;
	int order = thread_compare(&left->thread, &right->thread);

	return order ? order : (int)left->count.nr - (int)right->count.nr;
}

static int row_add(void *ctx, const void *key, const void *value)
{
	struct counters *counters = ctx;
	const struct overflow_key *from = key;
	const struct overflow_count *count = value;
	int rc;

	rc = grow((void **)&counters->rows, &counters->rows_size, counters->rows_len,
		  sizeof(*counters->rows));
	if (rc < 0)
		return rc;
	counters->rows[counters->rows_len++] = (struct overflow_row){
		.thread = { .start = from->start, .tid = from->tid },
		.count = { .calls = count->calls,
			   .errors = count->errors,
			   .restarts = (uint32_t)count->restarts,
			   .nr = from->nr },
	};
	return 0;
}

static int rows_scan(struct probe *probe, struct counters *counters)
{
	struct table table = TABLE_OF(probe->count, overflow);
	int rc;

	counters->rows_len = 0;
	if (__atomic_load_n(&probe->count->bss->overflow_rows, __ATOMIC_ACQUIRE) ==
	    counters->rows_deleted)
		return 0;
	rc = table_scan(&table, row_add, counters);
	if (counters->rows_len > 1)
		qsort(counters->rows, counters->rows_len, sizeof(*counters->rows), row_compare);
	return rc;
}

/* The first row of a thread; its others follow. NULL when it has none. */
static struct overflow_row *rows_find(struct counters *counters, const struct thread_key *thread)
{
	size_t low = 0, high = counters->rows_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (thread_compare(&counters->rows[middle].thread, thread) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == counters->rows_len || thread_compare(&counters->rows[low].thread, thread) != 0)
		return NULL;
	return &counters->rows[low];
}

static void rows_tally(struct counters *counters, uint32_t tid, uint64_t start)
{
	const struct thread_key thread = { .start = start, .tid = tid };
	const struct overflow_row *end = counters->rows + counters->rows_len;
	struct overflow_row *row = counters->rows_len ? rows_find(counters, &thread) : NULL;

	for (; row && row < end && thread_compare(&row->thread, &thread) == 0; row++) {
		tally_add(&counters->tally, &row->count);
		row->owned = true;
	}
}

static void row_delete(struct probe *probe, struct counters *counters,
		       const struct overflow_row *row)
{
	struct table table = TABLE_OF(probe->count, overflow);
	struct overflow_key key = {
		.start = row->thread.start,
		.tid = row->thread.tid,
		.nr = row->count.nr,
	};

	if (table_delete(&table, &key) == 0)
		counters->rows_deleted++;
}

static void rows_delete(struct probe *probe, struct counters *counters,
			const struct exit_wire *wire)
{
	const struct thread_key thread = { .start = wire->exit.thread_start_boot_ns,
					   .tid = wire->exit.tid };
	const struct overflow_row *end = counters->rows + counters->rows_len;
	const struct overflow_row *row = counters->rows_len ? rows_find(counters, &thread) : NULL;

	for (; row && row < end && thread_compare(&row->thread, &thread) == 0; row++)
		row_delete(probe, counters, row);
}

/* What a thread, or a row without one, has in `other`. */
static struct call_count other_count(const struct call_other *other)
{
	return (struct call_count){ .calls = other->calls,
				    .errors = other->errors,
				    .restarts = (uint32_t)other->restarts,
				    .nr = COUNT_NR_OTHER };
}

static bool other_used(const struct call_other *other)
{
	return other->calls || other->errors || other->restarts;
}

static int orphan_compare(const void *a, const void *b)
{
	const struct orphan_row *left = a, *right = b;

	return row_compare(&left->row, &right->row);
}

/*
 * Rows that no thread of this refresh owned. A thread that is younger than the iterator's pass owns
 * them at the next one, so only rows that stay without an owner go to "other".
 */
static int rows_orphaned(struct probe *probe, struct counters *counters)
{
	size_t known = counters->orphans_len, kept = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < counters->rows_len; i++) {
		struct overflow_row *row = &counters->rows[i];
		struct orphan_row wanted = { .row = *row }, *orphan;

		if (row->owned)
			continue;
		orphan = known ? bsearch(&wanted, counters->orphans, known, sizeof(wanted),
					 orphan_compare)
			       : NULL;
		if (orphan) {
			orphan->seen++;
			continue;
		}
		rc = grow((void **)&counters->orphans, &counters->orphans_size,
			  counters->orphans_len, sizeof(*counters->orphans));
		if (rc == 0)
			counters->orphans[counters->orphans_len++] =
				(struct orphan_row){ .row = *row, .seen = 1 };
	}
	for (size_t i = 0; i < counters->orphans_len; i++) {
		struct orphan_row *orphan = &counters->orphans[i];
		struct overflow_row *row = bsearch(&orphan->row, counters->rows, counters->rows_len,
						   sizeof(*row), row_compare);

		if (!row || row->owned)
			continue;
		if (orphan->seen >= ROWS_GRACE) {
			counters->folded.calls += row->count.calls;
			counters->folded.errors += row->count.errors;
			counters->folded.restarts += row->count.restarts;
			row_delete(probe, counters, row);
			continue;
		}
		counters->orphans[kept++] = *orphan;
	}
	counters->orphans_len = kept;
	if (kept > 1)
		qsort(counters->orphans, kept, sizeof(*counters->orphans), orphan_compare);
	return rc;
}

/* Living threads. */

static void task_emit(struct counters *counters, const struct task_wire *wire,
		      const struct probe_counter_sink *sink)
{
	struct task_sample sample = wire->task;

	tally_reset(&counters->tally);
	if (!(sample.flags & TASK_F_NO_COUNTS)) {
		const struct call_count other = other_count(&wire->other);

		tally_add_slots(&counters->tally, wire->slots);
		if (other_used(&wire->other))
			tally_add(&counters->tally, &other);
	}
	/* A thread without storage has rows only. */
	if (!(sample.flags & TASK_F_ENDED))
		rows_tally(counters, sample.tid, sample.thread_start_boot_ns);
	sample.calls_len = (uint32_t)counters->tally.len;
	sample.flags &= ~(uint32_t)TASK_F_NO_COUNTS;
	if (!sample.calls_len)
		sample.flags |= TASK_F_NO_COUNTS;
	sample.rss_bytes *= counters->page_bytes;
	sample.vm_bytes *= counters->page_bytes;
	if (sink->task)
		sink->task(sink->ctx, &sample, counters->tally.calls);
}

/* Hands on the whole samples at the front of buf; returns their bytes. */
static size_t tasks_parse(struct counters *counters, const uint8_t *buf, size_t len,
			  const struct probe_counter_sink *sink)
{
	size_t at = 0;

	for (;;) {
		struct task_wire wire;
		size_t bytes = sizeof(wire.task);

		if (len - at < bytes)
			return at;
		memcpy(&wire.task, buf + at, sizeof(wire.task));
		if (!(wire.task.flags & TASK_F_NO_COUNTS))
			bytes = sizeof(wire);
		if (len - at < bytes)
			return at;
		memcpy(&wire, buf + at, bytes);
		task_emit(counters, &wire, sink);
		at += bytes;
	}
}

static int tasks_read(struct probe *probe, struct counters *counters,
		      const struct probe_counter_sink *sink)
{
	size_t len = 0;
	int rc = 0;
	int fd;

	fd = bpf_iter_create(bpf_link__fd(probe->count->links.dump_tasks));
	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t got = read(fd, counters->buf + len, sizeof(counters->buf) - len);
		size_t used;

		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0) {
			rc = got < 0 ? -errno : 0;
			break;
		}
		len += (size_t)got;
		used = tasks_parse(counters, counters->buf, len, sink);
		memmove(counters->buf, counters->buf + used, len - used);
		len -= used;
	}
	close(fd);
	return rc;
}

/* Ended threads. */

static int ended_add(struct counters *counters, const struct exit_wire *wire)
{
	int rc = grow((void **)&counters->ended, &counters->ended_size, counters->ended_len,
		      sizeof(*counters->ended));

	if (rc == 0)
		counters->ended[counters->ended_len++] = *wire;
	return rc;
}

/*
 * Everything that was in the ring when this began. Records are reserved in order but finished in
 * any: one that is still being written hides finished ones behind it, so it is waited for.
 */
static int ended_drain(struct counters *counters)
{
	struct ring *ring = &counters->exits;
	uint64_t give_up_ns = 0;
	const uint8_t *data;
	size_t len;
	int rc = 0;

	ring_mark(ring);
	while (rc == 0) {
		enum ring_look look = ring_peek(ring, &data, &len);

		if (look == RING_BROKEN || (look == RING_EMPTY && ring->pos >= ring->watermark))
			break;
		if (look == RING_EMPTY) {
			if (give_up_ns == 0)
				give_up_ns = now_ns() + BUSY_WAIT_NS;
			else if (now_ns() > give_up_ns)
				break;
			sched_yield();
			continue;
		}
		if (len >= sizeof(struct exit_wire))
			rc = ended_add(counters, (const struct exit_wire *)(const void *)data);
		if (rc == 0)
			ring_take(ring);
	}
	ring_return(ring);
	return rc;
}

/* Not ready: read at the next refresh. This copy may be a mixture: see ended_late(). */
static int late_add(void *ctx, const void *key, const void *value)
{
	const struct thread_key *thread = key;
	const struct exit_wire *wire = value;
	struct counters *counters = ctx;
	int rc = wire->ready ? ended_add(counters, wire) : 0;

	if (wire->ready && rc == 0) {
		struct task_exit *added = &counters->ended[counters->ended_len - 1].exit;

		added->tid = thread->tid;
		added->thread_start_boot_ns = thread->start;
	}
	return rc;
}

/* Records that found the ring full. */
static int ended_late(struct probe *probe, struct counters *counters)
{
	struct table table = TABLE_OF(probe->count, late_exits);
	size_t first = counters->ended_len;
	int rc;

	if (__atomic_load_n(&probe->count->bss->late_exits_made, __ATOMIC_ACQUIRE) ==
	    counters->late_deleted)
		return 0;
	rc = table_scan(&table, late_add, counters);
	for (size_t i = first; i < counters->ended_len; i++) {
		struct exit_wire *wire = &counters->ended[i];
		struct thread_key key = { .start = wire->exit.thread_start_boot_ns,
					  .tid = wire->exit.tid };

		/* A record that was ready once is not written again: this copy is whole. */
		table_get(&table, &key, wire);
		if (table_delete(&table, &key) == 0)
			counters->late_deleted++;
	}
	return rc;
}

static void ended_emit(struct counters *counters, struct exit_wire *wire,
		       const struct probe_counter_sink *sink)
{
	const struct call_count other = other_count(&wire->other);

	tally_reset(&counters->tally);
	tally_add_slots(&counters->tally, wire->slots);
	if (other_used(&wire->other))
		tally_add(&counters->tally, &other);
	if (wire->overflowed)
		rows_tally(counters, wire->exit.tid, wire->exit.thread_start_boot_ns);
	wire->exit.calls_len = (uint32_t)counters->tally.len;
	if (sink->exit)
		sink->exit(sink->ctx, &wire->exit, counters->tally.calls);
}

static int ended_read(struct probe *probe, struct counters *counters,
		      const struct probe_counter_sink *sink)
{
	bool overflowed = false;
	int rc;

	counters->ended_len = 0;
	rc = ended_drain(counters);
	if (rc == 0)
		rc = ended_late(probe, counters);
	for (size_t i = 0; i < counters->ended_len; i++)
		overflowed |= counters->ended[i].overflowed;
	/* Their rows are final now. */
	if (overflowed) {
		int scanned = rows_scan(probe, counters);

		rc = rc ? rc : scanned;
	}
	for (size_t i = 0; i < counters->ended_len; i++) {
		struct exit_wire *wire = &counters->ended[i];

		ended_emit(counters, wire, sink);
		if (wire->overflowed)
			rows_delete(probe, counters, wire);
	}
	if (counters->ended_size > ENDED_KEEP) {
		free(counters->ended);
		counters->ended = NULL;
		counters->ended_size = 0;
		counters->ended_len = 0;
	}
	return rc;
}

int probe_drain_exits(struct probe *probe, const struct probe_counter_sink *sink)
{
	struct counters *counters;
	int rc = counters_get(probe, &counters);

	return rc < 0 ? rc : ended_read(probe, counters, sink);
}

/* Errnos and durations: rows by process. */

struct errno_scan {
	struct counters *counters;
	const struct probe_counter_sink *sink;
	struct errno_key *doomed; /* keys of forgotten processes, owned */
	size_t doomed_len, doomed_size;
};

struct timing_scan {
	struct counters *counters;
	const struct probe_counter_sink *sink;
	struct timing_key *doomed; /* keys of forgotten processes, owned */
	size_t doomed_len, doomed_size;
};

static int forgotten_compare(const void *a, const void *b)
{
	return thread_compare(a, b);
}

/* Is this process no longer shown? The list is sorted. */
static bool is_forgotten(const void *ctx, uint32_t pid, uint64_t start)
{
	const struct counters *counters = ctx;
	const struct thread_key process = { .start = start, .tid = pid };

	return counters->forgotten_len &&
	       bsearch(&process, counters->forgotten, counters->forgotten_len, sizeof(process),
		       forgotten_compare);
}

static int errno_emit(void *ctx, const void *key, const void *value)
{
	struct errno_scan *scan = ctx;
	const struct errno_key *from = key;
	struct errno_count count = {
		.start_boot_ns = from->start,
		.count = *(const uint64_t *)value,
		.pid = from->pid,
		.nr = from->nr,
		.err = from->err,
	};
	int rc;

	if (is_forgotten(scan->counters, from->pid, from->start)) {
		rc = grow((void **)&scan->doomed, &scan->doomed_size, scan->doomed_len,
			  sizeof(*scan->doomed));
		if (rc == 0)
			scan->doomed[scan->doomed_len++] = *from;
		return rc;
	}
	if (scan->sink->err)
		scan->sink->err(scan->sink->ctx, &count);
	return 0;
}

static int errnos_read(struct probe *probe, struct counters *counters,
		       const struct probe_counter_sink *sink)
{
	struct table table = TABLE_OF(probe->count, errnos);
	struct errno_scan scan = { .counters = counters, .sink = sink };
	uint64_t lost;
	int rc;

	rc = table_scan(&table, errno_emit, &scan);
	for (size_t i = 0; i < scan.doomed_len; i++)
		table_delete(&table, &scan.doomed[i]);
	free(scan.doomed);

	lost = __atomic_load_n(&probe->count->bss->errnos_lost, __ATOMIC_RELAXED);
	if (lost && sink->err)
		sink->err(sink->ctx,
			  &(struct errno_count){ .count = lost, .nr = COUNT_NR_OTHER, .err = 0 });
	return rc;
}

static int timing_emit(void *ctx, const void *key, const void *value)
{
	struct timing_scan *scan = ctx;
	const struct timing_key *from = key;
	const struct timing_sum *sum = value;
	struct timing_count count = {
		.start_boot_ns = from->start,
		.pid = from->pid,
		.nr = from->nr,
		.timed = sum->timed,
		.sum_ns = sum->sum_ns,
		.max_ns = sum->max_ns,
	};
	int rc;

	if (is_forgotten(scan->counters, from->pid, from->start)) {
		rc = grow((void **)&scan->doomed, &scan->doomed_size, scan->doomed_len,
			  sizeof(*scan->doomed));
		if (rc == 0)
			scan->doomed[scan->doomed_len++] = *from;
		return rc;
	}
	memcpy(count.buckets, sum->buckets, sizeof(count.buckets));
	if (scan->sink->timing)
		scan->sink->timing(scan->sink->ctx, &count);
	return 0;
}

static int timings_read(struct probe *probe, struct counters *counters,
			const struct probe_counter_sink *sink)
{
	struct table table = TABLE_OF(probe->count, timings);
	struct timing_scan scan = { .counters = counters, .sink = sink };
	int rc;

	if (__atomic_load_n(&probe->count->bss->timing_rows, __ATOMIC_ACQUIRE) ==
	    counters->timings_deleted)
		return 0;
	rc = table_scan(&table, timing_emit, &scan);
	for (size_t i = 0; i < scan.doomed_len; i++)
		if (table_delete(&table, &scan.doomed[i]) == 0)
			counters->timings_deleted++;
	free(scan.doomed);
	return rc;
}

/* The rows of forgotten processes are deleted as they are met. */
static int processes_read(struct probe *probe, struct counters *counters,
			  const struct probe_counter_sink *sink)
{
	int rc;

	if (counters->forgotten_len > 1)
		qsort(counters->forgotten, counters->forgotten_len, sizeof(*counters->forgotten),
		      forgotten_compare);
	rc = errnos_read(probe, counters, sink);
	if (rc == 0)
		rc = timings_read(probe, counters, sink);
	if (rc == 0)
		rc = uring_read(probe, sink, is_forgotten, counters);
	if (rc == 0)
		rc = objects_read(probe, sink, is_forgotten, counters);
	if (rc == 0)
		counters->forgotten_len = 0;
	return rc;
}

int probe_forget_process(struct probe *probe, uint32_t pid, uint64_t start_boot_ns)
{
	struct counters *counters;
	int rc = counters_get(probe, &counters);

	if (rc == 0)
		rc = grow((void **)&counters->forgotten, &counters->forgotten_size,
			  counters->forgotten_len, sizeof(*counters->forgotten));
	if (rc < 0)
		return rc;
	/* Its keys are found, and deleted, at the next scan. */
	counters->forgotten[counters->forgotten_len++] =
		(struct thread_key){ .start = start_boot_ns, .tid = pid };
	return 0;
}

static void other_emit(const struct probe *probe, const struct counters *counters,
		       const struct probe_counter_sink *sink)
{
	struct call_other sum = counters->folded;
	struct call_count other;

	for (unsigned cpu = 0; probe->stats && cpu < probe->cpus; cpu++) {
		const struct cpu_stats *stats = &probe->stats[cpu];

		sum.calls += __atomic_load_n(&stats->lost_calls, __ATOMIC_RELAXED);
		sum.errors += __atomic_load_n(&stats->lost_errors, __ATOMIC_RELAXED);
		sum.restarts += __atomic_load_n(&stats->lost_restarts, __ATOMIC_RELAXED);
	}
	other = other_count(&sum);
	if (other_used(&sum) && sink->other)
		sink->other(sink->ctx, &other);
}

int probe_read_counters(struct probe *probe, const struct probe_counter_sink *sink)
{
	struct counters *counters;
	int rc = counters_get(probe, &counters);

	if (rc == 0)
		rc = rows_scan(probe, counters);
	if (rc == 0)
		rc = tasks_read(probe, counters, sink);
	if (rc == 0)
		rc = rows_orphaned(probe, counters);
	if (rc == 0)
		rc = ended_read(probe, counters, sink);
	if (rc == 0)
		rc = processes_read(probe, counters, sink);
	if (rc < 0)
		return rc;
	other_emit(probe, counters, sink);
	return 0;
}
