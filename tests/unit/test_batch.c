/* SPDX-License-Identifier: Apache-2.0 */
/* Output for pipes: tables as text, JSON and CSV, events as lines, lists. */
#include <check.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_snapshot.h"
#include "views/batch.h"
#include "views/line.h"
#include "views/list.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct view_set *views;
static struct table *table;
static struct fake *fake;

static uint16_t nr_of(const char *name)
{
	return (uint16_t)syscall_nr(syscall_by_name(name));
}

static void add_event(const char *call, int64_t ret, const char *comm)
{
	static struct build_record record;

	build_record_init(&record, EVENT_CODE_GENERIC_X,
			  &(struct build_prefix){ .ts_ns = FAKE_TIME_NS + 1000,
						  .pid = 7,
						  .tid = 8,
						  .nr = nr_of(call),
						  .ret = ret,
						  .cpu = 1,
						  .args = { 5 },
						  .duration_ns = ret < 0 ? 1500 : 0,
						  .comm = comm });
	fake_event(fake, &record);
}

static void setup(void)
{
	struct view_error err;

	ck_assert_int_eq(view_set_load(NULL, &views, &err), 0);
	ck_assert_int_eq(table_new(&table), 0);
	fake = fake_new();
	fake_proc(fake, &(struct proc_row){ .pid = 30,
					    .start_boot_ns = 1,
					    .comm = "nginx",
					    .cmdline = "nginx -c \"a,b\"\x1b[2J",
					    .user = "www",
					    .calls_delta = 12345,
					    .calls = 20000,
					    .rss_bytes = 1 << 20,
					    .threads = 2 });
	fake_proc(fake,
		  &(struct proc_row){ .pid = 31,
				      .user = "averylonguser",
				      .cmdline = "h\xc3\xa9llo \xff"
						 "world of many words, too many for the line" });
	fake->snapshot.health =
		(struct health_row){ .calls = 20001, .events = 10, .drops = 12, .lag_ns = 5000000 };
	fake->buffers[0].drops = 12;
	fake->snapshot.buffers_len = 1;
}

static void teardown(void)
{
	table_free(table);
	fake_free(fake);
	view_set_free(views);
}

/* The table of a view in a format, as one string that the caller frees. */
static char *batch_of(const char *name, enum batch_format format, unsigned width,
		      enum batch_part part, unsigned times)
{
	const struct view *view = view_set_find(views, name);
	struct scope scope = { .len = 1, .chips = { { .kind = CHIP_CONTAINER } } };
	struct table_query query = { .view = view,
				     .sort = view->sort,
				     .descending = view->descending };
	struct batch batch;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
	batch_init(&batch, out, view);
	batch.width = width;
	batch.scope = &scope;
	while (times--)
		ck_assert_int_eq(batch_write(&batch, format, table, part), 0);
	batch_release(&batch);
	fclose(out);
	return text;
}

START_TEST(test_text)
{
	static const char wanted[] =
		"saker 22:13:20  host7  processes > ctr=host  final\n"
		"calls 20.0k  events 10  drops 12 b0 12  lag 5.00ms\n"
		"\n"
		"    PID USER       CPU%    RSS SYSC/s  ERR/s FILE R/s FILE W/s COMMAND\n"
		"     30 www          0%  1.00M  12.3k      0        0        0 nginx -c "
		"\"a,b\"\\x+\n"
		"     31 averylo+     0%      0      0      0        0        0 h\xc3\xa9llo "
		"\\xffworld +\n"
		"\n";
	char *text = batch_of("processes", BATCH_TEXT, 80, BATCH_FINAL, 1);
	ck_assert_str_eq(text, wanted);
	free(text);
}
END_TEST

