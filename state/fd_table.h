/* SPDX-License-Identifier: Apache-2.0 */
/* Entries of a table of open files, for fd.c and fd_calls.c. */
#ifndef STATE_FD_TABLE_H
#define STATE_FD_TABLE_H

#include <stdbool.h>
#include "fd.h"

enum fd_flag {
	FD_F_OPEN = 1u << 0,
	FD_F_CLOEXEC = 1u << 1,
};

struct fd_entry {
	struct text *name; /* a reference; NULL: open, but not known what */
	uint8_t flags;     /* enum fd_flag; 0 = not open */
};

/* The entry of an open fd, NULL when it is not open or not known. */
struct fd_entry *fd_table_at(const struct fd_table *table, int64_t fd);
/* Opens an fd (replacing what it was); the name's reference stays the caller's. 0: no room. */
int fd_table_put(struct state *state, struct fd_table *table, int64_t fd, struct text *name,
		 unsigned flags);
void fd_table_close(struct state *state, struct fd_table *table, int64_t fd);
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
/* "tcp", "udp6", "unix", ...: a socket that has no addresses yet. */
const char *fd_socket_name(unsigned family, unsigned type, unsigned protocol);
/* "1.2.3.4:80" or "[::1]:80"; the length, 0 when it does not fit. */
size_t fd_address_text(char *text, size_t size, unsigned family, const void *address,
		       unsigned port);
/* "1.2.3.4:80->5.6.7.8:90". */
size_t fd_tuple_text(char *text, size_t size, const struct fd_tuple *tuple);

#endif
