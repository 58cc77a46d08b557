/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every parameter of the calls that make, change and end processes. What the child can know of
 * itself is compared exactly; page faults and memory, which change all the time, with a range.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "expect.h"
#include "watch.h"

#define SNAPLEN 80
#define TEXT_MAX 4096
#define CLONE_SCAP_IN_PIDNS (1 << 29)
#define CLONE_SCAP_MAIN_THREAD (1 << 30)
#define SCAP_CLONE_VM (1 << 15)
#define SCAP_CLONE_VFORK (1 << 27)
#define SCAP_CLONE_FILES 1

/* The whole of a file of /proc; returns its bytes. */
static size_t proc_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	if (len < 0)
		abort();
	text[len] = 0;
	close(fd);
	return (size_t)len;
}

static uint64_t status_number(const char *field, int base)
{
	char text[TEXT_MAX];
	char *at;

	proc_read("/proc/self/status", text, sizeof(text));
	at = strstr(text, field);
	return at ? strtoull(at + strlen(field), NULL, base) : 0;
}

/* exe and args: the texts of /proc/self/cmdline. */
static void expect_cmdline(void)
{
	char text[TEXT_MAX];
	size_t len = proc_read("/proc/self/cmdline", text, sizeof(text)), first = strlen(text) + 1;

	expect_bytes("exe", text, first);
	expect_bytes("args", text + first, len - first);
}

/* Does this kernel have the controller? Newer ones list those of v1 alone in /proc/cgroups. */
static bool has_controller(const char *name)
{
	const char *unified = "/sys/fs/cgroup/cgroup.controllers";
	char text[TEXT_MAX], pattern[32];

	snprintf(pattern, sizeof(pattern), "\n%s\t", name);
	proc_read("/proc/cgroups", text, sizeof(text));
	if (strstr(text, pattern))
		return true;
	if (access(unified, R_OK) < 0)
		return false;
	proc_read(unified, text, sizeof(text));
	for (char *word = strtok(text, " \n"); word; word = strtok(NULL, " \n"))
		if (strcmp(word, strcmp(name, "blkio") == 0 ? "io" : name) == 0)
			return true;
	return false;
}

/*
 * "cpuset=/path" and so on for every controller, as /proc/self/cgroup says; those of the v2
 * hierarchy are in "0::".
 */
static void expect_cgroups(void)
{
	static const char *const names[] = { "cpuset",  "cpu",        "cpuacct",  "io",
					     "memory",  "pids",       "devices",  "freezer",
					     "net_cls", "perf_event", "net_prio", "hugetlb",
					     "rdma",    "misc" };
	char text[TEXT_MAX], out[TEXT_MAX];
	size_t len = 0;

	proc_read("/proc/self/cgroup", text, sizeof(text));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *path = "/", *name = strcmp(names[i], "io") == 0 ? "blkio" : names[i];
		char pattern[32], *line;

		if (!has_controller(name))
			continue;
		snprintf(pattern, sizeof(pattern), ":%s:", name);
		line = strstr(text, pattern);
		if (!line) {
			snprintf(pattern, sizeof(pattern), "0::");
			line = strstr(text, pattern);
		}
		if (line)
			path = line + strlen(pattern);
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s=%.*s", names[i],
					(int)strcspn(path, "\n"), path) +
		       1;
	}
	expect_bytes("cgroups", out, len);
}

/* Parameters 3 to 14 of a process event. */
static void expect_process(pid_t tid, pid_t pid, pid_t parent, const char *comm)
{
	char cwd[TEXT_MAX];
	struct rlimit limit;

	if (!getcwd(cwd, sizeof(cwd)) || getrlimit(RLIMIT_NOFILE, &limit) < 0)
		abort();
	expect_int("tid", tid);
	expect_int("pid", pid);
	expect_int("ptid", parent);
	expect_text("cwd", cwd);
	expect_int("fdlimit", (int64_t)limit.rlim_cur);
	expect_range("pgft_maj", 0, 1000000);
	expect_range("pgft_min", 0, 1000000000);
	expect_range("vm_size", 100, INT32_MAX);
	/* After an exec the few pages may still be in per-CPU counts. */
	expect_range("vm_rss", 0, INT32_MAX);
	expect_int("vm_swap", 0);
	expect_text("comm", comm);
	expect_cgroups();
}

static void own_comm(char *comm)
{
	size_t len = proc_read("/proc/self/comm", comm, 64);

	comm[len - 1] = 0;
}

