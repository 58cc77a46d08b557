/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers from cgroup paths: every layout of the runtimes, what must not be taken for one, and
 * when an answer may be believed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "run_suite.h"
#include "state/container.h"
#include "state/container_info.h"
#include "state/state.h"

#define H "9d8b69996f71a6baec17cd660f5fa1f9d62c538a9e889b00bce6fec281e0c5a9"
#define G "72fb81bae2273409804747b05ecd08ab8b68295e7cfc6d7adefd851f196d8a82"
#define S "9d8b69996f71"
#define POD "pod3f2a5b1e-9c34-4f0b-8d60-2b9f6c1a7e11"

static const struct {
	const char *path;
	enum container_engine engine;
	const char *id;
} path_cases[] = {
	{ "/", CONTAINER_HOST, "" },
	{ "", CONTAINER_HOST, "" },
	{ "/docker/" H, CONTAINER_DOCKER, S },
	{ "/system.slice/docker-" H ".scope", CONTAINER_DOCKER, S },
	{ "/system.slice/docker.service", CONTAINER_HOST, "" },
	{ "/system.slice/containerd.service", CONTAINER_HOST, "" },
	{ "/docker/" H "/system.slice/nginx.service", CONTAINER_DOCKER, S },
	{ "/docker/" G "/kubelet/kubepods/besteffort/" POD "/" H, CONTAINER_CRI, S },
	{ "/kubepods/burstable/" POD "/" H, CONTAINER_CRI, S },
	{ "/kubepods/besteffort/podabc/" H, CONTAINER_CRI, S },
	{ "/kubepods/burstable/" POD, CONTAINER_HOST, "" },
	{ "/kubepods/besteffort", CONTAINER_HOST, "" },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podU_.slice/"
	  "cri-containerd-" H ".scope",
	  CONTAINER_CRI, S },
	{ "/kubepods.slice/kubepods-pod1.slice/crio-" H ".scope", CONTAINER_CRIO, S },
	{ "/kubepods.slice/kubepods-pod1.slice/crio-conmon-" H ".scope", CONTAINER_HOST, "" },
	{ "/crio-" H, CONTAINER_CRIO, S },
	{ "/kubepods.slice/kubepods-pod1.slice/docker-" H ".scope", CONTAINER_DOCKER, S },
	{ "/system.slice/nerdctl-" H ".scope", CONTAINER_CONTAINERD, S },
	{ "/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" H, CONTAINER_CRI,
	  S },
	{ "/k8s.io/" H, CONTAINER_CONTAINERD, S },
	{ "/default/mybox", CONTAINER_CONTAINERD, "mybox" },
	{ "/default/foo.service", CONTAINER_HOST, "" },
	{ "/user.slice/foo", CONTAINER_HOST, "" },
	{ "/init.scope", CONTAINER_HOST, "" },
	{ "/machine.slice/libpod-" H ".scope", CONTAINER_PODMAN, S },
	{ "/machine.slice/libpod-" H ".scope/container", CONTAINER_PODMAN, S },
	{ "/machine.slice/libpod-conmon-" H ".scope", CONTAINER_HOST, "" },
	{ "/libpod_parent/libpod-" H, CONTAINER_PODMAN, S },
	{ "/libpod_parent/" G "/libpod-" H, CONTAINER_PODMAN, S },
	{ "/libpod_parent/" G, CONTAINER_HOST, "" },
	{ "/libpod_parent/conmon", CONTAINER_HOST, "" },
	{ "/machine.slice/libpod-payload-" H, CONTAINER_PODMAN, S },
	{ "/machine.slice/machine-libpod_pod_" G ".slice/libpod-" H ".scope/container",
	  CONTAINER_PODMAN, S },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/podman-3.scope/" H,
	  CONTAINER_PODMAN, S },
	{ "/user.slice/user-1000.slice/session-4.scope", CONTAINER_HOST, "" },
	{ "/lxc/web", CONTAINER_LXC, "web" },
	{ "/lxc.payload.c1", CONTAINER_LXC, "c1" },
	{ "/lxc.payload/c1/system.slice/cron.service", CONTAINER_LXC, "c1" },
	{ "/lxc.payload.c1/docker/" H, CONTAINER_DOCKER, S },
	{ "/lxc.monitor.c1", CONTAINER_HOST, "" },
	{ "/machine.slice/machine-nsp1.scope/payload", CONTAINER_NSPAWN, "nsp1" },
	{ "/machine.slice/machine-nsp1.scope/supervisor", CONTAINER_HOST, "" },
	{ "/machine.slice/machine-my\\x2dbox.scope", CONTAINER_NSPAWN, "my-box" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", CONTAINER_HOST, "" },
	{ "/machine.slice/systemd-nspawn@db.service/payload", CONTAINER_NSPAWN, "db" },
	{ "/machine/guest.libvirt-lxc", CONTAINER_LIBVIRT, "guest" },
	{ "/machine.slice/machine-lxc\\x2d2143\\x2dguest.scope", CONTAINER_LIBVIRT, "guest" },
	{ "/machine.slice/machine-lxc\\x2d2143\\x2dguest.scope/libvirt", CONTAINER_LIBVIRT,
	  "guest" },
	{ "/libvirt/lxc/guest", CONTAINER_LIBVIRT, "guest" },
	{ "/system.slice/bpm-router.scope", CONTAINER_BPM, "router" },
	{ "/system.slice/bpm-rou ter.scope", CONTAINER_HOST, "" },
	/* Nearly an id: a digit short, a digit too many, capitals. */
	{ "/docker/9d8b69996f71a6baec17cd660f5fa1f9d62c538a9e889b00bce6fec281e0c5a", CONTAINER_HOST,
	  "" },
	{ "/docker/" H "0", CONTAINER_HOST, "" },
	{ "/docker/9D8B69996F71A6BAEC17CD660F5FA1F9D62C538A9E889B00BCE6FEC281E0C5A9",
	  CONTAINER_HOST, "" },
};

