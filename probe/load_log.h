/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libbpf and the verifier say during a load, kept in memory: the terminal belongs to the
 * screen. The end of the text is kept, because the reason of a refusal is its last lines.
 */
#ifndef PROBE_LOAD_LOG_H
#define PROBE_LOAD_LOG_H

#include <stddef.h>

#define LOAD_LOG_BYTES 8192

struct load_log {
	char text[LOAD_LOG_BYTES]; /* NUL-terminated tail */
	size_t len;
	char program[64];       /* the last one that was refused; "" = none */
	struct load_log *outer; /* that gets what is said when this one has ended */
};

/*
 * Messages that libbpf prints in this thread go to log until load_log_end(), then to the log that
 * was begun before it; those of threads without a log go nowhere.
 */
void load_log_begin(struct load_log *log);
void load_log_end(void);

/*
 * The refusal in one line, without line ends: "program count_exit: <last line of the verifier>", or
 * the last message; empty when nothing was said. Cut to size.
 */
void load_log_reason(const struct load_log *log, char *reason, size_t size);

#endif
