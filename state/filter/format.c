/* SPDX-License-Identifier: Apache-2.0 */
/* Output formats, see format.h. */
#include "format.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "event.h"
#include "field.h"
#include "operand.h"
#include "parse.h"
#include "print.h"

#define FORMAT_MEMORY_MAX (16u << 20)
#define FORMAT_NAME_MAX 1024
#define FORMAT_VALUE_FIRST 4096

/* A name that the format prints, or that JSON has because it is part of one. */
struct format_field {
	const char *name;
	bool transformed;
	struct field_ref ref;        /* of a plain field */
	struct operand *operand;     /* of a transformer, else NULL */
	struct format_field *inside; /* parts of a transformer, which JSON has too */
	struct format_field *next;
};

/* A piece of the text. */
struct format_piece {
	const char *text; /* literal, when field is NULL */
	size_t len;
	struct format_field *field;
	unsigned width; /* 0: as it is */
	struct format_piece *next;
};

struct format {
	struct memory *memory;
	struct arena arena;
	struct format_piece *pieces, **tail;
	size_t fields_len;
	bool all; /* `*` */
	struct filter_clocks clocks;
	struct format_field **sorted; /* distinct names of all fields and their parts */
	size_t sorted_len;
};

/* What is left to compile. */
struct format_text {
	const char *text;
	size_t len, at;
	struct filter_error *err;
};

static int format_fail(const struct format_text *from, enum filter_error_kind kind,
		       const char *message)
{
	struct filter_pos pos = {
		.index = (uint32_t)from->at,
		.line = 1,
		.column = (uint32_t)from->at + 1,
	};

	return filter_fail(from->err, kind, pos, "%s", message);
}

/* A token that is no field: with what the look-up says, and the nearest name. */
static int format_fail_field(const struct format_text *from, int error)
{
	const char *token = from->text + from->at, *nearest;
	size_t left = from->len - from->at, len = 0;
	char message[sizeof(from->err->message)];
	struct text_buf buf;

	while (len < left && !strchr(" \t\n,;:()%'\"", token[len]))
		len++;
	text_buf_init(&buf, message, sizeof(message));
	nearest = field_lookup_error(token, len, error, &buf);
	format_fail(from, FILTER_ERROR_UNKNOWN_FIELD, message);
	if (from->err && nearest && strlen(nearest) < sizeof(from->err->nearest))
		memcpy(from->err->nearest, nearest, strlen(nearest) + 1);
	return -EINVAL;
}

static struct format_piece *format_add(struct format *format)
{
	struct format_piece *piece = arena_alloc(&format->arena, sizeof(*piece));

	if (!piece)
		return NULL;
	*piece = (struct format_piece){ .text = NULL };
	*format->tail = piece;
	format->tail = &piece->next;
	return piece;
}

static struct format_field *format_field_new(struct format *format, const char *name, size_t len)
{
	struct format_field *field = arena_alloc(&format->arena, sizeof(*field));
	char *copy = field ? arena_text(&format->arena, name, len) : NULL;

	if (!copy)
		return NULL;
	memset(field, 0, sizeof(*field));
	field->name = copy;
	return field;
}

/* Is it one of those that have one argument and turn a value into another? */
static bool is_unary(const struct filter_operand *ast)
{
	return ast->kind == FILTER_OPERAND_TRANSFORM && ast->args && !ast->args->next;
}

static int format_operand(struct format *format, const struct filter_operand *ast,
			  struct format_field **list, struct filter_error *err);

/*
 * The parts of a transformer that have a name of their own: fields, and transformers of several
 * arguments. Of a chain of one-argument ones only the whole chain has.
 */
static int format_parts(struct format *format, const struct filter_operand *ast,
			struct format_field **list, struct filter_error *err)
{
	const struct filter_operand *arg;
	int r = 0;

	while (is_unary(ast))
		ast = ast->args;
	if (ast->kind == FILTER_OPERAND_FIELD)
		return format_operand(format, ast, list, err);
	for (arg = ast->args; arg && r == 0; arg = arg->next) {
		if (arg->kind == FILTER_OPERAND_LIST)
			r = format_parts(format, arg, list, err);
		else if (arg->kind == FILTER_OPERAND_FIELD || arg->kind == FILTER_OPERAND_TRANSFORM)
			r = format_operand(format, arg, list, err);
	}
	return r;
}

