/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transformers: what each takes and gives. Texts that they make live in the event's memory for
 * values; where there is none left, or a part has no value, they have no value.
 */
#include <errno.h>
#include <string.h>

#include "event.h"
#include "operand.h"
#include "pattern.h"

static const struct {
	unsigned least, most;
} arity[FILTER_TRANSFORM_COUNT] = {
#define FILTER_TRANSFORM(id, name, low, high, help) [FILTER_TRANSFORM_##id] = { low, high },
#include "transform.def"
};

static bool is_list(const struct operand *operand)
{
	return operand->kind == OPERAND_LIST || (operand->flags & FIELD_F_LIST);
}

static int refuse(const struct filter_operand *ast, const char *what, struct filter_error *err)
{
	filter_fail(err, FILTER_ERROR_TYPE, ast->pos, "transformer '%s' %s",
		    filter_transform_name(ast->transform), what);
	return -EINVAL;
}

static bool is_text(const struct operand *operand)
{
	return operand->type == FIELD_TEXT && !is_list(operand);
}

/* Fields that take no transformer, and lists in parentheses where they mean nothing. */
static int check_args(const struct operand *operand, const struct filter_operand *ast,
		      struct filter_error *err)
{
	const struct filter_operand *arg = ast->args;

	if (operand->args_len < arity[operand->transform].least ||
	    operand->args_len > arity[operand->transform].most)
		return refuse(ast, "takes another number of arguments", err);
	for (size_t i = 0; i < operand->args_len; i++, arg = arg->next) {
		if (operand->args[i]->flags & FIELD_F_NO_TRANSFORMER) {
			filter_fail(err, FILTER_ERROR_TYPE, arg->pos,
				    "field '%.64s' takes no transformer", arg->name.data);
			return -EINVAL;
		}
		if (arg->kind == FILTER_OPERAND_LIST &&
		    !(operand->transform == FILTER_TRANSFORM_JOIN && i == 1) &&
		    operand->transform != FILTER_TRANSFORM_LEN)
			return refuse(ast, "takes no list here", err);
	}
	return 0;
}

static int check_selector(struct operand *operand, const struct filter_operand *ast,
			  struct filter_error *err)
{
	if (!ast->arg.data)
		return 0;
	if (operand->transform != FILTER_TRANSFORM_GETOPT)
		return refuse(ast, "does not support field arguments", err);
	/* An empty one is part of the grammar and selects nothing. */
	if (ast->arg.len > 1)
		return refuse(ast, "selects an option of one letter", err);
	operand->selector = ast->arg.len ? ast->arg.data[0] : '\0';
	return 0;
}

int transform_check(struct operand *operand, const struct filter_operand *ast,
		    struct filter_error *err)
{
	const struct operand *first = operand->args[0];
	int rc = check_args(operand, ast, err);

	if (rc == 0)
		rc = check_selector(operand, ast, err);
	if (rc < 0)
		return rc;
	operand->type = FIELD_TEXT;
	switch (operand->transform) {
	case FILTER_TRANSFORM_TOLOWER:
	case FILTER_TRANSFORM_TOUPPER:
	case FILTER_TRANSFORM_BASENAME:
		if (first->type != FIELD_TEXT)
			return refuse(ast, "takes a text", err);
		operand->flags = first->flags & FIELD_F_LIST;
		break;
	case FILTER_TRANSFORM_B64:
		if (first->type != FIELD_TEXT && first->type != FIELD_BYTES)
			return refuse(ast, "takes a text or bytes", err);
		operand->type = first->type;
		operand->flags = first->flags & FIELD_F_LIST;
		break;
	case FILTER_TRANSFORM_LEN:
		if (first->type != FIELD_TEXT && first->type != FIELD_BYTES && !is_list(first))
			return refuse(ast, "takes a text, bytes or a list", err);
		operand->type = FIELD_U64;
		break;
	case FILTER_TRANSFORM_JOIN:
		if (!is_text(first) || !is_list(operand->args[1]))
			return refuse(ast, "takes a text and a list", err);
		break;
	case FILTER_TRANSFORM_CONCAT:
		for (size_t i = 0; i < operand->args_len; i++) {
			if (!is_text(operand->args[i]))
				return refuse(ast, "takes texts", err);
		}
		break;
	case FILTER_TRANSFORM_GETOPT:
		if (first->type != FIELD_TEXT || !is_text(operand->args[1]))
			return refuse(ast, "takes a list of arguments and the known options", err);
		operand->flags = operand->selector ? 0 : FIELD_F_LIST;
		break;
	case FILTER_TRANSFORM_COUNT: break;
	}
	return 0;
}

