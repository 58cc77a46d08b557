/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sparks: what was counted in each of the last seconds, for lines that show how something went.
 *
 *   second - 63 ... second - 1, second      at[] is a ring by second % SPARK_SECONDS
 *   slice - 60 ... slice - 1, slice         slices[] is a ring by slice % SPARK_SLICES_KEPT
 *
 * A slice is ten seconds: what is older than the last minute is known less finely, in the room of
 * one minute more. Slices are floats: ten seconds of a busy process do not fit 32 bits.
 *
 * An amount that was counted over an interval is spread over the seconds that it touches; sums stay
 * exact up to 2^32 - 1 a second, which is as much as a second holds.
 */
#ifndef STATE_SPARK_H
#define STATE_SPARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPARK_SECONDS 64     /* kept */
#define SPARK_SHOWN 60       /* in snapshots: the last whole ones */
#define SPARK_SLICE_S 10     /* seconds of a slice */
#define SPARK_SLICES 60      /* in snapshots: the last whole ones, ten minutes */
#define SPARK_SLICES_KEPT 61 /* and the one that runs */

/* All zero is an empty one. */
struct spark {
	uint64_t second; /* of the newest bucket, since the epoch; 0: nothing was added yet */
	uint32_t at[SPARK_SECONDS];
	float slices[SPARK_SLICES_KEPT];
};

/* Adds what came in the span_ns (0: at once) that ended at time_ns, since the epoch. */
void spark_add(struct spark *spark, uint64_t time_ns, uint64_t span_ns, uint64_t amount);
/*
 * The len whole seconds before the one of time_ns, oldest first; what is not kept any more, or
 * is still to come, is 0.
 */
void spark_last(const struct spark *spark, uint64_t time_ns, uint32_t *ret_values, size_t len);
/* The SPARK_SLICES whole slices before the one of time_ns alike. */
void spark_last_slices(const struct spark *spark, uint64_t time_ns, float *ret_values);
/* Is there nothing in the seconds that are kept at that time? */
bool spark_is_flat(const struct spark *spark, uint64_t time_ns);
/* And nothing in the slices? */
bool spark_is_over(const struct spark *spark, uint64_t time_ns);

#endif
