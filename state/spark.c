/* SPDX-License-Identifier: Apache-2.0 */
#include "spark.h"
#include <string.h>

#define SECOND_NS 1000000000ull
#define SPARK_KEPT_S ((uint64_t)SPARK_SLICES_KEPT * SPARK_SLICE_S)

static void spark_advance_slices(struct spark *spark, uint64_t second)
{
	uint64_t slice = spark->second / SPARK_SLICE_S, last = second / SPARK_SLICE_S;

	if (!spark->second || last - slice >= SPARK_SLICES_KEPT)
		memset(spark->slices, 0, sizeof(spark->slices));
	else
		while (slice < last)
			spark->slices[++slice % SPARK_SLICES_KEPT] = 0;
}

/* Makes a second the newest; those in between are empty. */
static void spark_advance(struct spark *spark, uint64_t second)
{
	if (second <= spark->second)
		return;
	spark_advance_slices(spark, second);
	if (!spark->second || second - spark->second >= SPARK_SECONDS) {
		memset(spark->at, 0, sizeof(spark->at));
		spark->second = second;
		return;
	}
	while (spark->second < second)
		spark->at[++spark->second % SPARK_SECONDS] = 0;
}

/* Of seconds that are not kept any more only their slice is. */
static void spark_put(struct spark *spark, uint64_t second, uint64_t amount)
{
	uint32_t *at = &spark->at[second % SPARK_SECONDS];
	uint64_t slice = second / SPARK_SLICE_S;

	if (slice + SPARK_SLICES_KEPT > spark->second / SPARK_SLICE_S)
		spark->slices[slice % SPARK_SLICES_KEPT] += (float)amount;
	if (second + SPARK_SECONDS > spark->second)
		*at = amount > UINT32_MAX - *at ? UINT32_MAX : *at + (uint32_t)amount;
}

/* What of an amount came in the first part of its span; their product does not fit 64 bits. */
static uint64_t spark_part(uint64_t amount, uint64_t part_ns, uint64_t span_ns)
{
	uint64_t part = (uint64_t)((double)amount * (double)part_ns / (double)span_ns);

	return part < amount ? part : amount;
}

void spark_add(struct spark *spark, uint64_t time_ns, uint64_t span_ns, uint64_t amount)
{
	uint64_t last = time_ns / SECOND_NS, second, from_ns, put = 0;

	if (span_ns > time_ns)
		span_ns = time_ns;
	spark_advance(spark, last);
	if (!amount)
		return;
	from_ns = time_ns - span_ns;
	second = from_ns / SECOND_NS;
	/* A span that is longer than what is kept: the part of it that is. */
	if (last - second >= SPARK_KEPT_S) {
		second = last - SPARK_KEPT_S + 1;
		put = spark_part(amount, second * SECOND_NS - from_ns, span_ns);
	}
	for (; second < last; second++) {
		uint64_t until = spark_part(amount, (second + 1) * SECOND_NS - from_ns, span_ns);

		spark_put(spark, second, until - put);
		put = until;
	}
	spark_put(spark, last, amount - put);
}

void spark_last(const struct spark *spark, uint64_t time_ns, uint32_t *ret_values, size_t len)
{
	uint64_t end = time_ns / SECOND_NS;

	for (size_t i = 0; i < len; i++) {
		uint64_t back = len - i, second = end - back;
		bool kept = back <= end && second <= spark->second &&
			    second + SPARK_SECONDS > spark->second;

		ret_values[i] = kept ? spark->at[second % SPARK_SECONDS] : 0;
	}
}

/* The slice that is `back` slices before the one of a time; 0 when it is not kept. */
static float spark_slice(const struct spark *spark, uint64_t time_ns, uint64_t back)
{
	uint64_t end = time_ns / SECOND_NS / SPARK_SLICE_S, newest = spark->second / SPARK_SLICE_S;
	uint64_t slice = end - back;

	if (back > end || slice > newest || slice + SPARK_SLICES_KEPT <= newest)
		return 0;
	return spark->slices[slice % SPARK_SLICES_KEPT];
}

void spark_last_slices(const struct spark *spark, uint64_t time_ns, float *ret_values)
{
	for (uint64_t i = 0; i < SPARK_SLICES; i++)
		ret_values[i] = spark_slice(spark, time_ns, SPARK_SLICES - i);
}

bool spark_is_over(const struct spark *spark, uint64_t time_ns)
{
	for (uint64_t back = 0; back < SPARK_SLICES_KEPT; back++)
		if (spark_slice(spark, time_ns, back) > 0)
			return false;
	return true;
}

bool spark_is_flat(const struct spark *spark, uint64_t time_ns)
{
	uint64_t end = time_ns / SECOND_NS;

	for (uint64_t back = 0; back < SPARK_SECONDS && back <= spark->second; back++) {
		uint64_t second = spark->second - back;

		if (second + SPARK_SECONDS <= end)
			break;
		if (spark->at[second % SPARK_SECONDS])
			return false;
	}
	return true;
}
