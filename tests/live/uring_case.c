/* SPDX-License-Identifier: Apache-2.0 */
#include "uring_case.h"

#include <check.h>
#include "probe/live.h"
#include "probe/probe.h"
#include "watch.h"

const struct uring_mode uring_modes[URING_MODES] = {
	{ .name = "inline" },
	{ .name = "worker", .flags = IOSQE_ASYNC },
	{ .name = "polling thread", .setup = IORING_SETUP_SQPOLL },
};

bool uring_names_requests(void)
{
	return watch.probe->uring.complete != URING_COMPLETE_RING;
}

static void add_uring(void *ctx, const struct uring_count *count)
{
	struct uring_sums *sums = ctx;
	size_t op = count->op < URING_SUMS ? count->op : URING_SUMS - 1;

	if (count->pid != (uint32_t)sums->pid)
		return;
	sums->calls[op] += count->calls;
	sums->errors[op] += count->errors;
	if (op == IORING_OP_NOP)
		return;
	sums->all += count->calls;
	sums->failed += count->errors;
}

void uring_sums_read(struct uring_sums *ret_sums)
{
	struct probe_counter_sink sink = { .ctx = ret_sums, .uring = add_uring };

	*ret_sums = (struct uring_sums){ .pid = watch.pid };
	ck_assert_int_eq(probe_read_counters(watch.probe, &sink), 0);
}
