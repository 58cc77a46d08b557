/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMMAND: a program that saker starts to watch it. It is forked before privileges are dropped,
 * with all that the caller may do, and waits on a pipe until it is in scope:
 *
 *   command_resolve -> command_fork -> (probe is loaded, scope is set) -> command_release -> wait
 *
 * Its first counted call is the read of that pipe, the second its execve.
 */
#ifndef TUI_COMMAND_H
#define TUI_COMMAND_H

#include <stdbool.h>
#include <sys/types.h>

#define COMMAND_STATUS_NOT_FOUND 127
#define COMMAND_STATUS_NOT_RUN 126

enum command_io {
	COMMAND_IO_SHARED, /* saker's stdin, stdout and stderr */
	COMMAND_IO_PIPED,  /* stdin is /dev/null, the others a pipe: the screen is the monitor's */
};

struct command {
	pid_t pid;     /* 0: none */
	int go_fd;     /* pipe that the child waits on; -1 once released */
	int pid_fd;    /* readable when the child has ended */
	int output_fd; /* what it writes, not blocking; -1 while its output is shared */
	int status;    /* as a shell's $?, valid when ended */
	bool ended;
};

void command_init(struct command *command);
/* Ends a child that still waits or runs (SIGTERM), reaps it if it goes within a second; closes. */
void command_release_all(struct command *command);

/*
 * Finds the file of argv[0] as execvp(3) does. Returns 0 with the path (the caller frees it),
 * -ENOENT when there is none, -EACCES when what is there cannot be executed, -ENOMEM.
 */
int command_resolve(const char *name, char **ret_path);
/* Forks. path and argv are not kept in the parent. Returns 0 or -errno. */
int command_fork(struct command *command, const char *path, char *const *argv, enum command_io io);
/* Lets it run. */
void command_release(struct command *command);
/* Looks whether it has ended; then status is set. */
bool command_poll(struct command *command);

#endif
