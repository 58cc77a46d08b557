/* SPDX-License-Identifier: Apache-2.0 */
#include "capture_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture_bytes.h"
#include "capture_fd.h"
#include "capture_input.h"
#include "capture_process.h"
#include "schema/decode.h"

#define BLOCK_OVERHEAD (sizeof(struct capture_block_header) + sizeof(uint32_t))
/* Longest entry of a list: six texts of 64 KiB could be more, real ones have a tenth. */
#define ENTRY_MAX (192u << 10)
#define LIST_MAX (1u << 30)
/* Of a prefix: its lengths are there. */
#define PREFIX_MIN 16

struct capture_reader {
	struct capture_input *input;
	bool in_section, truncated;
	uint64_t block_offset; /* of the block that is being read */
	struct process_seed seed;
	char name[CAPTURE_PATH_MAX];
	uint64_t files_tid; /* of the fd list that is being read */
	/* Prefix and extension that wait for their event, in front of the room for that. */
	uint8_t *record;
	size_t ours_len; /* 0 = none waits */
	uint64_t ours_ts_ns, ours_tid;
	uint16_t hidden_code; /* of a generic event, which has 0; 0 = the event has its own */
};

int capture_reader_new(int fd, struct capture_reader **ret_reader)
{
	struct capture_input *input;
	struct capture_reader *reader;
	int rc = capture_input_new(fd, &input);

	if (rc < 0)
		return rc;
	reader = calloc(1, sizeof(*reader));
	if (!reader) {
		capture_input_free(input);
		return -ENOMEM;
	}
	reader->input = input;
	/* Prefix and extension of one block, perhaps lengthened to our prefix, and an event. */
	reader->record = malloc(2 * CAPTURE_EVENT_BODY_MAX + sizeof(struct record_prefix));
	if (!reader->record) {
		capture_reader_free(reader);
		return -ENOMEM;
	}
	*ret_reader = reader;
	return 0;
}

void capture_reader_free(struct capture_reader *reader)
{
	if (!reader)
		return;
	capture_input_free(reader->input);
	free(reader->record);
	free(reader);
}

__attribute__((format(printf, 3, 4))) static int fail(const struct capture_reader *reader,
						      struct capture_error *err, const char *format,
						      ...)
{
	int len =
		snprintf(err->text, sizeof(err->text), "byte %" PRIu64 "%s: ", reader->block_offset,
			 capture_reader_is_packed(reader) ? " of the unpacked data" : "");
	va_list args;

	va_start(args, format);
	vsnprintf(err->text + len, sizeof(err->text) - (size_t)len, format, args);
	va_end(args);
	return -EBADMSG;
}

/* The file ended, or could not be read, in the middle of a block. */
static int end_within(struct capture_reader *reader, struct capture_error *err)
{
	int rc = capture_input_error(reader->input);

	if (rc == -EBADMSG)
		return fail(reader, err, "the compressed data behind it is damaged");
	if (rc < 0) {
		fail(reader, err, "cannot read: %s", strerror(-rc));
		return rc;
	}
	reader->truncated = true;
	return 0;
}

/* --- lists --- */

/* Takes one entry at the front of the cursor. */
typedef int (*entry_fn)(struct capture_reader *reader, struct capture_cursor *entry,
			const struct capture_sink *sink);

static int take_process(struct capture_reader *reader, struct capture_cursor *entry,
			const struct capture_sink *sink)
{
	int rc = capture_process_take(entry, &reader->seed);

	if (rc < 0 || !sink->process)
		return rc;
	return sink->process(sink->ctx, &reader->seed);
}

static int take_file(struct capture_reader *reader, struct capture_cursor *entry,
		     const struct capture_sink *sink)
{
	struct file_sample file;
	int rc = capture_fd_take(entry, &file, reader->name);

	if (rc == -ENOENT)
		return 0;
	if (rc < 0 || !sink->file)
		return rc;
	file.pid = (uint32_t)reader->files_tid;
	return sink->file(sink->ctx, &file, reader->name);
}

static int take_user(struct capture_reader *reader, struct capture_cursor *entry,
		     const struct capture_sink *sink)
{
	uint32_t uid;
	size_t len;

	cursor_u32(entry);
	if (cursor_u8(entry) != 0)
		return entry->bad ? -EBADMSG : 0; /* a group */
	uid = cursor_u32(entry);
	cursor_u32(entry);
	len = cursor_text(entry, reader->name, CAPTURE_NAME_MAX);
	if (entry->bad)
		return -EBADMSG;
	return sink->user ? sink->user(sink->ctx, uid, reader->name, len) : 0;
}

