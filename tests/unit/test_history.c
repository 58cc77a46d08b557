/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history and the snapshots that hold it: numbers, gaps, names, the byte limit, and that what a
 * snapshot shows never changes, in whatever thread it is let go of.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "build_record.h"
#include "run_suite.h"
#include "state/state.h"

#define MIB (1u << 20)

/* Hands out a name as sources do: bytes and their number, no NUL. */
static void hand_out(const char *name, char *data, size_t *len)
{
	for (*len = 0; name[*len]; ++*len)
		data[*len] = name[*len];
}

static int fake_user(void *ctx, uint32_t uid, char *name, size_t *len)
{
	if (uid != 1000)
		return -2;
	hand_out("alice", name, len);
	return 0;
}

static struct state *new_state(size_t memory_bytes)
{
	struct state_source source = { .user_name = fake_user };
	struct state_opts opts = { .memory_bytes = memory_bytes };
	struct state *state = NULL;

	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
	return state;
}

/* One openat of "/f/NUMBER". */
static size_t make_open(struct build_record *b, uint64_t number, const struct build_prefix *prefix)
{
	char path[32];
	int len = snprintf(path, sizeof(path), "/f/%llu", (unsigned long long)number);

	build_record_init(b, event_by_id("SYSCALL_OPENAT_2_X")->code, prefix);
	build_record_ext(b, RECORD_EXT_PATH, 0, path, (size_t)len);
	build_record_int(b, 3);
	return build_record_finish(b);
}

static struct build_prefix open_prefix(uint64_t number)
{
	return (struct build_prefix){
		.ts_ns = 1000 + number,
		.pid = 50,
		.start_boot_ns = 9,
		.euid = number % 2 ? 1000 : 4242,
		.comm = "opener",
		.nr = syscall_nr(syscall_by_name("openat")),
		.ret = 3,
	};
}

static void feed(struct state *state, uint64_t first, uint64_t len)
{
	static struct build_record b;
	uint64_t number;

	for (number = first; number < first + len; number++) {
		struct build_prefix prefix = open_prefix(number);
		size_t bytes = make_open(&b, number, &prefix);

		ck_assert_int_eq(state_record(state, b.data, bytes), 0);
	}
}

/* The events of a snapshot are in order, all there, and say what was put in. */
static void check_events(const struct snapshot *snapshot, bool all)
{
	uint64_t num = snapshot->events_first;
	size_t c, i;

	for (c = 0; c < snapshot->chunks_len; c++) {
		for (i = 0; i < history_chunk_len(snapshot->chunks[c]); i++, num++) {
			const struct history_event *kept = history_chunk_at(snapshot->chunks[c], i);
			struct event event;
			char path[32];

			ck_assert_uint_ge(kept->num, num);
			ck_assert(!all || kept->num == num);
			num = kept->num;
			ck_assert_int_eq(event_decode(kept->record, kept->record_len, &event), 0);
			snprintf(path, sizeof(path), "/f/%llu", (unsigned long long)num);
			ck_assert_uint_eq(event.path.len, strlen(path));
			ck_assert_mem_eq(event.path.data, path, event.path.len);
			ck_assert_str_eq(kept->fd_name, path);
			ck_assert_str_eq(kept->user, num % 2 ? "alice" : "4242");
			ck_assert_str_eq(kept->container, "");
			ck_assert_uint_eq(kept->ts_ns, 1000 + num);
		}
	}
	ck_assert(all ? num == snapshot->events_end : num <= snapshot->events_end);
}

START_TEST(test_numbers)
{
	struct state *state = new_state(0);
	struct snapshot *first = NULL, *second = NULL;

	feed(state, 1, 100);
	ck_assert_int_eq(state_publish(state, &first), 0);
	feed(state, 101, 100);
	ck_assert_int_eq(state_publish(state, &second), 0);
	ck_assert_uint_eq(first->events_first, 1);
	ck_assert_uint_eq(first->events_end, 101);
	ck_assert_uint_eq(second->events_end, 201);
	ck_assert_uint_eq(second->seq, first->seq + 1);
	check_events(first, true); /* did not grow */
	check_events(second, true);
	ck_assert_ptr_null(snapshot_event(first, 101));
	ck_assert_ptr_null(snapshot_event(first, 0));
	ck_assert_uint_eq(snapshot_event(second, 101)->num, 101);
	ck_assert_uint_eq(second->streaming_since_ns, 1001);
	ck_assert_str_eq(second->procs[0].comm, "opener");
	state_free(state);
	check_events(first, true); /* outlive the state */
	check_events(second, true);
	snapshot_unref(second);
	check_events(first, true);
	snapshot_unref(first);
}
END_TEST

