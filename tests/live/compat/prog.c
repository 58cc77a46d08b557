/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 32-bit program of known calls, for test_compat.c: needs no C library, so that every compiler of
 * x86_64 makes it (-m32 -nostdlib). argv[1] is the descriptor of a pipe; argv[2], where there is
 * one, a program that it becomes by execveat.
 */
#define NR_EXIT 1
#define NR_FORK 2
#define NR_WRITE 4
#define NR_WAITPID 7
#define NR_GETPID 20
#define NR_NICE 34
#define NR_GETPPID 64
#define NR_SIGACTION 67
#define NR_SOCKETCALL 102
#define NR_IPC 117
#define NR_OPENAT 295
#define NR_EXECVEAT 358
#define AT_FDCWD -100
#define SOCKET 1
#define SEND 9
#define MSGGET 13
#define AT_SYSINFO 32 /* include/uapi/asm/auxvec.h: where the vDSO enters the kernel */

static long vsyscall;

static long call(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return ret;
}

/* By number, or inside socketcall. */
static int inside_socketcall;

static long messages_call(int which, const long *args)
{
	static const struct {
		long nr, sub;
	} numbers[] = { { 359, 1 }, { 361, 2 }, { 367, 6 }, { 362, 3 }, { 345, 20 }, { 337, 19 } };
	long ret;

	if (inside_socketcall)
		return call(NR_SOCKETCALL, numbers[which].sub, (long)args, 0);
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(numbers[which].nr), "b"(args[0]), "c"(args[1]), "d"(args[2]),
			   "S"(args[3]), "D"(args[4])
			 : "memory");
	return ret;
}
#define MESSAGES_CALL messages_call
#include "messages.h"

static long execveat(const char *path, const char *const *argv)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(NR_EXECVEAT), "b"(AT_FDCWD), "c"(path), "d"(argv), "S"(0), "D"(0)
			 : "memory");
	return ret;
}

static long fast_call(long nr)
{
	long ret;

	__asm__ volatile("call *%1" : "=a"(ret) : "m"(vsyscall), "a"(nr) : "memory");
	return ret;
}

static void find_vsyscall(long *stack)
{
	while (*stack++)
		; /* arguments */
	while (*stack++)
		; /* environment */
	for (; stack[0]; stack += 2)
		if (stack[0] == AT_SYSINFO)
			vsyscall = stack[1];
}

static int number(const char *text)
{
	int value = 0;

	while (*text)
		value = value * 10 + (*text++ - '0');
	return value;
}

static int work(int fd)
{
	static const long socket_args[3] = { 1, 1, 0 };
	const long send_args[4] = { fd, (long)"abc", 3, 0 };
	long action[4] = { 1, 0, 0, 0 }, status = 0, pid;

	for (int i = 0; i < 3; i++)
		call(NR_GETPID, 0, 0, 0);
	for (int i = 0; i < 4 && vsyscall; i++)
		fast_call(NR_GETPPID);
	for (int i = 0; i < 2; i++)
		call(NR_OPENAT, -100, (long)"/nonexistent", 0);
	if (call(NR_WRITE, fd, (long)"12345", 5) != 5)
		return 2;
	for (int i = 0; i < 2; i++)
		if (call(NR_SOCKETCALL, SOCKET, (long)socket_args, 0) < 0)
			return 3;
	call(NR_SOCKETCALL, SEND, (long)send_args, 0);
	call(NR_IPC, MSGGET, 0x77777777, 0);
	call(NR_SIGACTION, 10, (long)action, 0);
	call(NR_NICE, 0, 0, 0);
	call(5000, 0, 0, 0);
	pid = call(NR_FORK, 0, 0, 0);
	if (pid == 0)
		call(NR_EXIT, 5, 0, 0);
	if (call(NR_WAITPID, pid, (long)&status, 0) != pid || status != 5 << 8)
		return 4;
	for (inside_socketcall = 0; inside_socketcall < 2; inside_socketcall++)
		if (messages_move())
			return 5;
	return vsyscall ? 0 : 9;
}

__attribute__((used)) void start_work(long *stack)
{
	const char *become = stack[0] > 2 ? (const char *)stack[3] : 0;
	const char *const argv[] = { become, 0 };
	long status;

	find_vsyscall(stack + 1);
	status = work(number((const char *)stack[2]));
	if (become && !status)
		status = execveat(become, argv);
	call(NR_EXIT, status, 0, 0);
}

__asm__(".globl _start\n_start: mov %esp, %eax\npush %eax\ncall start_work\n");
