/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of HTTP/2 (RFC 9113) as a question by gRPC (gRPC over HTTP2) needs: the bytes that are
 * sent, and what is made of those that come. No I/O.
 *
 * Headers of answers are not looked at, so their compression (RFC 7541) need not be followed: a
 * question that fails is one whose answer has no message. Those of questions are sent plainly.
 */
#ifndef TUI_HTTP2_H
#define TUI_HTTP2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HTTP2_MESSAGE_MAX (1u << 20) /* longest message of an answer that is taken */
#define HTTP2_BEGIN_BYTES 64
#define HTTP2_QUESTION_BYTES 1024
#define HTTP2_REPLY_BYTES 17

/* What a client says first; at least HTTP2_BEGIN_BYTES. Returns how many bytes it is. */
size_t http2_begin(uint8_t *bytes);

struct http2_question {
	uint32_t stream;        /* 1, 3, 5, ...: a new one for each of a connection */
	const char *method;     /* "/runtime.v1.RuntimeService/ListContainers" */
	const char *name_space; /* containerd's, NULL: none */
	const uint8_t *message;
	size_t len;
};

/* At least HTTP2_QUESTION_BYTES; *ret_len of them are used. 0, or -ENAMETOOLONG. */
int http2_ask(const struct http2_question *question, uint8_t *bytes, size_t *ret_len);

/* What has come for a stream. */
struct http2_answer {
	uint32_t stream;
	uint8_t *bytes; /* the owner frees them */
	size_t len, size;
	bool ended;
};

/* What must be sent because of a frame. */
struct http2_reply {
	uint8_t bytes[HTTP2_REPLY_BYTES];
	size_t len; /* 0: nothing */
};

/*
 * Takes the first frame of bytes. Returns its length, 0 when it is not whole yet, -ECONNRESET when
 * the stream was refused, -EBADMSG, -E2BIG, -ENOMEM. No frame is longer than HTTP2_FRAME_MAX.
 */
#define HTTP2_FRAME_MAX (9 + 16384)
ssize_t http2_take(struct http2_answer *answer, const uint8_t *bytes, size_t len,
		   struct http2_reply *ret_reply);

/*
 * The one message of an answer that has ended, inside it. -ENOENT when there is none: the question
 * was refused. -EBADMSG for other bytes.
 */
int http2_message(const struct http2_answer *answer, const uint8_t **ret_message, size_t *ret_len);

#endif
