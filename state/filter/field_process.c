/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proc.*: what a process is called, itself, its parent, its ancestors and the leaders of its groups
 * alike: a function puts down one thing of one process, the getters choose the process.
 */
#include <stdio.h>
#include <string.h>
#include "field_getters.h"
#include "state/tables.h"

typedef size_t (*process_put)(struct filter_event *event, struct process *process,
			      struct field_value *value);

static size_t put_name(struct filter_event *event, struct process *process,
		       struct field_value *value)
{
	return process->comm->len ? field_put_interned(value, process->comm) : 0;
}

/* Words of the command line: NUL-terminated ones behind each other. NULL: not known. */
static const struct text *process_words(struct filter_event *event, struct process *process)
{
	if (!process->facts.words)
		facts_want(event->state, process, SEED_TEXT);
	return process->facts.words;
}

static size_t put_exe(struct filter_event *event, struct process *process,
		      struct field_value *value)
{
	const struct text *words = process_words(event, process);

	return words ? field_put_text(value, words->data, strnlen(words->data, words->len)) : 0;
}

static size_t put_exepath(struct filter_event *event, struct process *process,
			  struct field_value *value)
{
	if (!process->exe)
		facts_want(event->state, process, SEED_TEXT);
	return field_put_interned(value, process->exe);
}

/* What stands behind the first word; false: not known. */
static bool process_args(struct filter_event *event, struct process *process,
			 struct field_value *value)
{
	const struct text *words = process_words(event, process);
	size_t first;

	/* Kernel threads have none; that is known. */
	if (!words)
		return (process->flags & PROCESS_F_KTHREAD) && field_put_static(value, "");
	first = strnlen(words->data, words->len) + 1;
	if (first > words->len)
		first = words->len;
	return field_put_text(value, words->data + first, words->len - first);
}

/* The words joined by blanks, behind a begin. */
static size_t put_joined(struct filter_event *event, const struct field_value *begin,
			 const struct field_value *words, struct field_value *value)
{
	size_t len = words->text.len, begin_len = begin ? begin->text.len : 0, i, at;
	char *text;

	while (len && !words->text.data[len - 1])
		len--;
	text = filter_event_alloc(event, begin_len + 1 + len + 1);
	if (!text)
		return 0;
	if (begin_len)
		memcpy(text, begin->text.data, begin_len);
	at = begin_len;
	if (begin && len)
		text[at++] = ' ';
	for (i = 0; i < len; i++)
		text[at++] = words->text.data[i] ? words->text.data[i] : ' ';
	return field_put_text(value, text, at);
}

static size_t put_args(struct filter_event *event, struct process *process,
		       struct field_value *value)
{
	struct field_value words;

	return process_args(event, process, &words) ? put_joined(event, NULL, &words, value) : 0;
}

static size_t put_cmdline(struct filter_event *event, struct process *process,
			  struct field_value *value)
{
	struct field_value name, words;

	if (!put_name(event, process, &name))
		return 0;
	if (!process_args(event, process, &words))
		return field_put_interned(value, process->comm);
	return put_joined(event, &name, &words, value);
}

static size_t put_exeline(struct filter_event *event, struct process *process,
			  struct field_value *value)
{
	struct field_value exe, words;

	if (!put_exe(event, process, &exe) || !process_args(event, process, &words))
		return 0;
	return put_joined(event, &exe, &words, value);
}

static const struct text *process_env(struct filter_event *event, struct process *process)
{
	if (!process->facts.env)
		facts_want(event->state, process, SEED_ENV);
	return process->facts.env;
}

static size_t put_env(struct filter_event *event, struct process *process,
		      struct field_value *value)
{
	const struct text *env = process_env(event, process);
	struct field_value words;

	if (!env)
		return 0;
	field_put_interned(&words, env);
	return put_joined(event, NULL, &words, value);
}

