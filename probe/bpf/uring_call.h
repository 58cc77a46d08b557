/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * io_uring, as the programs and their loader share it: which tracepoints there are, what each
 * operation stands for, the requests that are under way, and the counts.
 *
 *   submit    keeps a struct uring_call of a request that somebody looks at, with its texts
 *   complete  counts every request; of one that was kept, tail call into uring_progs[store]
 *
 * A tail call needs a program of the same tracepoint, so there is one of each kind for requests
 * that complete, for silent ones as they are submitted, and for completions that find the queue
 * full.
 */
#ifndef PROBE_BPF_URING_CALL_H
#define PROBE_BPF_URING_CALL_H

#include "../schema/sample.h"

#define URING_OPS_MAX 256 /* the operation is one byte */

/*
 * Shapes of the tracepoints, found by the loader in the kernel's type information. The first
 * argument of both is the ring, where nothing else is said.
 */
enum uring_submit_shape {
	URING_SUBMIT_NONE,
	URING_SUBMIT_REQUEST, /* request first: io_uring_submit_sqe since 6.0, _req since 6.4 */
	URING_SUBMIT_RING,    /* ring, request, ...: up to 5.19 */
};
enum uring_complete_shape {
	URING_COMPLETE_NONE,
	URING_COMPLETE_CQE,    /* ring, request, struct io_uring_cqe: since 6.13 */
	URING_COMPLETE_VALUES, /* ring, request, user_data, result, flags: since 5.18 */
	URING_COMPLETE_RING,   /* ring, user_data, result, flags: no request, up to 5.17 */
};
struct uring_shape {
	__u8 submit, complete;
};

/*
 * How an event is stored: index in uring_progs, uring_silent_progs and uring_overflow_progs. The
 * names are those of uring_ops.def.
 */
enum uring_store {
	URING_STORE_NONE,
	URING_STORE_ROW,
	URING_STORE_RAW,
	URING_STORE_OPEN,
	URING_STORE_BUFFER,
	URING_STORE_MESSAGE,
	URING_STORE_SOCKET,
	URING_STORE_COUNT
};

/*
 * By operation, made by the loader from uring_ops.def; behind URING_OPS_MAX of them by what
 * URING_CMD does with a socket.
 */
#define URING_OPS_ALL (2 * URING_OPS_MAX)
struct uring_op {
	__s16 nr;   /* of the call that it does; -1 = none */
	__u8 store; /* enum uring_store */
	__u8 unused;
};

/* What URING_CMD does with a socket; uring_ops.def. */
enum socket_command {
	SOCKET_COMMAND_INQ,
	SOCKET_COMMAND_OUTQ,
	SOCKET_COMMAND_GETSOCKOPT,
	SOCKET_COMMAND_SETSOCKOPT,
	SOCKET_COMMANDS
};

/* A request under way: its address and 0, or its ring and user_data where that is all there is. */
struct uring_key {
	__u64 object;
	__u64 user_data;
};

/* Where a ring is in its list of requests that complete. */
struct uring_flush {
	__u64 first;   /* of the list */
	__u64 request; /* found last; 0 = none */
};

enum uring_call_flag {
	URING_F_FIXED_FILE = 1u << 0,   /* its descriptor is an index of the ring's files */
	URING_F_FIXED_RESULT = 1u << 1, /* so is what it opens */
	URING_F_REPEATS = 1u << 2,      /* a multishot: several completions */
	URING_F_BUFFERS = 1u << 3,      /* the kernel picks the buffer */
	URING_F_KTHREAD = 1u << 4,
	URING_F_SILENT = 1u << 5, /* completes when it fails only: counted when it was submitted */
};

#define URING_ADDRESS_MAX 128 /* struct sockaddr_storage */

/* uring_calls: hash. What is known of a request when it is submitted. */
struct uring_call {
	__u64 args[6]; /* of the call, as registers would have them */
	__u64 how[3];  /* openat2: flags, mode, resolve */
	__u64 request; /* its address; 0 = not known at completion */
	__u64 submitted_ns;
	/* The task that submitted it. */
	__u64 start_boot_ns, cgroup_id;
	__u32 pid, tid, ppid, euid;
	char comm[RECORD_COMM_LEN];
	__u32 waiting;   /* requests with this key */
	__u32 file_slot; /* of an open or close: 0 = a real descriptor, else 1 + index, ~0 = any */
	__s16 nr;
	__u8 op, store;
	__u8 flags;        /* enum uring_call_flag */
	__u8 texts;        /* bit a: argument a has a row in uring_texts */
	__u16 address_len; /* bytes of address; 0 = none */
	__u8 address[URING_ADDRESS_MAX];
};

/* uring_texts: hash. A path of such a request. */
struct uring_text_key {
	struct uring_key request;
	__u32 arg;
	__u32 reserved;
};
/* With the hash's own 48 bytes and the key in one page: larger elements are not to be had. */
#define URING_TEXT_MAX 4000
struct uring_text {
	__u32 len; /* with its NUL */
	__u32 cut; /* 1: it was longer */
	char text[URING_TEXT_MAX];
};

/* uring_counts: hash, (process, operation) -> completed requests. Atomic adds. */
struct uring_count_key {
	__u64 start; /* the leader's, boot ns */
	__u32 pid;
	__u16 op;
	__u16 reserved;
};
struct uring_count_value {
	__u64 calls, errors;
};

/* Sizes of the tables. */
#define URING_CALLS_MAX 32768
#define URING_TEXTS_MAX 4096
#define URING_COUNTS_MAX 16384

#endif
