/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_container.h"
#include "capture_health.h"
#include "probe/capture_process.h"
#include "probe/capture_writer.h"
#include "recorder_known.h"
#include "recorder_seed.h"
#include "state/base/hash.h"
#include "state/container.h"

#if defined(__x86_64__)
#define THIS_MACHINE EM_X86_64
#else
#define THIS_MACHINE EM_AARCH64
#endif

/* A list item (errnos, other counts) goes out when it has this many. */
#define LIST_ITEM_COUNTS 512
#define ITEM_ANSWER_BYTES (CAPTURE_PROCESS_MAX + 16)

/* What was last written of a living thread: head, sample and counts, as in the item. */
struct known_thread {
	uint32_t tid;
	uint64_t start_boot_ns;
	uint64_t seen; /* refresh that sampled it last */
	size_t len;
	uint8_t *data; /* of memory */
};

/* What stands before a struct or a list of structs. */
struct item_head {
	uint16_t first_len, second_len;
	uint32_t reserved;
};

/* Items of before the seed, which go behind it. */
struct queued {
	uint8_t *data; /* struct capture_item_header and bytes, one after another */
	size_t len, size;
};

struct recorder {
	struct state_source public; /* first: what the state asks */
	struct recorder_opts opts;
	struct capture_writer *writer;
	struct memory *memory;
	bool seeded;
	int error; /* -ENOMEM: something of the first refresh is missing */
	struct queued queue;
	struct recorder_seed *seed; /* until it is written */
	struct hash threads;        /* (tid, start) -> struct known_thread */
	struct known_thread **list;
	size_t list_len, list_size;
	struct recorder_known errnos;  /* (pid, nr, errno; start): the count */
	struct recorder_known timings; /* (pid, nr; start): how many were timed */
	struct recorder_known urings;  /* (pid, operation; start): all of it */
	struct recorder_known objects; /* (process; object): all of it */
	uint64_t refresh;
	bool sampled; /* all living threads of this refresh were told */
	struct errno_count errno_counts[LIST_ITEM_COUNTS];
	struct call_count others[COUNT_NR_COUNT], others_before[COUNT_NR_COUNT];
	size_t errnos_len, others_len, others_before_len;
	char looked_for[CONTAINER_ID_MAX]; /* container whose last answer was -EAGAIN; "": none */
	char looked_for_users[CONTAINER_ID_MAX]; /* the same of its users */
	uint64_t left;                           /* records that are still taken */
	uint8_t *answer;                         /* ITEM_ANSWER_BYTES */
};

/* --- items --- */

static void queue_item(struct recorder *recorder, uint16_t kind, const struct capture_part *parts,
		       size_t parts_len)
{
	struct queued *queue = &recorder->queue;
	struct capture_item_header header = { .kind = kind };
	size_t need;

	for (size_t i = 0; i < parts_len; i++)
		header.len += (uint32_t)parts[i].len;
	need = queue->len + sizeof(header) + header.len;
	if (need > queue->size) {
		size_t size = queue->size * 2 > need ? queue->size * 2 : need + (64u << 10);
		uint8_t *grown = realloc(queue->data, size);

		if (!grown) {
			recorder->error = -ENOMEM;
			return;
		}
		queue->data = grown;
		queue->size = size;
	}
	memcpy(queue->data + queue->len, &header, sizeof(header));
	queue->len += sizeof(header);
	for (size_t i = 0; i < parts_len; i++) {
		if (parts[i].len)
			memcpy(queue->data + queue->len, parts[i].data, parts[i].len);
		queue->len += parts[i].len;
	}
}

static void put_item(struct recorder *recorder, enum capture_item_kind kind,
		     const struct capture_part *parts, size_t parts_len)
{
	if (recorder->seeded)
		capture_write_item(recorder->writer, kind, parts, parts_len);
	else
		queue_item(recorder, (uint16_t)kind, parts, parts_len);
}

static void put_bytes(struct recorder *recorder, enum capture_item_kind kind, const void *data,
		      size_t len)
{
	const struct capture_part part = { data, len };

	put_item(recorder, kind, &part, 1);
}

/* --- answers of the source --- */

