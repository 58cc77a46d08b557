/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a live run, which follow their files. A thread of its own watches the files and
 * folders of --rules (inotify; every few seconds also by looking, for file systems and links that
 * tell of nothing), loads what changed and hands it over; whoever owns the rules takes it between
 * two events. Files that are wrong change nothing: the rules before stay, and rule_book_notice()
 * says where what is wrong until they are right.
 *
 *   thread: look -> wait until nothing changes -> load -> next --.
 *   engine: rule_book_turn(): next becomes current, what rules counted goes on <-'
 *
 * Rules are counted references (rules_ref()): those that were replaced live until the last reader
 * lets go of them.
 */
#ifndef TUI_RULE_BOOK_H
#define TUI_RULE_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include "options.h"

struct rule_book;
struct rules;

/* What the files look like now: another number when one of them changed. */
uint64_t rule_book_stamp(const struct options *options);
/*
 * Takes over the rules that were loaded after that, also on failure. Options are borrowed. Returns
 * 0 or -ENOMEM.
 */
int rule_book_new(const struct options *options, struct rules *rules, uint64_t stamp,
		  struct rule_book **ret_book);
/* Starts to watch. Returns 0 or -errno: then the rules stay as they are. */
int rule_book_watch(struct rule_book *book);
/* Stops, frees. NULL is fine. */
void rule_book_free(struct rule_book *book);

/* The current rules, for their owner: valid until the next rule_book_turn(). */
struct rules *rule_book_rules(const struct rule_book *book);
/* Are there newer ones? Any thread, costs nothing. */
bool rule_book_has_next(struct rule_book *book);
/*
 * The owner of the rules: makes the newer ones current. Of rules that were there before, what they
 * counted goes on. Those before are freed when nobody holds them.
 */
void rule_book_turn(struct rule_book *book);
/* Says on standard error, where there is no screen, that the rules are current now. */
void rule_book_say(const struct rule_book *book);
/* A reference to the current rules for other threads: only what never changes is read. */
struct rules *rule_book_hold(struct rule_book *book);

/* "FILE:LINE:COLUMN: what is wrong; the rules before stay"; false when all is right. Any thread. */
bool rule_book_notice(struct rule_book *book, char *text, size_t size);

#endif
