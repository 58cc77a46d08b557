/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event as fields see it: the decoded record, what the state knew of its process, thread and fd
 * when it was applied, and room for values that have to be made.
 *
 *   filter_event_init(&event, state);
 *   while (records come) {
 *           state_record(state, record, len);
 *           if (filter_event_last(&event))            // the record just applied
 *                   ... field_get(&ref, &event, ...)
 *   }
 *   filter_event_release(&event);
 *
 * It lives in the thread that owns the state. What it points to is valid until the next record,
 * refresh or other call that changes the state.
 */
#ifndef STATE_FILTER_EVENT_H
#define STATE_FILTER_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/schema/decode.h"

struct state;
struct process;
struct thread;
struct fd_entry;
struct filter_scratch;
struct text;

/*
 * Which of the two names of a file fd.*, fs.path.* and proc.cwd-relative paths are: as the caller
 * wrote it, made absolute; or of the kernel's own object. Where the kernel named none, both are
 * the former. A file that rules name, opened by a name that is neither, has theirs too.
 */
enum filter_names { FILTER_NAMES_CALLED, FILTER_NAMES_RESOLVED, FILTER_NAMES_INODE };

struct filter_event {
	struct state *state; /* asked for names of users and the like, which it caches */
	const struct event *event;
	struct process *process;   /* NULL: not known */
	struct thread *thread;     /* NULL: not sampled yet */
	const struct fd_entry *fd; /* the event's fd as it was then; NULL: none, not known */
	int64_t fd_num;            /* its number; -1: the event has no fd */
	bool fd_renamed;           /* the event gave its socket another name */
	/*
	 * What rules call the file that was opened, by its inode, where both names are others;
	 * NULL: nothing. by_inode: RESOLVED means that name, while what came of INODE is told.
	 */
	const struct text *inode_name;
	bool by_inode;
	uint64_t num;            /* evt.num, from 1 */
	enum filter_names names; /* set by who evaluates; CALLED after filter_event_last() */
	uint64_t first_ts_ns;    /* of the first event seen */
	uint64_t before_ts_ns;   /* of the one before this; 0: this is the first */
	struct filter_scratch *scratch;
};

/* Returns 0 or -ENOMEM. The state is borrowed. */
int filter_event_init(struct filter_event *event, struct state *state);
void filter_event_release(struct filter_event *event);
/* Describes the record that state_record() took last; false when there is none. */
bool filter_event_last(struct filter_event *event);
/*
 * For who describes another event (past.h): as the last one, with nothing known but the record;
 * then, when the rest is, what rules call its file.
 */
void filter_event_begin(struct filter_event *event, const struct event *decoded);
void filter_event_name(struct filter_event *event);
/*
 * Do the two names of a file differ in this event? Otherwise evaluating it once is enough.
 */
bool filter_event_has_two_names(struct filter_event *event);
/* Is its file to be called as rules do, which know it by its inode? */
bool filter_event_is_by_inode(const struct filter_event *event);

/*
 * What fields find out about the parameters of a code of events, and keep: a number per code and
 * question, -2 at first.
 */
enum filter_note {
	FILTER_NOTE_OPEN_FLAGS, /* index of an open's flags; -1: it is no open */
	FILTER_NOTE_OPEN_PATH,  /* of the path that makes a descriptor of a file; -1: none */
	FILTER_NOTE_PATH_NAME,  /* indices of paths, see field_path.c */
	FILTER_NOTE_PATH_SOURCE,
	FILTER_NOTE_PATH_TARGET,
	FILTER_NOTE_COUNT
};
#define FILTER_NOTE_NONE (-2)
int8_t *filter_event_note(struct filter_event *event, enum filter_note note);

/*
 * Room for a value, valid until the next filter_event_last(); NULL when there is no memory or the
 * values of this event take more than FILTER_SCRATCH_MAX.
 */
#define FILTER_SCRATCH_MAX (4u << 20)
void *filter_event_alloc(struct filter_event *event, size_t bytes);

#endif
