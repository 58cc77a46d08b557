/* SPDX-License-Identifier: Apache-2.0 */
/* The host of the golden screens, see fake.h. */
#include "fake.h"
#include "fake_files.h"
#include "fake_rules.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include "probe/schema/event.h"
#include "state/state.h"
#include "tests/unit/build_record.h"

#define SECOND 1000000000ull
#define BOOT_NS (1767225600ull * SECOND)       /* 2026-01-01 00:00:00 */
#define START_NS (BOOT_NS + 50551ull * SECOND) /* 14:02:31 */
#define CALLS_MAX 5
#define EVENTS_PER_STEP 14

struct fake_call {
	const char *name;
	unsigned calls, errors; /* per second */
	unsigned err;           /* of those errors */
	unsigned took_us;       /* each call, while durations are measured */
};

struct fake_proc {
	uint32_t pid, ppid, euid, threads;
	const char *comm, *exe, *cwd;
	const char *cmdline; /* blanks become the NULs between arguments */
	unsigned cpu_ms;     /* per second */
	uint64_t rss_bytes;
	unsigned file_in, file_out, net_in, net_out; /* per second */
	uint32_t flags;                              /* enum task_flag */
	unsigned ends_after;                         /* refreshes; 0 = never */
	struct fake_call calls[CALLS_MAX];
};

static const struct fake_proc calm_procs[] = {
	{ .pid = 77, .ppid = 2, .comm = "kworker/0:1", .flags = TASK_F_KTHREAD, .cpu_ms = 3 },
	{ .pid = 812,
	  .ppid = 1,
	  .comm = "sshd",
	  .exe = "/usr/sbin/sshd",
	  .cwd = "/",
	  .threads = 1,
	  .cmdline = "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",
	  .rss_bytes = 9 << 20,
	  .cpu_ms = 0,
	  .calls = { { "ppoll", 2, 0, 0, 499000 } } },
	{ .pid = 1589,
	  .ppid = 1500,
	  .euid = 33,
	  .comm = "nginx",
	  .exe = "/usr/sbin/nginx",
	  .cwd = "/",
	  .threads = 1,
	  .cmdline = "nginx: worker process",
	  .rss_bytes = 34 << 20,
	  .cpu_ms = 412,
	  .file_in = 8400000,
	  .file_out = 120000,
	  .net_in = 310000,
	  .net_out = 8900000,
	  .calls = { { "epoll_wait", 9100, 0, 0, 61 },
		     { "recvfrom", 18400, 9050, EAGAIN, 2 },
		     { "writev", 9150, 12, EPIPE, 14 },
		     { "openat", 900, 31, ENOENT, 9 },
		     { "close", 900, 0, 0, 1 } } },
	{ .pid = 2044,
	  .ppid = 1,
	  .euid = 112,
	  .comm = "redis-server",
	  .exe = "/usr/bin/redis-server",
	  .cwd = "/var/lib/redis",
	  .cmdline = "/usr/bin/redis-server 127.0.0.1:6379",
	  .rss_bytes = 512 << 20,
	  .cpu_ms = 655,
	  .threads = 5,
	  .net_in = 5100000,
	  .net_out = 1400000,
	  .calls = { { "epoll_wait", 41000, 0, 0, 7 },
		     { "read", 82000, 40, EAGAIN, 1 },
		     { "write", 81900, 0, 0, 4 } } },
	{ .pid = 3001,
	  .ppid = 2990,
	  .euid = 114,
	  .comm = "postgres",
	  .exe = "/usr/lib/postgresql/15/bin/postgres",
	  .cmdline = "postgres: 15/main: walwriter",
	  .cwd = "/var/lib/postgresql/15/main",
	  .rss_bytes = 22 << 20,
	  .cpu_ms = 21,
	  .threads = 1,
	  .file_out = 2400000,
	  .calls = { { "pwrite64", 310, 0, 0, 38 }, { "fdatasync", 12, 0, 0, 23400 } } },
	{ .pid = 4410,
	  .ppid = 4400,
	  .euid = 1000,
	  .comm = "backup.sh",
	  .exe = "/usr/bin/bash",
	  .cwd = "/home/ann",
	  .threads = 1,
	  .cmdline = "/bin/bash /home/ann/bin/backup.sh --all --verbose --target /mnt/backup/daily",
	  .rss_bytes = 4 << 20,
	  .cpu_ms = 55,
	  .calls = { { "openat", 120, 96, ENOENT, 6 }, { "wait4", 30, 2, ECHILD, 1500 } } },
	{ .pid = 5150,
	  .ppid = 4410,
	  .euid = 1000,
	  .comm = "cp",
	  .exe = "/usr/bin/cp",
	  .cwd = "/home/ann",
	  .threads = 1,
	  .cmdline = "cp -a /home/ann/Bilder/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e /mnt/backup",
	  .rss_bytes = 2 << 20,
	  .cpu_ms = 80,
	  .ends_after = 2,
	  .file_in = 52000000,
	  .file_out = 52000000,
	  .calls = { { "copy_file_range", 60, 0, 0, 0 }, { "openat", 80, 0, 0, 0 } } },
};

