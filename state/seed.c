/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that nobody saw start, see seed.h. */
#include "seed.h"
#include "tables.h"

void process_seed_apply(struct state *state, struct process *process,
			const struct process_seed *seed)
{
	facts_seed(state, process, seed);
	process_changed(state, process);
	if (!(seed->parts & SEED_TEXT))
		return;
	/* Empty is what a process that ends has: what was known before is better. */
	if (seed->cmdline_len && seed->cmdline_len <= sizeof(seed->cmdline))
		process_set_cmdline(state, process, seed->cmdline, seed->cmdline_len);
	if (seed->exe_len && seed->exe_len <= sizeof(seed->exe))
		process_set_text(state, &process->exe, seed->exe, seed->exe_len);
	if (seed->cwd_len && seed->cwd_len <= sizeof(seed->cwd))
		process_set_text(state, &process->cwd, seed->cwd, seed->cwd_len);
}

void state_seed_process(struct state *state, const struct process_seed *seed)
{
	struct process *process;

	if (seed->tid != seed->pid)
		return;
	process = process_get(state, seed->pid, seed->start_boot_ns);
	if (!process) {
		state->evictions++;
		return;
	}
	process_set_comm(state, process, seed->comm);
	process_set_ppid(state, process, seed->ppid);
	if (seed->parts & SEED_IDS) {
		process->uid = seed->uid;
		process->euid = seed->uid;
		process->rss_bytes = seed->vm_rss_kb * 1024;
		process->vm_bytes = seed->vm_size_kb * 1024;
	}
	process->flags &= ~(uint32_t)PROCESS_F_WANT_TEXT;
	process_seed_apply(state, process, seed);
}
