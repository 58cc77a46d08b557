/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same happenings give the same tables, however the rings that they came through were emptied.
 * Whole captures (tests/record) are taken apart, and their events go once more through rings and a
 * merge: each record becomes readable some time after it was stamped, in the order of its ring;
 * rings are emptied at random instants, by time; what is older than something that was handed out
 * is marked late. That is what probe/buffers.h promises. What a fork made is readable after the
 * fork. Rings are those of the CPUs that ran it, and, harder, one for every third process.
 *
 * What the state was told besides events stays where it was; answers are there before the events
 * that they were asked for.
 */
#include <check.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "probe/capture_format.h"
#include "probe/schema/record.h"
#include "tui/live.h"
#include "tui/options.h"

#define RECORD_DIR "tests/record/"
#define FILE_MAX (8u << 20)
#define UNITS_MAX 8192
#define RINGS 3
#define DELAY_NS 100000u /* until a record is readable, at most */
#define SEEDS 8
#define PIDS 65536

static const char *const captures[] = { "files", "processes", "sockets", "waits", "parallel" };
static const char *const views[] = {
	"processes",
	"syscalls",
	"files",
	"conn",
	"listen",
	"net",
	"users",
	"errors",
	"callers",
	"exec",
	"failures",
	"fd_usage",
	"fds",
	"newconn",
	"opens",
	"opens_by_path",
	"process",
	"slow",
	"tree",
	"stream",
	"slow_by_process",
	"slow_by_syscall",
	"slow_by_target",
	"threads",
	"containers",
};
#define CAPTURES (sizeof(captures) / sizeof(captures[0]))
#define VIEWS (sizeof(views) / sizeof(views[0]))

enum unit_kind { UNIT_RECORD, UNIT_ANSWER, UNIT_BARRIER };

/* Blocks of the file that belong together. */
struct unit {
	enum unit_kind kind;
	const uint8_t *bytes;
	size_t len;
	size_t flags_at; /* of RECORD: the prefix's flags, from bytes on */
	uint64_t ts_ns, readable_ns;
	uint32_t pid, maker; /* the process, and whose thread wrote the record */
	uint16_t cpu, ring, flags;
	bool late;
};

static struct {
	uint8_t bytes[FILE_MAX];
	size_t len, events_at;
	struct unit units[UNITS_MAX];
	size_t units_len;
} file;

static uint32_t random_state;

static uint32_t random_below(uint32_t below)
{
	random_state = random_state * 1103515245u + 12345u;
	return (random_state >> 8) % below;
}

/* An event block's event. */
struct block_event {
	uint16_t type;
	uint64_t ts_ns;
	const uint8_t *data; /* of its first parameter */
	const uint8_t *end;
};

static struct block_event block_event(const uint8_t *block)
{
	const uint8_t *event = block + sizeof(struct capture_block_header) + sizeof(uint16_t);
	struct capture_block_header header;
	struct event_header head;
	bool large;

	memcpy(&header, block, sizeof(header));
	large = header.type == CAPTURE_BLOCK_EVENT_LARGE ||
		header.type == CAPTURE_BLOCK_EVENT_FLAGS_LARGE;
	if (header.type == CAPTURE_BLOCK_EVENT_FLAGS ||
	    header.type == CAPTURE_BLOCK_EVENT_FLAGS_LARGE)
		event += sizeof(uint32_t);
	memcpy(&head, event, sizeof(head));
	return (struct block_event){
		.type = head.type,
		.ts_ns = head.ts_ns,
		.data = event + sizeof(head) + head.nparams * (large ? 4u : 2u),
		.end = event + head.len,
	};
}

