/* SPDX-License-Identifier: Apache-2.0 */
/* Golden screens, see golden.h. */
#include "golden.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/rule_mutes.h"

#define GOLDEN_DIR "tests/golden/"
/*
 * A screen that is not yet as recorded is asked for again so often: a child may be slow to see a
 * signal.
 */
#define GOLDEN_TRIES 40

static const struct {
	const char *name, *bytes;
} key_rows[] = {
	{ "Up", "\x1bOA" },   { "Down", "\x1bOB" }, { "Right", "\x1bOC" }, { "Left", "\x1bOD" },
	{ "Home", "\x1bOH" }, { "End", "\x1bOF" },  { "PgUp", "\x1b[5~" }, { "PgDn", "\x1b[6~" },
	{ "Del", "\x1b[3~" }, { "Enter", "\r" },    { "Esc", "\x1b" },     { "Bksp", "\x7f" },
	{ "F1", "\x1bOP" },   { "F2", "\x1bOQ" },   { "F3", "\x1bOR" },    { "F4", "\x1bOS" },
	{ "F6", "\x1b[17~" }, { "F9", "\x1b[20~" }, { "F10", "\x1b[21~" }, { "Ctrl-L", "\x0c" },
	{ "Ctrl-U", "\x15" }, { "Ctrl-C", "\x03" }, { "Ctrl-Z", "\x1a" },  { "Space", " " },
	{ "Tab", "\t" },
};
#define KEY_ROWS (sizeof(key_rows) / sizeof(key_rows[0]))

const char *golden_key(const char *name)
{
	for (size_t i = 0; i < KEY_ROWS; i++)
		if (!strcmp(key_rows[i].name, name))
			return key_rows[i].bytes;
	return NULL;
}

size_t golden_keys_len(void)
{
	return KEY_ROWS;
}

const char *golden_key_at(size_t index)
{
	return key_rows[index].bytes;
}

/* What COMMAND wrote: 40 lines, colours, a title, a tab, a character that is no text. */
static int golden_output(void)
{
	int fds[2];

	if (pipe2(fds, O_NONBLOCK))
		abort();
	for (int i = 1; i <= 40; i++)
		dprintf(fds[1], "line %d\tof \x1b[1;31mmany\x1b[0m\x1b]0;title\a\r\n", i);
	dprintf(fds[1], "\xff\x01 and no end");
	return fds[0];
}

/* The child: a monitor on a fake host. */
static int golden_child(const void *ctx, const struct term_child *child)
{
	const struct golden_case *at = ctx;
	struct fake *fake = fake_new(at->kind, child);
	struct snapshot_source source = fake_source(fake);
	struct theme theme, mono;
	struct view_set *views;
	struct view_error problem;
	struct monitor_opts opts = { .theme = &theme, .mono = &mono, .delay_ns = 1000000000 };
	struct rule_mutes mutes;
	char err[256];
	int rc;

	if (view_set_load(NULL, &views, &problem) ||
	    theme_load(NULL, at->theme ? at->theme : "dark", &theme, &problem) ||
	    theme_load(NULL, "mono", &mono, &problem)) {
		fprintf(stderr, "%s:%u: %s\n", problem.file, problem.line, problem.text);
		return 100;
	}
	rule_mutes_init(&mutes);
	opts.mutes = &mutes;
	opts.has_output = at->output;
	if (at->output)
		opts.output_fd = golden_output();
	opts.views = views;
	opts.view = view_set_find(views, at->view ? at->view : "processes");
	rc = monitor_run(&opts, &source, err, sizeof(err));
	if (rc)
		fprintf(stderr, "%s\n", err);
	view_set_free(views);
	fake_free(fake);
	return rc ? 101 : 0;
}

void golden_start(struct term *term, const struct golden_case *at)
{
	struct term_opts opts = {
		.rows = at->rows ? at->rows : 24,
		.cols = at->cols ? at->cols : 80,
		.name = at->term ? at->term : "xterm-256color",
		.locale = at->locale,
		.no_color = at->no_color,
		.run = golden_child,
		.ctx = at,
	};

	term_start(term, &opts);
	term_settle(term);
}

/* One word of a script. */
static bool golden_word(struct term *term, const char *word, size_t len)
{
	char name[64];
	const char *bytes;
	int rows, cols;

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	if (!strcmp(name, "step")) {
		term_step(term);
	} else if (sscanf(name, "size=%dx%d", &cols, &rows) == 2) {
		term_resize(term, rows, cols);
	} else if (name[0] == '\'') {
		term_type(term, word + 1, len - 2);
	} else {
		bytes = golden_key(name);
		if (!bytes) {
			fprintf(stderr, "unknown word in a script: %s\n", name);
			abort();
		}
		term_type(term, bytes, strlen(bytes));
	}
	return term_settle(term);
}

bool golden_play(struct term *term, const char *script)
{
	while (*script) {
		size_t len = strcspn(script, " ");

		if (*script == '\'')
			len = strcspn(script + 1, "'") + 2;
		if (len && !golden_word(term, script, len))
			return false;
		script += len;
		script += strspn(script, " ");
	}
	return true;
}

static char *file_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	if (!file)
		return NULL;
	len = getdelim(&text, &size, '\0', file);
	fclose(file);
	if (len < 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* The lines that differ. */
static char *golden_difference(const char *name, const char *recorded, const char *shown)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	fprintf(out, "%s differs from the recorded screen (- recorded, + now):\n", name);
	while (*recorded || *shown) {
		size_t a = strcspn(recorded, "\n"), b = strcspn(shown, "\n");

		if (a != b || memcmp(recorded, shown, a) != 0)
			fprintf(out, "-%.*s\n+%.*s\n", (int)a, recorded, (int)b, shown);
		recorded += a + (recorded[a] == '\n');
		shown += b + (shown[b] == '\n');
	}
	fclose(out);
	return text;
}

static char *golden_accept(const char *path, const char *shown)
{
	FILE *file = fopen(path, "we");

	if (!file || fputs(shown, file) < 0 || fclose(file)) {
		perror(path);
		return strdup("the screen could not be recorded");
	}
	return NULL;
}

/* The screen, when it is as recorded or has stayed the same for a while. */
static char *golden_screen(struct term *term, const char *recorded)
{
	char *shown = NULL;

	for (int i = 0; i < GOLDEN_TRIES; i++) {
		free(shown);
		if (!term_settle(term))
			return strdup("the monitor has ended\n");
		shown = term_dump(term);
		if (recorded && !strcmp(shown, recorded))
			break;
	}
	return shown;
}

char *golden_check(const struct golden_case *at)
{
	const char *mode = getenv("GOLDEN");
	char path[256], *recorded, *shown, *difference = NULL;
	struct term term;

	snprintf(path, sizeof(path), GOLDEN_DIR "%s.txt", at->name);
	recorded = file_text(path);
	golden_start(&term, at);
	golden_play(&term, at->script);
	shown = golden_screen(&term, recorded);
	if (!recorded || strcmp(recorded, shown) != 0)
		difference = golden_difference(at->name, recorded ? recorded : "", shown);
	if (difference && mode && !strcmp(mode, "accept")) {
		free(difference);
		difference = golden_accept(path, shown);
	}
	if (difference && mode && !strcmp(mode, "show"))
		fputs(difference, stdout);
	term_close(&term);
	free(recorded);
	free(shown);
	return difference;
}
