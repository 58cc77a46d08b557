/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers are wanted: values against names and ids, nested ones, names that come late. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "run_suite.h"
#include "state/container.h"
#include "state/container_info.h"
#include "state/state.h"
#include "tui/hold.h"

#define H "9d8b69996f71a6baec17cd660f5fa1f9d62c538a9e889b00bce6fec281e0c5a9"
#define G "72fb81bae2273409804747b05ecd08ab8b68295e7cfc6d7adefd851f196d8a82"

/* The host that is asked: cgroups by id, and what the runtime calls the containers in them. */
enum {
	ON_HOST = 1,
	IN_WEB,   /* H, called web */
	IN_DEEP,  /* a group that web made for itself */
	IN_INNER, /* H in G, which is called outer */
	IN_HEX,   /* G alone */
	IN_BOX,   /* containerd's mybox: the path alone does not tell */
	GONE,
	CGROUPS
};
static const char *const paths[CGROUPS] = {
	[ON_HOST] = "/system.slice/cron.service",
	[IN_WEB] = "/docker/" H,
	[IN_DEEP] = "/docker/" H "/system.slice/nginx.service",
	[IN_INNER] = "/docker/" G "/docker/" H,
	[IN_HEX] = "/docker/" G,
	[IN_BOX] = "/default/mybox",
};

struct fake {
	const char *h_name, *g_name; /* NULL: no runtime tells */
	int early;                   /* questions that are answered with "later" */
	unsigned asked;
};

static int fake_path(void *ctx, uint64_t cgroup_id, char *text, size_t *len)
{
	if (cgroup_id >= CGROUPS || !paths[cgroup_id])
		return -ENOENT;
	/* As sources do: bytes and their number, no NUL. */
	for (*len = 0; paths[cgroup_id][*len]; ++*len)
		text[*len] = paths[cgroup_id][*len];
	return 0;
}

/* pid 100 + i is in cgroup i. */
static int fake_lines(void *ctx, uint32_t pid, char *text, size_t *len)
{
	if (pid - 100 >= CGROUPS || !paths[pid - 100])
		return -ENOENT;
	*len = (size_t)snprintf(text, *len, "0::%s\n", paths[pid - 100]);
	return 0;
}

static int fake_info(void *ctx, const struct container_match *match, uint32_t pid,
		     struct container_info *ret_info)
{
	struct fake *fake = ctx;
	const char *name = match->full_id[0] == '9' ? fake->h_name : fake->g_name;

	fake->asked++;
	if (fake->early-- > 0)
		return -EAGAIN;
	if (!name || !match->full_id[0])
		return -ENOENT;
	*ret_info = (struct container_info){ .name = strdup(name) };
	return 0;
}

/* pid 501 has no root of its own yet. */
static int fake_users(void *ctx, const struct container_match *match, uint32_t pid,
		      struct container_info *ret_info)
{
	if (pid == 501)
		return -ENODATA;
	*ret_info = (struct container_info){
		.users = strdup("0:root:/root:/bin/sh\n33:keeper:/srv:/s\n"),
		.groups = strdup("33:till\n"),
	};
	return 0;
}

static int fake_user(void *ctx, uint32_t uid, char *name, size_t *len)
{
	if (uid != 33)
		return -ENOENT;
	for (*len = 0; "www-data"[*len]; ++*len)
		name[*len] = "www-data"[*len];
	return 0;
}

static struct state *new_state(struct fake *fake, const char *const *values)
{
	struct state_source source = { .ctx = fake,
				       .cgroup_path = fake_path,
				       .process_cgroup = fake_lines,
				       .container_info = fake_info,
				       .container_users = fake_users,
				       .user_name = fake_user };
	struct container_wanted wanted = { .len = 0 };
	const struct state_opts opts = { .containers = &wanted };
	struct state *state = NULL;

	for (; *values; values++)
		snprintf(wanted.values[wanted.len++], sizeof(wanted.values[0]), "%s", *values);
	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
	state_refresh_begin(state, 1000000000ull);
	return state;
}

static void end_state(struct state *state)
{
	state_refresh_end(state);
	state_free(state);
}

#define BIT(cgroup) (1u << (cgroup))