struct answer_head {
	uint32_t id;
	int32_t error;
};

static void put_answer(struct recorder *recorder, enum capture_item_kind kind, uint32_t id, int rc,
		       const struct capture_part *text)
{
	const struct answer_head head = { id, rc };
	const struct capture_part parts[] = { { &head, sizeof(head) },
					      { text->data, rc < 0 ? 0 : text->len } };

	put_item(recorder, kind, parts, 2);
}

static int source_seed(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	struct recorder *recorder = ctx;
	const struct state_source *source = recorder->opts.source;
	struct capture_bytes bytes = { .data = recorder->answer, .size = ITEM_ANSWER_BYTES };
	int rc = source->process_seed(source->ctx, pid, parts, ret_seed);
	struct capture_part part;

	bytes_u32(&bytes, rc < 0 ? 0 : ret_seed->parts);
	bytes_u32(&bytes, 0);
	if (rc == 0)
		capture_process_put(&bytes, ret_seed, CAPTURE_TEXTS_WHOLE);
	part = (struct capture_part){ bytes.data, bytes.len };
	put_answer(recorder, CAPTURE_ITEM_PROCESS, pid, rc, &part);
	return rc;
}

static int source_cgroup(void *ctx, uint32_t pid, char *text, size_t *len)
{
	struct recorder *recorder = ctx;
	const struct state_source *source = recorder->opts.source;
	int rc = source->process_cgroup(source->ctx, pid, text, len);
	const struct capture_part part = { text, rc < 0 ? 0 : *len };

	put_answer(recorder, CAPTURE_ITEM_CGROUP, pid, rc, &part);
	return rc;
}

static int source_cgroup_path(void *ctx, uint64_t cgroup_id, char *text, size_t *len)
{
	struct recorder *recorder = ctx;
	const struct state_source *source = recorder->opts.source;
	int rc = source->cgroup_path ? source->cgroup_path(source->ctx, cgroup_id, text, len)
				     : -ENOENT;
	const struct answer_head head = { 0, rc };
	const struct capture_part parts[] = { { &cgroup_id, sizeof(cgroup_id) },
					      { &head.error, sizeof(head.error) },
					      { &head.id, sizeof(head.id) },
					      { text, rc < 0 ? 0 : *len } };

	put_item(recorder, CAPTURE_ITEM_CGROUP_PATH, parts, 4);
	return rc;
}

static int source_user(void *ctx, uint32_t uid, char *name, size_t *len)
{
	struct recorder *recorder = ctx;
	const struct state_source *source = recorder->opts.source;
	int rc = source->user_name(source->ctx, uid, name, len);
	const struct capture_part part = { name, rc < 0 ? 0 : *len };

	put_answer(recorder, CAPTURE_ITEM_USER, uid, rc, &part);
	return rc;
}

/* While it is looked for it is asked for with every event: that is written once. */
static void put_container(struct recorder *recorder, enum capture_item_kind kind,
			  const struct container_match *match, const struct container_info *info,
			  int rc)
{
	struct capture_bytes bytes = { .data = recorder->answer, .size = ITEM_ANSWER_BYTES };
	char *looked_for =
		kind == CAPTURE_ITEM_CONTAINER ? recorder->looked_for : recorder->looked_for_users;
	bool later = rc == -EAGAIN || rc == -ENODATA;
	const struct answer_head head = { 0, rc };
	struct capture_part parts[] = { { &head, sizeof(head) }, { bytes.data, 0 } };

	if (later && !strcmp(looked_for, match->id))
		return;
	snprintf(looked_for, CONTAINER_ID_MAX, "%s", later ? match->id : "");
	bytes_text(&bytes, match->id, strlen(match->id), CONTAINER_ID_MAX);
	if (rc == 0)
		capture_container_put(&bytes, info);
	parts[1].len = bytes.len;
	put_item(recorder, kind, parts, 2);
}

static int source_container(void *ctx, const struct container_match *match, uint32_t pid,
			    struct container_info *ret_info)
{
	struct recorder *recorder = ctx;
	const struct state_source *source = recorder->opts.source;
	int rc = source->container_info ? source->container_info(source->ctx, match, pid, ret_info)
					: -ENOENT;