START_TEST(test_oldest_dropped)
{
	struct state *state = new_state(8 * MIB);
	struct snapshot *early = NULL, *late = NULL;
	uint64_t number;

	feed(state, 1, 2000);
	ck_assert_int_eq(state_publish(state, &early), 0);
	for (number = 2001; number < 60000; number += 1000) {
		feed(state, number, 1000);
		ck_assert_int_eq(state_publish(state, &late), 0);
		ck_assert_uint_le(late->health.memory_bytes, 8 * MIB);
		snapshot_unref(late);
	}
	ck_assert_int_eq(state_publish(state, &late), 0);
	ck_assert_uint_gt(late->events_first, 2000);
	/* An eighth of the memory, and events of some hundred bytes. */
	ck_assert_uint_gt(late->events_end - late->events_first, 2000);
	ck_assert_uint_gt(late->health.evictions, 0);
	ck_assert_uint_eq(late->health.memory_limit_bytes, 8 * MIB);
	check_events(early, true);
	check_events(late, true);
	ck_assert_uint_eq(early->streaming_since_ns, snapshot_event(early, 1)->ts_ns);
	ck_assert_uint_eq(late->streaming_since_ns,
			  snapshot_event(late, late->events_first)->ts_ns);
	ck_assert_ptr_null(snapshot_event(late, 1));
	ck_assert_uint_eq(snapshot_event(early, 1)->num, 1);
	for (number = late->events_first; number < late->events_end; number++)
		ck_assert_uint_eq(snapshot_event(late, number)->num, number);
	snapshot_unref(early);
	snapshot_unref(late);
	state_free(state);
}
END_TEST

START_TEST(test_gaps)
{
	static const struct {
		uint16_t buffer;
		uint64_t drops, lost;
	} steps[] = {
		{ 0, 0, 0 }, { 1, 5, 5 }, { 0, 7, 7 }, { 1, 5, 0 },
		{ 1, 9, 4 }, { 0, 6, 0 }, { 0, 8, 1 },
	};
	static struct build_record b;
	struct state *state = new_state(0);
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct build_prefix prefix = open_prefix(i + 1);
		size_t len;

		prefix.buffer = steps[i].buffer;
		prefix.drops = steps[i].drops;
		len = make_open(&b, i + 1, &prefix);
		ck_assert_int_eq(state_record(state, b.data, len), 0);
		ck_assert_msg(state_last_event(state)->lost_before == steps[i].lost,
			      "step %zu: %lu", i, state_last_event(state)->lost_before);
		ck_assert_uint_eq(state_last_event(state)->lost_buffer, steps[i].buffer);
	}
	state_free(state);
}
END_TEST