static const struct fake_proc hostile_procs[] = {
	{ .pid = 101,
	  .ppid = 1,
	  .euid = 6666,
	  .comm = "\x1b[31mred",
	  .exe = "/tmp/\x1b]0;title\x07x",
	  .cwd = "/",
	  .threads = 1,
	  .cmdline = "\x1b]52;c;cm0gLXJm\x07 \x1b[2J\x1b[H \x9b"
		     "31m owned",
	  .rss_bytes = 1 << 20,
	  .cpu_ms = 90,
	  .calls = { { "openat", 50, 50, 0, 0 } } },
	{ .pid = 102,
	  .ppid = 1,
	  .comm = "\xff\xfe\xc0\xaf",
	  .cmdline = "bad \xff\xfe \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 utf8",
	  .cwd = "/",
	  .threads = 1,
	  .rss_bytes = 1 << 20,
	  .cpu_ms = 80,
	  .calls = { { "openat", 5, 0, 0, 0 } } },
	{ .pid = 103,
	  .ppid = 1,
	  .comm = "rtl\xe2\x80\xae"
		  "exe",
	  .cmdline = "photo\xe2\x80\xaegnp.exe \xe2\x81\xa6isolate\xe2\x81\xa9 "
		     "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
	  .cwd = "/",
	  .threads = 1,
	  .rss_bytes = 1 << 20,
	  .cpu_ms = 70,
	  .calls = { { "read", 5, 0, 0, 0 } } },
	{ .pid = 104,
	  .ppid = 1,
	  .comm = "wide",
	  .cmdline = "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe9\x95\xb7\xe3\x81\x84\xe5"
		     "\x90\x8d\xe5\x89\x8d e\xcc\x81\xcc\x81\xcc\x81 \xf0\x9f\xa6\x85",
	  .cwd = "/",
	  .threads = 1,
	  .rss_bytes = 1 << 20,
	  .cpu_ms = 60,
	  .calls = { { "write", 5, 0, 0, 0 } } },
	{ .pid = 105,
	  .ppid = 1,
	  .comm = "new\nline\ttab",
	  .cmdline = "new\nline\ttab\rreturn\bback\x7f"
		     "del",
	  .cwd = "/",
	  .threads = 1,
	  .rss_bytes = 1 << 20,
	  .cpu_ms = 50,
	  .calls = { { "write", 5, 0, 0, 0 } } },
	{ .pid = 106,
	  .ppid = 1,
	  .comm = "%s%n%x%s%s%s%s",
	  .cmdline = "%s%s%s%n --format=%d",
	  .cwd = "/",
	  .threads = 1,
	  .rss_bytes = 1 << 20,
	  .cpu_ms = 40,
	  .calls = { { "write", 5, 0, 0, 0 } } },
};

