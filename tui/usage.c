/* SPDX-License-Identifier: Apache-2.0 */
#include "usage.h"

#include <string.h>

#include "options.h"

#define HELP_COLUMN 30
#define HELP_WIDTH 80

/* Prints text from column HELP_COLUMN on, wrapped at blanks; the cursor is at column. */
static void print_wrapped(FILE *out, const char *text, size_t column)
{
	if (column + 2 > HELP_COLUMN) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", (int)(HELP_COLUMN - column), "");
	column = HELP_COLUMN;
	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > HELP_COLUMN) {
			if (column + 1 + len > HELP_WIDTH) {
				fprintf(out, "\n%*s", HELP_COLUMN, "");
				column = HELP_COLUMN;
			} else {
				fputc(' ', out);
				column++;
			}
		}
		fwrite(text, 1, len, out);
		column += len;
		text += len + (text[len] == ' ');
	}
	fputc('\n', out);
}

static void print_group(FILE *out, enum option_group group)
{
	fprintf(out, "\n%s:\n", option_group_title(group));
	for (enum option_id id = 0; id < OPTION_COUNT; id++) {
		const struct option_desc *option = option_at(id);
		char synopsis[64];

		if (option->group != group)
			continue;
		option_synopsis(id, synopsis, sizeof(synopsis));
		/* Long names line up below each other, with or without a letter. */
		print_wrapped(
			out, option->help,
			(size_t)fprintf(out, "  %s%s", option->letter ? "" : "    ", synopsis));
	}
	if (group == OPTION_GROUP_SCOPE)
		print_wrapped(out, "start this program and watch it with its descendants",
			      (size_t)fprintf(out, "  -- COMMAND [ARG...]"));
}

void usage_print(FILE *out)
{
	fputs("saker: a top for system calls\n\n", out);
	for (enum mode mode = 0; mode < MODE_COUNT; mode++) {
		const struct mode_desc *desc = mode_at(mode);

		print_wrapped(out, desc->help, (size_t)fprintf(out, "  %s", desc->synopsis));
	}
	for (enum option_group group = 0; group < OPTION_GROUP_COUNT; group++)
		print_group(out, group);
	fputs("\nStatus: 0 done; 1 a check found something wrong, or this machine cannot run the\n"
	      "probe; 2 bad usage. With COMMAND -b and stream end when it does, with its status.\n",
	      out);
}

/* "the monitor, -b, stream": who takes it. */
static const char *modes_text(const struct option_desc *option, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (enum mode mode = 0; mode < MODE_COUNT; mode++)
		if (option->modes & 1u << mode && len < size)
			len += (size_t)snprintf(text + len, size - len, "%s%s", len ? " " : "",
						mode_label(mode));
	return text;
}

int usage_list_options(FILE *out, enum list_format format)
{
	static const struct list_column columns[] = {
		{ .id = "letter", .width = 6 },
		{ .id = "name", .width = 16 },
		{ .id = "argument", .width = 14 },
		{ .id = "config", .width = 16 },
		{ .id = "modes", .width = 32 },
		{ .id = "help" },
		{ .id = "group" },
	};
	/* As text the group would only widen the lines. */
	size_t len = sizeof(columns) / sizeof(columns[0]) - (format == LIST_TEXT ? 1 : 0);
	struct list list;

	list_begin(&list, out, format, columns, len);
	for (enum option_id id = 0; id < OPTION_COUNT; id++) {
		const struct option_desc *option = option_at(id);
		char letter[2] = { option->letter, '\0' }, modes[64];

		list_row(&list, (const struct cell[]){
					list_text(letter), list_text(option->name),
					list_text(option->argument), list_text(option->config),
					list_text(modes_text(option, modes, sizeof(modes))),
					list_text(option->help),
					list_text(option_group_title(option->group)) });
	}
	return list_end(&list);
}
