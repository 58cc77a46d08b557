/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load KIND COUNT: makes COUNT operations of a kind and prints the ns of one, as CPU time of this
 * process and as time on the wall. The best of five runs: what else happens only ever adds.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/live/uring_child.h"

static int zero_fd;
static struct uring_child ring;

static void do_getppid(void)
{
	syscall(SYS_getppid);
}

static void do_read(void)
{
	char byte;

	if (syscall(SYS_read, zero_fd, &byte, 1) != 1)
		abort();
}

static void do_open(void)
{
	long fd = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0);

	syscall(SYS_close, fd);
}

/* To nobody: a datagram socket only notes where to. */
static void do_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(9),
				  .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		abort();
}

/* One request of io_uring that does nothing, and its io_uring_enter. */
static void do_nop(void)
{
	if (!ring.sqes && uring_child_open(&ring, 0) < 0)
		abort();
	uring_child_sqe(&ring, IORING_OP_NOP);
	if (uring_child_run(&ring) != 0)
		abort();
}

static void do_exec(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{ .name = "getppid", .run = do_getppid }, { .name = "read", .run = do_read },
	{ .name = "open", .run = do_open },       { .name = "exec", .run = do_exec },
	{ .name = "nop", .run = do_nop },         { .name = "connect", .run = do_connect },
};

static double now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

struct cost {
	double cpu_ns, wall_ns;
};

static struct cost measure(void (*run)(void), long count)
{
	struct cost best = { .cpu_ns = 1e18, .wall_ns = 1e18 };

	for (int round = 0; round < 5; round++) {
		double wall = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);

		for (long i = 0; i < count; i++)
			run();
		cpu = (now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu) / (double)count;
		wall = (now_ns(CLOCK_MONOTONIC) - wall) / (double)count;
		if (cpu < best.cpu_ns)
			best.cpu_ns = cpu;
		if (wall < best.wall_ns)
			best.wall_ns = wall;
	}
	return best;
}

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 0;

	zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	for (size_t k = 0; count > 0 && k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct cost cost;

		if (strcmp(kinds[k].name, argv[1]) != 0)
			continue;
		cost = measure(kinds[k].run, count);
		printf("%.1f %.1f\n", cost.cpu_ns, cost.wall_ns);
		return 0;
	}
	fprintf(stderr, "usage: load getppid|read|open|exec|nop|connect COUNT\n");
	return 2;
}