static char change_case(char c, enum filter_transform transform)
{
	if (transform == FILTER_TRANSFORM_TOLOWER)
		return pattern_lower(c);
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

/* The six bits of a letter of base64, -1 for others. */
static int b64_bits(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes into data, which has room for 3/4 of the text; false when it is not base64. */
static bool b64_decode(struct bytes text, char *data, size_t *ret_len)
{
	uint32_t bits = 0;
	size_t len = 0, letters = text.len;

	if (text.len % 4 == 0) {
		for (int pads = 0; pads < 2 && letters > 0 && text.data[letters - 1] == '='; pads++)
			letters--;
	}
	if (letters % 4 == 1)
		return false;
	for (size_t i = 0; i < letters; i++) {
		int value = b64_bits(text.data[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		/* Behind the first letter of four each completes a byte. */
		if (i % 4 != 0)
			data[len++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xff);
	}
	*ret_len = len;
	return true;
}

/* One text for one text, in place in *value. False: there is no value. */
static bool transform_one(enum filter_transform transform, struct filter_event *event,
			  struct field_value *value)
{
	struct bytes text = { value->text.data, value->text.len };
	char *data;

	if (transform == FILTER_TRANSFORM_BASENAME) {
		const char *slash = memrchr(text.data, '/', text.len);

		value->text.data = slash ? slash + 1 : text.data;
		value->text.len = text.len - (size_t)(value->text.data - text.data);
		return true;
	}
	data = filter_event_alloc(event, text.len + 1);
	if (!data)
		return false;
	value->text.data = data;
	if (transform == FILTER_TRANSFORM_B64)
		return b64_decode(text, data, &value->text.len);
	for (size_t i = 0; i < text.len; i++)
		data[i] = change_case(text.data[i], transform);
	return true;
}

static size_t each_value(struct operand *operand, struct filter_event *event)
{
	struct operand *from = operand->args[0];
	size_t n = operand_values(from, event), len = 0;

	for (size_t i = 0; i < n && len < operand->max; i++) {
		operand->values[len] = from->values[i];
		if (transform_one(operand->transform, event, &operand->values[len]))
			len++;
	}
	return len;
}

static size_t length(struct operand *operand, struct filter_event *event)
{
	struct operand *from = operand->args[0];
	size_t n = operand_values(from, event);

	if (n == 0)
		return 0;
	operand->values[0] = (struct field_value){
		.type = FIELD_U64,
		.u64 = is_list(from) ? n : from->values[0].text.len,
	};
	return 1;
}

/* A value as a text: that of texts is its own, others (of transformers: lengths) are rendered. */
static bool as_text(const struct operand *operand, struct field_value *value,
		    struct filter_event *event)
{
	char rendered[128];
	struct text_buf buf;
	char *data;

	if (value->type == FIELD_TEXT || value->type == FIELD_BYTES)
		return true;
	text_buf_init(&buf, rendered, sizeof(rendered));
	if (operand->kind == OPERAND_FIELD)
		field_value_render(operand->ref.field, value, &buf);
	else
		text_buf_printf(&buf, "%llu", (unsigned long long)value->u64);
	data = filter_event_alloc(event, buf.len + 1);
	if (!data)
		return false;
	memcpy(data, rendered, buf.len + 1);
	value->type = FIELD_TEXT;
	value->text.data = data;
	value->text.len = buf.len;
	return true;
}

/* Texts with another between, as one. */
static size_t glue(struct operand *operand, const struct field_value *parts, size_t parts_len,
		   struct bytes between, struct filter_event *event)
{
	size_t len = 0, at = 0;
	char *data;

	for (size_t i = 0; i < parts_len; i++)
		len += parts[i].text.len + (i ? between.len : 0);
	data = filter_event_alloc(event, len + 1);
	if (!data)
		return 0;
	for (size_t i = 0; i < parts_len; i++) {
		if (i > 0 && between.len > 0) {
			memcpy(data + at, between.data, between.len);
			at += between.len;
		}
		if (parts[i].text.len > 0)
			memcpy(data + at, parts[i].text.data, parts[i].text.len);
		at += parts[i].text.len;
	}
	operand->values[0] =
		(struct field_value){ .type = FIELD_TEXT, .text = { .data = data, .len = len } };
	return 1;
}

/* Values as texts into parts[0..FIELD_VALUES_MAX); appended at *len. False: one has none. */
static bool collect(struct operand *from, struct field_value *parts, size_t *len,
		    struct filter_event *event)
{
	size_t n = operand_values(from, event);

	for (size_t i = 0; i < n && *len < FIELD_VALUES_MAX; i++) {
		parts[*len] = from->values[i];
		if (!as_text(from, &parts[*len], event))
			return false;
		++*len;
	}
	return n > 0;
}

static size_t join(struct operand *operand, struct filter_event *event)
{
	struct operand *list = operand->args[1];
	struct field_value parts[FIELD_VALUES_MAX];
	struct bytes between;
	size_t len = 0;

	if (operand_values(operand->args[0], event) == 0)
		return 0;
	between = (struct bytes){ operand->args[0]->values[0].text.data,
				  operand->args[0]->values[0].text.len };
	if (list->kind != OPERAND_LIST)
		return collect(list, parts, &len, event) ? glue(operand, parts, len, between, event)
							 : 0;
	for (size_t i = 0; i < list->args_len; i++) {
		if (!collect(list->args[i], parts, &len, event))
			return 0;
	}
	return glue(operand, parts, len, between, event);
}

static size_t concat(struct operand *operand, struct filter_event *event)
{
	struct field_value parts[FIELD_VALUES_MAX];
	size_t len = 0;

	for (size_t i = 0; i < operand->args_len; i++) {
		if (!collect(operand->args[i], parts, &len, event))
			return 0;
	}
	return glue(operand, parts, len, (struct bytes){ "", 0 }, event);
}

/* Words of a text with blanks between. */
static size_t split(struct bytes text, struct field_value *words, size_t max)
{
	size_t len = 0;

	for (size_t at = 0; at < text.len && len < max;) {
		size_t start;

		while (at < text.len && text.data[at] == ' ')
			at++;
		for (start = at; at < text.len && text.data[at] != ' ';)
			at++;
		if (at > start)
			words[len++] = (struct field_value){
				.type = FIELD_TEXT,
				.text = { .data = text.data + start, .len = at - start },
			};
	}
	return len;
}

/* What getopt() found so far. */
struct options {
	struct operand *operand;
	struct bytes known; /* letters; a colon behind one: it takes a value */
	const struct field_value *words;
	size_t words_len;
	size_t len; /* values found */
};

static void option_found(struct options *o, struct field_value letter, struct field_value value)
{
	struct operand *operand = o->operand;

	if (!operand->selector) {
		if (o->len < operand->max)
			operand->values[o->len++] = letter;
	} else if (letter.text.data[0] == operand->selector) {
		/* As in most programs the last one counts. */
		operand->values[0] = value;
		o->len = 1;
	}
}

/* The letters of one word; returns how many words it used. */
static size_t option_word(struct options *o, size_t at)
{
	struct bytes word = { o->words[at].text.data, o->words[at].text.len };

	for (size_t i = 1; i < word.len; i++) {
		const char *known = memchr(o->known.data, word.data[i], o->known.len);
		struct field_value letter = { .type = FIELD_TEXT,
					      .text = { .data = word.data + i, .len = 1 } };
		struct field_value value = { .type = FIELD_TEXT, .text = { .data = "", .len = 0 } };
		bool takes;

		if (!known || word.data[i] == ':')
			continue;
		takes = known + 1 < o->known.data + o->known.len && known[1] == ':';
		if (takes && i + 1 < word.len) {
			value.text.data = word.data + i + 1;
			value.text.len = word.len - i - 1;
		} else if (takes && at + 1 < o->words_len) {
			value = o->words[at + 1];
		}
		if (!takes || value.text.len > 0)
			option_found(o, letter, value);
		if (takes)
			return i + 1 < word.len ? 1 : 2;
	}
	return 1;
}

static size_t getopt_values(struct operand *operand, struct filter_event *event)
{
	struct operand *from = operand->args[0];
	struct field_value words[FIELD_VALUES_MAX];
	struct options o = { .operand = operand, .words = words };
	size_t n = operand_values(from, event);

	if (n == 0 || operand_values(operand->args[1], event) == 0)
		return 0;
	o.known = (struct bytes){ operand->args[1]->values[0].text.data,
				  operand->args[1]->values[0].text.len };
	if (is_list(from)) {
		o.words_len = n < FIELD_VALUES_MAX ? n : FIELD_VALUES_MAX;
		memcpy(words, from->values, o.words_len * sizeof(*words));
	} else {
		o.words_len =
			split((struct bytes){ from->values[0].text.data, from->values[0].text.len },
			      words, FIELD_VALUES_MAX);
	}
	for (size_t at = 0; at < o.words_len;) {
		struct bytes word = { words[at].text.data, words[at].text.len };

		if (word.len == 2 && memcmp(word.data, "--", 2) == 0)
			break;
		at += word.len > 1 && word.data[0] == '-' && word.data[1] != '-'
			      ? option_word(&o, at)
			      : 1;
	}
	return o.len;
}

size_t transform_values(struct operand *operand, struct filter_event *event)
{
	switch (operand->transform) {
	case FILTER_TRANSFORM_TOLOWER:
	case FILTER_TRANSFORM_TOUPPER:
	case FILTER_TRANSFORM_BASENAME:
	case FILTER_TRANSFORM_B64: return each_value(operand, event);
	case FILTER_TRANSFORM_LEN: return length(operand, event);
	case FILTER_TRANSFORM_JOIN: return join(operand, event);
	case FILTER_TRANSFORM_CONCAT: return concat(operand, event);
	case FILTER_TRANSFORM_GETOPT: return getopt_values(operand, event);
	case FILTER_TRANSFORM_COUNT: break;
	}
	return 0;
}
