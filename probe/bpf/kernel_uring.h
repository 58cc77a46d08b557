/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's io_uring types as far as the programs read them, as in kernel.h: names and fields
 * count, offsets do not. A request (struct io_kiocb) begins with the arguments of its operation:
 * its address is also that of its struct io_open, io_rw, ... (io_kiocb_to_cmd() of
 * include/linux/io_uring_types.h; members of a union up to 5.19).
 *
 * Releases are those in which mainline has a shape first. Debian's 5.10 has the io_uring of 5.15.
 */
#ifndef PROBE_BPF_KERNEL_URING_H
#define PROBE_BPF_KERNEL_URING_H

#include "kernel.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct io_uring_sqe___kernel {
	s32 fd;
	u64 off;
	u64 addr;
	u32 len;
	u32 open_flags; /* of every operation, in one union */
	s32 splice_fd_in;
	u64 addr3; /* since 5.19 */
};

struct io_uring_cqe___kernel {
	u64 user_data;
	s32 res;
	u32 flags;
};

struct io_rsrc_node {
	unsigned long file_ptr; /* low bits are flags */
};

struct io_rsrc_data {
	struct io_rsrc_node **nodes; /* since 6.13 */
	unsigned int nr;
};

struct io_file_table {
	struct io_rsrc_data data;
};
struct io_fixed_file {
	unsigned long file_ptr;
};
struct io_file_table___files { /* up to 6.12 */
	struct io_fixed_file *files;
};

struct io_wq_work_node {
	struct io_wq_work_node *next;
};
struct io_wq_work_list {
	struct io_wq_work_node *first;
};
/* What a worker does now, and the worker of a task with PF_IO_WORKER: io_uring/io-wq.c. */
struct io_wq_work {
	struct io_wq_work_node list;
};
struct io_worker {
	struct io_wq_work *cur_work;
};
struct task_struct___worker {
	void *worker_private; /* NULL: the thread that polls */
};
struct io_submit_state {
	struct io_wq_work_list compl_reqs; /* requests that complete together, since 5.16 */
};

struct io_ring_ctx {
	u32 flags; /* IORING_SETUP_* */
	struct io_submit_state submit_state;
	u32 *sq_array;
	struct io_uring_sqe___kernel *sq_sqes;
	u32 cached_sq_head;
	u32 sq_entries;
	struct io_file_table file_table;
};

struct io_uring_task {
	struct task_struct *task;
};

struct io_cqe {
	u64 user_data;
	s32 res;
	s32 fd;
};

struct io_kiocb {
	struct file *file;
	u8 opcode;
	u32 flags;         /* the low half where it has 64 bits */
	struct io_cqe cqe; /* since 5.19 (cef216fc32d7) */
	struct io_ring_ctx *ctx;
	struct io_uring_task *tctx; /* since 6.13 (b6f58a3f4aa8) */
	void *async_data;
	struct io_wq_work_node comp_list; /* in compl_reqs */
	struct io_wq_work work;           /* of a worker */
};
struct io_kiocb___task { /* up to 6.12 */
	struct task_struct *task;
};

struct filename {
	const char *name;
};
/* Since 7.0 a request holds its names in this. */
struct delayed_filename {
	struct filename *__incomplete_filename;
};

struct open_how {
	u64 flags, mode, resolve;
};
struct io_open {
	s32 dfd;
	u32 file_slot; /* 0: a real descriptor; else 1 + index, ~0: any */
	struct filename *filename;
	struct open_how how;
};
struct io_open___delayed {
	struct delayed_filename filename;
};
struct io_close {
	s32 fd;
	u32 file_slot;
};
struct io_unlink {
	s32 dfd, flags;
	struct filename *filename;
};
struct io_unlink___delayed {
	struct delayed_filename filename;
};
struct io_rename {
	s32 old_dfd, new_dfd, flags;
	struct filename *oldpath, *newpath;
};
struct io_rename___delayed {
	struct delayed_filename oldpath, newpath;
};
struct io_mkdir {
	s32 dfd;
	u16 mode;
	struct filename *filename;
};
struct io_mkdir___delayed {
	struct delayed_filename filename;
};
struct io_link { /* of links and symbolic links, since 6.0 */
	s32 old_dfd, new_dfd, flags;
	struct filename *oldpath, *newpath;
};
struct io_link___delayed {
	struct delayed_filename oldpath, newpath;
};
struct io_hardlink { /* 5.15 to 5.19 */
	s32 old_dfd, new_dfd, flags;
	struct filename *oldpath, *newpath;
};
struct io_symlink {
	s32 new_dfd;
	struct filename *oldpath, *newpath;
};
struct io_statx {
	s32 dfd;
	u32 mask, flags;
	struct filename *filename; /* up to 5.17 the caller's text */
	void *buffer;
};
struct io_statx___delayed {
	struct delayed_filename filename;
};

struct io_xattr { /* since 5.19 */
	struct {
		void *value;
		u64 size;
		char *kname; /* begins with the name */
		u32 flags;
	} ctx;
	struct filename *filename;
};
struct io_xattr___delayed {
	struct delayed_filename filename;
};

struct kiocb {
	s64 ki_pos;
};
struct io_rw {
	struct kiocb kiocb;
	u64 addr;
	u32 len; /* 64 bits up to 5.18: the low half is enough */
};
struct io_sync {
	s64 len, off;
	s32 flags, mode;
};
struct io_fadvise {
	u64 offset;
	u64 len; /* 32 bits up to 6.9: read by its size */
	u32 advice;
};
struct io_madvise {
	u64 addr;
	u64 len;
	u32 advice;
};
struct io_ftrunc {
	s64 len;
};
struct io_splice {
	s64 off_out, off_in;
	u64 len;
	s32 splice_fd_in;
	u32 flags;
};
struct io_epoll {
	s32 epfd, op, fd;
};

struct io_epoll_wait { /* since 6.15 */
	s32 maxevents;
	void *events;
};
struct io_pipe { /* since 6.16 */
	s32 *fds;
	s32 flags;
	s32 file_slot;
};
struct io_fixed_install { /* since 6.8 */
	u32 o_flags;
};
struct io_waitid { /* since 6.7 */
	s32 which, upid, options;
	void *infop;
};
struct io_futex {    /* since 6.7 */
	void *uaddr; /* of FUTEX_WAITV the vector */
	u64 futex_val, futex_mask;
	u32 futex_nr;
};

struct io_uring_cmd {                      /* since 5.19 */
	struct io_uring_sqe___kernel *sqe; /* since 6.6 (fd9b8547bc5c) */
	u32 cmd_op;
};

struct io_shutdown {
	s32 how;
};
struct io_accept {
	void *addr;
	s32 *addr_len;
	s32 flags;
	s32 iou_flags; /* since 6.10; before, only the request says that it is a multishot */
	u32 file_slot;
};
struct io_socket {
	s32 domain, type, protocol, flags;
	u32 file_slot;
};
struct io_connect {
	void *addr;
	s32 addr_len;
};
struct io_bind {
	s32 addr_len;
};
struct io_listen {
	s32 backlog;
};
struct io_poll { /* io_poll_iocb up to 5.18 */
	u32 events;
};

struct io_timeout_data {
	u32 flags;
};

struct io_recvzc { /* since 6.15 */
	u32 msg_flags, len;
};

struct io_sr_msg {
	void *umsg; /* also the buffer of send and receive */
	u32 len;    /* 64 bits up to 5.18: the low half is enough */
	u32 msg_flags;
	u16 flags; /* since 5.19 */
};

#pragma clang attribute pop

#endif
