/* SPDX-License-Identifier: Apache-2.0 */
/* Requests: what can be asked of the monitor, see requests.def. */
#ifndef TUI_REQUEST_H
#define TUI_REQUEST_H

struct monitor;

enum request {
#define REQUEST(id, name, function, help) REQUEST_##id,
#include "requests.def"
	REQUEST_COUNT
};

/* Does it. What cannot be done in the view on screen is said in the status line. */
void request_do(struct monitor *monitor, enum request request);
const char *request_name(enum request request);
const char *request_help_text(enum request request);

#define REQUEST(id, name, function, help) void function(struct monitor *monitor);
#include "requests.def"

#endif
