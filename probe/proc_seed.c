/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats: proc_pid_stat(5), proc_pid_status(5), cgroups(7). The namespace lines of status (NSpid
 * and so on) list an id from the reader's namespace to the process's own.
 */
#include "proc_seed.h"

#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Longer than any status file but that of a task on thousands of CPUs, whose end is not needed. */
#define PROC_FILE_BYTES 8192
#define CAP_DAC_OVERRIDE_BIT (1ull << 1) /* include/uapi/linux/capability.h */

/* Clone flags of captures (libscap's PPM_CL_*). */
#define CAPTURE_CLONE_FILES (1u << 0)
#define CAPTURE_CLONE_THREAD (1u << 13)
#define CAPTURE_CLONE_VM (1u << 15)
#define CAPTURE_CLONE_IN_PIDNS (1u << 29)

/* Reads up to size bytes of a file in the process's folder; the number or -errno. */
static ssize_t read_bytes(int dir, const char *name, char *data, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t got = 0;

	if (fd < 0)
		return -errno;
	while (len < size) {
		got = read(fd, data + len, size - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	if (got < 0 && !len)
		got = -errno;
	else
		got = (ssize_t)len;
	close(fd);
	return got;
}

/* The same with a NUL at the end; "" when it cannot be read. */
static ssize_t read_text(int dir, const char *name, char *text, size_t size)
{
	ssize_t len = read_bytes(dir, name, text, size - 1);

	text[len > 0 ? len : 0] = '\0';
	return len;
}

static size_t read_link(int dir, const char *name, char *data, size_t size)
{
	ssize_t len = readlinkat(dir, name, data, size);

	return len > 0 ? (size_t)len : 0;
}

/* The value of a line of status, "" when there is none. */
static const char *status_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (text && *text) {
		if (strncmp(text, name, len) == 0 && text[len] == ':')
			return text + len + 1;
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return "";
}

/* Number index of the numbers in a line; the last one that there is when index is beyond. */
static uint64_t line_number(const char *line, unsigned index, int base)
{
	uint64_t value = 0;
	char *end;

	for (unsigned i = 0; i <= index; i++) {
		while (*line == ' ' || *line == '\t')
			line++;
		if (!*line || *line == '\n')
			break;
		value = strtoull(line, &end, base);
		if (end == line)
			break;
		line = end;
	}
	return value;
}

#define LAST UINT32_MAX /* as index: the id in the process's own namespace */

static bool has_more_than_one(const char *line)
{
	return line_number(line, 0, 10) != line_number(line, 1, 10);
}

static void read_status(int dir, struct process_seed *seed)
{
	char text[PROC_FILE_BYTES];
	const char *pids;

	if (read_text(dir, "status", text, sizeof(text)) <= 0)
		return;
	seed->parts |= SEED_IDS;
	seed->ppid = (uint32_t)line_number(status_line(text, "PPid"), 0, 10);
	seed->uid = (uint32_t)line_number(status_line(text, "Uid"), 1, 10);
	seed->gid = (uint32_t)line_number(status_line(text, "Gid"), 1, 10);
	seed->sid = (uint32_t)line_number(status_line(text, "NSsid"), 0, 10);
	seed->pgid = (uint32_t)line_number(status_line(text, "NSpgid"), 0, 10);
	seed->vpgid = (uint32_t)line_number(status_line(text, "NSpgid"), LAST, 10);
	pids = status_line(text, "NSpid");
	seed->vpid = seed->vtid = (uint32_t)line_number(pids, LAST, 10);
	seed->flags = has_more_than_one(pids) ? CAPTURE_CLONE_IN_PIDNS : 0;
	seed->vm_size_kb = line_number(status_line(text, "VmSize"), 0, 10);
	seed->vm_rss_kb = line_number(status_line(text, "VmRSS"), 0, 10);
	seed->vm_swap_kb = line_number(status_line(text, "VmSwap"), 0, 10);
	seed->cap_inheritable = line_number(status_line(text, "CapInh"), 0, 16);
	seed->cap_permitted = line_number(status_line(text, "CapPrm"), 0, 16);
	seed->cap_effective = line_number(status_line(text, "CapEff"), 0, 16);
}

/* Name and terminal stand in stat only; so do the faults. */
static void read_stat(int dir, struct process_seed *seed)
{
	char text[1024];
	const char *open, *close;

	if (read_text(dir, "stat", text, sizeof(text)) <= 0)
		return;
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || close < open)
		return;
	memset(seed->comm, 0, sizeof(seed->comm));
	for (size_t i = 0; open + 1 + i < close && i < sizeof(seed->comm) - 1; i++)
		seed->comm[i] = open[1 + i];
	/* After the name and a state: ppid pgrp session tty_nr tpgid flags minflt cminflt majflt */
	if (strlen(close) < 4)
		return;
	seed->tty = (uint32_t)line_number(close + 4, 3, 10);
	seed->minor_faults = line_number(close + 4, 6, 10);
	seed->major_faults = line_number(close + 4, 8, 10);
}

static size_t add_cgroup(char *data, size_t len, const char *name, const char *path)
{
	int added = snprintf(data + len, PROCESS_TEXT_MAX - len, "%s=%s", name, path);

	return added > 0 && len + (size_t)added < PROCESS_TEXT_MAX ? len + (size_t)added + 1 : len;
}

/*
 * "4:cpu,cpuacct:/a" is "cpu,cpuacct=/a". The unified hierarchy has no names there; where it is the
 * only one it stands for the controllers that events name too.
 */
static void read_cgroups(int dir, struct process_seed *seed)
{
	static const char *const unified[] = { "cpuset", "cpu", "memory", "pids" };
	char text[PROCESS_TEXT_MAX], *line, *save = NULL;
	size_t len = 0;

	if (read_text(dir, "cgroup", text, sizeof(text)) <= 0)
		return;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *name = strchr(line, ':'), *path = name ? strchr(name + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		if (name[1]) {
			len = add_cgroup(seed->cgroups, len, name + 1, path);
			continue;
		}
		for (size_t i = 0; !len && i < sizeof(unified) / sizeof(unified[0]); i++)
			len = add_cgroup(seed->cgroups, i ? len : 0, unified[i], path);
	}
	seed->cgroups_len = len;
	seed->parts |= SEED_CGROUP;
}

/* May the process write to a file of this owner and mode? */
static bool is_writable(const struct stat *st, const struct process_seed *seed)
{
	if (seed->cap_effective & CAP_DAC_OVERRIDE_BIT)
		return true;
	if (st->st_uid == seed->uid)
		return st->st_mode & S_IWUSR;
	return st->st_mode & (st->st_gid == seed->gid ? S_IWGRP : S_IWOTH);
}

static void read_exe_file(int dir, struct process_seed *seed)
{
	char target[16];
	struct stat st;

	if (fstatat(dir, "exe", &st, 0) < 0)
		return;
	seed->exe_ino = st.st_ino;
	seed->exe_ino_ctime_ns =
		(uint64_t)st.st_ctim.tv_sec * 1000000000ull + (uint64_t)st.st_ctim.tv_nsec;
	seed->exe_ino_mtime_ns =
		(uint64_t)st.st_mtim.tv_sec * 1000000000ull + (uint64_t)st.st_mtim.tv_nsec;
	seed->exe_flags = is_writable(&st, seed) ? SEED_EXE_WRITABLE : 0;
	if (read_link(dir, "exe", target, sizeof(target)) >= 7 && !memcmp(target, "/memfd:", 7))
		seed->exe_flags |= SEED_EXE_FROM_MEMFD;
	seed->parts |= SEED_EXE_FILE;
}

static void read_limits(int dir, struct process_seed *seed)
{
	static const char title[] = "Max open files";
	char text[PROC_FILE_BYTES];
	const char *at;

	if (read_text(dir, "limits", text, sizeof(text)) <= 0)
		return;
	at = strstr(text, title);
	if (!at)
		return;
	at += sizeof(title) - 1 + strspn(at + sizeof(title) - 1, " ");
	seed->fd_limit = *at == 'u' ? -1 : (int64_t)line_number(at, 0, 10);
	seed->parts |= SEED_LIMITS;
}

static void read_login(int dir, struct process_seed *seed)
{
	char text[32];

	if (read_text(dir, "loginuid", text, sizeof(text)) <= 0)
		return;
	seed->loginuid = (uint32_t)line_number(text, 0, 10);
	seed->parts |= SEED_LOGIN;
}

static void read_environment(int dir, struct process_seed *seed)
{
	ssize_t len = read_bytes(dir, "environ", seed->env, sizeof(seed->env));

	if (len < 0)
		return;
	seed->env_len = (size_t)len;
	seed->parts |= SEED_ENV;
}

/* Returns -ENOENT when the process is gone. */
static int read_texts(int dir, struct process_seed *seed)
{
	ssize_t len = read_bytes(dir, "cmdline", seed->cmdline, sizeof(seed->cmdline));

	if (len == -ENOENT || len == -ESRCH)
		return -ENOENT;
	seed->cmdline_len = len > 0 ? (size_t)len : 0;
	seed->exe_len = read_link(dir, "exe", seed->exe, sizeof(seed->exe));
	seed->cwd_len = read_link(dir, "cwd", seed->cwd, sizeof(seed->cwd));
	seed->parts |= SEED_TEXT;
	return 0;
}

void proc_seed_thread(struct process_seed *seed, uint32_t tid)
{
	const uint32_t thread = CAPTURE_CLONE_THREAD | CAPTURE_CLONE_FILES | CAPTURE_CLONE_VM;

	seed->tid = tid;
	seed->flags = tid == seed->pid ? seed->flags & ~thread : seed->flags | thread;
	if (!(seed->flags & CAPTURE_CLONE_IN_PIDNS))
		seed->vtid = tid;
}

int proc_seed_read(const char *root, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	char path[PATH_MAX];
	int dir, rc = 0;

	snprintf(path, sizeof(path), "%s/proc/%u", root, pid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -ENOENT;
	ret_seed->pid = ret_seed->tid = pid;
	if (parts & SEED_TEXT)
		rc = read_texts(dir, ret_seed);
	if (parts & SEED_IDS) {
		read_status(dir, ret_seed);
		read_stat(dir, ret_seed);
	}
	if (parts & SEED_CGROUP)
		read_cgroups(dir, ret_seed);
	if (parts & SEED_ENV)
		read_environment(dir, ret_seed);
	if (parts & SEED_ROOT) {
		ret_seed->root_len = read_link(dir, "root", ret_seed->root, sizeof(ret_seed->root));
		ret_seed->parts |= SEED_ROOT;
	}
	if (parts & SEED_LOGIN)
		read_login(dir, ret_seed);
	if (parts & SEED_EXE_FILE)
		read_exe_file(dir, ret_seed);
	if (parts & SEED_LIMITS)
		read_limits(dir, ret_seed);
	close(dir);
	return rc;
}