struct fake {
	struct state *state;
	struct term_child child;
	const struct fake_proc *procs;
	size_t procs_len;
	enum fake_kind kind;
	unsigned refreshes, answered;
	unsigned timed;  /* refreshes in which durations were measured */
	uint64_t events; /* made so far */
	uint64_t drops;  /* in buffer 1 */
	struct look look;
	struct build_record record;
};

static const struct fake_proc *fake_proc(const struct fake *fake, uint32_t pid)
{
	for (size_t i = 0; i < fake->procs_len; i++)
		if (fake->procs[i].pid == pid)
			return &fake->procs[i];
	return NULL;
}

static size_t copy_out(const char *text, char *out, size_t size)
{
	size_t len = text ? strlen(text) : 0;

	if (len > size)
		len = size;
	for (size_t i = 0; i < len; i++)
		out[i] = text[i];
	return len;
}

static int fake_seed(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	const struct fake_proc *proc = fake_proc(ctx, pid);
	char *cmdline = ret_seed->cmdline;

	if (!proc)
		return -ENOENT;
	ret_seed->cmdline_len = copy_out(proc->cmdline, cmdline, sizeof(ret_seed->cmdline));
	for (size_t i = 0; i < ret_seed->cmdline_len; i++)
		if (cmdline[i] == ' ')
			cmdline[i] = '\0';
	ret_seed->exe_len = copy_out(proc->exe, ret_seed->exe, sizeof(ret_seed->exe));
	ret_seed->cwd_len = copy_out(proc->cwd, ret_seed->cwd, sizeof(ret_seed->cwd));
	fake_files_seed(ret_seed);
	return 0;
}

static int fake_cgroup(void *ctx, uint32_t pid, char *text, size_t *len)
{
	*len = copy_out("0::/\n", text, *len);
	return 0;
}

static int fake_user(void *ctx, uint32_t uid, char *name, size_t *len)
{
	static const struct {
		uint32_t uid;
		const char *name;
	} users[] = {
		{ 0, "root" },       { 33, "www-data" }, { 112, "redis" },
		{ 114, "postgres" }, { 1000, "ann" },    { 6666, "\x1b[5mblink" },
	};

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		if (users[i].uid == uid) {
			*len = copy_out(users[i].name, name, *len);
			return 0;
		}
	}
	return -ENOENT;
}

static uint64_t pid_start_ns(uint32_t pid)
{
	return (uint64_t)pid * SECOND;
}

static uint64_t start_ns(const struct fake_proc *proc)
{
	return pid_start_ns(proc->pid);
}

static size_t fake_counts(const struct fake_proc *proc, unsigned refreshes,
			  struct call_count *counts)
{
	size_t len = 0;

	for (; len < CALLS_MAX && proc->calls[len].name; len++)
		counts[len] = (struct call_count){
			.nr = (uint16_t)syscall_nr(syscall_by_name(proc->calls[len].name)),
			.calls = (uint64_t)proc->calls[len].calls * refreshes,
			.errors = (uint64_t)proc->calls[len].errors * refreshes,
		};
	return len;
}

static struct byte_count fake_bytes(const struct fake_proc *proc, unsigned refreshes)
{
	return (struct byte_count){
		.file_in = (uint64_t)proc->file_in * refreshes,
		.file_out = (uint64_t)proc->file_out * refreshes,
		.net_in = (uint64_t)proc->net_in * refreshes,
		.net_out = (uint64_t)proc->net_out * refreshes,
	};
}

/* Who does little is in its first call. */
static void fake_in_call(const struct fake *fake, const struct fake_proc *proc,
			 struct task_sample *task)
{
	if (!proc->calls[0].name || task->state == 'R')
		return;
	task->flags |= TASK_F_IN_CALL;
	task->in_nr = (uint16_t)syscall_nr(syscall_by_name(proc->calls[0].name));
	task->in_ns = fake->timed ? proc->calls[0].took_us * 1000ull + 250 : 0;
}