START_TEST(test_paths)
{
	const char *path = path_cases[_i].path;
	struct container_match match;

	container_match_path(path, strlen(path), &match);
	ck_assert_msg(match.engine == path_cases[_i].engine, "%s: engine %d, not %d", path,
		      match.engine, path_cases[_i].engine);
	ck_assert_msg(!strcmp(match.id, path_cases[_i].id), "%s: \"%s\"", path, match.id);
}
END_TEST

static const struct {
	const char *name, *lines, *id;
} line_cases[] = {
	{ "unified", "0::/system.slice/docker-" H ".scope\n", S },
	{ "no newline", "0::/docker/" H, S },
	{ "one hierarchy only", "9:name=systemd:/\n8:pids:/docker/" H "\n0::/\n", S },
	{ "containerd everywhere",
	  "9:name=systemd:/default/mybox\n8:pids:/default/mybox\n0::/default/mybox\n", "mybox" },
	{ "two components in one hierarchy", "8:pids:/\n4:memory:/process_api/af19531dd9bb\n0::/\n",
	  "" },
	{ "conmon", "9:name=systemd:/\n8:pids:/libpod_parent/conmon\n0::/\n", "" },
	{ "host", "0::/init.scope\n", "" },
	{ "a zombie", "9:name=systemd:/\n0::/docker/" H "\n", S },
	{ "no colons", "garbage\n\n:::\n", "" },
	{ "empty", "", "" },
};

START_TEST(test_lines)
{
	struct container_match match;

	container_match_lines(line_cases[_i].lines, strlen(line_cases[_i].lines), &match);
	ck_assert_msg(!strcmp(match.id, line_cases[_i].id), "%s: \"%s\"", line_cases[_i].name,
		      match.id);
}
END_TEST

/* Files from live containers, beside the repository where there are any. */
static const struct {
	const char *file, *id;
} file_cases[] = {
	{ "containerd-cri-container-cgroup", "6b717f854c36" },
	{ "containerd-cri-sandbox-cgroup", "b8f036eb89f4" },
	{ "containerd-ctr-cgroup", "mybox" },
	{ "docker-k8s-cgroup", "2a768c83b3f4" },
	{ "docker-web1-cgroup", "9d8b69996f71" },
	{ "podman-inpod3-cgroup", "72fb81bae227" },
	{ "podman-web1-cgroup", "c0e8b666d439" },
};

