/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Captures: any bytes as a file, plain or gzip, through the reader and into a state, up to the
 * tables that views read. No crash, no endless loop; whatever is wrong is said in a sentence with
 * its place.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tui/replay_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int open_input(const uint8_t *data, size_t size)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	return fd;
}

/* What views do: every row's texts are there. */
static void look(const struct snapshot *snapshot)
{
	size_t sum = strlen(snapshot->host);

	for (size_t i = 0; i < snapshot->procs_len; i++) {
		const struct proc_row *row = &snapshot->procs[i];

		sum += strlen(row->comm) + strlen(row->cmdline) + strlen(row->user);
		assert(row->calls_first + row->calls_len <= snapshot->calls_len);
	}
	for (uint64_t num = snapshot->events_first; num < snapshot->events_end; num++) {
		const struct history_event *kept = snapshot_event(snapshot, num);

		if (kept)
			sum += strlen(kept->fd_name) + kept->record_len;
	}
	if (sum == SIZE_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct replay_feed_opts opts = { .memory_bytes = 16u << 20 };
	struct capture_error err = { "" };
	struct snapshot *snapshot;
	struct capture_reader *reader;
	struct replay_feed *feed;
	uint64_t offset;
	int rc;

	if (capture_reader_new(open_input(data, size), &reader) < 0 ||
	    replay_feed_new(&opts, &feed) < 0)
		abort();
	do {
		rc = capture_read(reader, replay_feed_sink(feed), &err);
	} while (rc > 0);
	if (rc == -EBADMSG)
		assert(strncmp(err.text, "byte ", 5) == 0);
	capture_reader_truncated(reader, &offset);
	if (replay_feed_end(feed) == 0 && state_publish(replay_feed_state(feed), &snapshot) == 0) {
		look(snapshot);
		snapshot_unref(snapshot);
	}
	replay_feed_free(feed);
	capture_reader_free(reader);
	return 0;
}
