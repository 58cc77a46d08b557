/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/schema/render.h"

#define END_WAIT_MS 1000

void command_init(struct command *command)
{
	*command = (struct command){ .go_fd = -1, .pid_fd = -1, .output_fd = -1 };
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void command_release_all(struct command *command)
{
	/* A child that still waits reads the end of the pipe and leaves. */
	close_fd(&command->go_fd);
	if (command->pid > 0 && !command_poll(command)) {
		struct pollfd ended = { .fd = command->pid_fd, .events = POLLIN };

		kill(command->pid, SIGTERM);
		if (poll(&ended, 1, END_WAIT_MS) > 0)
			command_poll(command);
	}
	close_fd(&command->pid_fd);
	close_fd(&command->output_fd);
	command->pid = 0;
}

/* 0 when path is a file that this process may execute. */
static int check_executable(const char *path)
{
	struct stat info;

	if (stat(path, &info) < 0)
		return -errno;
	if (!S_ISREG(info.st_mode) || access(path, X_OK) < 0)
		return -EACCES;
	return 0;
}

static int take_path(const char *path, char **ret_path)
{
	char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	*ret_path = copy;
	return 0;
}

int command_resolve(const char *name, char **ret_path)
{
	const char *dir = getenv("PATH");
	char path[PATH_MAX];
	int result = -ENOENT;

	if (!*name)
		return -ENOENT;
	if (strchr(name, '/')) {
		result = check_executable(name);
		return result < 0 ? result : take_path(name, ret_path);
	}
	if (!dir)
		dir = "/bin:/usr/bin";
	for (;;) {
		size_t len = strcspn(dir, ":");
		int written = snprintf(path, sizeof(path), "%.*s%s%s", (int)len, dir,
				       len ? "/" : "./", name);
		int rc = written < 0 || (size_t)written >= sizeof(path) ? -ENAMETOOLONG
									: check_executable(path);

		if (rc == 0)
			return take_path(path, ret_path);
		if (rc == -EACCES)
			result = rc;
		if (!dir[len])
			return result;
		dir += len + 1;
	}
}

static void redirect_io(int output_fd)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		dup2(fd, STDIN_FILENO);
	dup2(output_fd, STDOUT_FILENO);
	dup2(output_fd, STDERR_FILENO);
}

/* The child: nothing here may return. */
__attribute__((noreturn)) static void child_main(int wait_fd, const char *path, char *const *argv)
{
	char safe[512];
	struct text_buf buf;
	sigset_t none;
	ssize_t got;
	int failure;
	char byte;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* It does not outlive a saker that is killed; prctl(2): execve keeps this. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* All that takes system calls is done: what follows is counted as COMMAND's. */
	do
		got = read(wait_fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		_exit(COMMAND_STATUS_NOT_RUN);
	execv(path, argv);
	failure = errno;
	text_buf_init(&buf, safe, sizeof(safe));
	text_buf_add_safe(&buf, argv[0], strlen(argv[0]));
	dprintf(STDERR_FILENO, "saker: %s: %s\n", safe, strerror(failure));
	_exit(failure == ENOENT ? COMMAND_STATUS_NOT_FOUND : COMMAND_STATUS_NOT_RUN);
}

int command_fork(struct command *command, const char *path, char *const *argv, enum command_io io)
{
	int go[2], output[2] = { -1, -1 }, rc;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) < 0)
		return -errno;
	if (io == COMMAND_IO_PIPED && pipe2(output, O_CLOEXEC) < 0) {
		rc = -errno;
		close(go[0]);
		close(go[1]);
		return rc;
	}
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		if (io == COMMAND_IO_PIPED)
			redirect_io(output[1]);
		child_main(go[0], path, argv);
	}
	rc = pid < 0 ? -errno : 0;
	close(go[0]);
	close_fd(&output[1]);
	if (rc == 0) {
		command->pid = pid;
		command->pid_fd = pidfd_open(pid, 0);
		if (command->pid_fd < 0)
			rc = -errno;
	}
	/* Without its pipe a child that was made leaves at once. */
	if (rc < 0) {
		close(go[1]);
		close_fd(&output[0]);
		return rc;
	}
	command->go_fd = go[1];
	command->output_fd = output[0];
	/* Of the reading end alone: COMMAND's writes block as they do everywhere. */
	if (output[0] >= 0)
		fcntl(output[0], F_SETFL, O_NONBLOCK);
	return 0;
}

void command_release(struct command *command)
{
	/* A failed write means that the child is gone: command_poll() tells. */
	if (command->go_fd >= 0 && write(command->go_fd, "", 1) < 0)
		command->ended = command_poll(command);
	close_fd(&command->go_fd);
}

bool command_poll(struct command *command)
{
	int status;

	if (command->ended || command->pid <= 0)
		return command->ended;
	if (waitpid(command->pid, &status, WNOHANG) != command->pid)
		return false;
	command->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	command->ended = true;
	return true;
}
