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
#include "view.h"

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
	uint64_t number; /* other numeric chips: tid, errno (0: the expected ones), operation */
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
/*
 * Appends "ctr=web > proc=nginx[1589]"; nothing for an empty scope. Chips that say nothing of the
 * view's rows stand in parentheses; view NULL: of none.
 */
void scope_render(const struct scope *scope, const struct view *view, struct text_buf *buf);
/*
 * Appends the scope as a condition: "container.id=... and proc.pid=1589". Rows that are no calls
 * ("other", "unknown") have no condition and are left out; an empty scope appends nothing.
 */
void scope_condition(const struct scope *scope, struct text_buf *buf);
/*
 * The chips that say something of a view's rows; the others are passed over there: of files that
 * are opened read= says nothing. NULL: no chip.
 */
struct scope scope_of_view(const struct scope *scope, const struct view *view);
bool scope_accepts_proc(const struct scope *scope, const struct proc_row *proc);
/* One without processes: only where no chip is about anything else. */
bool scope_accepts_container(const struct scope *scope, const char *id);
bool scope_accepts_syscall(const struct scope *scope, int nr);
bool scope_accepts_tid(const struct scope *scope, uint32_t tid);
/* A file's path; NULL: not known. Ends of a socket as shown, remote NULL: none. */
bool scope_accepts_path(const struct scope *scope, const char *path);
bool scope_accepts_conn(const struct scope *scope, const char *local, const char *remote);
bool scope_accepts_uring(const struct scope *scope, unsigned op);
bool scope_accepts_errno(const struct scope *scope, uint32_t err);
bool scope_accepts_event(const struct scope *scope, const struct event *event,
			 const struct history_event *kept);

/* The same from the record's prefix alone, cheap: every chip but paths. */
bool scope_accepts_kept(const struct scope *scope, const struct history_event *kept);
/* Do both have the same chips in the same order? */
bool scope_same(const struct scope *a, const struct scope *b);
/* The number of the call that a chip picks, -1: any. */
int scope_call(const struct scope *scope);
/* Does a chip say something of processes? */
bool scope_of_procs(const struct scope *scope);
/* Does a chip that picks one process apply to the scope? */
bool scope_has_proc(const struct scope *scope);
/* Its pid, 0 when there is none. */
uint32_t scope_pid(const struct scope *scope);

#endif
