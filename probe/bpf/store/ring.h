/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ring buffers and the accounting of their records. One ring serves one or more CPUs; cpu_ring
 * says which. A record is counted PRODUCED after the filters; then it is either submitted, and the
 * consumer counts it delivered or corrupt, or in exactly one other fate here. So the equation of
 * the design holds whenever no program runs and the rings are drained.
 *
 * Records are submitted without a wake-up (a wake-up costs ten times the record); every 64th record
 * or so the fill level is looked at and the consumer is woken when the ring is more than half full.
 */
#ifndef PROBE_BPF_STORE_RING_H
#define PROBE_BPF_STORE_RING_H

#include "../kernel.h"
#include "../shared.h"
#include "../extract/knobs.h"

struct ring_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
};

/* Index: ring number. The loader creates the inner maps and puts them in. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, PROBE_RINGS_MAX);
	__type(key, u32);
	__array(values, struct ring_map);
} rings SEC(".maps");

/* The next two are the count object's; the loader reuses their fds. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* the loader: possible CPUs */
	__type(key, u32);
	__type(value, struct cpu_stats);
} cpu_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PROBE_RINGS_MAX);
	__type(key, u32);
	__type(value, u64);
} ring_drops SEC(".maps");

/* Set by the loader before the load. */
const volatile struct nr_info nr_info[SYSCALL_NR_MAX] = {};
const volatile __u16 cpu_ring[PROBE_CPUS_MAX] = {}; /* CPU -> ring number, all possible CPUs */
const volatile __u64 regs_at = 0;          /* as the count object learned it; see task_regs() */
const volatile __u32 ring_bytes = 1 << 20; /* size of each ring */

/* Where a record goes and how its fate is counted; made by ring_find(). */
struct ring {
	void *map;
	struct cpu_stats *stats;
	u32 cpu;
	u32 number;
	u32 cls; /* enum record_class */
};

static __always_inline void ring_count(struct ring *ring, u32 fate)
{
	/* Verifier: cls is a byte of read-only data; the mask keeps the index inside the row. */
	u32 cls = ring->cls & (RECORD_CLASS_COUNT - 1);

	__sync_fetch_and_add(&ring->stats->fate[fate][cls], 1);
}
_Static_assert((RECORD_CLASS_COUNT & (RECORD_CLASS_COUNT - 1)) == 0, "ring_count masks with it");

/* A record is lost: one fate, and the ring's drop count that later prefixes show. */
static __always_inline void ring_lose(struct ring *ring, u32 fate)
{
	u32 number = ring->number;
	u64 *drops = bpf_map_lookup_elem(&ring_drops, &number);

	ring_count(ring, fate);
	if (drops)
		__sync_fetch_and_add(drops, 1);
}

static __always_inline u64 ring_drops_now(struct ring *ring)
{
	u32 number = ring->number;
	u64 *drops = bpf_map_lookup_elem(&ring_drops, &number);

	return drops ? *drops : 0;
}

/* Returns 0, or -1 when the loader left this CPU out (never: it fills all possible CPUs). */
static __always_inline int ring_find(struct ring *ring)
{
	u32 cpu = bpf_get_smp_processor_id();

	if (cpu >= PROBE_CPUS_MAX)
		return -1;
	ring->cpu = cpu;
	ring->number = cpu_ring[cpu];
	ring->stats = bpf_map_lookup_elem(&cpu_stats, &cpu);
	ring->map = bpf_map_lookup_elem(&rings, &ring->number);
	return ring->stats && ring->map ? 0 : -1;
}

/*
 * Done for one record in 64: looks at the fill level and times the path that led here. began_ns:
 * boot time at which the call was taken up.
 */
static __noinline u64 ring_look(struct ring *ring, u64 began_ns)
{
	__sync_fetch_and_add(&ring->stats->stream_ns, bpf_ktime_get_boot_ns() - began_ns);
	__sync_fetch_and_add(&ring->stats->stream_samples, 1);
	if (bpf_ringbuf_query(ring->map, BPF_RB_AVAIL_DATA) > ring_bytes / 2)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

/* Flags for the submit. Bits of the clock above its resolution are as good as a counter. */
static __always_inline u64 ring_wakeup_flags(struct ring *ring, u64 began_ns)
{
	return (began_ns >> 5 & 63) == 0 ? ring_look(ring, began_ns) : BPF_RB_NO_WAKEUP;
}

#endif
