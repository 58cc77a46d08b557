/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Scratch: where records of variable size are built. Tracing programs can be interrupted by others
 * on the same CPU and, on newest kernels, preempted, so scratch is never "the CPU's": a program
 * claims a slot by its owner word and frees it at the end. No free slot is a counted loss.
 */
#ifndef PROBE_BPF_STORE_SCRATCH_H
#define PROBE_BPF_STORE_SCRATCH_H

#include "prefix.h"
#include "../extract/file.h"

/* The event's place in the slot; prefix and extension grow down from it. */
#define EVENT_AT 8704u
/* Most bytes of one parameter but data: a path, an argument list. */
#define PARAM_MAX 4096u
/* Texts end below this position in data: the sum of the longest texts of an exec event does. */
#define TEXT_MASK 0x7fffu

/* struct iovec of 64-bit programs. */
struct iovec_user {
	u64 base, len;
};

/*
 *   data  ... | prefix | extension | header | lengths | parameters ...
 *                                  ^ EVENT_AT
 * Verifier: every position is masked to its range, and the slack behind makes the largest write at
 * the largest masked position fit.
 */
/* Whose texts are built. */
enum scratch_texts {
	TEXTS_CALLER, /* in the caller's memory */
	TEXTS_KEPT,   /* those of an io_uring request; its caller's memory is at hand */
	TEXTS_FAR,    /* the same in another process: its memory is not */
};

struct scratch {
	u32 owner; /* 0 = free */
	/* The build's state. Verifier: not on the stack, so that its values are not followed. */
	u32 pos;          /* next parameter byte, from EVENT_AT */
	u32 ext;          /* bytes of extension in front of EVENT_AT */
	u32 flags;        /* enum record_flag */
	u32 copied;       /* bytes of a vector or text so far */
	u32 levels;       /* nodes of a cgroup's path in stage */
	u32 limit;        /* of data: knobs.snaplen */
	u32 abi;          /* CALL_ABI_* */
	u32 index;        /* of the slot itself; where SUBPROGs cannot take pointers */
	u32 uring;        /* enum scratch_texts */
	u32 vector_len;   /* elements */
	u32 vector_at;    /* where in data they are copied to, */
	u32 vector_limit; /* and how many bytes at most */
	u32 reserved;
	u64 request[2];            /* struct uring_key */
	u64 vector;                /* address of the elements */
	u64 vector_size;           /* bytes of those that were looked at */
	struct iovec_user element; /* of a vector, as 64-bit programs have it */
	s64 ret;                   /* result and arguments, for parameters by table */
	u64 args[8];
	u8 stage[512];        /* user structs on their way: message headers, addresses */
	struct file_info exe; /* of an exec */
	struct walk walk;     /* path walk; also the slack for writes that run over to the left */
	u8 data[0x4000 + RECORD_MAX_BYTES + 64];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS); /* the loader: possible CPUs times SCRATCH_SLOTS */
	__type(key, u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

#ifdef NO_OWNER
/* Test build: scratch as it must not be, to prove that the test of re-entry can fail. */
static __always_inline struct scratch *scratch_claim(u32 cpu)
{
	u32 index = cpu * SCRATCH_SLOTS;

	return bpf_map_lookup_elem(&scratch, &index);
}
#elif defined(PLAIN_KERNEL)
/*
 * Such a kernel runs the programs with preemption off: what interrupts one between the test and the
 * store of its owner word has ended, and freed its slot, before that goes on.
 */
static __always_inline struct scratch *scratch_claim(u32 cpu)
{
	for (u32 i = 0; i < SCRATCH_SLOTS; i++) {
		u32 index = cpu * SCRATCH_SLOTS + i;
		struct scratch *slot = bpf_map_lookup_elem(&scratch, &index);

		if (!slot || *(volatile u32 *)&slot->owner)
			continue;
		*(volatile u32 *)&slot->owner = 1;
		slot->index = index;
		return slot;
	}
	return NULL;
}
#else
/* Claims a slot of the CPU; NULL when all are taken. The owner word decides, not the CPU number. */
static __always_inline struct scratch *scratch_claim(u32 cpu)
{
	for (u32 i = 0; i < SCRATCH_SLOTS; i++) {
		u32 index = cpu * SCRATCH_SLOTS + i;
		struct scratch *slot = bpf_map_lookup_elem(&scratch, &index);

		if (slot && __sync_val_compare_and_swap(&slot->owner, 0, 1) == 0)
			return slot;
	}
	return NULL;
}
#endif

#ifdef PLAIN_KERNEL
/*
 * Such a kernel verifies a function by itself only when it takes no pointers: the large ones take
 * the number of the slot.
 */
static __always_inline struct scratch *scratch_at(u32 index)
{
	return bpf_map_lookup_elem(&scratch, &index);
}

SUBPROG_OF_NUMBERS u32 walk_path_at(u32 index, u64 dentry, u64 vfsmnt)
{
	struct scratch *slot = scratch_at(index);

	return slot ? walk_path(&slot->walk, dentry, vfsmnt) : 0;
}
#define walk_path(w, dentry, vfsmnt)                                                              \
	walk_path_at(((struct scratch *)((void *)(w) - __builtin_offsetof(struct scratch, walk))) \
			     ->index,                                                             \
		     dentry, vfsmnt)
#endif

static __always_inline void scratch_free(struct scratch *slot)
{
#ifdef PLAIN_KERNEL
	*(volatile u32 *)&slot->owner = 0;
#else
	__sync_lock_test_and_set(&slot->owner, 0);
#endif
}

#endif
