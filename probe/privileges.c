/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities: what is needed is kept, all else goes, from the bounding and ambient sets too, so
 * that no program that saker starts can get it back.
 *
 * Capabilities belong to a thread: drop before other threads are started. Everything the probe does
 * later, loading included, works with what is kept.
 */
#include "probe.h"

#include <errno.h>
#include <stdio.h>
#include <cap-ng.h>
#include "features.h"

static bool have(unsigned cap)
{
	return capng_have_capability(CAPNG_EFFECTIVE, cap) != 0;
}

int privileges_check(struct probe_error *err)
{
	static const enum feature_id needed[] = { FEATURE_CAP_BPF, FEATURE_CAP_PERFMON };
	int rc = features_require(needed, sizeof(needed) / sizeof(needed[0]), err);

	return rc < 0 ? -EPERM : 0;
}

/* Collects what stays: of the wanted capabilities those that are there. */
static void keep_cap(unsigned *kept, size_t *kept_len, unsigned cap)
{
	if (have(cap))
		kept[(*kept_len)++] = cap;
}

int privileges_drop(enum privileges_keep keep, struct probe_error *err)
{
	unsigned kept[8];
	size_t kept_len = 0;
	capng_select_t sets = CAPNG_SELECT_CAPS;

	capng_clear(CAPNG_SELECT_ALL);
	if (capng_get_caps_process() != 0) {
		snprintf(err->what, sizeof(err->what),
			 "cannot read the capabilities of this process");
		err->remedy[0] = '\0';
		return -EPERM;
	}
	/* Kernels before 5.8 know neither CAP_BPF nor CAP_PERFMON. */
	if (!have(CAP_BPF) || !have(CAP_PERFMON))
		keep_cap(kept, &kept_len, CAP_SYS_ADMIN);
	keep_cap(kept, &kept_len, CAP_BPF);
	keep_cap(kept, &kept_len, CAP_PERFMON);
	keep_cap(kept, &kept_len, CAP_SYS_PTRACE);
	keep_cap(kept, &kept_len, CAP_DAC_READ_SEARCH);
	if (features_charge_memlock())
		keep_cap(kept, &kept_len, CAP_SYS_RESOURCE);
	if (keep == PRIVILEGES_ACTIONS) {
		keep_cap(kept, &kept_len, CAP_KILL);
		keep_cap(kept, &kept_len, CAP_SYS_NICE);
	}
	/*
	 * Without CAP_SETPCAP the bounding set cannot change; it then limits a program without
	 * rights.
	 */
	if (have(CAP_SETPCAP))
		sets |= CAPNG_SELECT_BOUNDS;

	capng_clear(CAPNG_SELECT_ALL);
	for (size_t i = 0; i < kept_len; i++)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
			     kept[i]);
	if (capng_apply(sets | CAPNG_SELECT_AMBIENT) != 0) {
		snprintf(err->what, sizeof(err->what), "cannot drop capabilities");
		snprintf(err->remedy, sizeof(err->remedy),
			 "run as root, or with file capabilities");
		return -EPERM;
	}
	return 0;
}