/* Parameters 15 to 20 of a clone event. */
static void expect_clone_rest(int64_t flags, pid_t tid, pid_t pid)
{
	expect_int("flags", flags | CLONE_SCAP_MAIN_THREAD);
	expect_int("uid", geteuid());
	expect_int("gid", getegid());
	expect_int("vtid", tid);
	expect_int("vpid", pid);
	/* Since the epoch, some time before now. */
	expect_range("pidns_init_start_ts", 1, (int64_t)time(NULL) * 1000000000);
}

static void expect_clone_parent(long nr, long ret, int64_t flags)
{
	char comm[64];

	own_comm(comm);
	expect_event((int)nr, ret);
	expect_int("res", ret);
	expect_cmdline();
	expect_process(getpid(), getpid(), getppid(), comm);
	expect_clone_rest(flags, getpid(), getpid());
}

static void expect_clone_child(long nr, pid_t child, int64_t flags)
{
	char comm[64];

	own_comm(comm);
	expect_event((int)nr, 0);
	expect_tid((uint64_t)child);
	expect_flags(RECORD_F_CHILD);
	expect_int("res", 0);
	expect_cmdline();
	expect_process(child, child, getpid(), comm);
	expect_clone_rest(flags, child, child);
}

/* All make a child that ends at once; the parent goes on when it has. */
static pid_t make_child(long nr)
{
	struct clone_args args = { .flags = CLONE_FILES, .exit_signal = SIGCHLD };
	pid_t pid;

	if (nr == SYS_clone3)
		pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	else if (nr == SYS_clone)
		pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	else
		pid = (pid_t)syscall(nr);
	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		abort();
	return pid;
}

/* vfork() of the library: the raw call would return twice on one stack. */
static pid_t make_vfork_child(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		abort();
	return pid;
}

static int clone_parent(void *arg)
{
	expect_clone_parent(SYS_clone, make_child(SYS_clone), SCAP_CLONE_FILES);
	return 0;
}

static int clone_child(void *arg)
{
	expect_clone_child(SYS_clone, make_child(SYS_clone), SCAP_CLONE_FILES);
	return 0;
}

static int clone3_parent(void *arg)
{
	expect_clone_parent(SYS_clone3, make_child(SYS_clone3), SCAP_CLONE_FILES);
	return 0;
}

static int clone3_child(void *arg)
{
	expect_clone_child(SYS_clone3, make_child(SYS_clone3), SCAP_CLONE_FILES);
	return 0;
}

static int fork_parent(void *arg)
{
	if (!expect_has(SYS_fork))
		return 0;
	expect_clone_parent(SYS_fork, make_child(SYS_fork), 0);
	return 0;
}

static int fork_child(void *arg)
{
	if (!expect_has(SYS_fork))
		return 0;
	expect_clone_child(SYS_fork, make_child(SYS_fork), 0);
	return 0;
}

static int vfork_parent(void *arg)
{
	if (!expect_has(SYS_vfork))
		return 0;
	expect_clone_parent(SYS_vfork, make_vfork_child(), SCAP_CLONE_VM | SCAP_CLONE_VFORK);
	return 0;
}

static int vfork_child(void *arg)
{
	if (!expect_has(SYS_vfork))
		return 0;
	expect_clone_child(SYS_vfork, make_vfork_child(), SCAP_CLONE_VM | SCAP_CLONE_VFORK);
	return 0;
}

static int clone_fails(void *arg)
{
	/* CLONE_SIGHAND without CLONE_VM */
	long ret = expect_call(SYS_clone, ARGS(CLONE_SIGHAND));

	expect_clone_parent(SYS_clone, ret, 1 << 11);
	return 0;
}

static int clone3_fails(void *arg)
{
	struct clone_args args = { .flags = CLONE_SIGHAND };
	long ret = expect_call(SYS_clone3, ARGS((long)&args, sizeof(args)));

	expect_clone_parent(SYS_clone3, ret, 1 << 11);
	return 0;
}

/* Another user, who may have no process more. */
#define OTHER_ID 4711

static int makes_too_many(long nr, int64_t flags)
{
	const struct rlimit none = { 0, 0 };
	long ret;

	if (!expect_has(nr))
		return 0;
	if (setrlimit(RLIMIT_NPROC, &none) < 0 || setresgid(OTHER_ID, OTHER_ID, OTHER_ID) < 0 ||
	    setresuid(OTHER_ID, OTHER_ID, OTHER_ID) < 0)
		return 1;
	ret = expect_call(nr, ARGS(0));
	expect_clone_parent(nr, ret, flags);
	return ret != -EAGAIN;
}

