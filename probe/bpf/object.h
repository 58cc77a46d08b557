/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Bytes by file and socket, as the program and its reader share them. */
#ifndef PROBE_BPF_OBJECT_H
#define PROBE_BPF_OBJECT_H

#include "../schema/sample.h"

#define OBJECTS_MAX 16384
#define OBJECT_NAMES_MAX 8192

/* objects: hash, (process, object) -> bytes. Atomic adds. */
struct object_key {
	__u64 start; /* the leader's, boot ns */
	__u64 ino;
	__u32 pid;
	__u32 dev;
};
struct object_bytes {
	__u64 in, out;
	__u64 ops; /* calls that moved some */
	__u32 socket;
	__u32 reserved;
};

/* object_names: hash -> struct object_name. */
struct object_id {
	__u64 ino;
	__u32 dev;
	__u32 reserved;
};

#endif
