/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that rules name, by device and inode: an open of one of them under a name that is neither
 * called nor resolved to the one in the rule (another hard link, a bind mount, a folder of the host
 * in a container) is known all the same. Who finds them is outside of the state, see struct
 * named_file of state.h.
 */
#ifndef STATE_NAMED_FILE_H
#define STATE_NAMED_FILE_H

#include <stddef.h>
#include <stdint.h>

struct state;
struct text;

struct named_entry {
	uint64_t ino;
	uint32_t dev;
	struct text *container; /* its id, "" for the host; a reference, like path */
	struct text *path;
};

struct named_files {
	struct named_entry *entries; /* by ino, dev, then container */
	size_t len, size;
};

/*
 * The name in rules of the file that a process of a container opened: of its own root, else of the
 * host's. NULL when it has none. Borrowed.
 */
const struct text *named_file_find(const struct state *state, const struct text *container,
				   uint32_t dev, uint64_t ino);
void named_files_release(struct state *state);

#endif
