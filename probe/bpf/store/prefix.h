/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A call that is about to be stored, the filters that can still reject it, and the record's prefix
 * and event header. All fields come from kernel objects of the current task.
 */
#ifndef PROBE_BPF_STORE_PREFIX_H
#define PROBE_BPF_STORE_PREFIX_H

#include "ring.h"
#include "../../schema/outcome.h"
#include "../count/stamps.h"
#include "../extract/call.h"
#include "../extract/cast.h"
#include "../extract/cgroup.h"
#include "../extract/compat.h"
#include "../extract/lists.h"
#include "../uring_call.h"

/*
 * 16 bytes at a time: the compiler must not split stores of packed structs into bytes. All
 * supported architectures store unaligned words at full speed.
 */
static __always_inline void put_u16(void *at, u16 value)
{
	*(u16 *)at = value;
}
static __always_inline void put_u32(void *at, u32 value)
{
	*(u32 *)at = value;
}
static __always_inline void put_u64(void *at, u64 value)
{
	*(u64 *)at = value;
}

/* Set by the loader: the kernel has bpf_rdonly_cast. */
const volatile bool kernel_casts = false;

/* One call on its way into a record. */
struct call {
	struct task_struct *task;
	struct probe_knobs *knobs;
	struct ring ring;
	u64 began_ns; /* boot time */
	u64 ts_ns;    /* since the epoch */
	u64 took_ns;  /* 0 = not timed */
	u64 args[6];
	s64 ret;
	s32 nr;       /* of the row; -1: not a syscall */
	u32 native;   /* as the program called it */
	u32 abi;      /* CALL_ABI_*; 0: of a 64-bit program */
	u16 flags;    /* enum record_flag */
	u16 event;    /* event code */
	bool foreign; /* task is not the current one */
	/* Of calls by io_uring. */
	u64 file;                         /* the file that it works on; 0: look at the descriptor */
	const struct uring_call *request; /* who submitted it; NULL: task made the call itself */
};

/* How the program lays out its memory. */
#define CALL_ABI_32 2u       /* TS_COMPAT */
#define CALL_ABI_TIME64 256u /* its times are as in 64-bit programs all the same */
#define CALL_ABI_ID16 512u   /* its ids have 16 bits */

/* What a prefix says of a task and that lies in other objects. */
struct task_facts {
	u64 start_boot_ns;
	u64 cgroup_id;
	u32 ppid;
	u32 euid;
};

/*
 * The current task. Verifier: following a trusted pointer searches the kernel's BTF by name, about
 * a millisecond each on every path (btf_nested_type_is_trusted); a cast pointer is followed
 * without.
 */
static __always_inline struct task_struct *task_current_cast(void)
{
	struct task_struct *task = task_current();

	return kernel_casts ? KERNEL_CAST(struct task_struct, task) : task;
}

/* Of any task, by helpers. */
static __always_inline void facts_of_task(struct task_facts *facts, struct task_struct *task,
					  u32 cgroup_v1)
{
	facts->start_boot_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	facts->ppid = BPF_CORE_READ(task, real_parent, tgid);
	facts->euid = BPF_CORE_READ(task, cred, euid.val);
	facts->cgroup_id = cgroup_of_task(task, cgroup_v1);
}

/* Of the current task. Verifier: a global function is verified once, not on each path. */
SUBPROG int facts_of_current(struct task_facts *facts, u32 cgroup_v1)
{
	struct task_struct *task = task_current_cast();

	if (!facts)
		return 0;
	if (!TYPED_TASK) {
		facts_of_task(facts, task, cgroup_v1);
		return 0;
	}
	facts->start_boot_ns = task->group_leader->start_boottime;
	facts->ppid = task->real_parent->tgid;
	facts->euid = task->cred->euid.val;
	facts->cgroup_id = task_cgroup_id(task, cgroup_v1);
	return 0;
}

/* True when no list of the scope that is in use rejects the task. */
static __noinline bool scope_allows(struct probe_knobs *k, struct task_struct *task)
{
	u64 cgroup_id = cgroup_of_task(task, k->cgroup_v1);
	u32 euid = BPF_CORE_READ(task, cred, euid.val);
	u64 comm[2] = {};

	BPF_CORE_READ_INTO(&comm, task, group_leader, comm);
	return lists_allow_values(cgroup_id, euid, comm[0], comm[1]);
}

/*
 * Fills the call but task, number, event and arguments, and runs the filters. Returns 0 when the
 * call is to be stored (and is counted as produced), negative when nobody wants it.
 */
static __always_inline int call_begin_task(struct call *call, u32 cls, u32 info_flags, s64 ret)
{
	struct probe_knobs *k;

	k = knobs_get();
	if (!k)
		return -1;
	if ((u32)FOLLOW(call->task, tgid) == k->self_tgid)
		return -1;
	if (k->failed_only && !(info_flags & NR_F_LIFE) && !outcome_is_wanted(k->failed_only, ret))
		return -1;
	if (lists_used(k) && !scope_allows(k, call->task))
		return -1;
	if (ring_find(&call->ring))
		return -1;
	call->knobs = k;
	call->ring.cls = cls;
	call->ret = ret;
	call->took_ns = 0;
	call->file = 0;
	call->request = NULL;
	call->began_ns = bpf_ktime_get_boot_ns();
	call->ts_ns = call->began_ns + k->epoch_offset_ns;
	call->flags = FOLLOW(call->task, flags) & PF_KTHREAD ? RECORD_F_KTHREAD : 0;
	if (call->abi)
		call->flags |= RECORD_F_COMPAT;
	if (k->cgroup_v1)
		call->flags |= RECORD_F_CGROUP_V1;
	ring_count(&call->ring, RECORD_FATE_PRODUCED);
	return 0;
}