/* Entries begin with their length, which counts itself. len: what is left of the body. */
static int read_list(struct capture_reader *reader, uint64_t len, entry_fn take,
		     const struct capture_sink *sink, struct capture_error *err)
{
	/* Up to three bytes are the padding of the block. */
	while (len >= sizeof(uint32_t)) {
		const uint8_t *data = capture_input_peek(reader->input, sizeof(uint32_t));
		struct capture_cursor entry = { 0 };
		uint32_t entry_len;
		int rc;

		if (!data)
			return end_within(reader, err);
		memcpy(&entry_len, data, sizeof(entry_len));
		if (entry_len < sizeof(entry_len) || entry_len > len || entry_len > ENTRY_MAX)
			return fail(reader, err,
				    "an entry of %u bytes does not fit its block, %" PRIu64
				    " bytes before the end of it",
				    entry_len, len);
		entry.len = entry_len;
		entry.data = capture_input_peek(reader->input, entry_len);
		if (!entry.data)
			return end_within(reader, err);
		rc = take(reader, &entry, sink);
		if (rc == -EBADMSG)
			return fail(reader, err,
				    "an entry is shorter than its fields, %" PRIu64
				    " bytes before the end of the block",
				    len);
		if (rc < 0)
			return rc;
		capture_input_skip(reader->input, entry_len);
		len -= entry_len;
	}
	return capture_input_skip(reader->input, len) ? 1 : end_within(reader, err);
}

static int read_files(struct capture_reader *reader, uint64_t len, const struct capture_sink *sink,
		      struct capture_error *err)
{
	size_t tid_len = sizeof(reader->files_tid);
	const uint8_t *data;

	if (len < tid_len)
		return fail(reader, err, "an fd list of %" PRIu64 " bytes has no thread", len);
	data = capture_input_peek(reader->input, tid_len);
	if (!data)
		return end_within(reader, err);
	memcpy(&reader->files_tid, data, tid_len);
	capture_input_skip(reader->input, tid_len);
	return read_list(reader, len - tid_len, take_file, sink, err);
}

/* --- single blocks --- */

static int read_section(struct capture_reader *reader, uint64_t len, struct capture_error *err)
{
	struct capture_section section;
	const uint8_t *data;

	if (len < sizeof(section))
		return fail(reader, err, "a section header of %" PRIu64 " bytes is too short", len);
	data = capture_input_peek(reader->input, sizeof(section));
	if (!data)
		return end_within(reader, err);
	memcpy(&section, data, sizeof(section));
	if (section.magic != CAPTURE_SECTION_MAGIC)
		return fail(reader, err, "made on a machine of the other byte order, or damaged");
	if (section.major != CAPTURE_MAJOR)
		return fail(reader, err, "version %u.%u of the format is not known, only %u",
			    section.major, section.minor, CAPTURE_MAJOR);
	reader->in_section = true;
	return capture_input_skip(reader->input, len) ? 1 : end_within(reader, err);
}

static int read_machine(struct capture_reader *reader, uint64_t len,
			const struct capture_sink *sink, struct capture_error *err)
{
	struct capture_machine machine;
	const uint8_t *data;
	int rc = 0;

	if (len < sizeof(machine))
		return fail(reader, err, "machine info of %" PRIu64 " bytes is too short", len);
	data = capture_input_peek(reader->input, sizeof(machine));
	if (!data)
		return end_within(reader, err);
	memcpy(&machine, data, sizeof(machine));
	machine.host[sizeof(machine.host) - 1] = '\0';
	if (sink->machine)
		rc = sink->machine(sink->ctx, &machine);
	if (rc < 0)
		return rc;
	return capture_input_skip(reader->input, len) ? 1 : end_within(reader, err);
}

/* --- events --- */

/* The one parameter of a private event; false when it is not one. */
static bool private_param(const struct capture_event *event, struct capture_cursor *ret_param)
{
	struct capture_cursor cursor = { .data = event->data, .len = event->header.len };
	uint16_t len;

	cursor_take(&cursor, sizeof(event->header));
	len = cursor_u16(&cursor);
	if (cursor.bad || event->header.nparams != 1 || len != cursor_left(&cursor))
		return false;
	*ret_param = (struct capture_cursor){ .data = event->data + cursor.at, .len = len };
	return true;
}

/* Prefix and extension are kept until their event comes. A shorter prefix gets zeros at its end. */
static int take_ours(struct capture_reader *reader, const struct capture_event *event,
		     struct capture_error *err)
{
	struct record_prefix prefix = { 0 };
	struct capture_cursor param;
	uint16_t prefix_len;
	size_t known, hidden;

