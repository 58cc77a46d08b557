/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_maps FILE.bpf.o [ROUNDS]: what each way to count costs over an empty exit hook, for getppid
 * from one and from two threads and for a 1-byte read of /dev/zero. Hooks take turns within a
 * round; printed are the median of the differences to the empty hook of the same round, their
 * quartiles, and the ratio of the whole call to a bare one.
 */
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HOOKS_MAX 32
#define ROUNDS_MAX 400
#define CALLS 4000
#define REPEATS 6

enum kind { GETPPID, GETPPID_TWO, READ, KIND_COUNT };
static const char *const kind_names[KIND_COUNT] = {
	[GETPPID] = "getppid",
	[GETPPID_TWO] = "getppid x2",
	[READ] = "read",
};

static struct bpf_program *hooks[HOOKS_MAX]; /* hooks[0] is NULL: bare */
static size_t hooks_len = 1;
static double ns[KIND_COUNT][HOOKS_MAX][ROUNDS_MAX];
static int zero_fd;

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* The best of some runs: what else happens on the machine only ever adds. */
static double best_of(enum kind kind)
{
	double best = 1e18;
	char byte;

	for (int repeat = 0; repeat < REPEATS; repeat++) {
		double begin = now_ns(), each;

		for (int i = 0; i < CALLS; i++) {
			if (kind != READ)
				syscall(SYS_getppid);
			else if (syscall(SYS_read, zero_fd, &byte, 1) != 1)
				exit(1);
		}
		each = (now_ns() - begin) / CALLS;
		best = each < best ? each : best;
	}
	return best;
}

static void *second_thread(void *arg)
{
	int *stop = arg;

	while (!__atomic_load_n(stop, __ATOMIC_RELAXED))
		syscall(SYS_getppid);
	return NULL;
}

static double measure(enum kind kind)
{
	pthread_t thread;
	int stop = 0;
	double result;

	if (kind != GETPPID_TWO)
		return best_of(kind);
	if (pthread_create(&thread, NULL, second_thread, &stop))
		exit(1);
	result = best_of(kind);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	return result;
}

static void round_run(unsigned round)
{
	for (size_t turn = 0; turn < hooks_len; turn++) {
		size_t hook = (turn + round) % hooks_len;
		struct bpf_link *link = hooks[hook] ? bpf_program__attach(hooks[hook]) : NULL;

		measure(GETPPID);
		for (int kind = 0; kind < KIND_COUNT; kind++)
			ns[kind][hook][round] = measure((enum kind)kind);
		bpf_link__destroy(link);
	}
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static void report(unsigned rounds, size_t empty)
{
	double over[ROUNDS_MAX], ratio[ROUNDS_MAX];

	for (int kind = 0; kind < KIND_COUNT; kind++) {
		for (size_t hook = 0; hook < hooks_len; hook++) {
			for (unsigned i = 0; i < rounds; i++) {
				over[i] = ns[kind][hook][i] - ns[kind][empty][i];
				ratio[i] = ns[kind][hook][i] / ns[kind][0][i];
			}
			qsort(over, rounds, sizeof(*over), compare);
			qsort(ratio, rounds, sizeof(*ratio), compare);
			printf("%-11s %-13s %+7.1f ns [%+.1f %+.1f]  x%.2f of bare\n",
			       kind_names[kind],
			       hooks[hook] ? bpf_program__name(hooks[hook]) : "bare",
			       over[rounds / 2], over[rounds / 4], over[rounds * 3 / 4],
			       ratio[rounds / 2]);
		}
	}
}

/* A forked child has an fd table no larger than its descriptors need. */
static void in_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		return;
	exit(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
									     : 1);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 20;
	struct bpf_object *object;
	struct bpf_program *program;
	size_t empty = 0;

	if (argc < 2 || rounds == 0 || rounds > ROUNDS_MAX)
		return 2;
	in_child();
	zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	object = bpf_object__open_file(argv[1], NULL);
	if (zero_fd < 0 || !object || bpf_object__load(object))
		return 1;
	bpf_object__for_each_program (program, object) {
		if (hooks_len == HOOKS_MAX)
			break;
		if (strcmp(bpf_program__name(program), "empty") == 0)
			empty = hooks_len;
		hooks[hooks_len++] = program;
	}
	for (unsigned round = 0; round < rounds; round++)
		round_run(round);
	report(rounds, empty);
	bpf_object__close(object);
	return 0;
}
