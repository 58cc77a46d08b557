/* SPDX-License-Identifier: Apache-2.0 */
#include "load_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>

/* libbpf's print callback has no context of its own, and two threads may load at the same time. */
static __thread struct load_log *thread_log;

static void load_log_append(struct load_log *log, const char *text, size_t len)
{
	size_t room = sizeof(log->text) - 1;

	if (len > room) {
		text += len - room;
		len = room;
	}
	if (log->len + len > room) {
		size_t drop = log->len + len - room;

		memmove(log->text, log->text + drop, log->len - drop);
		log->len -= drop;
	}
	memcpy(log->text + log->len, text, len);
	log->len += len;
	log->text[log->len] = '\0';
}

/*
 * Remembers the name in "prog 'NAME': BPF program load failed": a long log pushes it out of the
 * text.
 */
static void load_log_note_program(struct load_log *log, const char *text)
{
	const char *end = strstr(text, "': BPF program load failed");
	const char *name = end;

	if (!end)
		return;
	while (name > text && name[-1] != '\'')
		name--;
	snprintf(log->program, sizeof(log->program), "%.*s", (int)(end - name), name);
}

static int load_log_print(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text = NULL;
	int len;

	if (!thread_log || level == LIBBPF_DEBUG)
		return 0;
	len = vasprintf(&text, format, args);
	if (len < 0)
		return 0;
	load_log_note_program(thread_log, text);
	load_log_append(thread_log, text, (size_t)len);
	free(text);
	return len;
}

void load_log_begin(struct load_log *log)
{
	log->len = 0;
	log->text[0] = '\0';
	log->program[0] = '\0';
	log->outer = thread_log;
	thread_log = log;
	libbpf_set_print(load_log_print);
}

void load_log_end(void)
{
	thread_log = thread_log->outer;
}

/* The last line of text[0..len) that says something; *ret_len is 0 when there is none. */
static const char *last_line(const char *text, size_t len, size_t *ret_len)
{
	while (len > 0) {
		size_t start;

		while (len > 0 && text[len - 1] == '\n')
			len--;
		start = len;
		while (start > 0 && text[start - 1] != '\n')
			start--;
		/* The verifier's statistics follow its reason. */
		if (start < len && strncmp(text + start, "processed ", 10) != 0) {
			*ret_len = len - start;
			return text + start;
		}
		len = start;
	}
	*ret_len = 0;
	return text;
}

void load_log_reason(const struct load_log *log, char *reason, size_t size)
{
	const char *end = strstr(log->text, "-- END PROG LOAD LOG --");
	const char *line;
	size_t line_len;

	if (end) {
		/* Back to the end of the line before the marker. */
		while (end > log->text && end[-1] != '\n')
			end--;
		line = last_line(log->text, (size_t)(end - log->text), &line_len);
	} else {
		line = last_line(log->text, log->len, &line_len);
	}
	if (line_len > 9 && strncmp(line, "libbpf: ", 8) == 0) {
		line += 8;
		line_len -= 8;
	}
	if (log->program[0])
		snprintf(reason, size, "program %s: %.*s", log->program, (int)line_len, line);
	else
		snprintf(reason, size, "%.*s", (int)line_len, line);
}
