/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions, see regex.h. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "regex.h"

#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct regex {
	pcre2_code *code;
	pcre2_match_context *limits;
	pcre2_match_data *data;
	char *text; /* room for a text made UTF-8; NULL until one needs it */
};

static size_t strip_front(struct bytes pattern)
{
	size_t i = 0;

	if (i < pattern.len && pattern.data[i] == '^')
		i++;
	while (i + 1 < pattern.len && pattern.data[i] == '.' && pattern.data[i + 1] &&
	       strchr("*+?", pattern.data[i + 1]))
		i += 2;
	return i;
}

bool regex_is_plain(struct bytes pattern)
{
	size_t start = strip_front(pattern), end = pattern.len;

	if (end > start && pattern.data[end - 1] == '$')
		end--;
	while (end >= start + 2 && pattern.data[end - 2] == '.' && pattern.data[end - 1] &&
	       strchr("*+?", pattern.data[end - 1]))
		end -= 2;
	for (size_t i = start; i < end; i++) {
		if (pattern.data[i] && strchr("\\.*+?()[]{}|^$", pattern.data[i]))
			return false;
	}
	return true;
}

/* Escapes that POSIX syntax has in RE2: of punctuation, of control characters, hexadecimal. */
static bool is_known_escape(char c)
{
	bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '_';

	return c != '\0' && (!word || strchr("aftnrvx", c));
}

/* The bytes of {n}, {n,}, {n,m} at pattern[at]; 0: it stands for itself. */
static size_t count_len(struct bytes pattern, size_t at)
{
	size_t i = at + 1, digits = 0;

	while (i < pattern.len && strchr("0123456789,", pattern.data[i]) && pattern.data[i]) {
		digits += pattern.data[i] != ',';
		i++;
	}
	return digits > 0 && i < pattern.len && pattern.data[i] == '}' ? i + 1 - at : 0;
}

/*
 * Where and why a pattern is not of the syntax: PCRE2 knows more. Returns NULL when it is fine.
 */
static const char *foreign(struct bytes pattern, size_t *ret_at)
{
	bool repeated = false;

	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.data[i], next = i + 1 < pattern.len ? pattern.data[i + 1] : '\0';
		size_t count = c == '{' ? count_len(pattern, i) : 0;
		bool repeats = count > 0 || c == '*' || c == '+' || c == '?';

		*ret_at = i;
		if (c == '\\' && !is_known_escape(next))
			return "this escape is not known here (no \\d \\w \\s \\b, no back "
			       "references)";
		if (c == '(' && (next == '?' || next == '*'))
			return "(? and (* are not known here";
		if (repeats && repeated)
			return "a repetition of a repetition";
		if (c == '[') {
			/* A class: PCRE2 checks the rest of it. */
			i += next == '^' ? 2 : 1;
			for (size_t first = i; i < pattern.len; i++) {
				if (pattern.data[i] == ']' && i > first)
					break;
				if (pattern.data[i] == '\\' && i + 1 < pattern.len &&
				    !is_known_escape(pattern.data[++i]))
					return "this escape is not known here";
				if (pattern.data[i] == '[' && i + 1 < pattern.len &&
				    pattern.data[i + 1] == ':')
					while (i + 1 < pattern.len && pattern.data[i] != ']')
						i++;
			}
		}
		i += c == '\\' ? 1 : count > 0 ? count - 1 : 0;
		repeated = repeats;
	}
	return NULL;
}

/* The bounds of matching: steps, recursion, memory. */
static int set_limits(struct regex *regex)
{
	regex->limits = pcre2_match_context_create(NULL);
	regex->data = pcre2_match_data_create(1, NULL);
	if (!regex->limits || !regex->data)
		return -ENOMEM;
	pcre2_set_match_limit(regex->limits, REGEX_STEPS_MAX);
	pcre2_set_depth_limit(regex->limits, REGEX_DEPTH_MAX);
	pcre2_set_heap_limit(regex->limits, REGEX_HEAP_MAX_KIB);
	return 0;
}

int regex_new(struct bytes pattern, struct filter_pos pos, struct regex **ret_regex,
	      struct filter_error *err)
{
	const uint32_t options = PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
				 PCRE2_DOLLAR_ENDONLY | PCRE2_NO_AUTO_CAPTURE;
	struct regex *regex;
	const char *wrong;
	PCRE2_SIZE offset = 0;
	size_t at = 0;
	int code;

	wrong = foreign(pattern, &at);
	if (wrong)
		return filter_fail(err, FILTER_ERROR_VALUE, pos, "regex, byte %zu: %s", at + 1,
				   wrong);
	regex = calloc(1, sizeof(*regex));
	if (!regex)
		return filter_fail_memory(err);
	regex->code =
		pcre2_compile((PCRE2_SPTR)pattern.data, pattern.len, options, &code, &offset, NULL);
	if (!regex->code) {
		PCRE2_UCHAR message[128] = "";

		pcre2_get_error_message(code, message, sizeof(message));
		regex_free(regex);
		return filter_fail(err, FILTER_ERROR_VALUE, pos, "regex, byte %zu: %s",
				   (size_t)offset + 1, (const char *)message);
	}
	if (set_limits(regex) < 0) {
		regex_free(regex);
		return filter_fail_memory(err);
	}
	*ret_regex = regex;
	return 0;
}

void regex_free(struct regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	pcre2_match_context_free(regex->limits);
	pcre2_match_data_free(regex->data);
	free(regex->text);
	free(regex);
}

/* Copies a text with U+FFFD for every byte that is no UTF-8, as far as PCRE2 sees it. */
static bool make_utf8(struct regex *regex, struct bytes *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t len = text->len < REGEX_TEXT_MAX ? text->len : REGEX_TEXT_MAX, to = 0;

	if (!regex->text)
		regex->text = malloc(3 * (size_t)REGEX_TEXT_MAX);
	if (!regex->text)
		return false;
	for (size_t i = 0; i < len;) {
		size_t n = pattern_letter((const unsigned char *)text->data + i, len - i);

		memcpy(regex->text + to, n ? text->data + i : replacement, n ? n : 3);
		to += n ? n : 3;
		i += n ? n : 1;
	}
	*text = (struct bytes){ regex->text, to };
	return true;
}

bool regex_match(struct regex *regex, struct bytes text)
{
	int rc = pcre2_match(regex->code, (PCRE2_SPTR)text.data, text.len, 0, 0, regex->data,
			     regex->limits);

	/* The errors about UTF-8 are the negative numbers in this range. */
	if (rc <= PCRE2_ERROR_UTF8_ERR1 && rc >= PCRE2_ERROR_UTF8_ERR21 && make_utf8(regex, &text))
		rc = pcre2_match(regex->code, (PCRE2_SPTR)text.data, text.len, 0, 0, regex->data,
				 regex->limits);
	return rc >= 0;
}