/* The threads beside the leader wait for work. */
static void fake_threads(const struct fake *fake, const struct task_sample *leader)
{
	struct task_sample task = *leader;

	task.flags = TASK_F_IN_SCOPE | TASK_F_IN_CALL;
	task.in_nr = (uint16_t)syscall_nr(syscall_by_name("futex"));
	task.in_ns = 0;
	task.calls_len = 0;
	task.cpu_ns = 0;
	task.state = 'S';
	task.bytes = (struct byte_count){ 0 };
	for (uint32_t i = 1; i < leader->threads; i++) {
		task.tid = leader->pid + i;
		task.thread_start_boot_ns = leader->start_boot_ns + i;
		snprintf(task.comm, sizeof(task.comm), "io_thd_%u", i % 100);
		state_task(fake->state, &task, NULL);
	}
}

static void fake_task(struct fake *fake, const struct fake_proc *proc)
{
	struct call_count counts[CALLS_MAX];
	struct task_sample task = {
		.pid = proc->pid,
		.tid = proc->pid,
		.ppid = proc->ppid,
		.uid = proc->euid,
		.euid = proc->euid,
		.start_boot_ns = start_ns(proc),
		.thread_start_boot_ns = start_ns(proc),
		.cpu_ns = (uint64_t)proc->cpu_ms * 1000000 * fake->refreshes,
		.rss_bytes = proc->rss_bytes,
		.vm_bytes = proc->rss_bytes * 4,
		.threads = proc->threads ? proc->threads : 1,
		.flags = proc->flags | TASK_F_LEADER | TASK_F_IN_SCOPE,
		.state = proc->cpu_ms > 100 ? 'R' : 'S',
		.bytes = fake_bytes(proc, fake->refreshes),
	};

	memcpy(task.comm, proc->comm, strnlen(proc->comm, RECORD_COMM_LEN - 1));
	memcpy(task.leader_comm, task.comm, sizeof(task.comm));
	task.calls_len = (uint32_t)fake_counts(proc, fake->refreshes, counts);
	fake_in_call(fake, proc, &task);
	state_task(fake->state, &task, counts);
	fake_threads(fake, &task);
}

static int call_nr(const struct fake_call *call)
{
	return syscall_nr(syscall_by_name(call->name));
}

/* Failed calls by errno, and durations of what was called while they were measured. */
static void fake_details(struct fake *fake, const struct fake_proc *proc)
{
	for (size_t i = 0; i < CALLS_MAX && proc->calls[i].name; i++) {
		const struct fake_call *call = &proc->calls[i];
		uint64_t ns = call->took_us * 1000ull, timed = (uint64_t)call->calls * fake->timed;
		struct timing_count timing = { .start_boot_ns = start_ns(proc),
					       .pid = proc->pid,
					       .nr = (uint16_t)call_nr(call),
					       .timed = timed,
					       .sum_ns = timed * ns,
					       .max_ns = ns * 3 };

		if (call->err)
			state_errno(fake->state,
				    &(struct errno_count){ .start_boot_ns = start_ns(proc),
							   .count = (uint64_t)call->errors *
								    fake->refreshes,
							   .pid = proc->pid,
							   .nr = (uint16_t)call_nr(call),
							   .err = (uint16_t)call->err });
		if (!ns || !timed)
			continue;
		/* A tenth takes three times as long. */
		timing.buckets[latency_bucket(ns)] = (uint32_t)(timed - timed / 10);
		timing.buckets[latency_bucket(ns * 3)] += (uint32_t)(timed / 10);
		state_timing(fake->state, &timing);
	}
}

