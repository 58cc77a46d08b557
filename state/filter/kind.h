/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kinds of events: what evt.type can tell apart. A kind is an event code, or, for the codes that
 * stand for any call with its raw arguments, a syscall:
 *
 *   [0, EVENT_CODE_COUNT)              the code; the generic codes themselves are no kinds
 *   [EVENT_CODE_COUNT, + table length) a row of the syscall table
 *   the one behind them                raw calls of unknown number: "syscall"
 *
 * A set of kinds is what a condition can be true for: it decides which conditions an event is shown
 * to and which calls the kernel has to send.
 */
#ifndef STATE_FILTER_KIND_H
#define STATE_FILTER_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/schema/decode.h"

#define FILTER_KINDS_MAX 1024

struct filter_kinds {
	uint64_t bits[FILTER_KINDS_MAX / 64];
};

uint16_t filter_kind_count(void);
uint16_t filter_kind_of(const struct event *event);
/* What evt.type says of it; NULL for numbers that stand for no event. Static. */
const char *filter_kind_name(uint16_t kind);
/* The codes of events of that kind are one code; for raw calls EVENT_CODE_GENERIC_X. */
uint16_t filter_kind_code(uint16_t kind);

void filter_kinds_fill(struct filter_kinds *kinds); /* all that have a name */
bool filter_kinds_has(const struct filter_kinds *kinds, uint16_t kind);
void filter_kinds_add(struct filter_kinds *kinds, uint16_t kind);
void filter_kinds_and(struct filter_kinds *kinds, const struct filter_kinds *with);
void filter_kinds_or(struct filter_kinds *kinds, const struct filter_kinds *with);
/* All that have a name and are not in kinds. */
void filter_kinds_invert(struct filter_kinds *kinds);

/* Is this the name of an event, a call or an asynchronous event? */
bool filter_kind_is_name(const char *name, size_t len);
/* Adds the kinds whose evt.type is exactly that name. */
void filter_kinds_add_named(struct filter_kinds *kinds, const char *name, size_t len);
/* The same and, for a call, all events that tell of it under another name (pread64: pread). */
void filter_kinds_add_call(struct filter_kinds *kinds, const char *name, size_t len);

/* How many event codes are in the set; all raw calls are one. */
size_t filter_kinds_codes(const struct filter_kinds *kinds);
bool filter_kinds_has_code(const struct filter_kinds *kinds, uint16_t code);
/* Can an event of this call be in the set? */
bool filter_kinds_has_call(const struct filter_kinds *kinds, const struct syscall_desc *call);
/*
 * Fills names with the distinct names of the set, in the order of the alphabet, at most max of
 * them; returns how many there are.
 */
size_t filter_kinds_names(const struct filter_kinds *kinds, const char **names, size_t max);

#endif
