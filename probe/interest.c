/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope, focus and interest become knobs. Each knob is one aligned store that the programs may read
 * at any moment; scope_gen is bumped after all others of a change, and every thread whose own
 * generation differs then works out anew, at its next call, whether it is wanted.
 */
#include "live.h"

#include <errno.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "table.h"
#include "schema/outcome.h"
#include "probe/count.skel.h"

_Static_assert(PROBE_FAILED_OFF == FAILED_ONLY_OFF && PROBE_FAILED_ANY == FAILED_ONLY_ANY &&
		       PROBE_FAILED_UNEXPECTED == FAILED_ONLY_UNEXPECTED,
	       "probe_knobs.failed_only");

_Static_assert(PROBE_WANT_WHOLE == INTEREST_WHOLE && PROBE_GATE_WRITES == INTEREST_WRITES &&
		       PROBE_GATE_FAILED == INTEREST_FAILED,
	       "probe_knobs.interest");

/* Bits of scope_pids by process. */
struct marked_pid {
	uint32_t pid;
	uint32_t bits;
};
struct marked_pids {
	struct marked_pid pids[2 * PROBE_SCOPE_MAX];
	size_t len;
};

static void mark_pid(struct marked_pids *marked, pid_t pid, uint32_t bits)
{
	for (size_t i = 0; i < marked->len; i++) {
		if (marked->pids[i].pid == (uint32_t)pid) {
			marked->pids[i].bits |= bits;
			return;
		}
	}
	marked->pids[marked->len++] = (struct marked_pid){ .pid = (uint32_t)pid, .bits = bits };
}

static bool is_marked(const struct marked_pids *marked, uint32_t pid)
{
	for (size_t i = 0; i < marked->len; i++) {
		if (marked->pids[i].pid == pid)
			return true;
	}
	return false;
}

/* Deletes what is in the map and not in marked. Walks from the start again after each deletion. */
static void scope_pids_prune(const struct table *table, const struct marked_pids *marked)
{
	uint32_t key;
	uint32_t *previous = NULL;
	uint32_t kept;

	while (bpf_map_get_next_key(bpf_map__fd(table->map), previous, &key) == 0) {
		if (is_marked(marked, key)) {
			kept = key;
			previous = &kept;
		} else {
			table_delete(table, &key);
		}
	}
}

/* The map says exactly what scope and focus ask for. */
static int scope_pids_write(struct probe *probe)
{
	struct table table = TABLE_OF(probe->count, scope_pids);
	struct marked_pids marked = { .len = 0 };

	for (size_t i = 0; i < probe->scope.pids_len; i++)
		mark_pid(&marked, probe->scope.pids[i], SCOPE_PID_SCOPE);
	for (size_t i = 0; i < probe->focus_len; i++)
		mark_pid(&marked, probe->focus[i], SCOPE_PID_FOCUS);

	scope_pids_prune(&table, &marked);
	for (size_t i = 0; i < marked.len; i++) {
		int rc = table_put(&table, &marked.pids[i].pid, &marked.pids[i].bits);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static void knob_store(uint32_t *knob, uint32_t value)
{
	__atomic_store_n(knob, value, __ATOMIC_RELAXED);
}

static void scope_gen_store(struct probe_knobs *knobs, uint32_t scopes, uint32_t focuses)
{
	/* 0 is the generation of a thread that was never looked at. */
	if (scopes == UINT16_MAX + 1)
		scopes = 1;
	__atomic_store_n(&knobs->scope_gen, scopes * SCOPE_GEN_SCOPE + focuses % SCOPE_GEN_SCOPE,
			 __ATOMIC_RELEASE);
}

/*
 * A list is off while it changes: a filter that lets too much through for an instant loses
 * nothing.
 */
static void scope_lists_write(struct probe_knobs *knobs, const struct probe_scope *scope)
{
	knob_store(&knobs->euids_len, 0);
	knob_store(&knobs->comms_len, 0);
	for (size_t i = 0; i < scope->euids_len; i++)
		knob_store(&knobs->euids[i], scope->euids[i]);
	for (size_t i = 0; i < scope->comms_len; i++) {
		/* Compared as a whole: unused bytes are zeros, as in the kernel's task. */
		memset(knobs->comms[i], 0, RECORD_COMM_LEN);
		memcpy(knobs->comms[i], scope->comms[i],
		       strnlen(scope->comms[i], RECORD_COMM_LEN - 1));
	}
	__atomic_thread_fence(__ATOMIC_RELEASE);
	knob_store(&knobs->by_cgroup, scope->by_cgroup);
	knob_store(&knobs->euids_len, (uint32_t)scope->euids_len);
	knob_store(&knobs->comms_len, (uint32_t)scope->comms_len);
}

int probe_set_scope(struct probe *probe, const struct probe_scope *scope)
{
	uint32_t gen = probe->knobs->scope_gen;
	int rc;

	if (scope->pids_len > PROBE_SCOPE_MAX || scope->euids_len > PROBE_SCOPE_MAX ||
	    scope->comms_len > PROBE_SCOPE_MAX)
		return -E2BIG;

	probe->scope = *scope;
	rc = scope_pids_write(probe);
	if (rc < 0)
		return rc;
	scope_lists_write(probe->knobs, scope);
	knob_store(&probe->knobs->scope_children, scope->children);
	knob_store(&probe->knobs->scope_by_pid, scope->pids_len > 0);
	scope_gen_store(probe->knobs, gen / SCOPE_GEN_SCOPE + 1, gen % SCOPE_GEN_SCOPE);
	return 0;
}

int probe_set_focus(struct probe *probe, const pid_t *pids, size_t pids_len)
{
	uint32_t gen = probe->knobs->scope_gen;
	int rc;

	if (pids_len > PROBE_SCOPE_MAX)
		return -E2BIG;
	if (pids_len > 0)
		memcpy(probe->focus, pids, pids_len * sizeof(*pids));
	probe->focus_len = pids_len;
	rc = scope_pids_write(probe);
	if (rc < 0)
		return rc;
	scope_gen_store(probe->knobs, gen / SCOPE_GEN_SCOPE, gen % SCOPE_GEN_SCOPE + 1);
	return 0;
}

int probe_set_interest(struct probe *probe, const struct probe_interest *interest)
{
	uint8_t timed = probe->knobs->timing_gen ? INTEREST_TIMED : 0;

	/* Without durations every call would be too quick. */
	if (interest->min_duration_ns != 0 && !timed)
		return -EOPNOTSUPP;
	knob_store(&probe->knobs->failed_only, interest->failed);
	__atomic_store_n(&probe->knobs->min_duration_ns, interest->min_duration_ns,
			 __ATOMIC_RELAXED);
	for (size_t kind = 0; kind < PROBE_KIND_COUNT; kind++)
		__atomic_store_n(&probe->knobs->kinds[kind], interest->kinds[kind],
				 __ATOMIC_RELAXED);
	for (size_t nr = 0; nr < SYSCALL_NR_MAX; nr++) {
		uint8_t calls = interest->calls[nr];

		/* A gate alone is no interest. */
		if (!(calls & (PROBE_WANT_SCOPE | PROBE_WANT_FOCUS)))
			calls = 0;
		__atomic_store_n(&probe->knobs->interest[nr], calls | timed, __ATOMIC_RELAXED);
	}
	return 0;
}
