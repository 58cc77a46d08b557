/* SPDX-License-Identifier: Apache-2.0 */
/* The values of options: one function per row of options.def checks a text and stores it. */
#include "option_value.h"

#include <ctype.h>
#include <pwd.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "state/base/nearest.h"
#include "state/filter/format.h"

#define NS_PER_S 1000000000ull
#define DURATION_MAX_NS (3600 * NS_PER_S)
#define MEMORY_MIN (16u << 20)
/* Largest pid_max of a 64-bit kernel (PID_MAX_LIMIT, include/linux/threads.h). */
#define PID_LIMIT 4194304u

int option_fail(struct usage_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return -EINVAL;
}

/* The probe's sentence names the value itself. */
static int fail_probe(struct option_value *input, const struct probe_error *probe_err)
{
	return option_fail(input->err, "%s: %s%s%s", input->what, probe_err->what,
			   *probe_err->remedy ? "; " : "", probe_err->remedy);
}

static int parse_whole(struct option_value *input, const char *value, uint64_t min, uint64_t max,
		       uint64_t *ret_value)
{
	uint64_t number;

	if (number_whole(value, &number) < 0 || number < min || number > max)
		return max == UINT64_MAX
			       ? option_fail(input->err,
					     "%s %s: expected a whole number, at least %llu",
					     input->what, value, (unsigned long long)min)
			       : option_fail(input->err,
					     "%s %s: expected a whole number, %llu to %llu",
					     input->what, value, (unsigned long long)min,
					     (unsigned long long)max);
	*ret_value = number;
	return 0;
}

static int parse_seconds(struct option_value *input, const char *value, uint64_t *ret_ns)
{
	uint64_t ns;

	if (number_seconds(value, &ns) < 0 || ns < SECONDS_MIN_NS || ns > SECONDS_MAX * NS_PER_S)
		return option_fail(input->err, "%s %s: expected seconds, 0.1 to %u", input->what,
				   value, SECONDS_MAX);
	*ret_ns = ns;
	return 0;
}

static int parse_size(struct option_value *input, const char *value, uint64_t *ret_bytes)
{
	if (number_size(value, ret_bytes) < 0)
		return option_fail(
			input->err,
			"%s %s: expected a size: a whole number, then K, M, G or nothing",
			input->what, value);
	return 0;
}

int option_set_pid(struct option_value *input, const char *value)
{
	struct probe_scope *scope = &input->options->scope;
	uint64_t pid = 0;
	int rc = parse_whole(input, value, 1, PID_LIMIT, &pid);

	if (rc < 0)
		return rc;
	if (scope->pids_len == PROBE_SCOPE_MAX)
		return option_fail(input->err, "%s %s: at most %d processes", input->what, value,
				   PROBE_SCOPE_MAX);
	scope->pids[scope->pids_len++] = (pid_t)pid;
	return 0;
}

int option_set_line_format(struct option_value *input, const char *value)
{
	struct filter_error err = { .message = "", .nearest = "" };
	struct format *format;
	int rc = *value ? format_compile(value, strlen(value), &format, &err) : -ENODATA;

	if (rc == -ENODATA)
		return option_fail(input->err, "%s: expected text with fields, as %%proc.name",
				   input->what);
	if (rc < 0)
		return option_fail(input->err, "%s: character %u: %s%s%s%s", input->what,
				   err.pos.index + 1, err.message,
				   err.nearest[0] ? "; did you mean " : "", err.nearest,
				   err.nearest[0] ? "?" : "");
	format_free(format);
	input->options->line_format = value;
	return 0;
}

int option_set_no_children(struct option_value *input, const char *value)
{
	input->options->scope.children = false;
	return 0;
}

static int unknown_user(struct option_value *input, const char *value)
{
	struct nearest nearest;
	char best[64] = "";
	struct passwd *entry;

	setpwent();
	while ((entry = getpwent())) {
		/* The entry is gone at the next call: what is offered is copied when it wins. */
		char name[sizeof(best)];

		snprintf(name, sizeof(name), "%s", entry->pw_name);
		nearest = (struct nearest){ .wrong = value };
		if (*best)
			nearest_offer(&nearest, best);
		nearest_offer(&nearest, name);
		if (nearest.best == name)
			memcpy(best, name, sizeof(best));
	}
	endpwent();
	return option_fail(input->err, "%s %s: no such user%s%s%s", input->what, value,
			   *best ? "; did you mean " : "", best, *best ? "?" : "");
}

