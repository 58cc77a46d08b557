/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * GENERIC_X for every call without full parameters: ID (portable code) and nativeID (number). The
 * named raw arguments are in the prefix; the paths, texts and data that they point to are extension
 * items, which also the few calls of store_row have that show their raw arguments.
 */
#ifndef PROBE_BPF_FAMILY_RAW_H
#define PROBE_BPF_FAMILY_RAW_H

#include "../row_op.h"
#include "../store/build.h"
#include "../store/fixed.h"
#include "../store/request.h"

/* Filled by the loader. */
const volatile struct row_table row_table = {};

STORE_FIXED(store_raw, { 2, nr_info[call.nr & (SYSCALL_NR_MAX - 1)].sc }, { 2, call.native })

/* include/uapi/asm-generic/errno-base.h, include/linux/errno.h. */
#define K_EINTR 4
#define K_ERESTART_RESTARTBLOCK 516

/* Where a text is read before its length is known: behind any event of this file. */
#define RAW_TEXT_AT (EVENT_AT + 256)
_Static_assert(sizeof(struct record_prefix) + ROW_ITEMS_BYTES <= EVENT_AT,
	       "the items of a call fit in front of its event");
_Static_assert((RECORD_ARG_DATA_MAX & (RECORD_ARG_DATA_MAX - 1)) == 0, "raw_data masks with it");

