/* SPDX-License-Identifier: Apache-2.0 */
#include "process_signal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NS_PER_S 1000000000u
/* Fields of /proc/PID/stat behind the name, before the start time: proc(5). */
#define FIELDS_BEFORE_START 19

/* A file of /proc/PID as text, cut to size. Returns 0 or -errno. */
static int read_text(uint32_t pid, const char *file, char *ret_text, size_t size)
{
	char path[32];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	len = read(fd, ret_text, size - 1);
	close(fd);
	if (len <= 0)
		return -ESRCH;
	ret_text[len] = '\0';
	return 0;
}

/* The start time in clock ticks after boot; 0, or -errno. */
static int start_ticks(uint32_t pid, uint64_t *ret_ticks)
{
	char text[1024], *at;
	int rc = read_text(pid, "stat", text, sizeof(text));

	if (rc < 0)
		return rc;
	/* The name may hold anything, also parentheses. */
	at = strrchr(text, ')');
	for (int i = 0; at && i <= FIELDS_BEFORE_START; i++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -EBADMSG;
	*ret_ticks = strtoull(at + 1, NULL, 10);
	return 0;
}

/* The kernel rounds down (nsec_to_clock_t()); a row may have come from there as well. */
static int check_start(uint32_t pid, uint64_t start_boot_ns)
{
	uint64_t tick_ns = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK), ticks = 0;
	int rc = start_boot_ns ? start_ticks(pid, &ticks) : 0;

	if (rc < 0 || !start_boot_ns)
		return rc;
	return ticks == start_boot_ns / tick_ns ? 0 : -ESRCH;
}

int process_signal_open(uint32_t pid, uint64_t start_boot_ns)
{
	int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0u);
	int rc;

	if (fd < 0)
		return -errno;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	/* Whoever has the pid now is held: what /proc says is said of that one. */
	rc = check_start(pid, start_boot_ns);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int process_signal_name(uint32_t pid, char *ret_name, size_t size)
{
	int rc = read_text(pid, "comm", ret_name, size);
	size_t len = rc == 0 ? strlen(ret_name) : 0;

	if (len && ret_name[len - 1] == '\n')
		ret_name[len - 1] = '\0';
	return rc;
}

int process_signal_send(int fd, int sig)
{
	return syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0u) < 0 ? -errno : 0;
}
