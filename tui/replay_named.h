/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of files that rules name, out of a capture. */
#ifndef TUI_REPLAY_NAMED_H
#define TUI_REPLAY_NAMED_H

#include <stddef.h>
#include "probe/capture_bytes.h"
#include "state/base/arena.h"

struct named_file;
struct state;

/* The list that is being read; all of it is in the arena. */
struct replay_named {
	struct arena arena;
	struct named_file *files; /* NULL: none yet */
	size_t len;
};

/* The memory is borrowed. */
void replay_named_init(struct replay_named *named, struct memory *memory);
void replay_named_release(struct replay_named *named);
/* Takes an item; the last of a list tells the state. Returns 0, -EBADMSG or -ENOMEM. */
int replay_named_put(struct replay_named *named, struct state *state, struct capture_cursor *item);

#endif
