/* SPDX-License-Identifier: Apache-2.0 */
/* evt.*: number, times, type, result and kind of an event. Arguments are in field_arg.c. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "field_getters.h"
#include "probe/schema/render_param.h"
#include "state/tables.h"

#define NS_PER_SEC UINT64_C(1000000000)

/* Open flags and modes as in capture files. */
#define CAPTURE_O_RDONLY (1u << 0)
#define CAPTURE_O_WRONLY (1u << 1)
#define CAPTURE_O_CREAT (1u << 2)
#define CAPTURE_O_TMPFILE (1u << 13)
#define CAPTURE_O_CREATED (1u << 14) /* the call made the file */
#define MODE_EXEC 0111u

int field_event_result(const struct event *event, int64_t *ret_result)
{
	int index;

	if (event->desc->direction != EVENT_EXIT)
		return -ENOENT;
	if (event->prefix.nr >= 0) {
		if (event->syscall && (event->syscall->flags & SYSCALL_F_EXIT))
			return -ENOENT;
		*ret_result = event->prefix.ret;
		return 0;
	}
	index = event_result_index(event);
	if (index < 0)
		return -ENOENT;
	return event_param_value(event->desc->params[index].type, &event->params[index],
				 ret_result);
}

static bool event_failed(const struct event *event)
{
	int64_t result;

	if (field_event_result(event, &result) < 0)
		return false;
	/* Addresses of the upper half are no errors, and restarts neither. */
	return result < 0 && result >= -4095 && !(result <= -512 && result >= -516);
}

static bool event_has(const struct event *event, uint32_t flags)
{
	return (event->desc->flags & flags) != 0;
}

GETTER(evt_num)
{
	return field_put_u64(values, event->num);
}

enum time_form { TIME_DATE = 1u << 0, TIME_FRACTION = 1u << 1 };

static size_t put_local_time(struct filter_event *event, struct field_value *value, unsigned form)
{
	time_t seconds = (time_t)(event->event->ts_ns / NS_PER_SEC);
	char text[64];
	struct tm tm;
	size_t len;

	if (!localtime_r(&seconds, &tm))
		return 0;
	len = strftime(text, sizeof(text), (form & TIME_DATE) ? "%F %T" : "%T", &tm);
	if (form & TIME_FRACTION)
		len += (size_t)snprintf(text + len, sizeof(text) - len, ".%09" PRIu64,
					event->event->ts_ns % NS_PER_SEC);
	return field_put_copy(event, value, text, len);
}

GETTER(evt_time)
{
	return put_local_time(event, values, TIME_FRACTION);
}

GETTER(evt_time_s)
{
	return put_local_time(event, values, 0);
}

GETTER(evt_datetime)
{
	return put_local_time(event, values, TIME_DATE | TIME_FRACTION);
}

GETTER(evt_datetime_s)
{
	return put_local_time(event, values, TIME_DATE);
}

GETTER(evt_time_iso8601)
{
	time_t seconds = (time_t)(event->event->ts_ns / NS_PER_SEC);
	char text[64];
	struct tm tm;
	size_t len;

	if (!gmtime_r(&seconds, &tm))
		return 0;
	len = strftime(text, sizeof(text), "%FT%T", &tm);
	len += (size_t)snprintf(text + len, sizeof(text) - len, ".%09" PRIu64 "+0000",
				event->event->ts_ns % NS_PER_SEC);
	return field_put_copy(event, values, text, len);
}

GETTER(evt_rawtime)
{
	return field_put_time(values, FIELD_ABSTIME, event->event->ts_ns);
}

GETTER(evt_rawtime_s)
{
	return field_put_time(values, FIELD_ABSTIME, event->event->ts_ns / NS_PER_SEC);
}

GETTER(evt_rawtime_ns)
{
	return field_put_time(values, FIELD_ABSTIME, event->event->ts_ns % NS_PER_SEC);
}

/* Events of several buffers can come a little out of order. */
static uint64_t since(uint64_t now_ns, uint64_t then_ns)
{
	return now_ns > then_ns ? now_ns - then_ns : 0;
}

static uint64_t reltime(const struct filter_event *event)
{
	return since(event->event->ts_ns, event->first_ts_ns);
}

GETTER(evt_reltime)
{
	return field_put_time(values, FIELD_RELTIME, reltime(event));
}

GETTER(evt_reltime_s)
{
	return field_put_time(values, FIELD_RELTIME, reltime(event) / NS_PER_SEC);
}

GETTER(evt_reltime_ns)
{
	return field_put_time(values, FIELD_RELTIME, reltime(event) % NS_PER_SEC);
}

static uint64_t deltatime(const struct filter_event *event)
{
	return event->before_ts_ns ? since(event->event->ts_ns, event->before_ts_ns) : 0;
}

GETTER(evt_deltatime)
{
	return field_put_time(values, FIELD_RELTIME, deltatime(event));
}

