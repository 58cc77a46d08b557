/* SPDX-License-Identifier: Apache-2.0 */
#include "relay.h"

#include <errno.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "features.h"
#include "live.h"
#include "probe/count.skel.h"
#include "probe/stream.skel.h"

#define PREFIX "relay_"

void relay_decide(struct probe *probe)
{
	probe->tail_calls = feature_present(FEATURE_TAIL_CALL);
	probe->relayed = probe->variant != PROBE_GUARDED &&
			 (probe->opts.relayed || !probe->tail_calls) &&
			 features_preemption() == FEATURE_PREEMPTION_OFF;
}

bool relay_is(const struct bpf_program *program)
{
	return strncmp(bpf_program__name(program), PREFIX, strlen(PREFIX)) == 0;
}

void relay_choose(const struct probe *probe, struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, object) {
		if (!relay_is(program))
			continue;
		if (!probe->relayed)
			bpf_program__set_autoload(program, false);
		bpf_program__set_autoattach(program, false);
	}
}

static int attach(const struct bpf_program *program, struct bpf_link **ret_link)
{
	if (!bpf_program__autoload(program))
		return 0;
	*ret_link = bpf_program__attach(program);
	return *ret_link ? 0 : -errno;
}

int relay_attach_calls(const struct probe *probe)
{
	return attach(probe->count->progs.relay_call, &probe->count->links.relay_call);
}

int relay_attach_uring(const struct probe *probe)
{
	struct stream_bpf *stream = probe->stream;
	int rc = attach(stream->progs.relay_submit, &stream->links.relay_submit);

	if (rc == 0)
		rc = attach(stream->progs.relay_complete, &stream->links.relay_complete);
	if (rc == 0)
		rc = attach(stream->progs.relay_overflow, &stream->links.relay_overflow);
	return rc;
}