	put_container(recorder, CAPTURE_ITEM_CONTAINER, match, ret_info, rc);
	return rc;
}

/* What the list leads to is recorded when it is asked for. */
static int source_container_list(void *ctx,
				 void (*fn)(void *fn_ctx, const struct container_listed *listed),
				 void *fn_ctx)
{
	const struct recorder *recorder = ctx;
	const struct state_source *source = recorder->opts.source;

	return source->container_list ? source->container_list(source->ctx, fn, fn_ctx) : -EAGAIN;
}

static int source_container_users(void *ctx, const struct container_match *match, uint32_t pid,
				  struct container_info *ret_info)
{
	struct recorder *recorder = ctx;
	const struct state_source *source = recorder->opts.source;
	int rc = source->container_users
			 ? source->container_users(source->ctx, match, pid, ret_info)
			 : -ENODATA;

	put_container(recorder, CAPTURE_ITEM_CONTAINER_USERS, match, ret_info, rc);
	return rc;
}

/* For pages alone, which change no table: not recorded. */
static int source_limits(void *ctx, uint32_t pid, char *text, size_t *len)
{
	const struct recorder *recorder = ctx;
	const struct state_source *source = recorder->opts.source;

	return source->process_limits ? source->process_limits(source->ctx, pid, text, len)
				      : -ENOENT;
}

/* What it finds comes as recorder_file(). */
static int source_files(void *ctx, uint32_t pid)
{
	struct recorder *recorder = ctx;
	const struct state_source *source = recorder->opts.source;

	return source->process_files(source->ctx, pid);
}

const struct state_source *recorder_source(const struct recorder *recorder)
{
	return &recorder->public;
}

/* --- life cycle --- */

static void free_thread(struct recorder *recorder, struct known_thread *thread)
{
	hash_remove(&recorder->threads, thread->tid, thread->start_boot_ns);
	memory_free(recorder->memory, thread->data, thread->len);
	memory_free(recorder->memory, thread, sizeof(*thread));
}

static void recorder_free(struct recorder *recorder)
{
	if (recorder->memory) {
		for (size_t i = 0; i < recorder->list_len; i++)
			free_thread(recorder, recorder->list[i]);
		recorder_known_release(&recorder->errnos);
		recorder_known_release(&recorder->timings);
		recorder_known_release(&recorder->urings);
		recorder_known_release(&recorder->objects);
		hash_release(&recorder->threads);
		memory_unref(recorder->memory);
	}
	recorder_seed_free(recorder->seed);
	capture_writer_free(recorder->writer);
	free(recorder->list);
	free(recorder->queue.data);
	free(recorder->answer);
	free(recorder);
}

int recorder_new(const struct recorder_opts *opts, struct recorder **ret_recorder)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	struct capture_writer *writer;
	int rc = capture_writer_new(opts->fd, opts->packing, &writer);

	if (rc < 0 || !recorder) {
		if (rc == 0)
			capture_writer_free(writer);
		free(recorder);
		return -ENOMEM;
	}
	recorder->opts = *opts;
	recorder->writer = writer;
	recorder->sampled = true;
	recorder->left = opts->events ? opts->events : UINT64_MAX;
	recorder->public = (struct state_source){ .ctx = recorder,
						  .process_seed = source_seed,
						  .process_cgroup = source_cgroup,
						  .cgroup_path = source_cgroup_path,
						  .process_files = source_files,
						  .process_limits = source_limits,
						  .container_info = source_container,
						  .container_list = source_container_list,
						  .container_users = source_container_users,
						  .user_name = source_user };
	recorder->answer = malloc(ITEM_ANSWER_BYTES);
	rc = memory_new(0, &recorder->memory);
	if (rc == 0) {
		hash_init(&recorder->threads, recorder->memory);
		recorder_known_init(&recorder->errnos, sizeof(uint64_t), recorder->memory);
		recorder_known_init(&recorder->timings, sizeof(uint64_t), recorder->memory);
		recorder_known_init(&recorder->urings, sizeof(struct uring_count),
				    recorder->memory);
		recorder_known_init(&recorder->objects, sizeof(struct object_count),
				    recorder->memory);
		rc = recorder_seed_new(&recorder->seed);
	}
	if (rc < 0 || !recorder->answer) {
		recorder_free(recorder);
		return -ENOMEM;
	}
	*ret_recorder = recorder;
	return 0;
}

