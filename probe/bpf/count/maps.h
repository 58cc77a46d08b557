/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps of the counter plane. None is an LRU map: those evict silently. Kernel memory: per
 * thread one element of `threads` (kept within a 512-byte allocation); the hashes are allocated in
 * full.
 */
#ifndef PROBE_BPF_COUNT_MAPS_H
#define PROBE_BPF_COUNT_MAPS_H

#include "threads.h"
#include "../extract/knobs.h"

/* Numbers that found no slot in their thread's storage, and threads without storage. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, COUNT_OVERFLOW_MAX);
	__type(key, struct overflow_key);
	__type(value, struct overflow_count);
} overflow SEC(".maps");

/* Failed calls per process, number and errno. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, COUNT_ERRNOS_MAX);
	__type(key, struct errno_key);
	__type(value, u64);
} errnos SEC(".maps");

/* struct exit_wire per ended thread; drained by probe_drain_exits. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, COUNT_EXITS_BYTES);
} exits SEC(".maps");

/* The same, while the ring is full. Not preallocated: costs memory only then. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, COUNT_LATE_EXITS_MAX);
	__type(key, struct thread_key);
	__type(value, struct exit_wire);
} late_exits SEC(".maps");

/* One per possible CPU: the loader sets the size. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct cpu_stats);
} cpu_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PROBE_RINGS_MAX);
	__type(key, u32);
	__type(value, u64);
} ring_drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, STREAM_PROGS_MAX);
	__type(key, u32);
	__type(value, u32);
} stream_progs SEC(".maps");

/* See task_regs(); 0 until the first call has returned. */
__u64 regs_at;

/* Rows ever made in `overflow`: while the reader deleted as many, there is nothing to scan. */
__u64 overflow_rows;
/* The same of late_exits. */
__u64 late_exits_made;
/* Failed calls without room in `errnos`. */
__u64 errnos_lost;
/* dump_files: only this process, 0 = all; and its scratch: one reader reads at a time. */
__u32 files_pid;
char files_path[RECORD_PATH_MAX];

/* Filled by the loader from syscalls.def. */
const volatile struct nr_info nr_info[SYSCALL_NR_MAX];

#endif
