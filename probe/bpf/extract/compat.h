/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of 32-bit programs: found out, numbered and given the arguments of their row. */
#ifndef PROBE_BPF_EXTRACT_COMPAT_H
#define PROBE_BPF_EXTRACT_COMPAT_H

#include "call.h"
#include "../compat.h"
#include "../../schema/sample.h"

/* arch/x86/entry/syscalls/syscall_32.tbl */
#define NR32_SOCKETCALL 102
#define NR32_IPC 117
#define NR32_SENDFILE 187
#define IPC_64 0x100

/* In a 32-bit system call. */
static __always_inline bool in_compat(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return FOLLOW(task, thread_info.status) &
	       0x2; /* TS_COMPAT, arch/x86/include/asm/thread_info.h */
#else
	return FOLLOW(task, thread_info.flags) &
	       1 << 22; /* TIF_32BIT, arch/arm64/include/asm/thread_info.h */
#endif
}

/* A call on its way: registers in, arguments out. */
struct compat_call {
	u32 regs[6];
	u32 index;
	u32 nr;    /* of the row */
	u32 flags; /* enum compat_flag */
	u32 reserved;
	u64 args[6];
};

/* Filled by the loader. */
const volatile struct compat_row compat_rows[COMPAT_ROWS] = {};

/* Of a call that moves bytes: its first two arguments. */
struct compat_io {
	u32 fd;
	u32 memory;
};

#if defined(__TARGET_ARCH_x86)
static __always_inline struct compat_io compat_io(struct pt_regs *regs)
{
	struct compat_io io = { .fd = FOLLOW(regs, bx), .memory = FOLLOW(regs, cx) };

	/* Inside socketcall: the first of the words in memory. */
	if ((u32)FOLLOW(regs, orig_ax) == NR32_SOCKETCALL &&
	    bpf_probe_read_user(&io, sizeof(io), (void *)(u64)io.memory))
		io.fd = -1;
	return io;
}

static __always_inline void compat_regs(struct compat_call *c, struct pt_regs *regs)
{
	c->regs[0] = FOLLOW(regs, bx);
	c->regs[1] = FOLLOW(regs, cx);
	c->regs[2] = FOLLOW(regs, dx);
	c->regs[3] = FOLLOW(regs, si);
	c->regs[4] = FOLLOW(regs, di);
	c->regs[5] = FOLLOW(regs, bp);
}

/* Where the call is in compat_rows; an empty row when it is in no table. */
static __always_inline u32 compat_index(struct pt_regs *regs)
{
	u32 nr = FOLLOW(regs, orig_ax), sub = FOLLOW(regs, bx);

	if (nr == NR32_SOCKETCALL)
		return COMPAT_AT_SOCKETCALL + (sub < COMPAT_SUBS ? sub : 0);
	sub &= 0xffff; /* above it is the version */
	if (nr == NR32_IPC)
		return COMPAT_AT_IPC + (sub < COMPAT_SUBS ? sub : 0);
	return nr < COMPAT_NUMBERS ? nr : COMPAT_AT_SOCKETCALL;
}
#else
/* __ARM_NR_BASE, arch/arm64/include/asm/unistd.h */
#define NR32_PRIVATE 0xf0000

static __always_inline struct compat_io compat_io(struct pt_regs *regs)
{
	return (struct compat_io){ .fd = FOLLOW(regs, orig_x0), .memory = FOLLOW(regs, regs[1]) };
}

static __always_inline void compat_regs(struct compat_call *c, struct pt_regs *regs)
{
	c->regs[0] = FOLLOW(regs, orig_x0);
	c->regs[1] = FOLLOW(regs, regs[1]);
	c->regs[2] = FOLLOW(regs, regs[2]);
	c->regs[3] = FOLLOW(regs, regs[3]);
	c->regs[4] = FOLLOW(regs, regs[4]);
	c->regs[5] = FOLLOW(regs, regs[5]);
}

/* Where the call is in compat_rows; an empty row when it is in no table. */
static __always_inline u32 compat_index(struct pt_regs *regs)
{
	u32 nr = regs_syscall_nr(regs);

	if (nr - NR32_PRIVATE < COMPAT_SUBS)
		return COMPAT_AT_PRIVATE + (nr - NR32_PRIVATE);
	return nr < COMPAT_NUMBERS ? nr : COMPAT_AT_PRIVATE;
}
#endif

