/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A task's executable file: identity, times, and whether the task could write to it. */
#ifndef PROBE_BPF_EXTRACT_EXE_H
#define PROBE_BPF_EXTRACT_EXE_H

#include "file.h"
#include "task.h"

/* execve_flags of capture files. */
#define SCAP_EXE_WRITABLE (1u << 0)
#define SCAP_EXE_UPPER_LAYER (1u << 1)
#define SCAP_EXE_FROM_MEMFD (1u << 2)
#define SCAP_EXE_LOWER_LAYER (1u << 3)

#define CAP_DAC_OVERRIDE 1 /* include/uapi/linux/capability.h */

struct exe_info {
	u32 flags;
	u64 ctime_ns, mtime_ns; /* since the epoch */
};

#define NSEC 1000000000ULL
#define CTIME_QUERIED \
	0x80000000u /* I_CTIME_QUERIED of include/linux/fs.h, since 6.13 (4e40eff0b573) */

static __always_inline u64 inode_ctime_ns(struct inode *inode)
{
	if (bpf_core_field_exists(inode->i_ctime_sec))
		return BPF_CORE_READ(inode, i_ctime_sec) * NSEC +
		       (BPF_CORE_READ(inode, i_ctime_nsec) & ~CTIME_QUERIED);
	if (bpf_core_field_exists(((struct inode___underscore *)inode)->__i_ctime))
		return BPF_CORE_READ((struct inode___underscore *)inode, __i_ctime.tv_sec) * NSEC +
		       BPF_CORE_READ((struct inode___underscore *)inode, __i_ctime.tv_nsec);
	return BPF_CORE_READ((struct inode___timespec *)inode, i_ctime.tv_sec) * NSEC +
	       BPF_CORE_READ((struct inode___timespec *)inode, i_ctime.tv_nsec);
}

static __always_inline u64 inode_mtime_ns(struct inode *inode)
{
	if (bpf_core_field_exists(inode->i_mtime_sec))
		return BPF_CORE_READ(inode, i_mtime_sec) * NSEC +
		       BPF_CORE_READ(inode, i_mtime_nsec);
	if (bpf_core_field_exists(((struct inode___underscore *)inode)->__i_mtime))
		return BPF_CORE_READ((struct inode___underscore *)inode, __i_mtime.tv_sec) * NSEC +
		       BPF_CORE_READ((struct inode___underscore *)inode, __i_mtime.tv_nsec);
	return BPF_CORE_READ((struct inode___timespec *)inode, i_mtime.tv_sec) * NSEC +
	       BPF_CORE_READ((struct inode___timespec *)inode, i_mtime.tv_nsec);
}

/* By mode bits and CAP_DAC_OVERRIDE; without access control lists and read-only mounts. */
static __always_inline u32 exe_writable(struct walk *w, const struct cred *cred)
{
	u32 mode = BLOCK_U16(w->inode, struct inode, i_mode);

	if (cap_bits(&cred->cap_effective) & 1ULL << CAP_DAC_OVERRIDE)
		return 1;
	if (BLOCK_U32(w->inode, struct inode, i_uid.val) == FOLLOW(cred, fsuid.val))
		return mode >> 7 & 1;
	if (BLOCK_U32(w->inode, struct inode, i_gid.val) == FOLLOW(cred, fsgid.val))
		return mode >> 4 & 1;
	return mode >> 1 & 1;
}

/* A memfd's name is "memfd:" and what its maker said, in no folder. */
static __always_inline u32 exe_memfd(struct file_info *info)
{
	struct dentry *dentry = (struct dentry *)info->dentry;
	char name[8] = {};

	if (BPF_CORE_READ(dentry, d_parent) != dentry)
		return 0;
	bpf_probe_read_kernel(name, 6, BPF_CORE_READ(dentry, d_name.name));
	return *(u64 *)name == (0x64666d656dULL | (u64)':' << 40);
}

/* Fills both from the memory's exe_file; zeros stay where there is none (kernel threads). */
static __always_inline void exe_info(struct walk *w, struct task_struct *task,
				     struct file_info *info, struct exe_info *exe)
{
	struct inode *inode;
	u64 file = (u64)BPF_CORE_READ(task, mm, exe_file);

	if (!file || file_info(w, file, info))
		return;
	inode = (struct inode *)BLOCK_U64(w->file, struct file, f_inode);
	exe->ctime_ns = inode_ctime_ns(inode);
	exe->mtime_ns = inode_mtime_ns(inode);
	if (exe_writable(w, FOLLOW(task, cred)))
		exe->flags |= SCAP_EXE_WRITABLE;
	if (info->layer == LAYER_UPPER)
		exe->flags |= SCAP_EXE_UPPER_LAYER;
	if (info->layer == LAYER_LOWER)
		exe->flags |= SCAP_EXE_LOWER_LAYER;
	if (exe_memfd(info))
		exe->flags |= SCAP_EXE_FROM_MEMFD;
}

#endif
