/* SPDX-License-Identifier: Apache-2.0 */
/* The command line and the config file: what is taken, and the exact sentence for what is not. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/config.h"
#include "tui/number.h"
#include "tui/options.h"

#define WORDS_MAX 40
#define NS_PER_S 1000000000ull

/* A line split at blanks; "''" is an empty word. */
struct line {
	char text[1024];
	char *words[WORDS_MAX];
	int len;
};

static void line_split(struct line *line, const char *text)
{
	char *saved;

	ck_assert_uint_lt(strlen(text), sizeof(line->text));
	strncpy(line->text, text, sizeof(line->text) - 1);
	line->text[sizeof(line->text) - 1] = '\0';
	line->len = 0;
	for (char *word = strtok_r(line->text, " ", &saved); word;
	     word = strtok_r(NULL, " ", &saved)) {
		ck_assert_int_lt(line->len, WORDS_MAX - 1);
		line->words[line->len++] = strcmp(word, "''") == 0 ? "" : word;
	}
	line->words[line->len] = NULL;
}

static int parse(const char *text, struct line *line, struct options *options,
		 struct usage_error *err)
{
	line_split(line, text);
	err->text[0] = '\0';
	return options_parse(options, line->len, line->words, err);
}

struct wrong_case {
	const char *line;
	const char *error;
};

