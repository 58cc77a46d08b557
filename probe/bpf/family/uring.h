/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * io_uring: requests as they are submitted and completed. The loader attaches these programs where
 * the kernel has the tracepoints, uring_submit to the one whose name it has.
 *
 *   io_uring_submit_req (_sqe) -> uring_submit: of a wanted request, who submitted it, the call's
 *                  arguments, its names                 -> uring_calls, uring_texts
 *   io_uring_complete -> uring_complete: counts; of a wanted request
 *                  --tail call--> uring_row, _raw, _open, _buffer, _message, _socket -> ring buffer
 *
 * A request is counted once for each of its completions, apart from system calls. It completes in
 * any task of its process: in the one that submitted it, in a worker, in the thread that polls.
 */
#ifndef PROBE_BPF_FAMILY_URING_H
#define PROBE_BPF_FAMILY_URING_H

#include "../extract/request.h"
#include "../store/request.h"
#include "../store/want.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, URING_COUNTS_MAX);
	__type(key, struct uring_count_key);
	__type(value, struct uring_count_value);
} uring_counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, URING_STORE_COUNT);
	__type(key, u32);
	__type(value, u32);
} uring_progs SEC(".maps");

/* Set by the loader. */
const volatile struct uring_op uring_ops[URING_OPS_MAX] = {};
/* Completions without room in uring_counts. */
struct uring_count_value uring_counts_lost;
/* Rows of uring_calls: while there are none, nothing is looked for. */
__u64 uring_calls_len;
/* To insert in uring_calls and uring_texts. */
const struct uring_call uring_call_zero = {};
const struct uring_text uring_text_zero = {};

static __always_inline void uring_count(u64 start, u32 pid, u32 op, s32 res)
{
	struct uring_count_key key = { .start = start, .pid = pid, .op = op };
	struct uring_count_value first = {};
	struct uring_count_value *value = bpf_map_lookup_elem(&uring_counts, &key);

	if (!value) {
		/* Where another task is faster, its row is found. */
		bpf_map_update_elem(&uring_counts, &key, &first, BPF_NOEXIST);
		value = bpf_map_lookup_elem(&uring_counts, &key);
		if (!value)
			value = &uring_counts_lost;
	}
	__sync_fetch_and_add(&value->calls, 1);
	if (res < 0)
		__sync_fetch_and_add(&value->errors, 1);
}

/* Whose a submission is: of the thread that polls, its process's first thread's. */
static __always_inline struct task_struct *uring_submitter(struct task_struct *task)
{
	return FOLLOW(task, flags) & PF_IO_WORKER ? FOLLOW(task, group_leader) : task;
}

static __always_inline bool uring_wanted(struct task_struct *task, s32 nr)
{
	struct probe_knobs *k;
	u32 zero = 0;

	k = bpf_map_lookup_elem(&knobs, &zero);
	if (!k || nr < 0 || nr >= SYSCALL_NR_MAX || !k->interest[nr])
		return false;
	if (!call_wanted(task, nr))
		return false;
	return !(k->cgroups_len | k->euids_len | k->comms_len) || scope_allows(k, task);
}

static __always_inline void uring_put_submitter(struct uring_call *call, struct task_struct *task)
{
	struct task_facts facts;
	struct probe_knobs *k;
	u32 zero = 0;

	k = bpf_map_lookup_elem(&knobs, &zero);
	facts_of_task(&facts, task, k ? k->cgroup_v1 : 0);
	call->start_boot_ns = facts.start_boot_ns;
	call->cgroup_id = facts.cgroup_id;
	call->ppid = facts.ppid;
	call->euid = facts.euid;
	call->pid = FOLLOW(task, tgid);
	call->tid = FOLLOW(task, pid);
	task_comm_put(call->comm, task);
	if (FOLLOW(task, flags) & PF_KTHREAD)
		call->flags |= URING_F_KTHREAD;
}

enum uring_text_of { URING_TEXT_KERNEL, URING_TEXT_USER };

/* Keeps a text of the request. Verifier: not inlined, it is called for two names. */
static __noinline int uring_keep_text(const struct uring_key *request, u32 arg, u64 at, u32 of)
{
	struct uring_text_key key = request_text_key(request, arg);
	struct uring_text *text;
	long len;

	bpf_map_update_elem(&uring_texts, &key, &uring_text_zero, BPF_ANY);
	text = bpf_map_lookup_elem(&uring_texts, &key);
	if (!text)
		return -1;
	if (of == URING_TEXT_USER)
		len = bpf_probe_read_user_str(text->text, URING_TEXT_MAX, (void *)at);
	else
		len = bpf_probe_read_kernel_str(text->text, URING_TEXT_MAX, (void *)at);
	if (len <= 0) {
		bpf_map_delete_elem(&uring_texts, &key);
		return -1;
	}
	text->len = len;
	text->cut = len == URING_TEXT_MAX;
	return 0;
}

/* A name that is an error stands for none. */
static __always_inline bool uring_keep_name(const struct uring_key *request, u32 arg, u64 filename)
{
	u64 name;

	if (!filename || filename >= (u64)-4095L)
		return false;
	name = (u64)BPF_CORE_READ((struct filename *)filename, name);
	return uring_keep_text(request, arg, name, URING_TEXT_KERNEL) == 0;
}

static __always_inline void uring_keep_names(const struct uring_key *key, struct io_kiocb *req,
					     struct uring_call *call)
{
	struct request_names names;

