/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * execve and execveat: one exit event each. Success comes from sched_process_exec, where the new
 * program's memory, names and credentials are in place; number and raw arguments are those that
 * count_rename noted (what they point to is gone). Failure comes from sys_exit, with the texts that
 * the caller passed.
 */
#ifndef PROBE_BPF_FAMILY_EXEC_H
#define PROBE_BPF_FAMILY_EXEC_H

#include "../store/process.h"
#include "../store/want.h"
#include "../count/execs.h"
#include "../extract/exe.h"

#define EXECVE_PARAMS 31 /* the last is filename */
#define EXECVEAT_PARAMS 30
#define EXEC_NAME_MAX 256 /* NAME_MAX and a NUL, include/uapi/linux/limits.h */

/* Parameters 16 to 26, and what there is to know of the file before its path. */
static __noinline void build_exec_identity(struct build *b)
{
	struct task_struct *task = b->call->task;
	struct walk *w = &b->slot->walk;
	struct file_info *info = &b->slot->exe;
	const struct cred *cred = FOLLOW(task, cred);
	struct exe_info exe = {};

	__builtin_memset(info, 0, sizeof(*info));
	exe_info(w, task, info, &exe);
	build_u32(b, 16, task_tty(task));
	build_u64(b, 17, task_vpgid(task));
	build_u32(b, 18, task_loginuid(task));
	build_u32(b, 19, exe.flags);
	build_u64(b, 20, cap_bits(&cred->cap_inheritable));
	build_u64(b, 21, cap_bits(&cred->cap_permitted));
	build_u64(b, 22, cap_bits(&cred->cap_effective));
	build_u64(b, 23, info->ino);
	build_u64(b, 24, exe.ctime_ns);
	build_u64(b, 25, exe.mtime_ns);
	build_u32(b, 26, FOLLOW(cred, euid.val));
	walk_begin(w, task, info->fs_root);
}

/* Parameters 27 to 29: the path that was walked, with its flags. */
static __noinline void build_exec_path(struct build *b, u32 flags)
{
	struct task_struct *task = b->call->task;
	const struct walk *w = &b->slot->walk;
	const struct file_info *info = &b->slot->exe;
	struct dentry *dentry = (struct dentry *)info->dentry;

	/* A file of memory lies in no folder; its own name says so (memfd:NAME). */
	if (w->floating && !w->failed && info->dentry)
		build_kernel_text(b, 27, BPF_CORE_READ(dentry, d_name.name), EXEC_NAME_MAX);
	else
		build_walk_text(b, 27, flags);
	if (info->dentry && !w->floating && !w->failed) {
		build_ext_path(b, RECORD_EXT_EXE, flags);
		build_ext_file_id(b, info->ino, info->dev, info->i_mode);
	}
	build_u64(b, 28, task_pgid(task));
	build_u32(b, 29, FOLLOW(task, cred, egid.val));
}

/*
 * Parameters 16 to 29: what follows the environment.
 * Verifier: before 6.13 the stacks of a program and all that it calls share 512 bytes. So the walk,
 * the deepest of all, is called from here.
 */
static __always_inline void build_exec_rest(struct build *b)
{
	struct walk *w = &b->slot->walk;
	u32 flags = 0;

	build_exec_identity(b);
	if (b->slot->exe.dentry)
		flags = walk_path(w, b->slot->exe.dentry, b->slot->exe.vfsmnt);
	else
		w->floating = 1;
	if (b->slot->exe.nlink0)
		flags |= RECORD_EXT_F_DELETED;
	build_exec_path(b, flags);
}

/*
 * Number, arguments and abi of a successful exec. One that the kernel itself makes (of a helper
 * program) has no arguments and is one of execve. Returns the number of its row.
 */
static __always_inline u64 call_exec(struct call *call, const struct exec_call *exec)
{
	__builtin_memset(call->args, 0, sizeof(call->args));
	call->native = NR_EXECVE;
	call->abi = 0;
	if (!exec)
		return NR_EXECVE;
	for (u32 i = 0; i < 6; i++)
		call->args[i] = exec->args[i];
	call->native = exec->native;
	call->abi = exec->is_compat ? CALL_ABI_32 : 0;
	return exec->nr;
}

/* How long it has taken until now: its return is a few steps away. 0: not timed. */
static __always_inline u64 exec_duration(const struct call *call)
{
	u32 gen = call->knobs->timing_gen;
	struct call_stamp *stamp;

	if (!gen)
		return 0;
	stamp = stamp_find(call->task);
	if (!stamp || stamp->gen != gen || stamp->nr != call->native)
		return 0;
	return bpf_ktime_get_ns() - stamp->ns;
}

/* A successful exec: all of it is in the task. */
static __always_inline void store_exec_done(u64 want_nr, struct task_struct *task,
					    struct linux_binprm *bprm, const u32 n)
{
	struct mm_struct *mm;
	struct call call;
	struct build b;

	if (call_exec(&call, exec_find(task)) != want_nr || !call_wanted(task, want_nr))
		return;
	call.nr = want_nr;
	call.event = nr_info[want_nr].event;
	call.task = task;
	call.foreign = false;
	if (call_begin_task(&call, nr_info[want_nr].loss_class, NR_F_LIFE, 0))
		return;
	call.took_ns = exec_duration(&call);
	if (build_begin(&b, &call, n))
		return;
	mm = BPF_CORE_READ(task, mm);
	build_u64(&b, 0, 0);
	build_args(&b, mm);
	build_process(&b, task);
	build_user_texts(&b, 15, BPF_CORE_READ(mm, env_start), BPF_CORE_READ(mm, env_end));
	build_exec_rest(&b);
	if (n == EXECVE_PARAMS)
		build_kernel_text(&b, 30, BPF_CORE_READ(bprm, filename), PARAM_MAX);
	build_submit(&b);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(stream_execve, struct task_struct *task, s32 old_pid, struct linux_binprm *bprm)
{
	store_exec_done(NR_EXECVE, task, bprm, EXECVE_PARAMS);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(stream_execveat, struct task_struct *task, s32 old_pid, struct linux_binprm *bprm)
{
	store_exec_done(NR_EXECVEAT, task, bprm, EXECVEAT_PARAMS);
	return 0;
}

/* A failed exec. at: index of the path among the arguments; argv and envp follow it. */
static __always_inline void store_exec_failed(struct call *call, const u32 at, const u32 n)
{
	struct build b;
	u32 len;

	if (build_begin(&b, call, n))
		return;
	build_u64(&b, 0, call->ret);
	build_args_vector(&b, call->args[at + 1]);
	build_process(&b, call->task);
	len = text_vector(b.slot, call->args[at + 2], 0);
	build_done(&b, 15, len & (PARAM_MAX - 1));
	build_exec_rest(&b);
	if (n == EXECVE_PARAMS)
		build_user_text(&b, 30, call->args[at]);
	build_submit(&b);
}

ON_RETURN
int CALL_PROG(store_execve, struct pt_regs *regs, long ret)
{
	struct call call;

	if (ret && !call_begin_syscall(&call, regs, ret))
		store_exec_failed(&call, 0, EXECVE_PARAMS);
	return 0;
}

ON_RETURN
int CALL_PROG(store_execveat, struct pt_regs *regs, long ret)
{
	struct call call;

	if (ret && !call_begin_syscall(&call, regs, ret))
		store_exec_failed(&call, 1, EXECVEAT_PARAMS);
	return 0;
}

#endif
