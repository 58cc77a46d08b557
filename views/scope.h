/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope: the ordered chips that a drill-down collects ("proc=nginx[1589]", "syscall=openat"). A row
 * belongs to a scope when every chip accepts it. The text of a chip is a legal condition of the
 * filter language ("proc.pid=1589", "evt.type=openat").
 */
#ifndef VIEWS_SCOPE_H
#define VIEWS_SCOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/schema/render.h"
#include "state/snapshot.h"

enum chip_kind {
#define CHIP(id, name, field, help) CHIP_##id,
#include "chips.def"
	CHIP_COUNT
};

struct chip {
	enum chip_kind kind;
	bool negated;
	uint32_t pid; /* CHIP_PROC */
	uint64_t start_boot_ns;
	int nr;          /* CHIP_SYSCALL */
	uint64_t number; /* other numeric chips: tid, errno (0: the expected ones), ... */
	char text[256];  /* value of text chips; name to show of the others */
};

#define SCOPE_CHIPS_MAX 8
struct scope {
	struct chip chips[SCOPE_CHIPS_MAX];
	size_t len;
};

/* Adds a chip; -ENOSPC when the scope is full. The same chip is not added twice. */
int scope_push(struct scope *scope, const struct chip *chip);
void scope_pop(struct scope *scope);
/* Appends "ctr=web > proc=nginx[1589]"; nothing for an empty scope. */
void scope_render(const struct scope *scope, struct text_buf *buf);
/*
 * Appends the scope as a condition: "container.id=... and proc.pid=1589". Rows that are no calls
 * ("other", "unknown") have no condition and are left out; an empty scope appends nothing.
 */
void scope_condition(const struct scope *scope, struct text_buf *buf);
bool scope_accepts_proc(const struct scope *scope, const struct proc_row *proc);
bool scope_accepts_syscall(const struct scope *scope, int nr);
bool scope_accepts_tid(const struct scope *scope, uint32_t tid);
bool scope_accepts_errno(const struct scope *scope, uint32_t err);
bool scope_accepts_event(const struct scope *scope, const struct event *event,
			 const struct history_event *kept);

/* The same from the record's prefix alone, cheap: every chip but paths. */
bool scope_accepts_kept(const struct scope *scope, const struct history_event *kept);
/* Do both have the same chips in the same order? */
bool scope_same(const struct scope *a, const struct scope *b);
/* Does a chip that picks one process apply to the scope? */
bool scope_has_proc(const struct scope *scope);

#endif
