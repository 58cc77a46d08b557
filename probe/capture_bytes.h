/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting together and taking apart the packed bytes of captures. A writer stops at the end of its
 * room and says so in `full`; a cursor hands out zeros beyond its end and says so in `bad`: callers
 * look once, at the end.
 */
#ifndef PROBE_CAPTURE_BYTES_H
#define PROBE_CAPTURE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct capture_bytes {
	uint8_t *data;
	size_t size, len;
	bool full;
};

static inline void bytes_put(struct capture_bytes *bytes, const void *data, size_t len)
{
	if (len > bytes->size - bytes->len) {
		bytes->full = true;
		return;
	}
	if (len)
		memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
}

static inline void bytes_u8(struct capture_bytes *bytes, uint8_t value)
{
	bytes_put(bytes, &value, sizeof(value));
}

static inline void bytes_u16(struct capture_bytes *bytes, uint16_t value)
{
	bytes_put(bytes, &value, sizeof(value));
}

static inline void bytes_u32(struct capture_bytes *bytes, uint32_t value)
{
	bytes_put(bytes, &value, sizeof(value));
}

static inline void bytes_u64(struct capture_bytes *bytes, uint64_t value)
{
	bytes_put(bytes, &value, sizeof(value));
}

/* u16 length and the bytes, cut at max. */
static inline void bytes_text(struct capture_bytes *bytes, const char *text, size_t len, size_t max)
{
	size_t kept = len < max ? len : max;

	bytes_u16(bytes, (uint16_t)kept);
	bytes_put(bytes, text, kept);
}

static inline void bytes_pad(struct capture_bytes *bytes, size_t multiple)
{
	static const uint8_t zeros[8];

	bytes_put(bytes, zeros, (multiple - bytes->len % multiple) % multiple);
}

struct capture_cursor {
	const uint8_t *data;
	size_t len, at;
	bool bad;
};

static inline size_t cursor_left(const struct capture_cursor *cursor)
{
	return cursor->len - cursor->at;
}

/* The next len bytes, NULL (and bad) when there are fewer. */
static inline const uint8_t *cursor_take(struct capture_cursor *cursor, size_t len)
{
	const uint8_t *at = cursor->data + cursor->at;

	if (cursor->bad || len > cursor_left(cursor)) {
		cursor->bad = true;
		return NULL;
	}
	cursor->at += len;
	return at;
}

static inline void cursor_get(struct capture_cursor *cursor, void *data, size_t len)
{
	const uint8_t *from = cursor_take(cursor, len);

	if (from)
		memcpy(data, from, len);
	else
		memset(data, 0, len);
}

static inline uint8_t cursor_u8(struct capture_cursor *cursor)
{
	uint8_t value;

	cursor_get(cursor, &value, sizeof(value));
	return value;
}

static inline uint16_t cursor_u16(struct capture_cursor *cursor)
{
	uint16_t value;

	cursor_get(cursor, &value, sizeof(value));
	return value;
}

static inline uint32_t cursor_u32(struct capture_cursor *cursor)
{
	uint32_t value;

	cursor_get(cursor, &value, sizeof(value));
	return value;
}

static inline uint64_t cursor_u64(struct capture_cursor *cursor)
{
	uint64_t value;

	cursor_get(cursor, &value, sizeof(value));
	return value;
}

/* A text (u16 length and bytes) into data, cut at size; returns the bytes kept. */
static inline size_t cursor_text(struct capture_cursor *cursor, char *data, size_t size)
{
	size_t len = cursor_u16(cursor);
	const uint8_t *from = cursor_take(cursor, len);

	if (!from)
		return 0;
	if (len > size)
		len = size;
	memcpy(data, from, len);
	return len;
}

#endif