START_TEST(test_files)
{
	struct container_match match;
	char path[128], text[8192];
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "../shared/cases/containers/%s", file_cases[_i].file);
	file = fopen(path, "r");
	if (!file)
		return;
	len = fread(text, 1, sizeof(text), file);
	fclose(file);
	container_match_lines(text, len, &match);
	ck_assert_msg(!strcmp(match.id, file_cases[_i].id), "%s: \"%s\"", file_cases[_i].file,
		      match.id);
}
END_TEST

START_TEST(test_hostile_path)
{
	struct container_match match;
	char path[4096], name[4096] = "/lxc/";
	size_t len;

	for (len = 0; len < sizeof(path); len++)
		path[len] = len % 2 ? '/' : 'a'; /* more components than are looked at */
	container_match_path(path, sizeof(path), &match);
	ck_assert_int_eq(match.engine, CONTAINER_HOST);
	memset(name + 5, 'x', sizeof(name) - 5); /* does not fit */
	container_match_path(name, sizeof(name), &match);
	ck_assert_int_eq(match.engine, CONTAINER_LXC);
	ck_assert_uint_eq(strlen(match.id), CONTAINER_ID_MAX - 1);
}
END_TEST

/* --- look-ups --- */

struct fake {
	const char *lines[4]; /* of pid 100 + i; NULL: gone */
	unsigned asked;
	unsigned looked_for;  /* questions for what the runtime says */
	unsigned answered_at; /* the number of the first that is answered */
	uint32_t through;     /* process of the last */
	const char *name;     /* that it says; NULL: shop */
	bool partial;         /* what it says is not all */
	uint64_t stamp;       /* of the container in the next list; 0: it is in none */
	uint64_t read_stamp;  /* of what it says; 0: not known */
	bool listing;         /* a list is there */
	unsigned lists;       /* questions for one */
};

/* Hands out a name as sources do: bytes and their number, no NUL. */
static void hand_out(const char *name, char *data, size_t *len)
{
	for (*len = 0; name[*len]; ++*len)
		data[*len] = name[*len];
}

static int fake_cgroup(void *ctx, uint32_t pid, char *text, size_t *len)
{
	struct fake *fake = ctx;
	const char *lines = fake->lines[pid - 100];

	fake->asked++;
	if (!lines)
		return -2;
	hand_out(lines, text, len);
	return 0;
}

static int fake_info(void *ctx, const struct container_match *match, uint32_t pid,
		     struct container_info *ret_info)
{
	struct fake *fake = ctx;

	ck_assert_int_eq(match->engine, CONTAINER_DOCKER);
	ck_assert_str_eq(match->full_id, H);
	fake->through = pid;
	if (++fake->looked_for < fake->answered_at)
		return -EAGAIN;
	*ret_info = (struct container_info){ .name = strdup(fake->name ? fake->name : "shop"),
					     .partial = fake->partial,
					     .stamp = fake->read_stamp };
	return container_info_set_image(ret_info, "a/shop:2");
}

static uint64_t starts[4] = { 1, 1, 1, 1 };

static void refresh(struct state *state, uint64_t time, const uint64_t cgroups[4])
{
	uint32_t i;

	state_refresh_begin(state, time * 1000000000ull);
	for (i = 0; i < 4; i++) {
		struct task_sample task = {
			.pid = 100 + i,
			.tid = 100 + i,
			.start_boot_ns = starts[i],
			.thread_start_boot_ns = starts[i],
			.cgroup_id = cgroups[i],
			.leader_comm = "x",
		};

		if (cgroups[i])
			state_task(state, &task, NULL);
	}
	state_refresh_end(state);
}

static void check_container(struct state *state, uint32_t pid, const char *want)
{
	struct snapshot *snapshot = NULL;
	const struct proc_row *row;

	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	row = snapshot_proc(snapshot, pid, 1);
	ck_assert_ptr_nonnull(row);
	ck_assert_msg(!strcmp(row->container, want), "pid %u: \"%s\", not \"%s\"", pid,
		      row->container, want);
	snapshot_unref(snapshot);
}

static struct state *new_state(struct fake *fake)
{
	struct state_source source = { .ctx = fake,
				       .process_cgroup = fake_cgroup,
				       .container_info = fake_info };
	struct state_opts opts = { 0 };
	struct state *state = NULL;

	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
	return state;
}

