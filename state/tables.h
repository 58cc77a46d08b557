/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct state, for the files of state/ that implement it. Nobody else includes this.
 * counts.c does the refresh, process.c the entities, record.c what events change, fd.c open files,
 * history.c keeps the events, container.c and user.c name things, snapshot.c publishes.
 */
#ifndef STATE_TABLES_H
#define STATE_TABLES_H

#include "state.h"
#include "activity.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "container.h"
#include "fd_names.h"
#include "fd_table.h"
#include "history.h"
#include "named_file.h"
#include "process.h"
#include "pulse.h"
#include "seed.h"
#include "user.h"

#define STATE_TEXTS_PER_REFRESH 4000 /* questions for command lines in one refresh */
#define STATE_TABLES_PER_REFRESH 200 /* processes that are asked for their fds between two */
#define STATE_FDS_PER_REFRESH 1000   /* and for single descriptors between two */

/* A living thread's counts in the refresh that runs. */
struct thread_sample {
	struct thread *thread; /* NULL: replaced by a later sample of the same thread */
	size_t calls_first;
	uint32_t calls_len;
	struct byte_count bytes;
	uint16_t in_nr; /* COUNT_NR_COUNT: in no call, or unknown */
	bool in_unknown;
	uint64_t in_ns;
};

struct forgotten {
	uint32_t pid;
	uint64_t start_boot_ns;
};

/* Processes that ended without ever having a row, the latest ones (room.h). */
#define ENDED_IDS 512u

struct ended_ids {
	struct ended_id {
		uint32_t pid;
		uint64_t start_boot_ns;
	} ids[ENDED_IDS];
	uint64_t count; /* ever; the next goes to count % ENDED_IDS */
};

/* The record that was applied last: what fields are taken from (filter/event.h). */
struct state_now {
	bool valid;              /* false: none yet, or its process has gone since */
	struct event event;      /* points into the caller's record */
	struct process *process; /* NULL: there was no memory for it */
	struct thread *thread;   /* NULL: not known */
	struct fd_entry fd;      /* the event's fd at that moment; holds references */
	bool has_fd;             /* fd is known */
	int64_t fd_num;          /* -1: the event has none */
	bool fd_renamed;         /* the event gave a socket another name */
	struct fd_names fds;     /* of all its arguments, where they may be more than that one */
	uint64_t before_ts_ns;   /* of the event before; 0: none */
	uint32_t asked_pid;      /* its open files were asked for, for this event alone; 0: none */
};

/*
 * Invariant of the counts, after state_refresh_end():
 *
 *   total(process, nr) = sum of the last exit-less samples of its threads in this refresh
 *                      + sum of all exit records of its threads ever
 *   total(nr)          = sum over all processes and programs + what no thread owns
 *
 * An identity whose exit record was seen gives nothing through samples any more, whenever the
 * record came: in the refresh after its sample, between two refreshes, or before a late sample.
 */
struct state {
	struct state_source source;
	struct memory *memory;
	struct text_pool texts;
	struct text *none; /* "" */
	char *host;
	uint64_t boot_epoch_ns;
	uint64_t dead_keep_ns;

	uint64_t refresh_seq;     /* 1, 2, 3, ... of the refresh that runs or ran last */
	uint64_t refresh_time_ns; /* its time */
	uint64_t interval_ns;     /* since the one before; 0 in the first */
	bool in_refresh;
	bool inexact;                                /* memory was missing for a count */
	bool stale;                                  /* the last refresh was abandoned */
	uint64_t before_time_ns, before_interval_ns; /* of the refresh before the one that runs */
	uint64_t evictions;
	uint32_t kept_pid; /* somebody looks at this process: nothing of it makes room; 0: none */