static int fork_fails(void *arg)
{
	return makes_too_many(SYS_fork, 0);
}

static int vfork_fails(void *arg)
{
	return makes_too_many(SYS_vfork, SCAP_CLONE_VM | SCAP_CLONE_VFORK);
}

static const char *const exec_argv[] = { "first", "second word", "", "fourth", NULL };
static const char *const exec_envp[] = { "A=1", "LONG=x y z", NULL };

static void expect_exec_args(void)
{
	expect_text("exe", "first");
	expect_bytes("args", "second word\0\0fourth", sizeof("second word\0\0fourth"));
}

static void expect_file_times(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		abort();
	expect_int("exe_ino", (int64_t)st.st_ino);
	expect_int("exe_ino_ctime", st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec);
	expect_int("exe_ino_mtime", st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
}

/* Parameters 15 to 29 of an exec event. exe: the executable that the process has. */
static void expect_exec_rest(const char *exe)
{
	uint64_t effective = status_number("CapEff:", 16);
	int fd = open(exe, O_RDONLY);
	char loginuid[64];

	expect_bytes("env", "A=1\0LONG=x y z", sizeof("A=1\0LONG=x y z"));
	/* A terminal or none: as whoever runs the test. */
	expect_any("tty");
	expect_int("vpgid", getpgrp());
	expect_int("loginuid",
		   access("/proc/self/loginuid", R_OK) < 0
			   ? UINT32_MAX
			   : (proc_read("/proc/self/loginuid", loginuid, sizeof(loginuid)),
			      (int64_t)strtoul(loginuid, NULL, 10)));
	expect_int("flags", effective >> CAP_DAC_OVERRIDE & 1);
	expect_int("cap_inheritable", (int64_t)status_number("CapInh:", 16));
	expect_int("cap_permitted", (int64_t)status_number("CapPrm:", 16));
	expect_int("cap_effective", (int64_t)effective);
	expect_file_times(exe);
	expect_int("uid", geteuid());
	expect_text("trusted_exepath", exe);
	expect_int("pgid", getpgrp());
	expect_int("gid", getegid());
	expect_exe(exe);
	expect_file_of(fd);
	close(fd);
}

static char own_exe[TEXT_MAX];

/* A successful exec ends the child's own code: all is written down before. */
static int execve_works(void *arg)
{
	char path[] = "/tmp/../bin/true", *real = realpath(path, NULL);

	expect_event(SYS_execve, 0);
	expect_int("res", 0);
	expect_exec_args();
	expect_process(getpid(), getpid(), getppid(), "true");
	expect_exec_rest(real);
	expect_text("filename", path);
	syscall(SYS_execve, path, exec_argv, exec_envp);
	return 1;
}

static int execve_fails(void *arg)
{
	char comm[64];

	own_comm(comm);
	expect_int("res", expect_call(SYS_execve, ARGS((long)"/nonexistent", (long)exec_argv,
						       (long)exec_envp)));
	expect_exec_args();
	expect_process(getpid(), getpid(), getppid(), comm);
	expect_exec_rest(own_exe);
	expect_text("filename", "/nonexistent");
	return 0;
}

static int execveat_works(void *arg)
{
	char *real = realpath("/bin/true", NULL);
	int dir = open("/bin", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	expect_event(SYS_execveat, 0);
	expect_int("res", 0);
	expect_exec_args();
	expect_process(getpid(), getpid(), getppid(), "true");
	expect_exec_rest(real);
	syscall(SYS_execveat, dir, "true", exec_argv, exec_envp, 0);
	return 1;
}

static int execveat_fails(void *arg)
{
	char comm[64];

	own_comm(comm);
	expect_int("res", expect_call(SYS_execveat,
				      ARGS(999, (long)"true", (long)exec_argv, (long)exec_envp)));
	expect_exec_args();
	expect_process(getpid(), getpid(), getppid(), comm);
	expect_exec_rest(own_exe);
	return 0;
}

static int setsid_works(void *arg)
{
	expect_int("res", expect_call(SYS_setsid, ARGS(0)));
	return 0;
}

static int setsid_fails(void *arg)
{
	setsid();
	expect_int("res", expect_call(SYS_setsid, ARGS(0)));
	return 0;
}

static int setpgid_works(void *arg)
{
	expect_int("res", expect_call(SYS_setpgid, ARGS(0, getpid())));
	expect_int("pid", 0);
	expect_int("pgid", getpid());
	return 0;
}

static int setpgid_fails(void *arg)
{
	expect_int("res", expect_call(SYS_setpgid, ARGS(getpid(), -5)));
	expect_int("pid", getpid());
	expect_int("pgid", -5);
	return 0;
}

/* Who may change to OTHER_ID does; then the same child may not change back. */

static int set_one(long nr, const char *name, bool fails)
{
	if (fails &&
	    setresgid(OTHER_ID, OTHER_ID, OTHER_ID) | setresuid(OTHER_ID, OTHER_ID, OTHER_ID))
		return 1;
	expect_int("res", expect_call(nr, ARGS(fails ? 1 : OTHER_ID)));
	expect_int(name, fails ? 1 : OTHER_ID);
	return 0;
}

static int set_several(long nr, const char *const *names, size_t len, bool fails)
{
	long id = fails ? 1 : OTHER_ID;

	if (fails &&
	    setresgid(OTHER_ID, OTHER_ID, OTHER_ID) | setresuid(OTHER_ID, OTHER_ID, OTHER_ID))
		return 1;
	expect_int("res", expect_call(nr, ARGS(-1, id, len > 2 ? -1 : 0)));
	expect_int(names[0], UINT32_MAX);
	expect_int(names[1], id);
	if (len > 2)
		expect_int(names[2], UINT32_MAX);
	return 0;
}

static int setuid_works(void *arg)
{
	return set_one(SYS_setuid, "uid", false);
}

static int setuid_fails(void *arg)
{
	return set_one(SYS_setuid, "uid", true);
}

static int setgid_works(void *arg)
{
	return set_one(SYS_setgid, "gid", false);
}

static int setgid_fails(void *arg)
{
	return set_one(SYS_setgid, "gid", true);
}

static const char *const uids[] = { "ruid", "euid", "suid" };
static const char *const gids[] = { "rgid", "egid", "sgid" };

static int setreuid_works(void *arg)
{
	return set_several(SYS_setreuid, uids, 2, false);
}

static int setreuid_fails(void *arg)
{
	return set_several(SYS_setreuid, uids, 2, true);
}

static int setregid_works(void *arg)
{
	return set_several(SYS_setregid, gids, 2, false);
}

static int setregid_fails(void *arg)
{
	return set_several(SYS_setregid, gids, 2, true);
}

static int setresuid_works(void *arg)
{
	return set_several(SYS_setresuid, uids, 3, false);
}

static int setresuid_fails(void *arg)
{
	return set_several(SYS_setresuid, uids, 3, true);
}

static int setresgid_works(void *arg)
{
	return set_several(SYS_setresgid, gids, 3, false);
}

static int setresgid_fails(void *arg)
{
	return set_several(SYS_setresgid, gids, 3, true);
}

static const struct expect_case cases[] = {
	{ "clone", clone_parent },        { "clone of the child", clone_child },
	{ "clone3", clone3_parent },      { "clone3 of the child", clone3_child },
	{ "fork", fork_parent },          { "fork of the child", fork_child },
	{ "vfork", vfork_parent },        { "vfork of the child", vfork_child },
	{ "clone fails", clone_fails },   { "clone3 fails", clone3_fails },
	{ "fork fails", fork_fails },     { "vfork fails", vfork_fails },
	{ "execve", execve_works },       { "execve fails", execve_fails },
	{ "execveat", execveat_works },   { "execveat fails", execveat_fails },
	{ "setsid", setsid_works },       { "setsid fails", setsid_fails },
	{ "setpgid", setpgid_works },     { "setpgid fails", setpgid_fails },
	{ "setuid", setuid_works },       { "setuid fails", setuid_fails },
	{ "setgid", setgid_works },       { "setgid fails", setgid_fails },
	{ "setreuid", setreuid_works },   { "setreuid fails", setreuid_fails },
	{ "setregid", setregid_works },   { "setregid fails", setregid_fails },
	{ "setresuid", setresuid_works }, { "setresuid fails", setresuid_fails },
	{ "setresgid", setresgid_works }, { "setresgid fails", setresgid_fails },
};

START_TEST(every_parameter)
{
	expect_run(&cases[_i]);
}
END_TEST

/* One event per exec, one per end of a clone: no second one from the other hook. */
static int fork_and_exec(void *arg)
{
	pid_t pid = CALL_IS_ABSENT(SYS_fork) ? (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)
					     : (pid_t)syscall(SYS_fork);

	if (pid == 0)
		syscall(SYS_execve, "/bin/true", exec_argv, exec_envp);
	return waitpid(pid, NULL, 0) != pid;
}

START_TEST(one_event_each)
{
	uint16_t made =
		event_by_id(CALL_IS_ABSENT(SYS_fork) ? "SYSCALL_CLONE_20_X" : "SYSCALL_FORK_20_X")
			->code;
	const struct event *event;
	uint64_t child;

	ck_assert_int_eq(watch_run(fork_and_exec, NULL), 0);
	event = watch_find_code(event_by_id("SYSCALL_EXECVE_19_X")->code);
	ck_assert_ptr_nonnull(event);
	child = event->tid;
	ck_assert_uint_eq(watch_count_code(event->desc->code, child), 1);
	ck_assert_uint_eq(watch_count_code(made, (uint64_t)watch.pid), 1);
	ck_assert_uint_eq(watch_count_code(made, child), 1);
	ck_assert_uint_eq(watch_count_code(event_by_id("PROCEXIT_1_E")->code, child), 1);
	ck_assert_uint_eq(watch_count_code(event_by_id("PROCEXIT_1_E")->code, (uint64_t)watch.pid),
			  1);
}
END_TEST

static int exit_with_7(void *arg)
{
	return 7;
}

static int killed_by_9(void *arg)
{
	kill(getpid(), SIGKILL);
	return 0;
}

/* Leaves a child behind, for whom somebody has to be found. */
static int leave_orphan(void *arg)
{
	pid_t pid = fork();

	if (pid == 0) {
		while (getppid() == *(pid_t *)arg)
			usleep(1000);
		_exit(0);
	}
	return pid < 0;
}

static const struct exit_case {
	const char *name;
	int (*work)(void *arg);
	int status, ret, sig, core;
} exit_cases[] = {
	{ "exits with 7", exit_with_7, 7 << 8, 7, 0, 0 },
	{ "killed", killed_by_9, 9, 0, 9, 0 },
};

START_TEST(process_exit)
{
	const struct exit_case *c = &exit_cases[_i];
	const struct event *event;
	int64_t value;

	watch_run(c->work, NULL);
	event = watch_find_code(event_by_id("PROCEXIT_1_E")->code);
	ck_assert_ptr_nonnull(event);
	ck_assert_uint_eq(event->tid, (uint64_t)watch.pid);
	ck_assert_int_eq(event->prefix.nr, -1);
	ck_assert_int_eq(event_param_int(event, "status", &value), 0);
	ck_assert_int_eq(value, c->status);
	ck_assert_int_eq(event_param_int(event, "ret", &value), 0);
	ck_assert_int_eq(value, c->ret);
	ck_assert_int_eq(event_param_int(event, "sig", &value), 0);
	ck_assert_int_eq(value, c->sig);
	ck_assert_int_eq(event_param_int(event, "core", &value), 0);
	ck_assert_int_eq(value, c->core);
	ck_assert_int_eq(event_param_int(event, "reaper_tid", &value), 0);
	ck_assert_int_eq(value, 0);
}
END_TEST

/* The parameter of leave_orphan() is its own pid, which only the child knows. */
static int orphan_work(void *arg)
{
	pid_t own = getpid();

	return leave_orphan(&own);
}

START_TEST(process_exit_reaper)
{
	const struct event *event = NULL;
	int64_t value = 0;

	watch_run(orphan_work, NULL);
	for (size_t i = 0; i < watch.len; i++) {
		if (watch.events[i].desc->code == event_by_id("PROCEXIT_1_E")->code &&
		    watch.events[i].tid == (uint64_t)watch.pid)
			event = &watch.events[i];
	}
	ck_assert_ptr_nonnull(event);
	ck_assert_int_eq(event_param_int(event, "reaper_tid", &value), 0);
	ck_assert_int_gt(value, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("parameters of process calls");
	ssize_t len = readlink("/proc/self/exe", own_exe, sizeof(own_exe) - 1);

	if (len < 0)
		return EXIT_FAILURE;
	tcase_add_loop_test(tcase, every_parameter, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, one_event_each);
	tcase_add_loop_test(tcase, process_exit, 0, sizeof(exit_cases) / sizeof(exit_cases[0]));
	tcase_add_test(tcase, process_exit_reaper);
	return watch_suite("params_process", tcase, SNAPLEN);
}
