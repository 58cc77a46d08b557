/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader of the counter plane keeps between refreshes. For counters.c alone. */
#ifndef PROBE_COUNTERS_H
#define PROBE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "bpf/shared.h"
#include "ring.h"
#include "table.h"
#include "tally.h"

#define COUNTERS_READ_BYTES (64u << 10) /* twice what the kernel's iterator fills at a time */

/* A row of the overflow table. */
struct overflow_row {
	struct thread_key thread;
	struct call_count count;
	bool owned; /* by a living thread of this refresh */
};

/* A row that no living thread owned in the last `seen` refreshes. */
struct orphan_row {
	struct overflow_row row;
	unsigned seen;
};

/* Arrays are owned; X_len of X_size items are in use. */
struct counters {
	struct ring exits;
	struct tally tally;
	uint64_t page_bytes;

	struct overflow_row *rows; /* of the last scan, by thread and number */
	size_t rows_len, rows_size;
	uint64_t rows_deleted; /* ever */
	struct orphan_row *orphans;
	size_t orphans_len, orphans_size;
	struct call_other folded; /* of rows that went to row "other" */

	struct exit_wire *ended; /* of this refresh */
	size_t ended_len, ended_size;
	uint64_t late_deleted;    /* from late_exits, ever */
	uint64_t timings_deleted; /* from timings, ever */

	struct thread_key *forgotten; /* processes: pid in tid */
	size_t forgotten_len, forgotten_size;

	uint8_t buf[COUNTERS_READ_BYTES];
};

#endif
