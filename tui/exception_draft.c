/* SPDX-License-Identifier: Apache-2.0 */
#include "exception_draft.h"

#include <errno.h>
#include <string.h>

#include "rule_files.h"
#include "state/filter/print.h"

/* A text between double quotes: printable ASCII as it is, everything else by escapes. */
static void add_quoted(struct text_buf *buf, const char *text, size_t len)
{
	text_buf_add(buf, "\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			text_buf_printf(buf, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			text_buf_printf(buf, "\\x%02x", c);
		else
			text_buf_addn(buf, text + i, 1);
	}
	text_buf_add(buf, "\"");
}

/* A value as it stands in a condition, where its text is put: quoted there unless it is a word. */
static void add_value(struct text_buf *buf, const char *text, size_t len)
{
	const struct filter_str value = { .data = text, .len = len };
	char data[1024];
	struct text_buf quoted;

	text_buf_init(&quoted, data, sizeof(data));
	filter_print_text(&value, &quoted);
	add_quoted(buf, quoted.data, quoted.len);
	/* One that was cut would leave out something else. */
	buf->truncated |= quoted.truncated;
}

/* The name by which the rule saw the file; data NULL: the event has none that stays the same. */
static struct event_text file_name(const struct history_event *kept, const struct event *event,
				   const struct history_hit *hit)
{
	struct event_text called = event_param_text(event, "name");
	struct event_text none = { .data = NULL };

	if (hit->resolved)
		return event->path;
	if (called.data && called.len && called.data[0] == '/')
		return called;
	if (kept->fd_name && kept->fd_name[0] == '/')
		return (struct event_text){ .data = kept->fd_name, .len = strlen(kept->fd_name) };
	return event->path.data && event->path.len && event->path.data[0] == '/' ? event->path
										 : none;
}

/* The program's path as the event has it, or as it is known otherwise. */
static struct event_text program(const struct event *event, const char *exe)
{
	struct event_text path = event->exe;

	if (!path.data || !path.len)
		path = (struct event_text){ .data = exe, .len = exe ? strlen(exe) : 0 };
	if (!path.len || path.data[0] != '/')
		path.data = NULL;
	return path;
}

/* The first of the hit's ancestors. They were made safe: a name that this changed is left out. */
static struct event_text parent(const struct history_hit *hit)
{
	struct event_text name = { .data = hit->ancestors, .len = strcspn(hit->ancestors, "\t\n") };

	if (!name.len || memchr(name.data, '\\', name.len) || memchr(name.data, '?', name.len))
		name.data = NULL;
	return name;
}

/* A column of the exception; data NULL: it has none. */
struct draft_field {
	const char *name;
	struct event_text value;
};

static void add_fields(struct text_buf *buf, const struct draft_field *fields, size_t len)
{
	const char *blank = "";

	text_buf_add(buf, "\n  exceptions:\n    - name: drafted\n      fields: [");
	for (size_t i = 0; i < len; i++, blank = fields[i - 1].value.data ? ", " : blank)
		if (fields[i].value.data)
			text_buf_printf(buf, "%s%s", blank, fields[i].name);
	text_buf_add(buf, "]\n      comps: [");
	blank = "";
	for (size_t i = 0; i < len; i++, blank = fields[i - 1].value.data ? ", " : blank)
		if (fields[i].value.data)
			text_buf_printf(buf, "%s=", blank);
	text_buf_add(buf, "]\n      values:\n        - [");
	blank = "";
	for (size_t i = 0; i < len; i++, blank = fields[i - 1].value.data ? ", " : blank) {
		if (!fields[i].value.data)
			continue;
		text_buf_add(buf, blank);
		add_value(buf, fields[i].value.data, fields[i].value.len);
	}
	text_buf_add(buf, "]\n  override:\n    exceptions: append\n");
}

