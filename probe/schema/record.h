/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The record: one layout from the kernel's ring buffers to the capture file.
 *
 *   record = prefix | extension | event
 *
 *   0        +---------------------------+
 *            | struct record_prefix      |  ours: what the kernel knew at that instant
 *   144      +---------------------------+
 *            | extension items           |  ext_len bytes, a multiple of 8
 *            +---------------------------+
 *            | struct event_header (26)  |  from here on exactly the .scap event
 *            | u16 lengths[nparams]      |
 *            | parameter bytes           |
 *            +---------------------------+  total_len
 *
 * All numbers are host byte order (little-endian on x86_64 and arm64). The BPF programs write it,
 * probe/schema/decode.c is the only reader. Included by both sides: only fixed-width types.
 */
#ifndef PROBE_SCHEMA_RECORD_H
#define PROBE_SCHEMA_RECORD_H

#include <linux/types.h>

/* Low 16 bits of record_prefix.check; the high ones mix length, tid and time: record_check(). */
#define RECORD_MAGIC 0x5a4bu

/* Largest record: what one scratch slot holds, and what a .scap event block may carry. */
#define RECORD_MAX_BYTES 65536u
/* Longest path text kept, with its NUL (PATH_MAX of the kernel's uapi limits.h). */
#define RECORD_PATH_MAX 4096u
/* Longest text kept of an argument that is raw otherwise, with its NUL. */
#define RECORD_ARG_TEXT_MAX 2048u
/* Most bytes kept of the data that one of them points to. */
#define RECORD_ARG_DATA_MAX 512u
/* Largest --snaplen. */
#define RECORD_SNAPLEN_MAX 32767u
#define RECORD_COMM_LEN 16

/* Loss classes: what an operator misses when the record is lost. One counter each per buffer. */
enum record_class {
#define LOSS_CLASS(id, name) RECORD_CLASS_##id,
#include "loss.def"
	RECORD_CLASS_COUNT
};

/* Where a record can end: produced = the sum of all others, exactly, per buffer and class. */
enum record_fate {
#define LOSS_FATE(id, name, help) RECORD_FATE_##id,
#include "loss.def"
	RECORD_FATE_COUNT
};

/*
 * Instead of a result: a request of io_uring that says nothing when it succeeds, as it was
 * submitted. An event with the error follows when it fails.
 */
#define RECORD_RET_UNKNOWN (-0x7fffffffffffffffll - 1)

/*
 * A bit of a cgroup id, where ids are those of the pids controller: the process is in its root, and
 * this is its group of v2. (kernfs ids count up, fs/kernfs/dir.c: none has the bit.)
 */
#define CGROUP_ID_V2 (1ull << 63)

enum record_flag {
	RECORD_F_COMPAT = 1u << 0,     /* made by a 32-bit task */
	RECORD_F_URING = 1u << 1,      /* stands for a call that io_uring did */
	RECORD_F_LATE = 1u << 2,       /* set by the consumer: older than what it has delivered */
	RECORD_F_UNREADABLE = 1u << 3, /* user memory could not be read; that parameter is empty */
	RECORD_F_CUT = 1u << 4,        /* some path or buffer was longer than its limit */
	RECORD_F_KTHREAD = 1u << 5,    /* the task has no user memory */
	RECORD_F_CGROUP_V1 = 1u << 6,  /* cgroup_id is of the pids controller (v1): CGROUP_ID_V2 */
	RECORD_F_CHILD = 1u << 7,      /* clone family: the child's event (result 0) */
	RECORD_F_FOREIGN = 1u << 8,    /* another tool's event: args has its descriptors alone */
};

/*
 * 144 bytes. Written first, before extension and event, zeroed in full.
 * Invariant: prefix_len == sizeof, total_len == prefix_len + ext_len + event.len.
 */