/* A field or transformer, in front of the list. */
static int format_operand(struct format *format, const struct filter_operand *ast,
			  struct format_field **list, struct filter_error *err)
{
	struct format_field *field;
	char name[FORMAT_NAME_MAX];
	struct text_buf buf;
	int r;

	text_buf_init(&buf, name, sizeof(name));
	filter_print_operand(ast, &buf);
	field = format_field_new(format, buf.data, buf.len);
	if (!field)
		return filter_fail_memory(err);
	r = operand_new(&format->arena, ast, &format->clocks, &field->operand, err);
	if (r < 0)
		return r;
	if (ast->kind == FILTER_OPERAND_TRANSFORM) {
		field->transformed = true;
		r = format_parts(format, ast, &field->inside, err);
	} else {
		if (field->operand->flags & (FIELD_F_NO_TRANSFORMER | FIELD_F_FILTER_ONLY))
			return filter_fail(err, FILTER_ERROR_TYPE, ast->pos,
					   "field %s cannot be in a transformer", field->name);
		field->ref = field->operand->ref;
		field->operand = NULL;
	}
	if (r < 0)
		return r;
	field->next = *list;
	*list = field;
	return 0;
}

/* Behind the parenthesis that closes the one at text[at] and a selector; 0: never closed. */
static size_t call_end(const char *text, size_t len, size_t at)
{
	unsigned depth = 0;
	char quote = '\0';

	for (; at < len; at++) {
		char c = text[at];

		if (quote) {
			if (c == '\\' && at + 1 < len)
				at++;
			else if (c == quote)
				quote = '\0';
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '(') {
			depth++;
		} else if (c == ')' && --depth == 0) {
			break;
		}
	}
	if (at == len)
		return 0;
	at++;
	if (at < len && text[at] == '[') {
		const char *end = memchr(text + at, ']', len - at);

		return end ? (size_t)(end - text) + 1 : at;
	}
	return at;
}

/* A transformer is what a condition with it would have on its left side. */
static int format_call(struct format *format, struct format_text *from, size_t end,
		       struct format_field **ret_field)
{
	static const char tail[] = " exists";
	size_t len = end - from->at;
	struct filter_ast *ast;
	struct format_field *list = NULL;
	char *condition = malloc(len + sizeof(tail));
	int r;

	if (!condition)
		return filter_fail_memory(from->err);
	memcpy(condition, from->text + from->at, len);
	memcpy(condition + len, tail, sizeof(tail));
	r = filter_parse(condition, len + sizeof(tail) - 1, NULL, &ast, from->err);
	free(condition);
	if (r == 0) {
		if (ast->root->kind == FILTER_NODE_CHECK)
			r = format_operand(format, ast->root->check.left, &list, from->err);
		else
			r = format_fail(from, FILTER_ERROR_SYNTAX, "this is not a transformer");
		filter_ast_free(ast);
	}
	if (r < 0) {
		/* Places are those of the whole text. */
		if (from->err) {
			from->err->pos.index += (uint32_t)from->at;
			from->err->pos.column += (uint32_t)from->at;
		}
		return r;
	}
	from->at = end;
	*ret_field = list;
	return 0;
}

/* The name of a transformer with its parenthesis: its length without; 0: it is none. */
static size_t transform_len(const struct format_text *from)
{
	const char *text = from->text + from->at;
	size_t left = from->len - from->at, len = 0;
	int i;

	while (len < left &&
	       ((text[len] >= 'a' && text[len] <= 'z') || (text[len] >= '0' && text[len] <= '9')))
		len++;
	if (len == left || text[len] != '(')
		return 0;
	for (i = 0; i < FILTER_TRANSFORM_COUNT; i++) {
		const char *name = filter_transform_name((enum filter_transform)i);

		if (strlen(name) == len && !memcmp(name, text, len))
			return len;
	}
	return 0;
}

static int format_plain(struct format *format, struct format_text *from,
			struct format_field **ret_field)
{
	struct field_ref ref;
	size_t used;
	int r = field_lookup_prefix(from->text + from->at, from->len - from->at, &ref, &used);

	if (r < 0)
		return format_fail_field(from, r);
	if (ref.field->flags & FIELD_F_FILTER_ONLY)
		return format_fail(from, FILTER_ERROR_TYPE, "this field is for conditions only");
	*ret_field = format_field_new(format, from->text + from->at, used);
	if (!*ret_field)
		return filter_fail_memory(from->err);
	(*ret_field)->ref = ref;
	from->at += used;
	return 0;
}

