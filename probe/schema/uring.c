/* SPDX-License-Identifier: Apache-2.0 */
#include "uring.h"

static const struct {
	const char *name, *syscall;
} ops[] = {
#define URING_OP(number, id, op_name, call, store) [number] = { .name = op_name, .syscall = call },
#include "uring_ops.def"
};

unsigned uring_ops_len(void)
{
	return sizeof(ops) / sizeof(ops[0]);
}

const char *uring_op_name(unsigned op)
{
	return op < uring_ops_len() ? ops[op].name : NULL;
}

const struct syscall_desc *uring_op_syscall(unsigned op)
{
	return op < uring_ops_len() && ops[op].syscall ? syscall_by_name(ops[op].syscall) : NULL;
}
