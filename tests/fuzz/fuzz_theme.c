/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theme files from the user's folder: any bytes. What is taken has only colours that exist; what is
 * refused says where, in text that does not drive a terminal. The parser is compiled in here,
 * because fuzzers are linked with the layers below tui/ only.
 */
#include "tui/theme.c"
#include <assert.h>

static void check_theme(const struct theme *theme)
{
	for (size_t role = 0; role < ROLE_COUNT; role++) {
		const struct style *style = &theme->styles[role];

		assert(style->fg >= STYLE_DEFAULT && style->fg <= 255);
		assert(style->bg >= STYLE_DEFAULT && style->bg <= 255);
		for (int colors = 0; colors <= 256; colors += 8) {
			struct style fitted = style_fit(*style, colors);
			int limit = colors < 8 ? 0 : colors < 16 ? 8 : colors < 256 ? 16 : 256;

			assert(fitted.fg < limit && fitted.bg < limit);
		}
	}
	assert(memchr(theme->name, 0, sizeof(theme->name)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of its own size: a read beyond the end is seen. */
	char *text = malloc(size ? size : 1);
	struct view_error err = { .line = 0 };
	struct theme theme;
	int rc;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	rc = theme_parse("fuzz.yaml", text, size, &theme, &err);
	free(text);
	if (!rc) {
		check_theme(&theme);
		return 0;
	}
	assert(rc == -EINVAL || rc == -ENOMEM);
	assert(rc != -EINVAL || (err.line > 0 && err.column > 0 && err.text[0]));
	for (const char *c = err.text; *c; c++)
		assert((unsigned char)*c >= 0x20 && *c != 0x7f);
	return 0;
}