/* The n-th of NUL-terminated words. */
static size_t put_word(const struct field_value *words, int64_t n, struct field_value *value)
{
	const char *at = words->text.data, *end = at + words->text.len;

	while (at < end) {
		size_t len = strnlen(at, (size_t)(end - at));

		if (n-- == 0)
			return field_put_text(value, at, len);
		at += len + 1;
	}
	return 0;
}

/* The value of a variable. */
static size_t put_variable(struct filter_event *event, struct process *process, const char *name,
			   struct field_value *value)
{
	const struct text *env = process_env(event, process);
	size_t name_len = strlen(name);
	struct field_value words, word;
	int64_t i;

	if (!env)
		return 0;
	field_put_interned(&words, env);
	for (i = 0; put_word(&words, i, &word); i++) {
		if (word.text.len > name_len && word.text.data[name_len] == '=' &&
		    !memcmp(word.text.data, name, name_len))
			return field_put_text(value, word.text.data + name_len + 1,
					      word.text.len - name_len - 1);
	}
	return 0;
}

static size_t put_pid(struct filter_event *event, struct process *process,
		      struct field_value *value)
{
	return field_put_i64(value, process->pid);
}

static size_t put_of(struct filter_event *event, struct process *process, process_put put,
		     struct field_value *value)
{
	return process ? put(event, process, value) : 0;
}

static struct process *event_parent(const struct filter_event *event)
{
	return event->process ? process_parent(event->state, event->process) : NULL;
}

/* Of one ancestor by number, or of all without the process itself. */
static size_t put_ancestors(const struct field_ref *ref, struct filter_event *event,
			    process_put put, struct field_value *values, size_t max)
{
	struct process *process = event->process;
	size_t count = 0, steps;

	if (ref->has_arg) {
		if (!process || ref->index < 0 || ref->index > FIELD_VALUES_MAX)
			return 0;
		return put_of(event, process_ancestor(event->state, process, (unsigned)ref->index),
			      put, values);
	}
	/* Bounded: an ancestor without a value still is a step. */
	for (steps = 0; process && count < max && steps < FIELD_VALUES_MAX; steps++) {
		process = process_parent(event->state, process);
		count += put_of(event, process, put, &values[count]);
	}
	return count;
}

/* Ids by which processes form groups. */
enum process_group { GROUP_SID, GROUP_VPGID, GROUP_PGID, GROUP_VPID };

static size_t put_group_id(struct filter_event *event, struct process *process,
			   enum process_group group, int64_t *ret_id)
{
	static const uint32_t facts[] = {
		[GROUP_SID] = FACT_SID,
		[GROUP_VPGID] = FACT_VPGID,
		[GROUP_PGID] = FACT_PGID,
		[GROUP_VPID] = FACT_VPID,
	};

	if (!(process->facts.known & facts[group]))
		facts_want(event->state, process, SEED_IDS);
	if (!(process->facts.known & facts[group]))
		return 0;
	switch (group) {
	case GROUP_SID: *ret_id = process->facts.sid; break;
	case GROUP_VPGID: *ret_id = process->facts.vpgid; break;
	case GROUP_PGID: *ret_id = process->facts.pgid; break;
	case GROUP_VPID: *ret_id = process->facts.vpid; break;
	}
	return 1;
}

static size_t put_group(struct filter_event *event, struct process *process,
			enum process_group group, struct field_value *value)
{
	int64_t id;

	if (!process || !put_group_id(event, process, group, &id))
		return 0;
	return field_put_i64(value, id);
}

/* Is it the leader of its own? */
static size_t put_is_leader(struct filter_event *event, enum process_group group,
			    struct field_value *value)
{
	struct process *process = event->process;
	int64_t id, own;

	if (!process || !put_group_id(event, process, group, &id))
		return 0;
	own = process->pid;
	if (group != GROUP_PGID && !put_group_id(event, process, GROUP_VPID, &own))
		return 0;
	return field_put_bool(value, id == own);
}

