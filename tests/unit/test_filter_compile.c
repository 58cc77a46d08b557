/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling conditions: what is refused and why, what warns, what is true on made-up events. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cases.h"
#include "filter_mock.h"
#include "run_suite.h"
#include "state/filter/compile.h"
#include "state/filter/eval.h"
#include "state/filter/parse.h"
#include "state/process.h"
#include "state/state.h"

static char warned[8][320];
static size_t warned_len;

static void warn(void *ctx, const struct filter_warning *warning)
{
	ck_assert_uint_lt(warned_len, 8);
	snprintf(warned[warned_len++], 320, "%u:%u %s", warning->pos.line, warning->pos.column,
		 warning->message);
}

static int service_port(void *ctx, const char *service)
{
	return strcmp(service, "ssh") == 0 ? 22 : -1;
}

static const struct filter_compile_opts opts = { .warn = warn, .port = service_port };

/* Parses and compiles into a set of its own, which the caller frees; NULL when it is refused. */
static struct filter_set *compile(const char *text, size_t len, struct filter_error *err)
{
	struct filter_set *set = NULL;
	struct filter_ast *ast = NULL;
	uint32_t id = 7;
	int rc;

	warned_len = 0;
	rc = filter_parse(text, len, NULL, &ast, err);
	if (rc < 0)
		return NULL;
	ck_assert_int_eq(filter_set_new(0, &set), 0);
	rc = filter_compile(set, ast, &opts, &id, err);
	filter_ast_free(ast);
	if (rc == 0) {
		ck_assert_uint_eq(id, 0);
		return set;
	}
	ck_assert_int_eq(rc, -EINVAL);
	ck_assert_uint_eq(filter_set_len(set), 0);
	filter_set_free(set);
	return NULL;
}

START_TEST(test_text_cases)
{
	struct text_cases cases;

	text_cases_read("filter_compile.txt", &cases);
	mock_fields_add();
	for (size_t i = 0; i < cases.len; i++) {
		const struct text_case *c = &cases.cases[i];
		const char *wrong = text_case_get(c, '!'), *nearest = text_case_get(c, '~');
		const char *warning = text_case_get(c, 'w');
		struct filter_error err = { 0 };
		struct filter_set *set = compile(c->text, c->len, &err);
		char place[512] = "";

		ck_assert_msg(!set == !!wrong, "line %d: %s", c->line, err.message);
		snprintf(place, sizeof(place), "%u:%u %s", err.pos.line, err.pos.column,
			 err.message);
		ck_assert_msg(!wrong || strncmp(place, wrong, strlen(wrong)) == 0, "line %d: %s",
			      c->line, place);
		ck_assert_msg(!nearest || strcmp(err.nearest, nearest) == 0, "line %d: nearest %s",
			      c->line, err.nearest);
		ck_assert_msg(wrong || warned_len == (warning ? 1 : 0), "line %d: %zu warnings",
			      c->line, warned_len);
		ck_assert_msg(!warning || strncmp(warned[0], warning, strlen(warning)) == 0,
			      "line %d: %s", c->line, warned[0]);
		filter_set_free(set);
	}
	mock_fields_remove();
	text_cases_free(&cases);
}
END_TEST

START_TEST(test_shared)
{
	struct json_object *root = cases_shared("filter_cases.json"), *cases, *member;

	if (!root)
		return;
	mock_fields_add();
	ck_assert(json_object_object_get_ex(root, "compile", &cases));
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *c = json_object_array_get_idx(cases, i);
		const char *text = case_string(c, "filter"), *want = case_string(c, "msg");
		bool accept = strcmp(case_string(c, "expect"), "accept") == 0;
		struct filter_error err = { 0 };
		struct filter_set *set = compile(text, strlen(text), &err);

		ck_assert_msg((set != NULL) == accept, "%s: %s", text,
			      set ? "accepted" : err.message);
		/* Peers put "filter error: " before it. */
		ck_assert_msg(!want || strstr(want, err.message), "%s: %s", text, err.message);
		if (json_object_object_get_ex(c, "warnings", &member))
			ck_assert_msg((int)warned_len == json_object_get_int(member),
				      "%s: %zu warnings", text, warned_len);
		filter_set_free(set);
	}
	mock_fields_remove();
	json_object_put(root);
}
END_TEST

