/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * chdir, fchdir, unlink, rename and their forms, on sys_exit. The names are the caller's text; only
 * a successful chdir leaves an object behind, the working folder, whose path is an extension item.
 */
#ifndef PROBE_BPF_FAMILY_NAME_H
#define PROBE_BPF_FAMILY_NAME_H

#include "../store/build.h"

/* The working folder that a successful call left. */
static __always_inline void build_ext_cwd(struct build *b)
{
	struct task_struct *task = b->call->task;
	struct walk *w = &b->slot->walk;
	u32 flags;

	if (b->call->ret < 0)
		return;
	walk_begin(w, task, 0);
	flags = walk_path(w, (u64)BPF_CORE_READ(task, fs, pwd.dentry),
			  (u64)BPF_CORE_READ(task, fs, pwd.mnt));
	if (!w->floating && !w->failed)
		build_ext_path(b, RECORD_EXT_PATH, flags);
}

/* chdir: res, path */
SEC("tp_btf/sys_exit")
int BPF_PROG(store_chdir, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 2))
		return 0;
	build_ext_cwd(&b);
	build_u64(&b, 0, ret);
	build_user_text(&b, 1, call.args[0]);
	build_submit(&b);
	return 0;
}

/* fchdir: res, fd */
SEC("tp_btf/sys_exit")
int BPF_PROG(store_fchdir, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 2))
		return 0;
	build_ext_cwd(&b);
	build_u64(&b, 0, ret);
	build_u64(&b, 1, (s64)(s32)call.args[0]);
	build_submit(&b);
	return 0;
}

/* unlink: res, path */
SEC("tp_btf/sys_exit")
int BPF_PROG(store_unlink, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 2))
		return 0;
	build_u64(&b, 0, ret);
	build_user_text(&b, 1, call.args[0]);
	build_submit(&b);
	return 0;
}

/* unlinkat: res, dirfd, name, flags */
SEC("tp_btf/sys_exit")
int BPF_PROG(store_unlinkat, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 4))
		return 0;
	build_u64(&b, 0, ret);
	build_u64(&b, 1, (s64)(s32)call.args[0]);
	build_user_text(&b, 2, call.args[1]);
	build_u32(&b, 3, call.args[2]);
	build_submit(&b);
	return 0;
}

/* rename: res, oldpath, newpath */
SEC("tp_btf/sys_exit")
int BPF_PROG(store_rename, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 3))
		return 0;
	build_u64(&b, 0, ret);
	build_user_text(&b, 1, call.args[0]);
	build_user_text(&b, 2, call.args[1]);
	build_submit(&b);
	return 0;
}

/* renameat: res, olddirfd, oldpath, newdirfd, newpath; renameat2: flags too */
static __always_inline void store_renameat_event(struct call *call, const u32 n)
{
	struct build b;

	if (build_begin(&b, call, n))
		return;
	build_u64(&b, 0, call->ret);
	build_u64(&b, 1, (s64)(s32)call->args[0]);
	build_user_text(&b, 2, call->args[1]);
	build_u64(&b, 3, (s64)(s32)call->args[2]);
	build_user_text(&b, 4, call->args[3]);
	if (n == 6)
		build_u32(&b, 5, call->args[4]);
	build_submit(&b);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(store_renameat, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_renameat_event(&call, 5);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(store_renameat2, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_begin_syscall(&call, regs, ret))
		store_renameat_event(&call, 6);
	return 0;
}

#endif
