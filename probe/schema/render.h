/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering: parameters and raw arguments as text, the same in the stream, the event page, JSON and
 * tests. Host bytes are kept as they are, except that control bytes and bytes that are not UTF-8
 * become \xNN: nothing that is rendered can drive a terminal.
 */
#ifndef PROBE_SCHEMA_RENDER_H
#define PROBE_SCHEMA_RENDER_H

#include <stddef.h>
#include <stdint.h>
#include "decode.h"

/* A bounded text buffer: text is always NUL-terminated; truncated is set when something did not fit. */
struct text_buf {
	char *data;
	size_t len;  /* without NUL */
	size_t size; /* of data, at least 1 */
	uint8_t truncated;
};

void text_buf_init(struct text_buf *buf, char *data, size_t size);
void text_buf_add(struct text_buf *buf, const char *text);
void text_buf_addn(struct text_buf *buf, const char *text, size_t len);
void text_buf_printf(struct text_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds host bytes made safe: printable UTF-8 stays, everything else becomes \xNN (and \ becomes \\). */
void text_buf_add_safe(struct text_buf *buf, const void *data, size_t len);

/* The named arguments of an event: those of its parameters, or of its syscall's raw arguments. */
size_t event_args_len(const struct event *event);
const char *event_arg_name(const struct event *event, size_t index);
/* Appends one argument's value: flags by name, tuples as "a:p->a:p", times with unit, data dotted. */
void event_arg_render(const struct event *event, size_t index, struct text_buf *buf);
/* Appends "name=value name=value ..." of all arguments but the result. */
void event_args_render(const struct event *event, struct text_buf *buf);
/* Appends the result: "0", "3", "ENOENT", "-" where there is none. */
void event_result_render(const struct event *event, struct text_buf *buf);
/* Appends flag names joined by '|', what is left as hex; "0" (or the name of zero) for none. */
void flag_set_render(const struct flag_set *set, uint64_t value, struct text_buf *buf);

#endif
