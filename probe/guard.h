/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels that preempt programs on raw tracepoints. While a task is off the CPU in the middle of
 * such a program, the kernel runs it for nobody else on that CPU (`active` of struct bpf_prog):
 * those calls would be counted by no one. Perf's tracepoints keep preemption off, so there the
 * programs on system calls hang on those. They in turn are left out while their CPU is in bpf(2) on
 * a map (bpf_disable_instrumentation), so a second program on the raw tracepoint counts what the
 * first one missed. A call is lost where both are missed, and then that is known.
 *
 *   sys_exit             perf: count_exit_cast, which enters the stream; raw: count_exit
 *   sched_process_exit   perf: count_task_exit_guarded;                  raw: count_task_exit
 *   sched_process_exec   perf: count_exec_guarded;                       raw: count_exec
 */
#ifndef PROBE_GUARD_H
#define PROBE_GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct bpf_program;
struct probe;

/* Should programs be guarded here: can they be preempted, and are perf's tracepoints there? */
bool guard_wanted(const struct probe *probe);
/* The second programs of the counter plane are attached after all others; 0 or -errno. */
void guard_defer_seconds(const struct probe *probe);
int guard_attach_seconds(const struct probe *probe);
/* Is the program one that runs when a call returns? */
bool guard_on_return(const struct bpf_program *program);
/* What of a program's misses matters: nothing of one that is the second on its hook. */
uint64_t guard_misses(const struct probe *probe, const struct bpf_program *program,
		      uint64_t misses);

#endif
