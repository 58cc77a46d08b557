/* SPDX-License-Identifier: Apache-2.0 */
/* The histogram of durations: where each goes, and what percentiles say of it. */
#include <check.h>
#include <stdlib.h>
#include "probe/schema/latency.h"
#include "probe/schema/percentile.h"
#include "run_suite.h"

static const struct bucket_case {
	uint64_t ns;
	uint32_t bucket;
} buckets[] = {
	{ 0, 0 },
	{ 1, 0 },
	{ 127, 0 },
	{ 128, 1 },
	{ 159, 1 },
	{ 160, 2 },
	{ 191, 2 },
	{ 192, 3 },
	{ 224, 4 },
	{ 255, 4 },
	{ 256, 5 },
	{ 1000, 12 },
	{ 1023, 12 },
	{ 1024, 13 },
	{ 1000000, 52 },
	{ 1ull << 37, 121 },
	{ (1ull << 38) - 1, 124 },
	{ 1ull << 38, 125 },
	{ UINT64_MAX, 125 },
};

START_TEST(goes_to_its_bucket)
{
	const struct bucket_case *c = &buckets[_i];

	ck_assert_msg(latency_bucket(c->ns) == c->bucket, "%llu ns: bucket %u, expected %u",
		      (unsigned long long)c->ns, latency_bucket(c->ns), c->bucket);
}
END_TEST

START_TEST(buckets_join)
{
	for (uint32_t b = 1; b < LATENCY_BUCKETS; b++) {
		uint64_t low = latency_low(b);

		ck_assert_msg(latency_bucket(low) == b, "bucket %u begins at %llu", b,
			      (unsigned long long)low);
		ck_assert_msg(latency_bucket(low - 1) == b - 1, "bucket %u ends below %llu", b - 1,
			      (unsigned long long)low);
		/* No bucket but the first and last is wider than a quarter of where it begins. */
		if (b + 1 < LATENCY_BUCKETS)
			ck_assert_uint_le(latency_low(b + 1) - low, low / 4);
	}
	ck_assert_uint_eq(latency_low(0), 0);
	ck_assert_uint_eq(latency_low(LATENCY_BUCKETS - 1), 1ull << LATENCY_LOG_END);
}
END_TEST

static const struct percentile_case {
	const char *name;
	uint32_t counts[6];
	uint8_t first, len;
	unsigned percent;
	uint64_t max_ns, expected;
} percentiles[] = {
	{ .name = "nothing", .percent = 50, .max_ns = 0, .expected = 0 },
	{ .name = "one call is its maximum",
	  .counts = { 1 },
	  .first = 52,
	  .len = 1,
	  .percent = 50,
	  .max_ns = 950000,
	  .expected = 950000 },
	{ .name = "half of a bucket",
	  .counts = { 2 },
	  .first = 5,
	  .len = 1,
	  .percent = 50,
	  .max_ns = 320,
	  .expected = 288 },
	{ .name = "the last rank is the maximum",
	  .counts = { 99, 0, 1 },
	  .first = 5,
	  .len = 3,
	  .percent = 100,
	  .max_ns = 400,
	  .expected = 400 },
	{ .name = "99 of 100 are in the first bucket",
	  .counts = { 99, 0, 1 },
	  .first = 5,
	  .len = 3,
	  .percent = 99,
	  .max_ns = 400,
	  .expected = 320 },
	{ .name = "ranks are rounded up",
	  .counts = { 1, 1, 1 },
	  .first = 1,
	  .len = 3,
	  .percent = 50,
	  .max_ns = 1000,
	  .expected = 192 },
	{ .name = "the last bucket ends at the maximum",
	  .counts = { 4 },
	  .first = LATENCY_BUCKETS - 1,
	  .len = 1,
	  .percent = 50,
	  .max_ns = 1ull << 39,
	  .expected = (1ull << 38) + (1ull << 37) },
	{ .name = "a maximum below the bucket wins",
	  .counts = { 3 },
	  .first = 52,
	  .len = 1,
	  .percent = 10,
	  .max_ns = 10,
	  .expected = 10 },
	{ .name = "counts near the top of their type",
	  .counts = { UINT32_MAX, UINT32_MAX },
	  .first = 5,
	  .len = 2,
	  .percent = 50,
	  .max_ns = 10000,
	  .expected = 320 },
};

START_TEST(percentile)
{
	const struct percentile_case *c = &percentiles[_i];
	const struct latency_slice slice = { .counts = c->counts,
					     .first = c->first,
					     .len = c->len };
	uint64_t got = percentile_of(&slice, c->percent, c->max_ns);

	ck_assert_msg(got == c->expected, "%s: %llu, expected %llu", c->name,
		      (unsigned long long)got, (unsigned long long)c->expected);
}
END_TEST

/* Of any set of durations, a percentile is within a quarter of the call at that rank. */
START_TEST(near_the_truth)
{
	uint64_t ns[1000], state = 88172645463325252ull, max_ns = 0;
	uint32_t counts[LATENCY_BUCKETS] = { 0 };
	const struct latency_slice slice = { .counts = counts, .len = LATENCY_BUCKETS };

	for (size_t i = 0; i < 1000; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		ns[i] = 200 + (state >> (30 + state % 20));
		counts[latency_bucket(ns[i])]++;
		if (ns[i] > max_ns)
			max_ns = ns[i];
	}
	for (size_t i = 0; i < 1000; i++)
		for (size_t j = i + 1; j < 1000; j++)
			if (ns[j] < ns[i]) {
				uint64_t swap = ns[i];

				ns[i] = ns[j];
				ns[j] = swap;
			}
	for (unsigned percent = 1; percent <= 100; percent++) {
		uint64_t truth = ns[percent * 10 - 1];
		uint64_t got = percentile_of(&slice, percent, max_ns);

		ck_assert_msg(got <= truth + truth / 4 && got + got / 4 >= truth,
			      "p%u: %llu, the call took %llu", percent, (unsigned long long)got,
			      (unsigned long long)truth);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("percentile");

	tcase_add_loop_test(tcase, goes_to_its_bucket, 0,
			    (int)(sizeof(buckets) / sizeof(buckets[0])));
	tcase_add_test(tcase, buckets_join);
	tcase_add_loop_test(tcase, percentile, 0,
			    (int)(sizeof(percentiles) / sizeof(percentiles[0])));
	tcase_add_test(tcase, near_the_truth);
	return run_suite("percentile", tcase);
}