void recorder_close(struct recorder *recorder, struct recorder_result *ret_result)
{
	if (!recorder)
		return;
	/* Without a beginning there is nothing that could be read. */
	if (!recorder->seeded)
		recorder_seed(recorder);
	ret_result->error = capture_writer_close(recorder->writer);
	if (recorder->error)
		ret_result->error = recorder->error;
	ret_result->events = capture_writer_events(recorder->writer);
	ret_result->bytes = capture_writer_bytes(recorder->writer);
	ret_result->too_large = capture_writer_too_large(recorder->writer);
	recorder_free(recorder);
}

/* --- refresh --- */

void recorder_begin(struct recorder *recorder, uint64_t time_ns)
{
	recorder->refresh++;
	recorder->sampled = false;
	recorder->errnos_len = 0;
	recorder->others_len = 0;
	put_bytes(recorder, CAPTURE_ITEM_BEGIN, &time_ns, sizeof(time_ns));
}

static struct known_thread *thread_of(struct recorder *recorder, const struct task_sample *task)
{
	struct known_thread *thread =
		hash_get(&recorder->threads, task->tid, task->thread_start_boot_ns);

	if (thread)
		return thread;
	if (recorder->list_len == recorder->list_size) {
		size_t size = recorder->list_size ? recorder->list_size * 2 : 256;
		struct known_thread **grown =
			reallocarray(recorder->list, size, sizeof(struct known_thread *));

		if (!grown)
			return NULL;
		recorder->list = grown;
		recorder->list_size = size;
	}
	thread = memory_alloc(recorder->memory, sizeof(*thread));
	if (!thread)
		return NULL;
	thread->tid = task->tid;
	thread->start_boot_ns = task->thread_start_boot_ns;
	if (hash_put(&recorder->threads, thread->tid, thread->start_boot_ns, thread) < 0) {
		memory_free(recorder->memory, thread, sizeof(*thread));
		return NULL;
	}
	recorder->list[recorder->list_len++] = thread;
	return thread;
}

/* Remembers what is written; returns false when that is what was written before. */
static bool thread_changed(struct recorder *recorder, struct known_thread *thread,
			   const struct task_sample *task, const struct call_count *calls)
{
	size_t calls_bytes = task->calls_len * sizeof(*calls), len = sizeof(*task) + calls_bytes;
	uint8_t *data = thread->data;

	if (thread->len == len && memcmp(data, task, sizeof(*task)) == 0 &&
	    (!calls_bytes || memcmp(data + sizeof(*task), calls, calls_bytes) == 0))
		return false;
	if (thread->len != len) {
		data = memory_alloc_raw(recorder->memory, len);
		if (!data)
			return true;
		memory_free(recorder->memory, thread->data, thread->len);
		thread->data = data;
		thread->len = len;
	}
	memcpy(data, task, sizeof(*task));
	if (calls_bytes)
		memcpy(data + sizeof(*task), calls, calls_bytes);
	return true;
}

void recorder_task(struct recorder *recorder, const struct task_sample *task,
		   const struct call_count *calls)
{
	const struct item_head head = { sizeof(*task), sizeof(*calls), 0 };
	const struct capture_part parts[] = {
		{ &head, sizeof(head) },
		{ task, sizeof(*task) },
		{ calls, task->calls_len * sizeof(*calls) },
	};
	struct known_thread *thread = thread_of(recorder, task);

	if (!recorder->seeded)
		recorder_seed_task(recorder->seed, task);
	if (thread)
		thread->seen = recorder->refresh;
	if (!thread || thread_changed(recorder, thread, task, calls))
		put_item(recorder, CAPTURE_ITEM_TASK, parts, 3);
}

