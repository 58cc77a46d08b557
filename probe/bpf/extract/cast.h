/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Casts: since 6.2 (fd264ca02094) any address can be read as a struct by plain loads; a load that
 * faults reads zero. Weak: libbpf leaves the function unresolved where the kernel lacks it, and the
 * loader then leaves out, or the verifier never reaches, what calls it.
 */
#ifndef PROBE_BPF_EXTRACT_CAST_H
#define PROBE_BPF_EXTRACT_CAST_H

#include "../kernel.h"

extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

#define KERNEL_CAST(type, address) ((type *)bpf_rdonly_cast(address, bpf_core_type_id_kernel(type)))

#endif