START_TEST(test_asked_once)
{
	struct fake fake = { .lines = { "0::/docker/" H, "0::/docker/" H, "0::/docker/" H,
					"0::/" } };
	struct state *state = new_state(&fake);
	unsigned i;

	for (i = 1; i < 6; i++) {
		refresh(state, i, (uint64_t[4]){ 50, 50, 50, 60 });
		check_container(state, 100, S);
		check_container(state, 101, S);
		check_container(state, 103, "");
	}
	/* Two that agree are enough for cgroup 50; 60 is confirmed by its next sample. */
	ck_assert_uint_eq(fake.asked, 3);
	state_free(state);
}
END_TEST

static void check_name(struct state *state, const char *name, const char *image)
{
	struct snapshot *snapshot = NULL;
	const struct proc_row *row;

	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	row = snapshot_proc(snapshot, 100, 1);
	ck_assert_str_eq(row->container, S);
	ck_assert_str_eq(row->container_name, name);
	ck_assert_str_eq(row->container_image, image);
	snapshot_unref(snapshot);
}

/* The name comes late: the id stands for it meanwhile; then nobody is asked any more. */
START_TEST(test_name_comes_late)
{
	struct fake fake = { .lines = { "0::/docker/" H, "0::/docker/" H, NULL, NULL },
			     .answered_at = 3 };
	struct state *state = new_state(&fake);
	uint64_t i = 1;

	for (; fake.looked_for < 3; i++) {
		ck_assert_uint_lt(i, 100);
		if (fake.looked_for)
			check_name(state, S, "");
		refresh(state, i, (uint64_t[4]){ 50, 0, 0, 0 });
	}
	check_name(state, "shop", "a/shop:2");
	for (uint64_t end = i + 100; i < end; i++)
		refresh(state, i, (uint64_t[4]){ 50, 0, 0, 0 });
	check_name(state, "shop", "a/shop:2");
	ck_assert_uint_eq(fake.looked_for, 3);
	/* Without processes it is forgotten, and asked for again through who is there next. */
	for (uint64_t end = i + 100; i < end; i++)
		refresh(state, i, (uint64_t[4]){ 0 });
	ck_assert_uint_eq(fake.looked_for, 3);
	for (uint64_t end = i + 4; i < end; i++)
		refresh(state, i, (uint64_t[4]){ 0, 50, 0, 0 });
	ck_assert_uint_eq(fake.looked_for, 4);
	ck_assert_uint_eq(fake.through, 101);
	state_free(state);
}
END_TEST

static int fake_list(void *ctx, void (*fn)(void *fn_ctx, const struct container_listed *listed),
		     void *fn_ctx)
{
	struct fake *fake = ctx;
	const struct container_listed listed = {
		.match = { .engine = CONTAINER_DOCKER, .id = S, .full_id = H },
		.stamp = fake->stamp,
	};

	fake->lists++;
	if (!fake->listing)
		return -EAGAIN;
	if (fake->stamp)
		fn(fn_ctx, &listed);
	return 0;
}

/* The name of the only container that is shown without processes; NULL: none. */
static void check_idle(struct state *state, const char *name)
{
	struct snapshot *snapshot = NULL;

	ck_assert_int_eq(state_publish(state, &snapshot), 0);
	if (!name) {
		for (size_t i = 0; i < snapshot->containers_len; i++)
			ck_assert(!snapshot->containers[i].idle);
	} else {
		ck_assert_uint_eq(snapshot->containers_len, 1);
		ck_assert(snapshot->containers[0].idle);
		ck_assert_str_eq(snapshot->containers[0].name, name);
	}
	snapshot_unref(snapshot);
}

static void refresh_idle(struct state *state, uint64_t *time, unsigned times)
{
	while (times--)
		refresh(state, ++*time, (uint64_t[4]){ 0 });
}

