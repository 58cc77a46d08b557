/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes and threads: who lives, who ended, what they are called and what they have counted.
 *
 * A process is (pid, start of its leader), a thread is (tid, its start). Both are made by whatever
 * names them first: a sample, an exit record, an event.
 *
 *   living --(exit record of the last thread, or missing in a refresh)--> dead, row kept dimmed
 *   dead --(dead_keep passed, no zombie sampled)--> folded into the row of its program, forgotten
 *
 * The row of a program ("exited") is a process with pid 0: what its ended processes have counted.
 */
#ifndef STATE_PROCESS_H
#define STATE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/text.h"
#include "facts.h"
#include "probe/schema/decode.h"
#include "probe/schema/sample.h"

struct state;
struct fd_table;
struct call_timing;
struct pulse;

struct call_sum {
	uint64_t calls, errors, restarts;
};

void call_sum_add(struct call_sum *to, const struct call_sum *from);
void byte_count_add(struct byte_count *to, const struct byte_count *from);
/* What was added since; nothing where the old one is higher. */
struct byte_count byte_count_grown(const struct byte_count *now, const struct byte_count *before);

/*
 * Counts of one (process, syscall). total = ended + the living threads' samples of the last
 * refresh.
 */
struct process_call {
	uint16_t nr;
	uint16_t top_errno;
	uint64_t top_errno_count;
	struct call_sum ended; /* of threads whose exit record was seen */
	struct call_sum total;
	struct call_sum delta;
	struct call_timing *timing; /* owned; NULL: no call of it was timed */
};

/* Failed calls of one (process, syscall, errno), cumulative. */
struct process_errno {
	uint16_t nr, err;
	uint64_t count;
	uint64_t before, delta; /* count of the refresh before, and what was added since */
};

enum process_flag {
	PROCESS_F_SAMPLED = 1u << 0, /* the task iterator has shown it */
	PROCESS_F_ENDED = 1u << 1,   /* the exit record of its last thread was seen: final */
	PROCESS_F_DEAD = 1u << 2,    /* ended, or missing in a refresh */
	PROCESS_F_KTHREAD = 1u << 3,
	PROCESS_F_IN_SCOPE = 1u << 4,
	PROCESS_F_EXITED_ROW = 1u << 5,     /* stands for the ended processes of a program */
	PROCESS_F_WANT_TEXT = 1u << 6,      /* command line and paths are to be asked for */
	PROCESS_F_IN_CONTAINER = 1u << 7,   /* container holds for container_cgroup */
	PROCESS_F_CONTAINER_SURE = 1u << 8, /* and is confirmed for all in that cgroup */
	PROCESS_F_PARENT = 1u << 9,         /* somebody looked at it as an ancestor */
	PROCESS_F_ASKED_FILES = 1u << 10,   /* the source was asked for its open files */
};

/*
 * Invariant: calls and errnos are sorted (nr; nr and err); text members hold a reference each.
 */
struct process {
	uint32_t pid, ppid, uid, euid;
	uint64_t start_boot_ns;
	uint32_t flags; /* enum process_flag */
	uint32_t threads;
	char state;
	char comm16[RECORD_COMM_LEN]; /* as last seen, to notice a change cheaply */
	int32_t exit_code;
	struct text *comm;         /* never NULL */
	struct text *cmdline;      /* NULL: not known */
	struct text *exe, *cwd;    /* NULL: not known */
	struct text *container;    /* NULL: not known; "" on the host */
	uint64_t container_cgroup; /* cgroup_id that container was decided for */
	uint64_t cgroup_id;
	uint64_t seen_seq;      /* last refresh that sampled it */
	uint64_t active_ns;     /* refresh time when it was last seen anywhere */
	uint64_t event_ns;      /* of the newest event of it, since the epoch */
	uint64_t busy_ns;       /* refresh time when it last did something */
	uint64_t dead_ns;       /* refresh time when it died */
	uint64_t exit_boot_ns;  /* when its last thread ended; 0: not known */
	uint64_t container_seq; /* refresh + 1 in which an event asked for its container */
	uint64_t cpu_ns, cpu_before_ns, cpu_delta_ns;
	uint64_t leader_cpu_ns; /* what a thread had used when it became the leader by execve */
	uint64_t rss_bytes, vm_bytes;
	struct process_call *calls;
	struct process_errno *errnos;
	uint32_t calls_len, calls_size, errnos_len, errnos_size;
	struct call_sum total, delta;
	uint64_t opens, opens_delta;
	uint64_t hits, hits_before, hits_delta; /* of rules; before: at the last refresh */
	uint64_t children_calls, children_errors;
	struct call_sum inherited; /* what of its total its ancestors already have */
	struct byte_count ended_bytes, bytes, bytes_delta;
	struct fd_table *fds; /* NULL: not known */
	struct pulse *pulse;  /* NULL: nothing happened in the time that is kept */
	struct facts facts;
	uint64_t generation;  /* see process_generation() */
	uint64_t changed_num; /* of the last event before that */
	uint64_t made_seq;    /* refresh in or before which it was made */
	uint64_t exited;      /* EXITED_ROW: how many processes it stands for */
	uint32_t at;          /* index in the list of processes */
	uint32_t row;         /* index among the rows while tables are made */
};

