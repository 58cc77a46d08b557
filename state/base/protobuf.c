/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol buffers, see protobuf.h. */
#include "protobuf.h"

#include <string.h>

#define NUMBER_MAX ((1u << 29) - 1) /* of a field, by the format */
#define VARINT_BYTES 10

struct protobuf protobuf_of(const uint8_t *bytes, size_t len)
{
	return (struct protobuf){ .at = bytes, .end = len ? bytes + len : bytes };
}

static uint64_t take_varint(struct protobuf *message)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < VARINT_BYTES && message->at < message->end; i++) {
		uint8_t byte = *message->at++;

		value |= (uint64_t)(byte & 0x7f) << 7 * i;
		if (!(byte & 0x80))
			return value;
	}
	message->bad = true;
	return 0;
}

/* Little endian; bytes: 4 or 8. */
static uint64_t take_fixed(struct protobuf *message, size_t bytes)
{
	uint64_t value = 0;

	if ((size_t)(message->end - message->at) < bytes) {
		message->bad = true;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)*message->at++ << 8 * i;
	return value;
}

static void take_bytes(struct protobuf *message, struct protobuf_field *field)
{
	uint64_t len = take_varint(message);

	if (message->bad || len > (size_t)(message->end - message->at)) {
		message->bad = true;
		return;
	}
	field->bytes = message->at;
	field->len = (size_t)len;
	message->at += len;
}

bool protobuf_next(struct protobuf *message, struct protobuf_field *ret_field)
{
	struct protobuf_field field = { .bytes = NULL };
	uint64_t key;

	if (message->bad || message->at == message->end)
		return false;
	key = take_varint(message);
	if (message->bad || !(key >> 3) || key >> 3 > NUMBER_MAX) {
		message->bad = true;
		return false;
	}
	field.number = (uint32_t)(key >> 3);
	switch (key & 7) {
	case PROTOBUF_VARINT: field.value = take_varint(message); break;
	case PROTOBUF_FIXED64: field.value = take_fixed(message, 8); break;
	case PROTOBUF_BYTES: take_bytes(message, &field); break;
	case PROTOBUF_FIXED32: field.value = take_fixed(message, 4); break;
	default: message->bad = true;
	}
	if (message->bad)
		return false;
	field.type = (enum protobuf_type)(key & 7);
	*ret_field = field;
	return true;
}

bool protobuf_is(const struct protobuf_field *field, uint32_t number)
{
	return field->number == number && field->type == PROTOBUF_BYTES;
}

struct protobuf protobuf_inside(const struct protobuf_field *field)
{
	return protobuf_of(field->bytes, field->len);
}

/* The bytes of a varint; how many. */
static size_t varint(uint8_t bytes[VARINT_BYTES], uint64_t value)
{
	size_t len = 0;

	for (; value >= 0x80; value >>= 7)
		bytes[len++] = (uint8_t)(value | 0x80);
	bytes[len++] = (uint8_t)value;
	return len;
}

static void put_field(struct protobuf_out *out, uint32_t number, enum protobuf_type type,
		      uint64_t value)
{
	uint8_t bytes[VARINT_BYTES];
	size_t len = varint(bytes, value);

	if (out->full || out->size - out->len < 1 + len) {
		out->full = true;
		return;
	}
	out->bytes[out->len++] = (uint8_t)(number << 3 | type);
	memcpy(out->bytes + out->len, bytes, len);
	out->len += len;
}

void protobuf_put_number(struct protobuf_out *out, uint32_t number, uint64_t value)
{
	put_field(out, number, PROTOBUF_VARINT, value);
}

void protobuf_put_bytes(struct protobuf_out *out, uint32_t number, const void *bytes, size_t len)
{
	size_t before = out->len;

	put_field(out, number, PROTOBUF_BYTES, len);
	if (out->full || out->size - out->len < len) {
		out->full = true;
		out->len = before;
		return;
	}
	memcpy(out->bytes + out->len, bytes, len);
	out->len += len;
}
