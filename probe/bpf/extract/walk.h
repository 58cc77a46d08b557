/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The path of a kernel object: from its dentry up to the root of the mount namespace, through
 * mount points, not minding the process's root: a chroot is seen through.
 *
 * Each dentry is read in one block that holds its parent, name and, for short names, the text. The
 * sequence count of every dentry on the way is looked at again after the last one was read: if none
 * has changed there was an instant at which the whole path was true.
 */
#ifndef PROBE_BPF_EXTRACT_WALK_H
#define PROBE_BPF_EXTRACT_WALK_H

#include "../kernel.h"
#include "../repeat.h"
#include "../shared.h"

#define WALK_MAX 32      /* components kept; must be a power of two */
#define WALK_STEPS 40    /* components and mount points */
#define DENTRY_BYTES 104 /* head of struct dentry, up to and with the inline name */
#define MOUNT_BYTES 64   /* head of struct mount, up to and with mnt.mnt_root */
#define FILE_BYTES 128   /* head of struct file */
#define INODE_BYTES 128  /* head of struct inode */
#define SUPER_BYTES 128  /* head of struct super_block, up to and with s_root */

struct walk_entry {
	u64 dentry;
	u8 block[DENTRY_BYTES];
};

struct walk {
	/* What the caller knows already, 0 = nothing: each saves a read. */
	u64 fs_root;       /* root dentry of the file system that the walk starts in */
	u64 top, top_root; /* struct mount at the namespace's root, and its root dentry */
	/* Results. */
	u32 len;     /* components */
	u32 bytes;   /* of the text, at most RECORD_PATH_MAX - 1 */
	u8 cut;      /* the front is missing */
	u8 bound;    /* the mount's root is not its file system's root */
	u8 floating; /* not reachable from a root: pipe, socket, memory */
	u8 failed;   /* a read failed */
	u32 end;     /* build_walk(): where the next component ends */
	u8 raced;    /* a dentry has moved since it was read */
	/* Where walk_up() is. */
	u64 dentry;
	u64 at, at_root; /* struct mount, and its root dentry; 0: in none */
	u64 first;       /* the struct mount that it began in */
	u8 mount[MOUNT_BYTES];
	u8 file[FILE_BYTES];
	u8 inode[INODE_BYTES];
	u8 super[SUPER_BYTES];
	struct walk_entry entry[WALK_MAX];
	u8 slack[DENTRY_BYTES]; /* Verifier: for masked positions beyond the last block */
};

/* A field of a block that was read from the start of its struct. */
#define BLOCK_U64(block, type, field) (*(u64 *)((block) + bpf_core_field_offset(type, field)))
#define BLOCK_U32(block, type, field) (*(u32 *)((block) + bpf_core_field_offset(type, field)))
#define BLOCK_U16(block, type, field) (*(u16 *)((block) + bpf_core_field_offset(type, field)))

/* Reads the mount at `mount`; its root dentry, 0 when it cannot be read. */
static __always_inline u64 walk_mount(struct walk *w, u64 mount)
{
	if (bpf_probe_read_kernel(w->mount, MOUNT_BYTES, (void *)mount)) {
		w->failed = 1;
		return 0;
	}
	return BLOCK_U64(w->mount, struct mount, mnt.mnt_root);
}

static __always_inline bool walk_has_parent(u64 dentry)
{
	u64 parent = dentry;

	bpf_probe_read_kernel(&parent, sizeof(parent),
			      (void *)(dentry + bpf_core_field_offset(struct dentry, d_parent)));
	return parent != dentry;
}

/* What the loops below have on the stack. */
struct walk_loop {
	struct walk *walk;
};

/* Nothing is missing in front that could be had. */
static __always_inline int walk_ends(struct walk *w)
{
	w->cut = 0;
	return STOP;
}

/* On to the mount that this one is mounted in. */
static __always_inline int walk_leave_mount(struct walk *w)
{
	u64 mount = w->at, up = BLOCK_U64(w->mount, struct mount, mnt_parent);

	if (mount == w->first)
		w->bound = w->fs_root ? w->dentry != w->fs_root : walk_has_parent(w->dentry);
	if (up == mount)
		return walk_ends(w);
	w->dentry = BLOCK_U64(w->mount, struct mount, mnt_mountpoint);
	w->at = up;
	if (up == w->top && w->dentry == w->top_root)
		return walk_ends(w);
	w->at_root = walk_mount(w, up);
	return GO_ON;
}