struct record_prefix {
	__u32 check;      /* record_check(): rejects torn and foreign bytes */
	__u32 total_len;  /* bytes of the whole record */
	__u16 prefix_len; /* sizeof(struct record_prefix); grows at the end only */
	__u16 ext_len;    /* bytes of extension items, multiple of 8 */
	__u16 flags;      /* enum record_flag */
	__u8 cls;         /* enum record_class */
	__u8 reserved;
	__u32 pid;           /* thread group id, initial pid namespace */
	__u32 ppid;          /* real parent's thread group id */
	__u64 start_boot_ns; /* group leader's start_boottime: with pid, the process's identity */
	__u64 cgroup_id;     /* kernfs id, see RECORD_F_CGROUP_V1; 0 = root or unknown */
	__u32 euid;          /* effective uid in the initial user namespace */
	__u16 cpu;
	__u16 buffer;      /* ring buffer number */
	__u64 drops;       /* records lost in this buffer before this one, all classes */
	__s32 nr;          /* syscall number, with COMPAT that of the same 64-bit call; -1 none */
	__u32 tid;         /* same as event_header.tid, for record_check() */
	__s64 ret;         /* return value; 0 where there is none; RECORD_RET_UNKNOWN */
	__u64 args[6];     /* raw arguments as the kernel holds them at exit */
	__u64 duration_ns; /* 0 = not timed */
	char comm[RECORD_COMM_LEN]; /* NUL-terminated, the thread's name at that instant */
};

/* The .scap event header, packed as on disk (libscap's ppm_evt_hdr). */
struct event_header {
	__u64 ts_ns; /* since the epoch */
	__u64 tid;
	__u32 len;  /* header + lengths + parameters */
	__u16 type; /* code of events.def */
	__u32 nparams;
} __attribute__((packed));

/* Extension items follow each other, each padded with zeros to 8 bytes. */
enum record_ext_type {
	RECORD_EXT_NONE = 0,
	RECORD_EXT_PATH,       /* path of the object in the mount namespace's root, no NUL */
	RECORD_EXT_PATH_IN_FS, /* path inside the file system, if a mount hides its root */
	RECORD_EXT_EXE,        /* path of the task's executable (exec events) */
	RECORD_EXT_FILE_ID,    /* struct record_file_id of the opened object */
	RECORD_EXT_URING_OP,   /* u8 io_uring opcode */
	RECORD_EXT_ARG_TEXT,   /* u8 number of a raw argument, then the text it points to, no NUL */
	RECORD_EXT_ARG_DATA,   /* the same of other data: ARG_DATA of types.def */
	RECORD_EXT_COUNT
};

enum record_ext_flag {
	RECORD_EXT_F_RACED = 1u << 0,   /* the walk raced with a rename twice; shown with ~ */
	RECORD_EXT_F_CUT = 1u << 1,     /* longer than the walk keeps: the front is missing */
	RECORD_EXT_F_DELETED = 1u << 2, /* the name is unlinked */
	/* Of RECORD_EXT_URING_OP: not a descriptor, but an index of the ring's own files, is */
	RECORD_EXT_F_FIXED_FILE = 1u << 3,   /* the one that the call works on */
	RECORD_EXT_F_FIXED_RESULT = 1u << 4, /* the one that it makes */
};

struct record_ext {
	__u8 type;  /* enum record_ext_type */
	__u8 flags; /* enum record_ext_flag */
	__u16 len;  /* bytes that follow, without padding */
	__u32 reserved;
};

struct record_file_id {
	__u64 ino;
	__u32 dev;  /* as in capture files: (minor & 0xff) | major << 8 | (minor & ~0xff) << 12 */
	__u32 mode; /* i_mode */
};

static inline __u32 record_check(__u32 total_len, __u32 tid, __u64 ts_ns)
{
	__u32 mixed =
		total_len * 0x9e3779b1u ^ tid * 0x85ebca6bu ^ (__u32)ts_ns ^ (__u32)(ts_ns >> 32);

	return (mixed & 0xffff0000u) | RECORD_MAGIC;
}

_Static_assert(sizeof(struct record_prefix) == 144, "the prefix is part of the capture format");
_Static_assert(sizeof(struct event_header) == 26, "the .scap event header is packed");
_Static_assert(sizeof(struct record_ext) == 8, "extension items are 8-byte aligned");

#endif
