/* SPDX-License-Identifier: Apache-2.0 */
#include "buffers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include "live.h"
#include "schema/event.h"

/* Bytes of a ring that are taken before they are given back to the kernel inside a batch. */
#define RETURN_BYTES (64u << 10)
#define HOLD_MAX_NS 1000000000ull

int cpu_list_parse(const char *list, bool *online, unsigned possible)
{
	memset(online, 0, possible * sizeof(*online));
	while (*list && *list != '\n') {
		char *end;
		unsigned long first = strtoul(list, &end, 10);
		unsigned long last = first;

		if (end == list)
			return -EINVAL;
		if (*end == '-') {
			list = end + 1;
			last = strtoul(list, &end, 10);
			if (end == list || last < first)
				return -EINVAL;
		}
		for (unsigned long cpu = first; cpu <= last && cpu < possible; cpu++)
			online[cpu] = true;
		if (*end != ',' && *end != '\n' && *end != '\0')
			return -EINVAL;
		list = *end == ',' ? end + 1 : end;
	}
	return 0;
}

void cpus_online(bool *online, unsigned possible)
{
	char list[4096] = "";
	FILE *file = fopen("/sys/devices/system/cpu/online", "re");
	bool known = file && fgets(list, sizeof(list), file) &&
		     cpu_list_parse(list, online, possible) == 0;

	if (file)
		fclose(file);
	if (!known)
		memset(online, 1, possible * sizeof(*online));
}

int ring_plan_make(struct ring_plan *plan, unsigned possible, const bool *online,
		   unsigned cpus_per_ring)
{
	unsigned online_len = 0;
	unsigned seen = 0;

	if (possible == 0)
		return -EINVAL;

	for (unsigned cpu = 0; cpu < possible; cpu++)
		online_len += online[cpu];
	if (online_len == 0)
		online_len = 1;
	if (cpus_per_ring == 0 || cpus_per_ring > online_len)
		cpus_per_ring = online_len;
	if ((online_len + cpus_per_ring - 1) / cpus_per_ring > PROBE_RINGS_MAX)
		cpus_per_ring = (online_len + PROBE_RINGS_MAX - 1) / PROBE_RINGS_MAX;

	plan->ring_of_cpu = calloc(possible, sizeof(*plan->ring_of_cpu));
	plan->online = calloc(possible, sizeof(*plan->online));
	if (!plan->ring_of_cpu || !plan->online) {
		ring_plan_release(plan);
		return -ENOMEM;
	}
	memcpy(plan->online, online, possible * sizeof(*online));
	plan->cpus = possible;
	plan->rings = (online_len + cpus_per_ring - 1) / cpus_per_ring;

	for (unsigned cpu = 0; cpu < possible; cpu++) {
		if (online[cpu])
			plan->ring_of_cpu[cpu] = (uint16_t)(seen++ / cpus_per_ring);
		else
			plan->ring_of_cpu[cpu] = (uint16_t)(cpu % plan->rings);
	}
	return 0;
}

void ring_plan_release(struct ring_plan *plan)
{
	free(plan->ring_of_cpu);
	free(plan->online);
	plan->ring_of_cpu = NULL;
	plan->online = NULL;
}

int ring_set_new(struct ring_plan *plan, struct ring_set **ret_set)
{
	struct ring_set *set = calloc(1, sizeof(*set));

	if (!set)
		return -ENOMEM;
	set->rings = calloc(plan->rings, sizeof(*set->rings));
	set->tallies = calloc(plan->rings, sizeof(*set->tallies));
	set->heap = calloc(plan->rings, sizeof(*set->heap));
	set->copy = malloc(RECORD_MAX_BYTES);
	if (!set->rings || !set->tallies || !set->heap || !set->copy) {
		ring_set_free(set);
		return -ENOMEM;
	}
	set->len = plan->rings;
	for (size_t i = 0; i < set->len; i++)
		ring_init(&set->rings[i]);
	set->cpus = plan->cpus;
	set->ring_of_cpu = plan->ring_of_cpu;
	set->online = plan->online;
	plan->ring_of_cpu = NULL;
	plan->online = NULL;
	*ret_set = set;
	return 0;
}

void ring_set_free(struct ring_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->len; i++)
		ring_release(&set->rings[i]);
	free(set->rings);
	free(set->tallies);
	free(set->heap);
	free(set->copy);
	free(set->ring_of_cpu);
	free(set->online);
	free(set);
}

