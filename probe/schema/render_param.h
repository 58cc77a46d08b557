/* SPDX-License-Identifier: Apache-2.0 */
/* Rendering of single values, for render.c: see event_arg_render() for the forms. */
#ifndef PROBE_SCHEMA_RENDER_PARAM_H
#define PROBE_SCHEMA_RENDER_PARAM_H

#include <stdbool.h>
#include "render.h"

/* Appends parameter index of the event; index < event->params_len. */
void param_render(const struct event *event, size_t index, struct text_buf *buf);
/* Appends an address or tuple as the capture format encodes it; checked by event_decode(). */
void sockaddr_render(const struct event_param *param, struct text_buf *buf);
void socktuple_render(const struct event_param *param, struct text_buf *buf);
void ipv4_render(const uint8_t *addr, struct text_buf *buf);
void ipv6_render(const uint8_t *addr, struct text_buf *buf);
/* Appends AT_FDCWD or the number. */
void fd_render(int64_t fd, struct text_buf *buf);
/* The same, with its name behind it in parentheses where event->fd_names has it. */
void fd_named_render(const struct event *event, int64_t fd, struct text_buf *buf);
/* Appends the name in parentheses; nothing for NULL and "". */
void fd_name_render(const char *name, struct text_buf *buf);
/* Appends the name of an errno when value is one, else the number. */
void result_render(int64_t value, struct text_buf *buf);
/* Appends octal with a leading 0; the file type, where there is one, by name before it. */
void mode_render(uint64_t mode, struct text_buf *buf);
void signal_render(int64_t sig, struct text_buf *buf);
/* Appends a duration: 1.5s 20ms 3us 7ns; all ones as "infinite". */
void reltime_render(uint64_t ns, struct text_buf *buf);
/* Appends a uid or gid; -1 (no change, unknown) as such. */
void id_render(uint32_t id, struct text_buf *buf);

/* Whether the arguments are the raw ones of the prefix. */
bool event_args_are_raw(const struct event *event);
/* The parameter that is the call's result, -1 when there is none: first in every exit event. */
int event_result_index(const struct event *event);

#endif