START_TEST(test_json)
{
	char *text = batch_of("processes", BATCH_JSON, 0, _i ? BATCH_FINAL : BATCH_INTERVAL, 1);
	struct json_object *object = json_tokener_parse(text), *health, *rows, *row, *value;

	ck_assert_ptr_nonnull(object);
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	ck_assert_str_eq(json_object_get_string(json_object_object_get(object, "view")),
			 "processes");
	ck_assert_uint_eq(json_object_get_uint64(json_object_object_get(object, "time_ns")),
			  FAKE_TIME_NS);
	ck_assert_int_eq(json_object_object_get_ex(object, "final", &value), _i);
	health = json_object_object_get(object, "health");
	ck_assert_int_eq(json_object_object_length(health), 4);
	ck_assert_int_eq(json_object_get_int(json_object_object_get(health, "calls")), 20001);
	ck_assert_int_eq(json_object_get_int(json_object_object_get(health, "events")), 10);
	ck_assert_int_eq(json_object_get_int(json_object_object_get(health, "drops")), 12);
	ck_assert_int_eq(json_object_get_int(json_object_object_get(health, "lag_ns")), 5000000);
	rows = json_object_object_get(object, "rows");
	ck_assert_uint_eq(json_object_array_length(rows), 2);
	row = json_object_array_get_idx(rows, 0);
	/* Every column of the view, optional ones too, by id, raw. */
	for (size_t i = 0; i < view_set_find(views, "processes")->columns_len; i++)
		ck_assert(json_object_object_get_ex(
			row, view_set_find(views, "processes")->columns[i].column->id, &value));
	ck_assert_int_eq(json_object_get_int(json_object_object_get(row, "pid")), 30);
	ck_assert_int_eq(json_object_get_int(json_object_object_get(row, "calls")), 12345);
	ck_assert_int_eq(json_object_get_int(json_object_object_get(row, "calls_total")), 20000);
	ck_assert_int_eq(json_object_get_int(json_object_object_get(row, "rss_bytes")), 1 << 20);
	ck_assert_str_eq(json_object_get_string(json_object_object_get(row, "command")),
			 "nginx -c \"a,b\"\x1b[2J");
	ck_assert_str_eq(json_object_get_string(json_object_object_get(row, "container")), "");
	ck_assert(json_object_object_get_ex(row, "fds", &value) && !value);
	row = json_object_array_get_idx(rows, 1);
	ck_assert_int_eq(strncmp(json_object_get_string(json_object_object_get(row, "command")),
				 "h\xc3\xa9llo \xef\xbf\xbdworld", 15),
			 0);
	json_object_put(object);
	free(text);
}
END_TEST

START_TEST(test_json_inexact)
{
	char *text;

	fake->snapshot.health.inexact = true;
	text = batch_of("syscalls", BATCH_JSON, 0, BATCH_INTERVAL, 1);
	ck_assert_str_eq(text, "{\"view\":\"syscalls\",\"time_ns\":1700000000000000000,\"health\":"
			       "{\"calls\":20001,\"events\":10,\"drops\":12,\"lag_ns\":5000000,"
			       "\"inexact\":true},\"rows\":[]}\n");
	free(text);
}
END_TEST

START_TEST(test_csv)
{
	char *text = batch_of("callers", BATCH_CSV, 0, BATCH_INTERVAL, 2);

	/* The header once, however often the table is written. */
	ck_assert_str_eq(text,
			 "time_ns,pid,container,syscall,calls,error_pct,top_errno,time,time_pct,"
			 "avg_ns,p50_ns,p99_ns,max_ns,hist,user,calls_total,errors,errors_total,"
			 "restarts,restarts_total,top_errno_total,time_total,timed_total,"
			 "container_id,container_image,command\r\n");
	free(text);
	fake_call(fake, &(struct call_row){ .nr = nr_of("read"), .calls = 3, .calls_delta = 1 });
	text = batch_of("callers", BATCH_CSV, 0, BATCH_INTERVAL, 1);
	ck_assert_str_eq(strchr(text, '\n') + 1,
			 "1700000000000000000,31,,read,1,0,,,,,,,,,averylonguser,3,0,0,0,0,,,0,,,"
			 "\"h\xc3\xa9llo \\xffworld of many words, too many for the line\"\r\n");
	free(text);
}
END_TEST

START_TEST(test_gaps)
{
	char *text;

	add_event("getppid", 1, "cat");
	fake->events[0].lost_before = 1204;
	fake->events[0].lost_buffer = 3;
	text = batch_of("stream", BATCH_TEXT, 0, BATCH_INTERVAL, 1);
	ck_assert_ptr_nonnull(strstr(text, "\n-- 1,204 events lost in buffer 3 --\n      1 "));
	free(text);
	text = batch_of("stream", BATCH_JSON, 0, BATCH_INTERVAL, 1);
	ck_assert_ptr_nonnull(strstr(text, "\"rows\":[{\"lost\":1204,\"buffer\":3},{\"num\":1,"));
	free(text);
	text = batch_of("stream", BATCH_CSV, 0, BATCH_INTERVAL, 1);
	ck_assert_ptr_nonnull(strstr(text, ",\"-- 1,204 events lost in buffer 3 --\"\r\n"));
	free(text);
}
END_TEST

/* A pipe that closed is an error of the write, not of the table. */
START_TEST(test_write_error)
{
	const struct view *view = view_set_find(views, "processes");
	struct table_query query = { .view = view, .sort = view->sort };
	FILE *out = fopen("/dev/full", "w");
	struct batch batch;

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
	batch_init(&batch, out, view);
	ck_assert_int_eq(batch_write(&batch, BATCH_JSON, table, BATCH_INTERVAL), -ENOSPC);
	batch_release(&batch);
	fclose(out);
}
END_TEST

