/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The histogram of durations: logarithmic, four buckets for each power of two, so that a bucket is
 * at most a quarter wide of what is in it. The programs count with it and user space reads with it:
 * this is the one place that knows where a duration goes.
 *
 *   bucket   0          1        2        3        4        5  ...  124       125
 *   ns       [0, 128)   [128,    [160,    [192,    [224,    [256,   ..., 2^38)  [2^38, ...)
 *
 * Only fixed-width types.
 */
#ifndef PROBE_SCHEMA_LATENCY_H
#define PROBE_SCHEMA_LATENCY_H

#include <linux/types.h>

#define LATENCY_LOG_FIRST 7 /* 128 ns: no call with two hooks around it is faster */
#define LATENCY_LOG_END 38  /* 275 s */
#define LATENCY_BUCKETS (2 + 4 * (LATENCY_LOG_END - LATENCY_LOG_FIRST))

/* The power of two at or below ns; ns > 0. */
static inline __u32 latency_log2(__u64 ns)
{
	__u32 log = 0;

	for (__u32 step = 32; step; step >>= 1) {
		if (ns >> step) {
			ns >>= step;
			log += step;
		}
	}
	return log;
}

/* The bucket of a duration, below LATENCY_BUCKETS. */
static inline __u32 latency_bucket(__u64 ns)
{
	__u32 log;

	if (ns < 1ull << LATENCY_LOG_FIRST)
		return 0;
	if (ns >= 1ull << LATENCY_LOG_END)
		return LATENCY_BUCKETS - 1;
	log = latency_log2(ns);
	return 1 + 4 * (log - LATENCY_LOG_FIRST) + ((__u32)(ns >> (log - 2)) & 3);
}

/* The least duration of a bucket, ns. The next bucket's is where it ends; the last has no end. */
static inline __u64 latency_low(__u32 bucket)
{
	__u32 at = bucket - 1;

	if (bucket == 0)
		return 0;
	return (4ull + at % 4) << (LATENCY_LOG_FIRST + at / 4 - 2);
}

#endif