/* Evaluates a condition on an openat that has no parameters. */
static bool is_true(const char *text)
{
	struct filter_error err = { 0 };
	struct filter_set *set = compile(text, strlen(text), &err);
	struct mock_event mock;
	uint32_t ids[2];
	bool result;

	ck_assert_msg(set, "%s: %s", text, err.message);
	mock_event_init(&mock, EVENT_CODE_SYSCALL_OPENAT_2_X, 257);
	result = filter_set_eval(set, 0, &mock.filter);
	ck_assert_uint_eq(filter_set_match(set, &mock.filter, ids, 2), result);
	mock_event_release(&mock);
	filter_set_free(set);
	return result;
}

START_TEST(test_shared_truth)
{
	struct json_object *root = cases_shared("filter_cases.json"), *cases, *member;

	if (!root)
		return;
	mock_fields_add();
	ck_assert(json_object_object_get_ex(root, "bool_eval", &cases));
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *c = json_object_array_get_idx(cases, i);
		const char *text = case_string(c, "filter");

		ck_assert(json_object_object_get_ex(c, "expect", &member));
		ck_assert_msg(is_true(text) == json_object_get_boolean(member), "%s", text);
	}
	mock_fields_remove();
	json_object_put(root);
}
END_TEST

static void put_text(enum mock_id id, size_t at, const char *text)
{
	mock_world.fields[id].values[at] =
		(struct field_value){ .type = FIELD_TEXT,
				      .text = { .data = text, .len = strlen(text) } };
	mock_world.fields[id].len = at + 1;
}

static void put_number(enum mock_id id, size_t at, enum field_type type, int64_t number)
{
	mock_world.fields[id].values[at] = (struct field_value){ .type = type, .i64 = number };
	mock_world.fields[id].len = at + 1;
}

static void put_ip(enum mock_id id, size_t at, const uint8_t *bytes, uint8_t family)
{
	struct field_value *value = &mock_world.fields[id].values[at];

	*value = (struct field_value){ .type = id == MOCK_NET ? FIELD_NET : FIELD_IP };
	value->ip.family = family;
	memcpy(value->ip.bytes, bytes, family == 2 ? 4 : 16);
	mock_world.fields[id].len = at + 1;
}

/* What the conditions of filter_truth.txt are evaluated on; r.other and r.dyn are missing. */
static void fill_world(void)
{
	static const uint8_t near[4] = { 127, 0, 0, 1 }, far[4] = { 10, 9, 8, 7 };

	memset(&mock_world, 0, sizeof(mock_world));
	put_text(MOCK_TEXT, 0, "/Var/run/docker.sock");
	put_text(MOCK_NAMED, 0, "called");
	put_text(MOCK_NAMED_RESOLVED, 0, "resolved");
	put_number(MOCK_NUMBER, 0, FIELD_U64, 42);
	put_number(MOCK_SIGNED, 0, FIELD_I64, -5);
	put_number(MOCK_PORT, 0, FIELD_PORT, 22);
	put_number(MOCK_PORT, 1, FIELD_PORT, 40000);
	mock_world.fields[MOCK_BOOL].values[0] =
		(struct field_value){ .type = FIELD_BOOL, .boolean = true };
	mock_world.fields[MOCK_BOOL].len = 1;
	mock_world.fields[MOCK_DOUBLE].values[0] =
		(struct field_value){ .type = FIELD_DOUBLE, .real = 1.5 };
	mock_world.fields[MOCK_DOUBLE].len = 1;
	mock_world.fields[MOCK_BYTES].values[0] =
		(struct field_value){ .type = FIELD_BYTES,
				      .text = { .data = "GET \xca\xfe\0x", .len = 8 } };
	mock_world.fields[MOCK_BYTES].len = 1;
	put_ip(MOCK_IP, 0, near, 2);
	put_ip(MOCK_IP, 1, far, 2);
	put_ip(MOCK_NET, 0, near, 2);
	put_ip(MOCK_NET, 1, far, 2);
	put_text(MOCK_LIST, 0, "a");
	put_text(MOCK_LIST, 1, "b");
	put_text(MOCK_ANCESTORS, 0, "bash");
	put_text(MOCK_ANCESTORS, 1, "sshd");
	put_text(MOCK_PROCESS, 0, "cat -n -o out file");
}