	struct hash process_ids;  /* (pid, start) -> struct process */
	struct hash process_pids; /* pid -> youngest struct process */
	struct hash programs;     /* hash of the text object's address -> its exited row */
	struct hash asides;       /* pid -> struct process without a row, see aside.h */
	struct process **processes;
	size_t processes_len, processes_size;
	struct process *last_process; /* of the last look-up, NULL: none */
	uint64_t programs_made;
	uint64_t generations;     /* given to processes so far */
	uint64_t ancestry;        /* counts changes of processes that have children */
	struct hash activity_ids; /* identity -> struct activity */
	struct activity **activities;
	size_t activities_len, activities_size;
	/* Activities are followed by events, where (since) they are not counted. */
	bool follows, objects_counted, uring_counted;
	struct hash thread_ids;  /* (tid, start) -> struct thread */
	struct hash thread_tids; /* tid -> youngest struct thread */
	struct thread **threads;
	size_t threads_len, threads_size;

	struct thread_sample *samples;
	size_t samples_len, samples_size;
	struct call_count *sample_calls;
	size_t sample_calls_len, sample_calls_size;
	/* Those of the refresh before, for what each thread did in between. */
	struct thread_sample *samples_before;
	size_t samples_before_size;
	struct call_count *sample_calls_before;
	size_t sample_calls_before_size;
	uint64_t samples_before_seq; /* refresh_seq that they are of; 0: none */

	struct call_sum other_now[COUNT_NR_COUNT]; /* this refresh, owned by no thread */
	struct call_sum other[COUNT_NR_COUNT];
	/* Of processes that found no room: living ones now, ended ones, and since this refresh. */
	struct call_sum disowned_now[COUNT_NR_COUNT], disowned_ended[COUNT_NR_COUNT];
	struct call_sum disowned_pending[COUNT_NR_COUNT];
	uint64_t roomless; /* threads without a row, since the refresh began */
	struct ended_ids ended_roomless;
	struct call_sum nr_total[COUNT_NR_COUNT], nr_delta[COUNT_NR_COUNT];
	bool nr_open[COUNT_NR_COUNT]; /* SYSCALL_F_OPEN */
	struct call_sum total, delta; /* of the host */

	struct forgotten *forgotten;
	size_t forgotten_len, forgotten_size;

	struct containers containers;
	struct named_files named_files;
	struct users users;
	struct fd_rules *fd_rules;
	uint64_t fd_files;       /* open files that were numbered so far */
	enum fd_pass files_pass; /* of the pass that goes on */
	bool files_shown;        /* rows of open files are made */
	enum state_detail detail;
	uint32_t detail_pid;                        /* 0: of the first ones */
	const struct event_desc *execve, *execveat; /* events that make a process another program */
	struct history history;
	struct history hits; /* events that rules matched, in a share of their own */
	uint64_t hit_counts[HISTORY_PRIORITIES];
	struct rule_rows *rules;     /* NULL: none */
	struct explained *explained; /* NULL: nothing was asked */
	struct snapshot_saved saved;
	struct snapshot_counted counted;

	struct health_row health;
	char notice[256];
	struct buffer_row *buffers;
	size_t buffers_len, buffers_size;

	struct tables *tables;   /* of the last publish; NULL: none yet */
	uint64_t tables_stamp;   /* generations made so far */
	uint64_t tables_seq;     /* refresh_seq when they were made */
	bool tables_dirty;       /* something else is to be shown than then */
	uint64_t tables_records; /* records when they were made */
	uint64_t snapshot_seq;
	uint64_t records;            /* applied so far */
	unsigned fd_questions;       /* since the last refresh */
	unsigned table_questions;    /* the same for whole tables */
	bool files_followed;         /* state_follow_files() */
	bool asks_unknown_files;     /* state_ask_unknown_files() */
	uint64_t streaming_since_ns; /* ts of the first record; 0: none */
	struct state_now now;
};

/* Lets go of the tables of the last publish. */
void state_drop_tables(struct state *state);
/*
 * Makes room in a vector for want elements; the size at least doubles. Returns the vector, or NULL
 * when there is no memory (the old one stays).
 */
void *state_vector(struct state *state, void *vector, size_t *size, size_t element_bytes,
		   size_t want);

#endif