/* A file that two processes share, one socket, and requests of io_uring. */
static void fake_activities(struct fake *fake, const struct fake_proc *first,
			    const struct fake_proc *second, bool hostile)
{
	struct object_name file = { .path_len = 18 };
	struct object_name sock = { .family = AF_INET,
				    .protocol = IPPROTO_TCP,
				    .sport = 443,
				    .dport = 51234,
				    .saddr = { 10, 0, 0, 1 },
				    .daddr = { 10, 0, 0, 2 } };
	struct object_count count = { .start_boot_ns = start_ns(first),
				      .pid = first->pid,
				      .dev = 0x801,
				      .ino = 12,
				      .in = 3000 * fake->refreshes,
				      .out = 100 * fake->refreshes,
				      .ops = 30 * fake->refreshes };
	struct uring_count ring = { .start_boot_ns = start_ns(first),
				    .pid = first->pid,
				    .op = 18,
				    .calls = 40 * fake->refreshes,
				    .errors = fake->refreshes };

	memcpy(file.path, hostile ? "/var/\033[2J\nlog\xff\xfe!!!" : "/var/log/app.log.1", 18);
	if (state_object(fake->state, &count) == STATE_OBJECT_NEW)
		state_object_name(fake->state, &count, &file);
	count.pid = second->pid;
	count.start_boot_ns = start_ns(second);
	count.out = 5000 * fake->refreshes;
	if (state_object(fake->state, &count) == STATE_OBJECT_NEW)
		state_object_name(fake->state, &count, &file);
	count.dev = 8;
	count.ino = 13;
	count.socket = 1;
	if (state_object(fake->state, &count) == STATE_OBJECT_NEW)
		state_object_name(fake->state, &count, &sock);
	state_object(fake->state,
		     &(struct object_count){ .in = 77 * fake->refreshes, .ops = fake->refreshes });
	state_uring(fake->state, &ring);
	ring.op = 0;
	ring.errors = 0;
	state_uring(fake->state, &ring);
}

static void fake_exit(struct fake *fake, const struct fake_proc *proc)
{
	struct call_count counts[CALLS_MAX];
	struct task_exit ended = {
		.pid = proc->pid,
		.tid = proc->pid,
		.ppid = proc->ppid,
		.euid = proc->euid,
		.start_boot_ns = start_ns(proc),
		.thread_start_boot_ns = start_ns(proc),
		.exit_boot_ns = START_NS - BOOT_NS + fake->refreshes * SECOND,
		.process_ended = 1,
		.cpu_ns = (uint64_t)proc->cpu_ms * 1000000 * fake->refreshes,
		.bytes = fake_bytes(proc, fake->refreshes),
	};

	memcpy(ended.comm, proc->comm, strnlen(proc->comm, RECORD_COMM_LEN - 1));
	ended.calls_len = (uint32_t)fake_counts(proc, fake->refreshes, counts);
	state_exit(fake->state, &ended, counts);
}

static struct build_prefix fake_prefix(struct fake *fake, const struct fake_proc *proc,
				       const char *name)
{
	struct build_prefix prefix = {
		.ts_ns = START_NS + fake->refreshes * SECOND - SECOND / 2 + fake->events * 137000,
		.pid = proc->pid,
		.ppid = proc->ppid,
		.start_boot_ns = start_ns(proc),
		.euid = proc->euid,
		.cpu = (uint16_t)(fake->events % 4),
		.buffer = (uint16_t)(fake->events % 2),
		.nr = syscall_nr(syscall_by_name(name)),
		.comm = proc->comm,
		.duration_ns = fake->timed ? 1200 + fake->events * 731 % 40000 : 0,
	};

	if (prefix.buffer)
		prefix.drops = fake->drops;
	fake->events++;
	return prefix;
}

static void fake_send(struct fake *fake)
{
	size_t len = build_record_finish(&fake->record);

	if (state_record(fake->state, fake->record.data, len))
		abort();
	if (fake->kind == FAKE_RULES && fake->events % 5 == 0)
		fake_rules_hit(fake->state, fake->events / 5);
}

