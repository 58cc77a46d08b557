/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that writes a capture around a hit, see hit_window.h. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "hit_window.h"
#include "source.h"

struct hit_save {
	pthread_t thread;
	struct hit_window_ask *ask;
	struct state_source *source;
	size_t memory_bytes;
	struct snapshot_saved saved; /* valid when it is done */
	atomic_bool done;
};

static void *save_main(void *arg)
{
	struct hit_save *save = arg;
	const struct hit_window_from from = { .source = save->source,
					      .origin = RECORDER_HERE,
					      .memory_bytes = save->memory_bytes,
					      .waits = true };

	pthread_setname_np(pthread_self(), "saker-save");
	save->saved = hit_window_write(save->ask, &from);
	atomic_store(&save->done, true);
	return NULL;
}

static void save_free(struct hit_save *save)
{
	source_free(save->source);
	hit_window_ask_free(save->ask);
	free(save);
}

int hit_save_start(struct hit_window_ask *ask, const char *host_root, size_t memory_bytes,
		   struct hit_save **ret_save)
{
	struct hit_save *save = calloc(1, sizeof(*save));
	int rc;

	if (!save) {
		hit_window_ask_free(ask);
		return -ENOMEM;
	}
	save->ask = ask;
	save->memory_bytes = memory_bytes;
	rc = source_new(host_root, NULL, NULL, &save->source);
	if (rc == 0)
		rc = -pthread_create(&save->thread, NULL, save_main, save);
	if (rc < 0) {
		save_free(save);
		return rc;
	}
	*ret_save = save;
	return 0;
}

bool hit_save_is_done(const struct hit_save *save)
{
	return atomic_load(&save->done);
}

struct snapshot_saved hit_save_end(struct hit_save *save)
{
	struct snapshot_saved saved;

	pthread_join(save->thread, NULL);
	saved = save->saved;
	save_free(save);
	return saved;
}
