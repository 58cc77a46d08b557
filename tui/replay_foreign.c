/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_foreign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/capture_process.h"
#include "probe/schema/decode.h"
#include "state/seed.h"

struct foreign_thread {
	uint32_t pid, ppid, euid;
	char comm[RECORD_COMM_LEN];
};

/* An entry of the process list, or a file. */
struct foreign_held {
	struct foreign_held *next;
	bool is_file;
	struct file_sample file;
	size_t len;
	uint8_t data[]; /* the entry, or the file's name and a NUL */
};

void replay_foreign_init(struct replay_foreign *foreign, struct memory *memory)
{
	*foreign = (struct replay_foreign){ .memory = memory };
	foreign->held_end = &foreign->held;
	hash_init(&foreign->threads, memory);
}

static void release_held(struct replay_foreign *foreign)
{
	while (foreign->held) {
		struct foreign_held *held = foreign->held;

		foreign->held = held->next;
		memory_free(foreign->memory, held, sizeof(*held) + held->len);
	}
	foreign->held_end = &foreign->held;
}

void replay_foreign_release(struct replay_foreign *foreign)
{
	struct foreign_thread *thread;
	size_t at = 0;

	while ((thread = hash_next(&foreign->threads, &at)))
		memory_free(foreign->memory, thread, sizeof(*thread));
	hash_release(&foreign->threads);
	release_held(foreign);
	memory_free(foreign->memory, foreign->record, RECORD_MAX_BYTES);
	replay_foreign_init(foreign, foreign->memory);
}

/* The thread, made when it is missing: then it is a process of its own that nobody knows. */
static struct foreign_thread *thread_get(struct replay_foreign *foreign, uint32_t tid)
{
	struct foreign_thread *thread = hash_get(&foreign->threads, tid, 0);

	if (thread)
		return thread;
	thread = memory_alloc(foreign->memory, sizeof(*thread));
	if (!thread)
		return NULL;
	thread->pid = tid;
	if (hash_put(&foreign->threads, tid, 0, thread) == 0)
		return thread;
	memory_free(foreign->memory, thread, sizeof(*thread));
	return NULL;
}

/* Keeps an entry until there is a state; its data is to be filled. */
static struct foreign_held *hold(struct replay_foreign *foreign, size_t len)
{
	struct foreign_held *held = memory_alloc(foreign->memory, sizeof(*held) + len);

	if (!held)
		return NULL;
	held->len = len;
	*foreign->held_end = held;
	foreign->held_end = &held->next;
	return held;
}

int replay_foreign_process(struct replay_foreign *foreign, const struct process_seed *seed)
{
	struct foreign_thread *thread = thread_get(foreign, seed->tid);
	uint8_t entry[CAPTURE_PROCESS_MAX];
	struct capture_bytes bytes = { .data = entry, .size = sizeof(entry) };
	struct foreign_held *held;

	if (!thread)
		return -ENOMEM;
	thread->pid = seed->pid;
	thread->ppid = seed->ppid;
	thread->euid = seed->uid;
	memcpy(thread->comm, seed->comm, sizeof(thread->comm));
	capture_process_put(&bytes, seed, CAPTURE_TEXTS_WHOLE);
	held = hold(foreign, bytes.len);
	if (!held)
		return -ENOMEM;
	memcpy(held->data, entry, bytes.len);
	return 0;
}

int replay_foreign_file(struct replay_foreign *foreign, const struct file_sample *file,
			const char *name)
{
	struct foreign_held *held = hold(foreign, file->path_len + 1u);

	if (!held)
		return -ENOMEM;
	held->is_file = true;
	held->file = *file;
	memcpy(held->data, name, file->path_len);
	held->data[file->path_len] = '\0';
	return 0;
}

int replay_foreign_seed(struct replay_foreign *foreign, struct state *state)
{
	struct process_seed seed;

	/* Files belong to processes, which another tool may list behind them. */
	for (const struct foreign_held *at = foreign->held; at; at = at->next) {
		struct capture_cursor entry = { .data = at->data, .len = at->len };

		if (!at->is_file && capture_process_take(&entry, &seed) == 0)
			state_seed_process(state, &seed);
	}
	for (const struct foreign_held *at = foreign->held; at; at = at->next)
		if (at->is_file)
			state_file(state, &at->file, (const char *)at->data);
	release_held(foreign);
	return 0;
}