static const struct {
	const char *name;
	const char *values[3]; /* a NULL ends them */
	const char *h_name, *g_name;
	unsigned in; /* cgroups */
} wanted_cases[] = {
	{ "nothing is wanted: all", { NULL }, "web", "outer", BIT(CGROUPS) - BIT(1) },
	{ "the host", { "host" }, "web", "outer", BIT(ON_HOST) },
	{ "a name", { "web" }, "web", "outer", BIT(IN_WEB) | BIT(IN_DEEP) | BIT(IN_INNER) },
	{ "the name of the outer one", { "outer" }, "web", "outer", BIT(IN_INNER) | BIT(IN_HEX) },
	{ "a full id", { G }, "web", "outer", BIT(IN_INNER) | BIT(IN_HEX) },
	{ "the shown id", { "72fb81bae227" }, "web", "outer", BIT(IN_INNER) | BIT(IN_HEX) },
	{ "four digits", { "72fb" }, "web", "outer", BIT(IN_INNER) | BIT(IN_HEX) },
	{ "three digits are no id", { "72f" }, "web", "outer", 0 },
	{ "digits that are a name",
	  { "72fb" },
	  "72fb",
	  "outer",
	  BIT(IN_WEB) | BIT(IN_DEEP) | BIT(IN_INNER) },
	{ "a part of a name", { "we" }, "web", "outer", 0 },
	{ "a name that no runtime tells", { "web" }, NULL, NULL, 0 },
	{ "an id of a container without a name",
	  { "9d8b6" },
	  NULL,
	  NULL,
	  BIT(IN_WEB) | BIT(IN_DEEP) | BIT(IN_INNER) },
	{ "a name that is an id in the path", { "mybox" }, "web", "outer", BIT(IN_BOX) },
	{ "two values",
	  { "host", "web" },
	  "web",
	  "outer",
	  BIT(ON_HOST) | BIT(IN_WEB) | BIT(IN_DEEP) | BIT(IN_INNER) },
};

START_TEST(test_wanted)
{
	struct fake fake = { .h_name = wanted_cases[_i].h_name, .g_name = wanted_cases[_i].g_name };
	struct state *state = new_state(&fake, wanted_cases[_i].values);
	unsigned in = 0;

	/* Twice: a name that comes with one cgroup can change what another one is. */
	for (unsigned cgroup = 1; cgroup < CGROUPS; cgroup++)
		state_judge_cgroup(state, cgroup, 100 + cgroup, NULL);
	for (unsigned cgroup = 1; cgroup < CGROUPS; cgroup++)
		if (state_judge_cgroup(state, cgroup, 100 + cgroup, NULL) == CONTAINER_IN)
			in |= BIT(cgroup);
	ck_assert_msg(in == wanted_cases[_i].in, "%s: %#x, not %#x", wanted_cases[_i].name, in,
		      wanted_cases[_i].in);
	end_state(state);
}
END_TEST

START_TEST(test_a_name_is_waited_for)
{
	const char *const values[] = { "web", NULL };
	struct fake fake = { .h_name = "web", .early = 2 };
	struct state *state = new_state(&fake, values);

	ck_assert_str_eq(state_awaited_container(state), "web");
	state_cgroup_made(state, 77, "/docker/" H);
	ck_assert_int_eq(state_judge_cgroup(state, 77, 0, NULL), CONTAINER_PENDING);
	ck_assert_int_eq(state_judge_cgroup(state, 77, 0, NULL), CONTAINER_PENDING);
	ck_assert_int_eq(state_judge_cgroup(state, 77, 0, NULL), CONTAINER_IN);
	ck_assert_ptr_null(state_awaited_container(state));
	ck_assert_uint_eq(fake.asked, 3);
	end_state(state);
}
END_TEST

