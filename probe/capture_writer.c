/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One block is open at a time and gathers entries; an entry of another kind, a full block or an
 * event closes it. Items are gathered in the parameter of one private event in the same way.
 */
#include "capture_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "capture_bytes.h"
#include "capture_fd.h"
#include "capture_process.h"
#include "schema/decode.h"

/* Bodies of list blocks; an entry of any kind fits. */
#define LIST_BODY_BYTES (64u << 10)
/* Parameter of one event of items: what an event block may hold, without cpu, header, length. */
#define ITEMS_BYTES (CAPTURE_EVENT_BODY_MAX - 64)
#define ENTRY_BYTES (64u << 10)

/* How the enter event of an exit event is made. */
struct capture_enter {
	uint8_t len;                    /* its parameters; 0 = none is written */
	uint8_t from[EVENT_PARAMS_MAX]; /* which of the exit event's each is; NOT_THERE */
};
#define NOT_THERE UINT8_MAX

struct capture_writer {
	struct capture_output *output;
	uint32_t open;     /* enum capture_block of the open block; 0 = none; EVENT: items */
	uint64_t open_tid; /* FILES: whose they are */
	uint8_t *body;
	size_t body_len;
	uint8_t *entry;      /* one entry in the making */
	uint64_t last_ts_ns; /* of the newest event: the time of items */
	uint64_t too_large;
	uint64_t records;                              /* written so far */
	struct capture_enter enters[EVENT_CODE_COUNT]; /* by code of the exit event */
};

/* A block around a body that comes in parts. */
static void put_block(struct capture_writer *writer, uint32_t type,
		      const struct capture_part *parts, size_t parts_len)
{
	size_t len = sizeof(struct capture_block_header) + sizeof(uint32_t), at = 0;
	struct capture_block_header header = { .type = type };
	uint8_t *room;

	for (size_t i = 0; i < parts_len; i++)
		len += parts[i].len;
	len = (len + 3) & ~(size_t)3;
	header.total_len = (uint32_t)len;
	room = capture_output_room(writer->output, len);
	if (!room)
		return;
	memcpy(room, &header, sizeof(header));
	at = sizeof(header);
	for (size_t i = 0; i < parts_len; i++) {
		if (parts[i].len)
			memcpy(room + at, parts[i].data, parts[i].len);
		at += parts[i].len;
	}
	memset(room + at, 0, len - at);
	memcpy(room + len - sizeof(header.total_len), &header.total_len, sizeof(header.total_len));
}

/* Header of an event block with one parameter, and that parameter's length. */
struct single {
	uint16_t cpu;
	struct event_header header;
	uint16_t param_len;
} __attribute__((packed));

/* An event of a private type with one parameter, which comes in two parts. */
static void put_private(struct capture_writer *writer, const struct single *from,
			const struct capture_part *first, const struct capture_part *second)
{
	struct single single = *from;
	const struct capture_part parts[] = { { &single, sizeof(single) }, *first, *second };

	single.param_len = (uint16_t)(first->len + second->len);
	single.header.len =
		(uint32_t)(sizeof(single.header) + sizeof(single.param_len) + single.param_len);
	single.header.nparams = 1;
	put_block(writer, CAPTURE_BLOCK_EVENT, parts, 3);
}

static void close_block(struct capture_writer *writer)
{
	const struct capture_part body = { writer->body, writer->body_len }, none = { NULL, 0 };
	const struct single items = {
		.header = { .ts_ns = writer->last_ts_ns, .type = CAPTURE_EVENT_ITEMS },
	};

	if (writer->open == CAPTURE_BLOCK_EVENT)
		put_private(writer, &items, &body, &none);
	else if (writer->open)
		put_block(writer, writer->open, &body, 1);
	writer->open = 0;
	writer->body_len = 0;
}

/* Appends to the open block of this kind, opening one when there is none with room. */
static void add_entry(struct capture_writer *writer, uint32_t type, size_t max,
		      const struct capture_bytes *entry)
{
	if (entry->full || entry->len > max) {
		writer->too_large++;
		return;
	}
	if (writer->open != type || writer->body_len + entry->len > max)
		close_block(writer);
	writer->open = type;
	memcpy(writer->body + writer->body_len, entry->data, entry->len);
	writer->body_len += entry->len;
}

