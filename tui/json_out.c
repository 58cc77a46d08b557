/* SPDX-License-Identifier: Apache-2.0 */
#include "json_out.h"

#include <string.h>

#include "probe/schema/json.h"

/* Bytes of one step, each at most six in JSON. */
#define STEP 256

void json_out_text(const char *text, FILE *out)
{
	size_t len = strlen(text);

	fputc('"', out);
	while (len > 0) {
		size_t step = len < STEP ? len : STEP;
		char data[6 * STEP + 1];
		struct text_buf buf;

		/* Not in the middle of a character. */
		for (size_t back = 0; step < len && back < 3; back++)
			if (((unsigned char)text[step] & 0xc0) == 0x80)
				step--;
		text_buf_init(&buf, data, sizeof(data));
		json_string_part(text, step, &buf);
		fwrite(buf.data, 1, buf.len, out);
		text += step;
		len -= step;
	}
	fputc('"', out);
}

void json_out_texts(const char *const *texts, size_t len, FILE *out)
{
	fputc('[', out);
	for (size_t i = 0; i < len; i++) {
		if (i)
			fputc(',', out);
		json_out_text(texts[i], out);
	}
	fputc(']', out);
}
