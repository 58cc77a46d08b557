/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records what the state is told, in that order: records, counter refreshes, open files, the
 * answers of its source, health. The state does nothing but follow its inputs, so who tells another
 * state the same (replay_feed.h) gets the same lines and tables.
 *
 * The file begins with what other readers know: machine, interfaces, users, processes with all
 * threads, open files. With a scope these are the processes in it and the users that occur.
 *
 *   recorder_new -> first refresh and open files (kept) -> recorder_seed -> ... -> recorder_close
 *
 * Of living threads and errnos only what has changed is written. All functions are called from the
 * engine's thread; a write that blocks holds it.
 */
#ifndef TUI_RECORDER_H
#define TUI_RECORDER_H

#include <stdbool.h>
#include <stdint.h>
#include "probe/capture_output.h"
#include "state/state.h"

struct recorder;

/* Whose users and interfaces are in the lists for other readers. */
enum recorder_origin { RECORDER_HERE, RECORDER_ELSEWHERE };

struct recorder_opts {
	int fd; /* taken over, also when recorder_new() fails */
	enum capture_packing packing;
	const struct state_source *source; /* who really answers; borrowed */
	const char *host;
	enum recorder_origin origin;
	uint64_t boot_epoch_ns;
	size_t memory_bytes; /* limit of the state */
	uint64_t events;     /* records after which it stops; 0 = no end */
	bool everything;     /* there is no scope: all users may occur */
};

struct recorder_result {
	uint64_t events, bytes; /* in the file */
	uint64_t too_large;     /* events that no block can hold */
	int error;              /* the first -errno of the file; 0 = it is complete */
};

int recorder_new(const struct recorder_opts *opts, struct recorder **ret_recorder);
/* Completes the file (unless a write failed before), tells what is in it, frees. NULL is fine. */
void recorder_close(struct recorder *recorder, struct recorder_result *ret_result);
/* Answers as opts.source does, and records that. Lives as long as the recorder. */
const struct state_source *recorder_source(const struct recorder *recorder);

/* A refresh, as state_refresh_begin() and so on. task and exit: of processes that have a row. */
void recorder_begin(struct recorder *recorder, uint64_t time_ns);
void recorder_task(struct recorder *recorder, const struct task_sample *task,
		   const struct call_count *calls);
void recorder_exit(struct recorder *recorder, const struct task_exit *ended,
		   const struct call_count *calls);
void recorder_errno(struct recorder *recorder, const struct errno_count *count);
void recorder_timing(struct recorder *recorder, const struct timing_count *count);
void recorder_uring(struct recorder *recorder, const struct uring_count *count);
/* Bytes by file and socket are counted from zero from now on, or not any more. */
void recorder_objects(struct recorder *recorder, enum state_objects objects);
void recorder_object(struct recorder *recorder, const struct object_count *count);
void recorder_object_name(struct recorder *recorder, const struct object_count *count,
			  const struct object_name *name);
void recorder_other(struct recorder *recorder, const struct call_count *count);
enum recorder_outcome { RECORDER_COMPLETE, RECORDER_ABANDONED };
void recorder_end(struct recorder *recorder, enum recorder_outcome outcome);
/* Health, and with it the refresh is over: everything so far is handed to the file. */
void recorder_health(struct recorder *recorder, const struct health_row *health,
		     const struct buffer_row *buffers, size_t buffers_len);

/* As state_cgroup_made() and state_cgroup_removed(). */
void recorder_cgroup_made(struct recorder *recorder, uint64_t cgroup_id, const char *path);
void recorder_cgroup_removed(struct recorder *recorder, uint64_t cgroup_id);
void recorder_file(struct recorder *recorder, const struct file_sample *file, const char *path);
/* A pass over open files: recorder_file() meanwhile. */
void recorder_files_begin(struct recorder *recorder, uint32_t pid, enum state_pass pass);
void recorder_files_end(struct recorder *recorder, uint32_t pid);
void recorder_forget(struct recorder *recorder, uint32_t pid);
/* As state_named_files(). */
void recorder_named_files(struct recorder *recorder, const struct named_file *files, size_t len);
/* The first refresh and the open files are told: writes the beginning of the file. */
void recorder_seed(struct recorder *recorder);
/* A record that the state has taken. */
void recorder_record(struct recorder *recorder, const void *record, size_t len);

/* 0 or the first -errno of the file; are opts.events there? */
int recorder_error(const struct recorder *recorder);
bool recorder_is_full(const struct recorder *recorder);
/* Events that are in the file by now. */
uint64_t recorder_events(const struct recorder *recorder);

#endif