START_TEST(test_truth)
{
	struct text_cases cases;

	text_cases_read("filter_truth.txt", &cases);
	mock_fields_add();
	fill_world();
	for (size_t i = 0; i < cases.len; i++) {
		const struct text_case *c = &cases.cases[i];

		ck_assert_msg(is_true(c->text) == !!text_case_get(c, '+'), "line %d", c->line);
	}
	mock_fields_remove();
	text_cases_free(&cases);
}
END_TEST

/* Opens that cannot match are not asked of the kernel; anything less certain is. */
START_TEST(test_gates)
{
	static const struct {
		const char *text;
		uint32_t gates;
	} cases[] = {
		{ "evt.type = openat and evt.is_open_write = true",
		  FILTER_GATE_OPEN_WRITES | FILTER_GATE_OPENS_ONLY },
		{ "evt.is_open_write = true", FILTER_GATE_OPEN_WRITES | FILTER_GATE_OPENS_ONLY },
		{ "evt.type in (open, openat) and evt.is_open_write=true and r.text=/etc/passwd",
		  FILTER_GATE_OPEN_WRITES | FILTER_GATE_OPENS_ONLY },
		{ "(evt.type = openat and evt.is_open_write = true) or evt.type = unlink",
		  FILTER_GATE_OPEN_WRITES },
		{ "evt.type = openat and (evt.is_open_write = true or r.text=/x)",
		  FILTER_GATE_OPENS_ONLY },
		{ "evt.type = openat and not evt.is_open_write = true", FILTER_GATE_OPENS_ONLY },
		{ "evt.type = openat and not evt.is_open_write = false",
		  FILTER_GATE_OPEN_WRITES | FILTER_GATE_OPENS_ONLY },
		{ "evt.type = openat", FILTER_GATE_OPENS_ONLY },
		{ "evt.is_open_write = true and proc.fdopencount > 1", FILTER_GATE_OPEN_WRITES },
		{ "evt.is_open_write = true or r.text = x", 0 },
		{ "evt.failed = true and evt.type = openat",
		  FILTER_GATE_FAILED | FILTER_GATE_OPENS_ONLY },
		{ "evt.failed = true", FILTER_GATE_FAILED },
		{ "evt.type = connect and evt.failed = true",
		  FILTER_GATE_FAILED | FILTER_GATE_OPEN_WRITES },
		{ "r.text = x", 0 },
	};

	mock_fields_add();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter_error err = { 0 };
		struct filter_set *set = compile(cases[i].text, strlen(cases[i].text), &err);
		struct filter_kinds kinds;

		ck_assert_msg(set, "%s", err.message);
		ck_assert_msg((filter_set_gates(set, &kinds) & ~(uint32_t)FILTER_GATE_NO_FILES) ==
				      cases[i].gates,
			      "%s", cases[i].text);
		filter_set_free(set);
	}
	mock_fields_remove();
}
END_TEST

