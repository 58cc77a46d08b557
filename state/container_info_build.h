/* SPDX-License-Identifier: Apache-2.0 */
/* How container_*.c, and who has the rows alone, put an info together. */
#ifndef STATE_CONTAINER_INFO_BUILD_H
#define STATE_CONTAINER_INFO_BUILD_H

#include "container_info.h"

/* The annotation that has what `kubectl apply` was given, of pods that it made itself. */
#define ANNOTATION_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

/* Copies a text where there is none yet; NULL and "" say nothing. 0 or -ENOMEM. */
int container_info_set_text(char **slot, const char *text);
/* Appends a copy; -E2BIG beyond CONTAINER_MOUNTS_MAX, or -ENOMEM. */
int container_info_add_mount(struct container_info *info, const struct container_mount *mount);

/* The same of a label, unless there is one of that key; -E2BIG beyond CONTAINER_LABELS_MAX. */
int container_label_add(struct container_label **list, size_t *len, const char *key,
			const char *value);
/* The value of a label, borrowed; NULL: there is none of that key. */
const char *container_label(const struct container_info *info, const char *key);
/* The image by its name, when it has none yet; NULL says nothing. 0 or -ENOMEM. */
int container_info_take_image(struct container_info *info, const char *image);
/* The same of its id, "sha256:..." or digits. */
int container_info_set_image_id(struct container_info *info, const char *id);
/*
 * How the container of that name in a pod is probed, from the pod as `kubectl apply` was given it,
 * JSON: commands alone, a probe by network has none. NULL and other bytes say nothing. 0 or
 * -ENOMEM.
 */
int container_info_probes(struct container_info *info, const char *name, const char *applied);

#endif
