/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Actions on what a row stands for: the menu, rules that are muted, signals. What the row was is
 * copied when the menu opens: rows move while it is read.
 */
#include "ui.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exception_draft.h"
#include "process_signal.h"
#include "request.h"
#include "rule_mutes.h"
#include "text.h"

enum action_need {
	ACTION_NEED_NOTHING = 0,
	ACTION_NEED_PROCESS = 1u << 0,
	ACTION_NEED_RULE = 1u << 1,
	ACTION_NEED_HIT = 1u << 2,
	ACTION_NEED_SIGNAL = 1u << 3, /* a process that can be signalled */
	ACTION_NEED_WINDOW = 1u << 4, /* a hit whose surroundings can be written */
};
#define NEED(id) ACTION_NEED_##id

static void action_process(struct monitor *monitor, int argument);
static void action_mute(struct monitor *monitor, int argument);
static void action_mute_process(struct monitor *monitor, int argument);
static void action_muted(struct monitor *monitor, int argument);
static void action_exception(struct monitor *monitor, int argument);
static void action_save(struct monitor *monitor, int argument);
static void action_signal(struct monitor *monitor, int argument);

static const struct action {
	const char *letter, *name, *help;
	unsigned needs;
	void (*run)(struct monitor *monitor, int argument);
	int argument;
} actions[] = {
#define ACTION(id, l, n, need, function, arg, h) \
	{ .letter = (l),                         \
	  .name = (n),                           \
	  .help = (h),                           \
	  .needs = NEED(need),                   \
	  .run = (function),                     \
	  .argument = (arg) },
#include "actions.def"
};
#define ACTIONS_LEN (sizeof(actions) / sizeof(actions[0]))

/* --- what a row is --- */

static void take_process(struct subject *subject, uint32_t pid, uint64_t start_boot_ns,
			 const char *name, size_t len)
{
	if (len >= sizeof(subject->process))
		len = sizeof(subject->process) - 1;
	subject->pid = pid;
	subject->start_boot_ns = start_boot_ns;
	memcpy(subject->process, name, len);
	subject->process[len] = '\0';
}

static void take_event(struct subject *subject, const struct row *row)
{
	const struct record_prefix *prefix = &row->event->prefix;
	struct history_hit hit;
	const char *exe;
	struct text_buf buf;

	take_process(subject, prefix->pid, prefix->start_boot_ns, prefix->comm,
		     strnlen(prefix->comm, RECORD_COMM_LEN));
	if (!history_hit(row->kept, &hit))
		return;
	subject->hit = true;
	subject->hit_num = row->kept->num;
	snprintf(subject->rule, sizeof(subject->rule), "%s", hit.rule);
	text_buf_init(&buf, subject->draft, sizeof(subject->draft));
	exe = exception_draft_exe(row->snapshot, row->kept);
	if (exception_draft(row->kept, row->event, exe, &buf) < 0)
		subject->draft[0] = '\0';
}

static struct subject subject_of(const struct row *row)
{
	struct subject subject = { .pid = 0 };

	if (!row || row->gap_lost)
		return subject;
	if (row->line && row->line->pid)
		take_process(&subject, row->line->pid, row->line->start_boot_ns, row->line->value,
			     strcspn(row->line->value, "["));
	else if (row->event)
		take_event(&subject, row);
	else if (row->proc && row->proc->pid && !row->proc->dead)
		take_process(&subject, row->proc->pid, row->proc->start_boot_ns, row->proc->comm,
			     strlen(row->proc->comm));
	if (row->rule)
		snprintf(subject.rule, sizeof(subject.rule), "%s", row->rule->name);
	return subject;
}

/* --- the menu --- */