	if (!private_param(event, &param) || param.len < PREFIX_MIN)
		return fail(reader, err, "a record of %u bytes is damaged", event->header.len);
	memcpy(&prefix_len, param.data + offsetof(struct record_prefix, prefix_len),
	       sizeof(prefix_len));
	if (prefix_len < PREFIX_MIN || prefix_len > param.len || prefix_len % 8)
		return fail(reader, err, "a record's prefix of %u bytes is damaged", prefix_len);
	known = prefix_len < sizeof(prefix) ? prefix_len : sizeof(prefix);
	memcpy(&prefix, param.data, known);
	hidden = param.len - prefix_len - prefix.ext_len;
	if ((size_t)prefix_len + prefix.ext_len > param.len ||
	    (hidden && hidden != sizeof(reader->hidden_code)))
		return fail(reader, err, "a record's extension of %u bytes is damaged",
			    prefix.ext_len);
	prefix.total_len += (uint32_t)(sizeof(prefix) - prefix_len);
	prefix.prefix_len = sizeof(prefix);
	memcpy(reader->record, &prefix, sizeof(prefix));
	memcpy(reader->record + sizeof(prefix), param.data + prefix_len, prefix.ext_len);
	reader->ours_len = sizeof(prefix) + prefix.ext_len;
	reader->ours_ts_ns = event->header.ts_ns;
	reader->ours_tid = event->header.tid;
	reader->hidden_code = 0;
	memcpy(&reader->hidden_code, param.data + param.len - hidden, hidden);
	return 0;
}

