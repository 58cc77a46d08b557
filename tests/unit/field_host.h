/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small made-up host for tests of fields, formats and conditions: a state that is fed with
 * records, and the event that fields see.
 *
 *   systemd (1) - bash (50, leader of session 50) - cat (100, just executed)
 *
 * Users: 0 root, 1000 alice; groups: 0 root, 1000 staff. Booted at 1700000000 s.
 */
#ifndef TESTS_UNIT_FIELD_HOST_H
#define TESTS_UNIT_FIELD_HOST_H

#include "build_record.h"
#include "state/filter/event.h"
#include "state/filter/field.h"
#include "state/state.h"

#define HOST_BOOT_NS UINT64_C(1700000000000000000)
#define HOST_SECOND UINT64_C(1000000000)

struct field_host {
	struct state *state;
	struct filter_event event;
	struct build_record record;
	uint64_t now_ns;         /* time of the next record: 1 ms after the last */
	unsigned asked;          /* seeds that were asked for */
	const char *cgroup;      /* /proc/PID/cgroup of all; NULL: the host */
	const char *docker_json; /* what docker says of the container there */
};

/* Without processes. */
void field_host_init_empty(struct field_host *host);
/* With the processes above; the last record is the exec of cat. */
void field_host_init(struct field_host *host);
void field_host_release(struct field_host *host);
/*
 * Begins a record of cat: an event by id, a call by name (NULL: none), its result. More of the
 * prefix is set in host->record.prefix.
 */
void field_host_begin(struct field_host *host, const char *event_id, const char *syscall,
		      int64_t ret);
/* The same of any process that is known. */
void field_host_begin_of(struct field_host *host, uint32_t pid, const char *event_id,
			 const char *syscall, int64_t ret);
/* Finishes and applies it; the event is then what fields see. */
void field_host_apply(struct field_host *host);
/*
 * The values of a field (with its argument) under these names, joined by `|`; "-" when there is
 * none. Valid until the next call.
 */
const char *field_host_value(struct field_host *host, const char *field, enum filter_names names);

#endif
