/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The floor of any monitor of this kind: a program on sys_exit that does nothing. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_exit")
int hook(void *ctx)
{
	return 0;
}
