/* SPDX-License-Identifier: Apache-2.0 */
/* Sparks by themselves, and as the pulse of a process in snapshots. */
#include <string.h>
#include "run_suite.h"
#include "state/spark.h"
#include "state/state.h"

#define SECOND 1000000000ull
#define T (1700000000ull * SECOND) /* a whole second */
#define PIECES_MAX 4

static const struct {
	const char *name;
	struct {
		double at_s, span_s; /* after T */
		uint64_t amount;
	} pieces[PIECES_MAX];
	double look_s;
	uint32_t last[6]; /* the six whole seconds before look_s */
} cases[] = {
	{ "nothing", { { 0, 0, 0 } }, 3, { 0 } },
	{ "at once", { { 2.5, 0, 7 } }, 3, { 0, 0, 0, 0, 0, 7 } },
	{ "the second that runs is not shown", { { 3.5, 0, 7 } }, 3.9, { 0 } },
	{ "spread by time", { { 2.25, 1, 100 } }, 3, { 0, 0, 0, 0, 75, 25 } },
	{ "half seconds", { { 1.5, 0.5, 10 }, { 2, 0.5, 20 } }, 3, { 0, 0, 0, 0, 30, 0 } },
	{ "long interval", { { 5, 4, 40 } }, 6, { 0, 10, 10, 10, 10, 0 } },
	{ "a remainder is spread", { { 3.5, 3.5, 10 } }, 4, { 0, 0, 2, 3, 3, 2 } },
	{ "little in a long time", { { 120, 120, 40 } }, 121, { 0, 1, 0, 0, 1, 0 } },
	{ "gap", { { 1, 0, 5 }, { 4, 0, 6 } }, 5, { 0, 0, 5, 0, 0, 6 } },
	{ "after a while", { { 0, 0, 5 } }, 200, { 0 } },
	{ "a long pause clears all", { { 1, 0, 5 }, { 121.5, 0, 1 } }, 122, { 0, 0, 0, 0, 0, 1 } },
	{ "full", { { 1, 0, UINT32_MAX }, { 1.1, 0, 9 } }, 2, { 0, 0, 0, 0, 0, UINT32_MAX } },
	{ "longer than what is kept", { { 1000, 1000, 1000 } }, 1000.5, { 1, 1, 1, 1, 1, 1 } },
};

