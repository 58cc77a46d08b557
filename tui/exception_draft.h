/* SPDX-License-Identifier: Apache-2.0 */
/* A rule item that leaves out what hit: for the user's own rule file. */
#ifndef TUI_EXCEPTION_DRAFT_H
#define TUI_EXCEPTION_DRAFT_H

#include "probe/schema/render.h"
#include "state/snapshot.h"

/*
 * Appends the comment that a file with a draft begins with: the command that says whether the file
 * is right. rules: the file of the rule, NULL: check knows it; path: of the file itself.
 */
void exception_draft_head(const char *rules, const char *path, struct text_buf *buf);
/* The file of a rule; NULL: it is one of the default rules that are built in, or not known. */
const char *exception_draft_rules(const struct snapshot *snapshot, const char *rule);

/*
 * Appends an item with an exception for the rule of a hit: the process's name and the file, where
 * the event has one; else the name, and as far as they are known the path of its program (exe,
 * NULL: not known; what an exec tells itself comes first) and the name of its parent. Host bytes
 * are written as escapes of YAML. Returns 0, or -ENOENT for an event that no rule hit.
 */
int exception_draft(const struct history_event *kept, const struct event *event, const char *exe,
		    struct text_buf *buf);

/*
 * The program of a hit's process, as its row has it now; NULL: it is not known, or the process
 * became another one since, as far as its name and the events in memory tell.
 */
const char *exception_draft_exe(const struct snapshot *snapshot, const struct history_event *kept);

#endif
