/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syscall table: syscalls.def as a constant array, with one index by number and one by portable
 * code, both made by the compiler.
 */
#include "event.h"

#include <string.h>
#include "record.h"
#include "sample.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define SC_COUNT 454

#define FLAG_SET(set, ...) extern const struct flag_set flag_set_##set;
#include "flags.def"

/* Positions of the rows, for the indexes. */
enum syscall_row {
#define SYSCALL(id, ...) ROW_##id,
#include "syscalls.def"
	ROW_COUNT
};

#define SYSCALL(id, x86_64, arm64, code, event, loss, bytes, bits, arguments, program)            \
	[ROW_##id] = {                                                                            \
		.name = #id,                                                                      \
		.nr_x86_64 = (x86_64),                                                            \
		.nr_arm64 = (arm64),                                                              \
		.sc = (code),                                                                     \
		.exit_event = EVENT_CODE_##event,                                                 \
		.loss_class = RECORD_CLASS_##loss,                                                \
		.io = SYSCALL_IO_##bytes,                                                         \
		.flags = (bits),                                                                  \
		.args_len = sizeof((const struct arg_desc[])arguments) / sizeof(struct arg_desc), \
		.args = arguments,                                                                \
		.store = (program),                                                               \
	},
#define F(flag) SYSCALL_F_##flag
#define ARGS(...)           \
	{                   \
		__VA_ARGS__ \
	}
#define A(kind, arg)                                  \
	{                                             \
		.name = #arg, .type = ARG_TYPE_##kind \
	}
#define AO(kind, arg)                                                                 \
	{                                                                             \
		.name = #arg, .type = ARG_TYPE_##kind, .written = ARG_WRITTEN_SUCCESS \
	}
#define AI(kind, arg)                                                                     \
	{                                                                                 \
		.name = #arg, .type = ARG_TYPE_##kind, .written = ARG_WRITTEN_INTERRUPTED \
	}
#define AXI(kind, arg)                                                                     \
	{                                                                                  \
		.name = #arg, .type = ARG_TYPE_##kind, .written = ARG_WRITTEN_INTERRUPTED, \
		.extra = true                                                              \
	}
#define AX(kind, arg)                                                \
	{                                                            \
		.name = #arg, .type = ARG_TYPE_##kind, .extra = true \
	}
#define AXO(kind, arg)                                                                 \
	{                                                                              \
		.name = #arg, .type = ARG_TYPE_##kind, .written = ARG_WRITTEN_SUCCESS, \
		.extra = true                                                          \
	}
#define AXF(kind, arg, set)                                                                    \
	{                                                                                      \
		.name = #arg, .type = ARG_TYPE_##kind, .flags = &flag_set_##set, .extra = true \
	}
#define AF(kind, arg, set)                                                      \
	{                                                                       \
		.name = #arg, .type = ARG_TYPE_##kind, .flags = &flag_set_##set \
	}
static const struct syscall_desc syscalls[] = {
#include "syscalls.def"
};

#if defined(__aarch64__)
#define NR_HERE(x86_64, arm64) (arm64)
#else
#define NR_HERE(x86_64, arm64) (x86_64)
#endif

#if defined(__aarch64__)
#define COMPAT_DEF "syscalls_arm.def"
#else
#define COMPAT_DEF "syscalls_i386.def"
#endif

/* Numbers of the rows that only 32-bit programs have, in the order of their table. */
enum compat_only {
	NR_COMPAT_BEFORE = SYSCALL_NR_COMPAT - 1,
#define ONLY(row) NR_COMPAT_##row,
#include COMPAT_DEF
	NR_COMPAT_END
};
_Static_assert(NR_COMPAT_END <= SYSCALL_NR_MAX, "numbers of the tables");

/*
 * Row + 1 by number and by portable code; 0 = none. Rows without one go behind the used part, each
 * to a slot of its own, so that the compiler reports a number that two rows claim.
 */
static const uint16_t row_by_nr[SYSCALL_NR_MAX + ROW_COUNT] = {
#define SYSCALL(id, x86_64, arm64, ...)                                                     \
	[NR_HERE(x86_64, arm64) < 0 ? SYSCALL_NR_MAX + ROW_##id : NR_HERE(x86_64, arm64)] = \
		ROW_##id + 1,
#include "syscalls.def"
#define ONLY(row) [NR_COMPAT_##row] = ROW_##row + 1,
#include COMPAT_DEF
};
static const uint16_t row_by_sc[SC_COUNT + ROW_COUNT] = {
#define SYSCALL(id, x86_64, arm64, code, ...) \
	[(code) == 0 ? SC_COUNT + ROW_##id : (code)] = ROW_##id + 1,
#include "syscalls.def"
};

#define BITS ARG_COUNT_BITS
#define AT ARG_COUNT_AT
#define FIRST ARG_COUNT_FIRST
#define REQUEST ARG_COUNT_REQUEST
#define INDIRECT ARG_INDIRECT
#define SECOND ARG_COUNT_SECOND
static const struct arg_shape shapes[ARG_TYPE_COUNT] = {
#define ARG_DATA(id, text, most, most32, at, item) \
	[ARG_TYPE_##                               \
		id] = { .bytes = (most), .bytes32 = (most32), .count_at = (at), .unit = (item) },
#include "types.def"
};

const struct arg_shape *arg_type_shape(enum arg_type type)
{
	return &shapes[type];
}

size_t syscall_table_len(void)
{
	return ARRAY_LEN(syscalls);
}

const struct syscall_desc *syscall_at(size_t index)
{
	return index < ARRAY_LEN(syscalls) ? &syscalls[index] : NULL;
}

const struct syscall_desc *syscall_by_nr(int nr)
{
	if (nr < 0 || nr >= SYSCALL_NR_MAX || row_by_nr[nr] == 0)
		return NULL;
	return &syscalls[row_by_nr[nr] - 1];
}

const struct syscall_desc *syscall_by_sc(uint16_t sc)
{
	if (sc >= SC_COUNT || row_by_sc[sc] == 0)
		return NULL;
	return &syscalls[row_by_sc[sc] - 1];
}

const struct syscall_desc *syscall_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(syscalls); i++) {
		if (strcmp(syscalls[i].name, name) == 0)
			return &syscalls[i];
	}
	return NULL;
}

const char *syscall_count_name(int nr)
{
	const struct syscall_desc *desc = syscall_by_nr(nr);

	if (desc)
		return desc->name;
	switch (nr) {
	case COUNT_NR_SKIPPED: return "rt_sigreturn/skipped";
	case COUNT_NR_OTHER: return "other";
	default: return "unknown";
	}
}

int syscall_nr(const struct syscall_desc *desc)
{
	int nr = NR_HERE(desc->nr_x86_64, desc->nr_arm64);

	for (int at = SYSCALL_NR_COMPAT; nr < 0 && at < NR_COMPAT_END; at++) {
		if (syscall_by_nr(at) == desc)
			nr = at;
	}
	return nr;
}
