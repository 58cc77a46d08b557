/* SPDX-License-Identifier: Apache-2.0 */
#include "filter_ask.h"

#include <stdlib.h>

#include "state/filter/eval.h"

struct filter_ask *filter_ask_new(struct filter_set *set)
{
	struct filter_ask *ask = calloc(1, sizeof(*ask));

	if (ask)
		ask->set = set;
	else
		filter_set_free(set);
	return ask;
}

void filter_ask_free(struct filter_ask *ask)
{
	if (ask)
		filter_set_free(ask->set);
	free(ask);
}

struct filter_set *filter_ask_take(struct filter_ask *ask)
{
	struct filter_set *set = ask->set;

	free(ask);
	return set;
}
