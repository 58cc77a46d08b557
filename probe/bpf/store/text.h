/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Texts that are put together from several pieces: argument lists, working folders, cgroups. */
#ifndef PROBE_BPF_STORE_TEXT_H
#define PROBE_BPF_STORE_TEXT_H

#include "build.h"
#include "../extract/task.h"

#define ARGV_MAX 64 /* elements of a caller's argv or envp that are read */
#define CGROUP_LEVELS 16
#define CGROUPS_MAX 3072 /* bytes of the cgroups parameter */

/* A kernel text of at most `max` bytes with its NUL. */
static __always_inline void build_kernel_text(struct build *b, const u32 i, const void *text,
					      const u32 max)
{
	long len = bpf_probe_read_kernel_str(build_at(b), max, text);

	if (len < 0) {
		__sync_fetch_and_add(&b->call->ring.stats->read_failures, 1);
		len = 0;
	}
	build_done(b, i, len);
}

/* The path of the last walk as a text parameter with its NUL; none when it leads to no root. */
static __always_inline void build_walk_text(struct build *b, const u32 i, u32 flags)
{
	struct scratch *slot = b->slot;
	u32 len = slot->walk.bytes ? slot->walk.bytes & (PARAM_MAX - 1) : 1;
	u32 at = EVENT_AT + slot->pos;
	u64 before;

	if (slot->walk.floating || slot->walk.failed) {
		build_none(b, i);
		return;
	}
	/* What build_walk() may overwrite in front of the text. */
	before = *(u64 *)(slot->data + (at & TEXT_MASK) - 8);
	slot->data[at & TEXT_MASK] = '/';
	if (slot->walk.bytes)
		build_walk(slot, at + len);
	put_u64(slot->data + (at & TEXT_MASK) - 8, before);
	slot->data[(at + len) & TEXT_MASK] = 0;
	if (flags & RECORD_EXT_F_CUT)
		slot->flags |= RECORD_F_CUT;
	build_done(b, i, len + 1);
}

/* Writes up to PARAM_MAX - 1 bytes of user memory at slot->pos; the last is made a NUL. */
static __always_inline u32 text_user_bytes(struct scratch *slot, u64 user, u64 len)
{
	u8 *to = slot->data + ((EVENT_AT + slot->pos) & TEXT_MASK);

	if (len >= PARAM_MAX) {
		slot->flags |= RECORD_F_CUT;
		len = PARAM_MAX - 1;
	}
	len &= PARAM_MAX - 1;
	if (!len)
		return 0;
	if (bpf_probe_read_user(to, len, (void *)user)) {
		slot->flags |= RECORD_F_UNREADABLE;
		return 0;
	}
	to[len - 1] = 0;
	return len;
}

/* Parameter i: the texts between two addresses of the current task, each with its NUL. */
static __always_inline void build_user_texts(struct build *b, const u32 i, u64 start, u64 end)
{
	u32 len = start && start < end ? text_user_bytes(b->slot, start, end - start) : 0;

	build_done(b, i, len);
}

/* Pointer i of a caller's vector. Negative when it cannot be read. Verifier: no branches. */
static __always_inline int text_pointer(struct scratch *slot, u64 vector, u32 i, u64 *ret_text)
{
	u32 bytes = slot->abi ? 4 : 8;

	*ret_text = 0;
	if (!bpf_probe_read_user(ret_text, bytes, (void *)(vector + bytes * i)))
		return 0;
	slot->flags |= RECORD_F_UNREADABLE;
	return -1;
}

struct text_vector_loop {
	struct scratch *slot;
	u64 vector;
	u32 first;
	bool whole;
};

REPEATED int text_vector_step(u32 i, struct text_vector_loop *loop)
{
	struct scratch *slot = loop->slot;
	u32 left = PARAM_MAX - 1 - slot->copied;
	u64 text = 0;
	long len;

	loop->whole = text_pointer(slot, loop->vector, loop->first + i, &text) || !text;
	if (loop->whole || left >= PARAM_MAX || left < 2)
		return STOP;
	len = user_text(slot->data + ((EVENT_AT + slot->pos + slot->copied) & TEXT_MASK),
			left & (PARAM_MAX - 1), (void *)text);
	if (len < 0) {
		slot->flags |= RECORD_F_UNREADABLE;
		loop->whole = true;
		return STOP;
	}
	slot->copied += len;
	return len == left ? STOP : GO_ON;
}

/*
 * Appends the texts of a caller's vector of pointers (argv, envp) from the one `first` on, at most
 * PARAM_MAX bytes. Returns how many bytes, none of which are part of slot->pos yet.
 */
SUBPROG u32 text_vector(struct scratch *slot, u64 vector, u32 first)
{
	struct text_vector_loop loop = { slot, vector, first, false };

	if (!slot)
		return 0;
	slot->copied = 0;
	if (!vector)
		return 0;
	REPEAT(ARGV_MAX, text_vector_step, &loop);
	if (!loop.whole)
		slot->flags |= RECORD_F_CUT;
	return slot->copied;
}

#ifdef PLAIN_KERNEL /* see scratch_at() */
SUBPROG_OF_NUMBERS u32 text_vector_at(u32 index, u64 vector, u32 first)
{
	return text_vector(scratch_at(index), vector, first);
}
#define text_vector(slot, vector, first) text_vector_at((slot)->index, vector, first)
#endif

/*
 * Appends "label=path" and a NUL for one controller, where kn is its cgroup's kernfs node and label
 * up to 16 characters as two words. Only whole texts are appended.
 */
