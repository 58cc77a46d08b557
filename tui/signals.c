/* SPDX-License-Identifier: Apache-2.0 */
/* Signals through a pipe, see signals.h. The static data are what a handler may touch. */
#include "signals.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#define SIGNALS_GRACE_S 2 /* from being asked to leave to leaving without the terminal's help */

static const int caught[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH };
#define CAUGHT_LEN (sizeof(caught) / sizeof(caught[0]))

static struct sigaction before[CAUGHT_LEN], alarm_before;
static int pipe_fds[2] = { -1, -1 };

static void (*restore_terminal)(void);

/*
 * The loop did not leave when it was asked to: it waits for a terminal that takes no output, and
 * would wait for ever.
 */
static void stuck_handler(int sig)
{
	restore_terminal();
	_exit(128 + SIGTERM);
}

static void signal_handler(int sig)
{
	int saved = errno;
	unsigned char byte = (unsigned char)sig;
	/* A full pipe holds thousands of signals that nobody has read: one more changes nothing. */
	ssize_t written = write(pipe_fds[1], &byte, 1);

	(void)written;
	if (sig == SIGINT || sig == SIGQUIT || sig == SIGTERM || sig == SIGHUP)
		alarm(SIGNALS_GRACE_S);
	errno = saved;
}

int signals_open(void (*restore)(void))
{
	struct sigaction action = { .sa_handler = signal_handler, .sa_flags = SA_RESTART };

	struct sigaction stuck = { .sa_handler = stuck_handler };

	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	restore_terminal = restore;
	sigfillset(&action.sa_mask);
	sigaction(SIGALRM, &stuck, &alarm_before);
	for (size_t i = 0; i < CAUGHT_LEN; i++)
		sigaction(caught[i], &action, &before[i]);
	return 0;
}

void signals_close(void)
{
	alarm(0);
	sigaction(SIGALRM, &alarm_before, NULL);
	for (size_t i = 0; i < CAUGHT_LEN; i++)
		sigaction(caught[i], &before[i], NULL);
	for (size_t i = 0; i < 2; i++) {
		close(pipe_fds[i]);
		pipe_fds[i] = -1;
	}
}

int signals_fd(void)
{
	return pipe_fds[0];
}

int signals_next(void)
{
	unsigned char byte;

	return read(pipe_fds[0], &byte, 1) == 1 ? byte : 0;
}

void signals_stay(void)
{
	alarm(0);
}

void signals_stop(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL }, ours;
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigaction(SIGTSTP, &standard, &ours);
	pthread_sigmask(SIG_UNBLOCK, &set, &old);
	/* To the process: all threads stop with this one. */
	kill(getpid(), SIGTSTP);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	sigaction(SIGTSTP, &ours, NULL);
}
