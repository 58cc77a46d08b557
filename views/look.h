/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a view looks at besides counts and events: open files, and the details of a process. Both
 * are had while somebody looks, at each refresh.
 */
#ifndef VIEWS_LOOK_H
#define VIEWS_LOOK_H

#include <stdint.h>
#include "state/state.h"
#include "view.h"

struct scope;

struct look {
	enum state_show files;
	enum state_detail detail;
	uint32_t pid; /* of this process; 0: of all */
};

/* What a view needs in a scope (NULL: everything). */
struct look look_of_view(const struct view *view, const struct scope *scope);
bool look_same(const struct look *a, const struct look *b);

#endif
