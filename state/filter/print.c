/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical text, see print.h. */
#include "print.h"

#include <stdbool.h>
#include <string.h>
#include "lex.h"
#include "pattern.h"

static void add_quoted(const struct filter_str *text, struct text_buf *buf)
{
	static const char letters[] = "bfnrt\"\\", bytes[] = "\b\f\n\r\t\"\\";
	const unsigned char *data = (const unsigned char *)text->data;

	for (size_t i = 0, n; i < text->len; i += n ? n : 1) {
		const char *known = data[i] ? strchr(bytes, data[i]) : NULL;

		n = pattern_letter(data + i, text->len - i);
		/* A backslash must not stand before the closing quote. */
		if (known && !(data[i] == '\\' && i + 1 == text->len))
			text_buf_printf(buf, "\\%c", letters[known - bytes]);
		else if (known || n == 0 || data[i] < ' ' || data[i] == 0x7f)
			text_buf_printf(buf, "\\x%02x", data[i]);
		else
			text_buf_addn(buf, text->data + i, n);
	}
}

void filter_quote(const struct filter_str *text, struct text_buf *buf)
{
	text_buf_add(buf, "\"");
	add_quoted(text, buf);
	text_buf_add(buf, "\"");
}

static bool needs_quotes(const struct filter_str *text)
{
	const unsigned char *data = (const unsigned char *)text->data;

	for (size_t i = 0, n; i < text->len; i += n) {
		n = pattern_letter(data + i, text->len - i);
		if (n == 0 || data[i] <= ' ' || data[i] == 0x7f || strchr("()\"'=,\\", data[i]))
			return true;
	}
	return text->len == 0;
}

void filter_print_text(const struct filter_str *text, struct text_buf *buf)
{
	if (needs_quotes(text))
		filter_quote(text, buf);
	else
		text_buf_addn(buf, text->data, text->len);
}

/* A text among the arguments of a transformer keeps its quotes where it would read as a field. */
static void print_literal(const struct filter_str *text, struct text_buf *buf)
{
	struct filter_str found;
	struct lexer lex;

	lexer_init(&lex, text->data, text->len);
	if (lex_field(&lex, &found))
		filter_quote(text, buf);
	else
		filter_print_text(text, buf);
}

static void print_bracket(const struct filter_str *arg, struct text_buf *buf)
{
	if (!arg->data)
		return;
	text_buf_add(buf, "[");
	if (memchr(arg->data, '[', arg->len) || memchr(arg->data, ']', arg->len))
		filter_quote(arg, buf);
	else
		filter_print_text(arg, buf);
	text_buf_add(buf, "]");
}

static void print_operands(const struct filter_operand *operand, struct text_buf *buf)
{
	text_buf_add(buf, "(");
	for (; operand; operand = operand->next) {
		filter_print_operand(operand, buf);
		if (operand->next)
			text_buf_add(buf, ",");
	}
	text_buf_add(buf, ")");
}

void filter_print_operand(const struct filter_operand *operand, struct text_buf *buf)
{
	switch (operand->kind) {
	case FILTER_OPERAND_FIELD: text_buf_addn(buf, operand->name.data, operand->name.len); break;
	case FILTER_OPERAND_TRANSFORM:
		text_buf_add(buf, filter_transform_name(operand->transform));
		print_operands(operand->args, buf);
		break;
	case FILTER_OPERAND_TEXT: print_literal(&operand->name, buf); return;
	case FILTER_OPERAND_NUMBER:
		text_buf_addn(buf, operand->name.data, operand->name.len);
		return;
	case FILTER_OPERAND_LIST: print_operands(operand->args, buf); return;
	}
	print_bracket(&operand->arg, buf);
}

static void print_list(const struct filter_value *value, struct text_buf *buf)
{
	text_buf_add(buf, "(");
	for (; value; value = value->next) {
		filter_print_text(&value->text, buf);
		if (value->next)
			text_buf_add(buf, ", ");
	}
	text_buf_add(buf, ")");
}

static void print_check(const struct filter_check *check, struct text_buf *buf)
{
	filter_print_operand(check->left, buf);
	text_buf_printf(buf, " %s", filter_op_text(check->op));
	if (check->right_kind != FILTER_RIGHT_NONE)
		text_buf_add(buf, " ");
	if (check->modifier != FILTER_MODIFIER_NONE)
		text_buf_printf(buf, "%s ", filter_modifier_text(check->modifier));
	switch (check->right_kind) {
	case FILTER_RIGHT_NONE: break;
	case FILTER_RIGHT_VALUE:
	case FILTER_RIGHT_NAME: filter_print_text(&check->values->text, buf); break;
	case FILTER_RIGHT_LIST: print_list(check->values, buf); break;
	case FILTER_RIGHT_OPERAND:
		if (check->right->kind == FILTER_OPERAND_FIELD)
			text_buf_add(buf, "val(");
		filter_print_operand(check->right, buf);
		if (check->right->kind == FILTER_OPERAND_FIELD)
			text_buf_add(buf, ")");
		break;
	}
}

static void print_chain(const struct filter_node *node, const char *word, struct text_buf *buf)
{
	text_buf_add(buf, "(");
	for (const struct filter_node *child = node->children; child; child = child->next) {
		filter_print_node(child, buf);
		if (child->next)
			text_buf_add(buf, word);
	}
	text_buf_add(buf, ")");
}

void filter_print_node(const struct filter_node *node, struct text_buf *buf)
{
	bool twice;

	switch (node->kind) {
	case FILTER_NODE_AND: print_chain(node, " and ", buf); break;
	case FILTER_NODE_OR: print_chain(node, " or ", buf); break;
	case FILTER_NODE_NOT:
		/* Two in a row would cancel. */
		twice = node->children->kind == FILTER_NODE_NOT;
		text_buf_add(buf, twice ? "not (" : "not ");
		filter_print_node(node->children, buf);
		text_buf_add(buf, twice ? ")" : "");
		break;
	case FILTER_NODE_CHECK: print_check(&node->check, buf); break;
	case FILTER_NODE_MACRO: text_buf_addn(buf, node->macro.data, node->macro.len); break;
	}
}

void filter_print(const struct filter_ast *ast, struct text_buf *buf)
{
	filter_print_node(ast->root, buf);
}
