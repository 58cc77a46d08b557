/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Test builds only (-DPROBE_TEST): the store path enters itself while its scratch is held, as an
 * interrupting program would. The inner record is a write of TEST_REENTER_BYTES bytes 0xee. With
 * owned scratch both records are right; without (-DNO_OWNER) the outer one is overwritten.
 */
#ifndef PROBE_BPF_STORE_TEST_REENTER_H
#define PROBE_BPF_STORE_TEST_REENTER_H

#include "data.h"

#ifdef PROBE_TEST
#define TEST_REENTER_BYTES 64

static __always_inline void test_reenter(struct call *call)
{
	struct call inner;
	struct build b;

	if (call->knobs->test_reenter_nr != (u32)call->nr + 1)
		return;
	__builtin_memcpy(&inner, call, sizeof(inner));
	ring_count(&inner.ring, RECORD_FATE_PRODUCED);
	if (build_begin(&b, &inner, 4))
		return;
	build_u64(&b, 0, TEST_REENTER_BYTES);
	for (u32 i = 0; i < TEST_REENTER_BYTES; i += 8)
		put_u64(b.slot->data + DATA_AT(4, 8) + i, 0xeeeeeeeeeeeeeeeeULL);
	build_done(&b, 1, TEST_REENTER_BYTES);
	build_u64(&b, 2, (u64)-1);
	build_u32(&b, 3, TEST_REENTER_BYTES);
	build_submit(&b);
}
#else
static __always_inline void test_reenter(struct call *call)
{
}
#endif

#endif