static void fake_open(struct fake *fake, const struct fake_proc *proc, const char *path, int result)
{
	struct build_prefix prefix = fake_prefix(fake, proc, "openat");

	prefix.ret = result;
	prefix.cls = RECORD_CLASS_OPEN;
	build_record_init(&fake->record, event_by_id("SYSCALL_OPENAT_2_X")->code, &prefix);
	if (result >= 0)
		build_record_ext(&fake->record, RECORD_EXT_PATH, 0, path, strlen(path));
	build_record_int(&fake->record, result);
	build_record_int(&fake->record, -100);
	build_record_text(&fake->record, path);
	build_record_int(&fake->record, 1); /* O_RDONLY in the portable flags */
	build_record_int(&fake->record, 0);
	fake_send(fake);
}

static void fake_write(struct fake *fake, const struct fake_proc *proc, const char *data,
		       int result)
{
	struct build_prefix prefix = fake_prefix(fake, proc, "write");

	prefix.ret = result;
	prefix.cls = RECORD_CLASS_READ_WRITE;
	build_record_init(&fake->record, event_by_id("SYSCALL_WRITE_X")->code, &prefix);
	build_record_int(&fake->record, result);
	build_record_bytes(&fake->record, data, strlen(data));
	build_record_int(&fake->record, 5);
	build_record_int(&fake->record, (int64_t)strlen(data));
	fake_send(fake);
}

static void fake_close(struct fake *fake, const struct fake_proc *proc, int fd)
{
	struct build_prefix prefix = fake_prefix(fake, proc, "close");

	prefix.cls = RECORD_CLASS_CLOSE;
	build_record_init(&fake->record, event_by_id("SYSCALL_CLOSE_X")->code, &prefix);
	build_record_int(&fake->record, 0);
	build_record_int(&fake->record, fd);
	fake_send(fake);
}

static void fake_slow_sync(struct fake *fake, const struct fake_proc *proc, uint64_t took_ns)
{
	struct build_prefix prefix = fake_prefix(fake, proc, "fsync");

	prefix.duration_ns = took_ns;
	prefix.args[0] = 9;
	build_record_init(&fake->record, EVENT_CODE_GENERIC_X, &prefix);
	fake_send(fake);
}

/* What is slow, while durations are measured. */
static void fake_slow_events(struct fake *fake)
{
	const struct fake_proc *postgres = fake_proc(fake, 3001), *nginx = fake_proc(fake, 1589);
	struct build_prefix prefix;

	fake_slow_sync(fake, postgres, 23400000);
	fake_slow_sync(fake, postgres, 112000000 + fake->refreshes * 1000000ull);
	prefix = fake_prefix(fake, nginx, "sendto");
	prefix.duration_ns = 14700000;
	prefix.ret = 65536;
	prefix.args[0] = 17;
	build_record_init(&fake->record, EVENT_CODE_GENERIC_X, &prefix);
	fake_send(fake);
	prefix = fake_prefix(fake, nginx, "epoll_wait");
	prefix.duration_ns = 480000000;
	build_record_init(&fake->record, EVENT_CODE_GENERIC_X, &prefix);
	fake_send(fake);
}

static void fake_calm_events(struct fake *fake)
{
	const struct fake_proc *nginx = fake_proc(fake, 1589), *redis = fake_proc(fake, 2044);
	const struct fake_proc *backup = fake_proc(fake, 4410);

	fake_open(fake, nginx, "/srv/www/index.html", 12);
	fake_write(fake, nginx, "HTTP/1.1 200 OK\r\nContent-Type: text/html", 40);
	fake_close(fake, nginx, 12);
	fake_open(fake, backup, "/home/ann/.config/backup/exclude", -ENOENT);
	fake_write(fake, redis, "+PONG\r\n", 7);
	fake_open(fake, nginx, "/srv/www/img/\xe6\x97\xa5\xe6\x9c\xac.png", 12);
	if (fake->refreshes == 2)
		fake->drops += 1204;
	fake_write(fake, nginx, "\x89PNG\r\n\x1a\n", 8);
	fake_close(fake, nginx, 12);
	fake_open(fake, backup, "/etc/shadow", -EACCES);
	fake_write(fake, redis, "$5\r\nhello\r\n", -EPIPE);
	fake_open(fake, backup, "/home/ann/notes.txt", 3);
	fake_close(fake, backup, 3);
	if (fake->timed)
		fake_slow_events(fake);
}