/* One without processes is there while it is listed; a new stamp gives it its new name. */
START_TEST(test_listed)
{
	struct fake fake = { .stamp = 1, .listing = true };
	struct state_source source = { .ctx = &fake,
				       .process_cgroup = fake_cgroup,
				       .container_info = fake_info,
				       .container_list = fake_list };
	struct state_opts opts = { .idle_containers = true };
	struct state *state = NULL;
	unsigned asked;
	uint64_t time = 0;

	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
	refresh_idle(state, &time, 3);
	check_idle(state, "shop");
	/* No newer list: the last one is good for as long as it takes. */
	fake.listing = false;
	fake.name = "fish";
	refresh_idle(state, &time, 200);
	check_idle(state, "shop");
	asked = fake.looked_for;
	fake.listing = true;
	refresh_idle(state, &time, 3);
	ck_assert_uint_eq(fake.looked_for, asked);
	fake.stamp = 2;
	refresh_idle(state, &time, 3);
	check_idle(state, "fish");
	ck_assert_uint_eq(fake.looked_for, asked + 1);
	/* Of another name while processes are in it. */
	fake.lines[0] = "0::/docker/" H;
	fake.name = "shop";
	fake.stamp = 3;
	for (int i = 0; i < 4; i++)
		refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	check_name(state, "shop", "a/shop:2");
	/* Removed. */
	fake.stamp = 0;
	refresh_idle(state, &time, 100);
	check_idle(state, NULL);
	state_free(state);
}
END_TEST

/* Who is there longest leads to the files: others may have gone when these are looked for. */
START_TEST(test_through_oldest)
{
	struct fake fake = { .lines = { "0::/docker/" H, "0::/docker/" H, "0::/docker/" H },
			     .partial = true };
	struct state *state = new_state(&fake);

	for (int i = 0; i < 3; i++)
		starts[i] = i == _i ? 1 : 2;
	for (uint64_t time = 1; fake.looked_for < 2; time++) {
		ck_assert_uint_lt(time, 100);
		refresh(state, time, (uint64_t[4]){ 50, 50, 50, 0 });
	}
	ck_assert_uint_eq(fake.through, (unsigned)(100 + _i));
	state_free(state);
}
END_TEST

/* An answer that comes by itself is taken at once, where there was one before. */
START_TEST(test_told)
{
	struct fake fake = { .lines = { "0::/docker/" H } };
	struct state *state = new_state(&fake);
	uint64_t time = 0;

	state_container_told(state, S, strlen(S));
	ck_assert_uint_eq(fake.looked_for, 0);
	for (int i = 0; i < 4; i++)
		refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	check_name(state, "shop", "a/shop:2");
	fake.name = "fish";
	state_container_told(state, "other", strlen("other"));
	check_name(state, "shop", "a/shop:2");
	state_container_told(state, S, strlen(S));
	refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	check_name(state, "fish", "a/shop:2");
	ck_assert_uint_eq(fake.looked_for, 2);
	state_free(state);
}
END_TEST

/* Where idle ones are not shown a list gives names to known ones, and nothing else. */
START_TEST(test_listed_for_names)
{
	struct fake fake = { .lines = { "0::/docker/" H }, .stamp = 1, .listing = true };
	struct state_source source = { .ctx = &fake,
				       .process_cgroup = fake_cgroup,
				       .container_info = fake_info,
				       .container_list = fake_list };
	struct state_opts opts = { 0 };
	struct state *state = NULL;
	uint64_t time = 0;

	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
	refresh_idle(state, &time, 10);
	ck_assert_uint_eq(fake.looked_for, 0);
	ck_assert_uint_eq(fake.lists, 0);
	for (int i = 0; i < 4; i++)
		refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	check_name(state, "shop", "a/shop:2");
	fake.stamp = 2;
	fake.name = "fish";
	for (int i = 0; i < 4; i++)
		refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	check_name(state, "fish", "a/shop:2");
	ck_assert_uint_eq(fake.looked_for, 2);
	refresh_idle(state, &time, 100);
	check_idle(state, NULL);
	state_free(state);
}
END_TEST

/*
 * What was read before the first list, while the list was made, or when it was listed already, is
 * read anew: once.
 */