int option_set_user(struct option_value *input, const char *value)
{
	struct probe_scope *scope = &input->options->scope;
	struct passwd *entry;
	uint64_t uid = 0;

	if (number_whole(value, &uid) < 0) {
		entry = getpwnam(value);
		if (!entry)
			return unknown_user(input, value);
		uid = entry->pw_uid;
	}
	/* (uid_t)-1 means "no user" everywhere in the kernel. */
	if (uid >= UINT32_MAX)
		return option_fail(input->err, "%s %s: expected a user id below %u", input->what,
				   value, UINT32_MAX);
	if (scope->euids_len == PROBE_SCOPE_MAX)
		return option_fail(input->err, "%s %s: at most %d users", input->what, value,
				   PROBE_SCOPE_MAX);
	scope->euids[scope->euids_len++] = (uint32_t)uid;
	return 0;
}

int option_set_container(struct option_value *input, const char *value)
{
	struct container_wanted *wanted = &input->options->containers;
	size_t len;

	/* As docker inspect prints names. */
	value += *value == '/';
	len = strlen(value);
	for (size_t i = 0; i < len; i++)
		if (!isgraph((unsigned char)value[i]) || value[i] == '/')
			return option_fail(
				input->err,
				"%s: character %zu of the value is none of a container's "
				"name or id; `saker -b -v containers` lists them",
				input->what, i + 1);
	if (!len || len > CONTAINER_WANTED_BYTES)
		return option_fail(input->err,
				   "%s %.40s: expected a container's name, its id, at least the "
				   "first %d digits of it, or host",
				   input->what, value, CONTAINER_DIGITS_MIN);
	if (wanted->len == CONTAINER_WANTED_MAX)
		return option_fail(input->err, "%s %s: at most %d containers", input->what, value,
				   CONTAINER_WANTED_MAX);
	memcpy(wanted->values[wanted->len++], value, len + 1);
	input->options->scope.by_cgroup = true;
	return 0;
}

int option_set_comm(struct option_value *input, const char *value)
{
	struct probe_scope *scope = &input->options->scope;
	size_t len = strlen(value);

	if (len == 0 || len >= RECORD_COMM_LEN)
		return option_fail(input->err,
				   "%s %s: expected a command name of 1 to %d bytes, this has %zu",
				   input->what, value, RECORD_COMM_LEN - 1, len);
	if (scope->comms_len == PROBE_SCOPE_MAX)
		return option_fail(input->err, "%s %s: at most %d names", input->what, value,
				   PROBE_SCOPE_MAX);
	memcpy(scope->comms[scope->comms_len++], value, len + 1);
	return 0;
}

int option_set_batch(struct option_value *input, const char *value)
{
	return 0; /* options.given says so; see finish() */
}

static int set_name(struct option_value *input, const char *value, char *name, char *from)
{
	const size_t size = sizeof(input->options->view);

	if (!*value || strlen(value) >= size)
		return option_fail(input->err, "%s %s: expected a name of 1 to %zu bytes",
				   input->what, value, size - 1);
	snprintf(name, size, "%s", value);
	snprintf(from, sizeof(input->options->view_from), "%s", input->from);
	return 0;
}

int option_set_view(struct option_value *input, const char *value)
{
	return set_name(input, value, input->options->view, input->options->view_from);
}

int option_set_theme(struct option_value *input, const char *value)
{
	return set_name(input, value, input->options->theme, input->options->theme_from);
}

int option_set_delay(struct option_value *input, const char *value)
{
	return parse_seconds(input, value, &input->options->delay_ns);
}

int option_set_limit(struct option_value *input, const char *value)
{
	return parse_whole(input, value, 1, UINT64_MAX, &input->options->count);
}

int option_set_stop(struct option_value *input, const char *value)
{
	return parse_seconds(input, value, &input->options->stop_ns);
}

