/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as text, see path.h. */
#include "path.h"
#include <string.h>

struct path_out {
	char *text;
	size_t size, len; /* text has len bytes: "" is the root */
};

static void path_up(struct path_out *out)
{
	while (out->len && out->text[out->len - 1] != '/')
		out->len--;
	if (out->len)
		out->len--;
}

/* Adds the names of a part; 0 when they do not fit. */
static int path_add(struct path_out *out, struct path_part part)
{
	size_t at = 0;

	while (at < part.len) {
		const char *name = part.data + at;
		const char *slash = memchr(name, '/', part.len - at);
		size_t len = slash ? (size_t)(slash - name) : part.len - at;

		at += len + 1;
		if (!len || (len == 1 && name[0] == '.'))
			continue;
		if (len == 2 && name[0] == '.' && name[1] == '.') {
			path_up(out);
			continue;
		}
		if (out->size - out->len < len + 1)
			return 0;
		out->text[out->len++] = '/';
		memcpy(out->text + out->len, name, len);
		out->len += len;
	}
	return 1;
}

size_t path_join(char *text, size_t size, struct path_part base, struct path_part path)
{
	struct path_out out = { .text = text, .size = size };

	if (!path.data || !size)
		return 0;
	if (!path.len || path.data[0] != '/') {
		if (!base.data || !base.len || base.data[0] != '/' || !path_add(&out, base))
			return 0;
	}
	if (!path_add(&out, path))
		return 0;
	if (!out.len)
		text[out.len++] = '/';
	return out.len;
}

size_t path_folder_len(const char *path, size_t len)
{
	while (len && path[len - 1] != '/')
		len--;
	return len > 1 ? len - 1 : len;
}