/* Every option with a wrong value, every way to combine what does not go together. */
static const struct wrong_case wrong_cases[] = {
	{ "saker alerts --rules a evt.type=open",
	  "alerts: evt.type=open: rules say what is wanted; FILTER is for the other modes" },
	{ "saker alerts --priority hot",
	  "--priority hot: expected emergency, alert, critical, error, warning, notice, "
	  "informational or debug" },
	{ "saker alerts --names all", "--names all: expected called or both" },
	{ "saker -p", "-p needs a value: PID" },
	{ "saker -p 0", "-p 0: expected a whole number, 1 to 4194304" },
	{ "saker -p ''", "-p : expected a whole number, 1 to 4194304" },
	{ "saker -p -5", "-p -5: expected a whole number, 1 to 4194304" },
	{ "saker -p 12x", "-p 12x: expected a whole number, 1 to 4194304" },
	{ "saker -p 4194305", "-p 4194305: expected a whole number, 1 to 4194304" },
	{ "saker -p 99999999999999999999",
	  "-p 99999999999999999999: expected a whole number, 1 to 4194304" },
	{ "saker -p 1 -p 2 -p 3 -p 4 -p 5 -p 6 -p 7 -p 8 -p 9 -p 10 -p 11 -p 12 -p 13 -p 14 -p 15 "
	  "-p 16 -p 17",
	  "-p 17: at most 16 processes" },
	{ "saker -p1 -p2 -p3 -p4 -p5 -p6 -p7 -p8 -p9 -p10 -p11 -p12 -p13 -p14 -p15 -p16 -- true",
	  "-p: at most 15 processes beside COMMAND" },
	{ "saker --no-children", "--no-children needs -p PID or -- COMMAND" },
	{ "saker --no-children=yes -p 5", "--no-children takes no value" },
	{ "saker -u", "-u needs a value: USER" },
	{ "saker -u rooot", "-u rooot: no such user; did you mean root?" },
	{ "saker -u ''", "-u : no such user" },
	{ "saker -u zzzzqqqqzzzz", "-u zzzzqqqqzzzz: no such user" },
	{ "saker -u 4294967295", "-u 4294967295: expected a user id below 4294967295" },
	{ "saker --comm", "--comm needs a value: NAME" },
	{ "saker --comm ''", "--comm : expected a command name of 1 to 15 bytes, this has 0" },
	{ "saker --comm 1234567890123456",
	  "--comm 1234567890123456: expected a command name of 1 to 15 bytes, this has 16" },
	{ "saker -b stream", "-b and stream exclude each other" },
	{ "saker list -b views", "-b and list exclude each other" },
	{ "saker -b=1", "unknown option -=" },
	{ "saker -v", "-v needs a value: VIEW" },
	{ "saker --view ''", "--view : expected a name of 1 to 31 bytes" },
	{ "saker -v 12345678901234567890123456789012",
	  "-v 12345678901234567890123456789012: expected a name of 1 to 31 bytes" },
	{ "saker stream -v opens",
	  "-v, --view VIEW does not go with stream; it goes with: monitor, -b" },
	{ "saker -d", "-d needs a value: SECS" },
	{ "saker -d 0", "-d 0: expected seconds, 0.1 to 1000000" },
	{ "saker -d 0.09", "-d 0.09: expected seconds, 0.1 to 1000000" },
	{ "saker -d -1", "-d -1: expected seconds, 0.1 to 1000000" },
	{ "saker -d 1,5", "-d 1,5: expected seconds, 0.1 to 1000000" },
	{ "saker -d 1s", "-d 1s: expected seconds, 0.1 to 1000000" },
	{ "saker -d nan", "-d nan: expected seconds, 0.1 to 1000000" },
	{ "saker -d .", "-d .: expected seconds, 0.1 to 1000000" },
	{ "saker -d 1.0000000001", "-d 1.0000000001: expected seconds, 0.1 to 1000000" },
	{ "saker -d 1000001", "-d 1000001: expected seconds, 0.1 to 1000000" },
	{ "saker -d 99999999999999999999",
	  "-d 99999999999999999999: expected seconds, 0.1 to 1000000" },
	{ "saker stream -d 1", "-d SECS does not go with stream; it goes with: monitor, -b" },
	{ "saker stream --min-duration 0",
	  "--min-duration 0: expected a duration above 0, at most 3600s: milliseconds, or a number "
	  "with ns, us, ms or s" },
	{ "saker stream --min-duration -1",
	  "--min-duration -1: expected a duration above 0, at most 3600s: milliseconds, or a "
	  "number with ns, us, ms or s" },
	{ "saker stream --min-duration 5x",
	  "--min-duration 5x: expected a duration above 0, at most 3600s: milliseconds, or a "
	  "number with ns, us, ms or s" },
	{ "saker stream --min-duration 1.5ns",
	  "--min-duration 1.5ns: expected a duration above 0, at most 3600s: milliseconds, or a "
	  "number with ns, us, ms or s" },
	{ "saker stream --min-duration 3600.1s",
	  "--min-duration 3600.1s: expected a duration above 0, at most 3600s: milliseconds, or a "
	  "number with ns, us, ms or s" },
	{ "saker stream --min-duration 1e3",
	  "--min-duration 1e3: expected a duration above 0, at most 3600s: milliseconds, or a "
	  "number with ns, us, ms or s" },
	{ "saker stream --min-duration .",
	  "--min-duration .: expected a duration above 0, at most 3600s: milliseconds, or a number "
	  "with ns, us, ms or s" },
	{ "saker stream --min-duration 18446744073709551616",
	  "--min-duration 18446744073709551616: expected a duration above 0, at most 3600s: "
	  "milliseconds, or a number with ns, us, ms or s" },
	{ "saker stream --min-duration", "--min-duration needs a value: MS" },
	{ "saker -b --failed", "--failed does not go with -b; it goes with: stream, record" },
	{ "saker stream --failed=1", "--failed takes no value" },
	{ "saker -b -n", "-n needs a value: COUNT" },
	{ "saker -b -n 0", "-n 0: expected a whole number, at least 1" },
	{ "saker -b -n -1", "-n -1: expected a whole number, at least 1" },
	{ "saker -b -n 1.5", "-n 1.5: expected a whole number, at least 1" },
	{ "saker -b -n 18446744073709551616",
	  "-n 18446744073709551616: expected a whole number, at least 1" },
	{ "saker list -n 3 views",
	  "-n COUNT does not go with list; it goes with: monitor, -b, stream, record, alerts" },
	{ "saker -b -M 0", "-M 0: expected seconds, 0.1 to 1000000" },
	{ "saker doctor -M 5",
	  "-M SECS does not go with doctor; it goes with: monitor, -b, stream, record, alerts" },
	{ "saker -b --format", "--format needs a value: text|json|csv" },
	{ "saker -b --format xml", "--format xml: expected text, json or csv" },
	{ "saker -b --format JSON", "--format JSON: expected text, json or csv" },
	{ "saker stream --format csv", "--format csv goes with -b only" },
	{ "saker doctor --format csv", "--format csv goes with -b only" },
	{ "saker --json", "--json does not go with monitor; it goes with: -b, stream, alerts, "
			  "list, check, doctor" },
	{ "saker -b --json=1", "--json takes no value" },
	{ "saker -b --output", "--output needs a value: FILE" },
	{ "saker -b --output ''", "--output: expected a file name" },
	{ "saker doctor --output x",
	  "--output FILE does not go with doctor; it goes with: -b, stream, alerts" },
	{ "saker --theme", "--theme needs a value: NAME" },
	{ "saker --theme=", "--theme : expected a name of 1 to 31 bytes" },
	{ "saker -b --theme dark", "--theme NAME does not go with -b; it goes with: monitor" },
	{ "saker --buffer-size", "--buffer-size needs a value: N[K|M|G]" },
	{ "saker --buffer-size 8MB",
	  "--buffer-size 8MB: expected a size: a whole number, then K, M, G or nothing" },
	{ "saker --buffer-size M",
	  "--buffer-size M: expected a size: a whole number, then K, M, G or nothing" },
	{ "saker --buffer-size 99999999999G",
	  "--buffer-size 99999999999G: expected a size: a whole number, then K, M, G or nothing" },
	{ "saker --buffer-size 0", "--buffer-size: buffer size 0 is less than the smallest, 1M; "
				   "the nearest valid size is 1M" },
	{ "saker --buffer-size 512K", "--buffer-size: buffer size 512K is less than the smallest, "
				      "1M; the nearest valid size is 1M" },
	{ "saker --buffer-size 3M",
	  "--buffer-size: buffer size 3M is not a power of two; the nearest valid size is 4M" },
	{ "saker --buffer-size 1G", "--buffer-size: buffer size 1G is more than the largest, 512M; "
				    "the nearest valid size is 512M" },
	{ "saker --buffer-preset", "--buffer-preset needs a value: N" },
	{ "saker --buffer-preset 0",
	  "--buffer-preset: buffer preset 0 is not in 1..10; the nearest valid preset is 1" },
	{ "saker --buffer-preset 11",
	  "--buffer-preset: buffer preset 11 is not in 1..10; the nearest valid preset is 10" },
	{ "saker --buffer-preset 2M", "--buffer-preset 2M: expected a whole number, at least 0" },
	{ "saker --cpus-per-buffer", "--cpus-per-buffer needs a value: N" },
	{ "saker --cpus-per-buffer -1",
	  "--cpus-per-buffer -1: expected a whole number, at least 0" },
	{ "saker -s", "-s needs a value: N" },
	{ "saker -s -1", "-s -1: expected a whole number, at least 0" },
	{ "saker -s 32768", "-s: 32768 bytes of data per call are more than the largest, 32767; "
			    "the nearest valid value is 32767" },
	{ "saker stream --events sig", "--events sig: 'sig' is none of signals, faults, switches" },
	{ "saker stream --events signals,",
	  "--events signals,: '' is none of signals, faults, switches" },
	{ "saker --snaplen 1K", "--snaplen 1K: expected a whole number, at least 0" },
	{ "saker --memory", "--memory needs a value: N[K|M|G]" },
	{ "saker --memory lots",
	  "--memory lots: expected a size: a whole number, then K, M, G or nothing" },
	{ "saker --memory 15M", "--memory 15M: expected at least 16M" },
	{ "saker --memory 0", "--memory 0: expected at least 16M" },
	{ "saker --config", "--config needs a value: FILE" },
	{ "saker --config=", "--config: expected a file name" },
	{ "saker doctor --config x", "--config FILE does not go with doctor; it goes with: "
				     "monitor, -b, stream, record, alerts, list" },
	{ "saker --help=all", "--help takes no value" },
	{ "saker --version=2", "--version takes no value" },
	{ "saker --tehme dark", "unknown option --tehme; did you mean --theme?" },
	{ "saker --buffersize=1M", "unknown option --buffersize; did you mean --buffer-size?" },
	{ "saker stream --rules x.yaml", "stream shows no hits of rules: --alerts FILE or "
					 "--alerts-syslog go with --rules, or saker "
					 "alerts" },
	{ "saker record -w a --rules x.yaml", "record shows no hits of rules: --alerts FILE or "
					      "--alerts-syslog go with --rules, or saker "
					      "alerts" },
	{ "saker --no-default-rules --alerts a",
	  "--no-default-rules leaves no rules; name some, as in: --no-default-rules --rules FILE" },
	{ "saker alerts --no-default-rules",
	  "--no-default-rules leaves no rules; name some, as in: --no-default-rules --rules FILE" },
	{ "saker --rules x --alerts ''", "--alerts: expected a file" },
	{ "saker --rules x --alerts-format csv", "--alerts-format csv: expected text or json" },
	{ "saker --rules x --syslog-socket log",
	  "--syslog-socket log: expected the path of a socket" },
	{ "saker --rules x --throttle 0.01",
	  "--throttle 0.01: expected seconds, 0 or 0.1 to 1000000" },
	{ "saker --rules x --throttle -1", "--throttle -1: expected seconds, 0 or 0.1 to 1000000" },
	{ "saker -b --readonly", "--readonly does not go with -b; it goes with: monitor" },
	{ "saker --rules x --rule-matching one", "--rule-matching one: expected first or all" },
	{ "saker --container", "--container needs a value: NAME|ID|host" },
	{ "saker --container ''", "--container : expected a container's name, its id, at least the "
				  "first 4 digits of it, or "
				  "host" },
	{ "saker --container a/b",
	  "--container: character 2 of the value is none of a container's name or id; `saker -b -v "
	  "containers` lists them" },
	{ "saker stream -o %evt.nun",
	  "-o: character 2: no field is called 'evt.nun'; did you mean evt.num?" },
	{ "saker stream -o ''", "-o: expected text with fields, as %proc.name" },
	{ "saker stream -o a%", "-o: character 3: the text ends in %, which begins a field" },
	{ "saker -b -o %evt.num", "-o FORMAT does not go with -b; it goes with: stream" },
	{ "saker -r", "-r needs a value: FILE" },
	{ "saker -r ''", "-r: expected a file name" },
	{ "saker -w ''", "-w: expected a file name" },
	{ "saker doctor -r x",
	  "-r FILE does not go with doctor; it goes with: monitor, -b, stream, alerts" },
	{ "saker record -w x -r y",
	  "-r FILE does not go with record; it goes with: monitor, -b, stream, alerts" },
	{ "saker list -w x views",
	  "-w FILE does not go with list; it goes with: monitor, -b, stream, record, alerts" },
	{ "saker -r x -w y", "-w FILE does not go with -r: it is about the live system" },
	{ "saker -b -r x -s 10",
	  "-s, --snaplen N does not go with -r: it is about the live system" },
	{ "saker stream -r x --buffer-size 1M",
	  "--buffer-size N[K|M|G] does not go with -r: it is about the live system" },
	{ "saker stream -r x -- true", "-- COMMAND does not go with -r" },
	{ "saker record", "record needs a file, as in: saker record -w FILE" },
	{ "saker record -w x --json",
	  "--json does not go with record; it goes with: -b, stream, alerts, list, check, doctor" },
	{ "saker record -w - -- true", "-w -: the output of COMMAND goes there too; name a file" },
	{ "saker -w -", "-w -: the monitor is on standard output; name a file" },
	{ "saker stream -w -",
	  "-w -: lines go to standard output too; give one of them a file, with "
	  "--output or -w" },
	{ "saker -bx", "unknown option -x" },
	{ "saker -\xc3\xa9", "unknown option -\xc3\xa9" },
	{ "saker ---", "unknown option ---" },
	{ "saker --=x", "unknown option --" },
	{ "saker strem", "unknown word 'strem'; did you mean stream?" },
	{ "saker doctors", "unknown word 'doctors'; did you mean doctor?" },
	{ "saker -",
	  "unknown word '-': expected stream, record, alerts, list, check, doctor, an option or "
	  "a condition" },
	{ "saker doctor now", "unexpected word 'now'" },
	{ "saker list", "list needs a subject, as in: saker list views" },
	{ "saker list views columns", "unexpected word 'columns'" },
	{ "saker list -p 5 views",
	  "-p PID does not go with list; it goes with: monitor, -b, stream, record, alerts" },
	{ "saker --", "-- needs a COMMAND" },
	{ "saker check a -e b", "check: either files or -e EXPR" },
	{ "saker check a --syntax", "--syntax goes with check -e EXPR only" },
	{ "saker check", "check needs a rule file, as in: saker check rules.yaml" },
	{ "saker check a --rules b", "--rules FILE|DIR does not go with check; it goes with: "
				     "monitor, -b, stream, record, alerts, list" },
	{ "saker --rules", "--rules needs a value: FILE|DIR" },
	{ "saker list views --rules a", "list: --rules goes with rules only" },
	{ "saker list views --no-default-rules", "list: --no-default-rules goes with rules only" },
	{ "saker check a -- true", "-- COMMAND does not go with check" },
	{ "saker doctor -- true", "-- COMMAND does not go with doctor" },
};

