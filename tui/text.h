/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as cells of a terminal. The last place where host bytes pass before the screen: whatever
 * glyph_next() returns cannot drive a terminal, whatever the bytes were.
 */
#ifndef TUI_TEXT_H
#define TUI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct glyph {
	uint32_t code; /* never a control, a format character or a surrogate */
	int cells;     /* 0 (combining), 1 or 2 */
};

/*
 * Takes the glyph at text (NUL-terminated, not at its end) and returns what follows. Bytes that are
 * not UTF-8, controls and characters that change direction become '?'. With utf8 false everything
 * beyond ASCII does.
 */
const char *glyph_next(const char *text, bool utf8, struct glyph *ret_glyph);
/* Does the environment ask for UTF-8? Sets the locale of characters to what it asks for. */
bool text_locale_is_utf8(void);
/*
 * Takes the locale of the environment, once, while there is one thread: what json-c copies of it in
 * another must not change meanwhile (setlocale(3) is not safe there).
 */
void text_take_locale(void);
/* Cells that the text takes. */
int text_cells(const char *text, bool utf8);
/* Where the text starts after so many cells are left out at its front. */
const char *text_skip(const char *text, int cells, bool utf8);
/* Writes code as UTF-8 (1 to 4 bytes, no NUL); returns the number of bytes. */
size_t text_encode(uint32_t code, char bytes[4]);
/*
 * Does haystack contain needle? ASCII letters match in both cases. An empty needle is everywhere.
 */
bool text_contains(const char *haystack, const char *needle);

#endif
