/* SPDX-License-Identifier: Apache-2.0 */
#include "capture_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define WINDOW_BYTES (2 * CAPTURE_INPUT_MAX)
#define GZIP_BUFFER (128u << 10)

struct capture_input {
	gzFile file;
	uint8_t *window;
	size_t at, len; /* unread bytes are window[at .. len) */
	uint64_t base;  /* offset of window[0] in the file */
	bool ended;
	int error;
};

int capture_input_new(int fd, struct capture_input **ret_input)
{
	struct capture_input *input = calloc(1, sizeof(*input));

	if (input)
		input->window = malloc(WINDOW_BYTES);
	if (input && input->window)
		input->file = gzdopen(fd, "r");
	if (!input || !input->file) {
		close(fd);
		capture_input_free(input);
		return -ENOMEM;
	}
	gzbuffer(input->file, GZIP_BUFFER);
	*ret_input = input;
	return 0;
}

void capture_input_free(struct capture_input *input)
{
	if (!input)
		return;
	if (input->file)
		gzclose(input->file);
	free(input->window);
	free(input);
}

/* A member that ends too early (Z_BUF_ERROR) is an end like that of a plain file. */
static void note_end(struct capture_input *input)
{
	int rc;

	input->ended = true;
	gzerror(input->file, &rc);
	if (rc == Z_ERRNO)
		input->error = errno ? -errno : -EIO;
	else if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		input->error = rc == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static void fill(struct capture_input *input, size_t want)
{
	if (input->at) {
		memmove(input->window, input->window + input->at, input->len - input->at);
		input->base += input->at;
		input->len -= input->at;
		input->at = 0;
	}
	while (input->len < want && !input->ended) {
		int got;

		errno = 0;
		got = gzread(input->file, input->window + input->len,
			     (unsigned)(WINDOW_BYTES - input->len));
		if (got > 0)
			input->len += (size_t)got;
		else
			note_end(input);
	}
}

const uint8_t *capture_input_peek(struct capture_input *input, size_t len)
{
	if (len > CAPTURE_INPUT_MAX)
		return NULL;
	if (capture_input_left(input) < len)
		fill(input, len);
	return capture_input_left(input) < len ? NULL : input->window + input->at;
}

bool capture_input_skip(struct capture_input *input, uint64_t len)
{
	for (;;) {
		size_t left = capture_input_left(input);
		size_t step = len < left ? (size_t)len : left;

		input->at += step;
		len -= step;
		if (!len)
			return true;
		fill(input, 1);
		if (input->at == input->len)
			return false;
	}
}

bool capture_input_is_packed(const struct capture_input *input)
{
	return !gzdirect(input->file);
}

size_t capture_input_left(const struct capture_input *input)
{
	return input->len - input->at;
}

int capture_input_error(const struct capture_input *input)
{
	return input->error;
}

uint64_t capture_input_offset(const struct capture_input *input)
{
	return input->base + input->at;
}
