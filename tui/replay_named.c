/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_named.h"

#include <errno.h>
#include <string.h>

#include "named_finder.h"
#include "state/container.h"
#include "state/state.h"

void replay_named_init(struct replay_named *named, struct memory *memory)
{
	*named = (struct replay_named){ .len = 0 };
	arena_init(&named->arena, memory);
}

void replay_named_release(struct replay_named *named)
{
	arena_release(&named->arena);
	named->files = NULL;
	named->len = 0;
}

static int add_file(struct replay_named *named, const struct named_file *file)
{
	struct arena *arena = &named->arena;
	struct named_file *to;

	if (named->len == NAMED_FOUND_MAX)
		return -EBADMSG;
	if (!named->files)
		named->files = arena_alloc(arena, NAMED_FOUND_MAX * sizeof(*named->files));
	if (!named->files)
		return -ENOMEM;
	to = &named->files[named->len];
	*to = *file;
	to->container = arena_text(arena, file->container, strlen(file->container));
	to->path = arena_text(arena, file->path, strlen(file->path));
	if (!to->container || !to->path)
		return -ENOMEM;
	named->len++;
	return 0;
}

int replay_named_put(struct replay_named *named, struct state *state, struct capture_cursor *item)
{
	uint32_t left = cursor_u32(item), dev = cursor_u32(item);
	uint64_t ino = cursor_u64(item);
	char id[CONTAINER_ID_MAX] = "", path[RECORD_PATH_MAX];
	struct named_file file;
	size_t len;
	int rc = 0;

	cursor_text(item, id, sizeof(id) - 1);
	len = cursor_left(item);
	if (item->bad || len >= sizeof(path))
		return -EBADMSG;
	cursor_get(item, path, len);
	path[len] = '\0';
	file = (struct named_file){ .container = id, .path = path, .ino = ino, .dev = dev };
	if (len)
		rc = add_file(named, &file);
	if (rc < 0 || left)
		return rc;
	rc = state_named_files(state, named->files, named->len);
	replay_named_release(named);
	return rc;
}
