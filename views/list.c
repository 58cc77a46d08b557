/* SPDX-License-Identifier: Apache-2.0 */
#include "list.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "probe/schema/event.h"

#define LIST_CELL_MAX 4096

static void list_head(struct list *list)
{
	for (size_t i = 0; i < list->columns_len; i++) {
		const char *id = list->columns[i].id;
		size_t len = strlen(id);

		for (size_t j = 0; j < len; j++)
			fputc(toupper((unsigned char)id[j]), list->out);
		if (i + 1 < list->columns_len)
			fprintf(list->out, "%*s ",
				list->columns[i].width > len ? (int)(list->columns[i].width - len)
							     : 0,
				"");
	}
	fputc('\n', list->out);
}

void list_begin(struct list *list, FILE *out, enum list_format format,
		const struct list_column *columns, size_t columns_len)
{
	*list = (struct list){
		.out = out, .format = format, .columns = columns, .columns_len = columns_len
	};
	if (format == LIST_TEXT)
		list_head(list);
	else
		fputc('[', out);
}

void list_row(struct list *list, const struct cell *cells)
{
	char data[LIST_CELL_MAX];
	struct text_buf buf;

	if (list->format == LIST_JSON)
		fputs(list->rows ? ",\n{" : "\n{", list->out);
	list->rows++;
	for (size_t i = 0; i < list->columns_len; i++) {
		bool last = i + 1 == list->columns_len;

		text_buf_init(&buf, data, sizeof(data));
		if (list->format == LIST_JSON) {
			cell_json(&cells[i], &buf);
			fprintf(list->out, "%s\"%s\":%s", i ? "," : "", list->columns[i].id, data);
			continue;
		}
		cell_human(&cells[i], &buf);
		if (last)
			fputs(data, list->out);
		else
			fprintf(list->out, "%-*s ", (int)list->columns[i].width, data);
	}
	fputs(list->format == LIST_JSON ? "}" : "\n", list->out);
}

int list_end(struct list *list)
{
	if (list->format == LIST_JSON)
		fputs("\n]\n", list->out);
	errno = 0;
	if (fflush(list->out) != 0 || ferror(list->out))
		return errno ? -errno : -EIO;
	return 0;
}

struct cell list_text(const char *text)
{
	struct cell cell = { .kind = COLUMN_TEXT, .known = text != NULL };

	cell.text.data = text;
	cell.text.len = text ? strlen(text) : 0;
	return cell;
}

struct cell list_number(int64_t number)
{
	return (struct cell){ .kind = COLUMN_ID, .known = true, .i64 = number };
}

/* What does not apply: "-" and null. */
static struct cell list_or_none(const char *text)
{
	return list_text(text && text[0] ? text : NULL);
}

int list_views(const struct view_set *views, FILE *out, enum list_format format)
{
	static const struct list_column columns[] = {
		{ .id = "name", .width = 14 },  { .id = "key", .width = 3 },
		{ .id = "entity", .width = 8 }, { .id = "drill", .width = 10 },
		{ .id = "title", .width = 22 }, { .id = "help" },
	};
	struct list list;

	list_begin(&list, out, format, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < view_set_len(views); i++) {
		const struct view *view = view_set_at(views, i);

		list_row(&list,
			 (const struct cell[]){ list_text(view->name), list_or_none(view->key),
						list_text(entity_name(view->entity)),
						list_or_none(view->drill), list_text(view->title),
						list_or_none(view->help) });
	}
	return list_end(&list);
}

int list_columns(FILE *out, enum list_format format)
{
	static const struct list_column columns[] = {
		{ .id = "column", .width = 24 },
		{ .id = "entity", .width = 8 },
		{ .id = "header", .width = 12 },
		{ .id = "kind", .width = 10 },
		{ .id = "help" },
	};
	struct list list;

	list_begin(&list, out, format, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < column_table_len(); i++) {
		const struct column *column = column_at(i);

		list_row(&list, (const struct cell[]){ list_text(column->id),
						       list_text(entity_name(column->entity)),
						       list_text(column->header),
						       list_text(column_kind_name(column->kind)),
						       list_text(column->help) });
	}
	return list_end(&list);
}

/* "fd dirfd name flags" */
static const char *param_names(const struct event_desc *desc, struct text_buf *buf)
{
	for (size_t i = 0; i < desc->params_len; i++)
		text_buf_printf(buf, "%s%s:%s", i ? " " : "", desc->params[i].name,
				param_type_name(desc->params[i].type));
	return buf->data;
}

int list_events(FILE *out, enum list_format format)
{
	static const struct list_column columns[] = {
		{ .id = "code", .width = 4 },      { .id = "name", .width = 20 },
		{ .id = "direction", .width = 9 }, { .id = "kind", .width = 10 },
		{ .id = "id", .width = 28 },       { .id = "params" },
	};
	struct list list;

	list_begin(&list, out, format, columns, sizeof(columns) / sizeof(columns[0]));
	for (uint16_t code = 0; code < EVENT_CODE_COUNT; code++) {
		const struct event_desc *desc = event_by_code(code);
		char data[LIST_CELL_MAX];
		struct text_buf buf;

		if (!desc)
			continue;
		text_buf_init(&buf, data, sizeof(data));
		list_row(&list, (const struct cell[]){
					list_number(code), list_text(desc->name),
					list_text(desc->direction == EVENT_EXIT ? "exit" : "enter"),
					list_text(desc->kind), list_text(desc->id),
					list_text(param_names(desc, &buf)) });
	}
	return list_end(&list);
}

static const char *arg_names(const struct syscall_desc *desc, struct text_buf *buf)
{
	for (size_t i = 0; i < desc->args_len; i++)
		text_buf_printf(buf, "%s%s", i ? " " : "", desc->args[i].name);
	return buf->data;
}

static struct cell number_or_none(int16_t nr)
{
	return nr >= 0 ? list_number(nr) : list_text(NULL);
}

int list_syscalls(FILE *out, enum list_format format)
{
	static const struct list_column columns[] = {
		{ .id = "name", .width = 26 },
		{ .id = "x86_64", .width = 6 },
		{ .id = "arm64", .width = 6 },
		{ .id = "event", .width = 5 },
		{ .id = "args" },
	};
	struct list list;

	list_begin(&list, out, format, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *desc = syscall_at(i);
		char data[LIST_CELL_MAX];
		struct text_buf buf;

		text_buf_init(&buf, data, sizeof(data));
		list_row(&list, (const struct cell[]){ list_text(desc->name),
						       number_or_none(desc->nr_x86_64),
						       number_or_none(desc->nr_arm64),
						       list_number(desc->exit_event),
						       list_text(arg_names(desc, &buf)) });
	}
	return list_end(&list);
}
