/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Ways to count a call per (thread or process, number), each as a whole exit hook, and ways to find
 * the file of an fd. bench_maps.c attaches one after another.
 */
#include "probe/bpf/kernel.h"
#include "probe/bpf/extract/call.h"

char _license[] SEC("license") = "Dual BSD/GPL";

#define NUMBERS 512
#define SLOTS 43

struct key {
	u32 pid, nr;
};

struct slots {
	u64 words[SLOTS];
};

struct row {
	u64 counts[NUMBERS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NUMBERS);
	__type(key, u32);
	__type(value, u64);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NUMBERS);
	__type(key, u32);
	__type(value, u64);
} percpu_array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct key);
	__type(value, u64);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct key);
	__type(value, u64);
} percpu_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct slots);
} storage_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct row);
} storage_array SEC(".maps");

static __always_inline u64 call_nr(u64 *ctx)
{
	u64 nr = regs_syscall_nr((struct pt_regs *)ctx[0]);

	barrier_var(nr);
	return nr;
}

SEC("tp_btf/sys_exit")
int empty(u64 *ctx)
{
	return 0;
}

SEC("tp_btf/sys_exit")
int array_atomic(u64 *ctx)
{
	u32 nr = call_nr(ctx);
	u64 *count = bpf_map_lookup_elem(&array, &nr);

	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}

SEC("tp_btf/sys_exit")
int array_percpu(u64 *ctx)
{
	u32 nr = call_nr(ctx);
	u64 *count = bpf_map_lookup_elem(&percpu_array, &nr);

	if (count)
		++*count;
	return 0;
}

SEC("tp_btf/sys_exit")
int hash_atomic(u64 *ctx)
{
	struct key key = { .pid = bpf_get_current_pid_tgid() >> 32, .nr = call_nr(ctx) };
	u64 one = 1, *count = bpf_map_lookup_elem(&hash, &key);

	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&hash, &key, &one, BPF_NOEXIST);
	return 0;
}

SEC("tp_btf/sys_exit")
int hash_percpu(u64 *ctx)
{
	struct key key = { .pid = bpf_get_current_pid_tgid() >> 32, .nr = call_nr(ctx) };
	u64 one = 1, *count = bpf_map_lookup_elem(&percpu_hash, &key);

	if (count)
		++*count;
	else
		bpf_map_update_elem(&percpu_hash, &key, &one, BPF_NOEXIST);
	return 0;
}

SEC("tp_btf/sys_exit")
int task_array(u64 *ctx)
{
	u64 nr = call_nr(ctx);
	struct row *row = bpf_task_storage_get(&storage_array, bpf_get_current_task_btf(), NULL,
					       BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (row && nr < NUMBERS)
		row->counts[nr]++;
	return 0;
}

static __always_inline void slot_count(u64 *ctx)
{
	u64 nr = call_nr(ctx), word;
	struct slots *slots = bpf_task_storage_get(&storage_slots, bpf_get_current_task_btf(), NULL,
						   BPF_LOCAL_STORAGE_GET_F_CREATE);
	u32 at = nr & 31;

	if (!slots)
		return;
	for (u32 tries = 0; tries < 4; tries++, at++) {
		word = slots->words[at];
		if (!word)
			word = nr << 52;
		if (word >> 52 == nr) {
			slots->words[at] = word + 1;
			return;
		}
	}
}

SEC("tp_btf/sys_exit")
int task_slots(u64 *ctx)
{
	slot_count(ctx);
	return 0;
}

u64 types;

/* The type of the file behind the first argument: fd table, file and inode by helper calls. */
SEC("tp_btf/sys_exit")
int file_helpers(u64 *ctx)
{
	u32 fd = regs_first_arg((struct pt_regs *)ctx[0]);
	struct files_struct *files = bpf_get_current_task_btf()->files;
	struct file *file = NULL;

	slot_count(ctx);
	if (!files || fd >= files->fdt->max_fds ||
	    bpf_probe_read_kernel(&file, sizeof(file), files->fdt->fd + fd) || !file)
		return 0;
	if ((BPF_CORE_READ(file, f_inode, i_mode) & 0170000) == 0020000)
		types = 1;
	return 0;
}

/* clang-format off */
#define CASE(fd) \
	case fd: \
		file = files->fd_array[fd]; \
		break;
#define CASES(fd) \
	CASE(fd) CASE(fd + 1) CASE(fd + 2) CASE(fd + 3) \
	CASE(fd + 4) CASE(fd + 5) CASE(fd + 6) CASE(fd + 7)

/* The same by loads, in a table that never grew. */
SEC("tp_btf/sys_exit")
int file_loads(u64 *ctx)
{
	u32 fd = regs_first_arg((struct pt_regs *)ctx[0]);
	struct files_struct *files = bpf_get_current_task_btf()->files;
	struct file *file = NULL;

	slot_count(ctx);
	if (!files || files->fdt != &files->fdtab)
		return 0;
	switch (fd) {
	CASES(0) CASES(8) CASES(16) CASES(24)
	}
	if (file && (file->f_inode->i_mode & 0170000) == 0020000)
		types = 1;
	return 0;
}
/* clang-format on */
