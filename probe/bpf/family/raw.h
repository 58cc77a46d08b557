/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * GENERIC_X for every call without full parameters: ID (portable code) and nativeID (number). The
 * named raw arguments are in the prefix.
 */
#ifndef PROBE_BPF_FAMILY_RAW_H
#define PROBE_BPF_FAMILY_RAW_H

#include "../store/fixed.h"

STORE_FIXED(store_raw, { 2, nr_info[call.nr & (SYSCALL_NR_MAX - 1)].sc }, { 2, call.nr })

#endif
