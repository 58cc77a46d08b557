/* SPDX-License-Identifier: Apache-2.0 */
/* Names of events that are no calls, from kinds.def. */
#ifndef PROBE_SCHEMA_KIND_H
#define PROBE_SCHEMA_KIND_H

#include <stddef.h>
#include "sample.h"

/* The name of a kind, and the kind of a name of len bytes; -ENOENT when there is none. */
const char *probe_kind_name(enum probe_kind kind);
int probe_kind_by_name(const char *name, size_t len);

#endif