/* What the state had asked for. */
static bool is_answer(const struct block_event *event)
{
	static const uint16_t kinds[] = { CAPTURE_ITEM_PROCESS,     CAPTURE_ITEM_CGROUP,
					  CAPTURE_ITEM_USER,        CAPTURE_ITEM_CONTAINER,
					  CAPTURE_ITEM_CGROUP_PATH, CAPTURE_ITEM_CONTAINER_USERS };
	const uint8_t *at = event->data;

	while (at + sizeof(struct capture_item_header) <= event->end) {
		struct capture_item_header item;
		bool known = false;

		memcpy(&item, at, sizeof(item));
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			known |= item.kind == kinds[i];
		if (!known)
			return false;
		at += sizeof(item) + ((item.len + 7u) & ~7u);
	}
	return true;
}

static void unit_of_record(struct unit *unit, const struct block_event *event)
{
	struct record_prefix prefix;

	memcpy(&prefix, event->data, sizeof(prefix));
	unit->kind = UNIT_RECORD;
	unit->flags_at =
		(size_t)(event->data - unit->bytes) + offsetof(struct record_prefix, flags);
	unit->ts_ns = event->ts_ns;
	unit->pid = prefix.pid;
	/* A fork tells of the child in the parent's thread. */
	unit->maker = prefix.flags & RECORD_F_CHILD ? prefix.ppid : prefix.pid;
	unit->cpu = prefix.cpu;
	unit->flags = prefix.flags;
}

/* A block of events begins a unit, or goes on with the record before. */
static void take_block(const uint8_t *block, size_t len)
{
	struct block_event event = block_event(block);
	struct unit *last = file.units_len ? &file.units[file.units_len - 1] : NULL;
	struct unit *unit = &file.units[file.units_len];

	if (event.type != CAPTURE_EVENT_RECORD && event.type != CAPTURE_EVENT_ITEMS && last &&
	    last->kind == UNIT_RECORD) {
		last->len += len;
		return;
	}
	ck_assert_uint_lt(file.units_len, UNITS_MAX);
	*unit = (struct unit){ .kind = UNIT_BARRIER, .bytes = block, .len = len };
	if (event.type == CAPTURE_EVENT_RECORD)
		unit_of_record(unit, &event);
	else if (event.type == CAPTURE_EVENT_ITEMS && is_answer(&event))
		unit->kind = UNIT_ANSWER;
	file.units_len++;
}

