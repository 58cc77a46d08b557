/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Open files: from a descriptor of the current task to its struct file, inode and device. */
#ifndef PROBE_BPF_EXTRACT_FILE_H
#define PROBE_BPF_EXTRACT_FILE_H

#include "walk.h"

#define K_S_IFMT 0170000u /* include/uapi/linux/stat.h */
#define K_S_IFDIR 0040000u
#define K_S_IFSOCK 0140000u
#define FMODE_CREATED 0x100000u /* include/linux/fs.h: the open made the file */

/* The struct file of fd, 0 when there is none. */
static __always_inline u64 file_of_fd(struct task_struct *task, s64 fd)
{
	struct fdtable *table;
	u64 file = 0;

	if (!FOLLOW(task, files) || fd < 0)
		return 0;
	table = FOLLOW(task, files, fdt);
	if ((u64)fd >= FOLLOW(table, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), (void *)((u64)FOLLOW(table, fd) + 8 * fd));
	return file;
}

static __always_inline u64 file_inode(u64 file)
{
	u64 inode = 0;

	if (file)
		bpf_probe_read_kernel(&inode, sizeof(inode),
				      (void *)(file + bpf_core_field_offset(struct file, f_inode)));
	return inode;
}

/* Inode number, 0 when there is no file. */
static __always_inline u64 file_ino(u64 file)
{
	u64 inode = file_inode(file), ino = 0;

	if (inode)
		bpf_probe_read_kernel(&ino, sizeof(ino),
				      (void *)(inode + bpf_core_field_offset(struct inode, i_ino)));
	return ino;
}

/* K_S_IF*: what it is, 0 when there is no file. */
static __always_inline u32 file_format(u64 file)
{
	u64 inode = file_inode(file);
	u16 mode = 0;

	if (inode)
		bpf_probe_read_kernel(
			&mode, sizeof(mode),
			(void *)(inode + bpf_core_field_offset(struct inode, i_mode)));
	return mode & K_S_IFMT;
}

static __always_inline bool file_is_directory(u64 file)
{
	return file_format(file) == K_S_IFDIR;
}

/* dev_t as capture files have it. */
static __always_inline u32 dev_encode(u32 dev)
{
	u32 major = dev >> 20, minor = dev & 0xfffff;

	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

#define OVERLAYFS_MAGIC 0x794c7630 /* include/uapi/linux/magic.h */

/* Where a file of an overlay lies. */
enum overlay_layer { LAYER_NONE, LAYER_UPPER, LAYER_LOWER };

static __always_inline enum overlay_layer overlay_layer(struct walk *w, u64 inode)
{
	struct ovl_inode *overlay;

	if (BLOCK_U64(w->super, struct super_block, s_magic) != OVERLAYFS_MAGIC ||
	    !bpf_core_type_exists(struct ovl_inode))
		return LAYER_NONE;
	overlay = (struct ovl_inode *)(inode - bpf_core_field_offset(struct ovl_inode, vfs_inode));
	return BPF_CORE_READ(overlay, __upperdentry) ? LAYER_UPPER : LAYER_LOWER;
}

/* What an event says of an opened object. */
struct file_info {
	u64 ino;
	u64 dentry, vfsmnt; /* where its path walk starts */
	u64 fs_root;        /* root dentry of its file system */
	u32 dev;            /* as dev_encode() */
	u32 f_mode;
	u16 i_mode;
	u8 nlink0; /* 1: no name left */
	u8 layer;  /* enum overlay_layer */
};

/* Reads file and inode through the walk's block buffers. Returns 0, or -1 when a read failed. */
static __always_inline int file_info(struct walk *w, u64 file, struct file_info *info)
{
	u64 inode;

	if (!file || bpf_probe_read_kernel(w->file, FILE_BYTES, (void *)file))
		return -1;
	inode = BLOCK_U64(w->file, struct file, f_inode);
	info->vfsmnt = BLOCK_U64(w->file, struct file, f_path.mnt);
	info->dentry = BLOCK_U64(w->file, struct file, f_path.dentry);
	info->f_mode = BLOCK_U32(w->file, struct file, f_mode);
	if (bpf_probe_read_kernel(w->inode, INODE_BYTES, (void *)inode))
		return -1;
	info->i_mode = BLOCK_U16(w->inode, struct inode, i_mode);
	info->ino = BLOCK_U64(w->inode, struct inode, i_ino);
	info->nlink0 = BLOCK_U32(w->inode, struct inode, i_nlink) == 0;
	if (bpf_probe_read_kernel(w->super, SUPER_BYTES,
				  (void *)BLOCK_U64(w->inode, struct inode, i_sb)))
		return -1;
	info->dev = dev_encode(BLOCK_U32(w->super, struct super_block, s_dev));
	info->fs_root = BLOCK_U64(w->super, struct super_block, s_root);
	info->layer = overlay_layer(w, inode);
	return 0;
}

#endif
