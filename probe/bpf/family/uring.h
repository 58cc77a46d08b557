/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * io_uring: requests as they are submitted and completed. The loader attaches these programs where
 * the kernel has the tracepoints, uring_submit to the one whose name it has.
 *
 *   io_uring_submit_req (_sqe) -> uring_submit: of a wanted request, who submitted it, the call's
 *                  arguments, its names                 -> uring_calls, uring_texts
                          of one that says nothing when it succeeds: counts;
 *                  --tail call--> silent_row, ... -> ring buffer
 *   io_uring_req_failed -> uring_failed: of a wanted request that never gets that far, the same
 *                  from its submission entry -> uring_calls, uring_texts; its completion follows
 *   io_uring_complete -> uring_complete: counts; of a wanted request
 *                  --tail call--> uring_row, _raw, _open, _buffer, _message, _socket -> ring buffer
 *   io_uring_cqe_overflow -> uring_overflow: the same for a completion that finds the queue full
 *                  --tail call--> overflow_row, ... -> ring buffer
 *
 * A request is counted once for each of its completions, a silent one when it is submitted, apart
 * from system calls. It completes in
 * any task of its process: in the one that submitted it, in a worker, in the thread that polls.
 */
#ifndef PROBE_BPF_FAMILY_URING_H
#define PROBE_BPF_FAMILY_URING_H

#include "../relay.h"
#include "../extract/request.h"
#include "../extract/sqe.h"
#include "../extract/user_text.h"
#include "../store/request.h"
#include "../store/want.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, URING_COUNTS_MAX);
	__type(key, struct uring_count_key);
	__type(value, struct uring_count_value);
} uring_counts SEC(".maps");

#define URING_PROGS                             \
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);  \
	__uint(max_entries, URING_STORE_COUNT); \
	__type(key, u32);                       \
	__type(value, u32)

struct {
	URING_PROGS;
} uring_progs SEC(".maps");

struct {
	URING_PROGS;
} uring_silent_progs SEC(".maps");

struct {
	URING_PROGS;
} uring_overflow_progs SEC(".maps");

/*
 * The request of a ring whose completion found the queue full last. Which one a ring was at may be
 * forgotten: then it is looked for.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, u64);
	__type(value, struct uring_flush);
} uring_flushes SEC(".maps");

/* How many requests that complete at once are looked at. */
#define REQUESTS_FLUSHED_MAX 128

/* Set by the loader. */
const volatile struct uring_op uring_ops[URING_OPS_ALL] = {};
/* Completions without room in uring_counts. */
struct uring_count_value uring_counts_lost;
/* Rows of uring_calls: while there are none, nothing is looked for. */
__u64 uring_calls_len;
/* To insert in uring_calls and uring_texts. */
const struct uring_call uring_call_zero = {};
const struct uring_text uring_text_zero = {};

struct requests_loop {
	u64 node; /* struct io_wq_work_node that is next */
	u64 user_data;
	s32 res;
	u64 first, found; /* with that user_data and result; with a row in uring_calls besides */
};

REPEATED int requests_step(u32 i, struct requests_loop *loop)
{
	u64 node = loop->node, at = node - bpf_core_field_offset(struct io_kiocb, comp_list);
	struct io_kiocb *req = (struct io_kiocb *)at;
	struct uring_key key = { .object = at };

	if (!node)
		return STOP;
	loop->node = (u64)BPF_CORE_READ((struct io_wq_work_node *)node, next);
	if (BPF_CORE_READ(req, cqe.user_data) != loop->user_data ||
	    BPF_CORE_READ(req, cqe.res) != loop->res || BPF_CORE_READ(req, flags) & K_REQ_CQE_SKIP)
		return GO_ON;
	if (!loop->first)
		loop->first = at;
	if (!bpf_map_lookup_elem(&uring_calls, &key))
		return GO_ON;
	loop->found = at;
	return STOP;
}

/*
 * Of the requests that a ring completes now, in order, from node on: the first with that user_data
 * and result that is not dealt with (has a row in uring_calls), else the first; 0 when there is
 * none. Verifier: by itself.
 */
SUBPROG_OF_NUMBERS u64 requests_scan(u64 node, u64 user_data, s32 res)
{
	struct requests_loop loop = { .node = node, .user_data = user_data, .res = res };

	REPEAT(REQUESTS_FLUSHED_MAX, requests_step, &loop);
	return loop.found ? loop.found : loop.first;
}

/*
 * Of a worker, the request that it does, when it is that one; else 0. Workers complete requests by
 * themselves where the ring does not want its own task for that (6.1, 6.12).
 */
