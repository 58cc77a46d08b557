/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads every BPF program and prints "NAME INSTRUCTIONS" each: how many instructions the verifier
 * walked through (bpf_prog_info.verified_insns, since 5.16: aba64c7da983). Status 77: no privileges
 * here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "probe/live.h"
#include "probe/count.skel.h"
#include "probe/stream.skel.h"

static int print_object(const struct bpf_object *object)
{
	struct bpf_program *prog;

	bpf_object__for_each_program (prog, object) {
		struct bpf_prog_info info = { 0 };
		uint32_t len = sizeof(info);

		if (bpf_program__fd(prog) < 0)
			continue;
		if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len) < 0) {
			perror(bpf_program__name(prog));
			return -1;
		}
		printf("%s %u\n", bpf_program__name(prog), info.verified_insns);
	}
	return 0;
}

int main(void)
{
	struct probe_opts opts = { .buffer_bytes = PROBE_BUFFER_MIN, .snaplen = 80 };
	struct probe_error err = { .what = "" };
	struct probe *probe;
	int failed;

	if (privileges_check(&err) < 0) {
		fprintf(stderr, "%s: %s\n", err.what, err.remedy);
		return 77;
	}
	if (probe_new(&opts, &probe) < 0)
		return EXIT_FAILURE;
	failed = probe_load_counters(probe, &err) < 0 || probe_load_stream(probe, &err) < 0;
	if (failed)
		fprintf(stderr, "%s\n", err.what);
	else
		failed =
			print_object(probe->count->obj) < 0 || print_object(probe->stream->obj) < 0;
	probe_free(probe);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
