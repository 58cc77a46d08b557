/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up host, see field_host.h. */
#include "field_host.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "state/container_info.h"

static int named(const char *known, char *name, size_t *len)
{
	if (!known)
		return -ENOENT;
	*len = strlen(known);
	memcpy(name, known, *len);
	return 0;
}

static int host_user(void *ctx, uint32_t uid, char *name, size_t *len)
{
	return named(uid == 0 ? "root" : uid == 1000 ? "alice" : NULL, name, len);
}

static int host_group(void *ctx, uint32_t gid, char *name, size_t *len)
{
	return named(gid == 0 ? "root" : gid == 1000 ? "staff" : NULL, name, len);
}

static int host_service(void *ctx, uint16_t port, const char *protocol, char *name, size_t *len)
{
	if (!strcmp(protocol, "udp"))
		return named(port == 53 ? "domain" : NULL, name, len);
	return named(port == 80 ? "http" : NULL, name, len);
}

static int host_folders(void *ctx, uint32_t uid, struct user_folders *ret_folders)
{
	if (uid != 1000)
		return -ENOENT;
	ret_folders->home_len = 11;
	memcpy(ret_folders->home, "/home/alice", 11);
	ret_folders->shell_len = 9;
	memcpy(ret_folders->shell, "/bin/bash", 9);
	return 0;
}

static int host_cgroup(void *ctx, uint32_t pid, char *text, size_t *len)
{
	const struct field_host *host = ctx;

	return named(host->cgroup ? host->cgroup : "0::/\n", text, len);
}

static int host_container(void *ctx, const struct container_match *match, uint32_t pid,
			  struct container_info *ret_info)
{
	const struct field_host *host = ctx;
	static const char privileged[] = "{\"Privileged\":true}";

	if (!host->docker_json ||
	    container_info_docker(ret_info, host->docker_json, strlen(host->docker_json)) < 0)
		return -ENOENT;
	return container_info_docker_host(ret_info, privileged, strlen(privileged));
}

/* Of process 300, which no event tells of. */
static int host_seed(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	struct field_host *host = ctx;

	host->asked++;
	if (pid != 300)
		return -ENOENT;
	ret_seed->parts = parts;
	memcpy(ret_seed->comm, "asked", 6);
	ret_seed->sid = 300;
	ret_seed->pgid = 300;
	ret_seed->vpgid = 5;
	ret_seed->vpid = 5;
	ret_seed->gid = 1000;
	ret_seed->tty = 34817;
	ret_seed->vm_size_kb = 4000;
	ret_seed->vm_rss_kb = 400;
	ret_seed->vm_swap_kb = 40;
	ret_seed->major_faults = 3;
	ret_seed->minor_faults = 33;
	ret_seed->cap_effective = 1;
	ret_seed->pidns_init_start_ns = HOST_BOOT_NS + 7;
	ret_seed->loginuid = 1000;
	ret_seed->exe_flags = SEED_EXE_FROM_MEMFD;
	ret_seed->exe_ino = 77;
	ret_seed->fd_limit = 1024;
	if (parts & SEED_TEXT) {
		ret_seed->cmdline_len = 7;
		memcpy(ret_seed->cmdline, "top\0-b\0", 7);
		ret_seed->exe_len = 12;
		memcpy(ret_seed->exe, "/usr/bin/top", 12);
		ret_seed->cwd_len = 4;
		memcpy(ret_seed->cwd, "/srv", 4);
	}
	if (parts & SEED_ENV) {
		ret_seed->env_len = 4;
		memcpy(ret_seed->env, "A=b", 4);
	}
	if (parts & SEED_CGROUP) {
		ret_seed->cgroups_len = 8;
		memcpy(ret_seed->cgroups, "=/x.svc", 8);
	}
	if (parts & SEED_ROOT) {
		ret_seed->root_len = 5;
		memcpy(ret_seed->root, "/jail", 5);
	}
	return 0;
}

