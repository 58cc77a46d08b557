/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The descriptors that an event's arguments hold: arguments of that type, and those in what
 * arguments point to (lists for poll and select, members of structs). Not the one that a call made.
 */
#ifndef PROBE_SCHEMA_FDS_H
#define PROBE_SCHEMA_FDS_H

#include <stdbool.h>
#include "decode.h"

/* Of one event; what is more has no names. */
#define EVENT_FDS_MAX 16

struct event_fds {
	int32_t fds
		[EVENT_FDS_MAX]; /* each once, none negative; those of arguments themselves first */
	uint8_t len;
	uint8_t direct; /* so many are arguments themselves */
};

/* Whether a call's arguments may hold descriptors beside the one that event_fd() tells. */
bool call_has_more_fds(const struct syscall_desc *call);
void event_fds(const struct event *event, struct event_fds *ret_fds);
/* Adds one, unless it is there, is negative, or there is no room. */
void event_fds_add(struct event_fds *fds, int64_t fd);
/*
 * Whether argument `index` (of the named ones, see event_args_len()) is a descriptor of the calling
 * process that the call did not make; which.
 */
bool event_arg_fd(const struct event *event, size_t index, int64_t *ret_fd);
/* Its name in event->fd_names; NULL: not known. */
const char *event_fd_name(const struct event *event, int64_t fd);

#endif
