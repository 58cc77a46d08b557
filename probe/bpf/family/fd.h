/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* close, dup, dup2, dup3, fchdir and others whose parameters are plain numbers. */
#ifndef PROBE_BPF_FAMILY_FD_H
#define PROBE_BPF_FAMILY_FD_H

#include "../store/fixed.h"
#include "../extract/flags.h"

/* close(fd): res, fd. */
SEC("tp_btf/sys_exit")
int BPF_PROG(store_close, struct pt_regs *regs, long ret)
{
	struct call call;
	void *record;

	if (call_begin_syscall(&call, regs, ret))
		return 0;
	record = fixed_reserve(&call, 2, 16);
	if (!record)
		return 0;
	fixed_u64(record, 2, 0, 0, ret);
	fixed_u64(record, 2, 1, 8, (s64)(s32)call.args[0]);
	fixed_submit(&call, record, 2, 16);
	return 0;
}

#endif
