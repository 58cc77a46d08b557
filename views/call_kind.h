/* SPDX-License-Identifier: Apache-2.0 */
/* What a slow call waited for: a file, the network, a lock, ... */
#ifndef VIEWS_CALL_KIND_H
#define VIEWS_CALL_KIND_H

#include "probe/schema/event.h"

enum call_kind {
#define KIND(id, name) CALL_KIND_##id,
#include "call_kinds.def"
	CALL_KIND_COUNT
};

/* By its name alone; OTHER where that does not tell. */
enum call_kind call_kind_of_syscall(const struct syscall_desc *syscall);
/* By its name, else by what it was about: target is the name of a file, socket or path, or NULL. */
enum call_kind call_kind_of(const struct syscall_desc *syscall, const char *target);
const char *call_kind_name(enum call_kind kind);

#endif
