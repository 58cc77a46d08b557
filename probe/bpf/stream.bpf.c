/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The stream plane: programs that turn a call into a record. Those on sys_exit are entered by tail
 * call from count_exit, which has already decided that the call is of interest and its thread in
 * scope; nr_info[nr].store names them by index (store_raw is 0). The sched_* programs are attached.
 *
 *   family/   which hook, which parameters       extract/  reads one kind of kernel object
 *   store/    rings, prefix, fixed-size and scratch records
 */
#include "kernel.h"
#include "shared.h"
#include "family/raw.h"
#include "family/row.h"
#include "family/fd.h"
#include "family/open.h"
#include "family/cred.h"
#include "family/uring_store.h"
#include "family/object.h"
#include "family/io.h"
#include "family/clone.h"
#include "family/exec.h"
#include "family/exit.h"
#include "family/socket.h"
#include "family/message.h"
#include "family/name.h"
#include "family/trace.h"
#include "table.h"

char _license[] SEC("license") = "Dual BSD/GPL";

TABLE(uring_counts, struct uring_count_key, struct uring_count_value)
TABLE(objects, struct object_key, struct object_bytes)
TABLE(object_names, struct object_id, struct object_name)
