/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the edit_ programs of table.h are run on. */
#ifndef PROBE_BPF_TABLE_CALL_H
#define PROBE_BPF_TABLE_CALL_H

#include <linux/types.h>

#define TABLE_KEY_MAX 24
#define TABLE_PUT_MAX 8
#define TABLE_GET_MAX 1536

enum table_op { TABLE_GET, TABLE_PUT, TABLE_DELETE };

struct table_call {
	__u32 op;     /* enum table_op */
	__s32 result; /* 0 or -errno */
	__u64 key[TABLE_KEY_MAX / 8];
	__u64 value; /* of TABLE_PUT, TABLE_PUT_MAX bytes at most; TABLE_GET: see table_got */
};

#endif