static const struct {
	uint32_t pid, ppid, euid;
	uint64_t start_boot_ns;
	const char *comm;
} people[] = {
	{ 1, 0, 0, 1 * HOST_SECOND, "systemd" },
	{ 50, 1, 1000, 5 * HOST_SECOND, "bash" },
	{ 100, 50, 1000, 9 * HOST_SECOND, "cat" },
	{ 300, 1, 4242, 2 * HOST_SECOND, "top" },
};

void field_host_begin_of(struct field_host *host, uint32_t pid, const char *event_id,
			 const char *syscall, int64_t ret)
{
	const struct syscall_desc *desc = syscall ? syscall_by_name(syscall) : NULL;
	struct build_prefix prefix = {
		.ts_ns = host->now_ns,
		.pid = pid,
		.cgroup_id = 1,
		.cpu = 3,
		.buffer = 2,
		.nr = desc ? syscall_nr(desc) : -1,
		.ret = ret,
	};
	size_t i;

	for (i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		if (people[i].pid != pid)
			continue;
		prefix.ppid = people[i].ppid;
		prefix.euid = people[i].euid;
		prefix.start_boot_ns = people[i].start_boot_ns;
		prefix.comm = people[i].comm;
	}
	host->now_ns += HOST_SECOND / 1000;
	assert(event_by_id(event_id));
	build_record_init(&host->record, event_by_id(event_id)->code, &prefix);
}

void field_host_begin(struct field_host *host, const char *event_id, const char *syscall,
		      int64_t ret)
{
	field_host_begin_of(host, 100, event_id, syscall, ret);
}

void field_host_apply(struct field_host *host)
{
	size_t len = build_record_finish(&host->record);
	int r = state_record(host->state, host->record.data, len);
	bool there;

	assert(r == 0);
	there = filter_event_last(&host->event);
	assert(there);
	(void)r;
	(void)there;
}

/* The 31 parameters of execve. */
struct host_exec {
	uint32_t pid;
	const char *exe, *args, *cwd, *env, *path;
	size_t args_len, env_len;
	int64_t sid_of_group; /* vpgid and pgid */
};

static void host_exec(struct field_host *host, const struct host_exec *exec)
{
	struct build_record *b = &host->record;
	static const char cgroups[] = "cpu,cpuacct=/user/alice\0memory=/mem";

	field_host_begin_of(host, exec->pid, "SYSCALL_EXECVE_19_X", "execve", 0);
	build_record_int(b, 0);
	build_record_text(b, exec->exe);
	build_record_bytes(b, exec->args, exec->args_len);
	build_record_int(b, exec->pid);
	build_record_int(b, exec->pid);
	build_record_int(b, b->prefix.ppid);
	build_record_text(b, exec->cwd);
	build_record_int(b, 4096); /* fdlimit */
	build_record_int(b, 11);   /* major, minor faults */
	build_record_int(b, 222);
	build_record_int(b, 5000); /* size, rss, swap */
	build_record_int(b, 600);
	build_record_int(b, 70);
	build_record_text(b, b->prefix.comm);
	build_record_bytes(b, cgroups, sizeof(cgroups));
	build_record_bytes(b, exec->env, exec->env_len);
	build_record_int(b, 34816); /* tty */
	build_record_int(b, exec->sid_of_group);
	build_record_int(b, 1000); /* loginuid */
	build_record_int(b, SEED_EXE_WRITABLE | SEED_EXE_UPPER_LAYER);
	build_record_int(b, 0); /* inheritable, permitted, effective */
	build_record_int(b, 0x21);
	build_record_int(b, 0x20);
	build_record_int(b, 4711); /* the file: inode, ctime, mtime */
	build_record_int(b, (int64_t)(HOST_BOOT_NS + 8 * HOST_SECOND));
	build_record_int(b, (int64_t)(HOST_BOOT_NS + 3 * HOST_SECOND));
	build_record_int(b, b->prefix.euid);
	build_record_text(b, exec->path);
	build_record_int(b, exec->sid_of_group);
	build_record_int(b, b->prefix.euid ? 1000 : 0);
	build_record_text(b, exec->path);
	field_host_apply(host);
}

