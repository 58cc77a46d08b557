/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "alert_sink.h"
#include "output.h"
#include "state/base/nearest.h"
#include "state/container_wanted.h"
#include "probe/schema/render.h"

#define NS_PER_S 1000000000ull

static void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

void session_init(struct session *session, const struct session_start *start)
{
	sigset_t set;

	*session = (struct session){
		.command = start->command,
		.out = start->out,
		.output = start->options->output,
		.reopens = alert_sink_has_file(start->engine.alerts),
		.containers = &start->options->containers,
		.signal_fd = -1,
		.timer_fd = -1,
		.wake_fd = -1,
	};
	ending_signals(&set);
	sigprocmask(SIG_BLOCK, &set, &session->old_mask);
	signal(SIGPIPE, SIG_IGN);
}

static int open_timer(uint64_t after_ns)
{
	struct itimerspec when = {
		.it_value = { .tv_sec = (time_t)(after_ns / NS_PER_S),
			      .tv_nsec = (long)(after_ns % NS_PER_S) },
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	/* Without -M it is never armed. */
	if (fd >= 0 && after_ns)
		timerfd_settime(fd, 0, &when, NULL);
	return fd;
}

int session_open(struct session *session, const struct session_start *start,
		 struct probe_error *err)
{
	sigset_t set;
	int rc;

	ending_signals(&set);
	session->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	session->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (session->signal_fd < 0 || session->wake_fd < 0)
		goto fail;
	rc = engine_start(&start->engine, &session->engine, err);
	if (rc < 0)
		return rc;
	session->timer_fd = open_timer(start->options->stop_ns);
	if (session->timer_fd < 0)
		goto fail;
	command_release(&session->command);
	return 0;
fail:
	rc = -errno;
	snprintf(err->what, sizeof(err->what), "cannot start: %s", strerror(errno));
	err->remedy[0] = '\0';
	return rc;
}

/* Handles one signal. Returns whether the run ends now. */
static bool take_signal(struct session *session)
{
	struct signalfd_siginfo info;

	if (read(session->signal_fd, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo == SIGHUP && session->reopens) {
		engine_reopen_alerts(session->engine);
		return false;
	}
	session->signalled = true;
	/* From now on a second signal has its default effect, even when something hangs. */
	sigprocmask(SIG_SETMASK, &session->old_mask, NULL);
	if (session->command.pid <= 0 || session->command.ended)
		return true;
	/* The terminal sends Ctrl-C and Ctrl-\ to COMMAND as well. */
	if ((info.ssi_signo != SIGINT && info.ssi_signo != SIGQUIT) || info.ssi_code != SI_KERNEL)
		kill(session->command.pid, (int)info.ssi_signo);
	return false;
}

static bool take_number(int fd)
{
	uint64_t value;

	return read(fd, &value, sizeof(value)) == sizeof(value);
}

enum session_event session_wait(struct session *session)
{
	enum { SIGNAL, COMMAND, TIMER, WAKE, OUT, ENGINE, FDS };
	struct pollfd fds[FDS] = {
		[SIGNAL] = { .fd = session->signal_fd, .events = POLLIN },
		[COMMAND] = { .fd = session->command.ended ? -1 : session->command.pid_fd,
			      .events = POLLIN },
		[TIMER] = { .fd = session->timer_fd, .events = POLLIN },
		[WAKE] = { .fd = session->wake_fd, .events = POLLIN },
		/* No events: only POLLERR, a pipe whose reader is gone. */
		[OUT] = { .fd = session->out ? fileno(session->out) : -1 },
		[ENGINE] = { .fd = engine_fd(session->engine), .events = POLLIN },
	};

	for (;;) {
		if (poll(fds, FDS, -1) < 0) {
			if (errno == EINTR)
				continue;
			return SESSION_TIME_OVER; /* no memory to wait with */
		}
		if (fds[SIGNAL].revents && take_signal(session))
			return SESSION_SIGNALLED;
		if (fds[COMMAND].revents && command_poll(&session->command))
			return SESSION_COMMAND_ENDED;
		if (fds[TIMER].revents && take_number(session->timer_fd))
			return SESSION_TIME_OVER;
		if (fds[WAKE].revents && take_number(session->wake_fd))
			return SESSION_WOKEN;
		if (fds[OUT].revents & POLLERR)
			return SESSION_OUTPUT_CLOSED;
		if (fds[ENGINE].revents && take_number(engine_fd(session->engine)))
			return SESSION_SNAPSHOT;
	}
}

void session_wait_end(struct session *session, atomic_bool *ended)
{
	while (!atomic_load(ended)) {
		switch (session_wait(session)) {
		case SESSION_SNAPSHOT:
		case SESSION_WOKEN: break;
		case SESSION_OUTPUT_CLOSED:
		case SESSION_TIME_OVER:
		case SESSION_SIGNALLED: atomic_store(ended, true); return;
		/* What COMMAND did last is still to come. */
		case SESSION_COMMAND_ENDED: return;
		}
	}
}

void session_wake(struct session *session)
{
	uint64_t one = 1;

	/* EAGAIN: it is awake. */
	if (write(session->wake_fd, &one, sizeof(one)) < 0)
		return;
}

void session_stop(struct session *session, struct snapshot **ret_last)
{
	/* The engine may wait for a reader who takes nothing: from now on a signal ends us. */
	sigprocmask(SIG_SETMASK, &session->old_mask, NULL);
	engine_stop(session->engine, ret_last);
	session->engine = NULL;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

int session_close(struct session *session)
{
	int status = 0, rc;

	engine_stop(session->engine, NULL);
	session->engine = NULL;
	if (command_poll(&session->command))
		status = session->command.status;
	command_release_all(&session->command);
	rc = session->out ? output_close(session->out) : 0;
	if (session->write_error)
		rc = session->write_error;
	if (rc < 0 && rc != -EPIPE) {
		output_say(session->output, rc);
		status = status ? status : 1;
	}
	close_fd(session->signal_fd);
	close_fd(session->timer_fd);
	close_fd(session->wake_fd);
	return status;
}

int session_fail(struct session *session, const struct probe_error *err)
{
	fprintf(stderr, "saker: %s\n", err->what);
	if (*err->remedy)
		fprintf(stderr, "saker: %s\n", err->remedy);
	session_close(session);
	return 1;
}

/* Is the value a name, an id or the beginning of one? As container_wanted.h, from what is shown. */
static bool names_container(const char *value, const struct container_row *row)
{
	size_t shown = strlen(row->id), len = strlen(value);

	return !strcmp(row->name, value) || !strcmp(row->id, value) ||
	       (container_value_is_digits(value) &&
		!strncmp(row->id, value, len < shown ? len : shown));
}

/* "no container web was seen; did you mean web1?", or which there are. */
static void print_missed(const struct snapshot *last, const char *value)
{
	struct nearest nearest = { .wrong = value };
	char text[512];
	struct text_buf buf;

	text_buf_init(&buf, text, sizeof(text));
	text_buf_printf(&buf, "no container %s was seen", value);
	for (size_t i = 0; i < last->containers_len; i++) {
		if (names_container(value, &last->containers[i]))
			return;
		nearest_offer(&nearest, last->containers[i].name);
	}
	if (nearest.best) {
		text_buf_add(&buf, "; did you mean ");
		text_buf_add_safe(&buf, nearest.best, strlen(nearest.best));
		text_buf_add(&buf, "?");
	}
	for (size_t i = 0; i < last->containers_len && !nearest.best; i++) {
		const char *name = last->containers[i].name;

		text_buf_add(&buf, i ? ", " : "; there are ");
		text_buf_add_safe(&buf, name, strlen(name));
	}
	fprintf(stderr, "saker: %s\n", text);
}

void session_print_totals(const struct session *session, const struct snapshot *last)
{
	struct pollfd reader = { .fd = session->out ? fileno(session->out) : -1 };

	if (!last || (poll(&reader, 1, 0) > 0 && reader.revents & POLLERR))
		return;
	for (size_t i = 0; i < session->containers->len; i++)
		if (strcmp(session->containers->values[i], "host") != 0)
			print_missed(last, session->containers->values[i]);
	if (!session->signalled && !last->health.drops)
		return;
	fprintf(stderr, "saker: %s%" PRIu64 " calls, %" PRIu64 " events, %" PRIu64 " lost\n",
		last->health.inexact ? ">= " : "", last->health.calls, last->health.events,
		last->health.drops);
}