static bool applies(const struct monitor *monitor, const struct action *action)
{
	const struct subject *subject = &monitor->subject;
	unsigned has = NEED(NOTHING);

	has |= subject->pid ? NEED(PROCESS) : 0;
	has |= subject->pid && !monitor->opts->replay ? NEED(SIGNAL) : 0;
	has |= subject->rule[0] && monitor->opts->mutes ? NEED(RULE) : 0;
	has |= subject->draft[0] ? NEED(HIT) : 0;
	has |= subject->hit && monitor->source->save ? NEED(WINDOW) : 0;
	if (action->run == action_muted && !monitor->opts->mutes)
		return false;
	return (action->needs & ~has) == 0;
}

void action_forget_subject(struct monitor *monitor)
{
	snapshot_unref(monitor->subject_snapshot);
	monitor->subject_snapshot = NULL;
}

static void open_menu(struct monitor *monitor, unsigned first)
{
	struct picker *picker = &monitor->picker;
	bool found = false;

	monitor->subject = subject_of(level_cursor_row(monitor));
	action_forget_subject(monitor);
	monitor->subject_snapshot = snapshot_ref(monitor->filled);
	*picker = (struct picker){ .len = 0 };
	for (size_t i = 0; i < ACTIONS_LEN; i++) {
		if (!applies(monitor, &actions[i]))
			continue;
		if (first && !found && actions[i].needs & first) {
			picker->cursor = picker->len;
			found = true;
		}
		picker->items[picker->len++] = i;
	}
	if (first && !found) {
		monitor_say(monitor, "%s",
			    monitor->opts->replay ? "this is a capture: its processes are gone"
						  : "there is no living process in this row");
		return;
	}
	monitor->popup = POPUP_ACTIONS;
}

void request_actions(struct monitor *monitor)
{
	open_menu(monitor, 0);
}

void request_signals(struct monitor *monitor)
{
	open_menu(monitor, NEED(SIGNAL));
}

void action_texts(size_t item, const char *texts[3])
{
	texts[0] = actions[item].letter;
	texts[1] = actions[item].name;
	texts[2] = actions[item].help;
}

void action_run(struct monitor *monitor, size_t item)
{
	monitor->popup = POPUP_NONE;
	actions[item].run(monitor, actions[item].argument);
}

static void action_process(struct monitor *monitor, int argument)
{
	const struct view *view = view_set_find(monitor->opts->views, "processes");
	struct chip chip = { .kind = CHIP_PROC,
			     .pid = monitor->subject.pid,
			     .start_boot_ns = monitor->subject.start_boot_ns };

	snprintf(chip.text, sizeof(chip.text), "%s", monitor->subject.process);
	if (view)
		level_push(monitor, view, &chip, 1);
}

/* --- mutes --- */

static void mute(struct monitor *monitor, const char *process)
{
	const char *rule = monitor->subject.rule;
	int rc = rule_mutes_add(monitor->opts->mutes, rule, process);

	if (rc == 0)
		monitor_say(monitor, "'%.80s'%s%s is muted here; a u lists and unmutes", rule,
			    *process ? " of " : "", process);
	else
		monitor_say(monitor, "'%.80s' %s", rule,
			    rc == -EEXIST   ? "is muted already"
			    : rc == -ENOSPC ? "is not muted: the list is full"
					    : "is not muted: its name is too long");
}

static void action_mute(struct monitor *monitor, int argument)
{
	mute(monitor, "");
}

static void action_mute_process(struct monitor *monitor, int argument)
{
	mute(monitor, monitor->subject.process);
}

static void action_muted(struct monitor *monitor, int argument)
{
	struct picker *picker = &monitor->picker;

	*picker = (struct picker){ .len = 0 };
	monitor->muted_len = rule_mutes_list(monitor->opts->mutes, monitor->muted);
	if (!monitor->muted_len) {
		monitor_say(monitor, "no rule is muted");
		return;
	}
	for (size_t i = 0; i < monitor->muted_len; i++)
		picker->items[picker->len++] = i;
	monitor->popup = POPUP_MUTES;
}

