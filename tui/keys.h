/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: which key asks for what. A key is a character (its code point) or one of enum input_key.
 * The table is keys.def; the help screen, the footer and `list keys` are made from it.
 */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum input_key {
	INPUT_NONE = -1,
	INPUT_OTHER = 0x110000, /* a key that has no meaning here */
	INPUT_UP,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_RIGHT,
	INPUT_PAGE_UP,
	INPUT_PAGE_DOWN,
	INPUT_HOME,
	INPUT_END,
	INPUT_DELETE,
	INPUT_ENTER,
	INPUT_ESCAPE,
	INPUT_BACKSPACE,
	INPUT_F1,
	INPUT_F2,
	INPUT_F3,
	INPUT_F4,
	INPUT_F5,
	INPUT_F6,
	INPUT_F7,
	INPUT_F8,
	INPUT_F9,
	INPUT_F10,
	INPUT_F11,
	INPUT_F12,
};
#define INPUT_CTRL(letter) ((letter)&0x1f)

enum key_group {
#define KEY_GROUP(id, title) KEY_GROUP_##id,
#include "keys.def"
	KEY_GROUP_COUNT
};

struct key_row {
	int key;
	int request; /* enum request */
	enum key_group group;
	const char *footer; /* word in the footer, NULL: not there */
};

size_t key_table_len(void);
const struct key_row *key_at(size_t index);
/* The row of a key, NULL when it asks for nothing everywhere. */
const struct key_row *key_find(int key);
const char *key_group_title(enum key_group group);
/* Writes "PgUp", "Ctrl-L", "q", ...; always NUL-terminated. */
void key_text(int key, char *name, size_t size);

#endif