int option_set_format(struct option_value *input, const char *value)
{
	static const char *const names[] = {
		[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", [FORMAT_CSV] = "csv"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(value, names[i]) == 0) {
			input->options->format = (enum option_format)i;
			return 0;
		}
	return option_fail(input->err, "%s %s: expected text, json or csv", input->what, value);
}

int option_set_rules(struct option_value *input, const char *value)
{
	struct option_words *rules = &input->options->rules;

	if (rules->len == OPTION_WORDS_MAX)
		return option_fail(input->err, "%s: at most %d times; name a folder of files",
				   input->what, OPTION_WORDS_MAX);
	rules->items[rules->len++] = value;
	return 0;
}

int option_set_no_default_rules(struct option_value *input, const char *value)
{
	input->options->no_default_rules = true;
	return 0;
}

int option_set_priority(struct option_value *input, const char *value)
{
	if (rule_priority_parse(value, &input->options->min_priority) < 0)
		return option_fail(input->err,
				   "%s %s: expected emergency, alert, critical, error, warning, "
				   "notice, informational or debug",
				   input->what, value);
	return 0;
}

int option_set_names(struct option_value *input, const char *value)
{
	if (strcmp(value, "called") == 0)
		input->options->names = RULES_NAMES_CALLED;
	else if (strcmp(value, "both") == 0)
		input->options->names = RULES_NAMES_BOTH;
	else
		return option_fail(input->err, "%s %s: expected called or both", input->what,
				   value);
	return 0;
}

int option_set_readonly(struct option_value *input, const char *value)
{
	input->options->readonly = true;
	return 0;
}

int option_set_rule_matching(struct option_value *input, const char *value)
{
	if (strcmp(value, "first") == 0)
		input->options->which = RULES_FIRST;
	else if (strcmp(value, "all") == 0)
		input->options->which = RULES_ALL;
	else
		return option_fail(input->err, "%s %s: expected first or all", input->what, value);
	return 0;
}

int option_set_alerts(struct option_value *input, const char *value)
{
	if (!*value)
		return option_fail(input->err, "%s: expected a file", input->what);
	input->options->alerts = value;
	return 0;
}

int option_set_alerts_syslog(struct option_value *input, const char *value)
{
	input->options->alerts_syslog = true;
	return 0;
}

int option_set_alerts_format(struct option_value *input, const char *value)
{
	if (strcmp(value, "text") == 0)
		input->options->alerts_format = FORMAT_TEXT;
	else if (strcmp(value, "json") == 0)
		input->options->alerts_format = FORMAT_JSON;
	else
		return option_fail(input->err, "%s %s: expected text or json", input->what, value);
	return 0;
}

int option_set_syslog_socket(struct option_value *input, const char *value)
{
	if (*value != '/')
		return option_fail(input->err, "%s %s: expected the path of a socket", input->what,
				   value);
	input->options->syslog_socket = value;
	return 0;
}

int option_set_throttle(struct option_value *input, const char *value)
{
	uint64_t ns;

	if (number_seconds(value, &ns) < 0 || (ns && ns < SECONDS_MIN_NS) ||
	    ns > SECONDS_MAX * NS_PER_S)
		return option_fail(input->err, "%s %s: expected seconds, 0 or 0.1 to %u",
				   input->what, value, SECONDS_MAX);
	input->options->throttle_ns = ns;
	return 0;
}

int option_set_expr(struct option_value *input, const char *value)
{
	input->options->expr = value;
	return 0;
}

int option_set_syntax(struct option_value *input, const char *value)
{
	input->options->syntax = true;
	return 0;
}

int option_set_json(struct option_value *input, const char *value)
{
	input->options->format = FORMAT_JSON;
	return 0;
}

static int take_file(struct option_value *input, const char *value, const char **name)
{
	if (!*value)
		return option_fail(input->err, "%s: expected a file name", input->what);
	*name = value;
	return 0;
}

int option_set_output(struct option_value *input, const char *value)
{
	return take_file(input, value, &input->options->output);
}

int option_set_read(struct option_value *input, const char *value)
{
	return take_file(input, value, &input->options->read);
}

int option_set_write(struct option_value *input, const char *value)
{
	return take_file(input, value, &input->options->write);
}

int option_set_buffer_size(struct option_value *input, const char *value)
{
	struct probe_error probe_err = { 0 };
	uint64_t bytes = 0;
	int rc = parse_size(input, value, &bytes);

	if (rc < 0)
		return rc;
	if (probe_check_buffer_bytes(bytes, &probe_err) < 0)
		return fail_probe(input, &probe_err);
	input->options->probe.buffer_bytes = bytes;
	return 0;
}

int option_set_buffer_preset(struct option_value *input, const char *value)
{
	struct probe_error probe_err = { 0 };
	uint64_t preset = 0;
	int rc = parse_whole(input, value, 0, UINT64_MAX, &preset);

	if (rc < 0)
		return rc;
	if (probe_check_buffer_preset(preset, &input->options->probe.buffer_bytes, &probe_err) < 0)
		return fail_probe(input, &probe_err);
	return 0;
}

int option_set_cpus_per_buffer(struct option_value *input, const char *value)
{
	struct probe_opts *probe = &input->options->probe;
	struct probe_error probe_err = { 0 };
	uint64_t cpus = 0;
	int rc = parse_whole(input, value, 0, UINT64_MAX, &cpus);

	if (rc < 0)
		return rc;
	if (probe_check_cpus_per_buffer(cpus, &probe_err) < 0)
		return fail_probe(input, &probe_err);
	probe->cpus_per_buffer = (unsigned)cpus;
	probe->cpus_per_buffer_set = true;
	return 0;
}

int option_set_snaplen(struct option_value *input, const char *value)
{
	struct probe_error probe_err = { 0 };
	uint64_t bytes = 0;
	int rc = parse_whole(input, value, 0, UINT64_MAX, &bytes);

	if (rc < 0)
		return rc;
	if (probe_check_snaplen(bytes, &probe_err) < 0)
		return fail_probe(input, &probe_err);
	input->options->probe.snaplen = (unsigned)bytes;
	return 0;
}

int option_set_host_root(struct option_value *input, const char *value)
{
	size_t len = strlen(value);
	char *root = input->options->host_root;

	while (len && value[len - 1] == '/')
		len--;
	if (*value != '/' || len >= sizeof(input->options->host_root))
		return option_fail(
			input->err,
			"%s %.60s: expected the absolute path of a folder, of at most %zu "
			"bytes",
			input->what, value, sizeof(input->options->host_root) - 1);
	memcpy(root, value, len);
	root[len] = '\0';
	return 0;
}

int option_set_memory(struct option_value *input, const char *value)
{
	uint64_t bytes = 0;
	int rc = parse_size(input, value, &bytes);

	if (rc < 0)
		return rc;
	if (bytes < MEMORY_MIN || bytes > SIZE_MAX / 2)
		return option_fail(input->err, "%s %s: expected at least 16M", input->what, value);
	input->options->memory_bytes = bytes;
	return 0;
}

int option_set_config(struct option_value *input, const char *value)
{
	if (!*value)
		return option_fail(input->err, "%s: expected a file name", input->what);
	input->options->config = value;
	return 0;
}

int option_set_help(struct option_value *input, const char *value)
{
	input->options->help = true;
	return 0;
}

int option_set_version(struct option_value *input, const char *value)
{
	input->options->version = true;
	return 0;
}

int option_set_failed(struct option_value *input, const char *value)
{
	input->options->failed = true;
	return 0;
}

int option_set_min_duration(struct option_value *input, const char *value)
{
	uint64_t ns;

	if (number_duration(value, &ns) < 0 || ns == 0 || ns > DURATION_MAX_NS)
		return option_fail(input->err,
				   "%s %s: expected a duration above 0, at most 3600s: "
				   "milliseconds, or a number with ns, us, ms or s",
				   input->what, value);
	input->options->min_duration_ns = ns;
	return 0;
}

int option_set_events(struct option_value *input, const char *value)
{
	uint32_t kinds = 0;

	for (const char *at = value;; at++) {
		size_t len = strcspn(at, ",");
		int kind = probe_kind_by_name(at, len);

		if (kind < 0)
			return option_fail(input->err,
					   "%s %s: '%.*s' is none of signals, faults, switches",
					   input->what, value, (int)len, at);
		kinds |= 1u << kind;
		at += len;
		if (!*at)
			break;
	}
	input->options->probe.kinds = kinds;
	return 0;
}