static __always_inline u64 request_of_worker(u64 user_data, s32 res)
{
	struct task_struct *task = task_current();
	struct io_worker *worker;
	u64 work;
	struct io_kiocb *req;

	if (!(FOLLOW(task, flags) & PF_IO_WORKER) || !bpf_core_field_exists(struct io_kiocb, work))
		return 0;
	worker = BPF_CORE_READ((struct task_struct___worker *)task, worker_private);
	work = (u64)BPF_CORE_READ(worker, cur_work);
	if (!work)
		return 0;
	req = (struct io_kiocb *)(work - bpf_core_field_offset(struct io_kiocb, work));
	if (BPF_CORE_READ(req, cqe.user_data) != user_data || BPF_CORE_READ(req, cqe.res) != res)
		return 0;
	return (u64)req;
}

/*
 * The request whose completion finds the queue full, which the tracepoint does not name; 0 when
 * neither a worker nor the ring completes it now (but it is one of several completions). The ring
 * is locked. It goes on where the last one was, for overflow_* to find and because there can be
 * thousands.
 */
static __always_inline u64 request_overflowed(u64 ring, u64 user_data, s32 res)
{
	u64 first = (u64)BPF_CORE_READ((struct io_ring_ctx *)ring, submit_state.compl_reqs.first);
	struct uring_flush *last = bpf_map_lookup_elem(&uring_flushes, &ring), now = {};
	struct io_kiocb *req;

	now.request = request_of_worker(user_data, res);
	if (now.request) {
		bpf_map_update_elem(&uring_flushes, &ring, &now, BPF_ANY);
		return now.request;
	}
	now.first = first;
	if (last && last->request && last->first == first) {
		req = (struct io_kiocb *)last->request;
		now.request =
			requests_scan((u64)BPF_CORE_READ(req, comp_list.next), user_data, res);
	}
	if (!now.request)
		now.request = requests_scan(first, user_data, res);
	bpf_map_update_elem(&uring_flushes, &ring, &now, BPF_ANY);
	return now.request;
}

/* What the tracepoint of a full queue says: ring, user_data, result, flags. */
static __always_inline void uring_overflow_read(u64 *ctx, struct uring_result *done)
{
	done->ring = ctx[0];
	done->request = 0;
	done->user_data = ctx[1];
	done->res = ctx[2];
	done->flags = ctx[3];
}

static __always_inline void uring_count(u64 start, u32 pid, u32 op, u32 calls, u32 errors)
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
	__sync_fetch_and_add(&value->calls, calls);
	/* An atomic add of nothing becomes another instruction, which not every kernel has. */
	if (errors)
		__sync_fetch_and_add(&value->errors, errors);
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

	/* Verifier: the test and the index must be of the same register. */
	barrier_var(nr);
	k = bpf_map_lookup_elem(&knobs, &zero);
	if (!k || nr < 0 || nr >= SYSCALL_NR_MAX || !k->interest[nr])
		return false;
	if (!call_wanted(task, nr))
		return false;
	return !lists_used(k) || scope_allows(k, task);
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
		len = user_text(text->text, URING_TEXT_MAX, (void *)at);
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
	if (names.text && !uring_keep_text(key, 1, names.text, URING_TEXT_KERNEL))
		call->texts |= 1u << 1;
}

static __always_inline void uring_texts_forget(const struct uring_key *key, u32 texts)
{
	for (u32 arg = 0; arg < 4; arg++) {
		struct uring_text_key text = request_text_key(key, arg);

		if (texts >> arg & 1)
			bpf_map_delete_elem(&uring_texts, &text);
	}
}

static __always_inline void uring_call_forget(const struct uring_key *key, u32 texts)
{
	uring_texts_forget(key, texts);
	if (!bpf_map_delete_elem(&uring_calls, key))
		__sync_fetch_and_sub(&uring_calls_len, 1);
}

