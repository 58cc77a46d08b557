/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a runtime says of a container, as bytes of a capture's item: u16 bits of the texts that are
 * known, u8 bits of facts, u64 time of creation (ns since the epoch, 0: not known), the texts, u16
 * labels and their keys and values, u16 mounts and their texts and u8 writable. A text is u16
 * length and bytes.
 */
#ifndef TUI_CAPTURE_CONTAINER_H
#define TUI_CAPTURE_CONTAINER_H

#include "probe/capture_bytes.h"
#include "state/container_info.h"

/* Where there is no room for all, labels and mounts are left out. */
void capture_container_put(struct capture_bytes *bytes, const struct container_info *info);
/* The caller owns *ret_info. Returns 0, -EBADMSG or -ENOMEM; nothing is owned then. */
int capture_container_take(struct capture_cursor *cursor, struct container_info *ret_info);

#endif
