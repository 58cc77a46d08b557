/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of HTTP/2 one by one: what each comes to, whatever follows it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run_suite.h"
#include "tui/http2.h"

#define STREAM 3 /* that was asked on */

#define TEXT(text) text, sizeof(text) - 1

static const struct frame_case {
	const char *what, *bytes;
	size_t len;
	ssize_t taken;
	bool ended;
	size_t got;      /* bytes of the answer */
	uint8_t replied; /* type of the frame that is sent back; 0: none */
} cases[] = {
	{ "nothing", TEXT(""), 0, false, 0, 0 },
	{ "half a header", TEXT("\x00\x00\x01\x00\x00\x00\x00\x00"), 0, false, 0, 0 },
	{ "a frame that is not whole", TEXT("\x00\x00\x02\x00\x00\x00\x00\x00\x03x"), 0, false, 0,
	  0 },
	{ "a frame that is too long", TEXT("\x00\x40\x01\x00\x00\x00\x00\x00\x03"), -EBADMSG, false,
	  0, 0 },
	{ "data", TEXT("\x00\x00\x02\x00\x00\x00\x00\x00\x03xy"), 11, false, 2, 0 },
	{ "the last data", TEXT("\x00\x00\x02\x00\x01\x00\x00\x00\x03xy"), 11, true, 2, 0 },
	{ "of another stream", TEXT("\x00\x00\x02\x00\x01\x00\x00\x00\x01xy"), 11, false, 0, 0 },
	{ "with padding",
	  TEXT("\x00\x00\x04\x00\x08\x00\x00\x00\x03\x02"
	       "xyy"),
	  13, false, 1, 0 },
	{ "all padding",
	  TEXT("\x00\x00\x02\x00\x08\x00\x00\x00\x03\x01"
	       "x"),
	  11, false, 0, 0 },
	{ "more padding than bytes",
	  TEXT("\x00\x00\x02\x00\x08\x00\x00\x00\x03\x05"
	       "x"),
	  -EBADMSG, false, 0, 0 },
	{ "padding of nothing", TEXT("\x00\x00\x00\x00\x08\x00\x00\x00\x03"), -EBADMSG, false, 0,
	  0 },
	{ "trailers", TEXT("\x00\x00\x01\x01\x05\x00\x00\x00\x03\x88"), 10, true, 0, 0 },
	{ "refused", TEXT("\x00\x00\x04\x03\x00\x00\x00\x00\x03\x00\x00\x00\x07"), -ECONNRESET,
	  false, 0, 0 },
	{ "another one is refused", TEXT("\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x07"),
	  13, false, 0, 0 },
	{ "going away",
	  TEXT("\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00"), -ECONNRESET,
	  false, 0, 0 },
	{ "going away after this one",
	  TEXT("\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00"), 17, false,
	  0, 0 },
	{ "going away, cut", TEXT("\x00\x00\x04\x07\x00\x00\x00\x00\x00\x00\x00\x00\x03"), -EBADMSG,
	  false, 0, 0 },
	{ "a push", TEXT("\x00\x00\x00\x05\x00\x00\x00\x00\x00"), -EBADMSG, false, 0, 0 },
	{ "settings", TEXT("\x00\x00\x00\x04\x00\x00\x00\x00\x00"), 9, false, 0, 4 },
	{ "settings that were taken", TEXT("\x00\x00\x00\x04\x01\x00\x00\x00\x00"), 9, false, 0,
	  0 },
	{ "a ping", TEXT("\x00\x00\x08\x06\x00\x00\x00\x00\x00pingpong"), 17, false, 0, 6 },
	{ "a ping, cut", TEXT("\x00\x00\x04\x06\x00\x00\x00\x00\x00ping"), -EBADMSG, false, 0, 0 },
	{ "an unknown one", TEXT("\x00\x00\x01\x20\x00\x00\x00\x00\x00x"), 10, false, 0, 0 },
};

START_TEST(test_frame)
{
	const struct frame_case *c = &cases[_i];
	struct http2_answer answer = { .stream = STREAM };
	struct http2_reply reply;
	/* A copy of its own size: a read beyond the end is seen. */
	uint8_t *copy = malloc(c->len ? c->len : 1);
	ssize_t taken;

	memcpy(copy, c->bytes, c->len);
	taken = http2_take(&answer, copy, c->len, &reply);
	ck_assert_msg(taken == c->taken, "%s: %zd", c->what, taken);
	ck_assert_msg(answer.ended == c->ended, "%s: ended is %d", c->what, answer.ended);
	ck_assert_msg(answer.len == c->got, "%s: %zu bytes", c->what, answer.len);
	ck_assert_msg(!reply.len == !c->replied, "%s: replies %zu bytes", c->what, reply.len);
	if (c->replied) {
		ck_assert_uint_eq(reply.bytes[3], c->replied);
		ck_assert_uint_eq(reply.bytes[4], 1); /* ACK */
		ck_assert_mem_eq(reply.bytes + 9, c->bytes + 9, c->len - 9);
	}
	free(answer.bytes);
	free(copy);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("http2");

	tcase_add_loop_test(tc, test_frame, 0, sizeof(cases) / sizeof(cases[0]));
	return run_suite("http2", tc);
}
