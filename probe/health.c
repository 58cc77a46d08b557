/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe costs and what it missed: kernel counters of the programs, the memory of the maps,
 * the fill of the rings. Reading it once a second costs some tens of microseconds.
 */
#include "live.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "buffers.h"
#include "guard.h"
#include "probe/count.skel.h"
#include "probe/stream.skel.h"

size_t probe_buffers_len(const struct probe *probe)
{
	return probe_stream_ready(probe) ? probe->rings->len : 0;
}

int probe_buffer_stats(struct probe *probe, size_t index, struct buffer_stats *ret_stats)
{
	struct buffer_stats stats = { .buffer = (unsigned)index };
	const struct ring_tally *tally;

	if (index >= probe_buffers_len(probe))
		return -EINVAL;
	tally = &probe->rings->tallies[index];
	for (unsigned cpu = 0; cpu < probe->cpus; cpu++) {
		const struct cpu_stats *cpu_stats = &probe->stats[cpu];

		if (probe->rings->ring_of_cpu[cpu] != index)
			continue;
		stats.cpus += probe->rings->online[cpu];
		for (size_t fate = 0; fate < RECORD_FATE_COUNT; fate++) {
			for (size_t cls = 0; cls < RECORD_CLASS_COUNT; cls++)
				stats.fate[fate][cls] += __atomic_load_n(
					&cpu_stats->fate[fate][cls], __ATOMIC_RELAXED);
		}
	}
	for (size_t cls = 0; cls < RECORD_CLASS_COUNT; cls++) {
		/* The kernel's number is what it submitted; an operator asks what arrived. */
		stats.fate[RECORD_FATE_DELIVERED][cls] = tally->delivered[cls];
		stats.fate[RECORD_FATE_CORRUPT][cls] += tally->corrupt[cls];
	}
	stats.bytes = tally->bytes;
	stats.used_bytes = ring_used_bytes(&probe->rings->rings[index]);
	stats.high_bytes = tally->high_bytes;
	stats.size_bytes = probe->ring_bytes;
	stats.late = tally->late;
	stats.unreadable = tally->unreadable;
	stats.cut = tally->cut;
	*ret_stats = stats;
	return 0;
}

/* Kernel memory of a map, as its fdinfo tells; 0 where it does not. */
static uint64_t map_memory(int fd)
{
	char path[64];
	char line[128];
	uint64_t bytes = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "memlock: %" SCNu64, &bytes) == 1)
			break;
	}
	fclose(file);
	return bytes;
}

/* The maps of an object; those that it shares belong to the count object and are counted there. */
static uint64_t object_memory(const struct bpf_object *object, const struct bpf_object *shared_with)
{
	struct bpf_map *map;
	uint64_t bytes = 0;

	bpf_object__for_each_map (map, object) {
		bool shared = shared_with && !bpf_map__is_internal(map) &&
			      bpf_object__find_map_by_name(shared_with, bpf_map__name(map));

		if (!shared)
			bytes += map_memory(bpf_map__fd(map));
	}
	return bytes;
}

static uint64_t object_misses(const struct probe *probe, const struct bpf_object *object)
{
	struct bpf_program *prog;
	uint64_t misses = 0;

	bpf_object__for_each_program (prog, object) {
		struct bpf_prog_info info = {};
		uint32_t len = sizeof(info);
		int fd = bpf_program__fd(prog);

		if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &len) == 0)
			misses += guard_misses(probe, prog, info.recursion_misses);
	}
	return misses;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static uint64_t lag_ns(struct probe *probe)
{
	uint64_t oldest = ring_set_oldest_ns(probe->rings);
	uint64_t now = probe_record_ns(probe);

	return oldest != 0 && now > oldest ? now - oldest : 0;
}

int probe_health(struct probe *probe, struct probe_health *ret_health)
{
	struct probe_health health = { .own_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) };
	uint64_t covered = 0;

	if (!probe->count)
		return -ENODEV;
	probe_refresh_clock(probe);
	for (unsigned cpu = 0; cpu < probe->cpus; cpu++) {
		const struct cpu_stats *stats = &probe->stats[cpu];

		health.storage_failures +=
			__atomic_load_n(&stats->storage_failures, __ATOMIC_RELAXED);
		health.untimed += __atomic_load_n(&stats->untimed, __ATOMIC_RELAXED);
		health.sampled_ns += __atomic_load_n(&stats->count_ns, __ATOMIC_RELAXED);
		health.sampled_calls += __atomic_load_n(&stats->count_samples, __ATOMIC_RELAXED);
		health.read_failures += __atomic_load_n(&stats->read_failures, __ATOMIC_RELAXED);
		health.unread_transfers +=
			__atomic_load_n(&stats->unread_transfers, __ATOMIC_RELAXED);
		covered += __atomic_load_n(&stats->covered, __ATOMIC_RELAXED);
	}
	health.recursion_misses = object_misses(probe, probe->count->obj);
	health.map_bytes = object_memory(probe->count->obj, NULL);
	if (probe_stream_ready(probe)) {
		health.recursion_misses += object_misses(probe, probe->stream->obj);
		health.map_bytes += object_memory(probe->stream->obj, probe->count->obj);
		for (size_t i = 0; i < probe->rings->len; i++)
			health.map_bytes += map_memory(probe->rings->rings[i].fd);
		health.lag_ns = lag_ns(probe);
	}
	health.recursion_misses -=
		covered < health.recursion_misses ? covered : health.recursion_misses;
	*ret_health = health;
	return 0;
}
