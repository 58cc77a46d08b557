/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What kernels do differently, each with the change that made the difference. kernel.h includes
 * this.
 *
 * Shapes of types: a flavour (name___suffix) stands for an older shape of the same struct; the code
 * asks at load time which fields exist.
 */
#ifndef PROBE_BPF_KERNELS_H
#define PROBE_BPF_KERNELS_H

/*
 * The objects are compiled three times. With PLAIN_KERNEL they use nothing that came after 5.10;
 * the loader takes that pair where the other one does not load. What 5.10 lacks:
 *
 *   task storage for tracing programs         5.12 a10787e6d58c   count/threads.h
 *   a typed current task                      5.11 3ca1032ab7ab   FOLLOW, extract/current.h
 *   atomic exchange                           5.12 5ffa25502b5a   store/scratch.h
 *   pointers as arguments of SUBPROGs         5.12 e5069b9c23b3   below
 *   addresses of functions                    5.13 69c087ba6225   repeat.h
 *
 * On arm64 also tail calls out of programs with functions (6.0, d4609a5d8c70): relay.h.
 *
 * What differs in a detail is asked for at load time instead: see bpf_core_enum_value_exists().
 */

/*
 * With GUARDED_KERNEL programs on system calls hang on perf's tracepoints: see ../guard.h. Their
 * context is then a record; its `format` file in tracefs is part of the ABI.
 */
#ifdef GUARDED_KERNEL
#define GUARDED 1
#define ON_ENTER SEC("tp/raw_syscalls/sys_enter")
#define ON_RETURN SEC("tp/raw_syscalls/sys_exit")
#else
#define GUARDED 0
#define ON_ENTER SEC("tp_btf/sys_enter")
#define ON_RETURN SEC("tp_btf/sys_exit")
#endif

/*
 * FOLLOW(pointer, field, field...): a field of the current task, or of what it leads to. By loads
 * where the verifier knows the task for one; else the pointer is a number to it, read by helpers.
 */
#ifdef PLAIN_KERNEL
#define TYPED_TASK 0
#define FOLLOW(pointer, ...)                          \
	({                                            \
		__typeof__(pointer) from__ = pointer; \
		BPF_CORE_READ(from__, __VA_ARGS__);   \
	})
#else
#define TYPED_TASK 1
#define FOLLOW(pointer, ...) ___arrow(pointer, __VA_ARGS__)
#endif

/* Verified by itself on every kernel. */
#define SUBPROG_OF_NUMBERS __noinline
/*
 * SUBPROG: takes pointers and is verified by itself, once for each program, instead of at every
 * call with what is known there. OUTLINED: there once, for size; part of a program with a tail
 * call. SUBPROG_TWIN: a SUBPROG with a twin of numbers; where only the twin can be verified by
 * itself it is part of that, which saves a frame of the 512 bytes that all stacks share.
 */
#ifdef PLAIN_KERNEL
#define SUBPROG static __noinline
#define SUBPROG_TWIN static __always_inline
#define OUTLINED static __always_inline
#else
#define SUBPROG __noinline
#define SUBPROG_TWIN __noinline
#define OUTLINED static __noinline
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Up to 6.6 (i_mtime, 12cd44023651) and 6.5 (i_ctime, 13bc24457850). */
struct inode___timespec {
	struct timespec64 i_mtime, i_ctime;
};
struct inode___underscore { /* 6.6 to 6.10 */
	struct timespec64 __i_mtime, __i_ctime;
};

/* Up to 6.14 (741c10b096bc). */
struct kernfs_node___parent {
	struct kernfs_node *parent;
};

/* Up to 6.1 (f1a7941243c1): atomic_long_t, which is a struct. */
struct mm_rss_stat___atomic {
	struct {
		s64 counter;
	} count[4];
};
struct mm_struct___atomic {
	struct mm_rss_stat___atomic rss_stat;
};

/* Up to 5.13 (2f064a59a11f). */
struct task_struct___state {
	long state;
};

#pragma clang attribute pop

#endif