/* What follows a percent sign. */
static int format_token(struct format *format, struct format_text *from)
{
	struct format_piece *piece = format_add(format);
	unsigned width = 0;
	size_t name, end;

	if (!piece)
		return filter_fail_memory(from->err);
	while (from->at < from->len && from->text[from->at] >= '0' && from->text[from->at] <= '9') {
		width = width * 10 + (unsigned)(from->text[from->at++] - '0');
		if (width > FORMAT_WIDTH_MAX)
			return format_fail(from, FILTER_ERROR_LIMIT, "the width is too large");
	}
	piece->width = width;
	if (from->at == from->len)
		return format_fail(from, FILTER_ERROR_SYNTAX,
				   "the text ends in %, which begins a field");
	if (format->fields_len == FORMAT_FIELDS_MAX)
		return format_fail(from, FILTER_ERROR_LIMIT, "there are too many fields");
	format->fields_len++;
	name = transform_len(from);
	if (!name)
		return format_plain(format, from, &piece->field);
	end = call_end(from->text, from->len, from->at + name);
	if (!end)
		return format_fail(from, FILTER_ERROR_SYNTAX,
				   "the parenthesis of the transformer is never closed");
	return format_call(format, from, end, &piece->field);
}

static int format_literal(struct format *format, struct format_text *from)
{
	const char *text = from->text + from->at;
	const char *percent = memchr(text, '%', from->len - from->at);
	size_t len = percent ? (size_t)(percent - text) : from->len - from->at;
	struct format_piece *piece = len ? format_add(format) : NULL;

	if (!len)
		return 0;
	if (!piece)
		return filter_fail_memory(from->err);
	piece->text = arena_text(&format->arena, text, len);
	piece->len = len;
	from->at += len;
	return piece->text ? 0 : filter_fail_memory(from->err);
}

