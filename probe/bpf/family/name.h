/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * chdir and fchdir on sys_exit. The name is the caller's text; a successful call leaves an object
 * behind, the working folder, whose path is an extension item.
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
ON_RETURN
int CALL_PROG(store_chdir, struct pt_regs *regs, long ret)
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
ON_RETURN
int CALL_PROG(store_fchdir, struct pt_regs *regs, long ret)
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

#endif