static struct capture_bytes new_entry(const struct capture_writer *writer)
{
	return (struct capture_bytes){ .data = writer->entry, .size = ENTRY_BYTES };
}

/* Events that work on an fd: who knows enter events looks for the fd there. */
static void fill_enters(struct capture_enter *enters)
{
	for (uint16_t code = 1; code < EVENT_CODE_COUNT; code += 2) {
		const struct event_desc *exit = event_by_code(code);
		const struct event_desc *enter = event_by_code((uint16_t)(code - 1));

		if (!exit || !enter || exit->direction != EVENT_EXIT ||
		    enter->direction != EVENT_ENTER || !(enter->flags & EVENT_F_USES_FD))
			continue;
		enters[code].len = (uint8_t)enter->params_len;
		for (size_t i = 0; i < enter->params_len; i++) {
			int from = event_param_index(exit, enter->params[i].name);
			bool same = from >= 0 && exit->params[from].type == enter->params[i].type;

			enters[code].from[i] = same ? (uint8_t)from : NOT_THERE;
		}
	}
}

int capture_writer_new(int fd, enum capture_packing packing, struct capture_writer **ret_writer)
{
	const struct capture_section section = {
		.magic = CAPTURE_SECTION_MAGIC,
		.major = CAPTURE_MAJOR,
		.minor = CAPTURE_MINOR,
		.section_len = UINT64_MAX,
	};
	const struct capture_part part = { &section, sizeof(section) };
	struct capture_output *output;
	struct capture_writer *writer;
	int rc = capture_output_new(fd, packing, &output);

	if (rc < 0)
		return rc;
	writer = calloc(1, sizeof(*writer));
	if (!writer) {
		capture_output_free(output);
		return -ENOMEM;
	}
	writer->output = output;
	writer->body = malloc(LIST_BODY_BYTES);
	writer->entry = malloc(ENTRY_BYTES);
	if (!writer->body || !writer->entry) {
		capture_writer_free(writer);
		return -ENOMEM;
	}
	fill_enters(writer->enters);
	put_block(writer, CAPTURE_BLOCK_SECTION, &part, 1);
	*ret_writer = writer;
	return 0;
}

void capture_writer_free(struct capture_writer *writer)
{
	if (!writer)
		return;
	capture_output_free(writer->output);
	free(writer->body);
	free(writer->entry);
	free(writer);
}

int capture_writer_close(struct capture_writer *writer)
{
	const struct capture_part part = { &writer->records, sizeof(writer->records) };

	capture_write_item(writer, CAPTURE_ITEM_CLOSED, &part, 1);
	return capture_writer_flush(writer);
}

void capture_write_machine(struct capture_writer *writer, const struct capture_machine *machine)
{
	const struct capture_part part = { machine, sizeof(*machine) };

	close_block(writer);
	put_block(writer, CAPTURE_BLOCK_MACHINE, &part, 1);
}

void capture_write_interface(struct capture_writer *writer,
			     const struct capture_interface *interface)
{
	bool six = interface->family == AF_INET6;
	size_t address = six ? 16 : 4, name = strnlen(interface->name, CAPTURE_NAME_MAX);
	struct capture_bytes entry = new_entry(writer);

	/* The length does not count itself: type, length of the name, speed and what follows. */
	bytes_u32(&entry, (uint32_t)(2 + 2 + 3 * address + 8 + name));
	bytes_u16(&entry, six ? 2 : 1);
	bytes_u16(&entry, (uint16_t)name);
	bytes_put(&entry, interface->address, address);
	bytes_put(&entry, interface->netmask, address);
	bytes_put(&entry, interface->broadcast, address);
	bytes_u64(&entry, 0); /* link speed: not known */
	bytes_put(&entry, interface->name, name);
	add_entry(writer, CAPTURE_BLOCK_INTERFACES, LIST_BODY_BYTES, &entry);
}

static void put_length(struct capture_bytes *entry)
{
	uint32_t len = (uint32_t)entry->len;

	memcpy(entry->data, &len, sizeof(len));
}

