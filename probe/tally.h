/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counts of one thread, put together from its slots and its rows in the overflow table: one
 * struct call_count per number, in order of first appearance.
 */
#ifndef PROBE_TALLY_H
#define PROBE_TALLY_H

#include <stddef.h>
#include <stdint.h>
#include "bpf/shared.h"

/* Invariant: at[nr] is 1 + the index of nr in calls, 0 where it is not there. */
struct tally {
	struct call_count calls[COUNT_NR_COUNT];
	uint16_t at[COUNT_NR_COUNT];
	size_t len;
};

void tally_reset(struct tally *tally);
/* Numbers beyond COUNT_NR_COUNT, which the programs never write, are added to row "other". */
void tally_add(struct tally *tally, const struct call_count *count);
void tally_add_slots(struct tally *tally, const __u64 slots[COUNT_SLOTS]);

#endif
