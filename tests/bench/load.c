/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load KIND COUNT: makes COUNT operations of a kind and prints the ns of one. The best of five runs:
 * what else happens on the machine only ever adds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int zero_fd;

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
	{ .name = "getppid", .run = do_getppid },
	{ .name = "read", .run = do_read },
	{ .name = "open", .run = do_open },
	{ .name = "exec", .run = do_exec },
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[2]) : 0;
	double best = 1e18;

	zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	for (size_t k = 0; argc > 2 && k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		if (strcmp(kinds[k].name, argv[1]) != 0)
			continue;
		for (int run = 0; run < 5; run++) {
			double start = now_ns(), each;

			for (long i = 0; i < count; i++)
				kinds[k].run();
			each = (now_ns() - start) / (double)count;
			if (each < best)
				best = each;
		}
		printf("%.1f\n", best);
		return 0;
	}
	fprintf(stderr, "usage: load getppid|read|open|exec COUNT\n");
	return 2;
}
