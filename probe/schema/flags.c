/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of numbers: the flag sets of flags.def, errnos of errno.def, signals of signals.def.
 */
#include "event.h"

#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#if defined(__aarch64__)
#define ON_ARCH(x86_64, arm64) arm64
#else
#define ON_ARCH(x86_64, arm64) x86_64
#endif

/* Each set is an object of its own, so that the other tables can point at it. */
#define FLAG_SET(set, kind, bits, ...)                                                 \
	extern const struct flag_set flag_set_##set;                                   \
	const struct flag_set flag_set_##set = {                                       \
		.name = #set,                                                          \
		.encoding = FLAG_ENCODING_##kind,                                      \
		.field = (bits),                                                       \
		.values = (const struct flag_value[]){ __VA_ARGS__ },                  \
		.values_len = ARRAY_LEN(((const struct flag_value[]){ __VA_ARGS__ })), \
	};
#define ALL UINT32_MAX
#define MODE FLAG_FIELD_MODE
#define V(text, number)                           \
	{                                         \
		.name = (text), .value = (number) \
	}
#define BY_ARCH(x86_64, arm64) ON_ARCH(x86_64, arm64)
#include "flags.def"

static const struct flag_set *const flag_sets[] = {
#define FLAG_SET(set, ...) &flag_set_##set,
#include "flags.def"
};

size_t flag_set_table_len(void)
{
	return ARRAY_LEN(flag_sets);
}

const struct flag_set *flag_set_at(size_t index)
{
	return index < ARRAY_LEN(flag_sets) ? flag_sets[index] : NULL;
}

const struct flag_set *flag_set_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(flag_sets); i++) {
		if (strcmp(flag_sets[i]->name, name) == 0)
			return flag_sets[i];
	}
	return NULL;
}

struct errno_desc {
	const char *name;
	const char *text;
};
static const struct errno_desc errnos[] = {
#define ERRNO(number, id, meaning) [number] = { .name = #id, .text = (meaning) },
#include "errno.def"
};

static const char *const signals[] = {
#define SIGNAL(number, id) [number] = #id,
#include "signals.def"
};

const char *errno_name(int err)
{
	return err >= 0 && (size_t)err < ARRAY_LEN(errnos) ? errnos[err].name : NULL;
}

const char *errno_text(int err)
{
	return err >= 0 && (size_t)err < ARRAY_LEN(errnos) ? errnos[err].text : NULL;
}

const char *signal_name(int sig)
{
	return sig >= 0 && (size_t)sig < ARRAY_LEN(signals) ? signals[sig] : NULL;
}