SUBPROG int text_cgroup(struct scratch *slot, u64 kn, u64 label, u64 label_rest, u32 label_len)
{
	u32 parent_at = bpf_core_field_exists(struct kernfs_node, __parent)
				? bpf_core_field_offset(struct kernfs_node, __parent)
				: bpf_core_field_offset(struct kernfs_node___parent, parent);
	u64 parent, name = 0;
	u32 levels = 0;

	if (!slot || !kn)
		return 0;
	/* The nodes below the root, leaf first; the stage has room for more than CGROUP_LEVELS. */
	for (u32 i = 0; i < CGROUP_LEVELS; i++) {
		parent = 0;
		bpf_probe_read_kernel(&parent, sizeof(parent), (void *)(kn + parent_at));
		if (!parent)
			break;
		((u64 *)slot->stage)[i] = kn;
		kn = parent;
		levels = i + 1;
	}
	slot->levels = levels;
	/* Room for one more path: what follows runs over by less than a page. */
	if (slot->copied > CGROUPS_MAX) {
		slot->flags |= RECORD_F_CUT;
		return 0;
	}
	put_u64(slot->data + ((EVENT_AT + slot->pos + slot->copied) & TEXT_MASK), label);
	put_u64(slot->data + ((EVENT_AT + slot->pos + slot->copied + 8) & TEXT_MASK), label_rest);
	slot->copied += label_len & 15;
	if (!levels)
		slot->data[(EVENT_AT + slot->pos + slot->copied++) & TEXT_MASK] = '/';
	for (u32 i = 1; i <= CGROUP_LEVELS; i++) {
		long len;

		if (i > slot->levels || slot->copied > CGROUPS_MAX)
			break;
		kn = ((u64 *)slot->stage)[(slot->levels - i) & (CGROUP_LEVELS - 1)];
		bpf_probe_read_kernel(
			&name, sizeof(name),
			(void *)(kn + bpf_core_field_offset(struct kernfs_node, name)));
		slot->data[(EVENT_AT + slot->pos + slot->copied++) & TEXT_MASK] = '/';
		len = bpf_probe_read_kernel_str(
			slot->data + ((EVENT_AT + slot->pos + slot->copied) & TEXT_MASK), 256,
			(void *)name);
		if (len > 0)
			slot->copied += len - 1;
	}
	slot->data[(EVENT_AT + slot->pos + slot->copied++) & TEXT_MASK] = 0;
	return 0;
}

#ifdef PLAIN_KERNEL /* see scratch_at() */
SUBPROG_OF_NUMBERS int text_cgroup_at(u32 index, u64 kn, u64 label, u64 label_rest, u32 label_len)
{
	return text_cgroup(scratch_at(index), kn, label, label_rest, label_len);
}
#define text_cgroup(slot, kn, label, label_rest, label_len) \
	text_cgroup_at((slot)->index, kn, label, label_rest, label_len)
#endif

/* The kernfs node of the task's cgroup for a controller, 0 when that is not built in. */
#define TASK_CGROUP_NODE(task, id)                                                        \
	(bpf_core_enum_value_exists(enum cgroup_subsys_id, id)                            \
		 ? task_cgroup_node(task, bpf_core_enum_value(enum cgroup_subsys_id, id)) \
		 : 0)

static __always_inline u64 task_cgroup_node(struct task_struct *task, u64 index)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *css = NULL;

	bpf_probe_read_kernel(
		&css, sizeof(css),
		(void *)((u64)set + bpf_core_field_offset(struct css_set, subsys) + 8 * index));
	return css ? (u64)BPF_CORE_READ(css, cgroup, kn) : 0;
}

/* "NAME=path" of one controller, when the kernel has it. */
#define BUILD_CGROUP(slot, task, name)                                                          \
	do {                                                                                    \
		static const char label[16] = #name "=";                                        \
		text_cgroup(slot, TASK_CGROUP_NODE(task, name##_cgrp_id), LABEL_WORD(label, 0), \
			    LABEL_WORD(label, 8), sizeof(#name "=") - 1);                       \
	} while (0)
#define LABEL_BYTE(label, at) ((u64)(u8)(label)[at] << 8 * ((at)&7))
#define LABEL_WORD(label, at)                                                                      \
	(LABEL_BYTE(label, at) | LABEL_BYTE(label, (at) + 1) | LABEL_BYTE(label, (at) + 2) |       \
	 LABEL_BYTE(label, (at) + 3) | LABEL_BYTE(label, (at) + 4) | LABEL_BYTE(label, (at) + 5) | \
	 LABEL_BYTE(label, (at) + 6) | LABEL_BYTE(label, (at) + 7))

/*
 * Parameter i: cgroups as "controller=path" texts, of every controller that the kernel has; in the
 * v2 hierarchy all have the same path.
 */
static __always_inline void build_cgroups(struct build *b, const u32 i, struct task_struct *task)
{
	struct scratch *slot = b->slot;

	slot->copied = 0;
	BUILD_CGROUP(slot, task, cpuset);
	BUILD_CGROUP(slot, task, cpu);
	BUILD_CGROUP(slot, task, cpuacct);
	BUILD_CGROUP(slot, task, io);
	BUILD_CGROUP(slot, task, memory);
	BUILD_CGROUP(slot, task, pids);
	BUILD_CGROUP(slot, task, devices);
	BUILD_CGROUP(slot, task, freezer);
	BUILD_CGROUP(slot, task, net_cls);
	BUILD_CGROUP(slot, task, perf_event);
	BUILD_CGROUP(slot, task, net_prio);
	BUILD_CGROUP(slot, task, hugetlb);
	BUILD_CGROUP(slot, task, rdma);
	BUILD_CGROUP(slot, task, misc);
	build_done(b, i, slot->copied & (2 * PARAM_MAX - 1));
}

#endif
