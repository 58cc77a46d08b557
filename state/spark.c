/* SPDX-License-Identifier: Apache-2.0 */
#include "spark.h"
#include <string.h>

#define SECOND_NS 1000000000ull

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

/* Of seconds that are not kept any more nothing is said. */
static void spark_put(struct spark *spark, uint64_t second, uint64_t amount)
{
	uint32_t *at = &spark->at[second % SPARK_SECONDS];

	if (second + SPARK_SECONDS <= spark->second)
		return;
	spark->slices[second / SPARK_SLICE_S % SPARK_SLICES_KEPT] += (float)amount;
	*at = amount > UINT32_MAX - *at ? UINT32_MAX : *at + (uint32_t)amount;
}

void spark_add(struct spark *spark, uint64_t time_ns, uint64_t span_ns, uint64_t amount)
{
	uint64_t last = time_ns / SECOND_NS, second, from_ns, left = amount;

	if (span_ns > time_ns)
		span_ns = time_ns;
	spark_advance(spark, last);
	if (!amount)
		return;
	/* A span that is longer than what is kept: the part of it that is. */
	from_ns = time_ns - span_ns;
	second = from_ns / SECOND_NS;
	if (last - second >= SPARK_SECONDS)
		second = last - SPARK_SECONDS + 1;
	for (; second < last; second++) {
		uint64_t begin_ns = second * SECOND_NS;
		uint64_t part_ns = SECOND_NS - (from_ns > begin_ns ? from_ns - begin_ns : 0);
		/* Amounts and spans do not fit 64 bits as a product. */
		uint64_t part = (uint64_t)((double)amount * ((double)part_ns / (double)span_ns));

		if (part > left)
			part = left;
		spark_put(spark, second, part);
		left -= part;
	}
	/* What was counted before the seconds that are kept is in none of them. */
	if (span_ns > (uint64_t)SPARK_SECONDS * SECOND_NS) {
		uint64_t part_ns = time_ns - last * SECOND_NS;

		left = (uint64_t)((double)amount * ((double)part_ns / (double)span_ns));
	}
	spark_put(spark, last, left);
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
