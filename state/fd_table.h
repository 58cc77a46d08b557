/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of a table of open files, for the files of state/ and the fields of fd. */
#ifndef STATE_FD_TABLE_H
#define STATE_FD_TABLE_H

#include <fcntl.h>
#include <stdbool.h>
#include "fd.h"

enum fd_type {
#define FD_TYPE(id, name, letter, capture) FD_TYPE_##id,
#include "fd_types.def"
	FD_TYPE_COUNT
};

/* "file", "ipv4", ...; "f", "4", ... Static. */
const char *fd_type_name(enum fd_type type);
const char *fd_type_letter(enum fd_type type);

/* Transport, as capture files number it. */
enum fd_l4 { FD_L4_UNKNOWN, FD_L4_NA, FD_L4_TCP, FD_L4_UDP, FD_L4_ICMP, FD_L4_RAW };

enum fd_flag {
	FD_F_OPEN = 1u << 0,
	FD_F_CLOEXEC = 1u << 1,
	FD_F_CONNECTED = 1u << 2,
	FD_F_LISTEN = 1u << 3,          /* a socket with an address of its own and no peer */
	FD_F_CLIENT = 1u << 4,          /* this process is the client, */
	FD_F_SERVER = 1u << 5,          /* the server; neither: not known */
	FD_F_UPPER = 1u << 6,           /* the file is in the upper layer of an overlay, */
	FD_F_LOWER = 1u << 7,           /* in a lower one */
	FD_F_LISTENS = 1u << 8,         /* listen() was called: connections can be accepted */
	FD_F_CLOEXEC_UNKNOWN = 1u << 9, /* found open where the mark cannot be seen */
	FD_F_SEEN = 1u << 10,           /* by the pass over open files that goes on */
};

/*
 * An open file. Texts hold a reference each. The tuple is 13 or 37 bytes as in a record's SOCKTUPLE
 * parameter, client first; where neither is known to be the client, this end first. Of a socket
 * that listens the second half is its address and the first one zero.
 */
struct fd_entry {
	struct text *name;   /* of the kernel's object; NULL: open, but not known what */
	struct text *called; /* the path that it was opened by, absolute; NULL: the same */
	struct text *tuple;  /* NULL: none */
	uint64_t ino;        /* 0: not known */
	uint32_t dev;        /* as in capture files; 0: not known */
	uint32_t open_flags; /* O_*, those of FD_OPEN_FLAGS */
	uint16_t flags;      /* enum fd_flag; 0 = not open */
	uint8_t type;        /* enum fd_type */
	uint8_t l4;          /* enum fd_l4 */
	uint64_t file;       /* one number for all descriptors of an open file; 0: not known */
	/* Of one that listens: connections that wait, and may; when it was looked at last. */
	uint32_t queue, queue_max;
};

/* What open files keep of the flags that they were opened with, and is shown. */
#define FD_OPEN_FLAGS \
	(O_ACCMODE | O_APPEND | O_NONBLOCK | O_DSYNC | O_DIRECT | O_DIRECTORY | O_NOATIME | O_PATH)

/* What a call did to an fd. */
struct fd_seen {
	int64_t num; /* the result where the call makes one, else the argument; -1: none */
	struct fd_entry entry; /* what it was: of the argument before a close; flags 0: not known */
	bool renamed;          /* the call gave a socket another name */
};
/*
 * Applies a syscall's event to the table of its process and tells of the event's fd at that
 * moment. References in ret_seen are the caller's.
 */
void fd_apply(struct state *state, struct process *process, const struct event *event,
	      struct fd_seen *ret_seen);

/* Did the call make the descriptor? Else that was open before. */
bool fd_is_made(const struct state *state, const struct event *event, int64_t fd);

/* Takes references of its own; fd_entry_release() drops them and clears the entry. */
void fd_entry_copy(struct fd_entry *to, const struct fd_entry *from);
void fd_entry_release(struct state *state, struct fd_entry *entry);

/* The entry of an open fd, NULL when it is not open or not known. */
struct fd_entry *fd_table_at(const struct fd_table *table, int64_t fd);
/*
 * Opens an fd as `entry` (replacing what it was); the entry's references stay the caller's. 0: no
 * room.
 */
int fd_table_put(struct state *state, struct fd_table *table, int64_t fd,
		 const struct fd_entry *entry);
void fd_table_close(struct state *state, struct fd_table *table, int64_t fd);
/*
 * The next open fd from *position on (start with 0), NULL at the end; its number is *position - 1
 * then. The one that was returned last may be closed.
 */
struct fd_entry *fd_table_next(const struct fd_table *table, size_t *position);
/*
 * Does every call that changes it tell so? Else it is what it was when it was looked at, and events
 * are not named after it.
 */
bool fd_table_is_followed(const struct fd_table *table);
/* Its own, empty; NULL when there is no memory. */
struct fd_table *fd_table_new(struct state *state);
/* Known from now on, with all that is in it. */
void fd_table_follow(struct fd_table *table, bool followed);
/* Closes first..last, or marks them close-on-exec. */
enum fd_range { FD_RANGE_CLOSE, FD_RANGE_CLOEXEC };
void fd_table_close_range(struct state *state, struct fd_table *table, uint64_t first,
			  uint64_t last, enum fd_range how);
/* From now on the process has a table of its own. */
void fd_unshare(struct state *state, struct process *process);

/* Both ends of a socket; addresses in network order, 4 or 16 bytes. */
struct fd_tuple {
	unsigned family; /* AF_INET or AF_INET6 */
	const void *saddr, *daddr;
	unsigned sport, dport;
	bool listening; /* without a peer only the own end is named */
};

#define FD_TUPLE_TEXT 128
#define FD_TUPLE_BYTES 37
/* "tcp", "udp6", "unix", ...: a socket that has no addresses yet. */
const char *fd_socket_name(unsigned family, unsigned type, unsigned protocol);
enum fd_type fd_socket_type(unsigned family);
enum fd_l4 fd_socket_l4(unsigned family, unsigned type, unsigned protocol);
/* What an anonymous inode is, by the name that the kernel prints for it. */
enum fd_type fd_anon_type(const char *name, size_t len);
/* "1.2.3.4:80" or "[::1]:80"; the length, 0 when it does not fit. */
size_t fd_address_text(char *text, size_t size, unsigned family, const void *address,
		       unsigned port);
/* "1.2.3.4:80->5.6.7.8:90", "1.2.3.4:80"; the length, 0 when it does not fit. */
size_t fd_tuple_text(char *text, size_t size, const struct fd_tuple *tuple);
/* IPv4 inside IPv6 becomes IPv4: what the wire has. */
void fd_tuple_unmap(struct fd_tuple *tuple);
/* The two ends, changed over. */
struct fd_tuple fd_tuple_turned(const struct fd_tuple *tuple);
/* A tuple's bytes as kept in struct fd_entry; the length, 0 for other families. */
size_t fd_tuple_bytes(uint8_t bytes[static FD_TUPLE_BYTES], const struct fd_tuple *tuple);
/* And back. Returns 0, or -EINVAL for bytes of another length or family. */
int fd_tuple_parse(const void *bytes, size_t len, struct fd_tuple *ret_tuple);

#endif