START_TEST(test_wrong)
{
	const struct wrong_case *test = &wrong_cases[_i];
	struct usage_error err;
	struct options options;
	struct line line;
	int rc = parse(test->line, &line, &options, &err);

	ck_assert_msg(rc == -EINVAL, "%s: returned %d", test->line, rc);
	ck_assert_msg(strcmp(err.text, test->error) == 0, "%s:\n  got    %s\n  wanted %s",
		      test->line, err.text, test->error);
}
END_TEST

/* All of struct options that a line decides, as one text. */
static void describe(const struct options *options, char *text, size_t size)
{
	size_t len = (size_t)snprintf(text, size, "mode=%d", options->mode);

#define ADD(...) len += len < size ? (size_t)snprintf(text + len, size - len, __VA_ARGS__) : 0
	if (options->help)
		ADD(" help");
	if (options->version)
		ADD(" version");
	for (size_t i = 0; i < options->scope.pids_len; i++)
		ADD(" pid=%d", options->scope.pids[i]);
	if (!options->scope.children)
		ADD(" no-children");
	for (size_t i = 0; i < options->scope.euids_len; i++)
		ADD(" uid=%u", options->scope.euids[i]);
	for (size_t i = 0; i < options->scope.comms_len; i++)
		ADD(" comm=%s", options->scope.comms[i]);
	for (size_t i = 0; i < options->containers.len; i++)
		ADD(" container=%s", options->containers.values[i]);
	if (options->command)
		ADD(" command=%s", options->command[0]);
	if (*options->view)
		ADD(" view=%s from=%s", options->view, options->view_from);
	if (*options->theme)
		ADD(" theme=%s", options->theme);
	if (options->delay_ns != NS_PER_S)
		ADD(" delay=%llu", (unsigned long long)options->delay_ns);
	if (options->count)
		ADD(" count=%llu", (unsigned long long)options->count);
	if (options->stop_ns)
		ADD(" stop=%llu", (unsigned long long)options->stop_ns);
	if (options->failed)
		ADD(" failed");
	if (options->min_duration_ns)
		ADD(" slow=%llu", (unsigned long long)options->min_duration_ns);
	if (options->format)
		ADD(" format=%d", options->format);
	if (options->output)
		ADD(" output=%s", options->output);
	if (options->read)
		ADD(" read=%s", options->read);
	if (options->write)
		ADD(" write=%s", options->write);
	if (options->config)
		ADD(" config=%s", options->config);
	if (options->subject)
		ADD(" subject=%s", options->subject);
	if (*options->filter)
		ADD(" filter=%s", options->filter);
	if (options->probe.buffer_bytes != PROBE_BUFFER_DEFAULT)
		ADD(" buffer=%llu", (unsigned long long)options->probe.buffer_bytes);
	if (options->probe.cpus_per_buffer_set)
		ADD(" cpus=%u", options->probe.cpus_per_buffer);
	if (options->probe.kinds)
		ADD(" kinds=%u", options->probe.kinds);
	if (options->probe.snaplen != 80)
		ADD(" snaplen=%u", options->probe.snaplen);
	if (options->min_priority != RULE_PRIORITY_DEBUG)
		ADD(" priority=%d", options->min_priority);
	if (options->names != RULES_NAMES_BOTH)
		ADD(" names=called");
	if (options->which != RULES_FIRST)
		ADD("%s", " matching=all");
	if (options->alerts)
		ADD(" alerts=%s", options->alerts);
	if (options->alerts_syslog)
		ADD(" syslog=%s", options->syslog_socket ? options->syslog_socket : "yes");
	if (options->alerts_format != FORMAT_TEXT)
		ADD("%s", " alerts=json");
	if (options->throttle_ns != 10 * NS_PER_S)
		ADD(" throttle=%llu", (unsigned long long)options->throttle_ns);
	if (options->rules.len)
		ADD(" rules=%s", options->rules.items[options->rules.len - 1]);
	if (options->no_default_rules)
		ADD(" no-default-rules");
	if (options->memory_bytes != 256u << 20)
		ADD(" memory=%llu", (unsigned long long)options->memory_bytes);
#undef ADD
}

