/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store path enters itself while its scratch is held, by the test-only knob of the stream
 * object that this program is linked with. With owned scratch both records of each call are right.
 * Compiled with EXPECT_CORRUPTION for an object whose scratch has no owner, the same check must
 * fail: that is what shows that the check can.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "probe/live.h" /* the knob has no interface: it is for this test alone */
#include "tests/live/live_probe.h"
#include "tests/live/self_check.h"
#include "tests/live/watch.h"

#define SNAPLEN 128
#define WRITES 2000
#define INNER_BYTES 64 /* TEST_REENTER_BYTES of store/test_reenter.h */
#define INNER_BYTE 0xee

static int writes(void *arg)
{
	int fd = open("/dev/null", O_WRONLY);

	self_check_name_thread();
	for (uint64_t seq = 0; seq < WRITES; seq++)
		self_check_write(fd, seq);
	return 0;
}

struct verdict {
	size_t outer, inner, wrong;
};

static bool is_inner(const struct event *event)
{
	int index = event_param_index(event->desc, "data");
	const struct event_param *data = &event->params[index];
	int64_t fd = 0;

	if (event_param_int(event, "fd", &fd) < 0 || fd != -1 || data->len != INNER_BYTES)
		return false;
	for (size_t i = 0; i < INNER_BYTES; i++) {
		if (data->data[i] != INNER_BYTE)
			return false;
	}
	return true;
}

static void on_record(void *ctx, const void *record, size_t len)
{
	struct verdict *verdict = ctx;
	struct event event;

	if (event_decode(record, len, &event) < 0) {
		verdict->wrong++;
		return;
	}
	if (event.prefix.nr != SYS_write)
		return;
	if (is_inner(&event))
		verdict->inner++;
	else if (self_check_record(&event) == SELF_CHECK_RIGHT)
		verdict->outer++;
	else
		verdict->wrong++;
}

START_TEST(reentered)
{
	static const int only[] = { SYS_write };
	struct live_child child = live_child_start(writes, NULL);
	struct verdict verdict = { .wrong = 0 };

	watch.probe->knobs->test_reenter_nr = SYS_write + 1;
	live_watch(watch.probe, &child.pid, 1);
	live_want(watch.probe, only, 1);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	live_drain_all(watch.probe, on_record, &verdict);
	/* Without its knob the object would prove nothing. */
	ck_assert_uint_gt(verdict.inner, 0);
#ifdef EXPECT_CORRUPTION
	ck_assert_msg(verdict.outer < WRITES, "no owner, and yet every record was right");
#else
	ck_assert_uint_eq(verdict.wrong, 0);
	ck_assert_uint_eq(verdict.outer, WRITES);
	ck_assert_uint_eq(verdict.inner, WRITES);
#endif
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("re-entered store path");

	tcase_add_test(tcase, reentered);
	return watch_suite("reenter", tcase, SNAPLEN);
}