/* The number of the call that has this event; generic ones name it themselves. */
static int call_number(const struct event *event)
{
	int64_t code;

	if (event->desc->code == EVENT_CODE_GENERIC_X) {
		const struct syscall_desc *desc = NULL;

		if (event_param_int(event, "ID", &code) == 0)
			desc = syscall_by_sc((uint16_t)code);
		return desc ? syscall_nr(desc) : -1;
	}
	for (size_t i = 0; i < syscall_table_len(); i++)
		if (syscall_at(i)->exit_event == event->desc->code)
			return syscall_nr(syscall_at(i));
	return -1;
}

/*
 * Descriptors are what the state follows: the event has them under the argument's name, or as fd.
 */
static void take_descriptors(const struct event *event, struct record_prefix *prefix)
{
	const struct syscall_desc *call = prefix->nr < 0 ? NULL : syscall_by_nr(prefix->nr);
	int64_t value;

	for (size_t i = 0; call && i < call->args_len; i++) {
		if (call->args[i].type != ARG_TYPE_FD)
			continue;
		if (event_param_int(event, call->args[i].name, &value) == 0 ||
		    (event->desc->flags & EVENT_F_USES_FD &&
		     event_param_int(event, "fd", &value) == 0))
			prefix->args[i] = (uint64_t)value;
	}
}

static void take_number(const struct event *event, const char *name, uint32_t *number)
{
	int64_t value;

	if (event_param_int(event, name, &value) == 0 && value >= 0)
		*number = (uint32_t)value;
}

/* What a fork's child and an exec tell of their thread. */
static void take_identity(const struct event *event, struct foreign_thread *thread)
{
	struct event_text comm = event_param_text(event, "comm");

	take_number(event, "pid", &thread->pid);
	take_number(event, "ptid", &thread->ppid);
	take_number(event, "uid", &thread->euid);
	if (comm.data && comm.len && comm.len < sizeof(thread->comm)) {
		memset(thread->comm, 0, sizeof(thread->comm));
		memcpy(thread->comm, comm.data, comm.len);
	}
}

static int64_t event_result(const struct event *event)
{
	int64_t value;

	if (event_param_int(event, "res", &value) == 0 || event_param_int(event, "fd", &value) == 0)
		return value;
	return 0;
}

int replay_foreign_record(struct replay_foreign *foreign, const struct capture_event *from,
			  const void **ret_record, size_t *ret_len)
{
	size_t len = sizeof(struct record_prefix) + from->header.len;
	struct record_prefix prefix = {
		.prefix_len = sizeof(prefix), .flags = RECORD_F_FOREIGN, .nr = -1, .cpu = from->cpu
	};
	struct foreign_thread *thread;
	struct event event;
	bool starts;

	if (!foreign->record)
		foreign->record = memory_alloc_raw(foreign->memory, RECORD_MAX_BYTES);
	thread = thread_get(foreign, (uint32_t)from->header.tid);
	if (!foreign->record || !thread)
		return -ENOMEM;
	if (len > RECORD_MAX_BYTES)
		return 0;
	prefix.total_len = (uint32_t)len;
	prefix.tid = (uint32_t)from->header.tid;
	prefix.check = record_check(prefix.total_len, prefix.tid, from->header.ts_ns);
	prefix.cls = RECORD_CLASS_OTHER;
	memcpy(foreign->record, &prefix, sizeof(prefix));
	memcpy(foreign->record + sizeof(prefix), from->data, from->header.len);
	if (event_decode(foreign->record, len, &event) < 0)
		return 0;
	prefix.nr = call_number(&event);
	prefix.ret = event_result(&event);
	take_descriptors(&event, &prefix);
	starts = event_param_index(event.desc, "ptid") >= 0;
	if (starts && prefix.ret == 0)
		take_identity(&event, thread);
	if (starts && prefix.ret == 0 && event_param_index(event.desc, "env") < 0)
		prefix.flags |= RECORD_F_CHILD;
	prefix.pid = thread->pid;
	prefix.ppid = thread->ppid;
	prefix.euid = thread->euid;
	memcpy(prefix.comm, thread->comm, sizeof(prefix.comm));
	memcpy(foreign->record, &prefix, sizeof(prefix));
	*ret_record = foreign->record;
	*ret_len = len;
	return 1;
}