void capture_write_user(struct capture_writer *writer, const struct capture_user *user)
{
	struct capture_bytes entry = new_entry(writer);

	bytes_u32(&entry, 0);
	bytes_u8(&entry, 0);
	bytes_u32(&entry, user->uid);
	bytes_u32(&entry, user->gid);
	bytes_text(&entry, user->name, strlen(user->name), CAPTURE_NAME_MAX);
	bytes_text(&entry, user->home, strlen(user->home), CAPTURE_NAME_MAX);
	bytes_text(&entry, user->shell, strlen(user->shell), CAPTURE_NAME_MAX);
	put_length(&entry);
	add_entry(writer, CAPTURE_BLOCK_USERS, LIST_BODY_BYTES, &entry);
}

void capture_write_group(struct capture_writer *writer, uint32_t gid, const char *name)
{
	struct capture_bytes entry = new_entry(writer);

	bytes_u32(&entry, 0);
	bytes_u8(&entry, 1);
	bytes_u32(&entry, gid);
	bytes_text(&entry, name, strlen(name), CAPTURE_NAME_MAX);
	put_length(&entry);
	add_entry(writer, CAPTURE_BLOCK_USERS, LIST_BODY_BYTES, &entry);
}

void capture_write_process(struct capture_writer *writer, const struct process_seed *seed)
{
	struct capture_bytes entry = new_entry(writer);

	capture_process_put(&entry, seed, CAPTURE_TEXTS_PORTABLE);
	add_entry(writer, CAPTURE_BLOCK_PROCESSES, LIST_BODY_BYTES, &entry);
}

void capture_write_file(struct capture_writer *writer, const struct file_sample *file,
			const char *name)
{
	struct capture_bytes entry = new_entry(writer);
	uint64_t tid = file->pid;

	/* A block is of one process, which stands before the entries. */
	if (writer->open != CAPTURE_BLOCK_FILES || writer->open_tid != tid ||
	    writer->body_len + CAPTURE_FD_MAX > LIST_BODY_BYTES) {
		close_block(writer);
		writer->open = CAPTURE_BLOCK_FILES;
		writer->open_tid = tid;
		memcpy(writer->body, &tid, sizeof(tid));
		writer->body_len = sizeof(tid);
	}
	capture_fd_put(&entry, file, name);
	add_entry(writer, CAPTURE_BLOCK_FILES, LIST_BODY_BYTES, &entry);
}

/* Puts down the event header and the lengths of the enter event, then its parameters. */
static void put_enter(struct capture_writer *writer, const struct capture_enter *enter,
		      const struct single *exit, const struct record_prefix *prefix,
		      const uint8_t *event)
{
	struct capture_bytes entry = new_entry(writer);
	const uint8_t *lengths = event + sizeof(exit->header), *params[EVENT_PARAMS_MAX];
	uint16_t lens[EVENT_PARAMS_MAX];
	struct event_header header = exit->header;
	struct capture_part part;
	size_t at = header.nparams * sizeof(lens[0]), len = 0;

	memcpy(lens, lengths, at);
	for (size_t i = 0; i < exit->header.nparams; i++) {
		params[i] = lengths + at;
		at += lens[i];
	}
	for (size_t i = 0; i < enter->len; i++)
		len += enter->from[i] < exit->header.nparams ? lens[enter->from[i]] : 0;
	header.ts_ns -= prefix->duration_ns;
	header.type--;
	header.nparams = enter->len;
	header.len = (uint32_t)(sizeof(header) + enter->len * sizeof(lens[0]) + len);
	bytes_u16(&entry, exit->cpu);
	bytes_put(&entry, &header, sizeof(header));
	for (size_t i = 0; i < enter->len; i++)
		bytes_u16(&entry, enter->from[i] < exit->header.nparams ? lens[enter->from[i]] : 0);
	for (size_t i = 0; i < enter->len; i++)
		if (enter->from[i] < exit->header.nparams)
			bytes_put(&entry, params[enter->from[i]], lens[enter->from[i]]);
	part = (struct capture_part){ entry.data, entry.len };
	put_block(writer, CAPTURE_BLOCK_EVENT, &part, 1);
}

