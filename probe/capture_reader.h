/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a capture (capture_format.h) block by block and hands out what is in it. The file may be
 * hostile: every length is checked before it is followed, and the first thing that cannot be right
 * ends the reading with a sentence that has its place. A file that ends within a block is read up
 * to there: that is how a killed writer leaves it.
 */
#ifndef PROBE_CAPTURE_READER_H
#define PROBE_CAPTURE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "capture_format.h"
#include "schema/record.h"
#include "schema/sample.h"
#include "schema/seed.h"

struct capture_reader;

struct capture_error {
	char text[200]; /* one sentence without the file's name: "byte 28: ..." */
};

/* An event without our record: another tool's. */
struct capture_event {
	uint16_t cpu;
	struct event_header header;
	const uint8_t *data; /* the event from its header on, header.len bytes */
};

/*
 * Who is told. A function returns 0, or -errno to end the reading with that. NULL: nobody cares.
 * Texts and bytes are valid during the call.
 */
struct capture_sink {
	void *ctx;
	int (*machine)(void *ctx, const struct capture_machine *machine);
	/* Not NUL-terminated. */
	int (*user)(void *ctx, uint32_t uid, const char *name, size_t len);
	/* One thread of the process list. */
	int (*process)(void *ctx, const struct process_seed *seed);
	/* pid: the process, or the thread, that the list is of. */
	int (*file)(void *ctx, const struct file_sample *file, const char *name);
	/* Prefix, extension and event as the kernel made them; event_decode() checks them. */
	int (*record)(void *ctx, const void *record, size_t len);
	int (*event)(void *ctx, const struct capture_event *event);
	int (*item)(void *ctx, uint16_t kind, const uint8_t *data, size_t len);
};

/* Takes over fd, also when it fails. Returns 0 or -ENOMEM. */
int capture_reader_new(int fd, struct capture_reader **ret_reader);
void capture_reader_free(struct capture_reader *reader); /* NULL is fine */
/*
 * Reads one block. Returns 1, 0 at the end of the file, or -errno with the sentence in *err:
 * -EBADMSG where the file is wrong, else what a read or the sink returned.
 */
int capture_read(struct capture_reader *reader, const struct capture_sink *sink,
		 struct capture_error *err);
/* After the end: it came in the middle of a block that began at *ret_offset. */
bool capture_reader_truncated(const struct capture_reader *reader, uint64_t *ret_offset);
/* Is the file gzip? Then all positions are of what is in it. */
bool capture_reader_is_packed(const struct capture_reader *reader);
/* Where the next block begins, uncompressed. */
uint64_t capture_reader_offset(const struct capture_reader *reader);

#endif
