/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often the processes of a capture around a hit made each call, by the events that are in it:
 * at least so often.
 */
#ifndef TUI_HIT_COUNTS_H
#define TUI_HIT_COUNTS_H

#include <stddef.h>
#include <stdint.h>
#include "probe/schema/record.h"
#include "probe/schema/sample.h"

struct hit_counts;

/* For processes of the numbers 0..len. 0 or -ENOMEM. */
int hit_counts_new(size_t len, struct hit_counts **ret_counts);
void hit_counts_free(struct hit_counts *counts);
/*
 * Counts the call that the event is, if it is one that the probe would count: a request of io_uring
 * is none, nor is a child's end of a fork. 0 or -ENOMEM.
 */
int hit_counts_add(struct hit_counts *counts, size_t number, const struct record_prefix *prefix);
/* Those of one process, valid until the next is added; *ret_len of them. */
const struct call_count *hit_counts_of(const struct hit_counts *counts, size_t number,
				       uint32_t *ret_len);

#endif
