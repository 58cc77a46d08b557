/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of conditions. There is no token stream: what a word is depends on where it stands, so the
 * parser asks for one kind after the other, and a function that does not find its kind leaves the
 * position where it was. The characters:
 *
 *   blank   space, tab, backspace, CR, LF
 *   ident   a letter, then letters, digits, _
 *   field   two or more idents with a dot between
 *   bare    anything but ( ) " ' blank = , NUL
 */
#ifndef STATE_FILTER_LEX_H
#define STATE_FILTER_LEX_H

#include <stdbool.h>
#include "ast.h"
#include "error.h"

struct lexer {
	const char *text;
	size_t len;
	struct filter_pos pos;
};

void lexer_init(struct lexer *lex, const char *text, size_t len);
bool lex_at_end(const struct lexer *lex);
/* The byte at the position, 0 at the end. */
char lex_peek(const struct lexer *lex);
/* Blanks, any number; false when there is none. */
bool lex_blank(struct lexer *lex);
/* Exactly this text; what follows is not looked at. */
bool lex_word(struct lexer *lex, const char *word);
/* Each gives the bytes it went over; they are in the lexer's text and not NUL-terminated. */
bool lex_ident(struct lexer *lex, struct filter_str *ret_text);
bool lex_field(struct lexer *lex, struct filter_str *ret_text);
bool lex_bare(struct lexer *lex, struct filter_str *ret_text);
/* The argument of a field without quotes: anything but [ ] " ' blank NUL. */
bool lex_bare_arg(struct lexer *lex, struct filter_str *ret_text);
/* [+-]digits[.digits][e[+-]digits], or 0x and hexadecimal digits. */
bool lex_number(struct lexer *lex, struct filter_str *ret_text);
bool lex_hex(struct lexer *lex, struct filter_str *ret_text);
/*
 * A quoted text. 1 with its meaning in the arena, 0 when there is no quote here, -EINVAL (never
 * ends, unknown escape) or -ENOMEM with *err.
 */
int lex_quoted(struct lexer *lex, struct arena *arena, struct filter_str *ret_text,
	       struct filter_error *err);

#endif