static int compare_names(const void *a, const void *b)
{
	const struct format_field *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* Puts down a field and its parts; returns how many. list NULL: only counts. */
static size_t format_collect(struct format_field *field, struct format_field **list)
{
	size_t count = 0;

	for (; field; field = field->next) {
		if (list)
			list[count] = field;
		count++;
		count += format_collect(field->inside, list ? list + count : NULL);
	}
	return count;
}

static int format_sort(struct format *format)
{
	struct format_piece *piece;
	size_t count = 0, i, kept = 0;

	for (piece = format->pieces; piece; piece = piece->next)
		count += format_collect(piece->field, NULL);
	format->sorted = arena_alloc(&format->arena, (count + 1) * sizeof(format->sorted[0]));
	if (!format->sorted)
		return -ENOMEM;
	count = 0;
	for (piece = format->pieces; piece; piece = piece->next)
		count += format_collect(piece->field, format->sorted + count);
	qsort(format->sorted, count, sizeof(format->sorted[0]), compare_names);
	for (i = 0; i < count; i++) {
		if (!kept || strcmp(format->sorted[kept - 1]->name, format->sorted[i]->name) != 0)
			format->sorted[kept++] = format->sorted[i];
	}
	format->sorted_len = kept;
	return 0;
}

static int format_pieces(struct format *format, struct format_text *from)
{
	int r = 0;

	if (from->len && from->text[0] == '*') {
		format->all = true;
		from->at = 1;
	}
	while (r == 0 && from->at < from->len) {
		r = format_literal(format, from);
		if (r == 0 && from->at < from->len) {
			from->at++;
			r = format_token(format, from);
		}
	}
	if (r == 0 && format_sort(format) < 0)
		r = filter_fail_memory(from->err);
	return r;
}

int format_compile(const char *text, size_t len, struct format **ret_format,
		   struct filter_error *err)
{
	struct format_text from = { .text = text, .len = len, .err = err };
	struct format *format;
	int r;

	if (len > FORMAT_BYTES_MAX)
		return format_fail(&from, FILTER_ERROR_LIMIT, "the format is too long");
	format = calloc(1, sizeof(*format));
	if (!format || memory_new(FORMAT_MEMORY_MAX, &format->memory) < 0) {
		free(format);
		return filter_fail_memory(err);
	}
	arena_init(&format->arena, format->memory);
	format->tail = &format->pieces;
	r = format_pieces(format, &from);
	if (r < 0) {
		format_free(format);
		return r;
	}
	*ret_format = format;
	return 0;
}

void format_free(struct format *format)
{
	if (!format)
		return;
	arena_release(&format->arena);
	memory_unref(format->memory);
	free(format);
}

/* The values of a field; *ret_values is borrowed or is room. */
static size_t field_values(const struct format_field *field, struct filter_event *event,
			   struct field_value *room, const struct field_value **ret_values)
{
	if (field->operand) {
		size_t count = operand_values(field->operand, event);

		*ret_values = field->operand->values;
		return count;
	}
	*ret_values = room;
	return field_get(&field->ref, event, room, FIELD_VALUES_MAX);
}

static bool is_list(const struct format_field *field)
{
	return ((field->operand ? field->operand->flags : field->ref.field->flags) & FIELD_F_LIST);
}

/* Several values are joined: lists in parentheses; of numbers that are no list the first stands. */
static void values_render(const struct format_field *field, const struct field_value *values,
			  size_t count, struct text_buf *buf)
{
	bool list = is_list(field);
	size_t i;

	if (!list && count > 1 && values[0].type != FIELD_TEXT)
		count = 1;
	text_buf_add(buf, list ? "(" : "");
	for (i = 0; i < count; i++) {
		text_buf_add(buf, !i ? "" : list ? "," : " ");
		field_value_render(field->ref.field, &values[i], buf);
	}
	text_buf_add(buf, list ? ")" : "");
}

/* Appends text in exactly width characters. */
static void add_padded(struct text_buf *buf, const char *text, size_t len, unsigned width)
{
	unsigned columns = 0;
	size_t at = 0;

	while (at < len && columns < width) {
		at++;
		while (at < len && ((unsigned char)text[at] & 0xc0) == 0x80)
			at++;
		columns++;
	}
	text_buf_addn(buf, text, at);
	for (; columns < width; columns++)
		text_buf_add(buf, " ");
}

static void format_field_render(const struct format_piece *piece, struct filter_event *event,
				const struct field_value *values, size_t count,
				struct text_buf *buf)
{
	struct text_buf one;
	char *room;

	if (!piece->width && count) {
		values_render(piece->field, values, count, buf);
		return;
	}
	if (!count) {
		if (piece->width)
			add_padded(buf, "<NA>", 4, piece->width);
		else
			text_buf_add(buf, "<NA>");
		return;
	}
	/* No more is printed than the width: a character has at most four bytes. */
	room = filter_event_alloc(event, FORMAT_VALUE_FIRST + 4u * piece->width);
	if (!room)
		return;
	text_buf_init(&one, room, FORMAT_VALUE_FIRST + 4u * piece->width);
	values_render(piece->field, values, count, &one);
	add_padded(buf, one.data, one.len, piece->width);
}

/* A new event, or the same under another name: values are taken anew. */
static void format_begin(struct format *format)
{
	format->clocks.event++;
	format->clocks.name++;
}

bool format_render(struct format *format, struct filter_event *event, struct text_buf *buf)
{
	struct field_value room[FIELD_VALUES_MAX];
	const struct field_value *values;
	const struct format_piece *piece;

	format_begin(format);
	for (piece = format->pieces; piece; piece = piece->next) {
		size_t count;

		if (!piece->field) {
			text_buf_addn(buf, piece->text, piece->len);
			continue;
		}
		count = field_values(piece->field, event, room, &values);
		if (!count && !format->all)
			return false;
		format_field_render(piece, event, values, count, buf);
	}
	return true;
}

static void json_text(struct text_buf *buf, const char *text, size_t len)
{
	size_t i;

	text_buf_add(buf, "\"");
	for (i = 0; i < len; i++) {
		/* Control bytes are escaped already; what is left are JSON's own two. */
		if (text[i] == '"' || text[i] == '\\')
			text_buf_add(buf, "\\");
		text_buf_addn(buf, text + i, 1);
	}
	text_buf_add(buf, "\"");
}

/* A value that JSON has no type for, as text. */
static void json_rendered(const struct format_field *field, struct filter_event *event,
			  const struct field_value *values, size_t count, struct text_buf *buf)
{
	size_t size = FORMAT_VALUE_FIRST, i;
	struct text_buf one;
	char *room;

	for (i = 0; i < count; i++) {
		if (values[i].type == FIELD_TEXT || values[i].type == FIELD_BYTES)
			size += 4 * values[i].text.len + 1;
	}
	room = filter_event_alloc(event, size);
	if (!room) {
		text_buf_add(buf, "null");
		return;
	}
	text_buf_init(&one, room, size);
	values_render(field, values, count, &one);
	json_text(buf, one.data, one.len);
}

static void json_value(const struct format_field *field, struct filter_event *event,
		       const struct field_value *value, struct text_buf *buf)
{
	switch (value->type) {
	case FIELD_I64: text_buf_printf(buf, "%" PRId64, value->i64); break;
	case FIELD_U64:
	case FIELD_PORT:
	case FIELD_ABSTIME:
	case FIELD_RELTIME: text_buf_printf(buf, "%" PRIu64, value->u64); break;
	case FIELD_BOOL: text_buf_add(buf, value->boolean ? "true" : "false"); break;
	case FIELD_DOUBLE: text_buf_printf(buf, "%.17g", value->real); break;
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_IP:
	case FIELD_NET: json_rendered(field, event, value, 1, buf); break;
	case FIELD_DYN:
	case FIELD_TYPE_COUNT: text_buf_add(buf, "null"); break;
	}
}

static void json_values(const struct format_field *field, struct filter_event *event,
			const struct field_value *values, size_t count, struct text_buf *buf)
{
	size_t i;

	if (!is_list(field)) {
		if (!count)
			text_buf_add(buf, "null");
		else if (count > 1 && values[0].type == FIELD_TEXT)
			json_rendered(field, event, values, count, buf);
		else if (!field->operand && !strcmp(field->name, "evt.time"))
			text_buf_printf(buf, "%" PRIu64, event->event->ts_ns);
		else
			json_value(field, event, values, buf);
		return;
	}
	text_buf_add(buf, "[");
	for (i = 0; i < count; i++) {
		text_buf_add(buf, i ? "," : "");
		/* An element is not in parentheses. */
		if (values[i].type == FIELD_TEXT)
			json_text(buf, values[i].text.data, values[i].text.len);
		else
			json_value(field, event, &values[i], buf);
	}
	text_buf_add(buf, "]");
}

/* How many of the pieces come before the first field without a value; all of them with `*`. */
static const struct format_piece *format_stop(struct format *format, struct filter_event *event)
{
	struct field_value room[FIELD_VALUES_MAX];
	const struct field_value *values;
	const struct format_piece *piece;

	for (piece = format->pieces; piece && !format->all; piece = piece->next) {
		if (piece->field && !field_values(piece->field, event, room, &values))
			return piece;
	}
	return NULL;
}

/* Is a field, perhaps as a part of another, in the pieces before stop? */
static bool is_before(const struct format *format, const struct format_piece *stop,
		      const char *name)
{
	const struct format_piece *piece;
	const struct format_field *part;

	for (piece = format->pieces; piece != stop; piece = piece->next) {
		if (!piece->field)
			continue;
		if (!strcmp(piece->field->name, name))
			return true;
		for (part = piece->field->inside; part; part = part->next) {
			if (!strcmp(part->name, name))
				return true;
		}
	}
	return false;
}

static bool render_json(struct format *format, struct filter_event *event, bool transformed,
			struct text_buf *buf)
{
	struct field_value room[FIELD_VALUES_MAX];
	const struct field_value *values;
	const struct format_piece *stop;
	const char *separator = "{";
	size_t i;

	format_begin(format);
	stop = format_stop(format, event);
	for (i = 0; i < format->sorted_len; i++) {
		const struct format_field *field = format->sorted[i];
		size_t count;

		if ((field->transformed && !transformed) ||
		    (stop && !is_before(format, stop, field->name)))
			continue;
		count = field_values(field, event, room, &values);
		text_buf_add(buf, separator);
		separator = ",";
		json_text(buf, field->name, strlen(field->name));
		text_buf_add(buf, ":");
		json_values(field, event, values, count, buf);
	}
	text_buf_add(buf, separator[0] == '{' ? "null" : "}");
	return !stop;
}

bool format_render_json(struct format *format, struct filter_event *event, struct text_buf *buf)
{
	return render_json(format, event, true, buf);
}

bool format_render_json_plain(struct format *format, struct filter_event *event,
			      struct text_buf *buf)
{
	return render_json(format, event, false, buf);
}

size_t format_fields_len(const struct format *format)
{
	return format->fields_len;
}

const char *format_field_name(const struct format *format, size_t index)
{
	const struct format_piece *piece;

	for (piece = format->pieces; piece; piece = piece->next) {
		if (piece->field && index-- == 0)
			return piece->field->name;
	}
	return NULL;
}