/* The code of a generic event that other readers must not see; 0 = there is none. */
static uint16_t hidden_code(const uint8_t *event, size_t len)
{
	struct event_header header;
	size_t at;
	uint16_t code;

	memcpy(&header, event, sizeof(header));
	at = sizeof(header) + header.nparams * sizeof(code);
	if (header.type != EVENT_CODE_GENERIC_X || !header.nparams || at + sizeof(code) > len)
		return 0;
	memcpy(&code, event + sizeof(header), sizeof(code)); /* length of the first parameter */
	if (code != sizeof(code))
		return 0;
	memcpy(&code, event + at, sizeof(code));
	return code > CAPTURE_GENERIC_MAX ? code : 0;
}

/* The event as it stands in the record, or with 0 in place of its code. */
static void put_event(struct capture_writer *writer, const struct single *from,
		      const struct capture_part *event, uint16_t hidden)
{
	static const uint16_t zero;
	size_t at = sizeof(from->header) + from->header.nparams * sizeof(zero);
	const uint8_t *data = event->data;
	const struct capture_part parts[] = {
		{ &from->cpu, sizeof(from->cpu) },
		{ data, hidden ? at : event->len },
		{ &zero, hidden ? sizeof(zero) : 0 },
		{ data + at + sizeof(zero), hidden ? event->len - at - sizeof(zero) : 0 },
	};

	put_block(writer, CAPTURE_BLOCK_EVENT, parts, 4);
	capture_output_count_event(writer->output);
}

void capture_write_record(struct capture_writer *writer, const void *record, size_t len)
{
	struct capture_part ours = { record, 0 }, event, code;
	const struct capture_enter *enter;
	struct record_prefix prefix;
	struct single single, private;
	uint16_t hidden;

	memcpy(&prefix, record, sizeof(prefix));
	ours.len = (size_t)prefix.prefix_len + prefix.ext_len;
	event = (struct capture_part){ (const uint8_t *)record + ours.len, len - ours.len };
	if (sizeof(single) + ours.len + sizeof(hidden) > CAPTURE_EVENT_BODY_MAX ||
	    sizeof(single.cpu) + event.len > CAPTURE_EVENT_BODY_MAX) {
		writer->too_large++;
		return;
	}
	close_block(writer);
	single.cpu = prefix.cpu;
	memcpy(&single.header, event.data, sizeof(single.header));
	writer->last_ts_ns = single.header.ts_ns;
	private = single;
	private.header.type = CAPTURE_EVENT_RECORD;
	hidden = hidden_code(event.data, event.len);
	code = (struct capture_part){ &hidden, hidden ? sizeof(hidden) : 0 };
	enter = &writer->enters[single.header.type];
	if (enter->len)
		put_enter(writer, enter, &single, &prefix, (const uint8_t *)event.data);
	put_private(writer, &private, &ours, &code);
	put_event(writer, &single, &event, hidden);
	writer->records++;
}

void capture_write_item(struct capture_writer *writer, enum capture_item_kind kind,
			const struct capture_part *parts, size_t parts_len)
{
	struct capture_item_header header = { .kind = (uint16_t)kind };
	struct capture_bytes entry = new_entry(writer);

	for (size_t i = 0; i < parts_len; i++)
		header.len += (uint32_t)parts[i].len;
	bytes_put(&entry, &header, sizeof(header));
	for (size_t i = 0; i < parts_len; i++)
		bytes_put(&entry, parts[i].data, parts[i].len);
	bytes_pad(&entry, 8);
	add_entry(writer, CAPTURE_BLOCK_EVENT, ITEMS_BYTES, &entry);
}

int capture_writer_flush(struct capture_writer *writer)
{
	close_block(writer);
	return capture_output_flush(writer->output);
}

int capture_writer_error(const struct capture_writer *writer)
{
	return capture_output_error(writer->output);
}

uint64_t capture_writer_events(const struct capture_writer *writer)
{
	return capture_output_events(writer->output);
}

uint64_t capture_writer_bytes(const struct capture_writer *writer)
{
	return capture_output_bytes(writer->output);
}

uint64_t capture_writer_too_large(const struct capture_writer *writer)
{
	return writer->too_large;
}
