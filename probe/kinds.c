/* SPDX-License-Identifier: Apache-2.0 */
#include "kinds.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	enum probe_kind kind;
	const char *program, *hook;
} programs[] = {
#define KIND_PROGRAM(id, name, tracepoint) \
	{ .kind = PROBE_KIND_##id, .program = (name), .hook = (tracepoint) },
#include "schema/kinds.def"
};

/* The kernel's own types name every tracepoint that programs can be attached to. */
static bool has_hook(const struct btf *btf, const char *hook)
{
	char name[64];

	snprintf(name, sizeof(name), "btf_trace_%s", hook);
	return btf && btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF) > 0;
}

uint32_t kinds_present(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	uint32_t present = PROBE_KINDS_ALL;

	for (size_t i = 0; i < ARRAY_LEN(programs); i++)
		if (!has_hook(btf, programs[i].hook))
			present &= ~(1u << programs[i].kind);
	btf__free(btf);
	return present;
}

int kinds_choose(struct bpf_object *object, uint32_t wanted, struct probe_error *err)
{
	struct btf *btf = wanted ? btf__load_vmlinux_btf() : NULL;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(programs) && rc == 0; i++) {
		struct bpf_program *program =
			bpf_object__find_program_by_name(object, programs[i].program);

		if (!(wanted >> programs[i].kind & 1))
			continue;
		if (program && has_hook(btf, programs[i].hook)) {
			rc = bpf_program__set_autoload(program, true);
			continue;
		}
		rc = -EOPNOTSUPP;
		snprintf(err->what, sizeof(err->what),
			 "this kernel has no events of the kind %s: tracepoint %s is missing",
			 probe_kind_name(programs[i].kind), programs[i].hook);
		snprintf(err->remedy, sizeof(err->remedy), "leave %s out of --events",
			 probe_kind_name(programs[i].kind));
	}
	btf__free(btf);
	return rc;
}
