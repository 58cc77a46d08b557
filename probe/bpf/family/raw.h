/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * GENERIC_X for every call without full parameters: ID (portable code) and nativeID (number). The
 * named raw arguments are in the prefix; the paths and texts that they point to are extension
 * items.
 */
#ifndef PROBE_BPF_FAMILY_RAW_H
#define PROBE_BPF_FAMILY_RAW_H

#include "../row_op.h"
#include "../store/build.h"
#include "../store/fixed.h"

/* Filled by the loader. */
const volatile struct row_table row_table = {};

STORE_FIXED(store_raw, { 2, nr_info[call.nr & (SYSCALL_NR_MAX - 1)].sc }, { 2, call.nr })

/* Where a text is read before its length is known: behind any event of this file. */
#define RAW_TEXT_AT (EVENT_AT + 256)
_Static_assert(sizeof(struct record_prefix) +
			       ROW_TEXTS_MAX * (sizeof(struct record_ext) + RECORD_ARG_TEXT_MAX) <=
		       EVENT_AT,
	       "the texts of a call fit in front of its event");

/* Verifier: global, so that it is verified once and not for each argument. */
SUBPROG int raw_text(struct scratch *slot, u32 arg, u64 user)
{
	u32 at, len, padded;
	u8 *item;
	long read;

	if (!slot || !user)
		return 0;
	read = bpf_probe_read_user_str(slot->data + RAW_TEXT_AT, RECORD_ARG_TEXT_MAX, (void *)user);
	if (read <= 0) {
		slot->flags |= RECORD_F_UNREADABLE;
		return 0;
	}
	if (read == RECORD_ARG_TEXT_MAX)
		slot->flags |= RECORD_F_CUT;
	/* One byte for the argument's number instead of the NUL. */
	len = read & (RECORD_ARG_TEXT_MAX - 1);
	if (!len)
		len = RECORD_ARG_TEXT_MAX - 1;
	padded = (len + 7) & ~7u;
	slot->ext += sizeof(struct record_ext) + padded;
	at = (EVENT_AT - slot->ext) & 0x3fff;
	item = slot->data + at;
	put_u16(item, RECORD_EXT_ARG_TEXT);
	put_u16(item + 2, len);
	put_u32(item + 4, 0);
	put_u64(item + padded, 0);
	item[8] = arg;
	len = (len - 1) & (RECORD_ARG_TEXT_MAX - 1);
	bpf_probe_read_kernel(item + 9, len, slot->data + RAW_TEXT_AT);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(store_raw_text, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;
	u32 nr, texts;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 2))
		return 0;
	nr = call.nr & (SYSCALL_NR_MAX - 1);
	texts = row_table.rows[nr].texts;
	for (u32 i = 0; i < 6; i++) {
		if (texts >> i & 1)
			raw_text(b.slot, i, call.args[i]);
	}
	build_u16(&b, 0, nr_info[nr].sc);
	build_u16(&b, 1, call.nr);
	build_submit(&b);
	return 0;
}

#endif
