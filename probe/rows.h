/* SPDX-License-Identifier: Apache-2.0 */
/* The table that store_row works by, made from stores.def, events.def, syscalls.def and flags.def. */
#ifndef PROBE_ROWS_H
#define PROBE_ROWS_H

#include "bpf/row_op.h"

/* Name of the program; the store column of syscalls.def has it for each call of stores.def. */
#define ROWS_PROGRAM "store_row"

/*
 * Fills the table for the architecture the program was built for. Returns 0; -EINVAL with the name
 * of the call in *ret_call when its row does not fit its event, -E2BIG when the table is too small.
 */
int rows_fill(struct row_table *table, const char **ret_call);

#endif
