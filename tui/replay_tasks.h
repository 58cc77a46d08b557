/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Living threads as a capture tells them: who is new or changed, who is gone. A refresh tells the
 * state of all, in the order of the kernel's task iterator: by pid, leader first, by age.
 */
#ifndef TUI_REPLAY_TASKS_H
#define TUI_REPLAY_TASKS_H

#include "probe/capture_bytes.h"
#include "probe/schema/sample.h"
#include "state/base/hash.h"

struct replay_task {
	struct task_sample sample;
	struct call_count *calls; /* sample.calls_len of them */
};

struct replay_tasks {
	struct memory *memory; /* borrowed */
	struct hash known;     /* (tid, start) -> struct replay_task */
	struct replay_task **sorted;
	size_t sorted_size;
};

void replay_tasks_init(struct replay_tasks *tasks, struct memory *memory);
void replay_tasks_release(struct replay_tasks *tasks);
/* A thread as the file has it (CAPTURE_ITEM_TASK). 0, -EBADMSG or -ENOMEM. */
int replay_tasks_put(struct replay_tasks *tasks, struct capture_cursor *item);
void replay_tasks_remove(struct replay_tasks *tasks, uint32_t tid, uint64_t start_boot_ns);
/* All of them in order; *ret_list is valid until the next call. Returns how many, or -ENOMEM. */
long replay_tasks_sort(struct replay_tasks *tasks, struct replay_task *const **ret_list);

/*
 * A struct and the counts behind it, both as long as their writer had them: what is missing is
 * zero, what is more is passed over. *ret_calls (the caller frees it with memory_free(), *ret_len
 * of them) is NULL when there are none. 0, -EBADMSG or -ENOMEM.
 */
int replay_take_counted(struct capture_cursor *item, struct memory *memory,
			const struct capture_bytes *ret_head, struct call_count **ret_calls,
			uint32_t *ret_len);
/* Structs one after another behind their length. Calls fn for each. 0 or -EBADMSG. */
typedef void (*replay_struct_fn)(void *ctx, const void *data);
int replay_take_list(struct capture_cursor *item, const struct capture_bytes *scratch,
		     replay_struct_fn fn, void *ctx);

#endif
