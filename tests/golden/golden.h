/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A golden screen: the monitor on a fake host, some keys, and a recorded picture of the terminal.
 *
 * A script is words: names of keys ("Down", "F9", "Ctrl-L"), 'quoted text' that is typed, "step"
 * (one interval passes), "size=40x10". A quote cannot be typed.
 *
 * $GOLDEN: unset = compare; show = print how they differ; accept = record.
 */
#ifndef TESTS_GOLDEN_GOLDEN_H
#define TESTS_GOLDEN_GOLDEN_H

#include "fake.h"
#include "term.h"

struct golden_case {
	const char *name; /* also of the file: tests/golden/NAME.txt */
	const char *script;
	const char *view;   /* NULL = processes */
	const char *term;   /* NULL = xterm-256color */
	const char *locale; /* NULL = C.UTF-8 */
	const char *theme;  /* NULL = dark */
	int rows, cols;     /* 0 = 24x80 */
	bool no_color;
	bool output; /* COMMAND runs and has written some lines */
	enum fake_kind kind;
};

/* Starts the monitor of a case; the first screen is there when it returns. */
void golden_start(struct term *term, const struct golden_case *at);
/* Sends the keys of a script, each after the one before was handled. False when the child ended. */
bool golden_play(struct term *term, const char *script);
/*
 * Plays the script and compares the screen with the recorded one. Returns NULL when they are equal,
 * else a text that says how they differ (malloc()ed).
 */
char *golden_check(const struct golden_case *at);
/*
 * The bytes that a key sends to a terminal of type xterm or vt100; NULL when the name is unknown.
 */
const char *golden_key(const char *name);
size_t golden_keys_len(void);
const char *golden_key_at(size_t index);

#endif
