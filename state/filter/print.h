/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical text of a condition: `and` and `or` in parentheses, one blank between words, values
 * quoted with " where they have to be. What is printed parses to the same tree, with one exception
 * that other tools made canonical: a word in a transformer's arguments loses its quotes.
 * Bytes of other alphabets stay as they are: whoever shows the text makes it safe.
 */
#ifndef STATE_FILTER_PRINT_H
#define STATE_FILTER_PRINT_H

#include "ast.h"
#include "probe/schema/render.h"

void filter_print(const struct filter_ast *ast, struct text_buf *buf);
void filter_print_node(const struct filter_node *node, struct text_buf *buf);
/* A check without its right side: "proc.aname[2]", "tolower(fd.name)". */
void filter_print_operand(const struct filter_operand *operand, struct text_buf *buf);
/* The text between double quotes, with escapes. */
void filter_quote(const struct filter_str *text, struct text_buf *buf);
/* The same, without quotes where none are needed. */
void filter_print_text(const struct filter_str *text, struct text_buf *buf);

#endif