static void fake_hostile_events(struct fake *fake)
{
	char long_path[4000];

	memset(long_path, 'a', sizeof(long_path));
	long_path[0] = '/';
	long_path[sizeof(long_path) - 1] = '\0';
	for (size_t i = 0; i < fake->procs_len; i++) {
		fake_open(fake, &fake->procs[i],
			  "/tmp/\x1b]0;owned\x07\x1b[31m\x9b"
			  "2J",
			  3);
		fake_open(fake, &fake->procs[i], "/tmp/\xff\xfe\xe2\x80\xaetxt.exe", -ENOENT);
	}
	fake_open(fake, &fake->procs[0], long_path, 4);
	fake_write(fake, &fake->procs[0], "\x1b[2J\x1b]52;c;AAAA\x07\x90q\x9c\xe2\x80\xae\n\r", 20);
}

static void fake_health(struct fake *fake)
{
	struct buffer_row buffers[2] = {
		{ .buffer = 0,
		  .cpus = 2,
		  .size_bytes = 8 << 20,
		  .used_bytes = 120000,
		  .high_bytes = 2 << 20 },
		{ .buffer = 1,
		  .cpus = 2,
		  .size_bytes = 8 << 20,
		  .used_bytes = 8000000,
		  .high_bytes = 8 << 20 },
	};
	struct health_row health = {
		.events = 48200ull * fake->refreshes,
		.events_delta = 48200,
		.drops = fake->drops,
		.lag_ns = 12000000,
		.own_cpu_ns = 8000000ull * fake->refreshes,
		.own_cpu_delta_ns = 8000000,
		.own_ns_per_call = 14.2,
		.stream_ready = true,
		.complete_since_ns = START_NS + SECOND,
		.timing = fake->child.shared->timing ? HEALTH_TIMING_ON : HEALTH_TIMING_OFF,
	};

	buffers[1].drops = buffers[1].drops_delta = fake->drops;
	buffers[1].fate[RECORD_FATE_FULL][RECORD_CLASS_READ_WRITE] = fake->drops;
	for (size_t i = 0; i < 2; i++) {
		buffers[i].fate[RECORD_FATE_DELIVERED][RECORD_CLASS_READ_WRITE] =
			24100ull * fake->refreshes;
		buffers[i].fate[RECORD_FATE_PRODUCED][RECORD_CLASS_READ_WRITE] =
			24100ull * fake->refreshes + buffers[i].drops;
		buffers[i].events_delta = 24100;
		buffers[i].bytes_delta = 24100 * 250;
	}
	if (fake->refreshes >= 6) {
		health.inexact = true;
		health.recursion_misses = 3;
		health.notice = "3 calls were missed; totals are shown with >=";
	}
	state_set_health(fake->state, &health, buffers, 2);
}

static void fake_refresh(struct fake *fake)
{
	fake->refreshes++;
	fake->timed += fake->child.shared->timing != 0;
	state_refresh_begin(fake->state, START_NS + fake->refreshes * SECOND);
	for (size_t i = 0; i < fake->procs_len; i++)
		if (!fake->procs[i].ends_after || fake->refreshes < fake->procs[i].ends_after)
			fake_task(fake, &fake->procs[i]);
	for (size_t i = 0; i < fake->procs_len; i++)
		if (fake->refreshes == fake->procs[i].ends_after)
			fake_exit(fake, &fake->procs[i]);
	for (size_t i = 0; i < fake->procs_len; i++)
		if (!fake->procs[i].ends_after || fake->refreshes < fake->procs[i].ends_after)
			fake_details(fake, &fake->procs[i]);
	fake_activities(fake, &fake->procs[1], &fake->procs[2], fake->kind == FAKE_HOSTILE);
	state_refresh_end(fake->state);
	if (fake->kind != FAKE_HOSTILE)
		fake_calm_events(fake);
	else
		fake_hostile_events(fake);
	fake_files_look(fake->state, &fake->look, pid_start_ns);
	fake_health(fake);
	if (fake->kind == FAKE_RULES)
		fake_rules_publish(fake->state, START_NS + fake->refreshes * SECOND);
}