static const struct line_case {
	const char *call;
	int64_t ret;
	const char *comm, *text, *json;
} line_cases[] = {
	{ "getppid", 1, "cat", "1 22:13:20.000001 1 cat (7.8) getppid 1 ",
	  "{\"evt.num\":1,\"evt.time\":1700000000000001000,\"thread.tid\":8,\"proc.pid\":7,"
	  "\"proc.name\":\"cat\",\"container.id\":\"host\",\"evt.type\":\"getppid\","
	  "\"evt.res\":\"SUCCESS\",\"evt.rawres\":1,\"latency_ns\":null,\"args\":{}}" },
	{ "fsync", -5, "a \x1b\"\xff",
	  "1 22:13:20.000001 1 a \\x1b\"\\xff (7.8) fsync EIO 1.50us fd=5",
	  "{\"evt.num\":1,\"evt.time\":1700000000000001000,\"thread.tid\":8,\"proc.pid\":7,"
	  "\"proc.name\":\"a \\u001b\\\"\xef\xbf\xbd\",\"container.id\":\"host\","
	  "\"evt.type\":\"fsync\",\"evt.res\":\"EIO\",\"evt.rawres\":-5,\"latency_ns\":1500,"
	  "\"args\":{\"fd\":\"5\"}}" },
	{ "fsync", RECORD_RET_UNKNOWN, "cat",
	  "1 22:13:20.000001 1 cat (7.8) fsync unknown 1.50us fd=5",
	  "{\"evt.num\":1,\"evt.time\":1700000000000001000,\"thread.tid\":8,\"proc.pid\":7,"
	  "\"proc.name\":\"cat\",\"container.id\":\"host\",\"evt.type\":\"fsync\","
	  "\"evt.res\":\"UNKNOWN\",\"evt.rawres\":null,\"latency_ns\":1500,"
	  "\"args\":{\"fd\":\"5\"}}" },
};

START_TEST(test_line)
{
	const struct line_case *c = &line_cases[_i];
	char data[1024];
	struct text_buf buf;

	add_event(c->call, c->ret, c->comm);
	text_buf_init(&buf, data, sizeof(data));
	ck_assert_int_eq(line_text(&fake->events[0], &buf), 0);
	ck_assert_str_eq(data, c->text);
	text_buf_init(&buf, data, sizeof(data));
	ck_assert_int_eq(line_json(&fake->events[0], &buf), 0);
	ck_assert_str_eq(data, c->json);
	/* A record that is cut is refused and adds nothing. */
	fake->events[0].record_len--;
	text_buf_init(&buf, data, sizeof(data));
	ck_assert_int_eq(line_text(&fake->events[0], &buf), -EBADMSG);
	ck_assert_int_eq(line_json(&fake->events[0], &buf), -EBADMSG);
	ck_assert_uint_eq(buf.len, 0);
}
END_TEST

/* What a descriptor is, where the state knows it. */
START_TEST(test_line_fd_name)
{
	char data[1024];
	struct text_buf buf;

	add_event("fsync", 0, "cat");
	fake->events[0].fd_name = "/a \"b\"\n";
	fake->events[0].container = "0123456789ab";
	text_buf_init(&buf, data, sizeof(data));
	ck_assert_int_eq(line_text(&fake->events[0], &buf), 0);
	ck_assert_str_eq(data, "1 22:13:20.000001 1 cat (7.8) fsync 0 fd=5(/a \"b\"\\x0a)");
	text_buf_init(&buf, data, sizeof(data));
	ck_assert_int_eq(line_json(&fake->events[0], &buf), 0);
	ck_assert_ptr_nonnull(strstr(data, ",\"fd.name\":\"/a \\\"b\\\"\\n\",\"args\":{"));
	ck_assert_ptr_nonnull(strstr(data, "\"container.id\":\"0123456789ab\""));
}
END_TEST

/* What says more than a parameter of its name stands in its place, and beside it in JSON. */
START_TEST(test_line_names)
{
	static struct build_record record;
	const struct history_event *kept;
	char data[2048];
	struct text_buf buf;

	build_record_init(&record, event_by_id("SYSCALL_IOCTL_3_X")->code,
			  &(struct build_prefix){ .pid = 7,
						  .nr = nr_of("ioctl"),
						  .args = { 1, 0x5413, 0x1000 },
						  .comm = "cat" });
	build_record_int(&record, 0);
	build_record_int(&record, 1);
	build_record_int(&record, 0x5413);
	build_record_int(&record, 0x1000);
	kept = fake_event(fake, &record);
	text_buf_init(&buf, data, sizeof(data));
	ck_assert_int_eq(line_text(kept, &buf), 0);
	ck_assert_ptr_nonnull(strstr(data, "fd=1 request=TIOCGWINSZ argument=0x1000"));
	text_buf_init(&buf, data, sizeof(data));
	ck_assert_int_eq(line_json(kept, &buf), 0);
	ck_assert_ptr_nonnull(strstr(data, "\"request\":\"0x5413\""));
	ck_assert_ptr_nonnull(strstr(data, "\"call.request\":\"TIOCGWINSZ\""));
}
END_TEST

