/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state's source on a live host: what it asks for is read from /proc and /etc/passwd, in the
 * engine's thread; of containers, in a thread of its own. Open files are the owner's to find (it
 * has the probe).
 */
#ifndef TUI_SOURCE_H
#define TUI_SOURCE_H

#include "state/state.h"

/*
 * host_root: before all paths, "" for none; copied. files(ctx, pid) calls state_file() for every
 * open file of a process; the other questions are answered here. Returns 0 or -ENOMEM. Free with
 * source_free().
 */
int source_new(const char *host_root, int (*files)(void *ctx, uint32_t pid), void *ctx,
	       struct state_source **ret_source);
void source_free(struct state_source *source);

/*
 * A process made a cgroup. Where that is a container's, what is to be known of it is looked for
 * before it is asked for; who asks init to make it (systemd's units) leads to nothing.
 */
void source_cgroup_made(struct state_source *source, const char *path, uint32_t maker);

#endif