struct fake *fake_new(enum fake_kind kind, const struct term_child *child)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	struct state_opts opts = { .boot_epoch_ns = BOOT_NS,
				   .host = kind != FAKE_HOSTILE ? "host7" : "\x1b[7mhost" };
	struct state_source source = {
		.ctx = fake,
		.process_seed = fake_seed,
		.process_cgroup = fake_cgroup,
		.process_limits = fake_files_limits,
		.user_name = fake_user,
	};

	if (!fake || state_new(&opts, &source, &fake->state))
		abort();
	fake->child = *child;
	fake->kind = kind;
	fake->procs = kind != FAKE_HOSTILE ? calm_procs : hostile_procs;
	fake->procs_len = kind != FAKE_HOSTILE ? sizeof(calm_procs) / sizeof(calm_procs[0])
					       : sizeof(hostile_procs) / sizeof(hostile_procs[0]);
	/* Two, so that the first screen has rates. */
	fake_refresh(fake);
	fake_refresh(fake);
	return fake;
}

void fake_free(struct fake *fake)
{
	state_free(fake->state);
	free(fake);
}

static struct snapshot *fake_snapshot(void *ctx)
{
	struct fake *fake = ctx;
	struct snapshot *snapshot = NULL;

	/* The first is asked for without a message. */
	if (fake->answered && send(fake->child.fd, "", 1, MSG_NOSIGNAL) != 1)
		return NULL;
	if (!fake->answered || fake->refreshes < 2 + fake->child.shared->steps) {
		while (fake->refreshes < 2 + fake->child.shared->steps)
			fake_refresh(fake);
		if (state_publish(fake->state, &snapshot))
			return NULL;
	}
	fake->answered++;
	return snapshot;
}

static void fake_want_stream(void *ctx, enum view_stream stream)
{
	struct fake *fake = ctx;

	fake->child.shared->stream = stream;
}

static void fake_choose(void *ctx, const struct choice *choice)
{
	struct fake *fake = ctx;

	fake->child.shared->failed = choice->failed;
	fake->child.shared->min_duration_ns = choice->min_duration_ns;
}

static void fake_want_timing(void *ctx, enum view_timing timing)
{
	struct fake *fake = ctx;

	fake->child.shared->timing = timing;
}

static void fake_look(void *ctx, const struct look *look)
{
	struct fake *fake = ctx;

	fake->look = *look;
	fake_files_look(fake->state, look, pid_start_ns);
}

static void fake_focus(void *ctx, uint32_t pid)
{
	struct fake *fake = ctx;

	fake->child.shared->focus = pid;
}

static void fake_set_delay(void *ctx, uint64_t delay_ns)
{
	struct fake *fake = ctx;

	fake->child.shared->delay_ns = delay_ns;
}

struct state *fake_state(void *ctx)
{
	return ((struct fake *)ctx)->state;
}

struct snapshot_source fake_source(struct fake *fake)
{
	struct snapshot_source source = {
		.ctx = fake,
		.snapshot = fake_snapshot,
		.fd = fake->child.fd,
		.want_stream = fake_want_stream,
		.choose = fake_choose,
		.want_timing = fake_want_timing,
		.look = fake_look,
		.focus = fake_focus,
		.set_delay = fake_set_delay,
	};

	fake_rules_answer(&source);
	return source;
}