static void host_fork(struct field_host *host)
{
	struct build_record *b = &host->record;
	int i;

	field_host_begin(host, "SYSCALL_CLONE_20_X", "clone", 0);
	b->prefix.comm = "bash";
	b->prefix.flags = RECORD_F_CHILD;
	for (i = 0; i < 18; i++)
		build_record_empty(b);
	build_record_int(b, 7); /* vtid, vpid: in a namespace of its own */
	build_record_int(b, 7);
	build_record_int(b, (int64_t)(HOST_BOOT_NS + 4 * HOST_SECOND));
	field_host_apply(host);
}

void field_host_init_empty(struct field_host *host)
{
	struct state_source source = {
		.ctx = host,
		.process_seed = host_seed,
		.process_cgroup = host_cgroup,
		.container_info = host_container,
		.user_name = host_user,
		.group_name = host_group,
		.service_name = host_service,
		.user_folders = host_folders,
	};
	struct state_opts opts = { .boot_epoch_ns = HOST_BOOT_NS, .host = "made-up" };
	int r;

	memset(host, 0, offsetof(struct field_host, record));
	host->asked = 0;
	host->cgroup = NULL;
	host->docker_json = NULL;
	host->now_ns = HOST_BOOT_NS + 10 * HOST_SECOND + 5;
	r = state_new(&opts, &source, &host->state);
	assert(r == 0);
	r = filter_event_init(&host->event, host->state);
	assert(r == 0);
	(void)r;
}

void field_host_init(struct field_host *host)
{
	field_host_init_empty(host);
	host_exec(host, &(struct host_exec){ .pid = 1,
					     .exe = "/sbin/init",
					     .cwd = "/",
					     .path = "/usr/lib/systemd/systemd",
					     .sid_of_group = 1 });
	host_exec(host, &(struct host_exec){ .pid = 50,
					     .exe = "-bash",
					     .args = "-l",
					     .args_len = 3,
					     .cwd = "/home/alice",
					     .env = "LANG=C\0SHELL=/bin/bash",
					     .env_len = 23,
					     .path = "/usr/bin/bash",
					     .sid_of_group = 1 });
	field_host_begin_of(host, 50, "SYSCALL_SETSID_X", "setsid", 50);
	build_record_int(&host->record, 50);
	field_host_apply(host);
	host_fork(host);
	host_exec(host, &(struct host_exec){ .pid = 100,
					     .exe = "cat",
					     .args = "-n\0/etc/hosts",
					     .args_len = 14,
					     .cwd = "/home/alice",
					     .env = "HOME=/home/alice\0TERM=xterm",
					     .env_len = 28,
					     .path = "/usr/bin/cat",
					     .sid_of_group = 50 });
}

void field_host_release(struct field_host *host)
{
	filter_event_release(&host->event);
	state_free(host->state);
}

const char *field_host_value(struct field_host *host, const char *field, enum filter_names names)
{
	static char room[4096];
	struct field_value values[FIELD_VALUES_MAX];
	struct field_ref ref;
	struct text_buf buf;
	size_t used, count, i;

	if (field_lookup(field, strlen(field), &ref, &used) < 0)
		return "no such field";
	host->event.names = names;
	count = field_get(&ref, &host->event, values, FIELD_VALUES_MAX);
	text_buf_init(&buf, room, sizeof(room));
	for (i = 0; i < count; i++) {
		text_buf_add(&buf, i ? "|" : "");
		field_value_render(ref.field, &values[i], &buf);
	}
	if (!count)
		text_buf_add(&buf, "-");
	return room;
}
