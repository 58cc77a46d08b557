/* SPDX-License-Identifier: Apache-2.0 */
#include "found.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void found_release(struct found *found)
{
	free(found->nums);
	free(found->walk);
	*found = (struct found){ 0 };
}

/* Is it the filter whose verdicts are kept? */
static bool found_is_of(const struct found *found, const struct table_query *query)
{
	static const struct scope everything;

	return found->view == query->view && found->shown == query->shown &&
	       strcmp(found->text, query->text_filter) == 0 &&
	       choice_same(&found->choice, &query->choice) &&
	       scope_same(&found->scope, query->scope ? query->scope : &everything);
}

void found_begin(struct found *found, const struct table_query *query, uint64_t events_end)
{
	size_t len = query->text_filter ? strlen(query->text_filter) : 0;

	found->walk_len = 0;
	found->walk_end = found->last = events_end;
	found->failed = len == 0 || len >= sizeof(found->text);
	if (found->failed) {
		found->view = NULL;
		return;
	}
	if (found->view && found_is_of(found, query))
		return;
	found->view = query->view;
	found->shown = query->shown;
	found->choice = query->choice;
	found->scope = query->scope ? *query->scope : (struct scope){ .len = 0 };
	memcpy(found->text, query->text_filter, len + 1);
	found->first = found->end = 0;
	found->len = 0;
}

enum found_verdict found_look(const struct found *found, uint64_t num)
{
	size_t low = 0, high = found->len;

	if (!found->view || num < found->first || num >= found->end)
		return FOUND_UNKNOWN;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (found->nums[middle] == num)
			return FOUND_ACCEPTED;
		if (found->nums[middle] < num)
			low = middle + 1;
		else
			high = middle;
	}
	return FOUND_REJECTED;
}

/* Room for one more number. */
static bool grow(uint64_t **nums, size_t len, size_t *size)
{
	size_t wanted = *size ? *size * 2 : 64;
	uint64_t *grown;

	if (len < *size)
		return true;
	grown = reallocarray(*nums, wanted, sizeof(*grown));
	if (!grown)
		return false;
	*nums = grown;
	*size = wanted;
	return true;
}

void found_note(struct found *found, uint64_t num, enum found_verdict verdict)
{
	found->last = num;
	if (found->failed || verdict != FOUND_ACCEPTED)
		return;
	if (grow(&found->walk, found->walk_len, &found->walk_size))
		found->walk[found->walk_len++] = num;
	else
		found->failed = true;
}

void found_end(struct found *found)
{
	size_t keep = 0;

	if (found->failed) {
		found->view = NULL;
		return;
	}
	/* Numbers below the walk stay known when it reached them. */
	if (found->last <= found->end)
		while (keep < found->len && found->nums[keep] < found->last)
			keep++;
	if (found->last > found->end || found->last < found->first || found->first == found->end)
		found->first = found->last;
	found->end = found->walk_end;
	found->len = keep;
	for (size_t i = found->walk_len; i-- > 0;) {
		if (!grow(&found->nums, found->len, &found->size)) {
			found->view = NULL;
			return;
		}
		found->nums[found->len++] = found->walk[i];
	}
}
