/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups that the programs tell of: see probe_drain_cgroups(). For probe/ alone. */
#ifndef PROBE_CGROUPS_H
#define PROBE_CGROUPS_H

struct cgroups;
struct count_bpf;

/* Has the programs loaded where the kernel has their tracepoints. */
void cgroups_choose(struct count_bpf *count);
/* NULL is fine. */
void cgroups_free(struct cgroups *cgroups);

#endif
