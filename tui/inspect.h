/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks up what runtimes say of containers: from their files on disk, then over their sockets, in a
 * thread of its own, so that nobody waits for a disk or a runtime. Answers are remembered; where
 * nothing was found it is looked for again after a while, since a runtime may write its files after
 * it has started the container.
 */
#ifndef TUI_INSPECT_H
#define TUI_INSPECT_H

#include <stdint.h>
#include "state/container.h"
#include "state/container_info.h"

struct inspector;
struct inspect_memory;

/* Starts the thread. host_root: prefix of all paths, "" for none; copied. 0 or -errno. */
int inspector_new(const char *host_root, struct inspector **ret_inspector);
/* Ends the thread; NULL is fine. */
void inspector_free(struct inspector *inspector);

/*
 * Never blocks on a file. pid: a process in the container, through which folders other than the
 * usual ones are found. Returns 0 with the answer in *ret_info, which the caller owns from then on
 * (it is given once); -EAGAIN while it is looked for; -ENOENT when nothing was found: asked again
 * it is looked for anew, after a while or when pid is not 0 any more; -ENOSPC when too many are
 * waiting.
 */
int inspector_ask(struct inspector *inspector, const struct container_match *match, uint32_t pid,
		  struct container_info *ret_info);

/*
 * The same for the users and groups in the container's own root: only those are set. -ENODATA: its
 * root is the host's, or it has none of its own yet.
 */
int inspector_ask_users(struct inspector *inspector, const struct container_match *match,
			uint32_t pid, struct container_info *ret_info);
/*
 * A process made the cgroup of a container: what runtimes say of it is looked for from now on, also
 * through that process, so that the answer is there when it is asked for, and for 20 s.
 */
void inspector_made(struct inspector *inspector, const struct container_match *match,
		    uint32_t maker);

/*
 * Gives all containers that runtimes list to fn; -EAGAIN while no newer list is there. One is made
 * some seconds after the last one was given. For one thread alone.
 */
int inspector_list(struct inspector *inspector,
		   void (*fn)(void *ctx, const struct container_listed *listed), void *ctx);
/* At once; -ENOENT: the process is gone. */
int inspect_users(const char *host_root, uint32_t pid, struct container_info *ret_info);

/* Those of the host below host_root, allocated texts of passwd.h; left alone without memory. */
void inspect_host_users(const char *host_root, char **ret_users, char **ret_groups);

/*
 * What inspector_ask() finds, at once, in the calling thread: 0, or -ENOENT when no file and no
 * socket tells of it. memory: of the thread.
 */
int inspect_container(const char *host_root, const struct container_match *match, uint32_t pid,
		      struct inspect_memory *memory, struct container_info *ret_info);

/*
 * text: the lines of /proc/PID/cgroup. Where they say that the process is in some machine of
 * systemd-nspawn, adds the line that it would have with a unit of the machine's name.
 */
void inspect_nspawn_line(const char *host_root, uint32_t pid, char *text, size_t *len, size_t size);

#endif
