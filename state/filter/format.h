/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Output formats: text with fields in it, as rules' outputs and `saker stream -o` have them.
 *
 *   %proc.name  %evt.arg[0]     a field, with its argument: the longest name that fits
 *   %10proc.name                in 10 columns: filled up with blanks, or cut
 *   %toupper(proc.name)         a transformer, as in conditions
 *   *...                        at the very beginning: what has no value is printed as <NA>
 *
 * Without the asterisk a format prints up to the first field without a value, and says so. Lists
 * print as (a,b), ancestors joined by blanks. Bytes of the host are made safe.
 *
 * A format belongs to one thread. It owns its memory.
 */
#ifndef STATE_FILTER_FORMAT_H
#define STATE_FILTER_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include "error.h"
#include "probe/schema/render.h"

struct format;
struct filter_event;

#define FORMAT_BYTES_MAX (64u << 10) /* of the text */
#define FORMAT_FIELDS_MAX 256
#define FORMAT_WIDTH_MAX 1024

/*
 * Compiles text[0..len). Returns 0, -EINVAL (kind UNKNOWN_FIELD: a token that is no field; else
 * what is wrong with it) or -ENOMEM with *err (may be NULL).
 */
int format_compile(const char *text, size_t len, struct format **ret_format,
		   struct filter_error *err);
/* NULL is fine. */
void format_free(struct format *format);

/*
 * Appends the event under its current names. Returns whether every field had a value, or the
 * format prints all the same (`*`).
 */
bool format_render(struct format *format, struct filter_event *event, struct text_buf *buf);

/*
 * Appends the fields as a JSON object: numbers, booleans and null as such, everything else as
 * text, lists as arrays, evt.time in ns since the epoch; sorted by name. Without any field: "null".
 * The fields inside a transformer are in it too. Returns as format_render(); what comes behind a
 * field without a value is left out then.
 */
bool format_render_json(struct format *format, struct filter_event *event, struct text_buf *buf);
/* The same without transformers: only the fields themselves. */
bool format_render_json_plain(struct format *format, struct filter_event *event,
			      struct text_buf *buf);

/* The fields of a format in the order of its text, transformers in their canonical form. */
size_t format_fields_len(const struct format *format);
/* Borrowed. */
const char *format_field_name(const struct format *format, size_t index);

#endif
