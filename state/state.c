/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's life, its inputs that are no counters, and what happens when memory runs short. */
#include "state.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "aside.h"
#include "room.h"
#include "tables.h"

#define STATE_MEMORY_DEFAULT (256u << 20)
#define STATE_MEMORY_MIN (4u << 20)
#define STATE_DEAD_KEEP_NS (10ull * 1000000000ull)
#define STATE_BUFFERS_MAX SNAPSHOT_BUFFERS_MAX

void *state_vector(struct state *state, void *vector, size_t *size, size_t element_bytes,
		   size_t want)
{
	size_t grown = *size * 2 > 8 ? *size * 2 : 8;
	void *moved;

	if (want <= *size)
		return vector;
	if (grown < want)
		grown = want;
	moved = memory_grow(state->memory, vector, *size * element_bytes, grown * element_bytes);
	if (moved)
		*size = grown;
	return moved;
}

static void state_release(struct state *state)
{
	struct memory *memory = state->memory;

	fd_entry_release(state, &state->now.fd);
	fd_names_release(state, &state->now.fds);
	while (state->threads_len)
		thread_free(state, state->threads[state->threads_len - 1]);
	while (state->processes_len)
		process_free(state, state->processes[state->processes_len - 1]);
	aside_drop(state);
	hash_release(&state->asides);
	activities_release(state);
	state_drop_tables(state);
	containers_release(state);
	users_release(state);
	named_files_release(state);
	fd_rules_free(state);
	history_release(&state->history);
	history_release(&state->hits);
	explained_unref(state->explained);
	rule_rows_unref(state->rules);
	hash_release(&state->process_ids);
	hash_release(&state->process_pids);
	hash_release(&state->programs);
	hash_release(&state->thread_ids);
	hash_release(&state->thread_tids);
	memory_free(memory, state->processes, state->processes_size * sizeof(state->processes[0]));
	memory_free(memory, state->threads, state->threads_size * sizeof(state->threads[0]));
	memory_free(memory, state->samples, state->samples_size * sizeof(state->samples[0]));
	memory_free(memory, state->sample_calls,
		    state->sample_calls_size * sizeof(state->sample_calls[0]));
	memory_free(memory, state->samples_before,
		    state->samples_before_size * sizeof(state->samples_before[0]));
	memory_free(memory, state->sample_calls_before,
		    state->sample_calls_before_size * sizeof(state->sample_calls_before[0]));
	memory_free(memory, state->forgotten, state->forgotten_size * sizeof(state->forgotten[0]));
	memory_free(memory, state->buffers, state->buffers_size * sizeof(state->buffers[0]));
	text_pool_release(&state->texts);
	free(state->host);
}

void state_free(struct state *state)
{
	struct memory *memory;

	if (!state)
		return;
	memory = state->memory;
	memory_set_pressure(memory, NULL, NULL); /* snapshots may live longer */
	state_release(state);
	memory_unref(memory);
	free(state);
}

/* Which rows of counts are opens. */
static void state_note_opens(struct state *state)
{
	int nr;

	for (nr = 0; nr < SYSCALL_NR_MAX; nr++) {
		const struct syscall_desc *desc = syscall_by_nr(nr);

		state->nr_open[nr] = desc && (desc->flags & SYSCALL_F_OPEN);
	}
}

/*
 * The history gets this part of the limit: what a screen and a page back need, while snapshots that
 * a slow reader still holds may keep as much again. The rest is for processes and their names.
 */
#define HISTORY_PART 8
#define HITS_PART 64

int state_new(const struct state_opts *opts, const struct state_source *source,
	      struct state **ret_state)
{
	size_t limit = opts->memory_bytes ? opts->memory_bytes : STATE_MEMORY_DEFAULT;
	struct state *state = calloc(1, sizeof(*state));
	int r;