START_TEST(test_not_waited_for_longer)
{
	const char *const values[] = { "web", NULL };
	struct fake fake = { .h_name = "web", .early = 3 };
	struct state *state = new_state(&fake, values);

	ck_assert_int_eq(state_judge_cgroup(state, IN_WEB, 0, NULL), CONTAINER_PENDING);
	ck_assert_int_eq(state_judge_now(state, IN_WEB, 0), CONTAINER_OUT);
	ck_assert_int_eq(state_judge_cgroup(state, IN_WEB, 0, NULL), CONTAINER_OUT);
	/* The name came later all the same. */
	state_refresh_end(state);
	for (uint64_t second = 2; second < 12; second++) {
		state_refresh_begin(state, second * 1000000000ull);
		state_refresh_end(state);
	}
	ck_assert_int_eq(state_judge_cgroup(state, IN_WEB, 0, NULL), CONTAINER_IN);
	state_free(state);
}
END_TEST

/* Nothing was found before there was a process that leads to the runtime's files. */
START_TEST(test_sought_again_with_a_process)
{
	const char *const values[] = { "web", NULL };
	struct fake fake = { .h_name = NULL };
	struct state *state = new_state(&fake, values);

	state_cgroup_made(state, 77, "/docker/" H);
	ck_assert_int_eq(state_judge_cgroup(state, 77, 0, NULL), CONTAINER_OUT);
	fake.h_name = "web";
	ck_assert_int_eq(state_judge_cgroup(state, 77, 0, NULL), CONTAINER_OUT);
	ck_assert_int_eq(state_judge_cgroup(state, 77, 500, NULL), CONTAINER_IN);
	end_state(state);
}
END_TEST

START_TEST(test_gone_before_it_was_asked)
{
	const char *const values[] = { "web", NULL };
	struct fake fake = { .h_name = "web" };
	struct state *state = new_state(&fake, values);

	ck_assert_int_eq(state_judge_cgroup(state, GONE, 100 + GONE, NULL), CONTAINER_UNKNOWN);
	/* What its making told is kept for what is on its way. */
	state_cgroup_made(state, 78, "/docker/" H);
	state_cgroup_removed(state, 78);
	ck_assert_int_eq(state_judge_cgroup(state, 78, 0, NULL), CONTAINER_IN);
	end_state(state);
}
END_TEST

START_TEST(test_news)
{
	const char *const values[] = { "web", NULL };
	struct fake fake = { .h_name = "web" };
	struct state *state = new_state(&fake, values);
	enum state_news news;

	state_judge_cgroup(state, IN_WEB, 0, &news);
	ck_assert_int_eq(news, STATE_NEW);
	state_judge_cgroup(state, IN_WEB, 0, &news);
	ck_assert_int_eq(news, STATE_OLD);
	end_state(state);
}
END_TEST

/* A process of that user, in that cgroup, in one refresh; its row's user. */
static const char *user_of(struct state *state, uint64_t second, const struct task_sample *like)
{
	static char user[64];
	struct snapshot *snapshot = NULL;
	const struct proc_row *row;
	struct task_sample task = *like;

	task.tid = task.pid;
	task.start_boot_ns = task.thread_start_boot_ns = 1;
	if (second > 1)
		state_refresh_begin(state, second * 1000000000ull);
	state_task(state, &task, NULL);
	state_refresh_end(state);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	row = snapshot_proc(snapshot, task.pid, 1);
	ck_assert_ptr_nonnull(row);
	snprintf(user, sizeof(user), "%s", row->user);
	snapshot_unref(snapshot);
	return user;
}

/* The same number is another user on the host, in a container, and where nobody is called so. */
START_TEST(test_users)
{
	const char *const values[] = { NULL };
	struct fake fake = { .h_name = "web" };
	struct state *state = new_state(&fake, values);
	struct task_sample task = { .pid = 500, .euid = 33, .cgroup_id = ON_HOST };

	ck_assert_str_eq(user_of(state, 1, &task), "www-data");
	task = (struct task_sample){ .pid = 502, .euid = 33, .cgroup_id = IN_WEB };
	ck_assert_str_eq(user_of(state, 2, &task), "keeper");
	task = (struct task_sample){ .pid = 503, .euid = 34, .cgroup_id = IN_WEB };
	ck_assert_str_eq(user_of(state, 3, &task), "34");
	task = (struct task_sample){ .pid = 504, .euid = 0, .cgroup_id = IN_WEB };
	ck_assert_str_eq(user_of(state, 4, &task), "root");
	state_free(state);
}
END_TEST

