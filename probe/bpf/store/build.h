/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events with texts, data or an extension: built in claimed scratch, parameter by parameter, and
 * copied into the ring when complete.
 *
 *   build_begin(&b, &call, n)  ->  build_*(&b, i, value) in order  ->  build_submit(&b)
 *
 * Every parameter from 0 to n-1 is written, an unknown one with build_none (length 0).
 */
#ifndef PROBE_BPF_STORE_BUILD_H
#define PROBE_BPF_STORE_BUILD_H

#include "scratch.h"
#include "../extract/user_text.h"

struct build {
	struct call *call;
	struct scratch *slot;
	u32 n; /* parameters of the event */
};

/* Returns 0, or -1 when no scratch is free (the loss is counted). */
static __always_inline int build_begin(struct build *b, struct call *call, const u32 n)
{
	b->call = call;
	b->n = n;
	b->slot = scratch_claim(call->ring.cpu);
	if (!b->slot) {
		ring_lose(&call->ring, RECORD_FATE_NO_SCRATCH);
		return -1;
	}
	b->slot->pos = sizeof(struct event_header) + 2 * n;
	b->slot->ext = 0;
	b->slot->flags = call->flags;
	b->slot->abi = call->abi;
	b->slot->uring = 0;
	return 0;
}

/* Puts result, arguments and limit of the call where global functions find them. */
static __always_inline void build_call(struct build *b)
{
	b->slot->ret = b->call->ret;
	b->slot->limit = b->call->knobs->snaplen;
	for (u32 i = 0; i < 6; i++)
		b->slot->args[i] = b->call->args[i];
}

/* Where the next parameter goes. */
static __always_inline void *build_at(struct build *b)
{
	return b->slot->data + EVENT_AT + (b->slot->pos & (RECORD_MAX_BYTES - 1));
}

static __always_inline void build_len(struct build *b, const u32 i, u32 len)
{
	put_u16(b->slot->data + EVENT_AT + sizeof(struct event_header) + 2 * i, len);
}

/* Parameter i is the len bytes that were written at build_at(). */
static __always_inline void build_done(struct build *b, const u32 i, u32 len)
{
	build_len(b, i, len);
	b->slot->pos += len;
}

static __always_inline void build_none(struct build *b, const u32 i)
{
	build_len(b, i, 0);
}

static __always_inline void build_u8(struct build *b, const u32 i, u8 value)
{
	*(u8 *)build_at(b) = value;
	build_done(b, i, 1);
}

static __always_inline void build_u16(struct build *b, const u32 i, u16 value)
{
	put_u16(build_at(b), value);
	build_done(b, i, 2);
}

static __always_inline void build_u32(struct build *b, const u32 i, u32 value)
{
	put_u32(build_at(b), value);
	build_done(b, i, 4);
}

static __always_inline void build_u64(struct build *b, const u32 i, u64 value)
{
	put_u64(build_at(b), value);
	build_done(b, i, 8);
}

/* A text of the caller with its NUL, as it is at this instant. */
static __always_inline void build_user_text(struct build *b, const u32 i, u64 user)
{
	long len = user_text(build_at(b), PARAM_MAX, (void *)user);

	if (len < 0) {
		if (user)
			b->slot->flags |= RECORD_F_UNREADABLE;
		len = 0;
	} else if (len == PARAM_MAX) {
		b->slot->flags |= RECORD_F_CUT;
	}
	build_done(b, i, len);
}

/* Head of an extension item of len bytes, to be written at the returned position in data. */
static __always_inline u32 build_ext(struct build *b, u32 type, u32 flags, u32 len)
{
	u32 padded = (len + 7) & ~7u;
	u32 at;
	u8 *head;

	b->slot->ext += sizeof(struct record_ext) + padded;
	at = EVENT_AT - b->slot->ext;
	head = b->slot->data + (at & 0x3fff);
	put_u16(head, type | flags << 8);
	put_u16(head + 2, len);
	put_u32(head + 4, 0);
	return at + sizeof(struct record_ext);
}

struct build_walk_loop {
	struct scratch *slot;
};