/* Do the header, the lengths and the parameters add up to len bytes? */
static bool event_is_sound(const uint8_t *data, size_t len)
{
	struct event_header header;
	size_t sum = sizeof(header);

	memcpy(&header, data, sizeof(header));
	if (header.len != len || header.type >= EVENT_CODE_COUNT)
		return false;
	if (header.nparams > (len - sizeof(header)) / sizeof(uint16_t))
		return false;
	for (uint32_t i = 0; i < header.nparams; i++) {
		uint16_t param_len;

		memcpy(&param_len, data + sizeof(header) + i * sizeof(param_len),
		       sizeof(param_len));
		sum += sizeof(param_len) + param_len;
	}
	return sum == len;
}

/* Where the event begins in a record whose prefix holds. */
static size_t event_offset(const struct record_prefix *prefix)
{
	return (size_t)prefix->prefix_len + prefix->ext_len;
}

static uint64_t record_ts_ns(const uint8_t *data)
{
	struct record_prefix prefix;
	struct event_header header;

	memcpy(&prefix, data, sizeof(prefix));
	memcpy(&header, data + event_offset(&prefix), sizeof(header));
	return header.ts_ns;
}

bool record_is_sound(const uint8_t *data, size_t len)
{
	struct record_prefix prefix;
	struct event_header header;
	size_t offset;

	if (len < sizeof(prefix) + sizeof(header) || len >= RECORD_MAX_BYTES + 8)
		return false;
	memcpy(&prefix, data, sizeof(prefix));
	offset = event_offset(&prefix);
	if (prefix.prefix_len != sizeof(prefix) || prefix.ext_len % 8 != 0)
		return false;
	if (prefix.total_len > len || len - prefix.total_len >= 8 ||
	    prefix.total_len > RECORD_MAX_BYTES)
		return false;
	if (prefix.total_len < offset + sizeof(header) || prefix.cls >= RECORD_CLASS_COUNT)
		return false;
	memcpy(&header, data + offset, sizeof(header));
	if (prefix.check != record_check(prefix.total_len, prefix.tid, header.ts_ns) ||
	    header.tid != prefix.tid)
		return false;
	return event_is_sound(data + offset, prefix.total_len - offset);
}

/* A rejected record is lost under its class, or under "other" when even that makes no sense. */
static void tally_corrupt(struct ring_tally *tally, const uint8_t *data, size_t len)
{
	uint8_t cls = RECORD_CLASS_OTHER;

	if (data && len >= sizeof(struct record_prefix))
		cls = data[offsetof(struct record_prefix, cls)];
	tally->corrupt[cls < RECORD_CLASS_COUNT ? cls : RECORD_CLASS_OTHER]++;
}

/* Looks at the next sound record of ring index; rejected ones are counted. False: none. */
static bool ring_set_look(struct ring_set *set, uint32_t index, struct ring_head *ret_head)
{
	struct ring *ring = &set->rings[index];
	const uint8_t *data = NULL;
	size_t len = 0;

	for (;;) {
		enum ring_look look = ring_peek(ring, &data, &len);

		if (look == RING_EMPTY)
			return false;
		if (look == RING_RECORD && record_is_sound(data, len))
			break;
		tally_corrupt(&set->tallies[index], look == RING_RECORD ? data : NULL, len);
		if (look == RING_RECORD)
			ring_take(ring);
	}
	ret_head->ts_ns = record_ts_ns(data);
	ret_head->data = data;
	memcpy(&ret_head->len, data + offsetof(struct record_prefix, total_len),
	       sizeof(ret_head->len));
	ret_head->index = index;
	return true;
}

/* Younger than the begin of the batch; one that is much younger has another clock's time. */
static bool ring_set_holds(const struct ring_set *set, uint64_t ts_ns)
{
	return set->until_ns && ts_ns > set->until_ns && ts_ns - set->until_ns < HOLD_MAX_NS;
}

/* The next record that is to be handed out in this batch. */
static bool ring_set_next(struct ring_set *set, uint32_t index, struct ring_head *ret_head)
{
	return ring_set_look(set, index, ret_head) && !ring_set_holds(set, ret_head->ts_ns);
}

/* The heap's root was replaced: restores "a parent is not younger than its children". */
static void heap_sift_down(struct ring_head *heap, size_t len, size_t at)
{
	struct ring_head moved = heap[at];

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= len)
			break;
		if (child + 1 < len && heap[child + 1].ts_ns < heap[child].ts_ns)
			child++;
		if (moved.ts_ns <= heap[child].ts_ns)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = moved;
}

