/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of JSON that are printed as they are made. */
#ifndef TUI_JSON_OUT_H
#define TUI_JSON_OUT_H

#include <stddef.h>
#include <stdio.h>

/* A string with its quotes; bytes that are no UTF-8 become U+FFFD. */
void json_out_text(const char *text, FILE *out);
/* ["a","b"] */
void json_out_texts(const char *const *texts, size_t len, FILE *out);

#endif