/* Tables of open files are kept up only for conditions that ask them. */
START_TEST(test_gate_no_files)
{
	static const struct {
		const char *text;
		bool needs;
	} cases[] = {
		{ "evt.type = openat and fd.name = /etc/passwd", false },
		{ "evt.type = creat and fd.directory = /etc", false },
		{ "evt.type = connect and fd.sport = 22 and fd.sip = 1.2.3.4", false },
		{ "evt.type = connect and fd.l4proto = tcp", true },
		{ "evt.type = accept4 and fd.l4proto = tcp", false },
		{ "evt.type = bind and fd.type in (ipv4, ipv6)", false },
		{ "evt.type = listen and fd.type = ipv4", true },
		{ "evt.type = dup2 and evt.rawres in (0, 1) and fd.type = ipv4", true },
		{ "evt.type in (dup2, openat) and (evt.type = dup2 or fd.name = /x)", false },
		{ "evt.type = unlink and fs.path.name = /x", false },
		{ "evt.type = execve and proc.stdin.type = ipv4", false },
		{ "evt.type = openat and proc.stdin.type = ipv4", true },
		{ "evt.type = execve and fd.name = /x", false },
		{ "evt.type = read and tolower(fd.name) = /x", true },
		{ "evt.type = read and fd.num = 0", false },
		{ "fd.name = /x", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter_error err = { 0 };
		struct filter_set *set = compile(cases[i].text, strlen(cases[i].text), &err);
		struct filter_kinds kinds;
		uint32_t gates;

		ck_assert_msg(set, "%s", err.message);
		gates = filter_set_gates(set, &kinds);
		ck_assert_msg(!(gates & FILTER_GATE_NO_FILES) == cases[i].needs, "%s",
			      cases[i].text);
		filter_set_free(set);
	}
}
END_TEST

/* Feeds an openat of process 7 and evaluates. */
static bool feed(struct state *state, struct filter_set *set, struct filter_event *event)
{
	static const struct build_prefix prefix = {
		.pid = 7, .start_boot_ns = 70, .nr = 257, .ts_ns = 1000, .comm = "x"
	};
	static struct build_record record;

	build_record_init(&record, EVENT_CODE_SYSCALL_OPENAT_2_X, &prefix);
	ck_assert_int_eq(state_record(state, record.data, build_record_finish(&record)), 0);
	ck_assert(filter_event_last(event));
	return filter_set_eval(set, 0, event);
}

/* What depends on the process alone is asked once for as long as the process stays the same. */
START_TEST(test_process)
{
	static const char text[] = "evt.type = openat and (r.process = cat or r.process = vi)";
	static const struct state_source source;
	struct filter_error err = { 0 };
	struct filter_event event;
	struct filter_set *set;
	struct state *state;

	mock_fields_add();
	fill_world();
	put_text(MOCK_PROCESS, 0, "vi");
	set = compile(text, sizeof(text) - 1, &err);
	ck_assert_ptr_nonnull(set);
	ck_assert_int_eq(state_new(&(struct state_opts){ .host = "h" }, &source, &state), 0);
	ck_assert_int_eq(filter_event_init(&event, state), 0);
	for (int i = 0; i < 5; i++)
		ck_assert(feed(state, set, &event));
	ck_assert_uint_eq(mock_world.asked[MOCK_PROCESS], 1);
	put_text(MOCK_PROCESS, 0, "sh");
	ck_assert(feed(state, set, &event));
	process_changed(state, process_by_pid(state, 7));
	ck_assert(!feed(state, set, &event));
	ck_assert(!feed(state, set, &event));
	ck_assert_uint_eq(mock_world.asked[MOCK_PROCESS], 2);
	filter_set_forget(set);
	put_text(MOCK_PROCESS, 0, "cat");
	ck_assert(filter_set_eval(set, 0, &event));
	filter_event_release(&event);
	state_free(state);
	filter_set_free(set);
	mock_fields_remove();
}
END_TEST

/* Where there is no memory for programs and tables, conditions are evaluated as they are. */
START_TEST(test_little_memory)
{
	static const char text[] = "evt.type = openat and (r.process startswith cat or r.other = x)"
				   " and r.text contains anyof (run, x, y) and not r.named = z";
	struct mock_event mock;
	size_t compiled = 0;

	mock_fields_add();
	fill_world();
	mock_event_init(&mock, EVENT_CODE_SYSCALL_OPENAT_2_X, 257);
	for (size_t bytes = 16u << 10; bytes < 1u << 20; bytes += 16u << 10) {
		struct filter_set *set = NULL;
		struct filter_ast *ast = NULL;
		uint32_t id, ids[2];

		ck_assert_int_eq(filter_parse(text, sizeof(text) - 1, NULL, &ast, NULL), 0);
		if (filter_set_new(bytes, &set) == 0 &&
		    filter_compile(set, ast, NULL, &id, NULL) == 0) {
			compiled++;
			mock.filter.num++;
			ck_assert_uint_eq(filter_set_match(set, &mock.filter, ids, 2), 1);
			ck_assert(filter_set_eval(set, 0, &mock.filter));
		}
		filter_set_free(set);
		filter_ast_free(ast);
	}
	ck_assert_uint_gt(compiled, 10);
	mock_event_release(&mock);
	mock_fields_remove();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filter_compile");

	tcase_add_test(tcase, test_text_cases);
	tcase_add_test(tcase, test_shared);
	tcase_add_test(tcase, test_shared_truth);
	tcase_add_test(tcase, test_truth);
	tcase_add_test(tcase, test_gates);
	tcase_add_test(tcase, test_gate_no_files);
	tcase_add_test(tcase, test_process);
	tcase_add_test(tcase, test_little_memory);
	return run_suite("filter_compile", tcase);
}