/* Component i of the last walk, in front of what is there. */
REPEATED int build_walk_name(u32 i, struct build_walk_loop *loop)
{
	struct scratch *slot = loop->slot;
	struct walk *w = &slot->walk;
	struct walk_entry *e = &w->entry[i & (WALK_MAX - 1)];
	u64 name = BLOCK_U64(e->block, struct dentry, d_name.name), inside = name - e->dentry;
	u32 len = BLOCK_U32(e->block, struct dentry, d_name.len) & 0xff;

	if (i >= w->len)
		return STOP;
	if (inside < DENTRY_BYTES && inside + len <= DENTRY_BYTES) {
		/* 8 bytes at a time from the end; an entry begins with its address. */
		u8 *from = (u8 *)e + (((u32)inside + len) & 127);
		u8 *to = slot->data + (w->end & TEXT_MASK);

		put_u64(to - 8, *(u64 *)from);
		if (len > 8)
			put_u64(to - 16, *(u64 *)(from - 8));
		if (len > 16)
			put_u64(to - 24, *(u64 *)(from - 16));
		if (len > 24) {
			put_u64(to - 32, *(u64 *)(from - 24));
			put_u64(to - 40, *(u64 *)(from - 32));
		}
	} else if (bpf_probe_read_kernel(slot->data + ((w->end - len) & TEXT_MASK), len,
					 (void *)name)) {
		w->failed = 1;
	}
	w->end -= len + 1;
	slot->data[w->end & TEXT_MASK] = '/';
	return GO_ON;
}

/*
 * Writes the text of the last walk so that it ends before `end` in data. Runs over to the left of
 * its start by up to 7 bytes: the caller writes what is there afterwards.
 */
SUBPROG int build_walk(struct scratch *slot, u32 end)
{
	struct build_walk_loop loop = { slot };

	if (!slot)
		return 0;
	slot->walk.end = end;
	REPEAT(WALK_MAX, build_walk_name, &loop);
	return 0;
}

#ifdef PLAIN_KERNEL /* see scratch_at() */
SUBPROG_OF_NUMBERS int build_walk_at(u32 index, u32 end)
{
	return build_walk(scratch_at(index), end);
}
#define build_walk(slot, end) build_walk_at((slot)->index, end)
#endif

/* The path of the last walk as an extension item. */
static __always_inline void build_ext_path(struct build *b, u32 type, u32 flags)
{
	struct walk *w = &b->slot->walk;
	u8 *data = b->slot->data;
	u32 len = w->bytes ? w->bytes : 1;
	u32 last = (EVENT_AT - b->slot->ext - 8) & 0x3fff;
	u32 at = EVENT_AT - b->slot->ext - ((len + 7) & ~7u);

	put_u64(data + last, 0); /* padding */
	if (w->bytes)
		build_walk(b->slot, at + len);
	else
		data[at & 0x3fff] = '/';
	build_ext(b, type, flags, len);
	if (flags & RECORD_EXT_F_CUT)
		b->slot->flags |= RECORD_F_CUT;
}

static __always_inline void build_ext_file_id(struct build *b, u64 ino, u32 dev, u32 mode)
{
	u32 at = build_ext(b, RECORD_EXT_FILE_ID, 0, sizeof(struct record_file_id)) & 0x3fff;

	put_u64(b->slot->data + at, ino);
	put_u32(b->slot->data + at + 8, dev);
	put_u32(b->slot->data + at + 12, mode);
}

/* Gives the scratch back without a record; the produced call must get its fate from the caller. */
static __always_inline void build_abandon(struct build *b)
{
	scratch_free(b->slot);
}

/* Completes the record, copies it into the ring and frees the scratch. */
static __always_inline void build_submit(struct build *b)
{
	struct call *call = b->call;
	struct ring *ring = &call->ring;
	u8 *data = b->slot->data;
	u32 total = sizeof(struct record_prefix) + b->slot->ext + b->slot->pos;
	u32 at = EVENT_AT - sizeof(struct record_prefix) - b->slot->ext;
	void *record;

	if (total > RECORD_MAX_BYTES) {
		ring_lose(ring, RECORD_FATE_TOO_LARGE);
		goto out;
	}
	/* Verifier: a mask of the sum, as a difference may be negative. */
	at &= 0x3fff;
	barrier_var(at);
	record = data + at;
	call->flags = b->slot->flags;
	prefix_put(record, call, total, b->slot->ext);
	event_header_put(data + EVENT_AT, call, b->slot->pos, b->n);
	if (bpf_ringbuf_output(ring->map, record, total, ring_wakeup_flags(ring, call->began_ns)))
		ring_lose(ring, RECORD_FATE_FULL);
out:
	scratch_free(b->slot);
}

#endif