/* Verifier: global, so that it is verified once and not for each argument. */
SUBPROG int raw_text(struct scratch *slot, u32 arg, u64 user)
{
	u32 at, len, padded;
	u8 *item;
	long read;

	if (!slot)
		return 0;
	if (slot->uring)
		read = request_text(slot, arg, slot->data + RAW_TEXT_AT, RECORD_ARG_TEXT_MAX);
	else if (user)
		read = user_text(slot->data + RAW_TEXT_AT, RECORD_ARG_TEXT_MAX, (void *)user);
	else
		return 0;
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

/* What an argument of that type points to by a request; NULL: nothing that is known. */
static __always_inline const volatile struct row_request *raw_request(u32 type, u32 request)
{
	for (u32 i = 0; i < ROW_REQUEST_TRIES; i++) {
		const volatile struct row_request *known =
			&row_table.requests[row_request_place(request, type, i)];

		if (known->request == request && known->type == type)
			return known;
	}
	return 0;
}

/* How many bytes that are; 0: none, or not written. */
static __always_inline u32 raw_request_len(const struct scratch *slot, u32 type, u32 request)
{
	const volatile struct row_request *known = raw_request(type, request);

	return !known || (known->least && slot->ret < 0) ? 0 : known->bytes;
}

/* The text of an argument whose request or command takes one. */
static __always_inline void raw_request_text(struct scratch *slot,
					     const volatile struct row_data *data, u32 arg,
					     u64 user)
{
	const volatile struct row_request *known;

	/* The command of those that have data besides is their first argument. */
	known = raw_request(data->type, data->count == ROW_COUNT_REQUEST ? slot->args[data->arg & 7]
									 : slot->args[0]);
	if (!known || !known->text)
		return;
	if (known->text == ROW_TEXT_FIRST && bpf_probe_read_user(&user, sizeof(user), (void *)user))
		return;
	raw_text(slot, arg, user);
}

/* How many bytes of an argument's data there are. */
static __always_inline u32 raw_data_len(struct scratch *slot, const volatile struct row_data *data)
{
	bool wide = !slot->abi || slot->abi & CALL_ABI_TIME64;
	u32 most = wide ? data->bytes : data->bytes32;
	u64 count = slot->args[data->arg & 7], len = most;
	u32 counted = 0;

	if (data->count == ROW_COUNT_ALL)
		return most;
	if (data->count == ROW_COUNT_AT) {
		if (!count || bpf_probe_read_user(&counted, sizeof(counted), (void *)count))
			return 0;
		len = counted;
	} else if (data->count == ROW_COUNT_REQUEST) {
		len = raw_request_len(slot, data->type, count);
	} else {
		count = (u32)count;
		/* What the call wrote: as many as its result says. */
		if (data->least && slot->ret < (s64)count)
			count = slot->ret;
		len = data->count == ROW_COUNT_BITS ? (count + 7) / 8 : count * data->unit;
	}
	if (len <= most)
		return len;
	slot->flags |= RECORD_F_CUT;
	return most;
}

static __always_inline bool raw_data_is_there(const struct scratch *slot,
					      const volatile struct row_data *data)
{
	if (data->least == ROW_LEAST_INTERRUPTED)
		return slot->ret == -K_EINTR || slot->ret == -K_ERESTART_RESTARTBLOCK;
	return !data->least || slot->ret >= data->least - 1;
}

/* Verifier: global, so that it is verified once and not for each argument. */
SUBPROG int raw_data(struct scratch *slot, u32 nr, u32 arg)
{
	const volatile struct row_data *data;
	u32 len, padded, at;
	u64 user;
	u8 *item;

	if (!slot || nr >= SYSCALL_NR_MAX || arg >= 6)
		return 0;
	data = &row_table.rows[nr].data[arg];
	user = slot->args[arg];
	if (!user || slot->uring == TEXTS_FAR || !raw_data_is_there(slot, data))
		return 0;
	/* What the register holds is an address for some operations alone. */
	if (data->if_arg &&
	    !(data->if_values >> (slot->args[(data->if_arg - 1) & 7] & data->if_mask & 31) & 1))
		return 0;
	/* Lists of groups whose ids have 16 bits. */
	if (slot->abi & CALL_ABI_ID16)
		return 0;
	if (data->type)
		raw_request_text(slot, data, arg, user);
	len = raw_data_len(slot, data);
	if (!len)
		return 0;
	if (data->indirect && bpf_probe_read_user(&user, sizeof(user), (void *)user)) {
		slot->flags |= RECORD_F_UNREADABLE;
		return 0;
	}
	if (!user)
		return 0;
	/* Its first byte is the argument's number. Verifier: a mask, for what is at most that. */
	len = (len - 1) & (RECORD_ARG_DATA_MAX - 1);
	padded = (len + 2 + 7) & ~7u;
	at = (EVENT_AT - slot->ext - sizeof(struct record_ext) - padded) & 0x3fff;
	item = slot->data + at;
	put_u64(item + padded, 0);
	if (bpf_probe_read_user(item + 9, len + 1, (void *)user)) {
		slot->flags |= RECORD_F_UNREADABLE;
		return 0;
	}
	slot->ext += sizeof(struct record_ext) + padded;
	put_u16(item, RECORD_EXT_ARG_DATA);
	put_u16(item + 2, len + 2);
	put_u32(item + 4, 0);
	item[8] = arg;
	return 0;
}

/* The items of a call whose result and arguments are in the slot. */
static __always_inline void raw_args(struct scratch *slot, u32 nr)
{
	u32 texts = row_table.rows[nr].texts, datas = row_table.rows[nr].datas;

	for (u32 i = 0; i < 6; i++) {
		if (texts >> i & 1)
			raw_text(slot, i, slot->args[i]);
		if (datas >> i & 1)
			raw_data(slot, nr, i);
	}
}

static __always_inline void raw_params(struct build *b)
{
	u32 nr = b->call->nr & (SYSCALL_NR_MAX - 1);

	build_call(b);
	raw_args(b->slot, nr);
	build_u16(b, 0, nr_info[nr].sc);
	build_u16(b, 1, b->call->nr);
}

ON_RETURN
int CALL_PROG(store_raw_args, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;

	if (call_begin_syscall(&call, regs, ret) || build_begin(&b, &call, 2))
		return 0;
	raw_params(&b);
	build_submit(&b);
	return 0;
}

#endif
