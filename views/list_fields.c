/* SPDX-License-Identifier: Apache-2.0 */
/* `saker list fields`: apart from the other lists, because getters of fields need the state. */
#include "list.h"
#include "state/filter/field.h"

#define MARKS_MAX 128

/* What stands in brackets behind a field. */
static const char *field_argument(enum field_arg arg)
{
	switch (arg) {
	case FIELD_ARG_INDEX: return "number";
	case FIELD_ARG_INDEX_MAY: return "[number]";
	case FIELD_ARG_KEY: return "name";
	case FIELD_ARG_KEY_MAY: return "[name]";
	case FIELD_ARG_EITHER: return "either";
	case FIELD_ARG_EITHER_MAY: return "[either]";
	case FIELD_ARG_NONE: break;
	}
	return NULL;
}

static const char *field_marks(uint32_t flags, struct text_buf *buf)
{
	static const struct {
		uint32_t flag;
		const char *mark;
	} marks[] = {
		{ .flag = FIELD_F_LIST, .mark = "list" },
		{ .flag = FIELD_F_FILTER_ONLY, .mark = "condition" },
		{ .flag = FIELD_F_PRINT_ONLY, .mark = "output" },
		{ .flag = FIELD_F_DEPRECATED, .mark = "deprecated" },
		{ .flag = FIELD_F_OWN, .mark = "saker" },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (flags & marks[i].flag)
			text_buf_printf(buf, "%s%s", buf->len ? " " : "", marks[i].mark);
	}
	return buf->len ? buf->data : NULL;
}

int list_fields(FILE *out, enum list_format format)
{
	static const struct list_column columns[] = {
		{ .id = "field", .width = 42 },   { .id = "type", .width = 8 },
		{ .id = "argument", .width = 8 }, { .id = "marks", .width = 10 },
		{ .id = "group", .width = 11 },   { .id = "help" },
	};
	const struct field_class *class;
	struct list list;

	list_begin(&list, out, format, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; (class = field_class_at(i)); i++) {
		for (size_t j = 0; j < class->fields_len; j++) {
			const struct field *field = &class->fields[j];
			char data[MARKS_MAX];
			struct text_buf buf;

			if (field->flags & (FIELD_F_HIDDEN | FIELD_F_TABLE_ONLY))
				continue;
			text_buf_init(&buf, data, sizeof(data));
			list_row(&list, (const struct cell[]){
						list_text(field->name),
						list_text(field_type_name(field->type)),
						list_text(field_argument(field->arg)),
						list_text(field_marks(field->flags, &buf)),
						list_text(class->title), list_text(field->help) });
		}
	}
	return list_end(&list);
}