static void ring_set_fill_heap(struct ring_set *set)
{
	set->heap_len = 0;
	for (size_t i = 0; i < set->len; i++) {
		size_t used = ring_mark(&set->rings[i]);

		if (used > set->tallies[i].high_bytes)
			set->tallies[i].high_bytes = used;
		if (ring_set_next(set, (uint32_t)i, &set->heap[set->heap_len]))
			set->heap_len++;
	}
	for (size_t i = set->heap_len / 2; i-- > 0;)
		heap_sift_down(set->heap, set->heap_len, i);
}

/* The record of head with the mark, in memory of ours. */
static const uint8_t *late_copy(struct ring_set *set, const struct ring_head *head)
{
	uint16_t flags;

	memcpy(set->copy, head->data, head->len);
	memcpy(&flags, set->copy + offsetof(struct record_prefix, flags), sizeof(flags));
	flags |= RECORD_F_LATE;
	memcpy(set->copy + offsetof(struct record_prefix, flags), &flags, sizeof(flags));
	return set->copy;
}

static void ring_set_deliver(struct ring_set *set, const struct ring_head *head, probe_record_fn fn,
			     void *ctx)
{
	struct ring_tally *tally = &set->tallies[head->index];
	const uint8_t *data = head->data;
	uint16_t flags;

	memcpy(&flags, data + offsetof(struct record_prefix, flags), sizeof(flags));
	tally->delivered[data[offsetof(struct record_prefix, cls)]]++;
	tally->bytes += head->len;
	tally->unreadable += (flags & RECORD_F_UNREADABLE) != 0;
	tally->cut += (flags & RECORD_F_CUT) != 0;
	if (head->ts_ns < set->last_ts_ns) {
		tally->late++;
		data = late_copy(set, head);
	} else {
		set->last_ts_ns = head->ts_ns;
	}
	fn(ctx, data, head->len);
}

int ring_set_drain(struct ring_set *set, size_t budget, probe_record_fn fn, void *ctx,
		   bool *ret_more)
{
	size_t done = 0;

	if (budget > INT32_MAX)
		budget = INT32_MAX;
	ring_set_fill_heap(set);
	while (set->heap_len > 0 && done < budget) {
		struct ring_head *root = &set->heap[0];
		struct ring *ring = &set->rings[root->index];

		ring_set_deliver(set, root, fn, ctx);
		done++;
		ring_take(ring);
		if (ring_taken_bytes(ring) >= RETURN_BYTES)
			ring_return(ring);
		if (!ring_set_next(set, root->index, root))
			*root = set->heap[--set->heap_len];
		if (set->heap_len > 1)
			heap_sift_down(set->heap, set->heap_len, 0);
	}
	for (size_t i = 0; i < set->len; i++)
		ring_return(&set->rings[i]);
	if (ret_more)
		*ret_more = set->heap_len > 0;
	return (int)done;
}

uint64_t ring_set_oldest_ns(struct ring_set *set)
{
	uint64_t oldest = 0;

	for (size_t i = 0; i < set->len; i++) {
		struct ring_head head;

		ring_mark(&set->rings[i]);
		if (ring_set_look(set, (uint32_t)i, &head) && (oldest == 0 || head.ts_ns < oldest))
			oldest = head.ts_ns;
		ring_return(&set->rings[i]);
	}
	return oldest;
}

void ring_set_clock_step(struct ring_set *set, int64_t delta_ns)
{
	if (delta_ns < 0 && set->last_ts_ns > 0)
		set->last_ts_ns = (uint64_t)((int64_t)set->last_ts_ns + delta_ns);
}

uint64_t probe_record_ns(const struct probe *probe)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec +
	       probe->knobs->epoch_offset_ns;
}

int probe_drain(struct probe *probe, size_t budget, probe_record_fn fn, void *ctx, bool *ret_more)
{
	if (ret_more)
		*ret_more = false;
	if (!probe_stream_ready(probe))
		return 0;
	probe_refresh_clock(probe);
	probe->rings->until_ns = probe_record_ns(probe);
	return ring_set_drain(probe->rings, budget, fn, ctx, ret_more);
}

int probe_wait(struct probe *probe, int timeout_ms)
{
	struct epoll_event events[16];

	/*
	 * Edge-triggered: rings are never emptied for it, so only a wake-up from the kernel
	 * counts.
	 */
	return epoll_wait(probe->epoll_fd, events, sizeof(events) / sizeof(events[0]), timeout_ms) <
			       0
		       ? -errno
		       : 0;
}