/* The number of the call's row, COUNT_NR_UNKNOWN when it has none. */
static __always_inline u32 compat_nr(struct pt_regs *regs)
{
	u64 index = compat_index(regs);
	u32 nr = 0;

	/* Verifier: the test and the index must be of the same register. */
	barrier_var(index);
	if (index < COMPAT_ROWS)
		nr = compat_rows[index].nr;
	return nr ? nr - 1 : COUNT_NR_UNKNOWN;
}

/*
 * The register of that number, 0 for COMPAT_REG_NONE. Verifier: no branches, which would multiply,
 * and constant indices, because the registers can be on the caller's stack.
 */
static __always_inline u64 compat_reg(const struct compat_call *c, u32 reg)
{
	u32 value = 0;

#pragma unroll
	for (u32 i = 0; i < 6; i++)
		value |= c->regs[i] & (u32)((s32)((reg ^ i) - 1) >> 31);
	return value;
}

/* What calls of System V IPC hide in and behind their arguments. */
#if defined(__TARGET_ARCH_x86)
static __always_inline void compat_ipc(struct compat_call *c)
{
	u32 pair[2] = {};

	if (!(c->flags & (COMPAT_F_COMMAND | COMPAT_F_SEMCTL | COMPAT_F_MSGRCV)))
		return;
	if (c->flags & COMPAT_F_COMMAND) {
		/* semctl has its command third, the others second. */
		if (c->flags & COMPAT_F_SEMCTL)
			c->regs[3] &= ~IPC_64;
		else
			c->regs[2] &= ~IPC_64;
	}
	if (c->flags & COMPAT_F_SEMCTL)
		bpf_probe_read_user(&c->regs[4], sizeof(u32), (void *)(u64)c->regs[4]);
	if (c->flags & COMPAT_F_MSGRCV && !(c->regs[0] >> 16)) {
		bpf_probe_read_user(pair, sizeof(pair), (void *)(u64)c->regs[4]);
		c->regs[4] = pair[0];
		c->regs[5] = pair[1];
	}
}
#else
/* Verifier: no branches. */
static __always_inline void compat_ipc(struct compat_call *c)
{
	c->regs[1] &= ~(c->flags / COMPAT_F_COMMAND1 % 2 * IPC_64);
	c->regs[2] &= ~(c->flags / COMPAT_F_COMMAND2 % 2 * IPC_64);
}
#endif

/* Ids of 16 bits; all ones is "no change" in both. */
static __always_inline void compat_ids(struct compat_call *c, u32 is_id)
{
	for (u32 i = 0; i < 3; i++) {
		if (is_id >> i & 1)
			c->args[i] = (u16)c->args[i] == 0xffff ? (u32)-1 : (u16)c->args[i];
	}
}

/* Verifier: by itself, because every store program needs it on one of two paths. */
SUBPROG int compat_translate(struct compat_call *c)
{
	const volatile struct compat_row *row;
	u32 words, at;
	u64 index;

	if (!c)
		return 0;
	index = c->index;
	barrier_var(index);
	if (index >= COMPAT_ROWS)
		return 0;
	row = &compat_rows[index];
	c->nr = row->nr ? row->nr - 1u : COUNT_NR_UNKNOWN;
	c->flags = row->flags;
	words = row->words;
	if (words) {
		at = compat_reg(c, row->at);
		__builtin_memset(c->regs, 0, sizeof(c->regs));
		if (words > 6 || bpf_probe_read_user(c->regs, words * sizeof(u32), (void *)(u64)at))
			__builtin_memset(c->regs, 0, sizeof(c->regs));
	}
	compat_ipc(c);
#pragma unroll
	for (u32 i = 0; i < 6; i++) {
		u64 sign = (u64)(row->is_signed >> i & 1) << 31;
		u64 low = compat_reg(c, row->low[i]);

		c->args[i] = ((low ^ sign) - sign) | compat_reg(c, row->high[i]) << 32;
	}
	if (c->flags & COMPAT_F_ID16)
		compat_ids(c, row->is_id);
	if (c->flags & COMPAT_F_PAGES)
		c->args[5] <<= 12;
	return 0;
}

static __always_inline void compat_begin(struct compat_call *c, struct pt_regs *regs)
{
	c->index = compat_index(regs);
	compat_regs(c, regs);
	c->nr = COUNT_NR_UNKNOWN;
	c->flags = 0;
	c->reserved = 0;
	__builtin_memset(c->args, 0, sizeof(c->args));
	compat_translate(c);
}

#endif
