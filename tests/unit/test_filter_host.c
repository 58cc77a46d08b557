/* SPDX-License-Identifier: Apache-2.0 */
/* Names of hosts in conditions: where they are looked up, what is compared with them. */
#include <arpa/inet.h>
#include <check.h>
#include <string.h>
#include <sys/socket.h>

#include "field_steps.h"
#include "run_suite.h"
#include "probe/schema/render.h"
#include "state/filter/compile.h"
#include "state/filter/eval.h"
#include "state/filter/parse.h"
#include "tui/host_names.h"

static const char hosts[] = "# comment\n"
			    "127.0.0.1 localhost\n"
			    "10.0.0.2\tdb.example db   # the database\n"
			    "192.0.2.7 db\n"
			    "::ffff:10.0.0.2 mapped\n"
			    "fe80::1%eth0 link\n"
			    "nonsense db\n"
			    "\n"
			    "10.0.0.2 db\n"
			    "2001:db8::5 Six";

static size_t find(void *ctx, const char *name, struct field_ip *addresses)
{
	FILE *file = fmemopen((void *)(uintptr_t)hosts, sizeof(hosts) - 1, "r");
	size_t len;

	(void)ctx;
	ck_assert_ptr_nonnull(file);
	len = host_names_read(file, name, addresses);
	fclose(file);
	return len;
}

static const struct {
	const char *name, *addresses;
} names[] = {
	{ "localhost", "127.0.0.1 " },
	{ "db", "10.0.0.2 192.0.2.7 " },
	{ "db.example", "10.0.0.2 " },
	{ "DB.Example", "10.0.0.2 " },
	{ "six", "2001:db8::5 " },
	{ "link", "fe80::1 " },
	{ "mapped", "::ffff:10.0.0.2 " },
	{ "comment", "" },
	{ "10.0.0.2", "" },
	{ "the", "" },
	{ "d", "" },
	{ "", "" },
};

START_TEST(test_names)
{
	struct field_ip found[FILTER_HOST_ADDRESSES_MAX];
	size_t len = find(NULL, names[_i].name, found);
	char text[256];
	struct text_buf buf;

	text_buf_init(&buf, text, sizeof(text));
	for (size_t i = 0; i < len; i++) {
		char one[INET6_ADDRSTRLEN];

		ck_assert_ptr_nonnull(inet_ntop(found[i].family, found[i].bytes, one, sizeof(one)));
		text_buf_printf(&buf, "%s ", one);
	}
	ck_assert_msg(strcmp(text, names[_i].addresses) == 0, "%s: %s", names[_i].name, text);
}
END_TEST

/* cat is connected: from 10.0.0.1 to 10.0.0.2. */
static const struct {
	const char *condition;
	bool known, unknown; /* with names, and where no name is known */
} conditions[] = {
	{ "fd.sip.name = db", true, false },
	{ "fd.sip.name == DB.EXAMPLE", true, false },
	{ "fd.sip.name != db", false, true },
	{ "not fd.sip.name = db", false, true },
	{ "fd.sip.name = localhost", false, false },
	{ "fd.sip.name != localhost", true, true },
	{ "fd.sip.name in (a, b, c, db)", true, false },
	{ "fd.sip.name in (a, b, c, localhost)", false, false },
	{ "fd.sip.name in (10.0.0.9, 10.0.0.2)", true, true },
	{ "fd.sip.name = 10.0.0.2", true, true },
	{ "fd.sip.name = nowhere", false, false },
	{ "fd.sip.name != nowhere", true, true },
	{ "fd.sip.name in ()", false, false },
	{ "fd.sip.name exists", true, true },
	{ "fd.cip.name = db", false, false },
	{ "fd.cip.name = 10.0.0.1", true, true },
	{ "fd.rip.name = db", true, false },
	{ "fd.lip.name in (10.0.0.1)", true, true },
	{ "fd.sip.name = six", false, false },
	{ "fd.sip.name = anyof (six, db)", true, false },
	{ "fd.sip.name = allof (six, db)", false, false },
};

static bool holds(const char *condition, const struct filter_compile_opts *opts,
		  struct filter_event *event)
{
	struct filter_error err = { 0 };
	struct filter_ast *ast;
	struct filter_set *set;
	uint32_t id;
	bool result;

	ck_assert_msg(filter_parse(condition, strlen(condition), NULL, &ast, &err) == 0, "%s: %s",
		      condition, err.message);
	ck_assert_int_eq(filter_set_new(0, &set), 0);
	ck_assert_msg(filter_compile(set, ast, opts, &id, &err) == 0, "%s: %s", condition,
		      err.message);
	filter_ast_free(ast);
	result = filter_set_eval(set, id, event);
	filter_set_free(set);
	return result;
}

START_TEST(test_conditions)
{
	const struct filter_compile_opts opts = { .host = find };
	struct field_host host;

	field_host_init(&host);
	step_connected(&host);
	ck_assert_str_eq(field_host_value(&host, "fd.sip.name", FILTER_NAMES_CALLED), "10.0.0.2");
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		const char *text = conditions[i].condition;

		ck_assert_msg(holds(text, &opts, &host.event) == conditions[i].known, "%s", text);
		ck_assert_msg(holds(text, NULL, &host.event) == conditions[i].unknown,
			      "without names: %s", text);
	}
	/* A file has no address: nothing is true of it. */
	step_open_file(&host);
	ck_assert(!holds("fd.sip.name != db", &opts, &host.event));
	field_host_release(&host);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filter_host");

	tcase_add_loop_test(tcase, test_names, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_test(tcase, test_conditions);
	return run_suite("filter_host", tcase);
}
