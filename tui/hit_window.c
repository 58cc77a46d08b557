/* SPDX-License-Identifier: Apache-2.0 */
#include "hit_window.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hit_counts.h"
#include "hit_files.h"
#include "probe/schema/decode.h"
#include "probe/schema/event.h"
#include "state/container.h"
#include "state/container_info_build.h"
#include "views/hit_tree.h"
#include "views/pid_table.h"

#define NS_PER_S 1000000000ull
#define WINDOW_NS (60 * NS_PER_S)
#define EVENTS_MAX 1000000
#define PROCESSES_MAX 4096
/* What the runtimes say of containers is waited for so long, all together: 2 s. */
#define ANSWER_PAUSE_NS 10000000
#define ANSWER_PAUSES 200

typedef int (*answer_fn)(void *ctx, const struct container_match *match, uint32_t pid,
			 struct container_info *ret_info);

/* A process of the file; those that are not in the snapshot any more are as their event says. */
struct window_process {
	const struct proc_row *row; /* NULL: it is gone */
	bool execs;                 /* one of its pid executes a program in an event */
	bool ended;                 /* when the last event came */
	int32_t exit_code;          /* as the kernel holds it */
	uint64_t ended_ns;          /* since the epoch */
	struct record_prefix prefix;
};

struct window {
	const struct snapshot *snapshot;
	const struct hit_window_from *from;
	const struct history_event *hit;
	struct history_hit said;
	struct record_prefix prefix; /* of the hit */
	const struct history_event **events;
	size_t len, size;
	struct hit_tree *tree;
	struct window_process *processes;
	struct pid_table *numbers; /* of processes */
	size_t processes_len;
	int execve, execveat; /* numbers of calls */
	unsigned pauses;      /* so far */
	struct hit_files *files;
	struct hit_counts *counts; /* of processes, by number */
	struct recorder *recorder;
	struct state *state;
};

struct hit_window_ask *hit_window_ask_new(uint64_t question, struct snapshot *snapshot,
					  uint64_t event_num, const char *path)
{
	struct hit_window_ask *ask = calloc(1, sizeof(*ask));

	if (!ask)
		return NULL;
	*ask = (struct hit_window_ask){ .question = question,
					.snapshot = snapshot_ref(snapshot),
					.event_num = event_num,
					.fd = -1,
					.path = strdup(path) };
	if (!ask->path) {
		hit_window_ask_free(ask);
		return NULL;
	}
	return ask;
}

void hit_window_ask_free(struct hit_window_ask *ask)
{
	if (!ask)
		return;
	/* It was never written: an empty file is no capture. */
	if (ask->fd >= 0) {
		close(ask->fd);
		unlink(ask->path);
	}
	free(ask->path);
	snapshot_unref(ask->snapshot);
	free(ask);
}

/* --- which events and processes --- */

static void add_process(struct window *w, const struct record_prefix *prefix)
{
	size_t number = pid_table_add(w->numbers, prefix->pid, prefix->start_boot_ns);

	if (number == PID_TABLE_NONE || number < w->processes_len)
		return;
	w->processes[w->processes_len++] = (struct window_process){
		.row = snapshot_proc(w->snapshot, prefix->pid, prefix->start_boot_ns),
		.prefix = *prefix,
	};
}

/* One of that pid, always the same; NULL: there is none. */
static struct window_process *of_pid(const struct window *w, uint32_t pid)
{
	size_t number = pid_table_before(w->numbers, pid, UINT64_MAX);

	return number == PID_TABLE_NONE ? NULL : &w->processes[number];
}

static bool is_exec(const struct window *w, const struct record_prefix *prefix)
{
	return prefix->ret == 0 && (prefix->nr == w->execve || prefix->nr == w->execveat);
}

/* What it was before it executed another program is not known any more. */
static void note_exec(struct window *w, uint32_t pid)
{
	struct window_process *process = of_pid(w, pid);

	if (process)
		process->execs = true;
}

static int add_event(struct window *w, const struct history_event *kept)
{
	if (w->len == w->size) {
		size_t size = w->size ? w->size * 2 : 1024;
		const struct history_event **grown =
			reallocarray(w->events, size, sizeof(*w->events));

		if (!grown)
			return -ENOMEM;
		w->events = grown;
		w->size = size;
	}
	w->events[w->len++] = kept;
	return 0;
}

