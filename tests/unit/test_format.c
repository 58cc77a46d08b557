/* SPDX-License-Identifier: Apache-2.0 */
/* Output formats: the cases of tests/cases/format.txt, and what these cannot say. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "field_host.h"
#include "run_suite.h"
#include "state/filter/format.h"

#define CASES "tests/cases/format.txt"
#define CASES_MAX 256
#define CASES_BYTES 65536
#define LINE_MAX_BYTES 1024
#define VALUES_MAX 8

struct format_case {
	unsigned line; /* of its format */
	char *format, *process, *text, *json, *plain, *error;
	char *values[VALUES_MAX];
	unsigned values_len;
	bool partial, accept;
};

static struct format_case cases[CASES_MAX];
static int cases_len;

static void take_line(struct format_case *c, char *key, char *value, unsigned line)
{
	if (!strcmp(key, "format")) {
		c->format = value;
		c->line = line;
	} else if (!strcmp(key, "process")) {
		c->process = value;
	} else if (!strcmp(key, "text")) {
		c->text = value;
	} else if (!strcmp(key, "json")) {
		c->json = value;
	} else if (!strcmp(key, "plain")) {
		c->plain = value;
	} else if (!strcmp(key, "error")) {
		c->error = value;
	} else if (!strcmp(key, "value") && c->values_len < VALUES_MAX) {
		c->values[c->values_len++] = value;
	} else if (!strcmp(key, "partial")) {
		c->partial = true;
	} else if (!strcmp(key, "accept")) {
		c->accept = true;
	} else {
		fprintf(stderr, CASES ":%u: no such key: %s\n", line, key);
		abort();
	}
}

static void read_cases(void)
{
	static char text[CASES_BYTES]; /* the cases point into it */
	FILE *file = fopen(CASES, "r");
	char *at = text, *next;
	unsigned line = 0;
	size_t len;

	if (!file) {
		perror(CASES);
		abort();
	}
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	if (len == sizeof(text) - 1)
		abort();
	for (; *at; at = next) {
		char *colon;

		line++;
		next = at + strcspn(at, "\n");
		if (*next)
			*next++ = '\0';
		if (*at == '#')
			continue;
		if (!*at) {
			cases_len += cases[cases_len].format != NULL;
			continue;
		}
		colon = strchr(at, ':');
		*colon = '\0';
		take_line(&cases[cases_len], at, colon[1] ? colon + 2 : colon + 1, line);
	}
	cases_len += cases[cases_len].format != NULL;
}

static void make_process(struct field_host *host, uint32_t pid, const char *comm, const char *exe)
{
	field_host_begin_of(host, pid, "SYSCALL_EXECVE_19_X", "execve", 0);
	host->record.prefix.ppid = pid - 1;
	host->record.prefix.start_boot_ns = pid * HOST_SECOND;
	host->record.prefix.comm = comm;
	build_record_int(&host->record, 0);
	build_record_text(&host->record, exe);
	field_host_apply(host);
}

static void seed_files(struct field_host *host, uint32_t pid)
{
	struct file_sample file = {
		.pid = pid,
		.start_boot_ns = pid * HOST_SECOND,
		.mode = 0100644,
		.path_len = 2,
	};

	state_file(host->state, &file, "/a");
	file.fd = 2;
	file.mode = 010600;
	state_file(host->state, &file, "/p");
}

/* mkdir("/test/dir") by one of init - bash - cat, or by one with a hostile name. */
static void make_event(struct field_host *host, const char *process)
{
	uint32_t pid = !process ? 1 : !strcmp(process, "cat") ? 3 : 4;

	field_host_init_empty(host);
	make_process(host, 1, "init", "/sbin/init");
	make_process(host, 2, "bash", "bash");
	make_process(host, 3, "cat", "cat");
	make_process(host, 4, "evil", "a\x1b[31m\"\\\xc3\xa9");
	seed_files(host, pid);
	field_host_begin_of(host, pid, "SYSCALL_MKDIR_2_X", "mkdir", 0);
	host->record.prefix.ppid = pid - 1;
	host->record.prefix.start_boot_ns = pid * HOST_SECOND;
	host->record.prefix.comm = "?";
	host->record.prefix.tid = pid;
	build_record_int(&host->record, 0);
	build_record_text(&host->record, "/test/dir");
	build_record_int(&host->record, 0755);
	host->record.prefix.comm = pid == 1 ? "init" : pid == 3 ? "cat" : "evil";
	field_host_apply(host);
}

