/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls of 32-bit programs: the table that says which row of the syscall table each is and how its
 * registers become that row's arguments. Made by the loader (../compat.c) from
 * schema/syscalls_i386.def or syscalls_arm.def.
 *
 *   x86_64   0 .. 511  by number    512 .. 543  inside socketcall    544 .. 575  inside ipc
 *   arm64    0 .. 511  by number    512 .. 543  the architecture's own, from 0xf0000 on
 */
#ifndef PROBE_BPF_COMPAT_H
#define PROBE_BPF_COMPAT_H

#include <linux/types.h>

#define COMPAT_NUMBERS 512
#define COMPAT_SUBS 32
#define COMPAT_AT_SOCKETCALL COMPAT_NUMBERS
#define COMPAT_AT_PRIVATE COMPAT_NUMBERS
#define COMPAT_AT_IPC (COMPAT_NUMBERS + COMPAT_SUBS)
#define COMPAT_ROWS (COMPAT_NUMBERS + 2 * COMPAT_SUBS)

enum compat_flag {
	COMPAT_F_TIME64 = 1u << 0,  /* times in memory are as in 64-bit programs */
	COMPAT_F_ID16 = 1u << 1,    /* ids have 16 bits */
	COMPAT_F_PAGES = 1u << 2,   /* the last argument counts pages */
	COMPAT_F_COMMAND = 1u << 3, /* the command has the bit IPC_64 */
	COMPAT_F_SEMCTL = 1u << 4,  /* ptr points to the last argument */
	COMPAT_F_MSGRCV = 1u << 5,  /* ptr points to buffer and type in version 0 */
	/* The second, the third argument is a command with the bit IPC_64. */
	COMPAT_F_COMMAND1 = 1u << 6,
	COMPAT_F_COMMAND2 = 1u << 7,
};

#define COMPAT_REG_NONE 6 /* stands for a register that is 0 */

struct compat_row {
	__u16 nr;       /* of the row, plus 1; 0 = no such call */
	__u8 flags;     /* enum compat_flag */
	__u8 words;     /* the registers are these many words in memory; 0 = they are registers */
	__u8 at;        /* the register that points to them */
	__u8 is_signed; /* bit a: argument a has a sign */
	__u8 is_id;     /* bit a: argument a is an id of 16 bits */
	__u8 low[6];    /* the register of each argument */
	__u8 high[6];   /* that of the upper half of a 64-bit argument */
	__u8 reserved;
};

#endif
