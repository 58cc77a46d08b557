/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * io_uring requests that are under way and wanted: what was known of them when they were submitted,
 * and their texts. Rows are made at submission and deleted at completion.
 */
#ifndef PROBE_BPF_STORE_REQUEST_H
#define PROBE_BPF_STORE_REQUEST_H

#include "build.h"
#include "../uring_call.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, URING_CALLS_MAX);
	__type(key, struct uring_key);
	__type(value, struct uring_call);
} uring_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, URING_TEXTS_MAX);
	__type(key, struct uring_text_key);
	__type(value, struct uring_text);
} uring_texts SEC(".maps");

static __always_inline struct uring_text_key request_text_key(const struct uring_key *request,
							      u32 arg)
{
	return (struct uring_text_key){ .request = *request, .arg = arg };
}

/*
 * The text of argument arg of the slot's request, with its NUL, at `to`: at most max (a constant)
 * bytes. Returns its bytes, 0 when there is none.
 */
static __always_inline long request_text(struct scratch *slot, u32 arg, void *to, const u32 max)
{
	struct uring_key request = { slot->request[0], slot->request[1] };
	struct uring_text_key key = request_text_key(&request, arg);
	struct uring_text *text = bpf_map_lookup_elem(&uring_texts, &key);

	if (!text)
		return 0;
	if (text->cut)
		slot->flags |= RECORD_F_CUT;
	return bpf_probe_read_kernel_str(to, max, text->text);
}

/* The same as parameter i. */
static __always_inline void build_request_text(struct build *b, const u32 i, u32 arg)
{
	long len = request_text(b->slot, arg, build_at(b), URING_TEXT_MAX);

	if (len <= 0) {
		b->slot->flags |= RECORD_F_UNREADABLE;
		len = 0;
	}
	build_done(b, i, len);
}

#endif
