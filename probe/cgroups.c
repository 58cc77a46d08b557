/* SPDX-License-Identifier: Apache-2.0 */
#include "cgroups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "live.h"
#include "ring.h"
#include "probe/count.skel.h"

_Static_assert(PROBE_CGROUP_MADE == (int)CGROUP_MADE && PROBE_CGROUP_REMOVED == (int)CGROUP_REMOVED,
	       "cgroup_wire.fate");

struct cgroups {
	struct ring ring;
};

static bool has_tracepoint(const struct btf *btf, const char *name)
{
	return btf && btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF) > 0;
}

void cgroups_choose(struct count_bpf *count)
{
	struct btf *btf = btf__load_vmlinux_btf();

	bpf_program__set_autoload(count->progs.cgroup_made,
				  has_tracepoint(btf, "btf_trace_cgroup_mkdir"));
	bpf_program__set_autoload(count->progs.cgroup_removed,
				  has_tracepoint(btf, "btf_trace_cgroup_rmdir"));
	btf__free(btf);
}

void cgroups_free(struct cgroups *cgroups)
{
	if (!cgroups)
		return;
	ring_release(&cgroups->ring);
	free(cgroups);
}

static int cgroups_open(struct probe *probe)
{
	const struct bpf_map *map = probe->count->maps.cgroups;
	struct cgroups *cgroups = calloc(1, sizeof(*cgroups));
	int fd, rc;

	if (!cgroups)
		return -ENOMEM;
	ring_init(&cgroups->ring);
	fd = dup(bpf_map__fd(map));
	rc = fd < 0 ? -errno : ring_open(&cgroups->ring, fd, bpf_map__max_entries(map));
	if (rc < 0) {
		if (fd >= 0)
			close(fd);
		free(cgroups);
		return rc;
	}
	probe->cgroups = cgroups;
	return 0;
}

int probe_drain_cgroups(struct probe *probe, probe_cgroup_fn fn, void *ctx)
{
	const uint8_t *data;
	struct ring *ring;
	size_t len;
	int rc = probe->cgroups ? 0 : cgroups_open(probe);

	if (rc < 0)
		return rc;
	ring = &probe->cgroups->ring;
	ring_mark(ring);
	/* What is still being written is there at the next call. */
	while (ring_peek(ring, &data, &len) == RING_RECORD) {
		struct cgroup_wire wire;

		if (len >= sizeof(wire)) {
			memcpy(&wire, data, sizeof(wire));
			wire.path[sizeof(wire.path) - 1] = '\0';
			if (!wire.path_len || wire.path_len >= sizeof(wire.path))
				wire.path[0] = '\0';
			fn(ctx, &(struct probe_cgroup){ .id = wire.id,
							.fate = wire.fate == CGROUP_MADE
									? PROBE_CGROUP_MADE
									: PROBE_CGROUP_REMOVED,
							.pid = wire.pid,
							.path = wire.path });
		}
		ring_take(ring);
	}
	ring_return(ring);
	return 0;
}

int probe_judge_cgroup(struct probe *probe, uint64_t cgroup_id, enum probe_verdict verdict)
{
	const uint32_t in_scope = verdict == PROBE_CGROUP_IN;

	return bpf_map_update_elem(bpf_map__fd(probe->count->maps.scope_cgroups), &cgroup_id,
				   &in_scope, BPF_ANY) < 0
		       ? -errno
		       : 0;
}
