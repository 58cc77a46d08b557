/* SPDX-License-Identifier: Apache-2.0 */
/* A condition that the screen asks for, on its way to the owner of the state. */
#ifndef TUI_FILTER_ASK_H
#define TUI_FILTER_ASK_H

struct filter_set;

struct filter_ask {
	struct filter_set *set; /* owned; NULL: all events */
};

/* Takes over the set, also when there is no memory: NULL then. */
struct filter_ask *filter_ask_new(struct filter_set *set);
void filter_ask_free(struct filter_ask *ask); /* NULL is fine */
/* Frees the question; the set is the caller's. */
struct filter_set *filter_ask_take(struct filter_ask *ask);

#endif
