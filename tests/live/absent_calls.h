/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls that the tables of newer machines (arm64) lack, as numbers that no machine has, so
 * that tests can name them everywhere: a case that makes one is not of that machine. From the
 * __ARCH_WANT_* parts that include/uapi/asm-generic/unistd.h leaves out.
 */
#ifndef TESTS_LIVE_ABSENT_CALLS_H
#define TESTS_LIVE_ABSENT_CALLS_H

#include <sys/syscall.h>

#define CALL_IS_ABSENT(nr) ((nr) < 0)

#ifndef SYS_open
enum absent_call {
	SYS_open = -1000,
	SYS_creat,
	SYS_dup2,
	SYS_pipe,
	SYS_unlink,
	SYS_rename,
	SYS_fork,
	SYS_vfork,
	SYS_readlink,
	SYS_select,
	SYS_poll,
	SYS_stat,
	SYS_lstat,
	SYS_access,
	SYS_mkdir,
	SYS_rmdir,
	SYS_link,
	SYS_symlink,
	SYS_chmod,
	SYS_chown,
	SYS_lchown,
	SYS_mknod,
	SYS_getdents,
	SYS_eventfd,
	SYS_signalfd,
	SYS_inotify_init,
	SYS_epoll_create,
	SYS_epoll_wait,
	SYS_utimes,
	SYS_time,
};
#endif

#endif
