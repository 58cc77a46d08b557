/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope over a capture, as the programs in the kernel apply it live: kinds AND, values of a kind
 * OR. Which containers are wanted the state judges. Who descends from whom is learned from what the
 * file tells; who is in by descent stays in.
 */
#ifndef TUI_REPLAY_SCOPE_H
#define TUI_REPLAY_SCOPE_H

#include <stdbool.h>
#include <stdint.h>
#include "probe/probe.h"
#include "state/base/hash.h"

struct replay_scope {
	struct probe_scope wanted;
	struct memory *memory; /* borrowed */
	struct hash members;   /* pid -> something, of those that are in by descent */
};

/* What there is to decide on. */
struct replay_who {
	uint32_t pid, ppid, euid;
	const char *comm; /* RECORD_COMM_LEN bytes */
};

void replay_scope_init(struct replay_scope *scope, const struct probe_scope *wanted,
		       struct memory *memory);
void replay_scope_release(struct replay_scope *scope);
bool replay_scope_is_everything(const struct replay_scope *scope);
bool replay_scope_has(struct replay_scope *scope, const struct replay_who *who);
/* The process has ended: its number may be another's soon. */
void replay_scope_forget(struct replay_scope *scope, uint32_t pid);

#endif
