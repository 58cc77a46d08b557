/* SPDX-License-Identifier: Apache-2.0 */
/* The table that store_row works by: stores.def, events.def, syscalls.def and flags.def in one. */
#ifndef PROBE_ROWS_H
#define PROBE_ROWS_H

#include "bpf/row_op.h"
#include "schema/event.h"

/* Name of the program; the store column of syscalls.def has it for each call of stores.def. */
#define ROWS_PROGRAM "store_row"

/* The same for calls without full parameters whose arguments point to something that is kept. */
#define ROWS_ARGS_PROGRAM "store_raw_args"

/* What the arguments of a call that shows the raw ones point to: bit a of argument a. */
struct rows_kept {
	unsigned texts; /* paths and texts */
	unsigned datas; /* data of the types that types.def has with ARG_DATA */
};
struct rows_kept rows_kept(const struct syscall_desc *call);

/*
 * Fills the table for the architecture the program was built for. Returns 0; -EINVAL with the name
 * of the call in *ret_call when its row does not fit its event, -E2BIG when the table is too small.
 */
int rows_fill(struct row_table *table, const char **ret_call);

#endif
