/* SPDX-License-Identifier: Apache-2.0 */
/* The table of 32-bit calls that the programs translate by: see bpf/compat.h. */
#ifndef PROBE_COMPAT_H
#define PROBE_COMPAT_H

#include "bpf/compat.h"

/* rows: COMPAT_ROWS entries, read-only data of an object that is not loaded yet. */
void compat_fill(struct compat_row *rows);

#endif
