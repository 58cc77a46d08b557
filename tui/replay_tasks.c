/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_tasks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void replay_tasks_init(struct replay_tasks *tasks, struct memory *memory)
{
	*tasks = (struct replay_tasks){ .memory = memory };
	hash_init(&tasks->known, memory);
}

static void free_calls(struct memory *memory, struct call_count *calls, uint32_t len)
{
	memory_free(memory, calls, len * sizeof(*calls));
}

static void free_task(struct replay_tasks *tasks, struct replay_task *task)
{
	free_calls(tasks->memory, task->calls, task->sample.calls_len);
	memory_free(tasks->memory, task, sizeof(*task));
}

void replay_tasks_release(struct replay_tasks *tasks)
{
	struct replay_task *task;
	size_t at = 0;

	while ((task = hash_next(&tasks->known, &at)))
		free_task(tasks, task);
	hash_release(&tasks->known);
	memory_free(tasks->memory, tasks->sorted, tasks->sorted_size * sizeof(tasks->sorted[0]));
}

/* The next struct of from bytes into one of size bytes. */
static void take_struct(struct capture_cursor *item, size_t from, void *data, size_t size)
{
	const uint8_t *bytes = cursor_take(item, from);

	memset(data, 0, size);
	if (bytes)
		memcpy(data, bytes, from < size ? from : size);
}

int replay_take_counted(struct capture_cursor *item, struct memory *memory,
			const struct capture_bytes *ret_head, struct call_count **ret_calls,
			uint32_t *ret_len)
{
	size_t head_len = cursor_u16(item), call_len = cursor_u16(item), len;
	struct call_count *calls = NULL;

	cursor_u32(item);
	take_struct(item, head_len, ret_head->data, ret_head->size);
	if (item->bad || !call_len || cursor_left(item) % call_len)
		return -EBADMSG;
	len = cursor_left(item) / call_len;
	if (len > COUNT_NR_COUNT)
		return -EBADMSG;
	if (len) {
		calls = memory_alloc_raw(memory, len * sizeof(*calls));
		if (!calls)
			return -ENOMEM;
	}
	for (size_t i = 0; i < len; i++)
		take_struct(item, call_len, &calls[i], sizeof(calls[i]));
	*ret_calls = calls;
	*ret_len = (uint32_t)len;
	return 0;
}

int replay_take_list(struct capture_cursor *item, const struct capture_bytes *scratch,
		     replay_struct_fn fn, void *ctx)
{
	size_t one = cursor_u16(item);

	cursor_u16(item);
	cursor_u32(item);
	if (item->bad || !one || cursor_left(item) % one)
		return -EBADMSG;
	while (cursor_left(item)) {
		take_struct(item, one, scratch->data, scratch->size);
		fn(ctx, scratch->data);
	}
	return 0;
}

int replay_tasks_put(struct replay_tasks *tasks, struct capture_cursor *item)
{
	struct task_sample sample;
	const struct capture_bytes head = { .data = (uint8_t *)&sample, .size = sizeof(sample) };
	struct call_count *calls;
	struct replay_task *task;
	uint32_t len;
	int rc = replay_take_counted(item, tasks->memory, &head, &calls, &len);

	if (rc < 0)
		return rc;
	sample.calls_len = len;
	task = hash_get(&tasks->known, sample.tid, sample.thread_start_boot_ns);
	if (task) {
		free_calls(tasks->memory, task->calls, task->sample.calls_len);
	} else {
		task = memory_alloc(tasks->memory, sizeof(*task));
		if (!task ||
		    hash_put(&tasks->known, sample.tid, sample.thread_start_boot_ns, task) < 0) {
			memory_free(tasks->memory, task, sizeof(*task));
			free_calls(tasks->memory, calls, len);
			return -ENOMEM;
		}
	}
	*task = (struct replay_task){ sample, calls };
	return 0;
}

void replay_tasks_remove(struct replay_tasks *tasks, uint32_t tid, uint64_t start_boot_ns)
{
	struct replay_task *task = hash_get(&tasks->known, tid, start_boot_ns);

	if (!task)
		return;
	hash_remove(&tasks->known, tid, start_boot_ns);
	free_task(tasks, task);
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int task_order(const void *a, const void *b)
{
	const struct task_sample *left = &(*(struct replay_task *const *)a)->sample;
	const struct task_sample *right = &(*(struct replay_task *const *)b)->sample;
	int order = compare(left->pid, right->pid);

	if (!order)
		order = compare(left->tid != left->pid, right->tid != right->pid);
	if (!order)
		order = compare(left->thread_start_boot_ns, right->thread_start_boot_ns);
	return order ? order : compare(left->tid, right->tid);
}

long replay_tasks_sort(struct replay_tasks *tasks, struct replay_task *const **ret_list)
{
	size_t len = 0, at = 0, wanted = tasks->known.len;
	struct replay_task *task;

	if (wanted > tasks->sorted_size) {
		struct replay_task **grown = memory_grow(tasks->memory, tasks->sorted,
							 tasks->sorted_size * sizeof(*grown),
							 2 * wanted * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		tasks->sorted = grown;
		tasks->sorted_size = 2 * wanted;
	}
	while ((task = hash_next(&tasks->known, &at)))
		tasks->sorted[len++] = task;
	if (len)
		qsort(tasks->sorted, len, sizeof(tasks->sorted[0]), task_order);
	*ret_list = tasks->sorted;
	return (long)len;
}