GETTER(evt_deltatime_s)
{
	return field_put_time(values, FIELD_RELTIME, deltatime(event) / NS_PER_SEC);
}

GETTER(evt_deltatime_ns)
{
	return field_put_time(values, FIELD_RELTIME, deltatime(event) % NS_PER_SEC);
}

GETTER(evt_latency)
{
	uint64_t ns = event->event->prefix.duration_ns;

	return ns ? field_put_time(values, FIELD_RELTIME, ns) : 0;
}

GETTER(evt_latency_s)
{
	uint64_t ns = event->event->prefix.duration_ns;

	return ns ? field_put_time(values, FIELD_RELTIME, ns / NS_PER_SEC) : 0;
}

GETTER(evt_latency_ns)
{
	uint64_t ns = event->event->prefix.duration_ns;

	return ns ? field_put_time(values, FIELD_RELTIME, ns % NS_PER_SEC) : 0;
}

GETTER(evt_latency_human)
{
	uint64_t ns = event->event->prefix.duration_ns;
	char text[32];
	int len;

	if (!ns)
		return 0;
	if (ns < 1000)
		len = snprintf(text, sizeof(text), "%" PRIu64 "ns", ns);
	else if (ns < 1000000)
		len = snprintf(text, sizeof(text), "%.2fus", (double)ns / 1e3);
	else if (ns < NS_PER_SEC)
		len = snprintf(text, sizeof(text), "%.2fms", (double)ns / 1e6);
	else
		len = snprintf(text, sizeof(text), "%.2fs", (double)ns / 1e9);
	return field_put_copy(event, values, text, (size_t)len);
}

GETTER(evt_wait_latency)
{
	uint64_t ns = event->event->prefix.duration_ns;

	return ns && event_has(event->event, EVENT_F_WAITS)
		       ? field_put_time(values, FIELD_RELTIME, ns)
		       : 0;
}

GETTER(evt_source)
{
	return field_put_static(values, "syscall");
}

GETTER(evt_is_async)
{
	return field_put_bool(values, event->event->desc->code == EVENT_CODE_ASYNCEVENT_E);
}

GETTER(evt_asynctype)
{
	struct event_text name;

	if (event->event->desc->code != EVENT_CODE_ASYNCEVENT_E)
		return 0;
	name = event_param_text(event->event, "name");
	return field_put_text(values, name.data, name.len);
}

GETTER(evt_hostname)
{
	return field_put_static(values, event->state->host);
}

GETTER(evt_dir)
{
	return field_put_static(values, "<");
}

GETTER(evt_type)
{
	return field_put_static(values, event_name(event->event));
}

GETTER(evt_type_is)
{
	return field_put_u64(values, ref->index == event->event->desc->code);
}

GETTER(syscall_type)
{
	if (event->event->prefix.nr < 0 && strcmp(event->event->desc->kind, "syscall") != 0)
		return 0;
	return field_put_static(values, event_name(event->event));
}

GETTER(evt_category)
{
	return field_put_static(values, event->event->desc->category);
}

GETTER(evt_cpu)
{
	return field_put_i64(values, event->event->prefix.cpu);
}

GETTER(evt_res)
{
	int64_t result;
	char text[24];
	const char *name;
	int len;

	if (field_event_result(event->event, &result) < 0)
		return 0;
	if (result == RECORD_RET_UNKNOWN)
		return field_put_static(values, "UNKNOWN");
	if (result >= 0 || result < -4095)
		return field_put_static(values, "SUCCESS");
	name = errno_name((int)-result);
	if (name)
		return field_put_static(values, name);
	len = snprintf(text, sizeof(text), "%" PRId64, result);
	return field_put_copy(event, values, text, (size_t)len);
}

GETTER(evt_rawres)
{
	int64_t result;

	if (field_event_result(event->event, &result) < 0 || result == RECORD_RET_UNKNOWN)
		return 0;
	return field_put_i64(values, result);
}

GETTER(evt_failed)
{
	return field_put_bool(values, event_failed(event->event));
}

GETTER(evt_is_io)
{
	return field_put_bool(values,
			      event_has(event->event, EVENT_F_READS_FD | EVENT_F_WRITES_FD));
}

GETTER(evt_is_io_read)
{
	return field_put_bool(values, event_has(event->event, EVENT_F_READS_FD));
}

GETTER(evt_is_io_write)
{
	return field_put_bool(values, event_has(event->event, EVENT_F_WRITES_FD));
}

GETTER(evt_io_dir)
{
	if (event_has(event->event, EVENT_F_READS_FD))
		return field_put_static(values, "read");
	return event_has(event->event, EVENT_F_WRITES_FD) ? field_put_static(values, "write") : 0;
}

GETTER(evt_is_wait)
{
	return field_put_bool(values, event_has(event->event, EVENT_F_WAITS));
}