/* mode: 0 monitor, 1 -b, 2 stream, 3 record, 4 list, 5 check, 6 doctor. */
static const struct {
	const char *line;
	const char *wanted;
} right_cases[] = {
	{ "saker", "mode=0" },
	{ "saker -h", "mode=0 help" },
	{ "saker stream --help", "mode=2 help" },
	{ "saker -V", "mode=0 version" },
	{ "saker -n 3 --help", "mode=0 help count=3" },
	{ "saker -p 5 -p6 -p 7", "mode=0 pid=5 pid=6 pid=7" },
	{ "saker -p 5 --no-children", "mode=0 pid=5 no-children" },
	{ "saker -u root -u 1000", "mode=0 uid=0 uid=1000" },
	{ "saker --container /web1 --container host --container=9d8b",
	  "mode=0 container=web1 container=host container=9d8b" },
	{ "saker --comm nginx --comm=123456789012345", "mode=0 comm=nginx comm=123456789012345" },
	{ "saker -b", "mode=1" },
	{ "saker -bn3", "mode=1 count=3" },
	{ "saker -bn 3 -d.5", "mode=1 delay=500000000 count=3" },
	{ "saker -b -d 0.1 -M 2.25", "mode=1 delay=100000000 stop=2250000000" },
	{ "saker -d 1000000", "mode=0 delay=1000000000000000" },
	{ "saker -d 2 -d 3", "mode=0 delay=3000000000" },
	{ "saker -v opens", "mode=0 view=opens from=-v" },
	{ "saker --view=opens -b", "mode=1 view=opens from=--view" },
	{ "saker -b --json", "mode=1 format=1" },
	{ "saker -b --format csv", "mode=1 format=2" },
	{ "saker -b --json --format text", "mode=1" },
	{ "saker --json stream", "mode=2 format=1" },
	{ "saker stream -n 18446744073709551615", "mode=2 count=18446744073709551615" },
	{ "saker stream --output x -n 1", "mode=2 count=1 output=x" },
	{ "saker stream --failed --min-duration 20", "mode=2 failed slow=20000000" },
	{ "saker stream --min-duration 2.5ms", "mode=2 slow=2500000" },
	{ "saker stream --min-duration .3us", "mode=2 slow=300" },
	{ "saker stream --min-duration 1ns", "mode=2 slow=1" },
	{ "saker stream --min-duration 3600s", "mode=2 slow=3600000000000" },
	/* Words that are no subcommand are a condition. */
	{ "saker proc.name=sh", "mode=0 filter=proc.name=sh" },
	{ "saker not proc.name = sh -b -n 1", "mode=1 count=1 filter=not proc.name = sh" },
	{ "saker stream evt.type = open --json and known",
	  "mode=2 format=1 filter=evt.type = open and known" },
	{ "saker doctor --json", "mode=7 format=1" },
	{ "saker check --json a b", "mode=6 format=1" },
	{ "saker alerts --rules a --rules b --priority error --names called",
	  "mode=4 priority=3 names=called rules=b" },
	{ "saker --rules a --alerts f --alerts-syslog --alerts-format json --throttle 0.5",
	  "mode=0 alerts=f syslog=yes alerts=json throttle=500000000 rules=a" },
	{ "saker stream --rules a --alerts-syslog --syslog-socket /s --throttle 0 --rule-matching "
	  "all",
	  "mode=2 matching=all syslog=/s throttle=0 rules=a" },
	{ "saker list rules --rules a --rules b", "mode=5 subject=rules rules=b" },
	{ "saker --no-default-rules", "mode=0 no-default-rules" },
	{ "saker list rules --no-default-rules", "mode=5 subject=rules no-default-rules" },
	{ "saker list views --json", "mode=5 format=1 subject=views" },
	{ "saker -r x.scap", "mode=0 read=x.scap" },
	{ "saker -br - -n 2 -p 5", "mode=1 pid=5 count=2 read=-" },
	{ "saker stream -r x --output y", "mode=2 output=y read=x" },
	{ "saker record -w x.gz -n 7 -- true", "mode=3 command=true count=7 write=x.gz" },
	{ "saker record -w -", "mode=3 write=-" },
	{ "saker record -w x --failed --min-duration 20 evt.type=open",
	  "mode=3 failed slow=20000000 write=x filter=evt.type=open" },
	{ "saker stream -w - --output x", "mode=2 output=x write=-" },
	{ "saker --theme mono --config=c.yaml", "mode=0 theme=mono config=c.yaml" },
	{ "saker --buffer-size 1M", "mode=0 buffer=1048576" },
	{ "saker --buffer-size 2048k", "mode=0 buffer=2097152" },
	{ "saker --buffer-size 536870912", "mode=0 buffer=536870912" },
	{ "saker --buffer-preset 1", "mode=0 buffer=1048576" },
	{ "saker --buffer-preset 10", "mode=0 buffer=536870912" },
	{ "saker --buffer-preset 10 --buffer-size 16M", "mode=0 buffer=16777216" },
	{ "saker --cpus-per-buffer 0", "mode=0 cpus=0" },
	{ "saker --cpus-per-buffer 1", "mode=0 cpus=1" },
	{ "saker stream --events signals", "mode=2 kinds=1" },
	{ "saker stream --events switches,faults", "mode=2 kinds=6" },
	{ "saker -s 0", "mode=0 snaplen=0" },
	{ "saker -s32767", "mode=0 snaplen=32767" },
	{ "saker --memory 1G", "mode=0 memory=1073741824" },
	{ "saker --memory 16M", "mode=0 memory=16777216" },
	{ "saker -- stream -b", "mode=0 command=stream" },
	{ "saker -b --no-children -- true -x", "mode=1 no-children command=true" },
	{ "saker stream -- sh -c --help", "mode=2 command=sh" },
};

