/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

void tally_reset(struct tally *tally)
{
	for (size_t i = 0; i < tally->len; i++)
		tally->at[tally->calls[i].nr] = 0;
	tally->len = 0;
}

static struct call_count *tally_row(struct tally *tally, uint32_t nr)
{
	if (nr >= COUNT_NR_COUNT)
		nr = COUNT_NR_OTHER;
	if (tally->at[nr] == 0) {
		tally->calls[tally->len++] = (struct call_count){ .nr = (uint16_t)nr };
		tally->at[nr] = (uint16_t)tally->len;
	}
	return &tally->calls[tally->at[nr] - 1];
}

void tally_add(struct tally *tally, const struct call_count *count)
{
	struct call_count *row = tally_row(tally, count->nr);

	row->calls += count->calls;
	row->errors += count->errors;
	row->restarts += count->restarts;
}

void tally_add_slots(struct tally *tally, const __u64 slots[COUNT_SLOTS])
{
	for (size_t i = 0; i < COUNT_SLOTS; i++) {
		struct call_count *row;
		uint64_t count = SLOT_COUNT(slots[i]);

		if (slots[i] == 0)
			continue;
		row = tally_row(tally, SLOT_NR(slots[i]));
		switch ((enum slot_kind)SLOT_KIND(slots[i])) {
		case SLOT_CALLS: row->calls += count; break;
		case SLOT_ERRORS: row->errors += count; break;
		case SLOT_RESTARTS: row->restarts += (uint32_t)count; break;
		}
	}
}
