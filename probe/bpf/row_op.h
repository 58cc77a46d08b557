/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Parameters by table: what store_row does for a call is a list of small steps, one per parameter,
 * made by the loader from schema/stores.def and the tables of events and flag sets. For the calls
 * that stay raw, store_raw_args keeps what arguments point to.
 *
 *   row_table.rows[nr] -> steps[first .. first + len) -> pairs[] for numbers that are translated
 */
#ifndef PROBE_BPF_ROW_OP_H
#define PROBE_BPF_ROW_OP_H

#include "../schema/sample.h"

#define ROW_STEPS_MAX 512
#define ROW_PAIRS_MAX 512
#define ROW_STEP_PAIRS_MAX 64 /* of one step */
#define ROW_PARAMS_MAX 18     /* of one event */
#define ROW_TEXTS_MAX 4       /* of one call: they fit in front of the event */
/* Bytes of extension items that fit there. */
#define ROW_ITEMS_BYTES 8560

/* Where the value of a parameter is found. */
enum row_from {
	ROW_NONE,   /* length 0 */
	ROW_RET,    /* the result */
	ROW_ARG,    /* argument arg */
	ROW_MEM,    /* width bytes at argument arg plus at */
	ROW_LENGTH, /* the same, of a length that a request of io_uring has as argument */
	ROW_MM,     /* of the address space, in KiB; at: enum row_mm */
	ROW_CAP,    /* capabilities after the call; at: enum row_cap */
	ROW_TEXT,   /* the text at argument arg */
	ROW_DATA,   /* bytes at argument arg, as many as argument at says */
	ROW_IOV, /* bytes of the vector at argument arg with as many elements as argument at says */
	ROW_TIME,    /* the struct timespec at argument arg, as ns */
	ROW_FDS,     /* the struct pollfd array at argument arg, as many as argument at says */
	ROW_SOCKOPT, /* a socket option's value at argument arg; at: where its length is */
	ROW_DYN,     /* argument arg as number; as text where the condition holds */
	ROW_PTRACE,  /* argument arg of ptrace: a number, a signal, or what was read there */
};
enum row_mm { ROW_MM_SIZE, ROW_MM_RSS, ROW_MM_SWAP };
enum row_cap { ROW_CAP_INHERITABLE, ROW_CAP_PERMITTED, ROW_CAP_EFFECTIVE };

/* How a number is encoded. */
enum row_form {
	ROW_WHOLE,    /* all 64 bits */
	ROW_SIGNED,   /* the low 32 bits, with their sign */
	ROW_UNSIGNED, /* the low 32 bits */
	ROW_BITS,     /* a mask, by pairs of bits */
	ROW_VALUE,    /* one value, by pairs; fallback when none fits or the condition fails */
	ROW_FD_FLAGS, /* O_NONBLOCK, O_CLOEXEC and their aliases as flags of capture files */
	ROW_START,    /* an offset that the call moved on by its result */
	ROW_SECONDS,  /* seconds as ns */
};

/* When there is a value at all. */
enum row_when { ROW_ALWAYS, ROW_SUCCESS };

/* Condition on the command of quotactl: include/uapi/linux/quota.h, QCMD and Q_SYNC. */
#define ROW_IF_QUOTA 7
#define ROW_QUOTA_COMMANDS 0x8000
#define ROW_QUOTA_READS (1u << 4 | 1u << 5 | 1u << 7) /* GETFMT, GETINFO, GETQUOTA */

struct row_step {
	__u8 from;       /* enum row_from */
	__u8 arg;        /* 0..5 */
	__u8 bytes;      /* of a number in the event; 0: variable */
	__u8 form;       /* enum row_form */
	__u16 at;        /* of ROW_ARG: how far it is shifted down */
	__u8 width;      /* of ROW_MEM: 1, 2, 4 or 8; of ROW_ARG: bytes, 0 = all */
	__u8 when;       /* enum row_when */
	__u32 if_values; /* bit v: argument if_arg - 1 is v; bit 31: it is 31 or more */
	__u8 if_arg;     /* 1..6; 0: no condition; ROW_IF_QUOTA */
	__u8 pairs_len;
	__u16 pairs; /* index of the first */
	__u16 fallback;
	__u8 word; /* of ROW_MEM: a long, which has 4 bytes in a 32-bit program */
	__u8 reserved;
};

struct row_pair {
	__u32 from, to;
};

/* Where the length of an argument's data comes from. */
enum row_count {
	ROW_COUNT_ALL,     /* as many as there can be */
	ROW_COUNT_ITEMS,   /* argument `arg`, in items of `unit` bytes */
	ROW_COUNT_BITS,    /* argument `arg`, in bits */
	ROW_COUNT_AT,      /* the int that argument `arg` points to */
	ROW_COUNT_REQUEST, /* argument `arg` is a request or command: see struct row_request */
};

/*
 * What an argument points to by another one: a request of ioctl(2), a command of fcntl(2). It is in
 * the first free one of ROW_REQUEST_TRIES places from row_request_place() on.
 */
struct row_request {
	__u32 request;
	__u8 type;  /* of the argument: enum arg_type of schema/event.h; 0: a place that is free */
	__u8 bytes; /* 0: a text alone */
	__u8 least; /* ROW_LEAST_* */
	__u8 text;  /* enum row_text */
};
enum row_text {
	ROW_TEXT_NONE,
	ROW_TEXT_SELF,  /* there is a text, instead of bytes */
	ROW_TEXT_FIRST, /* its first 8 bytes are the address of a text */
};
#define ROW_REQUESTS_MAX 512
#define ROW_REQUEST_TRIES 4
static inline __u32 row_request_place(__u32 request, __u32 type, __u32 tries)
{
	return (((request ^ type << 24) * 2654435769u >> 23) + tries) & (ROW_REQUESTS_MAX - 1);
}

/* What an argument points to is kept. */
struct row_data {
	__u16 bytes;   /* at most; 0: nothing */
	__u16 bytes32; /* the same of a 32-bit program */
	__u8 count;    /* enum row_count */
	__u8 arg;
	__u8 unit;
	__u8 least; /* kept when the result is at least this (ROW_LEAST_*) */
	/* Kept when argument if_arg - 1, masked, is one of the values: bit v; if_arg 0: always. */
	__u32 if_values;
	__u8 if_arg, if_mask;
	__u8 type;     /* that row_request has it under; 0: none */
	__u8 indirect; /* the address of the data stands there, not the data */
};
#define ROW_LEAST_ANY 0         /* whatever the result */
#define ROW_LEAST_SUCCESS 1     /* 0 or more: the call wrote it */
#define ROW_LEAST_SOME 2        /* 1 or more */
#define ROW_LEAST_INTERRUPTED 3 /* a signal came: EINTR, or it is to be started again */

struct row {
	__u16 first;
	__u16 len;   /* parameters of the event */
	__u16 texts; /* of calls that show raw arguments: bit a: argument a is a path or a text */
	__u16 datas; /* the same: data[a] is to be kept */
	struct row_data data[6];
};

struct row_table {
	struct row rows[SYSCALL_NR_MAX];
	struct row_step steps[ROW_STEPS_MAX];
	struct row_pair pairs[ROW_PAIRS_MAX];
	struct row_request requests[ROW_REQUESTS_MAX];
};

#endif
