/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of the monitor. It polls keys, signals and the source; each turn handles all keys that
 * wait, takes at most one snapshot, and draws one frame. A flood of snapshots therefore never costs
 * a key press: rows are made anew only after as long a rest as making them took.
 */
#include "monitor.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "keys.h"
#include "request.h"
#include "signals.h"
#include "ui.h"

/* Keys handled between two frames; a paste may hold thousands. */
#define KEYS_PER_FRAME 64
/* Resting for as long as filling took, times this, leaves most of the thread to keys. */
#define FILL_REST 2

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

void monitor_say(struct monitor *monitor, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(monitor->status, sizeof(monitor->status), format, args);
	va_end(args);
}

/* A key that the table does not know: it may open a view. */
static void monitor_view_key(struct monitor *monitor, int key)
{
	const struct view_set *views = monitor->opts->views;
	char name[16];

	for (size_t i = 0; i < view_set_len(views); i++) {
		const struct view *view = view_set_at(views, i);

		if (view->key[0] && !view->key[1] && view->key[0] == key &&
		    !entity_is_page(view->entity)) {
			level_switch(monitor, view);
			return;
		}
	}
	if (key == INPUT_OTHER)
		return;
	key_text(key, name, sizeof(name));
	monitor_say(monitor, "%s does nothing here; ? lists the keys", name);
}

/* What pop-ups show of old snapshots would be room that newer events cannot have. */
static void release_closed(struct monitor *monitor)
{
	if (monitor->popup != POPUP_RULES)
		rule_picker_release(&monitor->rule_picker);
	if (monitor->popup != POPUP_ACTIONS && monitor->popup != POPUP_DRAFT &&
	    monitor->prompt.kind != PROMPT_SAVE && monitor->prompt.kind != PROMPT_DRAFT)
		action_forget_subject(monitor);
}

void monitor_key(struct monitor *monitor, int key)
{
	const struct key_row *row = key_find(key);

	*monitor->status = '\0';
	if (key == INPUT_F10) {
		monitor->quit = true;
	} else if (monitor->prompt.kind != PROMPT_NONE) {
		prompt_key(monitor, key);
	} else if (monitor->popup == POPUP_HELP) {
		help_key(monitor, key);
	} else if (monitor->popup == POPUP_DRAFT) {
		draft_key(monitor, key);
	} else if (monitor->popup == POPUP_RULES) {
		rule_picker_key(monitor, key);
	} else if (monitor->popup == POPUP_OUTPUT) {
		output_key(monitor, key);
	} else if (monitor->popup != POPUP_NONE) {
		picker_key(monitor, key);
	} else if (row) {
		request_do(monitor, (enum request)row->request);
	} else {
		monitor_view_key(monitor, key);
	}
	release_closed(monitor);
}

/* A terminal that is gone says so by its descriptor as well. */
static void monitor_hangup(struct monitor *monitor)
{
	const struct snapshot_source *source = monitor->source;

	if (!source->reopen) {
		monitor->quit = true;
		return;
	}
	signals_stay();
	source->reopen(source->ctx);
}

static void monitor_signal(struct monitor *monitor, int sig)
{
	switch (sig) {
	case SIGHUP: monitor_hangup(monitor); break;
	case SIGINT:
	case SIGQUIT:
	case SIGTERM: monitor->quit = true; break;
	case SIGTSTP:
		screen_suspend(monitor->screen);
		signals_stop();
		screen_resume(monitor->screen);
		break;
	case SIGCONT: screen_resume(monitor->screen); break;
	case SIGWINCH: screen_resize(monitor->screen); break;
	default: break;
	}
}

static void monitor_take_snapshot(struct monitor *monitor)
{
	struct snapshot *snapshot = monitor->source->snapshot(monitor->source->ctx);

	if (!snapshot)
		return;
	snapshot_unref(monitor->newest);
	monitor->newest = snapshot;
	/* Snapshots that only bring events are no refreshes. */
	if (snapshot->interval_ns && snapshot->time_ns != monitor->refreshed_ns) {
		monitor->refreshed_ns = snapshot->time_ns;
		monitor->refreshes++;
	}
	page_renew(monitor);
	save_take(monitor);
	if (level_snapshot(monitor) == snapshot)
		monitor->refill = true;
}

enum poll_slot { POLL_KEYS, POLL_SIGNALS, POLL_SOURCE, POLL_OUTPUT, POLL_COMMAND, POLL_COUNT };

/* When the loop must wake by itself: poll's timeout. */
static int monitor_timeout(uint64_t now, uint64_t wake_ns)
{
	if (!wake_ns)
		return -1;
	if (wake_ns <= now)
		return 0;
	return (int)((wake_ns - now) / 1000000 + 1 > 60000 ? 60000 : (wake_ns - now) / 1000000 + 1);
}

