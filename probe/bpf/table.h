/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ways into a hash that user space reads and changes. TABLE(NAME, KEY, VALUE) makes two programs
 * for the map NAME, for where bpf(2) on a map leaves out programs that count calls (../guard.h):
 *
 *   dump_NAME   iterator: every entry, key and value one after another
 *   edit_NAME   run by user space on a struct table_call
 */
#ifndef PROBE_BPF_TABLE_H
#define PROBE_BPF_TABLE_H

#include "kernel.h"
#include "table_call.h"

/* include/uapi/asm-generic/errno-base.h */
#define ENOENT 2
#define E2BIG 7

#define TABLE(name, key_type, value_type)                                           \
	_Static_assert(sizeof(key_type) <= TABLE_KEY_MAX, "room for a key");        \
	_Static_assert(sizeof(value_type) <= TABLE_GET_MAX, "room for a value");    \
	SEC("?iter/bpf_map_elem")                                                   \
	int dump_##name(struct bpf_iter__bpf_map_elem *ctx)                         \
	{                                                                           \
		return table_entry_dump(ctx, sizeof(key_type), sizeof(value_type)); \
	}                                                                           \
	SEC("?syscall")                                                             \
	int edit_##name(struct table_call *call)                                    \
	{                                                                           \
		call->result = table_entry_edit(&name, call, sizeof(value_type));   \
		return 0;                                                           \
	}

/* An entry that does not fit the reader's buffer is taken back whole: see count/dump.h. */
static __always_inline int table_entry_dump(struct bpf_iter__bpf_map_elem *ctx, u32 key_bytes,
					    u32 value_bytes)
{
	struct seq_file *seq = ctx->meta->seq;
	void *key = ctx->key, *value = ctx->value;

	/* The end. */
	if (!key || !value)
		return 0;
	if (!bpf_seq_write(seq, key, key_bytes))
		bpf_seq_write(seq, value, value_bytes);
	return 0;
}

/* The value of TABLE_GET: one thread of user space asks at a time. */
__u8 table_got[TABLE_GET_MAX];

/* Verifier: helpers take keys and values from the stack, not from what the program is run on. */
static __always_inline long table_entry_edit(void *map, struct table_call *call, u32 value_bytes)
{
	u64 key[TABLE_KEY_MAX / 8] = { call->key[0], call->key[1], call->key[2] };
	u64 put = call->value;
	void *value;

	if (call->op == TABLE_DELETE)
		return bpf_map_delete_elem(map, key);
	if (call->op == TABLE_PUT)
		return value_bytes > TABLE_PUT_MAX ? -E2BIG
						   : bpf_map_update_elem(map, key, &put, BPF_ANY);
	value = bpf_map_lookup_elem(map, key);
	if (!value)
		return -ENOENT;
	return bpf_probe_read_kernel(table_got, value_bytes, value);
}

#endif
