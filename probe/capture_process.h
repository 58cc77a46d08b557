/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of the process list (PL_V9), from and to struct process_seed. */
#ifndef PROBE_CAPTURE_PROCESS_H
#define PROBE_CAPTURE_PROCESS_H

#include "capture_bytes.h"
#include "schema/seed.h"

/* An entry of any seed fits. */
#define CAPTURE_PROCESS_MAX (8 * PROCESS_TEXT_MAX)

/* Texts as other readers take them, or as long as a seed has them (in our own items). */
enum capture_texts { CAPTURE_TEXTS_PORTABLE, CAPTURE_TEXTS_WHOLE };

/* Appends the entry, its length in front; bytes->full when it does not fit. */
void capture_process_put(struct capture_bytes *bytes, const struct process_seed *seed,
			 enum capture_texts texts);
/*
 * Takes one entry; its length is not more than what the cursor holds. Fields that a shorter entry
 * lacks are as initialised, longer texts are cut, bytes behind what is known are skipped. All parts
 * are marked as there; start_boot_ns is 0. Returns 0 or -EBADMSG.
 */
int capture_process_take(struct capture_cursor *cursor, struct process_seed *ret_seed);

#endif
