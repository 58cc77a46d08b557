/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/2 for gRPC, see http2.h. */
#include "http2.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_HEADER 9
#define PAYLOAD_MAX (HTTP2_FRAME_MAX - FRAME_HEADER)
#define GRPC_HEADER 5      /* compressed or not, length */
#define LENGTH_MAX 126     /* of a header's text whose length is one byte */
#define FIRST_BYTES 4096   /* room of an answer */
#define WINDOW (16u << 20) /* bytes that the other side may send unasked */

enum frame_type {
	FRAME_DATA = 0,
	FRAME_HEADERS = 1,
	FRAME_RST_STREAM = 3,
	FRAME_SETTINGS = 4,
	FRAME_PUSH_PROMISE = 5,
	FRAME_PING = 6,
	FRAME_GOAWAY = 7,
	FRAME_WINDOW_UPDATE = 8
};

#define FLAG_END_STREAM 0x1u /* of DATA and HEADERS */
#define FLAG_ACK 0x1u        /* of SETTINGS and PING */
#define FLAG_END_HEADERS 0x4u
#define FLAG_PADDED 0x8u

#define SETTINGS_ENABLE_PUSH 2
#define SETTINGS_INITIAL_WINDOW_SIZE 4

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		*at++ = (uint8_t)(value >> shift);
	return at;
}

static uint32_t get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

struct frame {
	enum frame_type type;
	uint8_t flags;
	uint32_t stream;
	const uint8_t *payload;
	size_t len;
};

static uint8_t *put_frame(uint8_t *at, const struct frame *frame)
{
	at = put_u32(at, (uint32_t)frame->len << 8 | frame->type);
	*at++ = frame->flags;
	at = put_u32(at, frame->stream);
	if (frame->len)
		memcpy(at, frame->payload, frame->len);
	return at + frame->len;
}

static uint8_t *put_setting(uint8_t *at, uint16_t what, uint32_t value)
{
	*at++ = (uint8_t)(what >> 8);
	*at++ = (uint8_t)what;
	return put_u32(at, value);
}

size_t http2_begin(uint8_t *bytes)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	const size_t len = sizeof(preface) - 1;
	uint8_t settings[12], window[4], *at = settings;

	at = put_setting(at, SETTINGS_ENABLE_PUSH, 0);
	put_setting(at, SETTINGS_INITIAL_WINDOW_SIZE, HTTP2_MESSAGE_MAX + GRPC_HEADER);
	put_u32(window, WINDOW);
	memcpy(bytes, preface, len);
	at = bytes + len;
	at = put_frame(at, &(struct frame){ .type = FRAME_SETTINGS,
					    .payload = settings,
					    .len = sizeof(settings) });
	at = put_frame(at, &(struct frame){ .type = FRAME_WINDOW_UPDATE,
					    .payload = window,
					    .len = sizeof(window) });
	return (size_t)(at - bytes);
}

/* Headers that are being written: plain literals, not to be remembered (RFC 7541, 6.2.2). */
struct headers {
	uint8_t bytes[HTTP2_QUESTION_BYTES / 2];
	size_t len;
	bool full;
};

static void put_bytes(struct headers *headers, const void *bytes, size_t len)
{
	if (headers->full || sizeof(headers->bytes) - headers->len < len) {
		headers->full = true;
		return;
	}
	memcpy(headers->bytes + headers->len, bytes, len);
	headers->len += len;
}

static void put_text(struct headers *headers, const char *text)
{
	size_t len = strlen(text);
	uint8_t byte = (uint8_t)len;

	headers->full |= len > LENGTH_MAX;
	put_bytes(headers, &byte, 1);
	put_bytes(headers, text, len);
}

/* A header of the static table (RFC 7541, appendix A) with another value. */
static void put_known(struct headers *headers, uint8_t index, const char *value)
{
	const uint8_t more[] = { 0x0f, (uint8_t)(index - 15) };

	if (index < 15)
		put_bytes(headers, &index, 1);
	else
		put_bytes(headers, more, sizeof(more));
	put_text(headers, value);
}

static void put_named(struct headers *headers, const char *name, const char *value)
{
	put_bytes(headers, "", 1);
	put_text(headers, name);
	put_text(headers, value);
}

static void put_headers(struct headers *headers, const struct http2_question *question)
{
	static const uint8_t post_http[] = { 0x83,
					     0x86 }; /* :method and :scheme, as in the table */

	put_bytes(headers, post_http, sizeof(post_http));
	put_known(headers, 4, question->method); /* :path */
	put_known(headers, 1, "localhost");      /* :authority */
	put_known(headers, 31, "application/grpc");
	put_named(headers, "te", "trailers");
	if (question->name_space)
		put_named(headers, "containerd-namespace", question->name_space);
}

