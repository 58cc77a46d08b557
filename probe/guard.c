/* SPDX-License-Identifier: Apache-2.0 */
#include "guard.h"

#include <errno.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "features.h"
#include "live.h"
#include "probe/count.skel.h"

bool guard_wanted(const struct probe *probe)
{
	enum feature_preemption found = features_preemption();

	return found == FEATURE_PREEMPTION_GUARDED ||
	       (found == FEATURE_PREEMPTION_OFF && probe->opts.guarded);
}

struct second {
	struct bpf_program *program;
	struct bpf_link **link;
};
#define SECONDS 3

static void seconds_get(const struct probe *probe, struct second *seconds)
{
	struct count_bpf *count = probe->count;
	const struct second all[SECONDS] = {
		{ count->progs.count_exit, &count->links.count_exit },
		{ count->progs.count_exec, &count->links.count_exec },
		{ count->progs.count_task_exit, &count->links.count_task_exit },
	};

	memcpy(seconds, all, sizeof(all));
}

void guard_defer_seconds(const struct probe *probe)
{
	struct second seconds[SECONDS];

	seconds_get(probe, seconds);
	for (size_t i = 0; i < SECONDS; i++)
		bpf_program__set_autoattach(seconds[i].program, false);
}

int guard_attach_seconds(const struct probe *probe)
{
	struct second seconds[SECONDS];

	seconds_get(probe, seconds);
	for (size_t i = 0; i < SECONDS; i++) {
		*seconds[i].link = bpf_program__attach(seconds[i].program);
		if (!*seconds[i].link)
			return -errno;
	}
	return 0;
}

bool guard_on_return(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);

	return strcmp(section, "tp_btf/sys_exit") == 0 ||
	       strcmp(section, "tp/raw_syscalls/sys_exit") == 0;
}

uint64_t guard_misses(const struct probe *probe, const struct bpf_program *program, uint64_t misses)
{
	struct second seconds[SECONDS];

	if (probe->variant != PROBE_GUARDED)
		return misses;
	seconds_get(probe, seconds);
	for (size_t i = 0; i < SECONDS; i++)
		if (seconds[i].program == program)
			return 0;
	return misses;
}