/* The row of a request that is submitted, all zero but `waiting`; NULL when there is no room. */
static __always_inline struct uring_call *uring_call_make(const struct uring_key *key)
{
	struct uring_call *call = bpf_map_lookup_elem(&uring_calls, key);
	u32 waiting = 0;

	if (call) {
		/* With an address as key, what is there has ended without a completion. */
		waiting = uring_shape.complete == URING_COMPLETE_RING ? call->waiting : 0;
		uring_texts_forget(key, call->texts);
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

/* One request as it is submitted. */
struct uring_submission {
	struct io_kiocb *req;
	struct task_struct *task; /* whose it is */
	struct uring_key key;
	u32 op;
	u32 what; /* index in uring_ops */
	bool silent;
};

/*
 * Argument `index` (a constant) of the tracepoint, in a branch of its own. The compiler makes one
 * load of two branches' loads, from a pointer that was computed: older verifiers refuse that.
 */
#define URING_ARG(ctx, index)                                                                      \
	({                                                                                         \
		u64 value__;                                                                       \
		asm volatile("%0 = *(u64 *)(%1 + %2)" : "=r"(value__) : "r"(ctx), "i"((index)*8)); \
		value__;                                                                           \
	})

/*
 * Where in uring_ops the call is that a request does: by its operation, of a socket's command by
 * that. Verifier: by itself, as what follows would be verified for each of its branches.
 */
SUBPROG_OF_NUMBERS u32 uring_what_of(u64 request, u32 op)
{
	struct io_kiocb *req = (struct io_kiocb *)request;
	u32 command = SOCKET_COMMANDS;
	u64 file;

	op &= URING_OPS_MAX - 1;
	if (!request || !HAS_SOCKET_COMMANDS)
		return op;
	/* The request has its file when it is done. */
	if (request_flags(req) & URING_F_FIXED_FILE)
		file = ring_file(req, request_fd(req));
	else
		file = file_of_fd(task_current_cast(), request_fd(req));
	if (file_format(file) == K_S_IFSOCK)
		command = REQ(struct io_uring_cmd, cmd_op);
	return command < SOCKET_COMMANDS ? URING_OPS_MAX + command : op;
}

static __always_inline u32 uring_what(const struct uring_submission *s)
{
	u32 op = s->op & (URING_OPS_MAX - 1);
	u64 request = 0;

	/* Verifier: the pointer as a number; and what the test says of op is not said of s->op. */
	barrier_var(op);
	if (op == URING_OP_URING_CMD)
		bpf_probe_read_kernel(&request, sizeof(request), &s->req);
	return uring_what_of(request, s->op);
}

static __always_inline void uring_submission_read(u64 *ctx, struct uring_submission *s)
{
	struct io_kiocb *req;

	if (uring_shape.submit == URING_SUBMIT_RING)
		req = (struct io_kiocb *)URING_ARG(ctx, 1);
	else
		req = (struct io_kiocb *)URING_ARG(ctx, 0);
	s->req = req;
	s->task = uring_submitter(task_current());
	s->op = BPF_CORE_READ(req, opcode);
	s->silent = BPF_CORE_READ(req, flags) & K_REQ_CQE_SKIP;
	s->key = (struct uring_key){ (u64)req, 0 };
	if (uring_shape.submit == URING_SUBMIT_RING)
		s->key = (struct uring_key){ URING_ARG(ctx, 0), URING_ARG(ctx, 3) };
	else if (request_repeats(req, s->op))
		s->key = (struct uring_key){ (u64)BPF_CORE_READ(req, ctx),
					     BPF_CORE_READ(req, cqe.user_data) };
}

static __always_inline struct uring_call *uring_keep(const struct uring_submission *s, u32 store)
{
	struct uring_call *call = uring_call_make(&s->key);

	if (!call)
		return NULL;
	call->op = s->op;
	call->store = store;
	call->nr = uring_ops[s->what & (URING_OPS_ALL - 1)].nr;
	call->request = (u64)s->req;
	call->submitted_ns = bpf_ktime_get_boot_ns();
	if (s->key.object != (u64)s->req)
		call->flags |= URING_F_REPEATS;
	if (s->silent)
		call->flags |= URING_F_SILENT;
	uring_put_submitter(call, s->task);
	if (store == URING_STORE_NONE)
		return call;
	request_args(s->req, call);
	uring_keep_names(&s->key, s->req, call);
	return call;
}

/* Nobody looks at it: what a silent request has left at its address is not about it. */
static __always_inline void uring_pass(const struct uring_submission *s)
{
	struct uring_call *call =
		uring_calls_len ? bpf_map_lookup_elem(&uring_calls, &s->key) : NULL;

	if (call && s->key.object == (u64)s->req)
		uring_call_forget(&s->key, call->texts);
}

SEC("?tp_btf/io_uring_submit_req")
int uring_submit(u64 *ctx)
{
	struct uring_submission s;
	struct uring_call *call;
	struct task_struct *task;
	u32 store;
	bool wanted;

	uring_submission_read(ctx, &s);
	s.what = uring_what(&s);
	wanted = uring_wanted(s.task, uring_ops[s.what & (URING_OPS_ALL - 1)].nr);
	/* Completions that do not name their request are counted by what is kept of it. */
	if (!wanted && !s.silent && uring_shape.complete != URING_COMPLETE_RING &&
	    s.key.object == (u64)s.req) {
		uring_pass(&s);
		return 0;
	}
	store = wanted ? uring_ops[s.what & (URING_OPS_ALL - 1)].store : URING_STORE_NONE;
	call = uring_keep(&s, store);
	if (!s.silent)
		return 0;
	task = s.task;
	uring_count(BPF_CORE_READ(task, group_leader, start_boottime), FOLLOW(task, tgid), s.op, 1,
		    0);
	if (call && store)
		tail_call(ctx, &uring_silent_progs, store, RELAY_URING_SUBMIT);
	return 0;
}

/*
 * A request that its operation refuses, before it is submitted: what the operation keeps in it may
 * be of an earlier one, but its operation and flags are its own (io_init_req() sets them first).
 */
SEC("?tp_btf/io_uring_req_failed")
int uring_failed(u64 *ctx)
{
	struct io_uring_sqe___kernel *sqe = (struct io_uring_sqe___kernel *)ctx[0];
	struct io_kiocb *req = (struct io_kiocb *)ctx[1];
	struct uring_submission s = { .req = req };
	struct sqe_names names = {};
	struct sqe_values values;
	struct uring_call *call;

	s.task = uring_submitter(task_current());
	s.op = BPF_CORE_READ(req, opcode);
	s.key = (struct uring_key){ (u64)req, 0 };
	/* What a command is, is not known yet. */
	s.what = s.op & (URING_OPS_MAX - 1);
	if (!uring_wanted(s.task, uring_ops[s.what & (URING_OPS_ALL - 1)].nr)) {
		uring_pass(&s);
		return 0;
	}
	call = uring_keep(&s, URING_STORE_NONE);
	if (!call)
		return 0;
	call->store = uring_ops[s.what & (URING_OPS_ALL - 1)].store;
	call->request = 0;
	sqe_read(sqe, &values);
	if (!sqe_path_args(&values, call, &names) && !sqe_free_args(&values, call)) {
		call->flags |= request_flags(req);
		sqe_other_args(&values, call, &names);
	}
	if (names.first && !uring_keep_text(&s.key, names.first_arg, names.first, URING_TEXT_USER))
		call->texts |= 1u << names.first_arg;
	if (names.second &&
	    !uring_keep_text(&s.key, names.second_arg, names.second, URING_TEXT_USER))
		call->texts |= 1u << names.second_arg;
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
	call = bpf_map_lookup_elem(&uring_calls, key);
	/* Another request with the same user_data. */
	if (call && done->request && call->request != done->request)
		return NULL;
	return call;
}

/* The completion was dealt with; the last one of a request ends its rows. */
static __always_inline void uring_call_done(const struct uring_result *done, struct uring_key *key,
					    struct uring_call *call)
{
	/* A send without copying announces a notification, which belongs to no request. */
	if (done->flags & K_CQE_F_MORE && call->flags & URING_F_REPEATS)
		return;
	/* Not every kernel's atomic instructions tell what there was. Two may see the end. */
	__sync_fetch_and_sub(&call->waiting, 1);
	if (*(volatile s32 *)&call->waiting > 0)
		return;
	uring_call_forget(key, call->texts);
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
		    op, 1, done->res < 0);
}

/* A completion whose request is kept is counted, too. */
static __always_inline struct uring_call *uring_completed(const struct uring_result *done,
							  struct uring_key *key)
{
	struct uring_call *call;

	if (done->flags & K_CQE_F_NOTIF)
		return NULL;
	call = uring_call_find(done, key);
	if (!call) {
		uring_count_request(done);
		return NULL;
	}
	uring_count(call->start_boot_ns, call->pid, call->op, !(call->flags & URING_F_SILENT),
		    done->res < 0);
	return call;
}

SEC("?tp_btf/io_uring_complete")
int uring_complete(u64 *ctx)
{
	struct uring_result done;
	struct uring_call *call;
	struct uring_key key;

	uring_result_read(ctx, &done);
	call = uring_completed(&done, &key);
	if (!call)
		return 0;
	if (call->store && tail_call(ctx, &uring_progs, call->store, RELAY_URING_COMPLETE))
		return 0;
	uring_call_done(&done, &key, call);
	return 0;
}

SEC("?tp_btf/io_uring_cqe_overflow")
int uring_overflow(u64 *ctx)
{
	struct uring_result done;
	struct uring_call *call;
	struct uring_key key;

	uring_overflow_read(ctx, &done);
	done.request = request_overflowed(done.ring, done.user_data, done.res);
	call = uring_completed(&done, &key);
	if (!call)
		return 0;
	if (call->store && tail_call(ctx, &uring_overflow_progs, call->store, RELAY_URING_OVERFLOW))
		return 0;
	uring_call_done(&done, &key, call);
	return 0;
}

/* Attached behind the program of the same hook where that makes no tail calls: ../relay.h. */
SEC("?tp_btf/io_uring_submit_req")
int relay_submit(u64 *ctx)
{
	return relay_take(ctx, &uring_silent_progs, RELAY_URING_SUBMIT);
}

SEC("?tp_btf/io_uring_complete")
int relay_complete(u64 *ctx)
{
	return relay_take(ctx, &uring_progs, RELAY_URING_COMPLETE);
}

SEC("?tp_btf/io_uring_cqe_overflow")
int relay_overflow(u64 *ctx)
{
	return relay_take(ctx, &uring_overflow_progs, RELAY_URING_OVERFLOW);
}

#endif