START_TEST(fills)
{
	struct spark spark = { 0 };
	uint32_t last[6];

	for (size_t i = 0; i < PIECES_MAX; i++)
		spark_add(&spark, T + (uint64_t)(cases[_i].pieces[i].at_s * 1e9),
			  (uint64_t)(cases[_i].pieces[i].span_s * 1e9), cases[_i].pieces[i].amount);
	spark_last(&spark, T + (uint64_t)(cases[_i].look_s * 1e9), last, 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_msg(last[i] == cases[_i].last[i], "%s: second %zu has %u, wanted %u",
			      cases[_i].name, i, last[i], cases[_i].last[i]);
}
END_TEST

/* Whatever the intervals, no amount is lost or counted twice. */
START_TEST(sums_stay)
{
	struct spark spark = { 0 };
	uint32_t last[SPARK_SECONDS - 1];
	uint64_t now = T, sum = 0, shown = 0;
	unsigned seed = (unsigned)_i * 7919 + 1;

	while (now < T + (SPARK_SECONDS - 6) * SECOND) {
		uint64_t span, amount;

		seed = seed * 1103515245 + 12345;
		span = seed % 5 ? seed % (3 * SECOND) : 0;
		amount = seed >> 7 & 0xffff;
		now += span;
		spark_add(&spark, now, span, amount);
		sum += amount;
	}
	spark_last(&spark, now + SECOND, last, SPARK_SECONDS - 1);
	for (size_t i = 0; i < SPARK_SECONDS - 1; i++)
		shown += last[i];
	ck_assert_uint_eq(shown, sum);
	ck_assert(!spark_is_flat(&spark, now));
	ck_assert(spark_is_flat(&spark, now + SPARK_SECONDS * SECOND));
	ck_assert(!spark_is_over(&spark, now + SPARK_SECONDS * SECOND));
	ck_assert(spark_is_over(&spark, now + SPARK_SLICES_KEPT * SPARK_SLICE_S * SECOND));
}
END_TEST

/* Ten minutes and more, 7 each second: 70 in each slice, also after a pause, then nothing. */
START_TEST(slices)
{
	const uint64_t pauses[] = { 0, 3, 45, 700 };
	uint64_t pause = pauses[_i], now = T;
	float last[SPARK_SLICES];
	struct spark spark = { 0 };

	for (uint64_t i = 0; i < 1000; i++) {
		now += SECOND;
		spark_add(&spark, now, SECOND, 7);
	}
	spark_last_slices(&spark, now + pause * SECOND, last);
	for (uint64_t i = 0; i < SPARK_SLICES; i++) {
		/* The slice that began when the last second ended has nothing. */
		bool before = i + pause / SPARK_SLICE_S < SPARK_SLICES;
		float want = before ? 70 : 0;

		ck_assert_msg(last[i] == want, "after %llu s: slice %llu is %g",
			      (unsigned long long)pause, (unsigned long long)i, (double)last[i]);
	}
	spark_add(&spark, now + pause * SECOND, 0, 1);
	ck_assert(!spark_is_over(&spark, now + pause * SECOND));
	spark_last_slices(&spark, now + (pause + SPARK_SLICE_S) * SECOND, last);
	ck_assert(last[SPARK_SLICES - 1] == 1);
}
END_TEST

/* Of intervals that are longer than the seconds that are kept, and than all slices. */
START_TEST(slices_of_long_spans)
{
	const uint64_t spans[] = { 120, 65, 600, 1000 };
	uint64_t span = spans[_i], now = T;
	float last[SPARK_SLICES];
	struct spark spark = { 0 };

	while (now < T + 1000 * SECOND) {
		now += span * SECOND;
		spark_add(&spark, now, span * SECOND, 7 * span);
	}
	spark_last_slices(&spark, now, last);
	for (uint64_t i = 0; i < SPARK_SLICES; i++)
		ck_assert_msg(last[i] > 68 && last[i] < 72, "of %llu s: slice %llu is %g",
			      (unsigned long long)span, (unsigned long long)i, (double)last[i]);
}
END_TEST

/* More than 32 bits in ten seconds. */
START_TEST(slices_hold_much)
{
	float last[SPARK_SLICES];
	struct spark spark = { 0 };

	for (uint64_t i = 0; i < 10; i++)
		spark_add(&spark, T + i * SECOND, 0, UINT32_MAX - 1);
	spark_last_slices(&spark, T + 10 * SECOND, last);
	ck_assert(last[SPARK_SLICES - 1] > 4.2e10f && last[SPARK_SLICES - 1] < 4.3e10f);
}
END_TEST

static void refresh(struct state *state, uint64_t time_ns, uint64_t reads)
{
	struct call_count calls = { .nr = 0, .calls = reads };
	struct task_sample task = { .pid = 5,
				    .tid = 5,
				    .start_boot_ns = 9,
				    .thread_start_boot_ns = 9,
				    .threads = 1,
				    .calls_len = 1 };

	state_refresh_begin(state, time_ns);
	state_task(state, &task, &calls);
	state_refresh_end(state);
}

/* What was there before the first refresh is in no second; an idle process has no line. */
START_TEST(of_a_process)
{
	struct state_opts opts = { .memory_bytes = 0 };
	struct snapshot *snapshot;
	struct state *state;

	ck_assert_int_eq(state_new(&opts, NULL, &state), 0);
	refresh(state, T, 1000);
	refresh(state, T + SECOND, 1030);
	refresh(state, T + 3 * SECOND, 1050);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_ptr_nonnull(snapshot->procs[0].spark);
	ck_assert_uint_eq(snapshot->procs[0].spark[SPARK_SHOWN - 3], 30);
	ck_assert_uint_eq(snapshot->procs[0].spark[SPARK_SHOWN - 2], 10);
	ck_assert_uint_eq(snapshot->procs[0].spark[SPARK_SHOWN - 1], 10);
	snapshot_unref(snapshot);
	refresh(state, T + 200 * SECOND, 1050);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_ptr_null(snapshot->procs[0].spark);
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("spark");

	tcase_add_loop_test(tcase, fills, 0, (int)(sizeof(cases) / sizeof(cases[0])));
	tcase_add_loop_test(tcase, sums_stay, 0, 50);
	tcase_add_loop_test(tcase, slices, 0, 4);
	tcase_add_loop_test(tcase, slices_of_long_spans, 0, 4);
	tcase_add_test(tcase, slices_hold_much);
	tcase_add_test(tcase, of_a_process);
	return run_suite("spark", tcase);
}
