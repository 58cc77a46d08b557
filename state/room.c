/* SPDX-License-Identifier: Apache-2.0 */
#include "room.h"
#include <stdlib.h>
#include "facts.h"
#include "tables.h"

/* Memory is short in the middle of something: the oldest events go. */
static int room_pressure(void *ctx, size_t bytes)
{
	struct state *state = ctx;

	return history_drop(&state->history);
}

void room_watch(struct state *state)
{
	memory_set_pressure(state->memory, room_pressure, state);
}

/* Marks, in sixteenths of the limit: see room.h. */
#define ROOM_FULL 10 /* no new process above it */
#define ROOM_REST 9  /* a refresh leaves this much: what starts until the next finds room */
#define ROOM_BARE 4

static bool room_is_above(const struct state *state, unsigned mark)
{
	return memory_used(state->memory) > memory_limit(state->memory) / 16 * mark;
}

/* What a process costs with a thread, its samples and its rows in two snapshots, about. */
#define ROOM_PROCESS_BYTES 4608

static size_t room_processes(const struct state *state)
{
	return memory_limit(state->memory) / 16 * ROOM_FULL / ROOM_PROCESS_BYTES;
}

bool room_for_process(struct state *state)
{
	if (state->processes_len >= room_processes(state))
		return false;
	while (room_is_above(state, ROOM_FULL))
		if (!history_drop(&state->history))
			return false;
	return true;
}

void room_note_ended(struct state *state, uint32_t pid, uint64_t start_boot_ns)
{
	struct ended_ids *ended = &state->ended_roomless;

	ended->ids[ended->count++ % ENDED_IDS] = (struct ended_id){ pid, start_boot_ns };
}

bool room_has_ended(const struct state *state, uint32_t pid, uint64_t start_boot_ns)
{
	const struct ended_ids *ended = &state->ended_roomless;

	for (uint64_t i = 0; i < ended->count && i < ENDED_IDS; i++)
		if (ended->ids[i].pid == pid && ended->ids[i].start_boot_ns == start_boot_ns)
			return true;
	return false;
}

/* May its row go? Not while it is sampled, or somebody has just heard of it. */
static bool room_is_over(const struct state *state, const struct process *process)
{
	return (process->flags & PROCESS_F_DEAD) && !(process->flags & PROCESS_F_EXITED_ROW) &&
	       process->seen_seq != state->refresh_seq &&
	       process->active_ns < state->refresh_time_ns;
}

/* On screen: a page, a view of its files, or the stream of what it does. */
static bool room_is_kept(const struct state *state, const struct process *process)
{
	return process->pid == state->kept_pid || process->pid == state->detail_pid;
}

static int room_order(const void *a, const void *b)
{
	const struct process *left = *(struct process *const *)a;
	const struct process *right = *(struct process *const *)b;
	uint64_t left_ns = left->dead_ns ? left->dead_ns : left->busy_ns;
	uint64_t right_ns = right->dead_ns ? right->dead_ns : right->busy_ns;

	if (left_ns != right_ns)
		return left_ns < right_ns ? -1 : 1;
	return left->pid < right->pid ? -1 : left->pid > right->pid;
}

typedef bool (*room_test)(const struct state *state, const struct process *process);

/* The processes that pass, in that order; NULL when there is no memory even for that. */
static struct process **room_collect(const struct state *state, room_test test, size_t *ret_len)
{
	struct process **list = calloc(state->processes_len + 1, sizeof(struct process *));
	size_t len = 0;

	for (size_t i = 0; list && i < state->processes_len; i++)
		if (test(state, state->processes[i]))
			list[len++] = state->processes[i];
	if (list)
		qsort(list, len, sizeof(struct process *), room_order);
	*ret_len = len;
	return list;
}

/* Rows of ended processes are not to keep out new ones. */
static bool room_is_crowded(const struct state *state)
{
	return state->processes_len > room_processes(state) / 4 * 3;
}

static void room_fold_dead(struct state *state, unsigned mark)
{
	struct process **list;
	size_t len;

	if (!room_is_above(state, mark) && !room_is_crowded(state))
		return;
	list = room_collect(state, room_is_over, &len);
	for (size_t i = 0;
	     list && i < len && (room_is_above(state, mark) || room_is_crowded(state)); i++) {
		process_fold(state, list[i]);
		state->evictions++;
	}
	free(list);
}

static bool room_has_more(const struct state *state, const struct process *process)
{
	const struct facts *facts = &process->facts;

	return !room_is_kept(state, process) &&
	       (process->fds || process->pulse || facts->env || facts->words || facts->cgroups);
}

/* What can be asked for again, or comes again by itself. */
static void room_strip(struct state *state, struct process *process)
{
	struct facts *facts = &process->facts;

	fd_forget(state, process);
	pulse_free(state, process);
	text_replace(&state->texts, &facts->env, NULL);
	text_replace(&state->texts, &facts->words, NULL);
	text_replace(&state->texts, &facts->cgroups, NULL);
	facts->asked &= ~(uint32_t)(SEED_ENV | SEED_TEXT | SEED_CGROUP);
	state->evictions++;
}

static void room_strip_idle(struct state *state, unsigned mark)
{
	struct process **list;
	size_t len;

	if (!room_is_above(state, mark))
		return;
	list = room_collect(state, room_has_more, &len);
	for (size_t i = 0; list && i < len && room_is_above(state, mark); i++)
		room_strip(state, list[i]);
	free(list);
}

static void room_make_down_to(struct state *state, unsigned mark)
{
	while (room_is_above(state, mark) && history_drop(&state->history))
		;
	room_fold_dead(state, mark);
	room_strip_idle(state, mark);
}

void room_make(struct state *state)
{
	room_make_down_to(state, ROOM_REST);
}

void room_make_all(struct state *state)
{
	room_make_down_to(state, ROOM_BARE);
}
