/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * open, openat, openat2, creat, open_by_handle_at on sys_exit. The caller's text is the name
 * parameter; a successful open also has the object's own path, its path inside the file system
 * where that differs, and its identity as extension items.
 */
#ifndef PROBE_BPF_FAMILY_OPEN_H
#define PROBE_BPF_FAMILY_OPEN_H

#include "raw.h"
#include "../store/text.h"
#include "../extract/file.h"
#include "../extract/flags.h"

/* What an extension says of a file; fills *info. */
static __always_inline void file_object(struct build *b, u64 file, struct file_info *info)
{
	struct walk *w = &b->slot->walk;
	u32 flags;

	if (file_info(w, file, info)) {
		__sync_fetch_and_add(&b->call->ring.stats->read_failures, 1);
		return;
	}
	build_ext_file_id(b, info->ino, info->dev, info->i_mode);
	walk_begin(w, b->call->task, info->fs_root);
	flags = walk_path(w, info->dentry, info->vfsmnt);
	if (w->failed)
		__sync_fetch_and_add(&b->call->ring.stats->read_failures, 1);
	if (w->floating || w->failed)
		return;
	if (info->nlink0)
		flags |= RECORD_EXT_F_DELETED;
	build_ext_path(b, RECORD_EXT_PATH, flags);
	if (!w->bound)
		return;
	flags = (flags & RECORD_EXT_F_DELETED) | walk_path(w, info->dentry, 0);
	build_ext_path(b, RECORD_EXT_PATH_IN_FS, flags);
}

/* Extension of a successful open; fills *info (zeros for a failed one). */
static __always_inline void open_object(struct build *b, struct file_info *info)
{
	if (b->call->ret >= 0)
		file_object(b, file_of_fd(b->call->task, b->call->ret), info);
}

static __always_inline u32 open_flags(u64 flags, struct file_info *info)
{
	u32 out = open_flags_encode(flags);

	if (info->f_mode & FMODE_CREATED)
		out |= SCAP_O_F_CREATED;
	if (info->layer == LAYER_UPPER)
		out |= SCAP_O_UPPER_LAYER;
	if (info->layer == LAYER_LOWER)
		out |= SCAP_O_LOWER_LAYER;
	return out;
}

/* Do the flags ask for more than reading what is there? */
SUBPROG_OF_NUMBERS int gate_writes(u64 flags)
{
	return (flags & (K_O_ACCMODE | K_O_CREAT | K_O_TRUNC)) != 0;
}

/* As call_begin_syscall(), with the gates of opens. flags_at: the argument of flags; < 0: none. */
static __always_inline int open_begin(struct call *call, struct pt_regs *regs, long ret,
				      const int flags_at)
{
	u64 nr = call_registers(call, task_current_cast(), regs);
	u32 gates;

	/* Verifier: the test and the index must be of the same 64-bit register. */
	barrier_var(nr);
	if (nr >= SYSCALL_NR_MAX)
		return -1;
	gates = call_gates(nr);
	if (flags_at < 0 || gate_writes(call->args[flags_at < 0 ? 0 : flags_at]))
		gates &= ~INTEREST_WRITES;
	if (gates && gate_failed(ret))
		gates &= ~INTEREST_FAILED;
	if (gates && !file_is_directory(file_of_fd(task_current_cast(), ret)))
		return -1;
	return call_begin_row(call, nr, ret);
}

ON_RETURN
int CALL_PROG(store_open, struct pt_regs *regs, long ret)
{
	struct file_info info = {};
	struct call call;
	struct build b;

	if (open_begin(&call, regs, ret, 1) || build_begin(&b, &call, 6))
		return 0;
	open_object(&b, &info);
	build_u64(&b, 0, ret);
	build_user_text(&b, 1, call.args[0]);
	build_u32(&b, 2, open_flags(call.args[1], &info));
	build_u32(&b, 3, open_mode_encode(call.args[1], call.args[2]));
	build_u32(&b, 4, info.dev);
	build_u64(&b, 5, info.ino);
	build_submit(&b);
	return 0;
}

ON_RETURN
int CALL_PROG(store_openat, struct pt_regs *regs, long ret)
{
	struct file_info info = {};
	struct call call;
	struct build b;

	if (open_begin(&call, regs, ret, 2) || build_begin(&b, &call, 7))
		return 0;
	open_object(&b, &info);
	build_u64(&b, 0, ret);
	build_u64(&b, 1, (s64)(s32)call.args[0]);
	build_user_text(&b, 2, call.args[1]);
	build_u32(&b, 3, open_flags(call.args[2], &info));
	build_u32(&b, 4, open_mode_encode(call.args[2], call.args[3]));
	build_u32(&b, 5, info.dev);
	build_u64(&b, 6, info.ino);
	build_submit(&b);
	return 0;
}

ON_RETURN
int CALL_PROG(store_openat2, struct pt_regs *regs, long ret)
{
	struct {
		u64 flags, mode, resolve;
	} how = {}; /* struct open_how, include/uapi/linux/openat2.h */
	struct file_info info = {};
	struct call call;
	struct build b;

	if (open_begin(&call, regs, ret, -1) || build_begin(&b, &call, 8))
		return 0;
	if (bpf_probe_read_user(&how, sizeof(how), (void *)call.args[2]))
		b.slot->flags |= RECORD_F_UNREADABLE;
	build_call(&b);
	raw_data(b.slot, call.nr, 2);
	open_object(&b, &info);
	build_u64(&b, 0, ret);
	build_u64(&b, 1, (s64)(s32)call.args[0]);
	build_user_text(&b, 2, call.args[1]);
	build_u32(&b, 3, open_flags(how.flags, &info));
	build_u32(&b, 4, open_mode_encode(how.flags, how.mode));
	build_u32(&b, 5, resolve_flags_encode(how.resolve));
	build_u32(&b, 6, info.dev);
	build_u64(&b, 7, info.ino);
	build_submit(&b);
	return 0;
}

ON_RETURN
int CALL_PROG(store_creat, struct pt_regs *regs, long ret)
{
	struct file_info info = {};
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 6))
		return 0;
	open_object(&b, &info);
	build_u64(&b, 0, ret);
	build_user_text(&b, 1, call.args[0]);
	build_u32(&b, 2, call.args[1] & 07777);
	build_u32(&b, 3, info.dev);
	build_u64(&b, 4, info.ino);
	build_u16(&b, 5, info.layer); /* the upper layer is bit 0, the lower bit 1 */
	build_submit(&b);
	return 0;
}

/* open_by_handle_at: fd, mountfd, flags, path, dev, ino. The path is the object's. */
ON_RETURN
int CALL_PROG(store_open_by_handle_at, struct pt_regs *regs, long ret)
{
	struct file_info info = {};
	struct call call;
	struct build b;
	struct walk *w;
	u32 flags = 0;

	if (open_begin(&call, regs, ret, 2) || build_begin(&b, &call, 6))
		return 0;
	open_object(&b, &info);
	build_u64(&b, 0, ret);
	build_u64(&b, 1, (s64)(s32)call.args[0]);
	build_u32(&b, 2, open_flags(call.args[2], &info));
	w = &b.slot->walk;
	walk_begin(w, call.task, info.fs_root);
	if (info.dentry)
		flags = walk_path(w, info.dentry, info.vfsmnt);
	else
		w->floating = 1;
	build_walk_text(&b, 3, flags);
	build_u32(&b, 4, info.dev);
	build_u64(&b, 5, info.ino);
	build_submit(&b);
	return 0;
}

#endif
