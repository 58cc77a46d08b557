/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The beginning of a capture: what other readers must know before the first event. Threads and open
 * files are gathered while the first refresh tells of them; the rest is asked of the source, and
 * read from the user database and the interfaces of this machine, when it is written.
 */
#ifndef TUI_RECORDER_SEED_H
#define TUI_RECORDER_SEED_H

#include <stdbool.h>
#include <stdint.h>
#include "probe/capture_writer.h"
#include "recorder.h"

struct recorder_seed;

struct recorder_seed_opts {
	const char *host;
	const struct state_source *source;
	enum recorder_origin origin;
	uint64_t boot_epoch_ns;
	bool everything; /* all users and groups, not just those of the processes */
};

int recorder_seed_new(struct recorder_seed **ret_seed); /* 0 or -ENOMEM */
void recorder_seed_free(struct recorder_seed *seed);    /* NULL is fine */
/* Without memory for it a thread or file is missing in the lists for other readers. */
void recorder_seed_task(struct recorder_seed *seed, const struct task_sample *task);
void recorder_seed_file(struct recorder_seed *seed, const struct file_sample *file,
			const char *path);
/*
 * The parents that are no processes of the seed themselves, each once; returns how many.
 */
#define RECORDER_PARENTS_MAX 64
size_t recorder_seed_parents(const struct recorder_seed *seed,
			     uint32_t parents[RECORDER_PARENTS_MAX]);
void recorder_seed_write(const struct recorder_seed *seed, const struct recorder_seed_opts *opts,
			 struct capture_writer *writer);

#endif
