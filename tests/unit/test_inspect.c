/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that looks for what runtimes say, on a root of its own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "made_root.h"
#include "run_suite.h"
#include "state/container.h"
#include "tui/inspect.h"

#define ID "aa11bb22cc33dd44ee55ff6600112233445566778899aabbccddeeff00112233"
#define MAKER 77
#define ENDED 4444 /* there is no such process */

static char root[] = "/tmp/saker-inspect-XXXXXX";

/* A storage that is not where it usually is; only the process that makes the cgroup names it. */
static void make_root(void)
{
	ck_assert_ptr_nonnull(mkdtemp(root));
	put_file(root, "/srv/graph/overlay-containers/containers.json",
		 "[{\"id\": \"" ID "\", \"names\": [\"short\"], \"image\": \"\"}]");
	put_words(root, "/proc/77/cmdline",
		  "runc create --bundle /srv/graph/overlay-containers/" ID "/userdata");
	put_file(root, "/proc/77/stat", "77 (runc) S 1 77 77 0");
}

/* What there is in the end; the thread has all the time that it needs. */
static int ask(struct inspector *inspector, const struct container_match *match, uint32_t pid,
	       struct container_info *info)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int rc;

	while ((rc = inspector_ask(inspector, match, pid, info)) == -EAGAIN)
		nanosleep(&pause, NULL);
	return rc;
}

/* A container whose processes have ended is found through who made its cgroup. */
START_TEST(through_its_maker)
{
	struct container_info info = { .name = NULL };
	struct container_match match;
	struct inspector *inspector;

	make_root();
	container_match_path("/libpod_parent/libpod-" ID, strlen("/libpod_parent/libpod-" ID),
			     &match);
	ck_assert_int_eq(match.engine, CONTAINER_PODMAN);

	ck_assert_int_eq(inspector_new(root, &inspector), 0);
	ck_assert_int_eq(ask(inspector, &match, ENDED, &info), -ENOENT);
	inspector_free(inspector);

	ck_assert_int_eq(inspector_new(root, &inspector), 0);
	inspector_made(inspector, &match, MAKER);
	ck_assert_int_eq(ask(inspector, &match, ENDED, &info), 0);
	ck_assert_str_eq(info.name, "short");
	container_info_release(&info);
	inspector_free(inspector);
	remove_root(root);
}
END_TEST

/* Cgroups that look like those of containers take nobody's place. */
START_TEST(many_are_made)
{
	struct container_info info = { .name = NULL };
	struct container_match match;
	struct inspector *inspector;
	char path[128];

	make_root();
	ck_assert_int_eq(inspector_new(root, &inspector), 0);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "/docker/%064x", i);
		container_match_path(path, strlen(path), &match);
		ck_assert_int_eq(match.engine, CONTAINER_DOCKER);
		inspector_made(inspector, &match, ENDED);
	}
	container_match_path("/libpod_parent/libpod-" ID, strlen("/libpod_parent/libpod-" ID),
			     &match);
	ck_assert_int_eq(inspector_ask(inspector, &match, MAKER, &info), -EAGAIN);
	ck_assert_int_eq(ask(inspector, &match, MAKER, &info), 0);
	ck_assert_str_eq(info.name, "short");
	container_info_release(&info);
	inspector_free(inspector);
	remove_root(root);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("inspect");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, through_its_maker);
	tcase_add_test(tc, many_are_made);
	return run_suite("inspect", tc);
}
