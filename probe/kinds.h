/* SPDX-License-Identifier: Apache-2.0 */
/* Events that are no calls: which programs they need, and whether this kernel has their hooks. */
#ifndef PROBE_KINDS_H
#define PROBE_KINDS_H

#include <stdint.h>
#include "probe.h"

struct bpf_object;

/* Bits of the kinds whose hooks this kernel has. */
uint32_t kinds_present(void);

/*
 * Has the programs of wanted kinds (bits of enum probe_kind) loaded with the object. Returns 0, or
 * -EOPNOTSUPP with the missing hook in *err.
 */
int kinds_choose(struct bpf_object *object, uint32_t wanted, struct probe_error *err);

#endif
