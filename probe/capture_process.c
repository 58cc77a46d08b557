/* SPDX-License-Identifier: Apache-2.0 */
#include "capture_process.h"

#include <errno.h>

#include "capture_format.h"

/* Behind the folder of the root an older layout has no more than this: see capture_process_take. */
#define OLD_TAIL_MAX 29

/* "exe" of an entry is the first argument, "args" are the others. */
static size_t first_argument(const struct process_seed *seed)
{
	return strnlen(seed->cmdline, seed->cmdline_len);
}

void capture_process_put(struct capture_bytes *bytes, const struct process_seed *seed,
			 enum capture_texts texts)
{
	size_t path_max = texts == CAPTURE_TEXTS_WHOLE ? PROCESS_TEXT_MAX : CAPTURE_PATH_MAX;
	size_t start = bytes->len, first = first_argument(seed);
	size_t rest = first < seed->cmdline_len ? first + 1 : first;
	uint32_t len;

	bytes_u32(bytes, 0); /* the length, known at the end */
	bytes_u64(bytes, seed->tid);
	bytes_u64(bytes, seed->pid);
	bytes_u64(bytes, seed->ppid);
	bytes_u64(bytes, seed->sid);
	bytes_u64(bytes, seed->vpgid);
	bytes_text(bytes, seed->comm, strnlen(seed->comm, sizeof(seed->comm)), path_max);
	bytes_text(bytes, seed->cmdline, first, path_max);
	bytes_text(bytes, seed->exe, seed->exe_len, path_max);
	bytes_text(bytes, seed->cmdline + rest, seed->cmdline_len - rest, CAPTURE_LIST_MAX);
	bytes_text(bytes, seed->cwd, seed->cwd_len, path_max);
	bytes_u64(bytes, (uint64_t)seed->fd_limit);
	bytes_u32(bytes, seed->flags);
	bytes_u32(bytes, seed->uid);
	bytes_u32(bytes, seed->gid);
	bytes_u32(bytes, (uint32_t)seed->vm_size_kb);
	bytes_u32(bytes, (uint32_t)seed->vm_rss_kb);
	bytes_u32(bytes, (uint32_t)seed->vm_swap_kb);
	bytes_u64(bytes, seed->major_faults);
	bytes_u64(bytes, seed->minor_faults);
	bytes_text(bytes, seed->env, seed->env_len, CAPTURE_LIST_MAX);
	bytes_u64(bytes, seed->vtid);
	bytes_u64(bytes, seed->vpid);
	bytes_text(bytes, seed->cgroups, seed->cgroups_len, CAPTURE_LIST_MAX);
	bytes_text(bytes, seed->root, seed->root_len, path_max);
	bytes_u64(bytes, seed->pidns_init_start_ns);
	bytes_u32(bytes, seed->tty);
	bytes_u32(bytes, seed->loginuid);
	bytes_u8(bytes, (seed->exe_flags & SEED_EXE_WRITABLE) != 0);
	bytes_u64(bytes, seed->cap_inheritable);
	bytes_u64(bytes, seed->cap_permitted);
	bytes_u64(bytes, seed->cap_effective);
	bytes_u8(bytes, (seed->exe_flags & SEED_EXE_UPPER_LAYER) != 0);
	bytes_u64(bytes, seed->exe_ino);
	bytes_u64(bytes, seed->exe_ino_ctime_ns);
	bytes_u64(bytes, seed->exe_ino_mtime_ns);
	bytes_u8(bytes, (seed->exe_flags & SEED_EXE_FROM_MEMFD) != 0);
	bytes_u8(bytes, (seed->exe_flags & SEED_EXE_LOWER_LAYER) != 0);
	bytes_u64(bytes, seed->pgid);
	if (bytes->full)
		return;
	len = (uint32_t)(bytes->len - start);
	memcpy(bytes->data + start, &len, sizeof(len));
}