static int take_items(struct capture_reader *reader, const struct capture_event *event,
		      const struct capture_sink *sink, struct capture_error *err)
{
	struct capture_cursor param;

	if (!private_param(event, &param))
		return fail(reader, err, "items of %u bytes are damaged", event->header.len);
	while (cursor_left(&param)) {
		struct capture_item_header header;
		const uint8_t *data;
		int rc;

		cursor_get(&param, &header, sizeof(header));
		data = cursor_take(&param, header.len);
		if (!data || !cursor_take(&param, (8 - header.len % 8) % 8))
			return fail(reader, err, "item %u of %u bytes is longer than its event",
				    header.kind, header.len);
		rc = sink->item ? sink->item(sink->ctx, header.kind, data, header.len) : 0;
		if (rc == -EBADMSG)
			return fail(reader, err, "item %u of %u bytes is damaged", header.kind,
				    header.len);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The first parameter of a generic event. */
static void restore_code(const struct capture_reader *reader, uint8_t *event,
			 const struct event_header *header)
{
	size_t at = sizeof(*header) + header->nparams * sizeof(uint16_t);

	if (!reader->hidden_code || header->type != EVENT_CODE_GENERIC_X ||
	    header->nparams > EVENT_PARAMS_MAX || at + sizeof(uint16_t) > header->len)
		return;
	memcpy(event + at, &reader->hidden_code, sizeof(reader->hidden_code));
}

/* A record when its first part waits, else what another tool wrote. */
static int take_event(struct capture_reader *reader, const struct capture_event *event,
		      const struct capture_sink *sink, struct capture_error *err)
{
	const struct event_desc *desc = event_by_code(event->header.type);
	size_t ours_len = reader->ours_len;
	int rc = 0;

	reader->ours_len = 0;
	if (ours_len && reader->ours_ts_ns == event->header.ts_ns &&
	    reader->ours_tid == event->header.tid) {
		memcpy(reader->record + ours_len, event->data, event->header.len);
		restore_code(reader, reader->record + ours_len, &event->header);
		if (sink->record)
			rc = sink->record(sink->ctx, reader->record, ours_len + event->header.len);
		if (rc == -EBADMSG)
			return fail(reader, err, "a record of event %u does not fit its schema",
				    event->header.type);
		return rc;
	}
	/* Enter events are merged into those of the exit. */
	if (!desc || !sink->event ||
	    (desc->direction == EVENT_ENTER && strcmp(desc->kind, "syscall") == 0))
		return 0;
	return sink->event(sink->ctx, event);
}

static int dispatch_event(struct capture_reader *reader, const struct capture_event *event,
			  const struct capture_sink *sink, struct capture_error *err)
{
	switch (event->header.type) {
	case CAPTURE_EVENT_RECORD: return take_ours(reader, event, err);
	case CAPTURE_EVENT_ITEMS: return take_items(reader, event, sink, err);
	default: return take_event(reader, event, sink, err);
	}
}

/* cpu, with EVF blocks u32 flags, event. */
static int read_event(struct capture_reader *reader, uint32_t type, uint64_t len,
		      const struct capture_sink *sink, struct capture_error *err)
{
	size_t flags = type == CAPTURE_BLOCK_EVENT_FLAGS ? sizeof(uint32_t) : 0;
	size_t least = sizeof(uint16_t) + flags + sizeof(struct event_header);
	struct capture_event event;
	const uint8_t *data;
	int rc;

	/* Padding comes on top of what the body may have. */
	if (len < least || len > CAPTURE_EVENT_BODY_MAX + 8)
		return fail(reader, err, "an event block of %" PRIu64 " bytes is damaged", len);
	data = capture_input_peek(reader->input, (size_t)len);
	if (!data)
		return end_within(reader, err);
	memcpy(&event.cpu, data, sizeof(event.cpu));
	event.data = data + sizeof(event.cpu) + flags;
	memcpy(&event.header, event.data, sizeof(event.header));
	if (event.header.len < sizeof(event.header) ||
	    event.header.len > len - sizeof(event.cpu) - flags)
		return fail(reader, err, "an event of %u bytes does not fit its block",
			    event.header.len);
	rc = dispatch_event(reader, &event, sink, err);
	if (rc < 0)
		return rc;
	capture_input_skip(reader->input, len);
	return 1;
}

/* len: the body with its padding. */
static int read_body(struct capture_reader *reader, uint32_t type, uint64_t len,
		     const struct capture_sink *sink, struct capture_error *err)
{
	switch (type) {
	case CAPTURE_BLOCK_SECTION: return read_section(reader, len, err);
	case CAPTURE_BLOCK_MACHINE: return read_machine(reader, len, sink, err);
	case CAPTURE_BLOCK_PROCESSES: return read_list(reader, len, take_process, sink, err);
	case CAPTURE_BLOCK_FILES: return read_files(reader, len, sink, err);
	case CAPTURE_BLOCK_USERS: return read_list(reader, len, take_user, sink, err);
	case CAPTURE_BLOCK_EVENT:
	case CAPTURE_BLOCK_EVENT_FLAGS: return read_event(reader, type, len, sink, err);
	default: /* interfaces, large events, and what others write */
		return capture_input_skip(reader->input, len) ? 1 : end_within(reader, err);
	}
}

static int read_block(struct capture_reader *reader, const struct capture_block_header *header,
		      const struct capture_sink *sink, struct capture_error *err)
{
	uint32_t total_len = header->total_len, again;
	const uint8_t *data;
	int rc;

	if (total_len < BLOCK_OVERHEAD || total_len % 4 || total_len > LIST_MAX)
		return fail(reader, err, "a block of %u bytes is not possible", total_len);
	capture_input_skip(reader->input, sizeof(*header));
	rc = read_body(reader, header->type, total_len - BLOCK_OVERHEAD, sink, err);
	if (rc <= 0)
		return rc;
	data = capture_input_peek(reader->input, sizeof(again));
	if (!data)
		return end_within(reader, err);
	memcpy(&again, data, sizeof(again));
	if (again != total_len)
		return fail(reader, err, "a block of %u bytes ends as one of %u", total_len, again);
	capture_input_skip(reader->input, sizeof(again));
	return 1;
}

int capture_read(struct capture_reader *reader, const struct capture_sink *sink,
		 struct capture_error *err)
{
	struct capture_block_header header;
	const uint8_t *data = capture_input_peek(reader->input, sizeof(header));

	reader->block_offset = capture_input_offset(reader->input);
	if (!data && !capture_input_left(reader->input) && !capture_input_error(reader->input) &&
	    reader->in_section)
		return 0;
	if (!data && !reader->in_section && !capture_input_error(reader->input))
		return fail(reader, err, "too short to be a capture");
	if (!data)
		return end_within(reader, err);
	memcpy(&header, data, sizeof(header));
	if (!reader->in_section && header.type != CAPTURE_BLOCK_SECTION)
		return fail(reader, err, "not a capture: no section header of a .scap file");
	return read_block(reader, &header, sink, err);
}

bool capture_reader_truncated(const struct capture_reader *reader, uint64_t *ret_offset)
{
	*ret_offset = reader->block_offset;
	return reader->truncated;
}

bool capture_reader_is_packed(const struct capture_reader *reader)
{
	return capture_input_is_packed(reader->input);
}

uint64_t capture_reader_offset(const struct capture_reader *reader)
{
	return capture_input_offset(reader->input);
}