/* The tasks are over: those that were not there any more are gone. */
static void end_tasks(struct recorder *recorder)
{
	size_t kept = 0;

	if (recorder->sampled)
		return;
	recorder->sampled = true;
	for (size_t i = 0; i < recorder->list_len; i++) {
		struct known_thread *thread = recorder->list[i];
		const struct {
			uint32_t tid, reserved;
			uint64_t start_boot_ns;
		} gone = { thread->tid, 0, thread->start_boot_ns };

		if (thread->seen == recorder->refresh) {
			recorder->list[kept++] = thread;
			continue;
		}
		put_bytes(recorder, CAPTURE_ITEM_GONE, &gone, sizeof(gone));
		free_thread(recorder, thread);
	}
	recorder->list_len = kept;
	put_item(recorder, CAPTURE_ITEM_SAMPLED, NULL, 0);
}

void recorder_exit(struct recorder *recorder, const struct task_exit *ended,
		   const struct call_count *calls)
{
	const struct item_head head = { sizeof(*ended), sizeof(*calls), 0 };
	const struct capture_part parts[] = {
		{ &head, sizeof(head) },
		{ ended, sizeof(*ended) },
		{ calls, ended->calls_len * sizeof(*calls) },
	};

	/* Between refreshes the tasks of the last one are over anyway. */
	end_tasks(recorder);
	put_item(recorder, CAPTURE_ITEM_EXIT, parts, 3);
}

static void put_counts(struct recorder *recorder, enum capture_item_kind kind, const void *counts,
		       size_t one, size_t len)
{
	const struct item_head head = { (uint16_t)one, 0, 0 };
	const struct capture_part parts[] = { { &head, sizeof(head) }, { counts, one * len } };

	if (len)
		put_item(recorder, kind, parts, 2);
}

static void flush_errnos(struct recorder *recorder)
{
	put_counts(recorder, CAPTURE_ITEM_ERRNO, recorder->errno_counts, sizeof(struct errno_count),
		   recorder->errnos_len);
	recorder->errnos_len = 0;
}

void recorder_errno(struct recorder *recorder, const struct errno_count *count)
{
	uint64_t key = (uint64_t)count->pid << 32 | (uint32_t)count->nr << 16 | count->err;

	end_tasks(recorder);
	if (!recorder_known_changed(&recorder->errnos, key, count->start_boot_ns, &count->count))
		return;
	if (recorder->errnos_len == LIST_ITEM_COUNTS)
		flush_errnos(recorder);
	recorder->errno_counts[recorder->errnos_len++] = *count;
}

/* Durations have so many numbers that each is an item of its own. */
void recorder_timing(struct recorder *recorder, const struct timing_count *count)
{
	end_tasks(recorder);
	if (recorder_known_changed(&recorder->timings, (uint64_t)count->pid << 32 | count->nr,
				   count->start_boot_ns, &count->timed))
		put_counts(recorder, CAPTURE_ITEM_TIMING, count, sizeof(*count), 1);
}

void recorder_uring(struct recorder *recorder, const struct uring_count *count)
{
	end_tasks(recorder);
	if (recorder_known_changed(&recorder->urings, (uint64_t)count->pid << 32 | count->op,
				   count->start_boot_ns, count))
		put_counts(recorder, CAPTURE_ITEM_URING, count, sizeof(*count), 1);
}

void recorder_objects(struct recorder *recorder, enum state_objects objects)
{
	const uint32_t counted = objects == STATE_OBJECTS_COUNTED;

	recorder_known_release(&recorder->objects);
	put_bytes(recorder, CAPTURE_ITEM_OBJECTS, &counted, sizeof(counted));
}

void recorder_object(struct recorder *recorder, const struct object_count *count)
{
	/* Where two objects meet in a key, both are written each time. */
	uint64_t process = count->start_boot_ns + ((uint64_t)count->pid << 40);
	uint64_t object = count->ino + ((uint64_t)count->dev << 32);

	end_tasks(recorder);
	if (recorder_known_changed(&recorder->objects, process, object, count))
		put_counts(recorder, CAPTURE_ITEM_OBJECT, count, sizeof(*count), 1);
}

