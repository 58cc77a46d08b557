/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files by number. A process has a table when all of it is known: seeded by the owner, or
 * inherited from a process that has one; without it no fd has a name. What a call does to the table
 * is decided by its number, arguments and result in the record's prefix (rules in fd.c).
 *
 * Names are those that the kernel prints for the object: a path, "pipe:[123]",
 * "anon_inode:[eventfd]", for sockets the protocol or the tuple "a:p->b:p". The same in seeding
 * and in following.
 */
#ifndef STATE_FD_H
#define STATE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/schema/decode.h"
#include "probe/schema/sample.h"

struct state;
struct process;
struct text;
struct fd_rules;
struct fd_table;

int fd_rules_new(struct state *state);
void fd_rules_free(struct state *state);

/* Drops a reference; NULL is fine. */
void fd_table_unref(struct state *state, struct fd_table *table);
size_t fd_table_len(const struct fd_table *table);
/* Is that how many are open? Not when the table is unknown, nor after the exec of a seeded one. */
bool fd_table_is_exact(const struct fd_table *table);
/* The name of an open fd, NULL when it is not open or not known. Borrowed. */
struct text *fd_table_name(const struct fd_table *table, int64_t fd);

/* A new process has its parent's files: a copy, or the same table (CLONE_FILES). */
enum fd_inherit { FD_COPY, FD_SHARE };
void fd_inherit(struct state *state, struct process *child, struct process *parent,
		enum fd_inherit how);
/* An exec closes what is close-on-exec, and ends sharing. */
void fd_exec(struct state *state, struct process *process);

/*
 * A pass over open files, of one process (pid) or of all (0): what is told meanwhile by fd_seed()
 * is open, the rest of what was known is not. What only events tell (who is the client, the path
 * that was asked for) stays where the number is still of the same object.
 */
enum fd_pass {
	FD_PASS_LOOK,   /* calls are not followed: it is what it was at that moment */
	FD_PASS_FOLLOW, /* calls keep it up from now on */
};
void fd_pass_begin(struct state *state, uint32_t pid, enum fd_pass pass);
void fd_pass_end(struct state *state, uint32_t pid);
/* One fd found by a pass; makes the table known. */
void fd_seed(struct state *state, struct process *process, const struct file_sample *file,
	     const char *path);
/* The table is not known any more. */
void fd_forget(struct state *state, struct process *process);

#endif
