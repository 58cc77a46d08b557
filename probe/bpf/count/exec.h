/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* An exec is noted, and counted as what it was: see execs.h. */
#ifndef PROBE_BPF_COUNT_EXEC_H
#define PROBE_BPF_COUNT_EXEC_H

#include "execs.h"
#include "timing.h"
#include "../extract/compat.h"

/* task: the current one, which gets a name. Names are also given by prctl and through /proc. */
static __always_inline void exec_note(struct task_struct *task)
{
	struct pt_regs *regs = task_regs(task);
	u32 native = regs_syscall_nr(regs);
	struct compat_call compat = {};
	struct exec_call *exec;

	compat.nr = native;
	if (in_compat(task))
		compat_begin(&compat, regs);
	else
		regs_syscall_args(regs, compat.args);
	if (compat.nr != NR_EXECVE && compat.nr != NR_EXECVEAT) {
		/* Of an exec whose return was not seen as one: a tracer had changed its number. */
		task_map_forget(&execs, task);
		return;
	}
	exec = task_map_make(&execs, task);
	if (!exec)
		return;
	exec->nr = compat.nr;
	exec->native = native;
	exec->is_compat = in_compat(task);
	for (u32 i = 0; i < 6; i++)
		exec->args[i] = compat.args[i];
}

/*
 * Counts a call that returned 0 and whose number in the registers may be that of an exec. nr: the
 * row of that number. The stream has had its event before. Verifier: by itself, as it is called
 * from two places.
 */
SUBPROG int exec_returned(struct thread_counts *counts, u32 nr)
{
	struct task_struct *task = task_current();
	struct exec_call *exec = exec_find(task);
	struct probe_knobs *knob = knobs_get();
	u32 entered = nr;

	if (exec) {
		nr = exec->nr;
		entered = exec->native;
		task_map_forget(&execs, task);
	}
	count_add(counts, task, SLOT_CALLS, nr);
	if (knob && knob->timing_gen)
		timing_take(knob, task, entered, nr);
	return 0;
}

#endif