enum thread_flag {
	THREAD_F_ENDED = 1u << 0, /* its exit record was seen */
};

#define THREAD_NO_VTID UINT32_MAX

struct thread {
	uint32_t tid;
	uint32_t flags; /* enum thread_flag */
	uint32_t
		vtid; /* in its own pid namespace; 0: see facts_vtid(), THREAD_NO_VTID: not known */
	uint64_t start_boot_ns;
	struct process *process;
	uint32_t pid; /* of its process */
	uint64_t process_start_boot_ns;
	char comm[RECORD_COMM_LEN]; /* as sampled */
	char state;
	uint64_t cpu_ns; /* already in process->cpu_ns */
	uint64_t cpu_before_ns, cpu_delta_ns;
	struct call_sum total, delta;
	struct byte_count bytes, bytes_delta;
	uint16_t top_nr; /* most calls in the interval; COUNT_NR_COUNT: none */
	uint16_t in_nr;  /* the call that it is in; COUNT_NR_COUNT: none or unknown */
	bool in_unknown;
	bool in_exact;        /* in_ns is timed; else at least */
	uint64_t in_since_ns; /* refresh time when it was first seen in that call */
	uint64_t in_ns;       /* how long it is in it */
	uint64_t before_seq;  /* refresh in which its sample became `before` */
	uint32_t before;      /* its index in the samples of the refresh before */
	uint64_t seen_seq;    /* last refresh that sampled it */
	uint64_t ended_seq;   /* refresh before or in which its exit record came */
	uint32_t sample;      /* its index in the samples of this refresh */
	uint32_t at;          /* index in the list of threads */
};

/* The process of an identity, NULL when it is not known. */
struct process *process_find(const struct state *state, uint32_t pid, uint64_t start_boot_ns);
/* The same, made when it is missing; NULL when there is no memory. */
struct process *process_get(struct state *state, uint32_t pid, uint64_t start_boot_ns);
/* The living process of a pid that started last, NULL when there is none. */
struct process *process_by_pid(const struct state *state, uint32_t pid);
/* The one that started last, ended or not; one without a row is asked for (aside.h). */
struct process *process_look(struct state *state, uint32_t pid);
/*
 * The parent, or the n-th ancestor (0: the process itself); NULL when it is not known. Both mark
 * what they return: its changes change the generation of others.
 */
struct process *process_parent(struct state *state, const struct process *process);
struct process *process_ancestor(struct state *state, struct process *process, unsigned n);
/*
 * Another number whenever something changed that fields of the process alone depend on: of itself
 * or of an ancestor. Never the same again for this process.
 */
uint64_t process_generation(const struct state *state, const struct process *process);
/* Is all that the generation stands for as it was when the event of that number came? */
bool process_is_since(const struct state *state, const struct process *process, uint64_t num);
/* Begins a new generation. */
void process_changed(struct state *state, struct process *process);
void process_set_ppid(struct state *state, struct process *process, uint32_t ppid);
/* Frees what no table knows. */
void process_release(struct state *state, struct process *process);
void process_free(struct state *state, struct process *process);
/* Takes the leader's name (RECORD_COMM_LEN bytes, checked for its NUL). */
void process_set_comm(struct state *state, struct process *process, const char *comm);
/* Takes arguments as the kernel keeps them, each with its NUL: joined by blanks. */
void process_set_cmdline(struct state *state, struct process *process, const char *args,
			 size_t len);
/* Replaces a text; no data (NULL or empty) clears it. */
void process_set_text(struct state *state, struct text **slot, const char *data, size_t len);
/* Asks the source for command line, executable and folder. */
void process_ask_text(struct state *state, struct process *process);
/* The process is dead from now on. */
void process_die(struct state *state, struct process *process);
/* Gives a dead process's counts to the row of its program and frees it. */
void process_fold(struct state *state, struct process *process);

/* The counts of a syscall, made when missing; NULL when there is no memory. */
struct process_call *process_call(struct state *state, struct process *process, uint16_t nr);
/* The same for an errno; NULL when there is no memory. */
struct process_errno *process_errno(struct state *state, struct process *process, uint16_t nr,
				    uint16_t err);

/* Finds the most frequent errno of each row of calls; both lists are sorted by number. */
void process_top_errnos(struct process *process);

struct thread *thread_find(const struct state *state, uint32_t tid, uint64_t start_boot_ns);
/* The thread of a tid that started last, NULL when none was sampled yet. */
struct thread *thread_by_tid(const struct state *state, uint32_t tid);
struct thread *thread_get(struct state *state, struct process *process, uint32_t tid,
			  uint64_t start_boot_ns);
void thread_free(struct state *state, struct thread *thread);

/* thread.c */
struct thread_sample;
/* Totals, differences and the call it is in, from its sample of this refresh. */
void thread_count(struct state *state, struct thread *thread, const struct thread_sample *sample);

#endif
