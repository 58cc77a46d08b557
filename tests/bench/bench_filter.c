/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event costs where rules look at it: bench_filter RULES.yaml prints ns per event and
 * family for the conditions of the file, once, 4 and 16 times (copies have other constants, so that
 * they share what real rules share: fields and events), and for the plain reading of the tests.
 *
 * Events are made up: a few of each family, of processes and files that the rules know and do not.
 * Only evaluation is timed; each counts as a new event, of processes seen before.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "state/filter/eval.h"
#include "state/filter/event.h"
#include "state/process.h"
#include "state/rules/rules.h"
#include "state/state.h"
#include "tests/unit/build_record.h"
#include "tests/unit/filter_naive.h"

#define ROUNDS 20000
#define NAIVE_ROUNDS 200
#define MULTIPLES 3
#define PROCESSES 8

static const unsigned multiples[MULTIPLES] = { 1, 4, 16 };

struct family {
	const char *name;
	uint16_t code;
	int nr;
	void (*params)(struct build_record *b, unsigned i);
};

static const char *const read_paths[] = { "/etc/ld.so.cache", "/usr/lib/libc.so.6",
					  "/proc/self/status", "/home/u/.config/x" };
static const char *const write_paths[] = { "/tmp/x", "/var/log/syslog", "/dev/null",
					   "/home/u/data/file" };

static void open_params(struct build_record *b, const char *path, uint32_t flags)
{
	build_record_int(b, 3);
	build_record_int(b, -100);
	build_record_text(b, path);
	build_record_int(b, flags);
}

static void open_read(struct build_record *b, unsigned i)
{
	open_params(b, read_paths[i % 4], 1);
}

static void open_write(struct build_record *b, unsigned i)
{
	open_params(b, write_paths[i % 4], 2 | 4);
}

static void exec_params(struct build_record *b, unsigned i)
{
	static const char *const exes[] = { "/usr/bin/cat", "/bin/sh", "/usr/sbin/nginx",
					    "/usr/bin/python3" };
	static const char args[] = "-c\0run the thing\0--now";

	build_record_int(b, 0);
	build_record_text(b, exes[i % 4]);
	build_record_bytes(b, args, sizeof(args));
}

static void connect_params(struct build_record *b, unsigned i)
{
	/* AF_INET, addresses and ports in the order of captures. */
	uint8_t tuple[13] = { 2, 10, 0, 0, 1, 0x39, 0x30, 10, 0, 0, (uint8_t)i, 0xbb, 0x01 };

	build_record_int(b, 0);
	build_record_bytes(b, tuple, sizeof(tuple));
	build_record_int(b, 5);
}

static void unlink_params(struct build_record *b, unsigned i)
{
	build_record_int(b, 0);
	build_record_text(b, write_paths[i % 4]);
}

static void no_params(struct build_record *b, unsigned i)
{
}

static const struct family families[] = {
	{ "open, reading", EVENT_CODE_SYSCALL_OPENAT_2_X, 257, open_read },
	{ "open, writing", EVENT_CODE_SYSCALL_OPENAT_2_X, 257, open_write },
	{ "execve", EVENT_CODE_SYSCALL_EXECVE_19_X, 59, exec_params },
	{ "connect", EVENT_CODE_SOCKET_CONNECT_X, 42, connect_params },
	{ "unlink", EVENT_CODE_SYSCALL_UNLINK_2_X, 87, unlink_params },
	{ "symlink", EVENT_CODE_SYSCALL_SYMLINK_X, 88, no_params },
	{ "read", EVENT_CODE_SYSCALL_READ_X, 0, no_params },
	{ "getcpu (raw)", EVENT_CODE_GENERIC_X, 309, no_params },
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

/* Of this process: others on the machine do not count. */
static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_filter: %s\n", what);
	exit(1);
}

static struct rules *load_rules(const char *path)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules = NULL;
	static char text[1 << 20];
	FILE *file = fopen(path, "re");
	size_t len = file ? fread(text, 1, sizeof(text), file) : 0;

	if (!len)
		die(path);
	fclose(file);
	rules_options_init(&options);
	if (rules_loader_new(&options, &loader) < 0 ||
	    rules_loader_add(loader, path, text, len) < 0 ||
	    rules_loader_finish(loader, &rules) < 0)
		die("the rules cannot be loaded");
	rules_loader_free(loader);
	return rules;
}

/* Gives the texts that a copy compares with another ending. */
static void vary(struct filter_ast *ast, struct filter_node *node, unsigned copy)
{
	const char *field;

	if (node->kind == FILTER_NODE_CHECK) {
		field = node->check.left->name.data;
		if (!field || strncmp(field, "evt.", 4) == 0 || !strstr(field, "name"))
			return;
		for (struct filter_value *v = node->check.values; v; v = v->next) {
			char text[300];
			int len = snprintf(text, sizeof(text), "%.*s%u", (int)v->text.len,
					   v->text.data, copy);

			if (len < 0 || len > 250 || strchr(text, '/') == NULL)
				continue;
			v->text.data = arena_text(&ast->arena, text, (size_t)len);
			v->text.len = (uint32_t)len;
		}
		return;
	}
	for (struct filter_node *child = node->children; child; child = child->next)
		vary(ast, child, copy);
}

