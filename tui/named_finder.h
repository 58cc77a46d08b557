/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the files that rules name in full, in the root of the host and of each container, for
 * struct named_file. A thread of its own looks: the engine waits for no disk.
 *
 *   named_finder_want(finder, rules);      after rules were loaded
 *   named_finder_ask(finder, state);       after each refresh: is looked for now, when it is idle
 *   while (named_finder_take(finder, &files, &len))     there is another list
 *
 * All from the engine's thread.
 */
#ifndef TUI_NAMED_FINDER_H
#define TUI_NAMED_FINDER_H

#include <stdbool.h>
#include <stddef.h>

struct named_file;
struct named_finder;
struct rules;
struct state;

#define NAMED_ROOTS_MAX 64   /* containers that are looked into */
#define NAMED_PATHS_MAX 512  /* names */
#define NAMED_FOUND_MAX 8192 /* files */

/* Returns 0 or -errno. */
int named_finder_new(struct named_finder **ret_finder);
void named_finder_free(struct named_finder *finder); /* NULL is fine */
/* The names that these rules have. Without memory there are fewer. */
void named_finder_want(struct named_finder *finder, const struct rules *rules);
void named_finder_ask(struct named_finder *finder, const struct state *state);
/* True when what is found has changed; the list is the finder's, until the next call. */
bool named_finder_take(struct named_finder *finder, const struct named_file **ret_files,
		       size_t *ret_len);

#endif