void recorder_object_name(struct recorder *recorder, const struct object_count *count,
			  const struct object_name *name)
{
	const size_t fixed = offsetof(struct object_name, path);
	const struct item_head head = { sizeof(*count), (uint16_t)fixed, 0 };
	const struct capture_part parts[] = {
		{ &head, sizeof(head) },
		{ count, sizeof(*count) },
		{ name, fixed },
		{ name->path, strnlen(name->path, sizeof(name->path)) },
	};

	put_item(recorder, CAPTURE_ITEM_OBJECT_NAME, parts, 4);
}

void recorder_other(struct recorder *recorder, const struct call_count *count)
{
	size_t at = 0;

	/* One row for each number: what comes twice is added up, as the state does. */
	while (at < recorder->others_len && recorder->others[at].nr != count->nr)
		at++;
	if (at == COUNT_NR_COUNT)
		return;
	if (at == recorder->others_len) {
		recorder->others[recorder->others_len++] = *count;
		return;
	}
	recorder->others[at].calls += count->calls;
	recorder->others[at].errors += count->errors;
	recorder->others[at].restarts += count->restarts;
}

static void put_others(struct recorder *recorder)
{
	size_t bytes = recorder->others_len * sizeof(recorder->others[0]);

	if (recorder->others_len == recorder->others_before_len &&
	    memcmp(recorder->others, recorder->others_before, bytes) == 0)
		return;
	put_counts(recorder, CAPTURE_ITEM_OTHER, recorder->others, sizeof(recorder->others[0]),
		   recorder->others_len);
	memcpy(recorder->others_before, recorder->others, bytes);
	recorder->others_before_len = recorder->others_len;
}

void recorder_end(struct recorder *recorder, enum recorder_outcome outcome)
{
	bool complete = outcome == RECORDER_COMPLETE;

	if (complete)
		end_tasks(recorder);
	recorder->sampled = true;
	flush_errnos(recorder);
	put_others(recorder);
	put_item(recorder, complete ? CAPTURE_ITEM_END : CAPTURE_ITEM_ABANDON, NULL, 0);
}

void recorder_health(struct recorder *recorder, const struct health_row *health,
		     const struct buffer_row *buffers, size_t buffers_len)
{
	struct capture_pair pairs[CAPTURE_HEALTH_PAIRS], buffer[CAPTURE_BUFFER_PAIRS];
	size_t len = capture_health_put(health, pairs);

	put_bytes(recorder, CAPTURE_ITEM_HEALTH, pairs, len * sizeof(pairs[0]));
	for (size_t i = 0; i < buffers_len; i++) {
		len = capture_buffer_put(&buffers[i], buffer);
		put_bytes(recorder, CAPTURE_ITEM_BUFFER, buffer, len * sizeof(buffer[0]));
	}
	if (health->notice)
		put_bytes(recorder, CAPTURE_ITEM_NOTICE, health->notice, strlen(health->notice));
	put_item(recorder, CAPTURE_ITEM_REFRESHED, NULL, 0);
	if (recorder->seeded)
		capture_writer_flush(recorder->writer);
}

/* --- files, seed, records --- */

void recorder_file(struct recorder *recorder, const struct file_sample *file, const char *path)
{
	const struct item_head head = { sizeof(*file), 0, 0 };
	const struct capture_part parts[] = {
		{ &head, sizeof(head) },
		{ file, sizeof(*file) },
		{ path, file->path_len },
	};

	if (!recorder->seeded)
		recorder_seed_file(recorder->seed, file, path);
	put_item(recorder, CAPTURE_ITEM_FILE, parts, 3);
}

void recorder_cgroup_made(struct recorder *recorder, uint64_t cgroup_id, const char *path)
{
	const struct capture_part parts[] = { { &cgroup_id, sizeof(cgroup_id) },
					      { path, strlen(path) } };

	put_item(recorder, CAPTURE_ITEM_CGROUP_MADE, parts, 2);
}

void recorder_cgroup_removed(struct recorder *recorder, uint64_t cgroup_id)
{
	put_bytes(recorder, CAPTURE_ITEM_CGROUP_REMOVED, &cgroup_id, sizeof(cgroup_id));
}

void recorder_files_begin(struct recorder *recorder, uint32_t pid, enum state_pass pass)
{
	const uint32_t item[] = { pid, pass };

	put_bytes(recorder, CAPTURE_ITEM_FILES_BEGIN, item, sizeof(item));
}