START_TEST(test_right)
{
	struct usage_error err;
	struct options options;
	char text[1024];
	struct line line;
	int rc = parse(right_cases[_i].line, &line, &options, &err);

	ck_assert_msg(rc == 0, "%s: %s", right_cases[_i].line, err.text);
	describe(&options, text, sizeof(text));
	ck_assert_msg(strcmp(text, right_cases[_i].wanted) == 0, "%s:\n  got    %s\n  wanted %s",
		      right_cases[_i].line, text, right_cases[_i].wanted);
}
END_TEST

START_TEST(test_cpus_per_buffer)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	struct usage_error err;
	struct options options;
	struct line line;
	char text[128];

	snprintf(text, sizeof(text), "saker --cpus-per-buffer %ld", online + 1);
	ck_assert_int_eq(parse(text, &line, &options, &err), -EINVAL);
	snprintf(text, sizeof(text),
		 "--cpus-per-buffer: %ld CPUs per buffer are more than the %ld online", online + 1,
		 online);
	ck_assert_msg(strncmp(err.text, text, strlen(text)) == 0, "got %s", err.text);
	snprintf(text, sizeof(text), "saker --cpus-per-buffer %ld", online);
	ck_assert_int_eq(parse(text, &line, &options, &err), 0);
	ck_assert_uint_eq(options.probe.cpus_per_buffer, (unsigned)online);
}
END_TEST

