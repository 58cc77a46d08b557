/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a result says. The same for the programs, which filter by it, and for who shows it. */
#ifndef PROBE_SCHEMA_OUTCOME_H
#define PROBE_SCHEMA_OUTCOME_H

#include <linux/types.h>

/*
 * -1 to -4095 is an error, but -512 to -516 (include/linux/errno.h of the kernel) is a call that is
 * restarted or becomes EINTR, which user space sees then.
 */
static inline int outcome_is_error(__s64 ret)
{
	return ret < 0 && ret >= -4095 && (ret > -512 || ret < -516);
}

/* Errors that are no news: EINTR, EAGAIN, EALREADY, EINPROGRESS (asm-generic/errno.h). */
static inline int outcome_is_expected(__u32 err)
{
	return err == 4 || err == 11 || err == 114 || err == 115;
}

/* Which calls are streamed: probe_knobs.failed_only. */
#define FAILED_ONLY_OFF 0
#define FAILED_ONLY_ANY 1
#define FAILED_ONLY_UNEXPECTED 2 /* without those of outcome_is_expected() */

static inline int outcome_is_wanted(__u32 failed_only, __s64 ret)
{
	if (failed_only == FAILED_ONLY_OFF)
		return 1;
	return outcome_is_error(ret) &&
	       (failed_only == FAILED_ONLY_ANY || !outcome_is_expected((__u32)-ret));
}

#endif
