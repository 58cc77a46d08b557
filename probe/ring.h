/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One BPF ring buffer, read in place: records are looked at before they are taken, which merging
 * several rings by time needs.
 *
 *   consumer page | producer page | data | data again
 *
 * The data pages are mapped twice in a row (kernel/bpf/ringbuf.c), so a record that wraps around is
 * contiguous here. Only the consumer page can be mapped for writing. Each record is
 *
 *   u32 length | busy bit 31 | discard bit 30;  u32 page offset;  bytes, padded to 8
 *
 * Positions only grow; position & (size - 1) is the offset in the data.
 */
#ifndef PROBE_RING_H
#define PROBE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Invariant: released <= pos <= watermark <= producer position, all within size bytes. */
struct ring {
	int fd;                        /* of the map, owned; -1 = none */
	size_t size;                   /* bytes of data, a power of two */
	unsigned long *consumer;       /* mapped read-write */
	void *mapping;                 /* producer page and data, read-only */
	const unsigned long *producer; /* in mapping */
	const uint8_t *data;           /* in mapping: size bytes, twice */
	unsigned long pos;             /* where the next record is looked at */
	unsigned long released;        /* what the consumer page says */
	unsigned long watermark;       /* records from here on wait for the next batch */
};

enum ring_look {
	RING_EMPTY,  /* nothing before the watermark, or the next record is still being written */
	RING_RECORD, /* *ret_data and *ret_len are set */
	/*
	 * Impossible length, which only a broken kernel or memory writes: everything up to the
	 * watermark was skipped. How many records that were nobody can tell, so produced stays
	 * larger than the sum of the fates from then on.
	 */
	RING_BROKEN,
};

void ring_init(struct ring *ring);
/*
 * Maps the ring buffer map fd of size bytes, which must be a power of two and a multiple of the
 * page size. Takes the fd over on success only. 0, or -errno.
 */
int ring_open(struct ring *ring, int fd, size_t size);
void ring_release(struct ring *ring);

/* Starts a batch: what the kernel reserves from now on is left. Returns the bytes not yet taken. */
size_t ring_mark(struct ring *ring);
/* Looks at the next finished record; discarded ones are passed over. */
enum ring_look ring_peek(struct ring *ring, const uint8_t **ret_data, size_t *ret_len);
/* Takes the record that ring_peek() returned. Its bytes stay valid until ring_return(). */
void ring_take(struct ring *ring);
/* Gives the bytes of all taken records back to the kernel. */
void ring_return(struct ring *ring);
/* Bytes taken but not given back. */
static inline size_t ring_taken_bytes(const struct ring *ring)
{
	return ring->pos - ring->released;
}
/* Bytes that wait in the ring now. */
size_t ring_used_bytes(const struct ring *ring);

#endif