GETTER(evt_is_syslog)
{
	const struct text *name = event->fd ? event->fd->name : NULL;

	return field_put_bool(values, event_has(event->event, EVENT_F_WRITES_FD) && name &&
					      strstr(name->data, "/dev/log"));
}

GETTER(evt_count)
{
	return field_put_u64(values, 1);
}

enum error_kind { ERROR_FILE, ERROR_NET, ERROR_MEMORY, ERROR_OTHER };

/* What the call worked on: reads and writes by the kind of their descriptor. */
static enum error_kind error_kind(const struct filter_event *event)
{
	const char *category = event->event->desc->category;
	enum fd_type type = event->fd ? (enum fd_type)event->fd->type : FD_TYPE_UNKNOWN;
	bool io = !strncmp(category, "io-", 3);

	if (!strcmp(category, "file") ||
	    (io && (type == FD_TYPE_FILE || type == FD_TYPE_DIRECTORY)))
		return ERROR_FILE;
	if (!strcmp(category, "net") || (io && (type == FD_TYPE_IPV4 || type == FD_TYPE_IPV6)))
		return ERROR_NET;
	return !strcmp(category, "memory") ? ERROR_MEMORY : ERROR_OTHER;
}

static size_t put_error_count(const struct filter_event *event, struct field_value *value,
			      enum error_kind kind)
{
	if (!event_failed(event->event) || error_kind(event) != kind)
		return 0;
	return field_put_u64(value, 1);
}

GETTER(evt_count_error)
{
	return event_failed(event->event) ? field_put_u64(values, 1) : 0;
}

GETTER(evt_count_error_file)
{
	return put_error_count(event, values, ERROR_FILE);
}

GETTER(evt_count_error_net)
{
	return put_error_count(event, values, ERROR_NET);
}

GETTER(evt_count_error_memory)
{
	return put_error_count(event, values, ERROR_MEMORY);
}

GETTER(evt_count_error_other)
{
	return put_error_count(event, values, ERROR_OTHER);
}

GETTER(evt_around)
{
	uint64_t now = event->event->ts_ns, then = (uint64_t)ref->index;
	uint64_t apart = now > then ? now - then : then - now;

	/* Rounded up: within D ms means within D ms. */
	return field_put_u64(values, apart / 1000000 + (apart % 1000000 != 0));
}

static int find_open_flags(const struct event_desc *desc)
{
	switch (desc->code) {
	case EVENT_CODE_SYSCALL_OPEN_X:
	case EVENT_CODE_SYSCALL_OPENAT_2_X:
	case EVENT_CODE_SYSCALL_OPENAT2_X:
	case EVENT_CODE_SYSCALL_OPEN_BY_HANDLE_AT_X: return event_param_index(desc, "flags");
	default: return -1;
	}
}

/* The flags of an open, openat, openat2 or open_by_handle_at, 0 for other events. */
static uint32_t open_flags(struct filter_event *event)
{
	const struct event *from = event->event;
	int8_t *note = filter_event_note(event, FILTER_NOTE_OPEN_FLAGS);
	int64_t flags;

	if (*note == FILTER_NOTE_NONE)
		*note = (int8_t)find_open_flags(from->desc);
	if (*note < 0 || (size_t)*note >= from->params_len ||
	    event_param_value(from->desc->params[*note].type, &from->params[*note], &flags) < 0)
		return 0;
	return (uint32_t)flags;
}

GETTER(evt_is_open_read)
{
	return field_put_bool(values, open_flags(event) & CAPTURE_O_RDONLY);
}

GETTER(evt_is_open_write)
{
	return field_put_bool(values, open_flags(event) & CAPTURE_O_WRONLY);
}

GETTER(evt_is_open_exec)
{
	int64_t mode = 0;
	bool creates = open_flags(event) & (CAPTURE_O_CREAT | CAPTURE_O_TMPFILE);

	if (creates && event_param_int(event->event, "mode", &mode) < 0)
		mode = 0;
	return field_put_bool(values, creates && (mode & MODE_EXEC));
}

GETTER(evt_is_open_create)
{
	return field_put_bool(values, open_flags(event) & CAPTURE_O_CREATED);
}

GETTER(evt_is_uring)
{
	return field_put_bool(values, event->event->prefix.flags & RECORD_F_URING);
}

GETTER(evt_is_late)
{
	return field_put_bool(values, event->event->prefix.flags & RECORD_F_LATE);
}

GETTER(evt_buffer_num)
{
	return field_put_u64(values, event->event->prefix.buffer);
}

GETTER(evt_nr)
{
	return event->event->prefix.nr >= 0 ? field_put_i64(values, event->event->prefix.nr) : 0;
}

/* How often this field was asked for on an event is what peers count with it; here: which event. */
GETTER(util_cnt)
{
	return field_put_u64(values, event->num);
}