	if (!state)
		return -ENOMEM;
	if (limit < STATE_MEMORY_MIN)
		limit = STATE_MEMORY_MIN;
	r = memory_new(limit, &state->memory);
	if (r < 0) {
		free(state);
		return r;
	}
	if (source)
		state->source = *source;
	state->boot_epoch_ns = opts->boot_epoch_ns;
	state->dead_keep_ns = opts->dead_keep_ns ? opts->dead_keep_ns : STATE_DEAD_KEEP_NS;
	hash_init(&state->process_ids, state->memory);
	hash_init(&state->process_pids, state->memory);
	hash_init(&state->programs, state->memory);
	hash_init(&state->asides, state->memory);
	hash_init(&state->thread_ids, state->memory);
	hash_init(&state->thread_tids, state->memory);
	hash_init(&state->containers.cgroups, state->memory);
	hash_init(&state->containers.known, state->memory);
	state->containers.told = 1;
	state->containers.idle = opts->idle_containers;
	if (opts->containers)
		state->containers.wanted = *opts->containers;
	hash_init(&state->activity_ids, state->memory);
	hash_init(&state->users.names, state->memory);
	hash_init(&state->users.groups, state->memory);
	text_pool_init(&state->texts, state->memory);
	state_note_opens(state);
	state->execve = event_by_id("SYSCALL_EXECVE_19_X");
	state->execveat = event_by_id("SYSCALL_EXECVEAT_X");
	state->host = strdup(opts->host ? opts->host : "");
	state->none = text_intern(&state->texts, "", 0);
	r = history_init(&state->history, state->memory, limit / HISTORY_PART);
	if (r == 0)
		r = history_init(&state->hits, state->memory, limit / HITS_PART);
	/* Texts know by its stamp which block they are in: no two have the same. */
	state->hits.stamps = 1ull << 63;
	state->hits.last_num = SNAPSHOT_HIT_BASE;
	if (r == 0)
		r = fd_rules_new(state);
	if (r == 0 && (!state->host || !state->none))
		r = -ENOMEM;
	if (r < 0) {
		state_free(state);
		return r;
	}
	room_watch(state);
	*ret_state = state;
	return 0;
}

void state_set_health(struct state *state, const struct health_row *health,
		      const struct buffer_row *buffers, size_t buffers_len)
{
	struct buffer_row *rows;

	state->health = *health;
	state->health.notice = NULL;
	state->notice[0] = '\0';
	if (health->notice)
		strncat(state->notice, health->notice, sizeof(state->notice) - 1);
	if (buffers_len > STATE_BUFFERS_MAX)
		buffers_len = STATE_BUFFERS_MAX;
	rows = state_vector(state, state->buffers, &state->buffers_size, sizeof(*rows),
			    buffers_len);
	if (!rows && buffers_len)
		return;
	state->buffers = rows;
	state->buffers_len = buffers_len;
	if (buffers_len)
		memcpy(rows, buffers, buffers_len * sizeof(*rows));
}

void state_set_rules(struct state *state, struct rule_rows *rows)
{
	rule_rows_unref(state->rules);
	state->rules = rows;
}

void state_set_saved(struct state *state, const struct snapshot_saved *saved)
{
	state->saved = *saved;
}

void state_set_counted(struct state *state, const struct snapshot_counted *counted)
{
	state->counted = *counted;
}

void state_set_explained(struct state *state, struct explained *explained)
{
	explained_unref(state->explained);
	state->explained = explained;
}

void state_take_forgotten(struct state *state, state_forget_fn fn, void *ctx)
{
	size_t i;

	for (i = 0; i < state->forgotten_len; i++)
		fn(ctx, state->forgotten[i].pid, state->forgotten[i].start_boot_ns);
	state->forgotten_len = 0;
}

void state_hide_last(struct state *state)
{
	if (state->history.last)
		state->history.last->hidden = true;
}

uint64_t state_events_end(const struct state *state)
{
	return state->history.last_num + 1;
}

const struct history_event *state_last_event(const struct state *state)
{
	return state->history.last;
}

bool state_has_process(const struct state *state, uint32_t pid, uint64_t start_boot_ns)
{
	return process_find(state, pid, start_boot_ns) != NULL;
}

void state_files_begin(struct state *state, uint32_t pid, enum state_pass pass)
{
	fd_pass_begin(state, pid, pass == STATE_PASS_FOLLOW ? FD_PASS_FOLLOW : FD_PASS_LOOK);
}

void state_files_end(struct state *state, uint32_t pid)
{
	fd_pass_end(state, pid);
	state->tables_dirty = true;
}

void state_show_files(struct state *state, enum state_show show)
{
	state->tables_dirty |= state->files_shown != (show == STATE_SHOW);
	state->files_shown = show == STATE_SHOW;
}

void state_keep(struct state *state, uint32_t pid)
{
	state->kept_pid = pid;
}

void state_show_detail(struct state *state, uint32_t pid, enum state_detail detail)
{
	state->tables_dirty |= state->detail != detail || state->detail_pid != pid;
	state->detail = detail;
	state->detail_pid = pid;
}

void state_file(struct state *state, const struct file_sample *file, const char *path)
{
	struct process *process = process_find(state, file->pid, file->start_boot_ns);

	if (process)
		fd_seed(state, process, file, path);
}

void state_forget_files(struct state *state, uint32_t pid)
{
	struct process *process;
	size_t i;

	if (pid) {
		process = process_by_pid(state, pid);
		if (process)
			fd_forget(state, process);
		return;
	}
	for (i = 0; i < state->processes_len; i++)
		fd_forget(state, state->processes[i]);
}

void state_follow_files(struct state *state, enum state_files files)
{
	state->files_followed = files == STATE_FILES_FOLLOWED;
}

void state_ask_unknown_files(struct state *state, bool ask)
{
	state->asks_unknown_files = ask;
}