/* The hit keeps its event when the stream has dropped it. */
static int take_event(struct window *w, const struct history_event *kept)
{
	bool contained = w->hit->container && *w->hit->container;
	struct record_prefix prefix;

	if (kept->record_len < sizeof(prefix) || kept->ts_ns + WINDOW_NS < w->hit->ts_ns ||
	    kept->ts_ns > w->hit->ts_ns + WINDOW_NS || w->len == EVENTS_MAX)
		return 0;
	memcpy(&prefix, kept->record, sizeof(prefix));
	if (contained ? !kept->container || strcmp(kept->container, w->hit->container) != 0
		      : !hit_tree_takes(w->tree, &prefix))
		return 0;
	add_process(w, &prefix);
	if (is_exec(w, &prefix))
		note_exec(w, prefix.pid);
	return add_event(w, kept);
}

static int find_events(struct window *w)
{
	const struct snapshot *snapshot = w->snapshot;
	bool has_hit = false;
	int rc = 0;

	add_process(w, &w->prefix);
	for (size_t c = 0; c < snapshot->chunks_len; c++) {
		size_t len = history_chunk_len(snapshot->chunks[c]);

		for (size_t i = 0; i < len && rc == 0; i++) {
			const struct history_event *kept = history_chunk_at(snapshot->chunks[c], i);

			if (kept->num < snapshot->events_first || kept->num >= snapshot->events_end)
				continue;
			if (!has_hit && kept->num > w->said.event_num)
				rc = take_event(w, w->hit);
			has_hit |= kept->num >= w->said.event_num;
			if (rc == 0)
				rc = take_event(w, kept);
		}
	}
	return rc == 0 && !has_hit ? take_event(w, w->hit) : rc;
}

