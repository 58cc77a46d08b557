/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of JSON, for all who write it by hand. */
#ifndef PROBE_SCHEMA_JSON_H
#define PROBE_SCHEMA_JSON_H

#include <stddef.h>
#include "render.h"

/*
 * Appends data as a JSON string with its quotes: text is escaped, control characters of terminals
 * too, and each byte that is not UTF-8 becomes U+FFFD. At most six bytes for each, and the quotes.
 */
void json_string(const char *data, size_t len, struct text_buf *buf);
/* The same without quotes: a string in several parts. */
void json_string_part(const char *data, size_t len, struct text_buf *buf);

#endif