static void read_capture(const char *name)
{
	char path[128];
	gzFile packed;
	int len;

	snprintf(path, sizeof(path), RECORD_DIR "%s.scap.gz", name);
	packed = gzopen(path, "re");
	ck_assert_msg(packed != NULL, "%s", path);
	len = gzread(packed, file.bytes, FILE_MAX);
	gzclose(packed);
	ck_assert_int_gt(len, 0);
	ck_assert_uint_lt((size_t)len, FILE_MAX);
	file.len = (size_t)len;
	file.units_len = file.events_at = 0;
	for (size_t at = 0; at < file.len;) {
		struct capture_block_header header;

		memcpy(&header, file.bytes + at, sizeof(header));
		if (header.type == CAPTURE_BLOCK_EVENT ||
		    header.type == CAPTURE_BLOCK_EVENT_FLAGS ||
		    header.type == CAPTURE_BLOCK_EVENT_LARGE ||
		    header.type == CAPTURE_BLOCK_EVENT_FLAGS_LARGE)
			take_block(file.bytes + at, header.total_len);
		else
			file.events_at = at + header.total_len;
		at += header.total_len;
	}
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* When each record becomes readable: most of them soon. They are in the order of their times. */
static void delay(struct unit *const *records, size_t len)
{
	static uint64_t forked_ns[PIDS];
	uint64_t ring_ns[RINGS] = { 0 };

	memset(forked_ns, 0, sizeof(forked_ns));
	for (size_t i = 0; i < len; i++) {
		struct unit *record = records[i];
		uint64_t own = record->ts_ns + random_below(random_below(8) ? 1000 : DELAY_NS);

		own = later(own, ring_ns[record->ring]);
		own = later(own, forked_ns[record->maker % PIDS]);
		record->readable_ns = ring_ns[record->ring] = own;
		if (record->flags & RECORD_F_CHILD)
			forked_ns[record->pid % PIDS] = own;
	}
}

/* Empties the rings up to an instant, the oldest head first; how many that were. */
static size_t drain(struct unit **rings[RINGS], const size_t *ring_lens, size_t *taken,
		    uint64_t now_ns, struct unit **to)
{
	size_t len = 0;

	for (;;) {
		struct unit *next = NULL;

		for (size_t i = 0; i < RINGS; i++) {
			struct unit *head = taken[i] < ring_lens[i] ? rings[i][taken[i]] : NULL;

			if (head && head->readable_ns <= now_ns &&
			    (!next || head->ts_ns < next->ts_ns))
				next = head;
		}
		if (!next)
			return len;
		taken[next->ring]++;
		to[len++] = next;
	}
}

/* Puts the records between two barriers into the order in which they would have been handed out. */
static void interleave(struct unit **records, size_t len)
{
	static struct unit *ring_units[RINGS][UNITS_MAX];
	struct unit **rings[RINGS];
	size_t ring_lens[RINGS] = { 0 }, taken[RINGS] = { 0 }, done = 0;
	uint64_t now_ns = len ? records[0]->ts_ns : 0, last_ns = 0;

	delay(records, len);
	for (size_t i = 0; i < RINGS; i++)
		rings[i] = ring_units[i];
	for (size_t i = 0; i < len; i++)
		rings[records[i]->ring][ring_lens[records[i]->ring]++] = records[i];
	while (done < len) {
		now_ns += 1 + random_below(DELAY_NS / 4);
		done += drain(rings, ring_lens, taken, now_ns, records + done);
	}
	for (size_t i = 0; i < len; i++) {
		records[i]->late = records[i]->ts_ns < last_ns;
		last_ns = later(last_ns, records[i]->ts_ns);
	}
}

static void write_unit(FILE *out, const struct unit *unit)
{
	uint16_t flags = unit->flags;

	if (unit->kind != UNIT_RECORD) {
		fwrite(unit->bytes, 1, unit->len, out);
		return;
	}
	if (unit->late)
		flags |= RECORD_F_LATE;
	fwrite(unit->bytes, 1, unit->flags_at, out);
	fwrite(&flags, 1, sizeof(flags), out);
	fwrite(unit->bytes + unit->flags_at + sizeof(flags), 1,
	       unit->len - unit->flags_at - sizeof(flags), out);
}

static int order_of_time(const void *a, const void *b)
{
	const struct unit *left = *(struct unit *const *)a, *right = *(struct unit *const *)b;

	if (left->ts_ns != right->ts_ns)
		return left->ts_ns < right->ts_ns ? -1 : 1;
	return left < right ? -1 : 1;
}

/* Writes the capture again, interleaved anew; how many records moved. */
static size_t write_capture(const char *path)
{
	static struct unit *records[UNITS_MAX];
	FILE *out = fopen(path, "we");
	size_t moved = 0;

	ck_assert_ptr_nonnull(out);
	fwrite(file.bytes, 1, file.events_at, out);
	for (size_t at = 0; at < file.units_len;) {
		size_t end = at, len = 0;

		while (end < file.units_len && file.units[end].kind != UNIT_BARRIER)
			end++;
		for (size_t i = at; i < end; i++) {
			if (file.units[i].kind == UNIT_RECORD)
				records[len++] = &file.units[i];
			else
				write_unit(out, &file.units[i]);
		}
		qsort(records, len, sizeof(records[0]), order_of_time);
		interleave(records, len);
		for (size_t i = 0; i < len; i++) {
			write_unit(out, records[i]);
			moved += i && records[i] < records[i - 1];
		}
		if (end < file.units_len)
			write_unit(out, &file.units[end]);
		at = end + 1;
	}
	ck_assert_int_eq(fclose(out), 0);
	return moved;
}

/* --- tables --- */

static int order_of_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A row without what counts events in the order in which they came. */
static char *row_text(struct json_object *row)
{
	struct json_object *value;

	json_object_object_del(row, "num");
	if (json_object_object_get_ex(row, "value", &value)) {
		const char *text = json_object_get_string(value);
		size_t digits = strspn(text, "0123456789");
		char *rest =
			strdup(text[digits] == ' ' && strlen(text) > 20 ? text + digits : text);

		json_object_object_add(row, "value", json_object_new_string(rest));
		json_object_object_del(row, "item");
		free(rest);
	}
	return strdup(json_object_to_json_string_ext(row, JSON_C_TO_STRING_PLAIN));
}

/* The rows of a view at the end of a capture, sorted, a line each; the caller frees it. */
static char *table(const char *path, const char *view)
{
	char output[] = "/tmp/saker_interleave_XXXXXX", **lines, *text;
	char *argv[] = { "saker", "-b",         "--json", "--output",  output,
			 "-r",    (char *)path, "-v",     (char *)view };
	struct usage_error err = { "" };
	struct json_object *root, *rows;
	struct options options;
	size_t len, bytes = 1;
	int fd = mkstemp(output);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_msg(options_parse(&options, 9, argv, &err) == 0, "%s", err.text);
	ck_assert_msg(live_run(&options, &err) == 0, "%s: %s", view, err.text);
	root = json_object_from_file(output);
	unlink(output);
	ck_assert_msg(root && json_object_object_get_ex(root, "rows", &rows), "%s: no rows", view);
	len = json_object_array_length(rows);
	lines = calloc(len + 1, sizeof(*lines));
	for (size_t i = 0; i < len; i++) {
		lines[i] = row_text(json_object_array_get_idx(rows, i));
		bytes += strlen(lines[i]) + 1;
	}
	qsort(lines, len, sizeof(*lines), order_of_text);
	text = calloc(1, bytes);
	for (size_t i = 0, at = 0; i < len; i++) {
		at += (size_t)snprintf(text + at, bytes - at, "%s\n", lines[i]);
		free(lines[i]);
	}
	free(lines);
	json_object_put(root);
	return text;
}

static void compare(const char *what, const char *wanted, const char *got)
{
	const char *line = wanted;

	while (*wanted && *wanted == *got) {
		if (*wanted == '\n')
			line = wanted + 1;
		wanted++;
		got++;
	}
	if (*wanted != *got)
		ck_abort_msg("%s: another table\nwas: %.700s\nfrom its byte %zu on now: %.300s",
			     what, line, (size_t)(wanted - line), got);
}

/* Loop number: capture, and whether rings are by process. */
START_TEST(same_tables)
{
	const char *capture = captures[_i / 2];
	char path[] = "/tmp/saker_interleave_XXXXXX", *wanted[VIEWS], what[128];
	int fd = mkstemp(path);
	size_t moved = 0;

	ck_assert_int_ge(fd, 0);
	close(fd);
	read_capture(capture);
	for (size_t i = 0; i < file.units_len; i++) {
		struct unit *unit = &file.units[i];

		unit->ring = (uint16_t)((_i % 2 ? unit->maker : unit->cpu) % RINGS);
	}
	snprintf(what, sizeof(what), RECORD_DIR "%s.scap.gz", capture);
	for (size_t v = 0; v < VIEWS; v++)
		wanted[v] = table(what, views[v]);
	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		random_state = seed;
		moved += write_capture(path);
		for (size_t v = 0; v < VIEWS; v++) {
			char *got = table(path, views[v]);

			snprintf(what, sizeof(what), "%s, rings by %s, seed %u, %s", capture,
				 _i % 2 ? "process" : "cpu", seed, views[v]);
			compare(what, wanted[v], got);
			free(got);
		}
	}
	/* Of processes that wait for each other nothing moves between CPUs. */
	ck_assert_msg(moved || !(_i % 2), "%s: nothing moved", capture);
	for (size_t v = 0; v < VIEWS; v++)
		free(wanted[v]);
	unlink(path);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("interleave");
	TCase *tcase = tcase_create("interleave");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, same_tables, 0, (int)CAPTURES * 2);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
