/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a process without having seen it start: from /proc on a live host, from a
 * process list entry (PL_V9) or a later private item in a capture. Plain data with every field of
 * such an entry; who fills it says in `parts` what it filled, the rest is zero.
 *
 * Texts are bytes as the kernel has them, not NUL-terminated; what is longer than its array is cut.
 * Length 0: not to be had.
 */
#ifndef PROBE_SCHEMA_SEED_H
#define PROBE_SCHEMA_SEED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "record.h"

#define PROCESS_TEXT_MAX 4096u

/* What costs a file of /proc each; asked for and answered in these units. */
enum seed_part {
	SEED_TEXT = 1u << 0,     /* cmdline, exe, cwd */
	SEED_IDS = 1u << 1,      /* ppid, sid, pgid, tty, faults, vm: stat and status */
	SEED_CGROUP = 1u << 2,   /* cgroups */
	SEED_ENV = 1u << 3,      /* env */
	SEED_ROOT = 1u << 4,     /* root */
	SEED_LOGIN = 1u << 5,    /* loginuid */
	SEED_EXE_FILE = 1u << 6, /* exe_*: the file behind exe */
	SEED_LIMITS = 1u << 7,   /* fd_limit */
};
#define SEED_ALL 0xffu

/* Bits of seed.exe_flags, as execve's event has them. */
enum seed_exe_flag {
	SEED_EXE_WRITABLE = 1u << 0, /* by the process's own user */
	SEED_EXE_UPPER_LAYER = 1u << 1,
	SEED_EXE_FROM_MEMFD = 1u << 2,
	SEED_EXE_LOWER_LAYER = 1u << 3,
};

/* Numbers first: process_seed_init() clears them and leaves the texts' bytes alone. */
struct process_seed {
	uint32_t parts; /* enum seed_part: what was filled */
	uint32_t pid, tid, ppid;
	uint64_t start_boot_ns;     /* of the process; 0 = not known: a process list has none */
	char comm[RECORD_COMM_LEN]; /* of the thread, NUL-terminated */

	/* SEED_IDS. Ids in the initial pid namespace, or in the process's own (v...). */
	uint32_t sid, pgid, vpgid, vtid, vpid;
	uint32_t uid, gid; /* effective */
	uint32_t tty;      /* device number as in stat; 0 = none */
	uint32_t flags;    /* clone flags as in captures (libscap's PPM_CL_*) */
	uint64_t vm_size_kb, vm_rss_kb, vm_swap_kb;
	uint64_t minor_faults, major_faults;
	uint64_t cap_inheritable, cap_permitted, cap_effective; /* kernel bits */
	uint64_t pidns_init_start_ns; /* epoch start of its pid namespace's init; 0 = not known */

	uint32_t loginuid; /* SEED_LOGIN; UINT32_MAX: none */

	uint32_t exe_flags; /* SEED_EXE_FILE; enum seed_exe_flag */
	uint64_t exe_ino, exe_ino_ctime_ns, exe_ino_mtime_ns; /* the same; times since the epoch */

	int64_t fd_limit; /* SEED_LIMITS; RLIMIT_NOFILE, soft; -1: unlimited */

	size_t cmdline_len, exe_len, cwd_len;  /* SEED_TEXT */
	size_t cgroups_len, env_len, root_len; /* SEED_CGROUP, SEED_ENV, SEED_ROOT */
	char cmdline[PROCESS_TEXT_MAX];        /* arguments, each with its NUL */
	char exe[PROCESS_TEXT_MAX];            /* path of the executable */
	char cwd[PROCESS_TEXT_MAX];            /* path of the working folder */
	char cgroups[PROCESS_TEXT_MAX];        /* "controllers=path", each with its NUL */
	char env[PROCESS_TEXT_MAX];            /* NAME=value, each with its NUL */
	char root[PROCESS_TEXT_MAX];           /* path of the root folder */
};

static inline void process_seed_init(struct process_seed *seed)
{
	memset(seed, 0, offsetof(struct process_seed, cmdline));
	seed->loginuid = UINT32_MAX;
}

#endif
