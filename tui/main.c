/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program: parse, check, open what needs privileges, drop them, run one mode. All that a user
 * wrote is checked before anything is loaded. Status: see --help.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "check.h"
#include "check_condition.h"
#include "config.h"
#include "doctor.h"
#include "list.h"
#include "live.h"
#include "option_value.h"
#include "options.h"
#include "output.h"
#include "probe/schema/render.h"
#include "text.h"
#include "usage.h"

#define STATUS_USAGE 2

/* The sentence may hold bytes of files and arguments. */
static int usage_failure(const struct usage_error *err)
{
	char safe[4 * sizeof(err->text)];
	struct text_buf buf;

	text_buf_init(&buf, safe, sizeof(safe));
	text_buf_add_safe(&buf, err->text, strlen(err->text));
	fprintf(stderr, "saker: %s\n", safe);
	return STATUS_USAGE;
}

/* The status of a mode that only prints: 1 when its output could not be written. */
static int finish_output(int status)
{
	int rc = output_close(stdout);

	if (rc == 0 || rc == -EPIPE)
		return rc == 0 ? status : 0;
	output_say(NULL, rc);
	return 1;
}

static int check_condition(const struct options *options)
{
	enum check_depth depth = options->syntax ? CHECK_SYNTAX : CHECK_ALL;

	if (options->format == FORMAT_JSON)
		return check_condition_json(options->expr, depth, stdout);
	return check_condition_text(options->expr, depth, stdout, stderr);
}

int main(int argc, char **argv)
{
	struct usage_error err = { "" };
	struct options options;
	int rc;

	text_take_locale();
	if (options_parse(&options, argc, argv, &err) < 0)
		return usage_failure(&err);
	signal(SIGPIPE, SIG_IGN);
	if (options.help || options.version) {
		if (options.help)
			usage_print(stdout);
		else
			puts("saker " SAKER_VERSION);
		return finish_output(0);
	}
	switch (options.mode) {
	case MODE_LIST:
		rc = list_run(stdout, &options, &err);
		return rc < 0 ? usage_failure(&err) : finish_output(0);
	case MODE_CHECK:
		rc = options.expr ? check_condition(&options) : check_run(stdout, &options);
		if (rc < 0)
			return option_fail(&err, "check: %s", strerror(-rc)), usage_failure(&err);
		return finish_output(rc);
	case MODE_DOCTOR: return finish_output(doctor_run(stdout, options.format == FORMAT_JSON));
	case MODE_MONITOR:
	case MODE_BATCH:
	case MODE_RECORD:
	case MODE_ALERTS:
	case MODE_STREAM: rc = live_run(&options, &err); return rc < 0 ? usage_failure(&err) : rc;
	case MODE_COUNT: break;
	}
	return STATUS_USAGE;
}
