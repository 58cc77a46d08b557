/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The set of ring buffers: which CPU writes to which ring, draining all of them in timestamp order,
 * and what became of every record. For the files of probe/; others see it through probe.h.
 *
 * Order: one ring holds the records of several CPUs, and a record's time is taken before its room
 * is reserved, so a ring is only nearly sorted. The merge takes the head with the smallest time;
 * what turns out older than something already handed out is marked RECORD_F_LATE.
 *
 * Cause before effect: rings are looked at one after another, and what the first one gets meanwhile
 * would be missed, but not what follows from it in the last one: a fork on one CPU, what the child
 * does on another. So records that are younger than the begin of the batch wait for the next one:
 * their causes, which were submitted before them, may be where nobody looks any more.
 *
 * Loss: the kernel counts PRODUCED and every way a record failed to be submitted, per CPU; a CPU
 * writes to one ring all its life, so sums over a ring's CPUs are the ring's. DELIVERED and CORRUPT
 * are counted here. While records are under way, produced is larger than the sum of the others by
 * what the rings still hold (and what is being written); when nothing runs and the rings are
 * drained, both sides are equal, per ring and class.
 */
#ifndef PROBE_BUFFERS_H
#define PROBE_BUFFERS_H

#include "probe.h"
#include "ring.h"
#include "bpf/shared.h"

/* What was handed out of one ring, cumulative. */
struct ring_tally {
	uint64_t delivered[RECORD_CLASS_COUNT];
	uint64_t corrupt[RECORD_CLASS_COUNT];
	uint64_t bytes;
	uint64_t high_bytes;
	uint64_t late, unreadable, cut;
};

/* The next record of a ring in the merge. */
struct ring_head {
	uint64_t ts_ns;
	const uint8_t *data;
	uint32_t len;   /* the record's total_len */
	uint32_t index; /* of the ring */
};

struct ring_set {
	struct ring *rings;
	struct ring_tally *tallies;
	size_t len;
	struct ring_head *heap; /* of len entries, used while draining */
	size_t heap_len;
	uint64_t last_ts_ns;   /* newest time handed out */
	uint64_t until_ns;     /* records from then on wait for the next batch; 0: none does */
	uint16_t *ring_of_cpu; /* by CPU number; cpus entries */
	bool *online;          /* by CPU number, when the set was made */
	unsigned cpus;         /* possible CPUs */
	uint8_t *copy; /* RECORD_MAX_BYTES: a late record, because the rings are read-only */
};

/* How many rings, and which CPU writes to which. */
struct ring_plan {
	unsigned rings;
	unsigned cpus;         /* possible CPUs */
	uint16_t *ring_of_cpu; /* owned; cpus entries */
	bool *online;          /* owned; cpus entries */
};
/*
 * Spreads the online CPUs over rings, cpus_per_ring each (0 = one ring for all). A possible CPU
 * that is offline gets a ring too: when it comes up, its records have a place. Never more than
 * PROBE_RINGS_MAX rings: then each takes more CPUs. 0, -EINVAL without
 * CPUs, or -ENOMEM.
 */
int ring_plan_make(struct ring_plan *plan, unsigned possible, const bool *online,
		   unsigned cpus_per_ring);
void ring_plan_release(struct ring_plan *plan);

/* An empty set for the plan, whose arrays it takes over. 0, or -ENOMEM. */
int ring_set_new(struct ring_plan *plan, struct ring_set **ret_set);
void ring_set_free(struct ring_set *set);
/* As probe_drain(). */
int ring_set_drain(struct ring_set *set, size_t budget, probe_record_fn fn, void *ctx,
		   bool *ret_more);
/* The time of the oldest record that waits, 0 when none does. */
uint64_t ring_set_oldest_ns(struct ring_set *set);
/*
 * The wall clock was stepped by delta_ns: times handed out so far move along, or all would be
 * late.
 */
void ring_set_clock_step(struct ring_set *set, int64_t delta_ns);

/*
 * Does data[0..len) pass the cheap checks: magic, lengths, sums, known type and class? len is what
 * the ring says: the record's length, or up to 7 bytes of padding more. event_decode() checks the
 * rest.
 */
bool record_is_sound(const uint8_t *data, size_t len);

/*
 * Fills online[0..possible) from the kernel's list of online CPUs ("0-3,8"). CPUs beyond are left
 * out; all are set when there is no list.
 */
void cpus_online(bool *online, unsigned possible);
/* The same for a list given as text. 0, or -EINVAL when it is not one. */
int cpu_list_parse(const char *list, bool *online, unsigned possible);

#endif