static struct filter_set *compile(const struct rules *rules, unsigned times)
{
	struct filter_set *set;
	uint32_t id;

	if (filter_set_new(0, &set) < 0)
		die("memory");
	for (unsigned copy = 0; copy < times; copy++) {
		for (size_t i = 0; i < rules_len(rules); i++) {
			struct filter_error err = { 0 };
			struct filter_ast *ast;

			if (filter_ast_copy(rules_at(rules, i)->ast, &ast) < 0)
				die("memory");
			if (copy > 0)
				vary(ast, ast->root, copy);
			if (filter_compile(set, ast, NULL, &id, &err) < 0)
				die(err.message);
			filter_ast_free(ast);
		}
	}
	return set;
}

struct feed {
	struct state *state;
	struct filter_event event;
	struct build_record record;
	uint64_t num;
};

static void feed_one(struct feed *feed, const struct family *family, unsigned i)
{
	static const char *const comms[PROCESSES] = { "cat",     "nginx", "sshd", "bash",
						      "python3", "cc1",   "dpkg", "redis-server" };
	struct build_prefix prefix = { .pid = 100 + i % PROCESSES,
				       .start_boot_ns = 5,
				       .ts_ns = ++feed->num,
				       .nr = family->nr,
				       .ppid = 1,
				       .comm = comms[i % PROCESSES] };

	build_record_init(&feed->record, family->code, &prefix);
	family->params(&feed->record, i);
	if (state_record(feed->state, feed->record.data, build_record_finish(&feed->record)) < 0 ||
	    !filter_event_last(&feed->event))
		die("an event was refused");
}

/* ns per event; conditions_hit keeps the work from being left out. */
static double time_set(struct feed *feed, const struct family *family, struct filter_set *set)
{
	uint64_t spent = 0, empty = 0, start;
	uint32_t ids[512];
	size_t hits = 0;

	for (unsigned i = 0; i < PROCESSES; i++) {
		feed_one(feed, family, i);
		filter_set_match(set, &feed->event, ids, 512);
		start = now_ns();
		for (int round = 0; round < ROUNDS / PROCESSES; round++) {
			filter_event_last(&feed->event);
			feed->event.num = ++feed->num;
			hits += filter_set_match(set, &feed->event, ids, 512);
		}
		spent += now_ns() - start;
		start = now_ns();
		for (int round = 0; round < ROUNDS / PROCESSES; round++) {
			filter_event_last(&feed->event);
			feed->event.num = ++feed->num;
		}
		empty += now_ns() - start;
	}
	(void)hits;
	return (double)(spent - (spent < empty ? spent : empty)) / ROUNDS;
}

static double time_naive(struct feed *feed, const struct family *family, const struct rules *rules)
{
	size_t hits = 0;
	uint64_t start;

	feed_one(feed, family, 0);
	start = now_ns();
	for (int round = 0; round < NAIVE_ROUNDS; round++) {
		filter_event_last(&feed->event);
		for (size_t i = 0; i < rules_len(rules); i++)
			hits += naive_eval(rules_at(rules, i)->ast->root, &feed->event);
	}
	(void)hits;
	return (double)(now_ns() - start) / NAIVE_ROUNDS;
}

int main(int argc, char **argv)
{
	static const struct state_source source;
	static struct feed feed;
	struct filter_set *sets[MULTIPLES];
	struct rules *rules;
	uint64_t start;

	if (argc != 2)
		die("usage: bench_filter RULES.yaml");
	rules = load_rules(argv[1]);
	if (state_new(&(struct state_opts){ .host = "bench" }, &source, &feed.state) < 0 ||
	    filter_event_init(&feed.event, feed.state) < 0)
		die("memory");
	printf("%zu rules; ns per event\n%-16s", rules_len(rules), "");
	for (size_t m = 0; m < MULTIPLES; m++) {
		start = now_ns();
		sets[m] = compile(rules, multiples[m]);
		filter_set_wants(sets[m], 0);
		printf(" %6u x", multiples[m]);
		fprintf(stderr, "%u x: compiled in %.1f ms\n", multiples[m],
			(double)(now_ns() - start) / 1e6);
	}
	printf("    naive\n");
	for (size_t f = 0; f < FAMILIES; f++) {
		printf("%-16s", families[f].name);
		for (size_t m = 0; m < MULTIPLES; m++)
			printf(" %8.1f", time_set(&feed, &families[f], sets[m]));
		printf(" %8.0f\n", time_naive(&feed, &families[f], rules));
	}
	for (size_t m = 0; m < MULTIPLES; m++)
		filter_set_free(sets[m]);
	filter_event_release(&feed.event);
	state_free(feed.state);
	rules_free(rules);
	return 0;
}
