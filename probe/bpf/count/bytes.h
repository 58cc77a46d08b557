/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which byte counter a transfer belongs to, from the file behind the fd. The file is looked up when
 * the call returns: if another thread closed the fd meanwhile, nothing is counted; if the fd was
 * reused, the class is the new file's.
 */
#ifndef PROBE_BPF_COUNT_BYTES_H
#define PROBE_BPF_COUNT_BYTES_H

#include "../extract/cast.h"
#include "../extract/messages.h"
#include "slot.h"

/* include/uapi/linux/stat.h */
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
/* include/linux/fs.h: since 6.16 (cfd86ef7e8e7) eventfd and the like look like regular files. */
#define S_ANON_INODE (1u << 19)
#define AF_UNIX 1
#define AF_NETLINK 16
#define FD_SMALL 64 /* NR_OPEN_DEFAULT on 64-bit */

enum byte_class { BYTES_FILE, BYTES_NET, BYTES_IPC };

/* clang-format off */
#define FD_CASE(fd) \
	case fd: \
		return files->fd_array[fd];
#define FD_CASES(fd) \
	FD_CASE(fd) FD_CASE(fd + 1) FD_CASE(fd + 2) FD_CASE(fd + 3) \
	FD_CASE(fd + 4) FD_CASE(fd + 5) FD_CASE(fd + 6) FD_CASE(fd + 7)

/*
 * The file of an fd below 64 in a table that never grew: the array is part of files_struct and is
 * read by plain loads, a fifth of the cost of helper calls (tests/bench/bench_maps).
 * Verifier: fields of kernel structs only at constant offsets, hence one case each.
 */
static __always_inline struct file *small_table_file(struct files_struct *files, u32 fd)
{
	switch (fd) {
	FD_CASES(0) FD_CASES(8) FD_CASES(16) FD_CASES(24)
	FD_CASES(32) FD_CASES(40) FD_CASES(48) FD_CASES(56)
	}
	return NULL;
}
/* clang-format on */

static __always_inline enum byte_class family_class(u32 family)
{
	return family == AF_UNIX || family == AF_NETLINK ? BYTES_IPC : BYTES_NET;
}

static __always_inline enum byte_class inode_class(u32 mode, u32 flags)
{
	mode &= S_IFMT;
	if (flags & S_ANON_INODE)
		return BYTES_IPC;
	if (mode == S_IFREG || mode == S_IFCHR || mode == S_IFBLK || mode == S_IFDIR)
		return BYTES_FILE;
	return BYTES_IPC;
}

/* Class of a file that the verifier knows as one. Negative when it is gone. */
static __always_inline int file_class(struct file *file)
{
	struct inode *inode;
	struct socket *socket;

	if (!file)
		return -1;
	inode = file->f_inode;
	if (!inode)
		return -1;
	if ((inode->i_mode & S_IFMT) != S_IFSOCK)
		return inode_class(inode->i_mode, inode->i_flags);
	/* Since 5.11 (b60da4955f53). */
	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_sock_from_file)) {
		socket = BPF_CORE_READ(file, private_data);
		return family_class(BPF_CORE_READ(socket, sk, __sk_common.skc_family));
	}
	socket = bpf_sock_from_file(file);
	if (!socket || !socket->sk)
		return BYTES_IPC;
	return family_class(socket->sk->__sk_common.skc_family);
}

/* The same for a large table: its array can only be read by helpers. */
static __always_inline int large_table_class(struct fdtable *table, u32 fd)
{
	struct file *file = NULL;
	struct inode *inode;
	struct socket *socket;
	u32 mode;

	if (fd >= FOLLOW(table, max_fds))
		return -1;
	if (bpf_probe_read_kernel(&file, sizeof(file), FOLLOW(table, fd) + fd) || !file)
		return -1;
	inode = BPF_CORE_READ(file, f_inode);
	mode = BPF_CORE_READ(inode, i_mode);
	if ((mode & S_IFMT) != S_IFSOCK)
		return inode_class(mode,
				   (mode & S_IFMT) == S_IFREG ? BPF_CORE_READ(inode, i_flags) : 0);
	socket = BPF_CORE_READ(file, private_data);
	return family_class(BPF_CORE_READ(socket, sk, __sk_common.skc_family));
}

/* Any table, by loads. A faulting load reads zero, as elsewhere in BPF. */
static __always_inline int cast_table_class(struct fdtable *table, u32 fd)
{
	struct list_head *cell; /* stands for a word that is a pointer */
	struct socket *socket;
	struct inode *inode;
	struct file *file;
	u32 mode;

	if (fd >= table->max_fds)
		return -1;
	cell = KERNEL_CAST(struct list_head, table->fd + fd);
	file = KERNEL_CAST(struct file, cell->next);
	inode = file->f_inode;
	if (!inode)
		return -1;
	mode = inode->i_mode;
	if ((mode & S_IFMT) != S_IFSOCK)
		return inode_class(mode, inode->i_flags);
	socket = KERNEL_CAST(struct socket, file->private_data);
	return family_class(socket->sk->__sk_common.skc_family);
}

/* How the file is found; a constant of each program. */
enum file_lookup { FILE_BY_HELPERS, FILE_BY_CAST };

static __always_inline int fd_class(struct files_struct *files, u32 fd, enum file_lookup lookup)
{
	struct fdtable *table = FOLLOW(files, fdt);

	if (lookup == FILE_BY_CAST)
		return cast_table_class(table, fd);
	if (TYPED_TASK && likely(table == &files->fdtab && fd < FD_SMALL))
		return file_class(small_table_file(files, fd));
	return large_table_class(table, fd);
}

/* The bytes of a call that returned a count of messages. */
static __always_inline u64 messages_moved(u64 vector, u32 count, u32 entry_bytes)
{
	u64 bytes = messages_bytes(vector, count, entry_bytes);
	struct cpu_stats *stats;

	if (unlikely(bytes & MESSAGES_UNREAD) && (stats = stats_here()))
		__sync_fetch_and_add(&stats->unread_transfers, 1);
	return bytes & ~MESSAGES_UNREAD;
}

static __always_inline void bytes_add(struct thread_counts *counts, int class, u32 io, u64 bytes)
{
	if (class < 0)
		return;
	if (class == BYTES_FILE) {
		if (io & COUNT_IO_IN)
			counts->bytes.file_in += bytes;
		else
			counts->bytes.file_out += bytes;
	} else if (class == BYTES_NET) {
		if (io & COUNT_IO_IN)
			counts->bytes.net_in += bytes;
		else
			counts->bytes.net_out += bytes;
	} else {
		if (io & COUNT_IO_IN)
			counts->bytes.ipc_in += bytes;
		else
			counts->bytes.ipc_out += bytes;
	}
}

#endif
