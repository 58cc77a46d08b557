/* SPDX-License-Identifier: Apache-2.0 */
#include "capture_output.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE_BYTES (256u << 10)
#define GZIP_WINDOW_BITS (15 + 16) /* zlib.h, deflateInit2: 16 more writes a gzip header */
#define GZIP_MEMORY_LEVEL 8        /* zlib's default */

struct capture_output {
	int fd;
	enum capture_packing packing;
	int error; /* the first -errno; 0 = none */
	uint8_t *piece;
	size_t piece_len;
	uint8_t *packed; /* GZIP: packed_size bytes for one piece */
	size_t packed_size;
	z_stream deflater;                /* GZIP */
	uint64_t events, gathered_events; /* in the file; in the piece */
	uint64_t bytes;                   /* in the file */
};

static int gzip_init(struct capture_output *output)
{
	int rc = deflateInit2(&output->deflater, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW_BITS,
			      GZIP_MEMORY_LEVEL, Z_DEFAULT_STRATEGY);

	if (rc != Z_OK)
		return -ENOMEM;
	output->packed_size = deflateBound(&output->deflater, PIECE_BYTES);
	output->packed = malloc(output->packed_size);
	return output->packed ? 0 : -ENOMEM;
}

int capture_output_new(int fd, enum capture_packing packing, struct capture_output **ret_output)
{
	struct capture_output *output = calloc(1, sizeof(*output));
	int rc = 0;

	if (!output) {
		close(fd);
		return -ENOMEM;
	}
	output->fd = fd;
	output->packing = packing;
	output->piece = malloc(PIECE_BYTES);
	if (!output->piece)
		rc = -ENOMEM;
	if (rc == 0 && packing == CAPTURE_GZIP)
		rc = gzip_init(output);
	if (rc < 0) {
		capture_output_free(output);
		return rc;
	}
	*ret_output = output;
	return 0;
}

void capture_output_free(struct capture_output *output)
{
	if (!output)
		return;
	if (output->packing == CAPTURE_GZIP)
		deflateEnd(&output->deflater);
	close(output->fd);
	free(output->packed);
	free(output->piece);
	free(output);
}

/* One gzip member of the piece. Its length; deflateBound() has made sure that it fits. */
static size_t gzip_piece(struct capture_output *output)
{
	z_stream *deflater = &output->deflater;

	deflateReset(deflater);
	deflater->next_in = output->piece;
	deflater->avail_in = (uInt)output->piece_len;
	deflater->next_out = output->packed;
	deflater->avail_out = (uInt)output->packed_size;
	if (deflate(deflater, Z_FINISH) != Z_STREAM_END)
		return 0;
	return output->packed_size - deflater->avail_out;
}

/* Part of a piece would be a block without end. Pipes and devices keep what they got. */
static void cut_back(const struct capture_output *output, size_t partial)
{
	struct stat st;
	off_t end;

	if (!partial || fstat(output->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	end = lseek(output->fd, -(off_t)partial, SEEK_CUR);
	/* Cannot fail in a way that leaves less: a file that stays long ends in a partial block. */
	if (end >= 0 && ftruncate(output->fd, end) < 0)
		return;
}

static int write_all(struct capture_output *output, const uint8_t *data, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t put = write(output->fd, data + done, len - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			int rc = put < 0 ? -errno : -EIO;

			cut_back(output, done);
			return rc;
		}
		done += (size_t)put;
	}
	return 0;
}

int capture_output_flush(struct capture_output *output)
{
	const uint8_t *data = output->piece;
	size_t len = output->piece_len;

	if (output->error || !len)
		return output->error;
	if (output->packing == CAPTURE_GZIP) {
		data = output->packed;
		len = gzip_piece(output);
	}
	output->error = len ? write_all(output, data, len) : -EIO;
	output->piece_len = 0;
	if (output->error)
		return output->error;
	output->bytes += len;
	output->events += output->gathered_events;
	output->gathered_events = 0;
	return 0;
}

void *capture_output_room(struct capture_output *output, size_t len)
{
	void *room;

	if (len > CAPTURE_OUTPUT_BLOCK_MAX)
		return NULL;
	if (len > PIECE_BYTES - output->piece_len)
		capture_output_flush(output);
	if (output->error)
		return NULL;
	room = output->piece + output->piece_len;
	output->piece_len += len;
	return room;
}

void capture_output_count_event(struct capture_output *output)
{
	if (!output->error)
		output->gathered_events++;
}

int capture_output_error(const struct capture_output *output)
{
	return output->error;
}

uint64_t capture_output_events(const struct capture_output *output)
{
	return output->events;
}

uint64_t capture_output_bytes(const struct capture_output *output)
{
	return output->bytes;
}
