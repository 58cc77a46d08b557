/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of protocol buffers, read and written field by field. Format: the encoding guide of
 * protocol buffers: a field is a varint NUMBER * 8 + TYPE and its value. Nothing is copied or
 * allocated; bytes may be hostile.
 */
#ifndef STATE_BASE_PROTOBUF_H
#define STATE_BASE_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A message that is read. */
struct protobuf {
	const uint8_t *at, *end;
	bool bad; /* the bytes are no message; fields before that were taken */
};

enum protobuf_type {
	PROTOBUF_VARINT = 0,
	PROTOBUF_FIXED64 = 1,
	PROTOBUF_BYTES = 2,
	PROTOBUF_FIXED32 = 5
};

struct protobuf_field {
	uint32_t number;
	enum protobuf_type type;
	uint64_t value;       /* of numbers */
	const uint8_t *bytes; /* of BYTES: texts, messages, packed lists; inside the message */
	size_t len;
};

struct protobuf protobuf_of(const uint8_t *bytes, size_t len);
/* The next field; false at the end, or when message->bad. Groups are bad: nobody writes them. */
bool protobuf_next(struct protobuf *message, struct protobuf_field *ret_field);
/* Is it a field of that number which has bytes? */
bool protobuf_is(const struct protobuf_field *field, uint32_t number);
/* The fields of one that is a message. */
struct protobuf protobuf_inside(const struct protobuf_field *field);

/* A message that is written, into room of its owner. */
struct protobuf_out {
	uint8_t *bytes;
	size_t len, size;
	bool full; /* a field found no room, and is missing */
};

/* number: 1 to 15. */
void protobuf_put_bytes(struct protobuf_out *out, uint32_t number, const void *bytes, size_t len);
void protobuf_put_number(struct protobuf_out *out, uint32_t number, uint64_t value);

#endif
