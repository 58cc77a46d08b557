/* SPDX-License-Identifier: Apache-2.0 */
/* saker record, and what the other modes say of the file that they recorded meanwhile. */
#ifndef TUI_RECORD_H
#define TUI_RECORD_H

#include "session.h"

/* Runs until COMMAND ends, a signal, -M, -n, or the file can take no more. */
int record_run(struct session_start *start);
/* Says what the file holds. status: of the run so far; 1 when that was 0 and the file failed. */
int record_say(const char *path, const struct recorder_result *result, int status);
/* gzip for names that end in .gz. NULL: no file. */
enum capture_packing record_packing(const char *path);
/* How many events the file takes: -n of record, 0 = no end. */
uint64_t record_events(const struct options *options);

#endif
