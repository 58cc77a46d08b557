/* SPDX-License-Identifier: Apache-2.0 */
/* Operations of io_uring: their names and the calls that they do, from uring_ops.def. */
#ifndef PROBE_SCHEMA_URING_H
#define PROBE_SCHEMA_URING_H

#include "event.h"

/* "openat"; NULL beyond the table. */
const char *uring_op_name(unsigned op);
/* The call that the operation does; NULL when it does none, or beyond the table. */
const struct syscall_desc *uring_op_syscall(unsigned op);
/* Operations of the table: 0 to this. */
unsigned uring_ops_len(void);

#endif
