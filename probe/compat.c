/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which row a 32-bit call is and where its arguments are comes from schema/syscalls_i386.def or
 * syscalls_arm.def; which of them have a sign, or are ids, from the row itself.
 */
#include "compat.h"

#include <string.h>
#include "schema/event.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Where an argument comes from: a register, and the half of 64 bits that it is. */
#define PICK_LOW 0x80  /* the high half is in the next register */
#define PICK_HIGH 0x40 /* the high half is in the register before */
#define PICK_REG 0x07

struct compat_source {
	unsigned index;
	const char *row;
	uint8_t flags, words, at; /* of struct compat_row */
	uint8_t pick[6];
};

#define NIL COMPAT_REG_NONE
#define LOW(reg) ((reg) | PICK_LOW)
#define HIGH(reg) ((reg) | PICK_HIGH)
#define P(...)              \
	{                   \
		__VA_ARGS__ \
	}
#define TIME64 COMPAT_F_TIME64
#define ID16 COMPAT_F_ID16
#define PAGES COMPAT_F_PAGES
#define COMMAND COMPAT_F_COMMAND
#define SEMCTL COMPAT_F_SEMCTL
#define MSGRCV COMPAT_F_MSGRCV
#define COMMAND1 COMPAT_F_COMMAND1
#define COMMAND2 COMPAT_F_COMMAND2
/* A count of words, in a word of flags that has no room for it otherwise. */
#define BLOCK(n) ((n) << 8)
#define BY_NUMBER(number, name, bits, ...) \
	{ .index = (number),               \
	  .row = #name,                    \
	  .flags = (bits)&0xff,            \
	  .words = (bits) >> 8,            \
	  .pick = __VA_ARGS__ },
#define I386 BY_NUMBER
#define ARM BY_NUMBER
#define ARM_PRIVATE(number, ...) BY_NUMBER(COMPAT_AT_PRIVATE + (number), __VA_ARGS__)
#define SOCKETCALL(number, name, count)             \
	{ .index = COMPAT_AT_SOCKETCALL + (number), \
	  .row = #name,                             \
	  .words = (count),                         \
	  .at = 1,                                  \
	  .pick = P(0, 1, 2, 3, 4, 5) },
#define IPC(number, name, bits, ...) \
	{ .index = COMPAT_AT_IPC + (number), .row = #name, .flags = (bits), .pick = __VA_ARGS__ },
static const struct compat_source sources[] = {
#if defined(__aarch64__)
#include "schema/syscalls_arm.def"
#else
#include "schema/syscalls_i386.def"
#endif
};

static bool has_sign(enum arg_type type)
{
	return type == ARG_TYPE_INT || type == ARG_TYPE_LONG || type == ARG_TYPE_OFFSET ||
	       type == ARG_TYPE_FD || type == ARG_TYPE_PID;
}

static void row_fill(struct compat_row *row, const struct compat_source *source,
		     const struct syscall_desc *desc)
{
	row->nr = (uint16_t)(syscall_nr(desc) + 1);
	row->flags = source->flags;
	row->words = source->words;
	row->at = source->at;
	memset(row->low, COMPAT_REG_NONE, sizeof(row->low));
	memset(row->high, COMPAT_REG_NONE, sizeof(row->high));
	/* What a call does not take is not shown: the register holds something else. */
	for (size_t i = 0; i < desc->args_len; i++) {
		enum arg_type type = desc->args[i].type;
		uint8_t pick = source->pick[i];

		row->low[i] = pick & PICK_REG;
		if (pick & PICK_LOW)
			row->high[i] = (pick & PICK_REG) + 1;
		else if (pick & PICK_HIGH)
			row->high[i] = (pick & PICK_REG) - 1;
		else if (has_sign(type))
			row->is_signed |= (uint8_t)(1u << i);
		if (type == ARG_TYPE_UID || type == ARG_TYPE_GID)
			row->is_id |= (uint8_t)(1u << i);
	}
}

void compat_fill(struct compat_row *rows)
{
	memset(rows, 0, COMPAT_ROWS * sizeof(*rows));
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		const struct syscall_desc *desc = syscall_by_name(sources[i].row);

		if (desc && syscall_nr(desc) >= 0)
			row_fill(&rows[sources[i].index], &sources[i], desc);
	}
}
