/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The .scap file: a chain of blocks, all numbers in host byte order (little-endian on both
 * architectures), packed.
 *
 *   block:  u32 type | u32 total_len | body | zeros to a multiple of 4 | u32 total_len
 *   file:   section | machine | interfaces | users | processes | files ... | events ...
 *
 * Formats of the blocks are libscap's (scap_savefile.h); versions written here: PL_V9, FDL_V2,
 * IL_V2, UL_V2, EV_V2. After the first event only event blocks follow: what is ours is events of
 * two private types, beyond what any reader knows and therefore skipped by all:
 *
 *   CAPTURE_EVENT_RECORD  one parameter: the prefix and extension of the event that follows. It
 *                         belongs to that one only if time and tid agree. Where the code of a
 *                         generic event was replaced, u16 code stands behind the extension.
 *   CAPTURE_EVENT_ITEMS   one parameter: items (capture_items.def), what the state was told besides
 *                         events:  u16 kind | u16 0 | u32 len | len bytes | zeros to 8
 *
 * Before an event that works on an fd its enter event is written, whose parameters the exit event
 * has too: readers of the versions that knew enter events find the fd there. We skip them.
 */
#ifndef PROBE_CAPTURE_FORMAT_H
#define PROBE_CAPTURE_FORMAT_H

#include <stdint.h>

enum capture_block {
	CAPTURE_BLOCK_SECTION = 0x0a0d0d0a,
	CAPTURE_BLOCK_MACHINE = 0x201,
	CAPTURE_BLOCK_PROCESSES = 0x215,
	CAPTURE_BLOCK_FILES = 0x218,
	CAPTURE_BLOCK_INTERFACES = 0x219,
	CAPTURE_BLOCK_USERS = 0x220,
	CAPTURE_BLOCK_EVENT = 0x216,
	CAPTURE_BLOCK_EVENT_FLAGS = 0x217,
	CAPTURE_BLOCK_EVENT_LARGE = 0x221,
	CAPTURE_BLOCK_EVENT_FLAGS_LARGE = 0x222,
};

/* Types beyond every reader's table (libscap skips those from 454 on). Fixed for ever. */
#define CAPTURE_EVENT_RECORD 65520u
#define CAPTURE_EVENT_ITEMS 65521u

/*
 * Newest portable code (syscalls.json) of generic events in the file; younger ones are 0 there,
 * "not known", beside the native number. sysdig 0.29, which Debian 12 has, reads beyond its table
 * for those and crashes; every C program of today makes one (rseq).
 */
#define CAPTURE_GENERIC_MAX 328u

#define CAPTURE_SECTION_MAGIC 0x1a2b3c4du
#define CAPTURE_MAJOR 1
#define CAPTURE_MINOR 2
/* Of the items: grows when a reader of before would misread them. */
#define CAPTURE_ITEMS_VERSION 1

/* Body of an event block: libscap's reader takes no more. */
#define CAPTURE_EVENT_BODY_MAX 65536u
/* Longest texts that readers take: names of files, paths; arguments, environment, cgroups. */
#define CAPTURE_PATH_MAX 1024u
#define CAPTURE_LIST_MAX 4096u
#define CAPTURE_NAME_MAX 256u
#define CAPTURE_HOST_BYTES 128

struct capture_block_header {
	uint32_t type;
	uint32_t total_len; /* header, body, padding and the second total_len */
};

struct capture_section {
	uint32_t magic;
	uint16_t major, minor;
	uint64_t section_len; /* all ones: to the end */
} __attribute__((packed));

struct capture_machine {
	uint32_t cpus;
	uint64_t memory_bytes;
	uint64_t max_pid;
	char host[CAPTURE_HOST_BYTES]; /* NUL-terminated */
	uint64_t boot_epoch_ns;
	uint64_t flags;
	uint64_t reserved[2];
} __attribute__((packed));

struct capture_item_header {
	uint16_t kind; /* enum capture_item_kind */
	uint16_t reserved;
	uint32_t len; /* without padding */
};

enum capture_item_kind {
#define CAPTURE_ITEM(id, code, help) CAPTURE_ITEM_##id = code,
#include "capture_items.def"
};

/* First item of a file: what the bytes of the others and of the prefixes mean. */
struct capture_meta {
	uint32_t version;      /* CAPTURE_ITEMS_VERSION */
	uint32_t machine;      /* ELF's e_machine: whose syscall numbers these are */
	uint64_t memory_bytes; /* limit of the state that was recorded beside, 0 = default */
};

/* Kinds of fds in FDL blocks (libscap's scap_fd_type). */
enum capture_fd_type {
	CAPTURE_FD_UNKNOWN = 0,
	CAPTURE_FD_FILE = 1,
	CAPTURE_FD_DIRECTORY = 2,
	CAPTURE_FD_IPV4 = 3,
	CAPTURE_FD_IPV6 = 4,
	CAPTURE_FD_IPV4_SERVER = 5,
	CAPTURE_FD_IPV6_SERVER = 6,
	CAPTURE_FD_FIFO = 7,
	CAPTURE_FD_UNIX = 8,
	CAPTURE_FD_EVENT = 9,
	CAPTURE_FD_UNSUPPORTED = 10,
	CAPTURE_FD_SIGNALFD = 11,
	CAPTURE_FD_EPOLL = 12,
	CAPTURE_FD_INOTIFY = 13,
	CAPTURE_FD_TIMERFD = 14,
	CAPTURE_FD_NETLINK = 15,
	CAPTURE_FD_FILE_V2 = 16,
	CAPTURE_FD_BPF = 17,
	CAPTURE_FD_USERFAULTFD = 18,
	CAPTURE_FD_IOURING = 19,
	CAPTURE_FD_MEMFD = 20,
	CAPTURE_FD_PIDFD = 21,
};

_Static_assert(sizeof(struct capture_section) == 16, "the section's body");
_Static_assert(sizeof(struct capture_machine) == 180, "the machine block's body");
_Static_assert(sizeof(struct capture_item_header) == 8, "items are 8-byte aligned");

#endif