START_TEST(test_rejected)
{
	static struct build_record b;
	struct state *state = new_state(0);
	struct snapshot *snapshot = NULL;
	struct build_prefix prefix = open_prefix(1);
	size_t len = make_open(&b, 1, &prefix);

	b.data[0] ^= 1;
	ck_assert_int_eq(state_record(state, b.data, len), -EBADMSG);
	ck_assert_int_eq(state_record(state, b.data, 3), -EBADMSG);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_eq(snapshot->procs_len, 0);
	ck_assert_uint_eq(snapshot->events_end, 1);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_largest_record)
{
	static struct build_record b;
	static uint8_t data[32000];
	struct state *state = new_state(4 * MIB);
	struct build_prefix prefix = open_prefix(1);
	struct snapshot *snapshot = NULL;
	size_t len, i;

	prefix.nr = syscall_nr(syscall_by_name("read"));
	for (i = 0; i < 500; i++) {
		build_record_init(&b, event_by_id("SYSCALL_READ_X")->code, &prefix);
		build_record_int(&b, sizeof(data));
		build_record_bytes(&b, data, sizeof(data));
		len = build_record_finish(&b);
		ck_assert_int_eq(state_record(state, b.data, len), 0);
	}
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_eq(snapshot_event(snapshot, 500)->record_len, len);
	ck_assert_mem_eq(snapshot_event(snapshot, 500)->record, b.data, len);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

/* --- other threads --- */

#define READERS 3

struct shared {
	pthread_mutex_t lock;
	struct snapshot *latest;
	int stop;
};

static void *read_snapshots(void *ctx)
{
	struct shared *shared = ctx;
	struct snapshot *snapshot;
	int stop;

	do {
		pthread_mutex_lock(&shared->lock);
		snapshot = snapshot_ref(shared->latest);
		stop = shared->stop;
		pthread_mutex_unlock(&shared->lock);
		if (snapshot)
			check_events(snapshot, false); /* slow readers leave no room for some */
		snapshot_unref(snapshot);
	} while (!stop);
	return NULL;
}

/* Hits outlive the events: a share of their own, numbers of their own, and they are counted. */
START_TEST(test_hits)
{
	const struct history_hit first = { .rule = "Odd",
					   .output = "an odd file",
					   .priority = 2,
					   .resolved = true,
					   .tags = "a b",
					   .why = "x = 1\t1\n",
					   .ancestors = "sh\t12\n",
					   .exepath = "/usr/bin/cat" };
	struct state *state = new_state(16 * MIB);
	struct snapshot *snapshot = NULL;
	const struct history_event *kept;
	struct history_hit hit;
	static char longest[HISTORY_HIT_BYTES_MAX * 2];

	ck_assert_int_eq(state_hit(state, &first), -ENOENT);
	feed(state, 1, 1);
	ck_assert_int_eq(state_hit(state, &first), 0);
	feed(state, 2, 100000);
	memset(longest, 'x', sizeof(longest) - 1);
	ck_assert_int_eq(state_hit(state, &(struct history_hit){ .rule = "Long",
								 .output = longest,
								 .priority = 99 }),
			 0);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_gt(snapshot->events_first, 1);
	ck_assert_uint_eq(snapshot->hits_first, SNAPSHOT_HIT_BASE + 1);
	ck_assert_uint_eq(snapshot->hits_end, SNAPSHOT_HIT_BASE + 3);
	ck_assert_uint_eq(snapshot->health.hits[2], 1);
	ck_assert_uint_eq(snapshot->health.hits[7], 1);
	kept = snapshot_event(snapshot, SNAPSHOT_HIT_BASE + 1);
	ck_assert_ptr_nonnull(kept);
	ck_assert(history_hit(kept, &hit));
	ck_assert_str_eq(hit.rule, "Odd");
	ck_assert_str_eq(hit.output, "an odd file");
	ck_assert_str_eq(hit.exepath, "/usr/bin/cat");
	ck_assert_uint_eq(hit.priority, 2);
	ck_assert(hit.resolved);
	ck_assert_str_eq(hit.tags, "a b");
	ck_assert_str_eq(hit.why, "x = 1\t1\n");
	ck_assert_str_eq(hit.ancestors, "sh\t12\n");
	ck_assert_str_eq(kept->user, "alice");
	ck_assert_uint_eq(hit.event_num, 1);
	kept = snapshot_event(snapshot, SNAPSHOT_HIT_BASE + 2);
	ck_assert(kept && history_hit(kept, &hit));
	ck_assert_str_eq(hit.rule, "Long");
	ck_assert_uint_gt(strlen(hit.output), HISTORY_HIT_BYTES_MAX - 21);
	ck_assert_uint_lt(strlen(hit.output), HISTORY_HIT_BYTES_MAX);
	kept = snapshot_event(snapshot, snapshot->events_end - 1);
	ck_assert(kept && !history_hit(kept, &hit));
	/* More than their share: the oldest go, and that is counted. */
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(state_hit(state, &(struct history_hit){ .rule = "Long",
									 .output = longest }),
				 0);
	snapshot_unref(snapshot);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_uint_gt(snapshot->hits_first, SNAPSHOT_HIT_BASE + 2);
	ck_assert_uint_eq(snapshot->health.hits[0], 100);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_readers)
{
	struct shared shared = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct state *state = new_state(8 * MIB);
	pthread_t readers[READERS];
	uint64_t number;
	int i;

	for (i = 0; i < READERS; i++)
		ck_assert_int_eq(pthread_create(&readers[i], NULL, read_snapshots, &shared), 0);
	for (number = 1; number < 20000; number += 100) {
		struct snapshot *made = NULL, *old;

		feed(state, number, 100);
		ck_assert_int_eq(state_publish(state, &made), 0);
		pthread_mutex_lock(&shared.lock);
		old = shared.latest;
		shared.latest = made;
		pthread_mutex_unlock(&shared.lock);
		snapshot_unref(old);
	}
	state_free(state);
	pthread_mutex_lock(&shared.lock);
	shared.stop = 1;
	pthread_mutex_unlock(&shared.lock);
	for (i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	snapshot_unref(shared.latest);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("history");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_numbers);
	tcase_add_test(tcase, test_oldest_dropped);
	tcase_add_test(tcase, test_gaps);
	tcase_add_test(tcase, test_rejected);
	tcase_add_test(tcase, test_largest_record);
	tcase_add_test(tcase, test_hits);
	tcase_add_test(tcase, test_readers);
	return run_suite("history", tcase);
}