/*
 * The leader of a group. Its id is of the namespace of the process: the process with that pid is
 * the leader where it is in the group; else the eldest of the ancestors that are.
 */
static struct process *group_leader(struct filter_event *event, enum process_group group)
{
	struct process *process = event->process, *leader;
	int64_t id, other;
	size_t steps;

	if (!process || !put_group_id(event, process, group, &id))
		return NULL;
	leader = id > 0 && id <= UINT32_MAX ? process_look(event->state, (uint32_t)id) : NULL;
	if (leader && (group == GROUP_PGID || (put_group_id(event, leader, group, &other) &&
					       other == id && leader->facts.vpid == id))) {
		leader->flags |= PROCESS_F_PARENT;
		return leader;
	}
	if (group == GROUP_PGID)
		return NULL;
	leader = process;
	for (steps = 0; steps < FIELD_VALUES_MAX; steps++) {
		process = process_parent(event->state, process);
		if (!process || !put_group_id(event, process, group, &other) || other != id)
			break;
		leader = process;
	}
	return leader;
}

/* Getters of one process each. */
#define OF_SELF(name, put)                                         \
	GETTER(name)                                               \
	{                                                          \
		return put_of(event, event->process, put, values); \
	}
#define OF_PARENT(name, put)                                            \
	GETTER(name)                                                    \
	{                                                               \
		return put_of(event, event_parent(event), put, values); \
	}
#define OF_ANCESTORS(name, put)                                     \
	GETTER(name)                                                \
	{                                                           \
		return put_ancestors(ref, event, put, values, max); \
	}
#define OF_LEADER(name, group, put)                                            \
	GETTER(name)                                                           \
	{                                                                      \
		return put_of(event, group_leader(event, group), put, values); \
	}
#define GROUP_ID(name, group)                                           \
	GETTER(name)                                                    \
	{                                                               \
		return put_group(event, event->process, group, values); \
	}
#define IS_LEADER(name, group)                              \
	GETTER(name)                                        \
	{                                                   \
		return put_is_leader(event, group, values); \
	}

OF_SELF(proc_exe, put_exe)
OF_PARENT(proc_pexe, put_exe)
OF_ANCESTORS(proc_aexe, put_exe)
OF_SELF(proc_exepath, put_exepath)
OF_PARENT(proc_pexepath, put_exepath)
OF_ANCESTORS(proc_aexepath, put_exepath)
OF_PARENT(proc_pname, put_name)
OF_ANCESTORS(proc_aname, put_name)
OF_SELF(proc_cmdline, put_cmdline)
OF_PARENT(proc_pcmdline, put_cmdline)
OF_ANCESTORS(proc_acmdline, put_cmdline)
OF_SELF(proc_exeline, put_exeline)
OF_ANCESTORS(proc_apid, put_pid)
OF_LEADER(proc_sname, GROUP_SID, put_name)
OF_LEADER(proc_sid_exe, GROUP_SID, put_exe)
OF_LEADER(proc_sid_exepath, GROUP_SID, put_exepath)
OF_LEADER(proc_vpgid_name, GROUP_VPGID, put_name)
OF_LEADER(proc_vpgid_exe, GROUP_VPGID, put_exe)
OF_LEADER(proc_vpgid_exepath, GROUP_VPGID, put_exepath)
OF_LEADER(proc_pgid_name, GROUP_PGID, put_name)
OF_LEADER(proc_pgid_exe, GROUP_PGID, put_exe)
OF_LEADER(proc_pgid_exepath, GROUP_PGID, put_exepath)
GROUP_ID(proc_sid, GROUP_SID)
GROUP_ID(proc_vpgid, GROUP_VPGID)
GROUP_ID(proc_pgid, GROUP_PGID)
GROUP_ID(proc_vpid, GROUP_VPID)
IS_LEADER(proc_is_sid_leader, GROUP_SID)
IS_LEADER(proc_is_vpgid_leader, GROUP_VPGID)
IS_LEADER(proc_is_pgid_leader, GROUP_PGID)