REPEATED int walk_step(u32 i, struct walk_loop *loop)
{
	struct walk *w = loop->walk;
	struct walk_entry *e;
	u64 parent;
	u32 bytes;

	if (w->at_root && w->dentry == w->at_root)
		return walk_leave_mount(w);
	if (w->len >= WALK_MAX)
		return STOP;
	e = &w->entry[w->len & (WALK_MAX - 1)];
	if (bpf_probe_read_kernel(e->block, DENTRY_BYTES, (void *)w->dentry)) {
		w->failed = 1;
		return walk_ends(w);
	}
	e->dentry = w->dentry;
	parent = BLOCK_U64(e->block, struct dentry, d_parent);
	if (parent == w->dentry) { /* a root, of a file system or of nothing */
		w->floating = w->first != 0;
		return walk_ends(w);
	}
	bytes = w->bytes + 1 + (BLOCK_U32(e->block, struct dentry, d_name.len) & 0xff);
	if (bytes >= RECORD_PATH_MAX)
		return STOP;
	w->bytes = bytes;
	w->len++;
	w->dentry = parent;
	return GO_ON;
}

REPEATED int walk_look_again(u32 i, struct walk_loop *loop)
{
	struct walk *w = loop->walk;
	struct walk_entry *e = &w->entry[i & (WALK_MAX - 1)];
	u32 seq = 0, was = BLOCK_U32(e->block, struct dentry, d_seq);

	if (i >= w->len)
		return STOP;
	bpf_probe_read_kernel(&seq, sizeof(seq),
			      (void *)(e->dentry + bpf_core_field_offset(struct dentry, d_seq)));
	w->raced |= seq != was || (seq & 1);
	return GO_ON;
}

/*
 * Verifier: functions without `static` are verified by themselves, once for each program, and not
 * again at every call with what is known there. Their pointers may be NULL in its eyes.
 *
 * Walks up from dentry in the mount of vfsmnt; with vfsmnt 0 to the root of the file system. Fills
 * entries (leaf first) and results.
 */
SUBPROG int walk_up(struct walk *w, u64 dentry, u64 vfsmnt)
{
	struct walk_loop loop = { w };

	if (!w)
		return 0;
	/* Verifier: counts live in the map, where their values are not followed. */
	w->len = 0;
	w->bytes = 0;
	w->cut = 1;
	w->floating = 0;
	w->failed = 0;
	w->bound = 0;
	w->raced = 0;
	w->dentry = dentry;
	w->first = vfsmnt ? vfsmnt - bpf_core_field_offset(struct mount, mnt) : 0;
	w->at = w->first;
	w->at_root = vfsmnt ? walk_mount(w, w->first) : 0;
	REPEAT(WALK_STEPS, walk_step, &loop);
	REPEAT(WALK_MAX, walk_look_again, &loop);
	return 0;
}

/* Begins a walk of an object of the task; fs_root as in struct walk. */
static __always_inline void walk_begin(struct walk *w, struct task_struct *task, u64 fs_root)
{
	struct nsproxy *nsproxy = FOLLOW(task, nsproxy);

	w->fs_root = fs_root;
	w->top = 0;
	w->top_root = 0;
	if (nsproxy) { /* NULL in a task that is ending */
		w->top = (u64)FOLLOW(nsproxy, mnt_ns, root);
		w->top_root = (u64)FOLLOW(nsproxy, mnt_ns, root, mnt.mnt_root);
	}
}

/*
 * Walks, once more if it raced with a rename. Returns enum record_ext_flag bits of the result; the
 * leaf's deletion is among them.
 */
SUBPROG_TWIN u32 walk_path(struct walk *w, u64 dentry, u64 vfsmnt)
{
	u32 flags = RECORD_EXT_F_RACED;

	if (!w)
		return 0;
	for (u32 i = 0; i < 2; i++) {
		walk_up(w, dentry, vfsmnt);
		if (!w->raced) {
			flags = 0;
			break;
		}
	}
	if (w->cut)
		flags |= RECORD_EXT_F_CUT;
	/* d_unhashed(): the leaf is in no directory. */
	if (w->len && !BLOCK_U64(w->entry[0].block, struct dentry, d_hash.pprev))
		flags |= RECORD_EXT_F_DELETED;
	return flags;
}

#endif
