/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One event as one line, for `saker stream`.
 *
 *   text   17 14:02:31.123456 1 nginx (1589.1590) openat 3 dirfd=AT_FDCWD name=/etc/passwd ...
 *          num time cpu name (pid.tid) call result, duration where it was measured, arguments,
 *          fd.name=... where it is known
 *   JSON   {"evt.num","evt.time","thread.tid","proc.pid","proc.name","container.id","evt.type",
 *           "evt.res","evt.rawres","latency_ns","args":{name: rendered}}
 *          evt.time in ns since the epoch; container.id "host" outside of containers; evt.res
 *          "SUCCESS" or the name of the error, null where there is no result; latency_ns null where
 *          it was not measured; "fd.name" is added where the name of the descriptor is known
 */
#ifndef VIEWS_LINE_H
#define VIEWS_LINE_H

#include "probe/schema/render.h"
#include "state/snapshot.h"

/* Room that no line needs more than: a record's bytes, escaped twice. */
#define LINE_MAX_BYTES ((size_t)1 << 20)

/* Append the line without its end. 0, or -EBADMSG when the record cannot be decoded. */
int line_text(const struct history_event *kept, struct text_buf *buf);
int line_json(const struct history_event *kept, struct text_buf *buf);
/* Lost events, in the place where they are missing: "-- ... --" and {"lost":N,"buffer":B}. */
void line_gap_text(uint64_t lost, unsigned buffer, struct text_buf *buf);
void line_gap_json(uint64_t lost, unsigned buffer, struct text_buf *buf);

#endif
