/* SPDX-License-Identifier: Apache-2.0 */
/* Structs that raw arguments point to, by the table layouts.def, for render_data.c. */
#ifndef PROBE_SCHEMA_RENDER_STRUCT_H
#define PROBE_SCHEMA_RENDER_STRUCT_H

#include "fds.h"
#include "render.h"

/*
 * Appends "{name=value, ...}". Members that the bytes do not reach are left out. False: the
 * argument is no struct of the table.
 */
bool struct_render(const struct event *event, size_t index, struct text_buf *buf);
/* Whether structs of the type may have descriptors among their members. */
bool struct_has_fds(enum arg_type type);
/* Adds those of argument `index` of the call, which is kept. */
void struct_fds(const struct event *event, size_t index, struct event_fds *fds);

#endif
