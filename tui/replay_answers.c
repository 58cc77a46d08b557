/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_answers.h"

#include <errno.h>
#include <string.h>

#include "capture_container.h"
#include "probe/capture_process.h"
#include "state/container.h"

struct answer {
	int32_t error;
	uint32_t len;
	uint8_t data[];
};

void replay_answers_init(struct replay_answers *answers, struct memory *memory)
{
	answers->memory = memory;
	hash_init(&answers->kept, memory);
}

static void free_answer(struct replay_answers *answers, struct answer *answer)
{
	if (answer)
		memory_free(answers->memory, answer, sizeof(*answer) + answer->len);
}

void replay_answers_release(struct replay_answers *answers)
{
	struct answer *answer;
	size_t at = 0;

	while ((answer = hash_next(&answers->kept, &at)))
		free_answer(answers, answer);
	hash_release(&answers->kept);
}

int replay_answers_put(struct replay_answers *answers, enum replay_answer kind, uint64_t id,
		       int32_t error, const struct capture_cursor *data)
{
	struct answer *before = hash_get(&answers->kept, id, kind);
	size_t len = error < 0 ? 0 : data->len - data->at;
	struct answer *answer = memory_alloc_raw(answers->memory, sizeof(*answer) + len);

	if (!answer)
		return -ENOMEM;
	answer->error = error;
	answer->len = (uint32_t)len;
	if (len)
		memcpy(answer->data, data->data + data->at, len);
	if (hash_put(&answers->kept, id, kind, answer) < 0) {
		free_answer(answers, answer);
		return -ENOMEM;
	}
	free_answer(answers, before);
	return 0;
}

void replay_answers_forget(struct replay_answers *answers, uint32_t pid)
{
	static const enum replay_answer kinds[] = { REPLAY_PROCESS, REPLAY_CGROUP };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		free_answer(answers, hash_get(&answers->kept, pid, kinds[i]));
		hash_remove(&answers->kept, pid, kinds[i]);
	}
}

static int answer_seed(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed)
{
	const struct replay_answers *answers = ctx;
	const struct answer *answer = hash_get(&answers->kept, pid, REPLAY_PROCESS);
	struct capture_cursor cursor;
	uint32_t there;
	int rc;

	if (!answer || answer->error)
		return answer ? answer->error : -ENOENT;
	cursor = (struct capture_cursor){ .data = answer->data, .len = answer->len };
	there = cursor_u32(&cursor);
	cursor_u32(&cursor);
	rc = capture_process_take(&cursor, ret_seed);
	if (rc < 0)
		return -ENOENT;
	ret_seed->parts = there;
	return 0;
}

static int answer_text(const struct replay_answers *answers, enum replay_answer kind, uint64_t id,
		       char *text, size_t *len)
{
	const struct answer *answer = hash_get(&answers->kept, id, kind);

	if (!answer || answer->error)
		return answer ? answer->error : -ENOENT;
	if (answer->len > *len)
		return -ENOENT;
	memcpy(text, answer->data, answer->len);
	*len = answer->len;
	return 0;
}

/* FNV-1a. Two ids of one number would answer for each other; 64 bits make that a curiosity. */
uint64_t replay_answers_container(const char *id, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)id[i]) * 0x100000001b3ull;
	return hash;
}

static int answer_info(const struct replay_answers *answers, enum replay_answer kind,
		       const struct container_match *match, struct container_info *ret_info)
{
	uint64_t id = replay_answers_container(match->id, strlen(match->id));
	const struct answer *answer = hash_get(&answers->kept, id, kind);
	struct capture_cursor cursor;

	if (!answer || answer->error)
		return answer ? answer->error : -ENOENT;
	cursor = (struct capture_cursor){ .data = answer->data, .len = answer->len };
	return capture_container_take(&cursor, ret_info) < 0 ? -ENOENT : 0;
}

static int answer_container(void *ctx, const struct container_match *match, uint32_t pid,
			    struct container_info *ret_info)
{
	return answer_info(ctx, REPLAY_CONTAINER, match, ret_info);
}

/* A file of before there were such answers: names are those of the host, as they were recorded. */
static int answer_users(void *ctx, const struct container_match *match, uint32_t pid,
			struct container_info *ret_info)
{
	int rc = answer_info(ctx, REPLAY_CONTAINER_USERS, match, ret_info);

	return rc == -ENOENT ? -ENODATA : rc;
}

static int answer_cgroup(void *ctx, uint32_t pid, char *text, size_t *len)
{
	return answer_text(ctx, REPLAY_CGROUP, pid, text, len);
}

static int answer_cgroup_path(void *ctx, uint64_t cgroup_id, char *text, size_t *len)
{
	return answer_text(ctx, REPLAY_CGROUP_PATH, cgroup_id, text, len);
}

static int answer_user(void *ctx, uint32_t uid, char *name, size_t *len)
{
	return answer_text(ctx, REPLAY_USER, uid, name, len);
}

struct state_source replay_answers_source(struct replay_answers *answers)
{
	return (struct state_source){ .ctx = answers,
				      .process_seed = answer_seed,
				      .process_cgroup = answer_cgroup,
				      .cgroup_path = answer_cgroup_path,
				      .container_info = answer_container,
				      .container_users = answer_users,
				      .user_name = answer_user };
}
