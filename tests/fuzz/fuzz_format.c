/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output formats: any text. What compiles is printed for an event whose bytes are the input's rest:
 * as text and as JSON, both safe for a terminal.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/filter/event.h"
#include "state/filter/format.h"
#include "state/state.h"

#define OUT_BYTES (1u << 20)

static struct state *state;
static struct filter_event event;
static char *out;

static void start(void)
{
	const struct state_opts opts = { .memory_bytes = 64u << 20, .host = "fuzz" };

	if (out)
		return;
	out = malloc(OUT_BYTES);
	if (!out || state_new(&opts, NULL, &state) < 0 || filter_event_init(&event, state) < 0)
		abort();
}

/* An execve event with the bytes as its arguments, in a record that passes all checks. */
static void apply(const uint8_t *data, size_t size)
{
	static uint8_t record[4096];
	struct event_header header = { .ts_ns = 1, .tid = 7, .type = 293, .nparams = 3 };
	struct record_prefix prefix = {
		.prefix_len = sizeof(prefix), .pid = 7, .tid = 7, .nr = 59
	};
	uint16_t lengths[3] = { 8, 4, 0 };
	uint8_t *at = record + sizeof(prefix) + sizeof(header) + sizeof(lengths);

	if (size > 2048)
		size = 2048;
	lengths[2] = (uint16_t)size;
	header.len = (uint32_t)(sizeof(header) + sizeof(lengths) + 12 + size);
	prefix.total_len = (uint32_t)sizeof(prefix) + header.len;
	prefix.check = record_check(prefix.total_len, 7, 1);
	memcpy(record, &prefix, sizeof(prefix));
	memcpy(record + sizeof(prefix), &header, sizeof(header));
	memcpy(record + sizeof(prefix) + sizeof(header), lengths, sizeof(lengths));
	memset(at, 0, 8);
	memcpy(at + 8, "exe", 4);
	if (size)
		memcpy(at + 12, data, size);
	if (state_record(state, record, prefix.total_len) < 0 || !filter_event_last(&event))
		abort();
}

static void check_safe(const struct text_buf *buf)
{
	size_t i;

	for (i = 0; i < buf->len; i++)
		assert((unsigned char)buf->data[i] >= 0x20 && buf->data[i] != 0x7f);
}

static void print_all(struct format *format, bool literal_is_safe)
{
	struct text_buf buf;

	text_buf_init(&buf, out, OUT_BYTES);
	format_render(format, &event, &buf);
	if (literal_is_safe)
		check_safe(&buf);
	text_buf_init(&buf, out, OUT_BYTES);
	format_render_json(format, &event, &buf);
	text_buf_init(&buf, out, OUT_BYTES);
	format_render_json_plain(format, &event, &buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *rest = size ? memchr(data, '\n', size) : NULL;
	size_t len = rest ? (size_t)(rest - data) : size;
	struct filter_error err = { .message = "" };
	struct format *format;
	/* A copy of its own size: a read beyond the end is seen. */
	char *text = malloc(len ? len : 1);
	bool safe = true;
	size_t i;
	int r;

	start();
	if (!text)
		return 0;
	for (i = 0; i < len; i++) {
		text[i] = (char)data[i];
		safe = safe && data[i] >= 0x20 && data[i] != 0x7f;
	}
	apply(rest ? rest + 1 : NULL, rest ? size - len - 1 : 0);
	r = format_compile(text, len, &format, &err);
	free(text);
	if (r == 0) {
		print_all(format, safe);
		format_free(format);
		return 0;
	}
	assert(r == -EINVAL || r == -ENOMEM);
	assert(err.message[0]);
	for (const char *c = err.message; *c; c++)
		assert((unsigned char)*c >= 0x20 && *c != 0x7f);
	return 0;
}
