/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Flags of the kernel's ABI turned into those of capture files (capture-format.md, appendix B). */
#ifndef PROBE_BPF_EXTRACT_FLAGS_H
#define PROBE_BPF_EXTRACT_FLAGS_H

#include "../kernel.h"

/* include/uapi/asm-generic/fcntl.h; four differ on arm64 (arch/arm64/include/uapi/asm/fcntl.h). */
#define K_O_ACCMODE 03u
#define K_O_CREAT 0100u
#define K_O_EXCL 0200u
#define K_O_TRUNC 01000u
#define K_O_APPEND 02000u
#define K_O_NONBLOCK 04000u
#define K_O_DSYNC 010000u
#define K_O_CLOEXEC 02000000u
#define K_O_SYNC (04000000u | K_O_DSYNC)
#if defined(__TARGET_ARCH_arm64)
#define K_O_DIRECTORY 040000u
#define K_O_DIRECT 0200000u
#define K_O_LARGEFILE 0400000u
#else
#define K_O_DIRECT 040000u
#define K_O_LARGEFILE 0100000u
#define K_O_DIRECTORY 0200000u
#endif
#define K_O_TMPFILE (020000000u | K_O_DIRECTORY)

#define SCAP_O_DIRECT (1u << 9)
#define SCAP_O_F_CREATED (1u << 14)
#define SCAP_O_UPPER_LAYER (1u << 15)
#define SCAP_O_LOWER_LAYER (1u << 16)

/* Bit `from` of flags as bit `to`: shifts instead of branches. Both are constants. */
#define FLAG_MOVE(flags, from, to) ((u32)(((flags) & (from)) == (from)) * (to))

static __always_inline u32 open_flags_encode(u64 flags)
{
	/* RDONLY 0 -> 1, WRONLY 1 -> 2, RDWR 2 -> 3; 3 (no access, ioctl only) -> 0. */
	u32 out = ((u32)flags + 1) & 3;

	out |= FLAG_MOVE(flags, K_O_CREAT, 1u << 2);
	out |= FLAG_MOVE(flags, K_O_APPEND, 1u << 3);
	out |= FLAG_MOVE(flags, K_O_DSYNC, 1u << 4);
	out |= FLAG_MOVE(flags, K_O_EXCL, 1u << 5);
	out |= FLAG_MOVE(flags, K_O_NONBLOCK, 1u << 6);
	out |= FLAG_MOVE(flags, K_O_SYNC, 1u << 7);
	out |= FLAG_MOVE(flags, K_O_TRUNC, 1u << 8);
	out |= FLAG_MOVE(flags, K_O_DIRECT, 1u << 9);
	out |= FLAG_MOVE(flags, K_O_DIRECTORY, 1u << 10);
	out |= FLAG_MOVE(flags, K_O_LARGEFILE, 1u << 11);
	out |= FLAG_MOVE(flags, K_O_CLOEXEC, 1u << 12);
	out |= FLAG_MOVE(flags, K_O_TMPFILE, 1u << 13);
	return out;
}

/* Flags that only describe the descriptor: of dup3, pipe2, and of a socket's type. */
static __always_inline u32 fd_flags_encode(u64 flags)
{
	return FLAG_MOVE(flags, K_O_NONBLOCK, 1u << 6) | FLAG_MOVE(flags, K_O_DIRECT, 1u << 9) |
	       FLAG_MOVE(flags, K_O_CLOEXEC, 1u << 12);
}

/* The mode has a meaning only where the call may make a file. */
static __always_inline u32 open_mode_encode(u64 flags, u64 mode)
{
	return (flags & K_O_CREAT) || (flags & K_O_TMPFILE) == K_O_TMPFILE ? mode & 07777 : 0;
}

/* include/uapi/linux/openat2.h has NO_XDEV first; capture files have it fifth. */
static __always_inline u32 resolve_flags_encode(u64 resolve)
{
	u32 out = 0;

	out |= FLAG_MOVE(resolve, 0x08u, 1u << 0); /* BENEATH */
	out |= FLAG_MOVE(resolve, 0x10u, 1u << 1); /* IN_ROOT */
	out |= FLAG_MOVE(resolve, 0x02u, 1u << 2); /* NO_MAGICLINKS */
	out |= FLAG_MOVE(resolve, 0x04u, 1u << 3); /* NO_SYMLINKS */
	out |= FLAG_MOVE(resolve, 0x01u, 1u << 4); /* NO_XDEV */
	out |= FLAG_MOVE(resolve, 0x20u, 1u << 5); /* CACHED */
	return out;
}

#endif
