/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a capture's blocks go: a file, fifo or pipe, plain or gzip. Blocks are gathered in a piece,
 * and a piece reaches the file whole or not at all: each compressed one is a gzip member of its own
 * (RFC 1952, 2.2: members may follow each other), and when a write fails half-way a regular file is
 * cut back to the piece before. So what is in the file can always be read, whatever happened.
 *
 * The first failure stays: later blocks go nowhere.
 */
#ifndef PROBE_CAPTURE_OUTPUT_H
#define PROBE_CAPTURE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

struct capture_output;

enum capture_packing { CAPTURE_PLAIN, CAPTURE_GZIP };

/* Takes over fd, also when it fails. Returns 0 or -ENOMEM. */
int capture_output_new(int fd, enum capture_packing packing, struct capture_output **ret_output);
/* Frees without writing what is gathered; closes the file. NULL is fine. */
void capture_output_free(struct capture_output *output);
/*
 * Room for a block of len bytes (at most CAPTURE_OUTPUT_BLOCK_MAX), to be filled at once; NULL
 * after a failure.
 */
#define CAPTURE_OUTPUT_BLOCK_MAX (128u << 10)
void *capture_output_room(struct capture_output *output, size_t len);
/* The block before was an event: it counts when it has reached the file. */
void capture_output_count_event(struct capture_output *output);
/* Writes what is gathered. Returns 0 or the first -errno. */
int capture_output_flush(struct capture_output *output);
/* 0 or the first -errno. */
int capture_output_error(const struct capture_output *output);
/* What reached the file: events, and bytes as they are in it. */
uint64_t capture_output_events(const struct capture_output *output);
uint64_t capture_output_bytes(const struct capture_output *output);

#endif
