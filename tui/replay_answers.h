/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A state's source that answers from a capture: the newest answer of each kind and id that the file
 * has told so far. Questions that it does not answer have none (-ENOENT).
 */
#ifndef TUI_REPLAY_ANSWERS_H
#define TUI_REPLAY_ANSWERS_H

#include "probe/capture_bytes.h"
#include "state/base/hash.h"
#include "state/state.h"

enum replay_answer {
	REPLAY_PROCESS,
	REPLAY_CGROUP,
	REPLAY_CGROUP_PATH,
	REPLAY_USER,
	REPLAY_CONTAINER,
	REPLAY_CONTAINER_USERS,
	REPLAY_ANSWER_COUNT
};

struct replay_answers {
	struct memory *memory; /* borrowed */
	struct hash kept;      /* (id, enum replay_answer) -> struct answer */
};

void replay_answers_init(struct replay_answers *answers, struct memory *memory);
void replay_answers_release(struct replay_answers *answers);
/*
 * id: a pid, a uid, a cgroup id or replay_answers_container(). error: 0 or the -errno that the
 * question had. 0, or -ENOMEM.
 */
int replay_answers_put(struct replay_answers *answers, enum replay_answer kind, uint64_t id,
		       int32_t error, const struct capture_cursor *data);
/* The id of answers about a container, from the one that is shown. */
uint64_t replay_answers_container(const char *id, size_t len);
/* The process is gone: nobody asks for it any more. */
void replay_answers_forget(struct replay_answers *answers, uint32_t pid);
/* Borrows answers. */
struct state_source replay_answers_source(struct replay_answers *answers);

#endif