/* How long the call took that count_exit has just counted. */
static __always_inline u64 call_duration(u32 timing_gen)
{
	struct call_stamp *stamp = stamp_find(task_current());

	return stamp && stamp->gen == (timing_gen | STAMP_TAKEN) ? stamp->ns : 0;
}

/*
 * Number, arguments and abi from the registers; of a 32-bit call those of its row. Returns the
 * number. task: whose registers they are, in a system call.
 */
static __always_inline u64 call_registers(struct call *call, struct task_struct *task,
					  struct pt_regs *regs)
{
	u64 nr = regs_syscall_nr(regs);

	call->native = nr;
	call->abi = 0;
	regs_syscall_args(regs, call->args);
	if (in_compat(task)) {
		struct compat_call compat;

		compat_begin(&compat, regs);
		nr = compat.nr;
		call->abi = CALL_ABI_32 | (compat.flags & (COMPAT_F_TIME64 | COMPAT_F_ID16)) << 8;
		for (u32 i = 0; i < 6; i++)
			call->args[i] = compat.args[i];
	}
	/*
	 * Verifier: a constant on one of the two paths would have all that follows verified twice.
	 * Of numbers that calls have these bits are 0.
	 */
	call->abi |= call->native >> 20 & (CALL_ABI_32 | CALL_ABI_TIME64 | CALL_ABI_ID16);
	return nr;
}

/* Verifier: what the test says of ret stays in here, or all that follows is verified twice. */
SUBPROG_OF_NUMBERS int gate_failed(s64 ret)
{
	return outcome_is_error(ret);
}

/* The gates of a number: INTEREST_WRITES, INTEREST_FAILED; 0: none. */
static __always_inline u32 call_gates(u64 nr)
{
	struct probe_knobs *k = knobs_get();

	return k ? k->interest[nr] & INTEREST_GATES : 0;
}

/* The same for a program on sys_exit that has seen to the gates: class and event of the row nr. */
static __always_inline int call_begin_row(struct call *call, u64 nr, long ret)
{
	struct probe_knobs *k = knobs_get();
	u32 flags = nr_info[nr].flags;

	if (k && k->interest[nr] & INTEREST_WHOLE)
		flags |= NR_F_LIFE;
	call->nr = nr;
	call->event = nr_info[nr].event;
	call->task = task_current_cast();
	call->foreign = false;
	if (call_begin_task(call, nr_info[nr].loss_class, flags, ret))
		return -1;
	if (call->knobs->timing_gen)
		call->took_ns = call_duration(call->knobs->timing_gen);
	return 0;
}

/* The same with number and arguments from the registers. */
static __always_inline int call_begin_syscall(struct call *call, struct pt_regs *regs, long ret)
{
	u64 nr = call_registers(call, task_current_cast(), regs);

	/* Verifier: the test and the index must be of the same 64-bit register. */
	barrier_var(nr);
	if (nr >= SYSCALL_NR_MAX)
		return -1;
	if (call_gates(nr) & INTEREST_FAILED && !gate_failed(ret))
		return -1;
	return call_begin_row(call, nr, ret);
}

/* Who the record is about: the task, or the one that submitted the request. */
static __always_inline void prefix_put_task(struct record_prefix *p, struct call *call)
{
	struct task_struct *task = call->task;
	struct task_facts facts = {};

	if (call->foreign)
		facts_of_task(&facts, task, call->knobs->cgroup_v1);
	else
		facts_of_current(&facts, call->knobs->cgroup_v1);
	p->pid = FOLLOW(task, tgid);
	p->tid = FOLLOW(task, pid);
	p->ppid = facts.ppid;
	p->start_boot_ns = facts.start_boot_ns;
	p->cgroup_id = facts.cgroup_id;
	p->euid = facts.euid;
	task_comm_put(p->comm, task);
}

static __always_inline void prefix_put_submitter(struct record_prefix *p,
						 const struct uring_call *request)
{
	p->pid = request->pid;
	p->tid = request->tid;
	p->ppid = request->ppid;
	p->start_boot_ns = request->start_boot_ns;
	p->cgroup_id = request->cgroup_id;
	p->euid = request->euid;
	((u64 *)p->comm)[0] = ((const u64 *)request->comm)[0];
	((u64 *)p->comm)[1] = ((const u64 *)request->comm)[1];
}

static __always_inline u32 call_tid(const struct call *call)
{
	return call->request ? call->request->tid : (u32)FOLLOW(call->task, pid);
}

/* Writes the prefix, field by field; nothing of the reserved record stays as it was. */
static __always_inline void prefix_put(struct record_prefix *p, struct call *call, u32 total_len,
				       u32 ext_len)
{
	if (call->request)
		prefix_put_submitter(p, call->request);
	else
		prefix_put_task(p, call);
	p->check = record_check(total_len, call_tid(call), call->ts_ns);
	p->total_len = total_len;
	p->prefix_len = sizeof(*p);
	p->ext_len = ext_len;
	p->flags = call->flags;
	p->cls = call->ring.cls;
	p->reserved = 0;
	p->cpu = call->ring.cpu;
	p->buffer = call->ring.number;
	p->drops = ring_drops_now(&call->ring);
	p->nr = call->nr;
	p->ret = call->ret;
	for (int i = 0; i < 6; i++)
		p->args[i] = call->args[i];
	p->duration_ns = call->took_ns;
}

/* The 26 bytes of the event header at `at`. */
static __always_inline void event_header_put(void *at, struct call *call, u32 len, u32 nparams)
{
	put_u64(at, call->ts_ns);
	put_u64(at + 8, call_tid(call));
	put_u32(at + 16, len);
	put_u16(at + 20, call->event);
	put_u32(at + 22, nparams);
}

#endif