GETTER(proc_pvpid)
{
	return put_group(event, event_parent(event), GROUP_VPID, values);
}

GETTER(proc_name)
{
	const char *comm = event->event->prefix.comm;

	if (event->process && event->process->comm->len)
		return field_put_interned(values, event->process->comm);
	return comm[0] ? field_put_text(values, comm, strnlen(comm, RECORD_COMM_LEN)) : 0;
}

GETTER(proc_pid)
{
	return field_put_i64(values, event->event->prefix.pid);
}

GETTER(proc_ppid)
{
	return field_put_i64(values, event->event->prefix.ppid);
}

GETTER(proc_args)
{
	struct field_value words;

	if (!event->process)
		return 0;
	if (!ref->has_arg)
		return put_args(event, event->process, values);
	return process_args(event, event->process, &words) ? put_word(&words, ref->index, values)
							   : 0;
}

GETTER(proc_aargs)
{
	struct field_value args[FIELD_VALUES_MAX];
	size_t count, i, len = 0, at = 0;
	char *text;

	count = put_ancestors(ref, event, put_args, args, FIELD_VALUES_MAX);
	if (!count)
		return 0;
	for (i = 0; i < count; i++)
		len += args[i].text.len + 1;
	text = filter_event_alloc(event, len);
	if (!text)
		return 0;
	for (i = 0; i < count; i++) {
		if (at && args[i].text.len)
			text[at++] = ' ';
		memcpy(text + at, args[i].text.data, args[i].text.len);
		at += args[i].text.len;
	}
	return field_put_text(values, text, at);
}

GETTER(proc_cmdnargs)
{
	struct field_value words, word;
	uint64_t count = 0;

	if (!event->process || !process_args(event, event->process, &words))
		return 0;
	while (put_word(&words, (int64_t)count, &word))
		count++;
	return field_put_u64(values, count);
}

GETTER(proc_cmdlenargs)
{
	struct field_value words;
	uint64_t bytes = 0;
	size_t i;

	if (!event->process || !process_args(event, event->process, &words))
		return 0;
	for (i = 0; i < words.text.len; i++)
		bytes += words.text.data[i] != '\0';
	return field_put_u64(values, bytes);
}

GETTER(proc_env)
{
	if (!event->process)
		return 0;
	return ref->has_arg ? put_variable(event, event->process, ref->key, values)
			    : put_env(event, event->process, values);
}

GETTER(proc_aenv)
{
	struct process *process = event->process;
	size_t steps;

	if (!ref->has_arg || ref->index >= 0)
		return put_ancestors(ref, event, put_env, values, max);
	for (steps = 0; process && steps < FIELD_VALUES_MAX; steps++) {
		process = process_parent(event->state, process);
		if (process && put_variable(event, process, ref->key, values))
			return 1;
	}
	return 0;
}

GETTER(proc_cwd)
{
	const struct text *cwd;
	char *text;

	if (!event->process)
		return 0;
	if (!event->process->cwd)
		facts_want(event->state, event->process, SEED_TEXT);
	cwd = event->process->cwd;
	if (!cwd || (cwd->len && cwd->data[cwd->len - 1] == '/'))
		return field_put_interned(values, cwd);
	text = filter_event_alloc(event, cwd->len + 2u);
	if (!text)
		return 0;
	memcpy(text, cwd->data, cwd->len);
	text[cwd->len] = '/';
	return field_put_text(values, text, cwd->len + 1u);
}

GETTER(proc_loginshellid)
{
	struct process *process = event->process;
	size_t found = 0, steps;

	for (steps = 0; process && steps < FIELD_VALUES_MAX; steps++) {
		const struct text *comm = process->comm;

		if (comm->len >= 2 && !memcmp(comm->data + comm->len - 2, "sh", 2))
			found = field_put_i64(values, process->pid);
		process = process_parent(event->state, process);
	}
	return found;
}
