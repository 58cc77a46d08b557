/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that the screen leaves out for the rest of the session, for all processes or those of one
 * name. What they hit is counted; alerts (--alerts, --alerts-syslog) are told all the same. The
 * screen's thread changes the list, the one that matches rules looks at it at each hit.
 */
#ifndef TUI_RULE_MUTES_H
#define TUI_RULE_MUTES_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RULE_MUTES_MAX 64

struct rule_mute {
	char rule[256];
	char process[16]; /* its name, as proc.name; "": all */
	uint64_t hits;    /* left out so far */
};

struct rule_mutes {
	pthread_mutex_t lock; /* held for moments */
	struct rule_mute items[RULE_MUTES_MAX];
	size_t len;
};

void rule_mutes_init(struct rule_mutes *mutes);
void rule_mutes_release(struct rule_mutes *mutes);
/* Adds one. 0, -EEXIST when it is there, -ENOSPC, -ENAMETOOLONG. */
int rule_mutes_add(struct rule_mutes *mutes, const char *rule, const char *process);
void rule_mutes_remove(struct rule_mutes *mutes, size_t index);
/* A copy of them in the order in which they came. Returns how many. */
size_t rule_mutes_list(struct rule_mutes *mutes, struct rule_mute ret_items[RULE_MUTES_MAX]);
/* Is a hit left out? Counts it then. */
bool rule_mutes_take(struct rule_mutes *mutes, const char *rule, const char *process);
/* Is the rule left out for all processes? */
bool rule_mutes_all(struct rule_mutes *mutes, const char *rule);

#endif
