/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel can do, found by trying it. One row of features.def each. For the loader; the
 * doctor sees the rows through probe_features().
 */
#ifndef PROBE_FEATURES_H
#define PROBE_FEATURES_H

#include "probe.h"

enum feature_id {
#define FEATURE(id, name, need, check, title, missing, remedy) FEATURE_##id,
#include "features.def"
	FEATURE_COUNT
};

/*
 * Tries the features in the order given. 0 when all are there; -EOPNOTSUPP (-EPERM for a
 * capability) with the message of the first that is not.
 */
int features_require(const enum feature_id *ids, size_t len, struct probe_error *err);
/* Is an optional feature there? */
bool feature_present(enum feature_id id);
/*
 * Does the kernel preempt programs on raw tracepoints, and can those on system calls hang on perf's
 * tracepoints, where it does not? See guard.h.
 */
enum feature_preemption {
	FEATURE_PREEMPTION_OFF,     /* it does not */
	FEATURE_PREEMPTION_GUARDED, /* it does; perf's tracepoints are there */
	FEATURE_PREEMPTION_OPEN,    /* it does; they are not there */
};
enum feature_preemption features_preemption(void);
/*
 * Does the kernel charge BPF maps to RLIMIT_MEMLOCK? Lowers the soft limit for an instant to find
 * out.
 */
bool features_charge_memlock(void);

#endif