START_TEST(test_read_before_listed)
{
	struct fake fake = { .lines = { "0::/docker/" H }, .stamp = 2, .read_stamp = 1 };
	struct state_source source = { .ctx = &fake,
				       .process_cgroup = fake_cgroup,
				       .container_info = fake_info,
				       .container_list = fake_list };
	struct state_opts opts = { .idle_containers = true };
	struct state *state = NULL;
	uint64_t time = 0;

	fake.listing = _i == 2;
	fake.answered_at = 3;
	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
	while (fake.looked_for < fake.answered_at)
		refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	ck_assert(!state_cgroup_made(state, 51, "/docker/" H "/child"));
	fake.listing = true;
	fake.name = "fish";
	fake.read_stamp = _i == 1 ? 3 : 2;
	refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	ck_assert_uint_eq(fake.looked_for, 4);
	check_name(state, "fish", "a/shop:2");
	fake.stamp = fake.read_stamp;
	for (int i = 0; i < 10; i++)
		refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	ck_assert_uint_eq(fake.looked_for, 4);
	ck_assert(state_cgroup_made(state, 52, "/docker/" G));
	state_free(state);
}
END_TEST

/* An answer that is not all is asked for again, ever more rarely, then no more. */
START_TEST(test_partial)
{
	struct fake fake = { .lines = { "0::/docker/" H }, .partial = true };
	struct state *state = new_state(&fake);
	uint64_t time = 0;

	for (int i = 0; i < 4; i++)
		refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	ck_assert_uint_eq(fake.looked_for, 1);
	for (int i = 0; i < 10; i++)
		refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	ck_assert_uint_eq(fake.looked_for, 2);
	for (int i = 0; i < 2000; i++)
		refresh(state, ++time, (uint64_t[4]){ 50, 0, 0, 0 });
	ck_assert_uint_eq(fake.looked_for, 7);
	check_name(state, "shop", "a/shop:2");
	state_free(state);
}
END_TEST

START_TEST(test_moved_while_asked)
{
	/* 100 was sampled in cgroup 50, and had moved to the container's 70 when it was asked. */
	struct fake fake = { .lines = { "0::/docker/" H, "0::/system.slice/x.service",
					"0::/system.slice/x.service", NULL } };
	struct state *state = new_state(&fake);

	refresh(state, 1, (uint64_t[4]){ 50, 50, 50, 0 });
	check_container(state, 100, S); /* true by now */
	check_container(state, 101, "");
	refresh(state, 2, (uint64_t[4]){ 70, 50, 50, 0 });
	check_container(state, 100, S);
	check_container(state, 101, "");
	check_container(state, 102, "");
	refresh(state, 3, (uint64_t[4]){ 70, 50, 50, 0 });
	check_container(state, 100, S);
	check_container(state, 101, "");
	state_free(state);
}
END_TEST

START_TEST(test_gone_is_not_cached)
{
	struct fake fake = { .lines = { NULL, "0::/docker/" H, NULL, NULL } };
	struct state *state = new_state(&fake);

	refresh(state, 1, (uint64_t[4]){ 50, 0, 0, 0 });
	check_container(state, 100, "");
	refresh(state, 2, (uint64_t[4]){ 50, 50, 0, 0 });
	check_container(state, 101, S);
	refresh(state, 3, (uint64_t[4]){ 50, 50, 0, 0 }); /* confirmed by now */
	refresh(state, 4, (uint64_t[4]){ 50, 50, 0, 0 });
	check_container(state, 100, S); /* through the other one */
	state_free(state);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("container");

	tcase_add_loop_test(tcase, test_paths, 0, sizeof(path_cases) / sizeof(path_cases[0]));
	tcase_add_loop_test(tcase, test_lines, 0, sizeof(line_cases) / sizeof(line_cases[0]));
	tcase_add_loop_test(tcase, test_files, 0, sizeof(file_cases) / sizeof(file_cases[0]));
	tcase_add_test(tcase, test_hostile_path);
	tcase_add_test(tcase, test_asked_once);
	tcase_add_test(tcase, test_name_comes_late);
	tcase_add_test(tcase, test_listed);
	tcase_add_loop_test(tcase, test_through_oldest, 0, 3);
	tcase_add_test(tcase, test_told);
	tcase_add_test(tcase, test_listed_for_names);
	tcase_add_loop_test(tcase, test_read_before_listed, 0, 3);
	tcase_add_test(tcase, test_partial);
	tcase_add_test(tcase, test_moved_while_asked);
	tcase_add_test(tcase, test_gone_is_not_cached);
	return run_suite("container", tcase);
}