/* A path as a word of a command: a line of it alone, between quotes unless it is plain. */
static void add_word(struct text_buf *buf, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+,@:%";
	size_t len = strlen(path), at = strspn(path, plain);

	text_buf_add(buf, " ");
	if (at == len) {
		text_buf_addn(buf, path, len);
		return;
	}
	text_buf_add(buf, "'");
	for (at = 0; at < len; at++) {
		unsigned char c = (unsigned char)path[at];

		if (c == '\'')
			text_buf_add(buf, "'\\''");
		else
			text_buf_addn(buf, c < ' ' || c == 0x7f ? "?" : path + at, 1);
	}
	text_buf_add(buf, "'");
}

void exception_draft_head(const char *rules, const char *path, struct text_buf *buf)
{
	text_buf_add(buf, "# --rules loads it behind the file of the rule. Is it right?\n"
			  "# saker check");
	if (rules)
		add_word(buf, rules);
	add_word(buf, path);
	text_buf_add(buf, "\n");
}

const char *exception_draft_rules(const struct snapshot *snapshot, const char *rule)
{
	for (size_t i = 0; i < snapshot->rules_len; i++) {
		const struct rule_row *row = &snapshot->rules[i];

		if (strcmp(row->name, rule) == 0)
			return *row->file && !rule_files_is_built_in(row->file) ? row->file : NULL;
	}
	return NULL;
}

int exception_draft(const struct history_event *kept, const struct event *event, const char *exe,
		    struct text_buf *buf)
{
	const char *comm = event->prefix.comm;
	struct history_hit hit;
	struct draft_field fields[] = {
		{ "proc.name", { .data = comm, .len = strnlen(comm, RECORD_COMM_LEN) } },
		{ "fd.name", { .data = NULL } },
		{ "proc.exepath", { .data = NULL } },
		{ "proc.pname", { .data = NULL } },
	};

	if (!history_hit(kept, &hit))
		return -ENOENT;
	fields[1].value = file_name(kept, event, &hit);
	/* A name alone would leave out far more than this. */
	if (!fields[1].value.data) {
		fields[2].value = program(event, exe);
		fields[3].value = parent(&hit);
	}
	text_buf_add(buf, "- rule: ");
	add_quoted(buf, hit.rule, strlen(hit.rule));
	add_fields(buf, fields, sizeof(fields) / sizeof(fields[0]));
	return buf->truncated ? -EMSGSIZE : 0;
}

/* Did one of that pid execute a program after the event? */
static bool has_executed(const struct snapshot *snapshot, uint32_t pid, uint64_t num)
{
	const struct syscall_desc *execve = syscall_by_name("execve");
	const struct syscall_desc *execveat = syscall_by_name("execveat");

	for (size_t c = snapshot->chunks_len; c-- > 0;) {
		for (size_t i = history_chunk_len(snapshot->chunks[c]); i-- > 0;) {
			const struct history_event *kept = history_chunk_at(snapshot->chunks[c], i);
			struct record_prefix prefix;

			if (kept->num <= num)
				return false;
			if (kept->record_len < sizeof(prefix))
				continue;
			memcpy(&prefix, kept->record, sizeof(prefix));
			if (prefix.pid == pid && prefix.ret == 0 &&
			    (prefix.nr == syscall_nr(execve) || prefix.nr == syscall_nr(execveat)))
				return true;
		}
	}
	return false;
}

const char *exception_draft_exe(const struct snapshot *snapshot, const struct history_event *kept)
{
	const struct proc_row *proc;
	struct record_prefix prefix;
	struct history_hit hit;

	if (kept->record_len < sizeof(prefix) || !history_hit(kept, &hit))
		return NULL;
	memcpy(&prefix, kept->record, sizeof(prefix));
	proc = snapshot_proc(snapshot, prefix.pid, prefix.start_boot_ns);
	if (!proc || strncmp(proc->comm, prefix.comm, RECORD_COMM_LEN) != 0 ||
	    has_executed(snapshot, prefix.pid, hit.event_num))
		return NULL;
	return proc->exe;
}
