/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an operator may ask of the ring buffers. Every refusal says why, and which valid value is
 * nearest to the one given.
 */
#include "probe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "buffers.h"

/* 12582912 -> "12M": the unit in which an operator would type it. */
static void size_text(char *text, size_t text_size, uint64_t bytes)
{
	static const struct {
		uint64_t bytes;
		const char *suffix;
	} units[] = { { 1u << 30, "G" }, { 1u << 20, "M" }, { 1u << 10, "K" }, { 1, "" } };
	size_t i = 0;

	while (units[i].bytes > 1 && (bytes == 0 || bytes % units[i].bytes != 0))
		i++;
	snprintf(text, text_size, "%" PRIu64 "%s", bytes / units[i].bytes, units[i].suffix);
}

/* The valid size nearest to bytes; the larger of two that are equally near. */
static uint64_t nearest_buffer_bytes(uint64_t bytes, uint64_t page)
{
	uint64_t smallest = page > PROBE_BUFFER_MIN ? page : PROBE_BUFFER_MIN;
	uint64_t size = smallest;

	while (size < PROBE_BUFFER_MAX && bytes > size) {
		uint64_t next = 2 * size;

		if (bytes < next && bytes - size < next - bytes)
			break;
		size = next;
	}
	return size;
}

int probe_check_buffer_bytes(uint64_t bytes, struct probe_error *err)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const char *reason = NULL;
	char given[32];
	char nearest[32];

	if (bytes < PROBE_BUFFER_MIN)
		reason = "is less than the smallest, 1M";
	else if (bytes > PROBE_BUFFER_MAX)
		reason = "is more than the largest, 512M";
	else if ((bytes & (bytes - 1)) != 0)
		reason = "is not a power of two";
	else if (bytes % page != 0)
		reason = "is not a multiple of the page size";
	if (!reason)
		return 0;

	size_text(given, sizeof(given), bytes);
	size_text(nearest, sizeof(nearest), nearest_buffer_bytes(bytes, page));
	snprintf(err->what, sizeof(err->what), "buffer size %s %s", given, reason);
	snprintf(err->remedy, sizeof(err->remedy), "the nearest valid size is %s", nearest);
	return -EINVAL;
}

int probe_check_buffer_preset(unsigned long preset, uint64_t *ret_bytes, struct probe_error *err)
{
	if (preset < 1 || preset > PROBE_BUFFER_PRESETS) {
		snprintf(err->what, sizeof(err->what), "buffer preset %lu is not in 1..%d", preset,
			 PROBE_BUFFER_PRESETS);
		snprintf(err->remedy, sizeof(err->remedy), "the nearest valid preset is %d",
			 preset < 1 ? 1 : PROBE_BUFFER_PRESETS);
		return -EINVAL;
	}
	*ret_bytes = (uint64_t)PROBE_BUFFER_MIN << (preset - 1);
	return 0;
}

static unsigned online_cpus(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 0 ? (unsigned)online : 1;
}

int probe_check_cpus_per_buffer(unsigned long cpus, struct probe_error *err)
{
	unsigned online = online_cpus();
	unsigned least = (online + PROBE_RINGS_MAX - 1) / PROBE_RINGS_MAX;

	if (cpus > online) {
		snprintf(err->what, sizeof(err->what),
			 "%lu CPUs per buffer are more than the %u online", cpus, online);
		snprintf(err->remedy, sizeof(err->remedy),
			 "the nearest valid value is %u; 0 is one buffer for all", online);
		return -EINVAL;
	}
	if (cpus > 0 && cpus < least) {
		snprintf(err->what, sizeof(err->what),
			 "%lu CPUs per buffer make more than %d buffers for %u CPUs", cpus,
			 PROBE_RINGS_MAX, online);
		snprintf(err->remedy, sizeof(err->remedy), "the nearest valid value is %u", least);
		return -EINVAL;
	}
	return 0;
}

int probe_check_snaplen(unsigned long bytes, struct probe_error *err)
{
	if (bytes <= RECORD_SNAPLEN_MAX)
		return 0;
	snprintf(err->what, sizeof(err->what),
		 "%lu bytes of data per call are more than the largest, %u", bytes,
		 RECORD_SNAPLEN_MAX);
	snprintf(err->remedy, sizeof(err->remedy), "the nearest valid value is %u",
		 RECORD_SNAPLEN_MAX);
	return -EINVAL;
}
