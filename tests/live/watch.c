/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include <stdlib.h>
#include <string.h>
#include "live_probe.h"

#define TIMEOUT_S 120

struct watch watch;

void watch_clear(void)
{
	for (size_t i = 0; i < watch.len; i++)
		free((void *)(uintptr_t)watch.events[i].raw);
	watch.len = 0;
	watch.corrupt = 0;
}

void watch_add(void *ctx, const void *record, size_t len)
{
	uint8_t *copy = malloc(len);

	if (watch.len == watch.size) {
		watch.size = watch.size ? 2 * watch.size : 256;
		watch.events = realloc(watch.events, watch.size * sizeof(*watch.events));
	}
	if (!copy || !watch.events)
		abort();
	memcpy(copy, record, len);
	if (event_decode(copy, len, &watch.events[watch.len]) < 0) {
		watch.corrupt++;
		free(copy);
		return;
	}
	watch.events[watch.len].raw = copy; /* the bytes are the event's, see watch_clear() */
	watch.len++;
}

int watch_run(int (*work)(void *arg), void *arg)
{
	struct live_child child = live_child_start(work, arg);
	int status;

	watch_clear();
	watch.pid = child.pid;
	live_watch(watch.probe, &child.pid, 1);
	live_want(watch.probe, watch.only ? &watch.only : NULL, watch.only ? 1 : 0);
	live_child_go(&child);
	status = live_child_wait(&child);
	live_drain_all(watch.probe, watch_add, NULL);
	ck_assert_uint_eq(watch.corrupt, 0);
	return status;
}

const struct event *watch_find(int nr, int64_t ret)
{
	for (size_t i = watch.len; i-- > 0;) {
		const struct record_prefix *prefix = &watch.events[i].prefix;

		if (prefix->tid == (uint32_t)watch.pid && prefix->nr == nr && prefix->ret == ret &&
		    !(prefix->flags & RECORD_F_CHILD))
			return &watch.events[i];
	}
	return NULL;
}

const struct event *watch_find_code(uint16_t code)
{
	for (size_t i = watch.len; i-- > 0;) {
		if (watch.events[i].desc->code == code)
			return &watch.events[i];
	}
	return NULL;
}

size_t watch_count_code(uint16_t code, uint64_t tid)
{
	size_t count = 0;

	for (size_t i = 0; i < watch.len; i++)
		count += watch.events[i].desc->code == code && watch.events[i].tid == tid;
	return count;
}

static unsigned watch_snaplen;

static void watch_open(void)
{
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_DEFAULT,
				   .snaplen = watch_snaplen,
				   .kinds = watch.kinds };

	watch.probe = live_probe_open(&opts);
}

static void watch_close(void)
{
	watch_clear();
	free(watch.events);
	probe_free(watch.probe);
}

int watch_suite(const char *name, TCase *tcase, unsigned snaplen)
{
	Suite *suite = suite_create(name);
	SRunner *runner;
	int failed;

	live_require();
	watch_snaplen = snaplen;
	tcase_add_unchecked_fixture(tcase, watch_open, watch_close);
	tcase_set_timeout(tcase, TIMEOUT_S);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
