/* SPDX-License-Identifier: Apache-2.0 */
/* The table that store_row works by: stores.def, events.def, syscalls.def and flags.def in one. */
#ifndef PROBE_ROWS_H
#define PROBE_ROWS_H

#include "bpf/row_op.h"
#include "schema/event.h"

/* Name of the program; the store column of syscalls.def has it for each call of stores.def. */
#define ROWS_PROGRAM "store_row"

/* The same for calls without full parameters that have paths or texts as arguments. */
#define ROWS_TEXT_PROGRAM "store_raw_text"

/* Bit a: argument a of a call without full parameters is a path or a text. */
unsigned rows_texts(const struct syscall_desc *call);

/*
 * Fills the table for the architecture the program was built for. Returns 0; -EINVAL with the name
 * of the call in *ret_call when its row does not fit its event, -E2BIG when the table is too small.
 */
int rows_fill(struct row_table *table, const char **ret_call);

#endif
