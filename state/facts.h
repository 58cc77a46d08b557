/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts of a process that only fields ask for: ids, session, capabilities, the file behind the
 * executable, words of the command line, environment. Taken from exec and clone events and from
 * calls that change them; where no event has told, the source is asked when a field wants to know
 * (facts_want()), once per program.
 */
#ifndef STATE_FACTS_H
#define STATE_FACTS_H

#include <stdint.h>
#include "probe/schema/decode.h"
#include "probe/schema/seed.h"

struct state;
struct process;
struct text;
struct thread;

enum fact {
	FACT_SID = 1u << 0,
	FACT_PGID = 1u << 1,
	FACT_VPGID = 1u << 2,
	FACT_VPID = 1u << 3,
	FACT_TTY = 1u << 4,
	FACT_LOGINUID = 1u << 5,
	FACT_GID = 1u << 6,
	FACT_CAPS = 1u << 7,
	FACT_EXE_FILE = 1u << 8,
	FACT_FD_LIMIT = 1u << 9,
	FACT_FAULTS = 1u << 10,
	FACT_PIDNS = 1u << 11,
	FACT_SWAP = 1u << 12,
};

/* Numbers hold where their bit is in `known`; texts hold a reference, NULL = not known. */
struct facts {
	uint32_t known;           /* enum fact */
	uint32_t asked;           /* enum seed_part: the source had its say */
	uint32_t gid;             /* effective */
	uint32_t tty, loginuid;   /* 0: no terminal; UINT32_MAX: nobody logged in */
	uint32_t exe_flags;       /* enum seed_exe_flag */
	int64_t pgid;             /* in the initial pid namespace */
	int64_t sid, vpgid, vpid; /* in the namespace of the process */
	int64_t fd_limit;         /* -1: none */
	uint64_t cap_inheritable, cap_permitted, cap_effective; /* the kernel's bits */
	uint64_t exe_ino, exe_ctime_ns, exe_mtime_ns;           /* times since the epoch */
	uint64_t faults_major, faults_minor;
	uint64_t swap_kb;
	uint64_t pidns_start_ns; /* of its pid namespace, since the epoch */
	uint64_t exec_ns;        /* last exec that was seen, since the epoch; 0: none */
	struct text *words;      /* the command line, each word with its NUL */
	struct text *env;        /* NAME=value, each with its NUL */
	struct text *cgroups;    /* controllers=path, each with its NUL */
	struct text *root;
};

void facts_release(struct state *state, struct facts *facts);
/* An execve or execveat that succeeded. */
void facts_exec(struct state *state, struct process *process, const struct event *event);
/* The child's event of the clone family: like its parent (NULL: not known), but for what it says */
void facts_child(struct state *state, struct process *child, const struct process *parent,
		 const struct event *event);
/* Any other call: those that change facts are taken over when they succeed. */
void facts_call(struct state *state, struct process *process, const struct event *event);
/* What a seed says of facts that no event has told. */
void facts_seed(struct state *state, struct process *process, const struct process_seed *seed);
/*
 * Asks the source for these parts (enum seed_part) unless it was asked before; does nothing for
 * processes that ended and for kernel threads.
 */
void facts_want(struct state *state, struct process *process, unsigned parts);
/* The tid of a thread in its own pid namespace, asked of the source once; 0: not known. */
uint32_t facts_vtid(struct state *state, struct thread *thread);

#endif