static void check_values(struct field_host *host, const struct format_case *c)
{
	unsigned i;

	for (i = 0; i < c->values_len; i++) {
		char text[LINE_MAX_BYTES], got[LINE_MAX_BYTES];
		char *equals = strchr(c->values[i], '=');
		struct format *format;
		struct text_buf buf;

		if (strchr(c->values[i], '>') && strstr(c->values[i], "join("))
			continue; /* a canonical name need not be a format: its quotes are gone */
		snprintf(text, sizeof(text), "*%%%.*s", (int)(equals - c->values[i]), c->values[i]);
		ck_assert_msg(format_compile(text, strlen(text), &format, NULL) == 0,
			      CASES ":%u: %s", c->line, text);
		text_buf_init(&buf, got, sizeof(got));
		format_render(format, &host->event, &buf);
		ck_assert_msg(!strcmp(got, equals + 1), CASES ":%u: %s is %s", c->line,
			      c->values[i], got);
		format_free(format);
	}
}

static void check_output(struct field_host *host, struct format *format,
			 const struct format_case *c)
{
	char got[LINE_MAX_BYTES * 4];
	struct text_buf buf;
	bool all;

	text_buf_init(&buf, got, sizeof(got));
	all = format_render(format, &host->event, &buf);
	ck_assert_msg(all == !c->partial, CASES ":%u: all fields: %d", c->line, all);
	/* A blank at the end cannot be seen in the file: a bar stands behind it. */
	if (c->text && c->partial)
		text_buf_add(&buf, "|");
	ck_assert_msg(!c->text || !strcmp(got, c->text), CASES ":%u: \"%s\"", c->line, got);
	text_buf_init(&buf, got, sizeof(got));
	all = format_render_json(format, &host->event, &buf);
	ck_assert_msg(all == !c->partial, CASES ":%u: all fields: %d", c->line, all);
	ck_assert_msg(!c->json || !strcmp(got, c->json), CASES ":%u: %s", c->line, got);
	text_buf_init(&buf, got, sizeof(got));
	format_render_json_plain(format, &host->event, &buf);
	ck_assert_msg(!c->plain || !strcmp(got, c->plain), CASES ":%u: %s", c->line, got);
}

START_TEST(text_case)
{
	const struct format_case *c = &cases[_i];
	struct field_host *host = malloc(sizeof(*host));
	struct filter_error err = { .message = "" };
	struct format *format = NULL;
	int r;

	ck_assert_ptr_nonnull(host);
	make_event(host, c->process);
	r = format_compile(c->format, strlen(c->format), &format, &err);
	if (c->error) {
		ck_assert_msg(r == -EINVAL, CASES ":%u: is accepted", c->line);
		ck_assert_msg(strstr(err.message, c->error) && err.message[0], CASES ":%u: %s",
			      c->line, err.message);
	} else {
		ck_assert_msg(r == 0, CASES ":%u: %s", c->line, err.message);
		check_output(host, format, c);
		check_values(host, c);
	}
	format_free(format);
	field_host_release(host);
	free(host);
}
END_TEST

/* Places of errors, and the nearest name. */
START_TEST(places)
{
	static const struct {
		const char *format;
		unsigned index;
		const char *nearest;
	} wrongs[] = {
		{ "ab %proc.nam", 4, "proc.name" },
		{ "%proc.name %evt.nmu", 12, "evt.num" },
		{ "%proc.name %", 12, "" },
		{ "x %toupper(proc.nam)", 11, "proc.name" },
	};
	struct filter_error err;
	struct format *format;
	size_t i;

	for (i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		memset(&err, 0, sizeof(err));
		ck_assert_int_eq(
			format_compile(wrongs[i].format, strlen(wrongs[i].format), &format, &err),
			-EINVAL);
		ck_assert_msg(err.pos.index == wrongs[i].index, "%s: %u", wrongs[i].format,
			      err.pos.index);
		ck_assert_str_eq(err.nearest, wrongs[i].nearest);
	}
}
END_TEST

START_TEST(names)
{
	static const char text[] = "%proc.name %2toupper( proc.name ) %evt.arg[0]";
	struct format *format;

	ck_assert_int_eq(format_compile(text, sizeof(text) - 1, &format, NULL), 0);
	ck_assert_uint_eq(format_fields_len(format), 3);
	ck_assert_str_eq(format_field_name(format, 0), "proc.name");
	ck_assert_str_eq(format_field_name(format, 1), "toupper(proc.name)");
	ck_assert_str_eq(format_field_name(format, 2), "evt.arg[0]");
	ck_assert_ptr_null(format_field_name(format, 3));
	format_free(format);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("format");

	setenv("TZ", "UTC", 1);
	tzset();
	read_cases();
	tcase_add_loop_test(tcase, text_case, 0, cases_len);
	tcase_add_test(tcase, places);
	tcase_add_test(tcase, names);
	return run_suite("format", tcase);
}
