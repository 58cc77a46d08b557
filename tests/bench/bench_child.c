/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_child.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICK_NS 1000000ull
#define MEANWHILE_MS 1

/* In the child: what its family works on. */
static int zero_fd, listener, datagram;
static struct sockaddr_in address = { .sin_family = AF_INET };

static void begin_read(void)
{
	zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
}

static void run_read(void)
{
	char byte;

	if (syscall(SYS_read, zero_fd, &byte, 1) != 1)
		abort();
}

static void run_getppid(void)
{
	syscall(SYS_getppid);
}

static void run_open(void)
{
	long fd = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY, 0);

	syscall(SYS_close, fd);
}

static void run_stat(void)
{
	char stat[512];

	syscall(SYS_newfstatat, AT_FDCWD, "/dev/null", stat, 0);
}

static void run_mmap(void)
{
	long at = syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	syscall(SYS_munmap, at, 4096);
}

static void begin_connect(void)
{
	socklen_t len = sizeof(address);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (void *)&address, len) < 0 || listen(listener, 8) < 0 ||
	    getsockname(listener, (void *)&address, &len) < 0)
		abort();
}

/* Both ends; closed with a reset, so that no port waits. */
static void run_connect(void)
{
	struct linger reset = { .l_onoff = 1 };
	int peer, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (void *)&address, sizeof(address)) < 0)
		abort();
	peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	close(peer);
}

static void begin_send(void)
{
	begin_connect();
	datagram = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static void run_send(void)
{
	char bytes[64] = { 0 };

	if (sendto(datagram, bytes, sizeof(bytes), 0, (void *)&address, sizeof(address)) < 0)
		abort();
}

static void run_exec(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

const struct bench_family bench_families[] = {
	{ .name = "read",
	  .begin = begin_read,
	  .run = run_read,
	  .nrs = { SYS_read },
	  .nrs_len = 1,
	  .count = 300000 },
	{ .name = "raw (getppid)",
	  .run = run_getppid,
	  .nrs = { SYS_getppid },
	  .nrs_len = 1,
	  .count = 300000 },
	{ .name = "open, close",
	  .run = run_open,
	  .nrs = { SYS_openat, SYS_close },
	  .nrs_len = 2,
	  .count = 60000 },
	{ .name = "stat",
	  .run = run_stat,
	  .nrs = { SYS_newfstatat },
	  .nrs_len = 1,
	  .count = 100000 },
	{ .name = "mmap, munmap",
	  .run = run_mmap,
	  .nrs = { SYS_mmap, SYS_munmap },
	  .nrs_len = 2,
	  .count = 60000 },
	{ .name = "connect",
	  .begin = begin_connect,
	  .run = run_connect,
	  .nrs = { SYS_socket, SYS_connect, SYS_accept4, SYS_close },
	  .nrs_len = 4,
	  .count = 6000 },
	{ .name = "sendto",
	  .begin = begin_send,
	  .run = run_send,
	  .nrs = { SYS_sendto },
	  .nrs_len = 1,
	  .count = 60000 },
	{ .name = "fork, exec",
	  .run = run_exec,
	  .nrs = { SYS_clone, SYS_vfork, SYS_execve, SYS_exit_group, SYS_wait4 },
	  .nrs_len = 5,
	  .count = 200 },
};
const size_t bench_families_len = sizeof(bench_families) / sizeof(bench_families[0]);

static uint64_t child_now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* What is asked of the child: rate 0 is as fast as it can, for the family's count. */
struct request {
	double rate, seconds;
};

static double run_all(const struct bench_family *family)
{
	uint64_t began = child_now_ns(CLOCK_PROCESS_CPUTIME_ID);

	for (long i = 0; i < family->count; i++)
		family->run();
	return (double)(child_now_ns(CLOCK_PROCESS_CPUTIME_ID) - began) / (double)family->count;
}

/* Bursts once a tick; what could not be made in time is not made up for. */
static double run_paced(const struct bench_family *family, const struct request *request)
{
	uint64_t next = child_now_ns(CLOCK_MONOTONIC);
	uint64_t end = next + (uint64_t)(request->seconds * 1e9);
	long burst = (long)(request->rate * (double)TICK_NS / 1e9);

	while (child_now_ns(CLOCK_MONOTONIC) < end) {
		struct timespec until;

		for (long i = 0; i < burst; i++)
			family->run();
		next += TICK_NS;
		until = (struct timespec){ .tv_sec = (time_t)(next / 1000000000u),
					   .tv_nsec = (long)(next % 1000000000u) };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	}
	return 0;
}

static int child_main(const struct bench_family *family, int ask, int answer)
{
	struct request request;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (family->begin)
		family->begin();
	while (read(ask, &request, sizeof(request)) == sizeof(request)) {
		double cost = request.rate > 0 ? run_paced(family, &request) : run_all(family);

		if (write(answer, &cost, sizeof(cost)) != sizeof(cost))
			return 1;
	}
	return 0;
}

void bench_child_start(struct bench_child *child, const struct bench_family *family)
{
	int ask[2], answer[2];

	if (pipe2(ask, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0)
		abort();
	fflush(stdout);
	child->pid = fork();
	if (child->pid == 0) {
		close(ask[1]);
		_exit(child_main(family, ask[0], answer[1]));
	}
	close(ask[0]);
	close(answer[1]);
	child->ask_fd = ask[1];
	child->answer_fd = answer[0];
}

void bench_child_stop(struct bench_child *child)
{
	close(child->ask_fd);
	close(child->answer_fd);
	/* A child that was started later holds the pipe too: its end does not tell this one. */
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
}

void bench_child_pace(struct bench_child *child, double rate, double seconds)
{
	struct request request = { .rate = rate, .seconds = seconds };

	if (write(child->ask_fd, &request, sizeof(request)) != sizeof(request))
		abort();
}

void bench_child_paced(struct bench_child *child)
{
	double cost;

	if (read(child->answer_fd, &cost, sizeof(cost)) != sizeof(cost))
		abort();
}

double bench_child_run(struct bench_child *child, bench_meanwhile meanwhile, void *ctx)
{
	struct pollfd done = { .fd = child->answer_fd, .events = POLLIN };
	double cost;

	bench_child_pace(child, 0, 0);
	while (meanwhile && poll(&done, 1, MEANWHILE_MS) == 0)
		meanwhile(ctx);
	if (read(child->answer_fd, &cost, sizeof(cost)) != sizeof(cost))
		abort();
	return cost;
}
