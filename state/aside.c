/* SPDX-License-Identifier: Apache-2.0 */
/* Processes beside the tables, see aside.h. */
#include "aside.h"
#include "tables.h"

#define ASIDE_MAX 1024u

/* Also one that the source does not know is remembered: it is DEAD. */
static struct process *aside_ask(struct state *state, uint32_t pid)
{
	struct process *process = memory_alloc(state->memory, sizeof(*process));
	struct process_seed seed;

	if (!process)
		return NULL;
	process->pid = pid;
	process->state = '?';
	process->comm = text_ref(state->none);
	process->flags = PROCESS_F_DEAD;
	if (hash_put(&state->asides, pid, 0, process) < 0) {
		process_release(state, process);
		return NULL;
	}
	process_seed_init(&seed);
	if (state->source.process_seed(state->source.ctx, pid, SEED_TEXT | SEED_IDS, &seed) < 0)
		return process;
	process->flags = 0;
	process->start_boot_ns = seed.start_boot_ns;
	process->ppid = seed.ppid;
	process->uid = process->euid = seed.uid;
	process_set_comm(state, process, seed.comm);
	process_seed_apply(state, process, &seed);
	return process;
}

struct process *aside_get(struct state *state, uint32_t pid)
{
	struct process *process = hash_get(&state->asides, pid, 0);

	if (!process && pid && state->source.process_seed && state->asides.len < ASIDE_MAX)
		process = aside_ask(state, pid);
	return process && !(process->flags & PROCESS_F_DEAD) ? process : NULL;
}

void aside_drop(struct state *state)
{
	struct process *process;
	size_t at = 0;

	if (!state->asides.len)
		return;
	while ((process = hash_next(&state->asides, &at)))
		process_release(state, process);
	hash_release(&state->asides);
	hash_init(&state->asides, state->memory);
	state->ancestry++; /* they can be others when they are asked for again */
}
