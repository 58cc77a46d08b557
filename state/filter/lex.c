/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of conditions, see lex.h. */
#include "lex.h"

#include <errno.h>
#include <string.h>
#include "parse.h"

void lexer_init(struct lexer *lex, const char *text, size_t len)
{
	*lex = (struct lexer){ .text = text, .len = len, .pos = { 0, 1, 1 } };
}

bool lex_at_end(const struct lexer *lex)
{
	return lex->pos.index >= lex->len;
}

char lex_peek(const struct lexer *lex)
{
	return lex_at_end(lex) ? '\0' : lex->text[lex->pos.index];
}

static char peek_at(const struct lexer *lex, size_t offset)
{
	size_t at = lex->pos.index + offset;

	return at < lex->len ? lex->text[at] : '\0';
}

static void advance(struct lexer *lex, size_t bytes)
{
	for (; bytes > 0; bytes--) {
		if (lex->text[lex->pos.index++] == '\n') {
			lex->pos.line++;
			lex->pos.column = 1;
		} else {
			lex->pos.column++;
		}
	}
}

/* Goes over bytes and gives them. */
static bool take(struct lexer *lex, size_t bytes, struct filter_str *ret_text)
{
	if (bytes == 0)
		return false;
	*ret_text = (struct filter_str){ lex->text + lex->pos.index, (uint32_t)bytes };
	advance(lex, bytes);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* 0 to 15, -1 for what is no hexadecimal digit. */
static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool lex_blank(struct lexer *lex)
{
	size_t n = 0;

	while (is_blank(peek_at(lex, n)))
		n++;
	advance(lex, n);
	return n > 0;
}

bool lex_word(struct lexer *lex, const char *word)
{
	size_t n = strlen(word);

	if (lex->len - lex->pos.index < n || memcmp(lex->text + lex->pos.index, word, n) != 0)
		return false;
	advance(lex, n);
	return true;
}

/* Bytes of an ident at an offset, 0 when there is none. */
static size_t ident_len(const struct lexer *lex, size_t offset)
{
	size_t n = 0;

	if (!is_letter(peek_at(lex, offset)))
		return 0;
	while (is_letter(peek_at(lex, offset + n)) || is_digit(peek_at(lex, offset + n)) ||
	       peek_at(lex, offset + n) == '_')
		n++;
	return n;
}

bool lex_ident(struct lexer *lex, struct filter_str *ret_text)
{
	return take(lex, ident_len(lex, 0), ret_text);
}

bool lex_field(struct lexer *lex, struct filter_str *ret_text)
{
	size_t n = ident_len(lex, 0), first = n, more;

	while (n > 0 && peek_at(lex, n) == '.' && (more = ident_len(lex, n + 1)) > 0)
		n += 1 + more;
	return n > first && take(lex, n, ret_text);
}

static size_t run_without(const struct lexer *lex, const char *stops)
{
	size_t n = 0;

	/* strchr() finds the NUL as well. */
	while (!strchr(stops, peek_at(lex, n)) && !is_blank(peek_at(lex, n)))
		n++;
	return n;
}

bool lex_bare(struct lexer *lex, struct filter_str *ret_text)
{
	return take(lex, run_without(lex, "()\"'=,"), ret_text);
}

bool lex_bare_arg(struct lexer *lex, struct filter_str *ret_text)
{
	return take(lex, run_without(lex, "[]\"'"), ret_text);
}

static size_t digits_len(const struct lexer *lex, size_t offset)
{
	size_t n = 0;

	while (is_digit(peek_at(lex, offset + n)))
		n++;
	return n;
}

bool lex_number(struct lexer *lex, struct filter_str *ret_text)
{
	size_t n = peek_at(lex, 0) == '+' || peek_at(lex, 0) == '-', more;

	if (!(more = digits_len(lex, n)))
		return false;
	n += more;
	if (peek_at(lex, n) == '.' && (more = digits_len(lex, n + 1)))
		n += 1 + more;
	if (peek_at(lex, n) == 'e' || peek_at(lex, n) == 'E') {
		size_t sign = peek_at(lex, n + 1) == '+' || peek_at(lex, n + 1) == '-';

		if ((more = digits_len(lex, n + 1 + sign)))
			n += 1 + sign + more;
	}
	return take(lex, n, ret_text);
}

bool lex_hex(struct lexer *lex, struct filter_str *ret_text)
{
	size_t n = 2;

	if (peek_at(lex, 0) != '0' || (peek_at(lex, 1) != 'x' && peek_at(lex, 1) != 'X'))
		return false;
	while (hex_digit(peek_at(lex, n)) >= 0)
		n++;
	return n > 2 && take(lex, n, ret_text);
}

/*
 * One escape at the position (the backslash): its byte, or -1 when there is no such escape. A
 * backslash before a blank stands for itself and takes the blank with it: wrong, but in use.
 */
static int escape(struct lexer *lex, char quote)
{
	static const char letters[] = "bfnrt\\/ ", bytes[] = "\b\f\n\r\t\\/\\";
	char c = peek_at(lex, 1);
	const char *known = c ? strchr(letters, c) : NULL;
	int high, low;

	if (known || c == quote) {
		advance(lex, 2);
		return known ? bytes[known - letters] : quote;
	}
	if (c != 'x')
		return -1;
	high = hex_digit(peek_at(lex, 2));
	low = high < 0 ? -1 : hex_digit(peek_at(lex, 3));
	if (low < 0)
		return -1;
	advance(lex, 4);
	return high << 4 | low;
}

/*
 * The bytes up to the closing quote, backslashes included; SIZE_MAX when it never comes. A quote
 * behind a backslash never closes, even where the backslash is escaped itself: rules rely on it.
 */
static size_t quoted_len(const struct lexer *lex, char quote)
{
	for (size_t n = 1; lex->pos.index + n < lex->len; n++) {
		if (peek_at(lex, n) == quote && (n == 1 || peek_at(lex, n - 1) != '\\'))
			return n - 1;
	}
	return SIZE_MAX;
}

int lex_quoted(struct lexer *lex, struct arena *arena, struct filter_str *ret_text,
	       struct filter_error *err)
{
	char quote = lex_peek(lex);
	struct filter_pos start = lex->pos;
	size_t room, len = 0;
	char *data;

	if (quote != '"' && quote != '\'')
		return 0;
	room = quoted_len(lex, quote);
	if (room == SIZE_MAX)
		return filter_fail(err, FILTER_ERROR_SYNTAX, start,
				   "the quoted text that begins here does not end");
	data = arena_alloc(arena, room + 1);
	if (!data)
		return filter_fail_memory(err);
	advance(lex, 1);
	for (size_t end = lex->pos.index + room; lex->pos.index < end;) {
		int byte = (unsigned char)lex_peek(lex);

		if (byte == '\\')
			byte = escape(lex, quote);
		else
			advance(lex, 1);
		if (byte < 0)
			return filter_fail(err, FILTER_ERROR_SYNTAX, lex->pos,
					   "unknown escape: expected \\b \\f \\n \\r \\t \\\\ \\/ "
					   "\\%c or \\x and two hexadecimal digits",
					   quote);
		data[len++] = (char)byte;
	}
	advance(lex, 1);
	data[len] = '\0';
	*ret_text = (struct filter_str){ data, (uint32_t)len };
	return 1;
}

int filter_unquote(struct arena *arena, const char *text, size_t len, struct filter_str *ret_text,
		   struct filter_error *err)
{
	struct filter_str found;
	struct lexer lex;
	int rc;

	lexer_init(&lex, text, len);
	rc = lex_quoted(&lex, arena, &found, err);
	if (rc < 0)
		return rc;
	if (rc == 0 || !lex_at_end(&lex))
		return filter_fail(err, FILTER_ERROR_SYNTAX, lex.pos, "expected a quoted text");
	*ret_text = found;
	return 0;
}
