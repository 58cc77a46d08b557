/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the bytes by file and socket; see bpf/family/object.h. For files of probe/. */
#ifndef PROBE_OBJECTS_H
#define PROBE_OBJECTS_H

#include <stdbool.h>
#include "live.h"

/* Is this process no longer shown? */
typedef bool (*objects_forgotten_fn)(const void *ctx, uint32_t pid, uint64_t start_boot_ns);
/* Hands the counts to sink->object, and deletes those of forgotten processes. 0 or -errno. */
int objects_read(struct probe *probe, const struct probe_counter_sink *sink,
		 objects_forgotten_fn forgotten, const void *ctx);
/* Detaches, before the program goes. */
void objects_free(struct probe *probe);

#endif