/* The youngest of that pid in the snapshot, whose rows are by pid and start. */
static const struct proc_row *row_of_pid(const struct snapshot *snapshot, uint32_t pid)
{
	size_t low = 0, high = snapshot->procs_len;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (snapshot->procs[middle].pid <= pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low && snapshot->procs[low - 1].pid == pid ? &snapshot->procs[low - 1] : NULL;
}

static void add_row(struct window *w, const struct proc_row *row)
{
	struct record_prefix prefix = { .pid = row->pid,
					.ppid = row->ppid,
					.euid = row->euid,
					.start_boot_ns = row->start_boot_ns,
					.cgroup_id = row->cgroup_id };

	snprintf(prefix.comm, sizeof(prefix.comm), "%s", row->comm);
	add_process(w, &prefix);
}

/* Who did nothing meanwhile but is asked for: all in the container, the ancestors of each. */
static void find_others(struct window *w)
{
	const struct snapshot *snapshot = w->snapshot;

	for (size_t i = 0; *w->hit->container && i < snapshot->procs_len; i++)
		if (strcmp(snapshot->procs[i].container, w->hit->container) == 0)
			add_row(w, &snapshot->procs[i]);
	for (size_t i = 0; i < w->processes_len; i++) {
		const struct proc_row *row = row_of_pid(snapshot, w->processes[i].prefix.ppid);

		if (row)
			add_row(w, row);
	}
}

/* --- what the state asks --- */

static size_t copy_text(const char *text, char *bytes)
{
	size_t len = text ? strnlen(text, PROCESS_TEXT_MAX) : 0;

	memcpy(bytes, text ? text : "", len);
	return len;
}

/* From the row: its command line is one text, so blanks part arguments. */
static void seed_of_row(const struct proc_row *row, struct process_seed *seed)
{
	seed->ppid = row->ppid;
	seed->exe_len = copy_text(row->exe, seed->exe);
	seed->cwd_len = copy_text(row->cwd, seed->cwd);
	if (row->kthread)
		return;
	seed->cmdline_len = copy_text(row->cmdline, seed->cmdline);
	for (size_t i = 0; i < seed->cmdline_len; i++)
		if (seed->cmdline[i] == ' ')
			seed->cmdline[i] = '\0';
	if (seed->cmdline_len && seed->cmdline_len < PROCESS_TEXT_MAX)
		seed->cmdline[seed->cmdline_len++] = '\0';
}

/*
 * Of who lives, or has no row because it is out of scope, the source knows more; another process
 * may have the pid of one that ended.
 */
static int ask_seed(struct window *w, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	const struct proc_row *row = row_of_pid(w->snapshot, pid);
	int rc = -ENOENT;

	if (row ? !row->dead : !of_pid(w, pid))
		rc = w->from->source->process_seed(w->from->source->ctx, pid, parts, ret_seed);
	if (rc == 0 || !row)
		return rc;
	ret_seed->pid = ret_seed->tid = pid;
	seed_of_row(row, ret_seed);
	ret_seed->parts = SEED_TEXT;
	return 0;
}

/* Of one that executes a program in the window only its folder is what it was before. */
static int window_seed(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	struct window *w = ctx;
	const struct window_process *process = of_pid(w, pid);
	int rc = ask_seed(w, pid, parts, ret_seed);

	if (rc < 0 || !process || !process->execs)
		return rc;
	ret_seed->cmdline_len = ret_seed->exe_len = ret_seed->env_len = 0;
	ret_seed->parts &= SEED_TEXT | SEED_CGROUP | SEED_ROOT;
	return 0;
}

static int window_cgroup(void *ctx, uint32_t pid, char *text, size_t *len)
{
	struct window *w = ctx;

	return w->from->source->process_cgroup(w->from->source->ctx, pid, text, len);
}

static int window_cgroup_path(void *ctx, uint64_t cgroup_id, char *text, size_t *len)
{
	struct window *w = ctx;

	return w->from->source->cgroup_path
		       ? w->from->source->cgroup_path(w->from->source->ctx, cgroup_id, text, len)
		       : -ENOENT;
}

/*
 * A source that looks for containers elsewhere has its answer later; events after it would be of a
 * container without a name, and nobody waits for this thread.
 */
static int wait_for(struct window *w, answer_fn ask, const struct container_match *match,
		    uint32_t pid, struct container_info *ret_info)
{
	const struct timespec pause = { .tv_nsec = ANSWER_PAUSE_NS };
	int rc = ask(w->from->source->ctx, match, pid, ret_info);

	while (rc == -EAGAIN && w->from->waits && w->pauses < ANSWER_PAUSES) {
		w->pauses++;
		nanosleep(&pause, NULL);
		rc = ask(w->from->source->ctx, match, pid, ret_info);
	}
	return rc;
}

/* Of one that is gone, as far as the snapshot has it. 0, -ENOENT or -ENOMEM. */
static int known_container(const struct snapshot *snapshot, const struct container_match *match,
			   struct container_info *ret_info)
{
	const struct container_row *row = NULL;
	struct container_info info = { .name = NULL };

	for (size_t i = 0; i < snapshot->containers_len && !row; i++)
		if (strcmp(snapshot->containers[i].id, match->id) == 0)
			row = &snapshot->containers[i];
	/* One that is not known has its id for a name. */
	if (!row || strcmp(row->name, row->id) == 0)
		return -ENOENT;
	info.created_ns = row->created_ns;
	info.privileged = row->privileged;
	info.privileged_known = row->privileged_known;
	if (container_info_set_text(&info.name, row->name) < 0 ||
	    container_info_take_image(&info, row->image) < 0 ||
	    container_info_set_text(&info.image_id, row->image_id) < 0 ||
	    container_info_set_text(&info.pod_name, row->pod) < 0 ||
	    container_info_set_text(&info.pod_namespace, row->pod_namespace) < 0) {
		container_info_release(&info);
		return -ENOMEM;
	}
	*ret_info = info;
	return 0;
}

static int window_container(void *ctx, const struct container_match *match, uint32_t pid,
			    struct container_info *ret_info)
{
	struct window *w = ctx;
	answer_fn ask = w->from->source->container_info;
	int rc = ask ? wait_for(w, ask, match, pid, ret_info) : -ENOENT;

	return rc < 0 ? known_container(w->snapshot, match, ret_info) : rc;
}

static int window_container_users(void *ctx, const struct container_match *match, uint32_t pid,
				  struct container_info *ret_info)
{
	struct window *w = ctx;
	answer_fn ask = w->from->source->container_users;

	return ask ? wait_for(w, ask, match, pid, ret_info) : -ENODATA;
}

static int window_user(void *ctx, uint32_t uid, char *name, size_t *len)
{
	struct window *w = ctx;

	return w->from->source->user_name(w->from->source->ctx, uid, name, len);
}

/* --- writing --- */

static struct task_sample sample_of(const struct window_process *process)
{
	const struct record_prefix *prefix = &process->prefix;
	const struct proc_row *row = process->row;
	struct task_sample task = { .pid = prefix->pid,
				    .tid = prefix->pid,
				    .ppid = prefix->ppid,
				    .uid = row ? row->uid : prefix->euid,
				    .euid = prefix->euid,
				    .start_boot_ns = prefix->start_boot_ns,
				    .thread_start_boot_ns = prefix->start_boot_ns,
				    .cgroup_id = prefix->cgroup_id,
				    .threads = row ? row->threads : 1,
				    .state = row && row->state && !row->dead ? row->state : 'S' };

	memcpy(task.comm, prefix->comm, sizeof(task.comm));
	memcpy(task.leader_comm, prefix->comm, sizeof(task.leader_comm));
	if (!row)
		return task;
	task.cpu_ns = row->cpu_ns;
	task.rss_bytes = row->rss_bytes;
	task.vm_bytes = row->vm_bytes;
	if (row->kthread)
		task.flags |= TASK_F_KTHREAD;
	return task;
}

static struct task_exit exit_of(const struct window *w, const struct task_sample *task,
				const struct window_process *process)
{
	struct task_exit ended = { .pid = task->pid,
				   .tid = task->tid,
				   .ppid = task->ppid,
				   .euid = task->euid,
				   .start_boot_ns = task->start_boot_ns,
				   .thread_start_boot_ns = task->thread_start_boot_ns,
				   .cgroup_id = task->cgroup_id,
				   .exit_boot_ns = process->ended_ns - w->snapshot->boot_epoch_ns,
				   .exit_code = process->exit_code,
				   .process_ended = 1,
				   .calls_len = task->calls_len,
				   .flags = task->flags | TASK_F_LEADER,
				   .cpu_ns = task->cpu_ns };

	memcpy(ended.comm, task->comm, sizeof(ended.comm));
	memcpy(ended.leader_comm, task->leader_comm, sizeof(ended.leader_comm));
	return ended;
}

/* A row tells it, or an event: the row may be gone, or have been ended later. */
static void note_end(struct window_process *process, const struct history_event *kept)
{
	struct event event;
	int64_t status;

	if (event_decode(kept->record, kept->record_len, &event) < 0 ||
	    event.desc->code != EVENT_CODE_PROCEXIT_1_E || event.tid != process->prefix.pid ||
	    event_param_int(&event, "status", &status) < 0)
		return;
	process->ended = true;
	process->exit_code = (int32_t)status;
	process->ended_ns = kept->ts_ns;
}

static void find_ended(struct window *w)
{
	for (size_t i = 0; i < w->processes_len; i++) {
		struct window_process *process = &w->processes[i];
		const struct proc_row *row = process->row;

		if (!row || !row->dead || row->ended_ns > w->events[w->len - 1]->ts_ns)
			continue;
		process->ended = true;
		process->exit_code = row->exit_code;
		process->ended_ns = row->ended_ns;
	}
}

enum refresh { REFRESH_FIRST, REFRESH_LAST };

/* Those that lived then, in the end with their counts. */
static void tell_task(struct window *w, size_t number, enum refresh which)
{
	const struct window_process *process = &w->processes[number];
	struct task_sample task = sample_of(process);
	const struct call_count *calls = NULL;

	if (which == REFRESH_LAST)
		calls = hit_counts_of(w->counts, number, &task.calls_len);
	if (which == REFRESH_FIRST || !process->ended) {
		recorder_task(w->recorder, &task, calls);
		state_task(w->state, &task, calls);
	}
}

static void tell_exit(struct window *w, size_t number)
{
	const struct window_process *process = &w->processes[number];
	struct task_sample task = sample_of(process);
	const struct call_count *calls = hit_counts_of(w->counts, number, &task.calls_len);
	struct task_exit ended;

	if (!process->ended)
		return;
	ended = exit_of(w, &task, process);
	recorder_exit(w->recorder, &ended, calls);
	state_exit(w->state, &ended, calls);
}

static void tell_refresh(struct window *w, uint64_t time_ns, enum refresh which)
{
	const struct health_row health = {
		.stream_ready = true,
		.inexact = true,
		.notice = "counts are of the events in this file; CPU is that of the whole life",
	};

	recorder_begin(w->recorder, time_ns);
	state_refresh_begin(w->state, time_ns);
	for (size_t i = 0; i < w->processes_len; i++)
		tell_task(w, i, which);
	for (size_t i = 0; i < w->processes_len && which == REFRESH_LAST; i++)
		tell_exit(w, i);
	state_refresh_end(w->state);
	recorder_end(w->recorder, RECORDER_COMPLETE);
	if (which == REFRESH_FIRST)
		for (size_t i = 0; i < w->processes_len; i++)
			hit_files_tell_first(w->files, w->processes[i].prefix.pid);
	state_set_health(w->state, &health, NULL, 0);
	recorder_health(w->recorder, &health, NULL, 0);
}

/* The calls of each process, and its end. */
static int count_events(struct window *w)
{
	int rc = hit_counts_new(w->processes_len, &w->counts);

	find_ended(w);
	for (size_t i = 0; rc == 0 && i < w->len; i++) {
		struct record_prefix prefix;
		size_t number;

		memcpy(&prefix, w->events[i]->record, sizeof(prefix));
		number = pid_table_find(w->numbers, prefix.pid, prefix.start_boot_ns);
		if (number == PID_TABLE_NONE)
			continue;
		rc = hit_counts_add(w->counts, number, &prefix);
		if (prefix.nr < 0)
			note_end(&w->processes[number], w->events[i]);
	}
	return rc;
}

static void tell_events(struct window *w)
{
	for (size_t i = 0; i < w->len; i++) {
		const struct history_event *kept = w->events[i];

		hit_files_tell_event(w->files, kept);
		if (state_record(w->state, kept->record, kept->record_len) == 0)
			recorder_record(w->recorder, kept->record, kept->record_len);
	}
}

static int open_all(struct window *w, struct hit_window_ask *ask, const struct state_source *source)
{
	const struct state_opts opts = { .memory_bytes = w->from->memory_bytes,
					 .boot_epoch_ns = w->snapshot->boot_epoch_ns,
					 .host = w->snapshot->host };
	const struct recorder_opts recorder = { .fd = ask->fd,
						.packing = ask->packing,
						.source = source,
						.host = w->snapshot->host,
						.origin = w->from->origin,
						.boot_epoch_ns = w->snapshot->boot_epoch_ns,
						.memory_bytes = w->from->memory_bytes };
	int rc;

	ask->fd = -1;
	rc = recorder_new(&recorder, &w->recorder);
	if (rc == 0)
		rc = state_new(&opts, recorder_source(w->recorder), &w->state);
	return rc == 0 ? hit_files_new(w->state, w->recorder, &w->files) : rc;
}

static int write_all(struct window *w, struct hit_window_ask *ask,
		     const struct state_source *source)
{
	int rc = open_all(w, ask, source);

	if (rc == 0)
		rc = count_events(w);
	for (size_t i = 0; rc == 0 && i < w->len; i++)
		hit_files_see(w->files, w->events[i]);
	if (rc == 0)
		rc = hit_files_seen(w->files);
	if (rc < 0)
		return rc;
	tell_refresh(w, w->events[0]->ts_ns, REFRESH_FIRST);
	recorder_seed(w->recorder);
	tell_events(w);
	tell_refresh(w, w->events[w->len - 1]->ts_ns, REFRESH_LAST);
	return 0;
}

static int call_nr(const char *name)
{
	const struct syscall_desc *call = syscall_by_name(name);

	return call ? syscall_nr(call) : -1;
}

static int find_all(struct window *w, const struct hit_window_ask *ask)
{
	int rc;

	w->hit = snapshot_event(ask->snapshot, ask->event_num);
	if (!w->hit || !history_hit(w->hit, &w->said) || w->hit->record_len < sizeof(w->prefix))
		return -ENOENT;
	memcpy(&w->prefix, w->hit->record, sizeof(w->prefix));
	w->execve = call_nr("execve");
	w->execveat = call_nr("execveat");
	w->processes = calloc(PROCESSES_MAX, sizeof(*w->processes));
	rc = w->processes ? pid_table_new(PROCESSES_MAX, &w->numbers) : -ENOMEM;
	if (rc == 0)
		rc = hit_tree_new(w->snapshot, w->hit, &w->tree);
	if (rc == 0)
		rc = find_events(w);
	if (rc == 0)
		find_others(w);
	return rc;
}

struct snapshot_saved hit_window_write(struct hit_window_ask *ask,
				       const struct hit_window_from *from)
{
	struct window w = { .snapshot = ask->snapshot, .from = from };
	const struct state_source own = { .ctx = &w,
					  .process_seed = window_seed,
					  .process_cgroup = window_cgroup,
					  .cgroup_path = window_cgroup_path,
					  .container_info = window_container,
					  .container_users = window_container_users,
					  .user_name = window_user };
	struct recorder_result result = { .events = 0 };
	int rc = find_all(&w, ask);
	uint64_t left_ns = rc == 0 ? hit_tree_left_ns(w.snapshot, w.hit->ts_ns - WINDOW_NS) : 0;

	if (rc == 0)
		rc = write_all(&w, ask, &own);
	if (w.recorder)
		recorder_close(w.recorder, &result);
	hit_files_free(w.files);
	hit_counts_free(w.counts);
	state_free(w.state);
	free(w.processes);
	pid_table_free(w.numbers);
	hit_tree_free(w.tree);
	free(w.events);
	return (struct snapshot_saved){ .question = ask->question,
					.events = result.events,
					.processes = w.processes_len,
					.left_ns = left_ns,
					.error = rc < 0 ? rc : result.error };
}