	request_names(req, call->op, &names);
	/* With that shape of kernel statx has kept the caller's text only. */
	if (call->op == URING_OP_STATX && uring_shape.submit == URING_SUBMIT_RING) {
		if (names.first && !uring_keep_text(key, 1, names.first, URING_TEXT_USER))
			call->texts |= 1u << 1;
		return;
	}
	if (uring_keep_name(key, names.first_arg, names.first))
		call->texts |= 1u << names.first_arg;
	if (uring_keep_name(key, names.second_arg, names.second))
		call->texts |= 1u << names.second_arg;
}

/* The row of a request that is submitted, all zero but `waiting`; NULL when there is no room. */
static __always_inline struct uring_call *uring_call_make(const struct uring_key *key)
{
	struct uring_call *call = bpf_map_lookup_elem(&uring_calls, key);
	u32 waiting = 0;

	if (call) {
		/* With an address as key, what is there has ended without a completion. */
		waiting = uring_shape.complete == URING_COMPLETE_RING ? call->waiting : 0;
		__builtin_memset(call, 0, sizeof(*call));
	} else {
		bpf_map_update_elem(&uring_calls, key, &uring_call_zero, BPF_NOEXIST);
		call = bpf_map_lookup_elem(&uring_calls, key);
		if (!call)
			return NULL;
		__sync_fetch_and_add(&uring_calls_len, 1);
	}
	call->waiting = waiting + 1;
	return call;
}

static __always_inline void uring_keep(struct io_kiocb *req, struct task_struct *task,
				       struct uring_key *key, u32 op, u32 store)
{
	struct uring_call *call = uring_call_make(key);

	if (!call)
		return;
	call->op = op;
	call->store = store;
	call->nr = uring_ops[op & (URING_OPS_MAX - 1)].nr;
	call->request = (u64)req;
	call->submitted_ns = bpf_ktime_get_boot_ns();
	if (!key->object || key->object != (u64)req)
		call->flags |= URING_F_REPEATS;
	uring_put_submitter(call, task);
	if (store == URING_STORE_NONE)
		return;
	request_args(req, call);
	uring_keep_names(key, req, call);
}

SEC("?tp_btf/io_uring_submit_req")
int uring_submit(u64 *ctx)
{
	struct task_struct *task = uring_submitter(task_current());
	struct uring_key key = {};
	struct io_kiocb *req;
	bool wanted;
	u32 op;

	if (uring_shape.submit == URING_SUBMIT_RING)
		req = (struct io_kiocb *)ctx[1];
	else
		req = (struct io_kiocb *)ctx[0];
	op = BPF_CORE_READ(req, opcode);
	wanted = uring_wanted(task, uring_ops[op & (URING_OPS_MAX - 1)].nr);
	/* Completions that do not name their request are counted by what is kept of it. */
	if (!wanted && uring_shape.complete != URING_COMPLETE_RING)
		return 0;
	if (uring_shape.submit == URING_SUBMIT_RING) {
		key.object = ctx[0];
		key.user_data = ctx[3];
	} else if (request_repeats(req, op)) {
		key.object = (u64)BPF_CORE_READ(req, ctx);
		key.user_data = BPF_CORE_READ(req, cqe.user_data);
	} else {
		key.object = (u64)req;
	}
	uring_keep(req, task, &key, op,
		   wanted ? uring_ops[op & (URING_OPS_MAX - 1)].store : URING_STORE_NONE);
	return 0;
}

/* What was kept of the request of a completion, and its key; NULL when nothing was. */
static __always_inline struct uring_call *uring_call_find(const struct uring_result *done,
							  struct uring_key *key)
{
	struct uring_call *call;

	if (!uring_calls_len)
		return NULL;
	if (done->request) {
		*key = (struct uring_key){ done->request, 0 };
		call = bpf_map_lookup_elem(&uring_calls, key);
		if (call)
			return call;
	}
	*key = (struct uring_key){ done->ring, done->user_data };
	return bpf_map_lookup_elem(&uring_calls, key);
}

/* The completion was dealt with; the last one of a request ends its rows. */
static __always_inline void uring_call_done(const struct uring_result *done, struct uring_key *key,
					    struct uring_call *call)
{
	u32 texts = call->texts;

	/* A send without copying announces a notification, which belongs to no request. */
	if (done->flags & K_CQE_F_MORE && call->flags & URING_F_REPEATS)
		return;
	if (__sync_fetch_and_sub(&call->waiting, 1) > 1)
		return;
	for (u32 arg = 0; arg < 4; arg++) {
		struct uring_text_key text = request_text_key(key, arg);

		if (texts >> arg & 1)
			bpf_map_delete_elem(&uring_texts, &text);
	}
	if (!bpf_map_delete_elem(&uring_calls, key))
		__sync_fetch_and_sub(&uring_calls_len, 1);
}

/* Counts a completion whose request was not kept. */
static __always_inline void uring_count_request(const struct uring_result *done)
{
	struct task_struct *task = task_current();
	struct io_kiocb *req = (struct io_kiocb *)done->request;
	u32 op = URING_OP_UNKNOWN;

	if (req) {
		op = BPF_CORE_READ(req, opcode);
		task = request_task(req);
	}
	uring_count(BPF_CORE_READ(task, group_leader, start_boottime), BPF_CORE_READ(task, tgid),
		    op, done->res);
}

SEC("?tp_btf/io_uring_complete")
int uring_complete(u64 *ctx)
{
	struct uring_result done;
	struct uring_call *call;
	struct uring_key key;

	uring_result_read(ctx, &done);
	if (done.flags & K_CQE_F_NOTIF)
		return 0;
	call = uring_call_find(&done, &key);
	if (!call) {
		uring_count_request(&done);
		return 0;
	}
	uring_count(call->start_boot_ns, call->pid, call->op, done.res);
	if (call->store)
		bpf_tail_call(ctx, &uring_progs, call->store);
	uring_call_done(&done, &key, call);
	return 0;
}

#endif