/* An event that is no call has no result. */
START_TEST(test_line_exit)
{
	static struct build_record record;
	const struct history_event *kept;
	char data[2048];
	struct text_buf buf;

	build_record_init(&record, event_by_id("PROCEXIT_1_E")->code,
			  &(struct build_prefix){ .pid = 7, .nr = -1, .comm = "cat" });
	build_record_int(&record, 256);
	kept = fake_event(fake, &record);
	text_buf_init(&buf, data, sizeof(data));
	ck_assert_int_eq(line_json(kept, &buf), 0);
	ck_assert_ptr_nonnull(strstr(data, "\"evt.type\":\"procexit\""));
	ck_assert_ptr_nonnull(strstr(data, "\"evt.res\":null,\"evt.rawres\":null"));
}
END_TEST

/* The largest record that there can be gives a whole line. */
START_TEST(test_line_large)
{
	static struct build_record record;
	static char bytes[32767];
	const struct history_event *kept;
	struct json_object *object;
	struct text_buf buf;
	char *data = malloc(LINE_MAX_BYTES);

	ck_assert_ptr_nonnull(data);
	memset(bytes, 0x1b, sizeof(bytes));
	build_record_init(&record, event_by_id("SYSCALL_WRITE_X")->code,
			  &(struct build_prefix){ .pid = 7, .nr = nr_of("write"), .comm = "cat" });
	build_record_int(&record, 3);
	build_record_bytes(&record, bytes, sizeof(bytes));
	kept = fake_event(fake, &record);
	text_buf_init(&buf, data, LINE_MAX_BYTES);
	ck_assert_int_eq(line_json(kept, &buf), 0);
	ck_assert(!buf.truncated);
	object = json_tokener_parse(data);
	ck_assert_ptr_nonnull(object);
	json_object_put(object);
	free(data);
}
END_TEST

static char *list_of(const char *what, enum list_format format)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int r = -1;

	ck_assert_ptr_nonnull(out);
	if (strcmp(what, "views") == 0)
		r = list_views(views, out, format);
	else if (strcmp(what, "columns") == 0)
		r = list_columns(out, format);
	else if (strcmp(what, "events") == 0)
		r = list_events(out, format);
	else if (strcmp(what, "syscalls") == 0)
		r = list_syscalls(out, format);
	ck_assert_int_eq(r, 0);
	fclose(out);
	return text;
}

static const struct list_case {
	const char *what, *line, *key, *value;
	size_t rows; /* 0: not checked */
} list_cases[] = {
	{ "views", "processes      1   process  syscalls   Processes", "name", "processes", 0 },
	{ "columns", "pid                      process  PID          id         Process id.",
	  "column", "calls_total", 0 },
	{ "events", "\n307  openat               exit      syscall    SYSCALL_OPENAT_2_X", "id",
	  "SYSCALL_OPENAT_2_X", EVENT_CODE_COUNT },
	{ "syscalls", "\nopenat                     257    56     307", "name", "openat", 0 },
};

START_TEST(test_list)
{
	const struct list_case *c = &list_cases[_i];
	char *text = list_of(c->what, LIST_TEXT);
	struct json_object *array;
	bool found = false;

	ck_assert_msg(strstr(text, c->line) != NULL, "%s: %.2000s", c->what, text);
	free(text);
	text = list_of(c->what, LIST_JSON);
	array = json_tokener_parse(text);
	ck_assert_msg(json_object_is_type(array, json_type_array), "%s", c->what);
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *row = json_object_array_get_idx(array, i);
		const char *value = json_object_get_string(json_object_object_get(row, c->key));

		found |= value && strcmp(value, c->value) == 0;
	}
	ck_assert_msg(found, "%s: no %s", c->what, c->value);
	if (c->rows)
		ck_assert_uint_eq(json_object_array_length(array), c->rows);
	json_object_put(array);
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("batch");
	TCase *tcase = tcase_create("batch");
	SRunner *runner = srunner_create(suite);
	int failed;

	setenv("TZ", "UTC", 1);
	tzset();
	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_text);
	tcase_add_loop_test(tcase, test_json, 0, 2);
	tcase_add_test(tcase, test_json_inexact);
	tcase_add_test(tcase, test_csv);
	tcase_add_test(tcase, test_gaps);
	tcase_add_test(tcase, test_write_error);
	tcase_add_loop_test(tcase, test_line, 0, LEN(line_cases));
	tcase_add_test(tcase, test_line_fd_name);
	tcase_add_test(tcase, test_line_names);
	tcase_add_test(tcase, test_line_exit);
	tcase_add_test(tcase, test_line_large);
	tcase_add_loop_test(tcase, test_list, 0, LEN(list_cases));
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
