/* SPDX-License-Identifier: Apache-2.0 */
/* How container_info.c and container_machine.c put an info together. Nobody else includes this. */
#ifndef STATE_CONTAINER_INFO_BUILD_H
#define STATE_CONTAINER_INFO_BUILD_H

#include "container_info.h"

/* Copies a text where there is none yet; NULL and "" say nothing. 0 or -ENOMEM. */
int container_info_set_text(char **slot, const char *text);
/* Appends a copy; -E2BIG beyond CONTAINER_MOUNTS_MAX, or -ENOMEM. */
int container_info_add_mount(struct container_info *info, const struct container_mount *mount);

#endif
