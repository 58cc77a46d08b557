/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 32-bit program of arm for test_compat_arm.c, without a C library.
 *   argv[1] a number   makes that call of arm_calls.h
 *   "all" FD           makes known calls; FD is a pipe
 *   "become" PROGRAM   becomes that by execveat
 */
#include "arm_calls.h"

#define NR_EXIT 1
#define NR_FORK 2
#define NR_WRITE 4
#define NR_GETPID 20
#define NR_NICE 34
#define NR_WAIT4 114
#define NR_OPENAT 322
#define NR_SOCKET 281
#define NR_EXECVEAT 387
#define AT_FDCWD -100

static struct arm_data data __attribute__((aligned(4096))) = {
	.path = "/nonexistent",
	.link = "/proc/self/exe",
	.text = "hello world",
	.name = "user.name",
	.half_ms = { 0, 500000 },
	.timeval = { 1, 500000 },
	.time64 = { 0, 500000 },
	.limits = { 100, ~0u },
	.set = { 1u << 9, 0 },
	.action = { 1, 0, 0, 1u << 11, 0 },
	.address = { 2, 0x0900, { 127, 0, 0, 1 } },
};
#define D(field) ((long)&data.field)

static long call(long nr, const long *args)
{
	register long r7 __asm__("r7") = nr;
	register long r0 __asm__("r0") = args[0];
	register long r1 __asm__("r1") = args[1];
	register long r2 __asm__("r2") = args[2];
	register long r3 __asm__("r3") = args[3];
	register long r4 __asm__("r4") = args[4];
	register long r5 __asm__("r5") = args[5];

	__asm__ volatile("svc 0"
			 : "+r"(r0)
			 : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
			 : "memory");
	return r0;
}

static long call3(long nr, long a, long b, long c)
{
	const long args[6] = { a, b, c };

	return call(nr, args);
}

static long messages_call(int which, const long *five)
{
	static const long numbers[] = { 281, 282, 286, 283, 374, 365 };
	const long args[6] = { five[0], five[1], five[2], five[3], five[4] };

	return call(numbers[which], args);
}
#define MESSAGES_CALL messages_call
#include "messages.h"

static int number(const char *text)
{
	int value = 0;

	while (*text)
		value = value * 10 + (*text++ - '0');
	return value;
}

/* 0: its result was the right one. */
static int one(int which)
{
#define CALL(name, nr, err, row, line, ...) { nr, err, { __VA_ARGS__ } },
	static const struct {
		long nr, err, args[6];
	} calls[] = { ARM_CALLS };
	long ret;

	data.vector[0].base = D(text);
	data.vector[0].len = 5;
	data.vector[1].base = D(text) + 6;
	data.vector[1].len = 5;
	data.message.iov = D(vector);
	data.message.iov_len = 2;
	data.argv[0] = D(name);
	data.argv[1] = D(text);
	ret = call(calls[which].nr, calls[which].args);
	return calls[which].err ? ret != -calls[which].err : ret < 0;
}

static int all(int fd)
{
	long pid, status = 0;

	for (int i = 0; i < 3; i++)
		call3(NR_GETPID, 0, 0, 0);
	for (int i = 0; i < 2; i++)
		call3(NR_OPENAT, AT_FDCWD, D(path), 0);
	if (call3(NR_WRITE, fd, D(text), 5) != 5)
		return 2;
	if (call3(NR_SOCKET, 1, 1, 0) < 0)
		return 3;
	call3(NR_NICE, 0, 0, 0);
	call3(5000, 0, 0, 0);
	pid = call3(NR_FORK, 0, 0, 0);
	if (pid == 0)
		call3(NR_EXIT, 5, 0, 0);
	if (call3(NR_WAIT4, pid, (long)&status, 0) != pid || status != 5 << 8)
		return 4;
	return messages_move() ? 5 : 0;
}

__attribute__((used)) void start_work(const long *stack)
{
	const char *what = (const char *)stack[2], *with = (const char *)stack[3];
	const long argv[2] = { (long)with, 0 };
	const long execveat[6] = { AT_FDCWD, (long)with, (long)argv, 0, 0, 0 };
	long status = 9;

	data.status = 1;
	if (what[0] == 'a')
		status = all(number(with));
	else if (what[0] == 'b')
		call(NR_EXECVEAT, execveat);
	else
		status = one(number(what));
	call3(NR_EXIT, status, 0, 0);
}

__asm__(".globl _start\n_start: mov r0, sp\n\tb start_work\n");
