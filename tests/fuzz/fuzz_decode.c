/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes event_decode() and everything that reads what it accepted: no crash, no read outside the
 * record, and text that is safe for a terminal.
 *
 * An input is a record. Its length, the sums of lengths and the check word are made right first, as
 * a hostile writer would do, so that the inputs reach what lies behind those checks; an input whose
 * first byte is odd is decoded as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/schema/decode.h"
#include "probe/schema/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Makes prefix, extension and event lengths agree with the size; what is too short stays wrong. */
static void make_plausible(uint8_t *data, size_t size)
{
	struct record_prefix prefix;
	struct event_header header;
	size_t event_at;

	if (size < sizeof(prefix) + sizeof(header))
		return;
	memcpy(&prefix, data, sizeof(prefix));
	prefix.total_len = (uint32_t)size;
	prefix.prefix_len = sizeof(prefix);
	prefix.ext_len =
		(uint16_t)((prefix.ext_len % (size - sizeof(prefix) - sizeof(header) + 1)) & ~7u);
	prefix.cls %= RECORD_CLASS_COUNT;
	prefix.comm[sizeof(prefix.comm) - 1] = '\0';
	event_at = sizeof(prefix) + prefix.ext_len;
	memcpy(&header, data + event_at, sizeof(header));
	header.len = (uint32_t)(size - event_at);
	header.type %= EVENT_CODE_COUNT;
	header.tid = prefix.tid;
	prefix.check = record_check(prefix.total_len, prefix.tid, header.ts_ns);
	memcpy(data, &prefix, sizeof(prefix));
	memcpy(data + event_at, &header, sizeof(header));
}

static void require(int holds)
{
	if (!holds)
		abort();
}

/* Everything rendered is UTF-8 without control characters, and ends where its length says. */
static void check_text(const struct text_buf *buf)
{
	size_t follow = 0;

	require(buf->len < buf->size && strlen(buf->data) == buf->len);
	for (size_t i = 0; i < buf->len; i++) {
		uint8_t c = (uint8_t)buf->data[i];

		if (follow > 0) {
			require((c & 0xc0) == 0x80);
			follow--;
			continue;
		}
		require(c >= 0x20 && c != 0x7f && (c < 0x80 || (c >= 0xc2 && c < 0xf5)));
		follow = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0x80 ? 1 : 0;
	}
	require(follow == 0);
}

static void render_all(struct event *event, size_t size)
{
	static const struct fd_name names[] = { { 0, "/\n" }, { 3, "/b" } };
	char *text = malloc(size);
	struct text_buf buf;

	for (size_t i = 0; i <= event_args_len(event); i++) {
		text_buf_init(&buf, text, size);
		event_arg_render(event, i, &buf);
		check_text(&buf);
		text_buf_init(&buf, text, size);
		text_buf_add(&buf, event_arg_name(event, i));
		check_text(&buf);
	}
	text_buf_init(&buf, text, size);
	event_args_render(event, "/a\n", &buf);
	check_text(&buf);
	event->fd_names = names;
	event->fd_names_len = sizeof(names) / sizeof(names[0]);
	text_buf_init(&buf, text, size);
	event_args_render(event, NULL, &buf);
	check_text(&buf);
	text_buf_init(&buf, text, size);
	event_result_render(event, &buf);
	check_text(&buf);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	struct event event;
	int64_t value = 0;

	if (size > 0)
		memcpy(copy, data, size);
	if (size > 0 && data[0] % 2 == 0)
		make_plausible(copy, size);
	if (event_decode(copy, size, &event) == 0) {
		for (size_t i = 0; i < event.desc->params_len; i++) {
			const char *name = event.desc->params[i].name;
			struct event_text param_text = event_param_text(&event, name);

			require(event_param_int(&event, name, &value) <= 0);
			if (param_text.data)
				require((const uint8_t *)param_text.data + param_text.len <=
					copy + size);
		}
		render_all(&event, 4096);
		render_all(&event, 17);
	}
	free(copy);
	return 0;
}