void recorder_files_end(struct recorder *recorder, uint32_t pid)
{
	put_bytes(recorder, CAPTURE_ITEM_FILES_END, &pid, sizeof(pid));
}

void recorder_forget(struct recorder *recorder, uint32_t pid)
{
	put_bytes(recorder, CAPTURE_ITEM_FORGET, &pid, sizeof(pid));
}

void recorder_named_files(struct recorder *recorder, const struct named_file *files, size_t len)
{
	static const struct named_file none = { .container = "", .path = "" };

	for (size_t i = 0; i < (len ? len : 1); i++) {
		const struct named_file *file = len ? &files[i] : &none;
		const struct {
			uint32_t left, dev;
			uint64_t ino;
		} head = { (uint32_t)(len ? len - i - 1 : 0), file->dev, file->ino };
		uint16_t id_len = (uint16_t)strlen(file->container);
		const struct capture_part parts[] = {
			{ &head, sizeof(head) },
			{ &id_len, sizeof(id_len) },
			{ file->container, id_len },
			{ file->path, strlen(file->path) },
		};

		put_item(recorder, CAPTURE_ITEM_NAMED_FILE, parts, 4);
	}
}

/*
 * Conditions ask for ancestors, which are not among the processes where the scope leaves them out:
 * what they are is asked now, so that the file answers as the machine would have.
 */
static void ask_ancestors(struct recorder *recorder)
{
	struct process_seed *seed = malloc(sizeof(*seed));
	uint32_t asked[RECORDER_PARENTS_MAX], parents[RECORDER_PARENTS_MAX];
	size_t len = recorder_seed_parents(recorder->seed, parents), asked_len = 0;

	for (size_t i = 0; seed && i < len; i++) {
		uint32_t pid = parents[i];

		while (pid && asked_len < RECORDER_PARENTS_MAX) {
			bool known = false;

			for (size_t j = 0; j < asked_len; j++)
				known |= asked[j] == pid;
			if (known)
				break;
			asked[asked_len++] = pid;
			process_seed_init(seed);
			if (source_seed(recorder, pid, SEED_TEXT | SEED_IDS, seed) < 0)
				break;
			pid = seed->ppid;
		}
	}
	free(seed);
}

void recorder_seed(struct recorder *recorder)
{
	const struct capture_meta meta = { .version = CAPTURE_ITEMS_VERSION,
					   .machine = THIS_MACHINE,
					   .memory_bytes = recorder->opts.memory_bytes };
	const struct recorder_seed_opts opts = { .host = recorder->opts.host,
						 .source = recorder->opts.source,
						 .origin = recorder->opts.origin,
						 .boot_epoch_ns = recorder->opts.boot_epoch_ns,
						 .everything = recorder->opts.everything };
	size_t at = 0;

	if (!recorder->opts.everything)
		ask_ancestors(recorder);
	recorder_seed_write(recorder->seed, &opts, recorder->writer);
	recorder_seed_free(recorder->seed);
	recorder->seed = NULL;
	recorder->seeded = true;
	put_bytes(recorder, CAPTURE_ITEM_META, &meta, sizeof(meta));
	while (at < recorder->queue.len) {
		struct capture_item_header header;

		memcpy(&header, recorder->queue.data + at, sizeof(header));
		at += sizeof(header);
		put_bytes(recorder, (enum capture_item_kind)header.kind, recorder->queue.data + at,
			  header.len);
		at += header.len;
	}
	free(recorder->queue.data);
	recorder->queue = (struct queued){ 0 };
	capture_writer_flush(recorder->writer);
}

void recorder_record(struct recorder *recorder, const void *record, size_t len)
{
	if (!recorder->left)
		return;
	recorder->left--;
	capture_write_record(recorder->writer, record, len);
}

int recorder_error(const struct recorder *recorder)
{
	return recorder->error ? recorder->error : capture_writer_error(recorder->writer);
}

bool recorder_is_full(const struct recorder *recorder)
{
	return !recorder->left;
}

uint64_t recorder_events(const struct recorder *recorder)
{
	return capture_writer_events(recorder->writer);
}