/* The command line is what two fields hold together. */
static void take_command_line(struct capture_cursor *entry, struct process_seed *seed)
{
	size_t len = cursor_text(entry, seed->cmdline, sizeof(seed->cmdline) - 1);

	if (len)
		seed->cmdline[len++] = '\0';
	seed->cmdline_len = len;
	seed->exe_len = cursor_text(entry, seed->exe, sizeof(seed->exe));
	seed->cmdline_len += cursor_text(entry, seed->cmdline + len, sizeof(seed->cmdline) - len);
}

static void take_flag(struct capture_cursor *entry, struct process_seed *seed, uint32_t flag)
{
	if (cursor_u8(entry))
		seed->exe_flags |= flag;
}

/* What younger layouts added at the end, as far as the entry goes. */
static void take_tail(struct capture_cursor *entry, struct process_seed *seed)
{
	if (cursor_left(entry) > OLD_TAIL_MAX) {
		seed->pidns_init_start_ns = cursor_u64(entry);
		seed->tty = cursor_u32(entry);
	}
	if (cursor_left(entry) >= 4)
		seed->loginuid = cursor_u32(entry);
	if (cursor_left(entry) >= 1)
		take_flag(entry, seed, SEED_EXE_WRITABLE);
	if (cursor_left(entry) >= 24) {
		seed->cap_inheritable = cursor_u64(entry);
		seed->cap_permitted = cursor_u64(entry);
		seed->cap_effective = cursor_u64(entry);
	}
	if (cursor_left(entry) >= 1)
		take_flag(entry, seed, SEED_EXE_UPPER_LAYER);
	if (cursor_left(entry) >= 24) {
		seed->exe_ino = cursor_u64(entry);
		seed->exe_ino_ctime_ns = cursor_u64(entry);
		seed->exe_ino_mtime_ns = cursor_u64(entry);
	}
	if (cursor_left(entry) >= 1)
		take_flag(entry, seed, SEED_EXE_FROM_MEMFD);
	if (cursor_left(entry) >= 1)
		take_flag(entry, seed, SEED_EXE_LOWER_LAYER);
	if (cursor_left(entry) >= 8)
		seed->pgid = (uint32_t)cursor_u64(entry);
}

static void take_fields(struct capture_cursor *entry, struct process_seed *seed)
{
	seed->tid = (uint32_t)cursor_u64(entry);
	seed->pid = (uint32_t)cursor_u64(entry);
	seed->ppid = (uint32_t)cursor_u64(entry);
	seed->sid = (uint32_t)cursor_u64(entry);
	seed->vpgid = (uint32_t)cursor_u64(entry);
	cursor_text(entry, seed->comm, sizeof(seed->comm) - 1);
	take_command_line(entry, seed);
	seed->cwd_len = cursor_text(entry, seed->cwd, sizeof(seed->cwd));
	seed->fd_limit = (int64_t)cursor_u64(entry);
	seed->flags = cursor_u32(entry);
	seed->uid = cursor_u32(entry);
	seed->gid = cursor_u32(entry);
	seed->vm_size_kb = cursor_u32(entry);
	seed->vm_rss_kb = cursor_u32(entry);
	seed->vm_swap_kb = cursor_u32(entry);
	seed->major_faults = cursor_u64(entry);
	seed->minor_faults = cursor_u64(entry);
	seed->env_len = cursor_text(entry, seed->env, sizeof(seed->env));
	seed->vtid = (uint32_t)cursor_u64(entry);
	seed->vpid = (uint32_t)cursor_u64(entry);
	seed->cgroups_len = cursor_text(entry, seed->cgroups, sizeof(seed->cgroups));
	seed->root_len = cursor_text(entry, seed->root, sizeof(seed->root));
}

int capture_process_take(struct capture_cursor *cursor, struct process_seed *ret_seed)
{
	uint32_t len = cursor_u32(cursor);
	struct capture_cursor entry = { .len = len - 4 };

	if (cursor->bad || len < 4)
		return -EBADMSG;
	entry.data = cursor_take(cursor, entry.len);
	if (!entry.data)
		return -EBADMSG;
	process_seed_init(ret_seed);
	take_fields(&entry, ret_seed);
	if (entry.bad)
		return -EBADMSG;
	take_tail(&entry, ret_seed);
	ret_seed->parts = SEED_ALL;
	return 0;
}