/* What the rows promise each other. */
START_TEST(test_table)
{
	const struct option_desc *option = option_at((enum option_id)_i);

	ck_assert_msg(option->letter || *option->name, "option %d has no name", _i);
	ck_assert_msg(*option->help, "option %d has no help", _i);
	ck_assert_msg(!strpbrk(option->help, "\"\\\n"), "help of option %d needs escaping", _i);
	ck_assert_uint_lt(option->group, OPTION_GROUP_COUNT);
	ck_assert_msg(option->modes && !(option->modes & ~MODE_ALL), "modes of option %d", _i);
	for (enum option_id other = 0; other < (enum option_id)_i; other++) {
		ck_assert_msg(!option->letter || option_at(other)->letter != option->letter,
			      "-%c is there twice", option->letter);
		ck_assert_msg(!*option->name || strcmp(option_at(other)->name, option->name) != 0,
			      "--%s is there twice", option->name);
	}
}
END_TEST

/* A config file after a command line. error: NULL when it is taken; then wanted is compared. */
static const struct {
	const char *line;
	const char *config;
	const char *wanted;
	const char *error;
} config_cases[] = {
	{ "saker", "", "mode=0", NULL },
	{ "saker", "# nothing\n", "mode=0", NULL },
	{ "saker", "view: syscalls\ndelay: 2.5\n",
	  "mode=0 view=syscalls from=c.yaml:1:7 delay=2500000000", NULL },
	{ "saker", "{theme: mono, memory: 64M}", "mode=0 theme=mono memory=67108864", NULL },
	{ "saker -d 3 -v opens", "delay: 2\nview: syscalls\n",
	  "mode=0 view=opens from=-v delay=3000000000", NULL },
	{ "saker stream", "view: syscalls\n", "mode=2 view=syscalls from=c.yaml:1:7", NULL },
	{ "saker", "buffer_size: 16M\nsnaplen: 256\ncpus_per_buffer: 1\n",
	  "mode=0 buffer=16777216 cpus=1 snaplen=256", NULL },
	{ "saker", "buffer_preset: 2\n", "mode=0 buffer=2097152", NULL },
	{ "saker --buffer-size 4M", "buffer_preset: 1\n", "mode=0 buffer=4194304", NULL },
	{ "saker", "buffer_size: 4M\nbuffer_preset: 1\n", NULL,
	  "c.yaml:2:16: key buffer_preset is there twice" },
	{ "saker", "dealy: 1\n", NULL, "c.yaml:1:1: unknown key dealy; did you mean delay?" },
	{ "saker", "view: opens\n\npid: 5\n", NULL, "c.yaml:3:1: unknown key pid" },
	{ "saker", "output: x\n", NULL, "c.yaml:1:1: unknown key output" },
	{ "saker", "delay: 0\n", NULL, "c.yaml:1:8: delay 0: expected seconds, 0.1 to 1000000" },
	{ "saker -d 3", "delay: 0\n", NULL,
	  "c.yaml:1:8: delay 0: expected seconds, 0.1 to 1000000" },
	{ "saker", "delay: 1\ndelay: 2\n", NULL, "c.yaml:2:8: key delay is there twice" },
	{ "saker -d 3", "delay: 1\ndelay: 2\n", NULL, "c.yaml:2:8: key delay is there twice" },
	{ "saker", "buffer_size: 3M\n", NULL,
	  "c.yaml:1:14: buffer_size: buffer size 3M is not a power of two; the nearest valid size "
	  "is 4M" },
	{ "saker", "view:\n  - a\n", NULL, "c.yaml:2:3: expected one value: a number or a word" },
	{ "saker", "view: *x\n", NULL, "c.yaml:1:7: expected one value: a number or a word" },
	{ "saker", "view:\n", NULL, "c.yaml:1:6: view : expected a name of 1 to 31 bytes" },
	{ "saker", "[view]: x\n", NULL, "c.yaml:1:1: expected a key" },
	{ "saker", "- view\n", NULL,
	  "c.yaml:1:1: expected keys and values, as in: view: syscalls" },
	{ "saker", "view\n", NULL, "c.yaml:1:1: expected keys and values, as in: view: syscalls" },
	{ "saker", "delay: 1\n---\ndelay: 2\n", NULL, "c.yaml:3:1: expected one document" },
	{ "saker", "view: \"a\\0b\"\n", NULL, "c.yaml:1:7: a NUL byte in a text" },
	{ "saker", "view: [\n", NULL, NULL },
	{ "saker", "\tview: x\n", NULL, NULL },
	{ "saker", "view: \"\x01\"\n", NULL, NULL },
};

