/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a capture, plain or gzip, through a window: what is needed at once is in one piece.
 */
#ifndef PROBE_CAPTURE_INPUT_H
#define PROBE_CAPTURE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most that can be asked for in one piece. */
#define CAPTURE_INPUT_MAX (256u << 10)

struct capture_input;

/* Takes over fd, also when it fails. Returns 0 or -ENOMEM. */
int capture_input_new(int fd, struct capture_input **ret_input);
void capture_input_free(struct capture_input *input); /* NULL is fine */
/*
 * The next len bytes without passing them over, valid until the next call; NULL when there are
 * fewer (capture_input_left() tells how many) or they cannot be read (capture_input_error()).
 */
const uint8_t *capture_input_peek(struct capture_input *input, size_t len);
/* Passes over len bytes; false when there are fewer. */
bool capture_input_skip(struct capture_input *input, uint64_t len);
/* Bytes in the window: after a failed peek all that is left. */
/* Is the file gzip? Known once something was read. */
bool capture_input_is_packed(const struct capture_input *input);
size_t capture_input_left(const struct capture_input *input);
/* 0, -EBADMSG: the compressed data is damaged, or the -errno of a read. */
int capture_input_error(const struct capture_input *input);
/* Where the next byte stands in the uncompressed file. */
uint64_t capture_input_offset(const struct capture_input *input);

#endif
