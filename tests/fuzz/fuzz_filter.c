/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of strangers: any bytes. What parses prints, and what was printed prints the same once
 * it parses; what compiles can be arranged and asked for its kinds and gates.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/filter/eval.h"
#include "state/filter/evset.h"
#include "state/filter/parse.h"
#include "state/filter/print.h"

#define PRINTED_MAX (1u << 20)

static void check_message(const char *message)
{
	assert(message[0]);
	for (const char *c = message; *c; c++)
		assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static void check_error(int rc, const struct filter_error *err, size_t size)
{
	assert(rc == -EINVAL || rc == -ENOMEM);
	assert(err->pos.index <= size && err->pos.line > 0 && err->pos.column > 0);
	check_message(err->message);
	for (const char *c = err->nearest; *c; c++)
		assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}

static void check_snippet(const char *text, size_t size, const struct filter_error *err)
{
	char snippet[1024];
	struct text_buf buf;

	text_buf_init(&buf, snippet, sizeof(snippet));
	filter_error_snippet(text, size, err->pos, 76, &buf);
	assert(!buf.truncated && strchr(snippet, '^'));
}

/* A word in a transformer's arguments loses its quotes: such a text need not parse. */
static void check_printed(const struct filter_ast *ast, char *first, char *second)
{
	static const struct filter_limits deep = { .max_depth = FILTER_DEPTH_RULES };
	struct filter_ast *again;
	struct text_buf buf;

	text_buf_init(&buf, first, PRINTED_MAX);
	filter_print(ast, &buf);
	if (buf.truncated || filter_parse(first, buf.len, &deep, &again, NULL) < 0)
		return;
	text_buf_init(&buf, second, PRINTED_MAX);
	filter_print(again, &buf);
	assert(strcmp(first, second) == 0);
	filter_ast_free(again);
}

static void count_warning(void *ctx, const struct filter_warning *warning)
{
	check_message(warning->message);
}

static void check_compiled(const struct filter_ast *ast, size_t size)
{
	static const struct filter_compile_opts opts = { .warn = count_warning };
	struct filter_error err = { 0 };
	struct filter_kinds kinds;
	struct filter_set *set;
	uint32_t id;
	int rc;

	if (filter_set_new(64u << 20, &set) < 0)
		return;
	rc = filter_compile(set, ast, &opts, &id, &err);
	if (rc < 0) {
		check_error(rc, &err, size);
	} else {
		assert(id == 0 && filter_set_len(set) == 1);
		filter_set_gates(set, &kinds);
		/* Gates leave kinds out, they add none. */
		for (uint16_t kind = 0; kind < filter_kind_count(); kind++)
			assert(!filter_kinds_has(&kinds, kind) ||
			       filter_kinds_has(filter_set_events(set, 0), kind));
		/* What programs leave out was never among the kinds. */
		for (uint16_t kind = 0; kind < filter_kind_count(); kind++)
			assert(!filter_set_wants(set, kind) ||
			       filter_kinds_has(filter_set_events(set, 0), kind));
	}
	filter_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char first[PRINTED_MAX], second[PRINTED_MAX];
	/* A copy of its own size: a read beyond the end is seen. */
	char *text = malloc(size ? size : 1);
	struct filter_error err = { 0 };
	struct filter_ast *ast;
	int rc;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	rc = filter_parse(text, size, NULL, &ast, &err);
	if (rc < 0) {
		check_error(rc, &err, size);
		check_snippet(text, size, &err);
	} else {
		check_printed(ast, first, second);
		check_compiled(ast, size);
		filter_ast_free(ast);
	}
	free(text);
	return 0;
}
