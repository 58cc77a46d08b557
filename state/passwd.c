/* SPDX-License-Identifier: Apache-2.0 */
#include "passwd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS 7 /* of passwd(5): name, password, uid, gid, comment, home, shell */
#define NAME_MAX_BYTES 64
#define PATH_MAX_BYTES 256

/* A field of a line. */
struct field {
	const char *text;
	size_t len;
};

void passwd_map_parse(const char *text, struct passwd_map *ret_map)
{
	struct passwd_map map = { .len = 0 };

	while (*text && map.len < PASSWD_RANGES_MAX) {
		struct passwd_range *range = &map.ranges[map.len];
		const char *newline = strchr(text, '\n');

		if (sscanf(text, " %" SCNu32 " %" SCNu32 " %" SCNu32, &range->inside,
			   &range->outside, &range->len) == 3)
			map.len++;
		if (!newline)
			break;
		text = newline + 1;
	}
	*ret_map = map;
}

/* The id that the host knows it by; false when it knows none. */
static bool map_id(const struct passwd_map *map, uint32_t *id)
{
	if (!map->len)
		return true;
	for (size_t i = 0; i < map->len; i++) {
		const struct passwd_range *range = &map->ranges[i];

		if (*id >= range->inside && *id - range->inside < range->len) {
			*id = range->outside + (*id - range->inside);
			return true;
		}
	}
	return false;
}

/* Splits a line at its colons; the number of fields. */
static size_t split(const char *line, size_t len, struct field fields[static FIELDS])
{
	const char *end = line + len;
	size_t count = 0;

	while (count < FIELDS) {
		const char *colon = memchr(line, ':', (size_t)(end - line));
		const char *stop = colon && count + 1 < FIELDS ? colon : end;

		fields[count++] = (struct field){ line, (size_t)(stop - line) };
		if (stop == end)
			break;
		line = stop + 1;
	}
	return count;
}

static bool parse_id(const struct field *field, uint32_t *ret_id)
{
	uint64_t id = 0;

	if (!field->len || field->len > 10)
		return false;
	for (size_t i = 0; i < field->len; i++) {
		if (field->text[i] < '0' || field->text[i] > '9')
			return false;
		id = id * 10 + (uint64_t)(field->text[i] - '0');
	}
	*ret_id = (uint32_t)id;
	return id < UINT32_MAX;
}

/* A text that ends where a NUL is, and that is not too long. */
static bool is_text(const struct field *field, size_t max)
{
	return field->len <= max && !memchr(field->text, 0, field->len);
}

/* Which fields of a file make a line. */
struct layout {
	size_t id, fields; /* its id is in that field; it has so many at least */
	bool has_folders;
};

/* Appends the line of an entry; false when there is no room for it. */
static bool add_line(char *lines, size_t *at, uint32_t id, const struct field *fields,
		     const struct layout *layout)
{
	size_t size = PASSWD_LINES_MAX - *at;
	int len;

	if (layout->has_folders)
		len = snprintf(lines + *at, size, "%" PRIu32 ":%.*s:%.*s:%.*s\n", id,
			       (int)fields[0].len, fields[0].text, (int)fields[5].len,
			       fields[5].text, (int)fields[6].len, fields[6].text);
	else
		len = snprintf(lines + *at, size, "%" PRIu32 ":%.*s\n", id, (int)fields[0].len,
			       fields[0].text);
	if ((size_t)len >= size) {
		lines[*at] = '\0';
		return false;
	}
	*at += (size_t)len;
	return true;
}

static char *make_lines(const char *text, size_t len, const struct passwd_map *map,
			const struct layout *layout)
{
	const char *end = text + (len < PASSWD_FILE_MAX ? len : PASSWD_FILE_MAX);
	char *lines = malloc(PASSWD_LINES_MAX), *fitting;
	size_t at = 0;

	if (!lines)
		return NULL;
	lines[0] = '\0';
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		struct field fields[FIELDS] = { { .len = 0 } };
		uint32_t id = 0;
		bool taken = split(text, (size_t)(stop - text), fields) >= layout->fields &&
			     fields[0].len && is_text(&fields[0], NAME_MAX_BYTES) &&
			     parse_id(&fields[layout->id], &id) && map_id(map, &id);

		if (layout->has_folders)
			taken = taken && is_text(&fields[5], PATH_MAX_BYTES) &&
				is_text(&fields[6], PATH_MAX_BYTES);
		if (taken && !add_line(lines, &at, id, fields, layout))
			break;
		text = stop + 1;
	}
	fitting = realloc(lines, at + 1);
	return fitting ? fitting : lines;
}

char *passwd_users(const char *text, size_t len, const struct passwd_map *map)
{
	static const struct layout users = { .id = 2, .fields = FIELDS, .has_folders = true };

	return make_lines(text, len, map, &users);
}

char *passwd_groups(const char *text, size_t len, const struct passwd_map *map)
{
	static const struct layout groups = { .id = 2, .fields = 3 };

	return make_lines(text, len, map, &groups);
}

int passwd_find(const char *lines, uint32_t id, struct passwd_entry *ret_entry)
{
	char wanted[16];
	size_t wanted_len = (size_t)snprintf(wanted, sizeof(wanted), "%" PRIu32 ":", id);

	for (const char *line = lines; line && *line;) {
		const char *newline = strchr(line, '\n');
		size_t len = newline ? (size_t)(newline - line) : strlen(line);
		struct field fields[FIELDS] = { { .len = 0 } };

		if (len > wanted_len && !memcmp(line, wanted, wanted_len)) {
			split(line, len, fields);
			*ret_entry = (struct passwd_entry){
				.name = fields[1].text,
				.name_len = fields[1].len,
				.home = fields[2].text,
				.home_len = fields[2].len,
				.shell = fields[3].text,
				.shell_len = fields[3].len,
			};
			return 0;
		}
		line = newline ? newline + 1 : NULL;
	}
	return -ENOENT;
}