int http2_ask(const struct http2_question *question, uint8_t *bytes, size_t *ret_len)
{
	struct headers headers = { .len = 0 };
	uint8_t message[HTTP2_QUESTION_BYTES / 4] = { 0 }, *at;

	put_headers(&headers, question);
	if (headers.full || question->len > sizeof(message) - GRPC_HEADER)
		return -ENAMETOOLONG;
	put_u32(message + 1, (uint32_t)question->len);
	if (question->len)
		memcpy(message + GRPC_HEADER, question->message, question->len);
	at = put_frame(bytes, &(struct frame){ .type = FRAME_HEADERS,
					       .flags = FLAG_END_HEADERS,
					       .stream = question->stream,
					       .payload = headers.bytes,
					       .len = headers.len });
	at = put_frame(at, &(struct frame){ .type = FRAME_DATA,
					    .flags = FLAG_END_STREAM,
					    .stream = question->stream,
					    .payload = message,
					    .len = GRPC_HEADER + question->len });
	*ret_len = (size_t)(at - bytes);
	return 0;
}

static int take_data(struct http2_answer *answer, const struct frame *frame)
{
	const uint8_t *from = frame->payload;
	size_t len = frame->len, padding = 0, wanted = answer->size;
	uint8_t *grown;

	if (frame->flags & FLAG_PADDED) {
		if (!len || len - 1 < *from)
			return -EBADMSG;
		padding = *from++;
		len -= 1 + padding;
	}
	if (answer->len + len > HTTP2_MESSAGE_MAX + GRPC_HEADER)
		return -E2BIG;
	while (wanted < answer->len + len)
		wanted = wanted ? wanted * 2 : FIRST_BYTES;
	if (wanted > answer->size) {
		grown = realloc(answer->bytes, wanted);
		if (!grown)
			return -ENOMEM;
		answer->bytes = grown;
		answer->size = wanted;
	}
	if (len)
		memcpy(answer->bytes + answer->len, from, len);
	answer->len += len;
	answer->ended |= frame->flags & FLAG_END_STREAM;
	return 0;
}

static void reply(struct http2_reply *reply, const struct frame *frame)
{
	struct frame own = { .type = frame->type, .flags = FLAG_ACK };

	if (frame->type == FRAME_PING) {
		own.payload = frame->payload;
		own.len = frame->len;
	}
	reply->len = (size_t)(put_frame(reply->bytes, &own) - reply->bytes);
}

/* Those that concern the connection, and what the other side must not send. */
static int take_control(const struct http2_answer *answer, const struct frame *frame,
			struct http2_reply *ret_reply)
{
	switch ((unsigned)frame->type) {
	case FRAME_SETTINGS:
	case FRAME_PING:
		if (frame->type == FRAME_PING && frame->len != 8)
			return -EBADMSG;
		if (!(frame->flags & FLAG_ACK))
			reply(ret_reply, frame);
		return 0;
	case FRAME_GOAWAY:
		if (frame->len < 8)
			return -EBADMSG;
		/* The last stream that it will still answer. */
		return (get_u32(frame->payload) & 0x7fffffff) < answer->stream ? -ECONNRESET : 0;
	case FRAME_PUSH_PROMISE: return -EBADMSG;
	default: return 0;
	}
}

ssize_t http2_take(struct http2_answer *answer, const uint8_t *bytes, size_t len,
		   struct http2_reply *ret_reply)
{
	struct frame frame;
	int rc = 0;

	ret_reply->len = 0;
	if (len < FRAME_HEADER)
		return 0;
	frame.len = get_u32(bytes) >> 8;
	frame.type = (enum frame_type)bytes[3];
	frame.flags = bytes[4];
	frame.stream = get_u32(bytes + 5) & 0x7fffffff;
	frame.payload = bytes + FRAME_HEADER;
	if (frame.len > PAYLOAD_MAX)
		return -EBADMSG;
	if (len < FRAME_HEADER + frame.len)
		return 0;
	if (frame.stream != answer->stream || answer->ended)
		rc = frame.stream ? 0 : take_control(answer, &frame, ret_reply);
	else if (frame.type == FRAME_DATA)
		rc = take_data(answer, &frame);
	else if (frame.type == FRAME_HEADERS)
		answer->ended |= frame.flags & FLAG_END_STREAM;
	else if (frame.type == FRAME_RST_STREAM)
		rc = -ECONNRESET;
	return rc < 0 ? rc : (ssize_t)(FRAME_HEADER + frame.len);
}

int http2_message(const struct http2_answer *answer, const uint8_t **ret_message, size_t *ret_len)
{
	if (!answer->len)
		return -ENOENT;
	/* One that is compressed was not asked for. */
	if (answer->len < GRPC_HEADER || answer->bytes[0] ||
	    get_u32(answer->bytes + 1) != answer->len - GRPC_HEADER)
		return -EBADMSG;
	*ret_message = answer->bytes + GRPC_HEADER;
	*ret_len = answer->len - GRPC_HEADER;
	return 0;
}
