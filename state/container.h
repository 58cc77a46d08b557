/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers, from cgroup paths alone: which one a process is in, by the patterns that the runtimes
 * use (a table in container.c).
 *
 * A look-up reads the cgroup of a process that was in cgroup C a moment ago. It may have moved
 * meanwhile (runtimes move their first process), so the answer holds for that process at once, and
 * for everybody in C only when a second look-up or the process's next sample confirms it: an id is
 * late rather than wrong. A process that is gone is asked again through another one.
 */
#ifndef STATE_CONTAINER_H
#define STATE_CONTAINER_H

#include <stddef.h>
#include <stdint.h>
#include "base/hash.h"

struct state;
struct process;
struct text;

#define CONTAINER_ID_MAX 64 /* bytes shown at most, with the NUL: names of lxc and nspawn */

#define CONTAINER_HEX 64 /* digits of a full id */

enum container_engine {
	CONTAINER_HOST,
	CONTAINER_DOCKER,
	CONTAINER_CRI,
	CONTAINER_CONTAINERD,
	CONTAINER_CRIO,
	CONTAINER_PODMAN,
	CONTAINER_LXC,
	CONTAINER_NSPAWN,
	CONTAINER_LIBVIRT,
	CONTAINER_BPM,
	CONTAINER_ENGINE_COUNT
};

/* "docker", "cri-o", ... as peers call them. Static. */
const char *container_engine_name(enum container_engine engine);

struct container_match {
	enum container_engine engine;
	char id[CONTAINER_ID_MAX];       /* 12 digits of the id, or the name; "" on the host */
	char full_id[CONTAINER_HEX + 1]; /* all digits; "" where the id is a name */
};

/* What one cgroup path ("/docker/9d8b...") tells. HOST when no pattern fits. */
void container_match_path(const char *text, size_t len, struct container_match *ret_match);
/* The same for the lines of /proc/PID/cgroup: the first line that tells of a container. */
void container_match_lines(const char *text, size_t len, struct container_match *ret_match);

struct containers {
	struct hash known;   /* address of the id's text -> struct container */
	struct hash cgroups; /* cgroup id -> struct container_cgroup */
	unsigned asked;      /* look-ups since the last refresh */
	uint64_t asked_seq;
};

/*
 * Decides the container of a process that is in process->cgroup_id now; asks the source if need be.
 */
void container_update(struct state *state, struct process *process);
/* The container for an event made in a cgroup; "" on the host and while not known. Borrowed. */
struct text *container_of_event(struct state *state, struct process *process, uint64_t cgroup_id);
/* Forgets cgroups when there are too many: most of them are long gone. */
void containers_end_refresh(struct state *state);
void containers_release(struct state *state);

#endif
