/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of a snapshot: rows and their text in one arena, made once a refresh and shared by the
 * snapshots of that refresh. For snapshot.c, which publishes them, and the files that fill them.
 */
#ifndef STATE_SNAPSHOT_TABLES_H
#define STATE_SNAPSHOT_TABLES_H

#include <stdatomic.h>
#include "base/arena.h"
#include "tables.h"

struct tables {
	struct arena arena;
	struct memory *memory; /* a reference */
	atomic_uint refs;
	const struct proc_row *procs;
	const struct call_row *calls;
	const struct syscall_row *syscalls;
	const struct errno_row *errnos;
	const struct thread_row *threads;
	const struct activity_row *activities;
	const struct container_row *containers;
	const struct fd_row *fds;
	size_t procs_len, calls_len, syscalls_len, errnos_len, threads_len, activities_len;
	size_t containers_len, fds_len, fds_omitted;
	bool objects_counted;
	const char *host;
	uint64_t time_ns, interval_ns;
};

/* What making tables needs beside the state. */
struct tables_maker {
	struct state *state;
	struct tables *tables;
	struct process **sorted;
	uint64_t stamp;         /* names this generation for the texts */
	bool failed;            /* a text found no room */
	struct proc_row *procs; /* those of tables */
};

/* New tables of what the state knows; they replace the state's. 0 or -ENOMEM. */
int tables_make(struct state *state);
/* Are there newer tables to be had? */
bool tables_stale(const struct state *state);
/* Any thread; NULL is fine. */
void tables_unref(struct tables *tables);
/* The copy of a text in the arena, NULL for none; without memory the maker has failed. */
const char *tables_text(struct tables_maker *maker, struct text *text);

/* Rows of open files, and how many of which kind each process has. 0 or -ENOMEM. */
int tables_fill_files(struct tables_maker *maker);
/* What pages of processes show. 0 or -ENOMEM. */
int tables_fill_details(struct tables_maker *maker);
/* A copy of the last whole seconds in the arena; NULL where there is nothing. */
const uint32_t *tables_spark(struct tables_maker *maker, const struct spark *spark);

#endif
