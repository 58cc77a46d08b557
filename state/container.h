/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers, from cgroup paths alone: which one a process is in, by the patterns that the runtimes
 * use (a table in container.c).
 *
 * A look-up reads the cgroup of a process that was in cgroup C a moment ago. It may have moved
 * meanwhile (runtimes move their first process), so the answer holds for that process at once, and
 * for everybody in C only when a second look-up or the process's next sample confirms it: an id is
 * late rather than wrong. A process that is gone is asked again through another one. Where the
 * source knows the path of a cgroup by its id there is no such doubt.
 */
#ifndef STATE_CONTAINER_H
#define STATE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/hash.h"
#include "container_wanted.h"

struct state;
struct process;
struct text;

#define CONTAINER_ID_MAX 64 /* bytes shown at most, with the NUL: names of lxc and nspawn */

#define CONTAINER_HEX 64 /* digits of a full id */
/* The control group of what runs in a machine of systemd-nspawn (src/nspawn/nspawn-cgroup.c). */
#define CONTAINER_NSPAWN_GROUP "payload"

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

/* One that its runtime lists, whether anything runs in it. */
struct container_listed {
	struct container_match match;
	/* Another one when what its runtime says of it may have changed; 0: not known. */
	uint64_t stamp;
};

/* A full id, as runtimes write them; text needs no NUL. */
bool container_is_hex_id(const char *text, size_t len);
/* What one cgroup path ("/docker/9d8b...") tells. HOST when no pattern fits. */
void container_match_path(const char *text, size_t len, struct container_match *ret_match);
/* The same for the lines of /proc/PID/cgroup: the first line that tells of a container. */
void container_match_lines(const char *text, size_t len, struct container_match *ret_match);

/*
 * All containers along a path, the innermost first: one in a container is in both. Returns how many
 * there are, at most size.
 */
size_t container_match_nested(const char *text, size_t len, struct container_match *matches,
			      size_t size);

#define CONTAINER_NESTED_MAX 3 /* containers around a process that are looked at */

/* What is known of a cgroup. */
struct container_cgroup {
	uint64_t number; /* the cgroup's id */
	struct text *id; /* "" = host; NULL: nobody could be asked yet */
	struct text *outer[CONTAINER_NESTED_MAX - 1]; /* containers around that; NULL: none */
	bool confirmed;
	bool weak;          /* its path looks like plain containerd's: lines must agree */
	uint32_t asked_pid; /* through whom */
	uint64_t asked_start;
	uint64_t asked_seq;
	uint64_t tried_seq;   /* refresh + 1 of the last container_cgroup_ask() */
	uint64_t removed_seq; /* refresh in which it was removed; 0: it exists */
	bool met;             /* its containers were asked for with a process at hand */
	uint64_t judged;      /* containers.told when verdict was found; 0: never */
	enum container_verdict verdict;
	bool is_told; /* told is what who judges for others was told last */
	enum container_verdict told;
};

struct containers {
	struct hash known;   /* address of the id's text -> struct container */
	struct hash cgroups; /* cgroup id -> struct container_cgroup */
	unsigned asked;      /* look-ups since the last refresh */
	uint64_t asked_seq;
	struct container_wanted wanted;
	uint64_t told;    /* 1, 2, ...: counts what could change a verdict */
	uint64_t serials; /* given to containers so far */
	uint64_t lists;   /* that runtimes gave so far */
	bool idle;        /* those that are only listed are rows */
};

/*
 * Decides the container of a process that is in process->cgroup_id now; asks the source if need be.
 */
void container_update(struct state *state, struct process *process);
/* The same for one that is gone: nobody is asked about it, but what its cgroup is may be known. */
void container_place(struct state *state, struct process *process);
/* The container for an event made in a cgroup; "" on the host and while not known. Borrowed. */
struct text *container_of_event(struct state *state, struct process *process, uint64_t cgroup_id);
/* The entry of a cgroup, as far as its path tells; NULL when there is no memory. */
struct container_cgroup *container_cgroup_find(struct state *state, uint64_t cgroup_id);
/* The same, asking through a process when the path did not tell. */
struct container_cgroup *container_cgroup_ask(struct state *state, uint64_t cgroup_id,
					      uint32_t pid);
/* Forgets cgroups when there are too many: most of them are long gone. */
void containers_end_refresh(struct state *state);
void containers_release(struct state *state);

#endif