static void monitor_take_keys(struct monitor *monitor)
{
	monitor->keys_wait = true;
	for (int i = 0; i < KEYS_PER_FRAME && !monitor->quit; i++) {
		int key = screen_key(monitor->screen);

		if (key == INPUT_NONE) {
			monitor->keys_wait = false;
			return;
		}
		monitor_key(monitor, key);
	}
}

/* Handles what poll found; snapshots only when the rest is over. */
static void monitor_handle(struct monitor *monitor, const struct pollfd *fds)
{
	for (int sig; fds[POLL_SIGNALS].revents && (sig = signals_next()) != 0;)
		monitor_signal(monitor, sig);
	if (fds[POLL_KEYS].revents & POLLIN || monitor->keys_wait)
		monitor_take_keys(monitor);
	if (fds[POLL_KEYS].revents & (POLLHUP | POLLERR | POLLNVAL))
		monitor->quit = true;
	if (fds[POLL_OUTPUT].revents)
		output_take(monitor);
	if (fds[POLL_COMMAND].revents && command_poll(monitor->opts->command))
		monitor_say(monitor, "COMMAND ended with status %d",
			    monitor->opts->command->status);
	if (fds[POLL_SOURCE].revents) {
		uint64_t news;
		ssize_t got = read(monitor->source->fd, &news, sizeof(news));

		/* The end of the source: what was last seen stays on screen. */
		monitor->source_ended = !got || fds[POLL_SOURCE].revents & (POLLERR | POLLNVAL);
		monitor_take_snapshot(monitor);
	}
}

static void monitor_loop(struct monitor *monitor)
{
	const struct monitor_opts *opts = monitor->opts;
	const struct command *command = opts->command;
	uint64_t start = now_ns(), stop = opts->stop_ns ? start + opts->stop_ns : 0, rest = 0;

	while (!monitor->quit) {
		uint64_t now = now_ns(), wake = stop;
		struct pollfd fds[POLL_COUNT] = {
			[POLL_KEYS] = { .fd = screen_input_fd(monitor->screen), .events = POLLIN },
			[POLL_SIGNALS] = { .fd = signals_fd(), .events = POLLIN },
			[POLL_SOURCE] = { .events = POLLIN },
			[POLL_OUTPUT] = { .fd = monitor->output_ended ? -1 : opts->output_fd,
					  .events = POLLIN },
			[POLL_COMMAND] = { .fd = command && command->pid > 0 && !command->ended
							 ? command->pid_fd
							 : -1,
					   .events = POLLIN },
		};

		fds[POLL_SOURCE].fd =
			rest > now || monitor->source_ended ? -1 : monitor->source->fd;
		level_want_timing(monitor, screen_cols(monitor->screen));
		level_want_objects(monitor);
		level_look(monitor);
		draw_frame(monitor);
		if (rest > now && (!wake || rest < wake))
			wake = rest;
		if (monitor->keys_wait)
			wake = now;
		if (poll(fds, POLL_COUNT, monitor_timeout(now_ns(), wake)) < 0 && errno != EINTR)
			break;
		now = now_ns();
		monitor_handle(monitor, fds);
		if (monitor->refill && !monitor->quit) {
			uint64_t before = now_ns();

			level_fill(monitor);
			rest = now_ns() + (now_ns() - before) * FILL_REST;
		}
		if ((stop && now >= stop) ||
		    (opts->refreshes && monitor->refreshes >= opts->refreshes))
			monitor->quit = true;
	}
}

static void monitor_release(struct monitor *monitor)
{
	for (size_t i = 0; i < monitor->depth; i++)
		level_release(&monitor->levels[i]);
	level_order_release(monitor);
	action_release(monitor);
	rule_picker_release(&monitor->rule_picker);
	lines_release(&monitor->output);
	table_free(monitor->table);
	snapshot_unref(monitor->filled);
	snapshot_unref(monitor->paused);
	snapshot_unref(monitor->newest);
}

int monitor_run(const struct monitor_opts *opts, const struct snapshot_source *source, char *err,
		size_t err_size)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));
	int rc;

	if (!monitor || table_new(&monitor->table)) {
		snprintf(err, err_size, "no memory");
		free(monitor);
		return -ENOMEM;
	}
	monitor->opts = opts;
	monitor->source = source;
	monitor->delay_ns = opts->delay_ns;
	monitor->output_ended = !opts->has_output;
	if (opts->has_output && lines_init(&monitor->output)) {
		snprintf(err, err_size, "no memory");
		rc = -ENOMEM;
		goto out;
	}
	rc = signals_open(screen_emergency);
	if (rc) {
		snprintf(err, err_size, "no pipe for signals: %s", strerror(-rc));
		goto out;
	}
	rc = screen_open(opts->theme, opts->mono, &monitor->screen, err, err_size);
	if (rc)
		goto out_signals;
	level_start(monitor, opts->view, &opts->scope);
	monitor_take_snapshot(monitor);
	level_fill(monitor);
	monitor_loop(monitor);
	screen_close(monitor->screen);
out_signals:
	signals_close();
out:
	monitor_release(monitor);
	free(monitor);
	return rc;
}
