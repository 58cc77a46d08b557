/* SPDX-License-Identifier: Apache-2.0 */
/* A capture of what is in memory around a hit: its file, and what became of it. */
#include "ui.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hit_window.h"
#include "output.h"
#include "record.h"

void save_accepted(struct monitor *monitor)
{
	const char *path = monitor->prompt.text;
	struct hit_window_ask *ask;

	if (!*path)
		return;
	if (*monitor->save_path) {
		monitor_say(monitor, "%s is still being written", monitor->save_path);
		return;
	}
	ask = hit_window_ask_new(monitor->saves + 1, monitor->subject_snapshot,
				 monitor->subject.hit_num, path);
	if (!ask) {
		monitor_say(monitor, "%s: no memory", path);
		return;
	}
	ask->fd = output_new_fd(path);
	if (ask->fd < 0) {
		prompt_refuse(monitor, PROMPT_SAVE, 0, "%s",
			      ask->fd == -EEXIST ? "is there already; nothing was written"
						 : strerror(-ask->fd));
		hit_window_ask_free(ask);
		return;
	}
	ask->packing = record_packing(path);
	monitor->saves++;
	snprintf(monitor->save_path, sizeof(monitor->save_path), "%s", path);
	monitor_say(monitor, "%s is being written", path);
	monitor->source->save(monitor->source->ctx, ask);
}

static void say_saved(struct monitor *monitor, const struct snapshot_saved *saved)
{
	char rest[64] = "saker -r reads it", clock[16];

	/* This is the more useful of the two where there is no room for both. */
	if (saved->left_ns) {
		draw_clock(saved->left_ns, clock, sizeof(clock));
		snprintf(rest, sizeof(rest), "events before %s have left memory", clock);
	}
	monitor_say(monitor, "%s: %" PRIu64 " event%s, %" PRIu64 " process%s; %s",
		    monitor->save_path, saved->events, saved->events == 1 ? "" : "s",
		    saved->processes, saved->processes == 1 ? "" : "es", rest);
}

void save_take(struct monitor *monitor)
{
	const struct snapshot_saved *saved = &monitor->newest->saved;

	if (!*monitor->save_path || saved->question != monitor->saves)
		return;
	if (saved->error == -ENOENT)
		monitor_say(monitor, "%s was not written: the hit is no longer in memory",
			    monitor->save_path);
	else if (saved->error)
		monitor_say(monitor, "%s is not complete: %s", monitor->save_path,
			    strerror(-saved->error));
	else
		say_saved(monitor, saved);
	monitor->save_path[0] = '\0';
}
