/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_rules FILE...: how long rule files take to load, and what an event costs that their rules
 * are shown, by family. Events are made up, with processes that no rule knows, so that conditions
 * are evaluated to their end; each is another process's. CPU time of this thread, the median of
 * rounds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "state/filter/event.h"
#include "state/rules/rules.h"
#include "state/state.h"
#include "tests/unit/build_record.h"
#include "tui/rule_files.h"

#define ROUNDS 9
#define EVENTS 20000
#define PROCESSES 16

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static uint64_t median(uint64_t values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof(*values), by_value);
	return values[ROUNDS / 2];
}

static struct rules *load(int argc, char **argv)
{
	struct rules_options options;
	struct rules_loader *loader;
	struct rules *rules;

	rules_options_init(&options);
	options.port = rule_files_port;
	if (rules_loader_new(&options, &loader) < 0)
		return NULL;
	for (int i = 1; i < argc; i++)
		if (rule_files_load(loader, argv[i]) < 0) {
			fprintf(stderr, "bench_rules: %s: see saker check\n", argv[i]);
			exit(1);
		}
	if (rules_loader_finish(loader, &rules) < 0)
		rules = NULL;
	rules_loader_free(loader);
	return rules;
}

static const struct family {
	const char *name, *event;
	int32_t nr;
	int64_t ret;
	const char *path;
} families[] = {
	{ "open for reading", "SYSCALL_OPENAT_2_X", 257, 3, "/usr/lib/x86_64-linux-gnu/libc.so.6" },
	{ "open that fails", "SYSCALL_OPENAT_2_X", 257, -2, "/etc/ld.so.nothing" },
	{ "close", "SYSCALL_CLOSE_X", 3, 0, NULL },
	{ "read", "SYSCALL_READ_X", 0, 64, NULL },
	{ "connect", "SOCKET_CONNECT_X", 42, 0, NULL },
	{ "execve", "SYSCALL_EXECVE_19_X", 59, 0, NULL },
};

static size_t build(const struct family *family, unsigned process, struct build_record *b)
{
	static const char *const names[] = { "nginx", "cat", "python3", "make" };

	build_record_init(b, event_by_id(family->event)->code,
			  &(struct build_prefix){ .ts_ns = 1470327477882054739ull + process,
						  .pid = 1000 + process,
						  .ppid = 1,
						  .nr = family->nr,
						  .ret = family->ret,
						  .comm = names[process % 4] });
	build_record_int(b, family->ret);
	if (family->path) {
		build_record_int(b, -100);
		build_record_text(b, family->path);
		build_record_int(b, 1);
	}
	return build_record_finish(b);
}

static void ignore(void *ctx, const struct rule *rule, enum rule_via via)
{
	size_t *hits = ctx;

	++*hits;
}

/* What applying the events to the state costs, and with the rules the rest. */
static uint64_t run(const struct family *family, struct rules *rules, size_t *hits)
{
	static struct build_record records[PROCESSES];
	size_t lens[PROCESSES];
	const struct state_opts opts = { .host = "bench" };
	struct rules_matcher matcher = {
		.which = RULES_FIRST, .names = RULES_NAMES_BOTH, .fn = ignore, .ctx = hits
	};
	struct filter_event event;
	uint64_t spent, begin;
	struct state *state;

	if (state_new(&opts, NULL, &state) < 0 || filter_event_init(&event, state) < 0)
		exit(1);
	for (unsigned p = 0; p < PROCESSES; p++)
		lens[p] = build(family, p, &records[p]);
	begin = now_ns();
	for (unsigned i = 0; i < EVENTS; i++) {
		state_record(state, records[i % PROCESSES].data, lens[i % PROCESSES]);
		if (filter_event_last(&event) && rules)
			rules_match(rules, &event, &matcher);
	}
	spent = now_ns() - begin;
	filter_event_release(&event);
	state_free(state);
	return spent;
}

int main(int argc, char **argv)
{
	uint64_t rounds[ROUNDS], with[ROUNDS], without[ROUNDS];
	struct rules *rules = NULL;

	if (argc < 2) {
		fprintf(stderr, "usage: bench_rules FILE...\n");
		return 2;
	}
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t begin = now_ns();

		rules_free(rules);
		rules = load(argc, argv);
		if (!rules)
			return 1;
		rounds[i] = now_ns() - begin;
	}
	printf("%zu rules loaded in %.1f ms\n", rules_len(rules), (double)median(rounds) / 1e6);
	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++) {
		size_t hits = 0;

		for (int i = 0; i < ROUNDS; i++) {
			without[i] = run(&families[f], NULL, &hits);
			with[i] = run(&families[f], rules, &hits);
		}
		printf("%-18s %7.0f ns an event, %zu of %d matched\n", families[f].name,
		       ((double)median(with) - (double)median(without)) / EVENTS, hits / ROUNDS,
		       EVENTS);
	}
	rules_free(rules);
	return 0;
}
