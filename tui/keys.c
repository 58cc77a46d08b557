/* SPDX-License-Identifier: Apache-2.0 */
/* The key table, see keys.h. */
#include "keys.h"
#include <stdio.h>
#include <string.h>
#include "request.h"
#include "text.h"

static const struct key_row key_rows[] = {
#define KEY(k, r, g, f) \
	{ .key = (k), .request = REQUEST_##r, .group = KEY_GROUP_##g, .footer = (f) },
#include "keys.def"
};

static const char *const group_titles[] = {
#define KEY_GROUP(id, title) [KEY_GROUP_##id] = title,
#include "keys.def"
};
_Static_assert(sizeof(group_titles) / sizeof(group_titles[0]) == KEY_GROUP_COUNT,
	       "a title for every group");

static const struct {
	int key;
	const char *name;
} special_names[] = {
	{ .key = INPUT_UP, .name = "Up" },        { .key = INPUT_DOWN, .name = "Down" },
	{ .key = INPUT_LEFT, .name = "Left" },    { .key = INPUT_RIGHT, .name = "Right" },
	{ .key = INPUT_PAGE_UP, .name = "PgUp" }, { .key = INPUT_PAGE_DOWN, .name = "PgDn" },
	{ .key = INPUT_HOME, .name = "Home" },    { .key = INPUT_END, .name = "End" },
	{ .key = INPUT_DELETE, .name = "Del" },   { .key = INPUT_ENTER, .name = "Enter" },
	{ .key = INPUT_ESCAPE, .name = "Esc" },   { .key = INPUT_BACKSPACE, .name = "Bksp" },
	{ .key = ' ', .name = "Space" },
};

size_t key_table_len(void)
{
	return sizeof(key_rows) / sizeof(key_rows[0]);
}

const struct key_row *key_at(size_t index)
{
	return &key_rows[index];
}

const struct key_row *key_find(int key)
{
	for (size_t i = 0; i < key_table_len(); i++)
		if (key_rows[i].key == key)
			return &key_rows[i];
	return NULL;
}

const char *key_group_title(enum key_group group)
{
	return group_titles[group];
}

void key_text(int key, char *name, size_t size)
{
	char bytes[5] = "";

	for (size_t i = 0; i < sizeof(special_names) / sizeof(special_names[0]); i++) {
		if (special_names[i].key == key) {
			snprintf(name, size, "%s", special_names[i].name);
			return;
		}
	}
	if (key >= INPUT_F1 && key <= INPUT_F12) {
		snprintf(name, size, "F%d", key - INPUT_F1 + 1);
	} else if (key >= 0 && key < 0x20) {
		snprintf(name, size, "Ctrl-%c", key + '@');
	} else if (key > 0x20 && key < INPUT_OTHER) {
		bytes[text_encode((uint32_t)key, bytes)] = '\0';
		snprintf(name, size, "%s", bytes);
	} else {
		snprintf(name, size, "?");
	}
}
