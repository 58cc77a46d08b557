/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * GENERIC_X for every call without full parameters: ID (portable code) and nativeID (number). The
 * named raw arguments are in the prefix.
 */
#ifndef PROBE_BPF_FAMILY_RAW_H
#define PROBE_BPF_FAMILY_RAW_H

#include "../store/fixed.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(store_raw, struct pt_regs *regs, long ret)
{
	struct call call;
	void *record;

	if (call_begin_syscall(&call, regs, ret))
		return 0;
	record = fixed_reserve(&call, 2, 4);
	if (!record)
		return 0;
	fixed_len(record, 0, 2);
	fixed_len(record, 1, 2);
	put_u16(record + FIXED_HEAD(2), nr_info[call.nr & (SYSCALL_NR_MAX - 1)].sc);
	put_u16(record + FIXED_HEAD(2) + 2, call.nr);
	fixed_submit(&call, record, 2, 4);
	return 0;
}

#endif
