/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments of evt. fields, which must be names that some event has. */
#include <string.h>
#include "field_getters.h"
#include "probe/schema/event.h"

/* The longer of best and the name, when text begins with it. */
static size_t longer_name(size_t best, const char *name, const char *text, size_t len)
{
	size_t name_len = strlen(name);

	return name_len > best && name_len <= len && !memcmp(text, name, name_len) ? name_len
										   : best;
}

/* The longest name of a parameter of any event, or of an argument of any call. */
static size_t param_name_len(const char *text, size_t len)
{
	size_t best = 0, i, j;
	uint16_t code;

	for (code = 0; code < EVENT_CODE_COUNT; code++) {
		const struct event_desc *desc = event_by_code(code);

		for (i = 0; desc && i < desc->params_len; i++)
			best = longer_name(best, desc->params[i].name, text, len);
	}
	for (i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *desc = syscall_at(i);

		for (j = 0; j < desc->args_len; j++)
			best = longer_name(best, desc->args[j].name, text, len);
	}
	return best;
}

size_t field_evt_key(const struct field *field, const char *text, size_t len)
{
	size_t digits = 0;

	while (digits < len && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	if (field->arg == FIELD_ARG_INDEX)
		return digits;
	if (field->arg == FIELD_ARG_KEY_MAY)
		return len >= 3 && (!memcmp(text, "src", 3) || !memcmp(text, "dst", 3)) ? 3 : 0;
	return digits && field->arg == FIELD_ARG_EITHER ? digits : param_name_len(text, len);
}