void mutes_texts(struct monitor *monitor, size_t item, const char *texts[3])
{
	const struct rule_mute *muted = &monitor->muted[item];

	snprintf(monitor->muted_text, sizeof(monitor->muted_text), "%s%s%s%llu left out",
		 *muted->process ? "of " : "", muted->process, *muted->process ? ", " : "",
		 (unsigned long long)muted->hits);
	texts[0] = "";
	texts[1] = muted->rule;
	texts[2] = monitor->muted_text;
}

void mutes_remove(struct monitor *monitor, size_t item)
{
	monitor->popup = POPUP_NONE;
	rule_mutes_remove(monitor->opts->mutes, item);
	monitor_say(monitor, "'%.80s' is shown again", monitor->muted[item].rule);
}

/* --- exceptions --- */

static void action_exception(struct monitor *monitor, int argument)
{
	monitor->popup = POPUP_DRAFT;
	monitor->draft_top = 0;
}

/* --- captures --- */

static void action_save(struct monitor *monitor, int argument)
{
	if (monitor->opts->readonly)
		monitor_say(monitor, "saker runs with --readonly: it writes no capture");
	else
		prompt_open(monitor, PROMPT_SAVE, "saker-hit.scap");
}

/* --- signals --- */

static const char *sent_name(int sig)
{
	for (size_t i = 0; i < ACTIONS_LEN; i++)
		if (actions[i].run == action_signal && actions[i].argument == sig)
			return actions[i].name;
	return "the signal";
}

static void close_target(struct monitor *monitor)
{
	if (monitor->target_fd > 0)
		close(monitor->target_fd);
	monitor->target_fd = 0;
}

void action_release(struct monitor *monitor)
{
	action_forget_subject(monitor);
	close_target(monitor);
}

static void action_signal(struct monitor *monitor, int argument)
{
	const struct subject *subject = &monitor->subject;
	char name[64], comm[32];
	struct text_buf buf;
	int fd;

	text_buf_init(&buf, name, sizeof(name));
	text_buf_add_safe(&buf, subject->process, strlen(subject->process));
	if (monitor->opts->readonly) {
		monitor_say(monitor, "saker runs with --readonly: it sends no signals");
		return;
	}
	if ((pid_t)subject->pid == getpid()) {
		monitor_say(monitor, "this is saker itself; q leaves");
		return;
	}
	close_target(monitor);
	fd = process_signal_open(subject->pid, subject->start_boot_ns);
	if (fd < 0) {
		monitor_say(monitor, "%s[%u]: %s", name, subject->pid,
			    fd == -ESRCH ? "this process has ended" : strerror(-fd));
		return;
	}
	monitor->target_fd = fd;
	monitor->target_signal = argument;
	/* The name of the row is that of the last refresh. */
	if (process_signal_name(subject->pid, comm, sizeof(comm)) == 0) {
		text_buf_init(&buf, name, sizeof(name));
		text_buf_add_safe(&buf, comm, strlen(comm));
	}
	snprintf(monitor->question, sizeof(monitor->question), "%s to %s[%u]? y or n",
		 sent_name(argument), name, subject->pid);
	prompt_open(monitor, PROMPT_CONFIRM, "");
}

void action_confirmed(struct monitor *monitor)
{
	const char *text = monitor->prompt.text;
	bool yes = strcmp(text, "y") == 0;
	int rc = yes && monitor->target_fd > 0
			 ? process_signal_send(monitor->target_fd, monitor->target_signal)
			 : 0;

	close_target(monitor);
	if (!yes)
		monitor_say(monitor, "nothing was sent");
	else if (rc == 0)
		monitor_say(monitor, "%s was sent to pid %u", sent_name(monitor->target_signal),
			    monitor->subject.pid);
	else
		monitor_say(monitor, "%s was not sent: %s", sent_name(monitor->target_signal),
			    rc == -ESRCH ? "the process has ended" : strerror(-rc));
}
