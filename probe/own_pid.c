/* SPDX-License-Identifier: Apache-2.0 */
#include "own_pid.h"

#include <unistd.h>
#include <linux/bpf.h>
#include <bpf/bpf.h>

uint32_t own_initial_pid(void)
{
	/* return bpf_get_current_pid_tgid() >> 32; */
	static const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_pid_tgid },
		{ .code = BPF_ALU64 | BPF_RSH | BPF_K, .dst_reg = BPF_REG_0, .imm = 32 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_test_run_opts, run);
	uint32_t pid = (uint32_t)getpid();
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "saker_own_pid", "Dual BSD/GPL", insns,
			       sizeof(insns) / sizeof(insns[0]), NULL);

	if (fd < 0)
		return pid;
	if (bpf_prog_test_run_opts(fd, &run) == 0 && run.retval != 0)
		pid = run.retval;
	close(fd);
	return pid;
}