/* Until a container has a root of its own its users are those of the host. */
START_TEST(test_users_come_late)
{
	const char *const values[] = { NULL };
	struct fake fake = { .h_name = "web" };
	struct state *state = new_state(&fake, values);
	struct task_sample task = { .pid = 501, .euid = 33, .cgroup_id = IN_WEB };

	ck_assert_str_eq(user_of(state, 1, &task), "www-data");
	task.pid = 505;
	ck_assert_str_eq(user_of(state, 2, &task), "keeper");
	state_free(state);
}
END_TEST

/* Of a process that only its end told of the cgroup says where it was. */
START_TEST(test_ended_in_a_container)
{
	const char *const values[] = { NULL };
	struct fake fake = { .h_name = "web" };
	struct state *state = new_state(&fake, values);
	const struct task_exit ended = { .pid = 600,
					 .tid = 600,
					 .start_boot_ns = 1,
					 .thread_start_boot_ns = 1,
					 .euid = 33,
					 .process_ended = 1,
					 .cgroup_id = IN_WEB };
	struct snapshot *snapshot = NULL;

	state_cgroup_made(state, IN_WEB, paths[IN_WEB]);
	state_exit(state, &ended, NULL);
	state_refresh_end(state);
	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	ck_assert_str_eq(snapshot_proc(snapshot, 600, 1)->container, "9d8b69996f71");
	snapshot_unref(snapshot);
	state_free(state);
}
END_TEST

START_TEST(test_hold_keeps_order)
{
	static const char bytes[5000];
	struct hold hold = { .data = NULL };
	struct hold_entry entry;
	uint64_t put = 0, taken = 0;

	/* Grows, empties, and moves what is left to the front. */
	for (unsigned round = 0; round < 50; round++) {
		for (unsigned i = 0; i < 40; i++) {
			const struct hold_part head = { &put, sizeof(put) };
			const struct hold_part tail = { bytes, i * 17 % sizeof(bytes) };

			ck_assert_int_eq(hold_put(&hold, i % 3, &head, i % 2 ? &tail : NULL), 0);
			put++;
		}
		for (unsigned i = 0; i < 40 - round % 2; i++) {
			uint64_t number;

			ck_assert_int_eq(hold_first(&hold, &entry), 0);
			ck_assert_uint_eq((uintptr_t)entry.data % 8, 0);
			memcpy(&number, entry.data, sizeof(number));
			ck_assert_uint_eq(number, taken++);
			hold_next(&hold);
		}
	}
	while (hold_first(&hold, &entry) == 0) {
		hold_next(&hold);
		taken++;
	}
	ck_assert_uint_eq(put, taken);
	hold_release(&hold);
}
END_TEST

START_TEST(test_hold_has_a_limit)
{
	static const char bytes[60000];
	const struct hold_part head = { bytes, sizeof(bytes) };
	struct hold hold = { .data = NULL };
	size_t put = 0;

	while (hold_put(&hold, 0, &head, NULL) == 0)
		put += sizeof(bytes);
	ck_assert_uint_le(put, HOLD_BYTES_MAX);
	ck_assert_uint_gt(put, HOLD_BYTES_MAX - 2 * sizeof(bytes));
	ck_assert_int_eq(hold_put(&hold, 0, &head, NULL), -ENOSPC);
	hold_next(&hold);
	ck_assert_int_eq(hold_put(&hold, 0, &head, NULL), 0);
	hold_release(&hold);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("wanted");

	tcase_add_loop_test(tc, test_wanted, 0, sizeof(wanted_cases) / sizeof(wanted_cases[0]));
	tcase_add_test(tc, test_a_name_is_waited_for);
	tcase_add_test(tc, test_not_waited_for_longer);
	tcase_add_test(tc, test_sought_again_with_a_process);
	tcase_add_test(tc, test_gone_before_it_was_asked);
	tcase_add_test(tc, test_news);
	tcase_add_test(tc, test_users);
	tcase_add_test(tc, test_users_come_late);
	tcase_add_test(tc, test_ended_in_a_container);
	tcase_add_test(tc, test_hold_keeps_order);
	tcase_add_test(tc, test_hold_has_a_limit);
	return run_suite("container_wanted", tc);
}