START_TEST(test_config)
{
	const char *config = config_cases[_i].config, *wanted = config_cases[_i].wanted;
	struct usage_error err;
	struct options options;
	char text[1024];
	struct line line;
	int rc = parse(config_cases[_i].line, &line, &options, &err);

	ck_assert_msg(rc == 0, "%s: %s", config_cases[_i].line, err.text);
	rc = config_parse(&options, "c.yaml", config, strlen(config), &err);
	if (!wanted) {
		const char *error = config_cases[_i].error;

		ck_assert_msg(rc == -EINVAL, "%s: taken", config);
		ck_assert_msg(strncmp(err.text, "c.yaml:", 7) == 0, "%s: no place in: %s", config,
			      err.text);
		ck_assert_msg(!error || strcmp(err.text, error) == 0,
			      "%s:\n  got    %s\n  wanted %s", config, err.text, error);
		return;
	}
	ck_assert_msg(rc == 0, "%s: %s", config, err.text);
	describe(&options, text, sizeof(text));
	ck_assert_msg(strcmp(text, wanted) == 0, "%s:\n  got    %s\n  wanted %s", config, text,
		      wanted);
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	Suite *suite = suite_create("options");
	TCase *tcase = tcase_create("options");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, test_wrong, 0, LEN(wrong_cases));
	tcase_add_loop_test(tcase, test_right, 0, LEN(right_cases));
	tcase_add_test(tcase, test_cpus_per_buffer);
	tcase_add_loop_test(tcase, test_table, 0, OPTION_COUNT);
	tcase_add_loop_test(tcase, test_config, 0, LEN(config_cases));
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
