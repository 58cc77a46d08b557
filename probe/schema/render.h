/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering: parameters and raw arguments as text, the same in the stream, the event page, JSON and
 * tests. Host bytes are kept as they are, except that control bytes and bytes that are not UTF-8
 * become \xNN: nothing that is rendered can drive a terminal.
 */
#ifndef PROBE_SCHEMA_RENDER_H
#define PROBE_SCHEMA_RENDER_H

#include <stddef.h>
#include <stdint.h>
#include "decode.h"

/*
 * A bounded text buffer: always NUL-terminated. What does not fit is cut between two characters and
 * sets truncated; everything added after that is dropped.
 */
struct text_buf {
	char *data;
	size_t len;  /* without NUL */
	size_t size; /* of data, at least 1 */
	uint8_t truncated;
};

void text_buf_init(struct text_buf *buf, char *data, size_t size);
void text_buf_add(struct text_buf *buf, const char *text);
void text_buf_addn(struct text_buf *buf, const char *text, size_t len);
void text_buf_printf(struct text_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Adds host bytes made safe: printable UTF-8 stays, everything else becomes \xNN, \ becomes \\.
 * Not printable: control characters, bidirectional overrides and isolates, line separators.
 */
void text_buf_add_safe(struct text_buf *buf, const void *data, size_t len);

/* The shown name: the syscall's where the event is its raw arguments, else the event's. Static. */
const char *event_name(const struct event *event);

/*
 * The named arguments of an event: its parameters, or, where the event is the raw arguments
 * (GENERIC_X) of a known syscall or says less than they do, the arguments of the syscall's row.
 */
size_t event_args_len(const struct event *event);
/* Static; "" beyond the last. */
const char *event_arg_name(const struct event *event, size_t index);
/*
 * Appends one argument's value; nothing beyond the last. By type:
 *
 *   O_RDONLY|O_CLOEXEC  flags by name, unknown bits as 0x...      0644     modes octal
 *   ENOENT  SIGTERM     errnos, signals                          8:1      devices as major:minor
 *   AT_FDCWD            that fd by name                          NULL     a user address of 0
 *   1.2.3.4:80->5.6.7.8:90  [::1]:80->[::1]:90                   tuples; one side alone: addresses
 *   /run/x.sock  @name  unix sockets, abstract ones with @; without a path both kernel addresses
 *   3:POLLIN,4:0        fd lists                                 1.5s 20ms 3us 7ns  durations
 *   1699999999.000000001  points in time, seconds of the epoch
 *   GET / HTTP/1.1..    data: printable ASCII, everything else as a dot
 *   a b c               argument vectors and environments, joined by blanks
 *   {interval=1s, value=20ms}  [INT TERM]  exited 1   what raw arguments point to: render_data.h
 *   <NA>                the writer had no value (data of no bytes is just empty)
 */
void event_arg_render(const struct event *event, size_t index, struct text_buf *buf);
/* Is it the return of a call, and are the registers that it was made with known? */
bool event_has_registers(const struct event *event);
/*
 * Arguments that the call's own event does not say (AX of syscalls.def), as indexes of
 * event->syscall->args: the next one behind `after`, -1 when there is none. Begin with -1. Those
 * that mean nothing to the operation that the call asked for are left out.
 */
int event_extra_next(const struct event *event, int after);
/*
 * The parameter of the event that an extra argument is named like, and the extra argument that a
 * parameter (index < event_args_len()) is named like; -1: none. It says by name what the parameter
 * has as a number, or in the portable encoding of capture files, which lacks some names.
 */
int event_extra_param(const struct event *event, int extra);
int event_param_extra(const struct event *event, size_t index);
/*
 * When an extra argument means something: argument `by`, masked, is one of the values, bits of
 * which are those below 32. False: always.
 */
struct extra_condition {
	uint8_t by;
	uint32_t mask, bits;
};
bool event_extra_condition(const struct syscall_desc *call, size_t index,
			   struct extra_condition *ret_condition);
/* Appends an argument of the call, by the syscall's row; index < event->syscall->args_len. */
void event_raw_arg_render(const struct event *event, size_t index, struct text_buf *buf);
/*
 * Appends "name=value name=value ..." of all arguments but the result, those that matter first,
 * with the extra ones, which stand in the place of parameters of the same name.
 * Behind the first path stands in parentheses the path of the kernel's own object where it differs
 * from the one called, behind the descriptor what it was:
 *
 *   name=link(/real/file)   name=x(~/y)  raced with a rename   name=x(.../y)  the front was cut
 *   name=x(/y deleted)      the name was unlinked since        fd=5(/etc/hosts)
 *
 * fd_name: of the fd argument at that moment, where event->fd_names has no list for all of them;
 * NULL or "": unknown. Of an environment only the
 * number of variables is there: env=[23 vars].
 */
void event_args_render(const struct event *event, const char *fd_name, struct text_buf *buf);
/* Appends the result: "0", "3", "ENOENT", 0x... for addresses, "-" where there is none. */
void event_result_render(const struct event *event, struct text_buf *buf);
/*
 * Appends the name of the set's field, then flag names joined by '|', what is left as hex (in an
 * enumeration as decimal below 4096). For 0 the name of zero, "0" when it has none.
 */
void flag_set_render(const struct flag_set *set, uint64_t value, struct text_buf *buf);

#endif
