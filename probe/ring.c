/* SPDX-License-Identifier: Apache-2.0 */
#include "ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#define RING_HEADER_BYTES BPF_RINGBUF_HDR_SZ

void ring_init(struct ring *ring)
{
	*ring = (struct ring){ .fd = -1 };
}

int ring_open(struct ring *ring, int fd, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer;
	void *producer;

	if (size < page || (size & (size - 1)) != 0)
		return -EINVAL;

	consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (consumer == MAP_FAILED)
		return -errno;
	producer = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)page);
	if (producer == MAP_FAILED) {
		int err = -errno;

		munmap(consumer, page);
		return err;
	}

	ring->fd = fd;
	ring->size = size;
	ring->consumer = consumer;
	ring->mapping = producer;
	ring->producer = producer;
	ring->data = (const uint8_t *)producer + page;
	ring->pos = __atomic_load_n(ring->consumer, __ATOMIC_RELAXED);
	ring->released = ring->pos;
	ring->watermark = ring->pos;
	return 0;
}

void ring_release(struct ring *ring)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (ring->consumer) {
		munmap(ring->consumer, page);
		munmap(ring->mapping, page + 2 * ring->size);
	}
	if (ring->fd >= 0)
		close(ring->fd);
	ring_init(ring);
}

size_t ring_mark(struct ring *ring)
{
	/* Pairs with the kernel's store of the producer position after the busy header. */
	ring->watermark = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
	return ring->watermark - ring->pos;
}

static size_t record_bytes(uint32_t header)
{
	uint32_t len = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

	return ((size_t)len + RING_HEADER_BYTES + 7) & ~(size_t)7;
}

static const uint32_t *record_header(const struct ring *ring)
{
	return (const uint32_t *)(ring->data + (ring->pos & (ring->size - 1)));
}

enum ring_look ring_peek(struct ring *ring, const uint8_t **ret_data, size_t *ret_len)
{
	while (ring->pos != ring->watermark) {
		/* Pairs with the kernel's xchg that clears the busy bit. */
		uint32_t header = __atomic_load_n(record_header(ring), __ATOMIC_ACQUIRE);

		if (header & BPF_RINGBUF_BUSY_BIT)
			return RING_EMPTY;
		if (record_bytes(header) > ring->watermark - ring->pos) {
			ring->pos = ring->watermark;
			return RING_BROKEN;
		}
		if (header & BPF_RINGBUF_DISCARD_BIT) {
			ring->pos += record_bytes(header);
			continue;
		}
		*ret_data = (const uint8_t *)record_header(ring) + RING_HEADER_BYTES;
		*ret_len = header;
		return RING_RECORD;
	}
	return RING_EMPTY;
}

void ring_take(struct ring *ring)
{
	ring->pos += record_bytes(*record_header(ring));
}

void ring_return(struct ring *ring)
{
	if (ring->released == ring->pos)
		return;
	/* The kernel may overwrite the bytes once it sees the new position. */
	__atomic_store_n(ring->consumer, ring->pos, __ATOMIC_RELEASE);
	ring->released = ring->pos;
}

size_t ring_used_bytes(const struct ring *ring)
{
	return __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE) - ring->pos;
}
