/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of a process, see facts.h. */
#include "facts.h"
#include <string.h>
#include <sys/resource.h>
#include "event_path.h"
#include "tables.h"

#define CAPTURE_RLIMIT_NOFILE 7 /* resources as in capture files are those of Linux */

void facts_release(struct state *state, struct facts *facts)
{
	text_unref(&state->texts, facts->words);
	text_unref(&state->texts, facts->env);
	text_unref(&state->texts, facts->cgroups);
	text_unref(&state->texts, facts->root);
	*facts = (struct facts){ .known = 0 };
}

/* A number of the event; its fact is known then. */
static void facts_take(struct facts *facts, enum fact fact, const struct event *event,
		       const char *param, int64_t *to)
{
	int64_t value;

	if (event_param_int(event, param, &value) < 0)
		return;
	*to = value;
	facts->known |= fact;
}

static void facts_take_u64(struct facts *facts, enum fact fact, const struct event *event,
			   const char *param, uint64_t *to)
{
	int64_t value;

	if (event_param_int(event, param, &value) < 0)
		return;
	*to = (uint64_t)value;
	facts->known |= fact;
}

static void facts_take_u32(struct facts *facts, enum fact fact, const struct event *event,
			   const char *param, uint32_t *to)
{
	uint64_t value = *to;

	facts_take_u64(facts, fact, event, param, &value);
	*to = (uint32_t)value;
}

/* Bytes of the event; without them what was known stays. */
static void facts_take_text(struct state *state, struct text **to, const struct event *event,
			    const char *param)
{
	int index = event_param_index(event->desc, param);

	if (index < 0 || (size_t)index >= event->params_len || !event->params[index].len)
		return;
	process_set_text(state, to, (const char *)event->params[index].data,
			 event->params[index].len);
}

/* What exec and clone events have alike. */
static void facts_take_common(struct state *state, struct process *process,
			      const struct event *event)
{
	struct facts *facts = &process->facts;
	int64_t kb;

	facts_take_u64(facts, FACT_FAULTS, event, "pgft_maj", &facts->faults_major);
	facts_take_u64(facts, FACT_FAULTS, event, "pgft_min", &facts->faults_minor);
	facts_take_u64(facts, FACT_SWAP, event, "vm_swap", &facts->swap_kb);
	facts_take_u32(facts, FACT_GID, event, "gid", &facts->gid);
	facts_take(facts, FACT_FD_LIMIT, event, "fdlimit", &facts->fd_limit);
	facts_take_text(state, &facts->cgroups, event, "cgroups");
	if (event_param_int(event, "vm_size", &kb) == 0 && kb > 0)
		process->vm_bytes = (uint64_t)kb * 1024;
	if (event_param_int(event, "vm_rss", &kb) == 0 && kb > 0)
		process->rss_bytes = (uint64_t)kb * 1024;
}

void facts_exec(struct state *state, struct process *process, const struct event *event)
{
	struct facts *facts = &process->facts;

	facts->asked = 0;
	facts->exec_ns = event->ts_ns;
	facts_take_common(state, process, event);
	facts_take_text(state, &facts->env, event, "env");
	facts_take_u32(facts, FACT_TTY, event, "tty", &facts->tty);
	facts_take(facts, FACT_VPGID, event, "vpgid", &facts->vpgid);
	facts_take(facts, FACT_PGID, event, "pgid", &facts->pgid);
	facts_take_u32(facts, FACT_LOGINUID, event, "loginuid", &facts->loginuid);
	facts->known &= ~(uint32_t)FACT_EXE_FILE;
	facts_take_u64(facts, FACT_EXE_FILE, event, "exe_ino", &facts->exe_ino);
	facts_take_u64(facts, FACT_EXE_FILE, event, "exe_ino_ctime", &facts->exe_ctime_ns);
	facts_take_u64(facts, FACT_EXE_FILE, event, "exe_ino_mtime", &facts->exe_mtime_ns);
	facts_take_u32(facts, FACT_EXE_FILE, event, "flags", &facts->exe_flags);
	facts_take_u64(facts, FACT_CAPS, event, "cap_inheritable", &facts->cap_inheritable);
	facts_take_u64(facts, FACT_CAPS, event, "cap_permitted", &facts->cap_permitted);
	facts_take_u64(facts, FACT_CAPS, event, "cap_effective", &facts->cap_effective);
	process_changed(state, process);
}

void facts_child(struct state *state, struct process *child, const struct process *parent,
		 const struct event *event)
{
	struct facts *facts = &child->facts;

	facts_release(state, facts);
	if (parent) {
		*facts = parent->facts;
		text_ref(facts->words);
		text_ref(facts->env);
		text_ref(facts->cgroups);
		text_ref(facts->root);
		facts->exec_ns = 0;
		facts->faults_major = facts->faults_minor = 0;
		facts->asked &= ~(uint32_t)SEED_IDS;
		facts->known &= ~(uint32_t)(FACT_VPID | FACT_PIDNS | FACT_SWAP);
	}
	facts_take_common(state, child, event);
	facts_take(facts, FACT_VPID, event, "vpid", &facts->vpid);
	facts_take_u64(facts, FACT_PIDNS, event, "pidns_init_start_ts", &facts->pidns_start_ns);
	process_changed(state, child);
}

static void facts_set_gid(struct facts *facts, const struct event *event, const char *param)
{
	int64_t gid;

	/* -1: as it was. */
	if (event_param_int(event, param, &gid) < 0 || (uint32_t)gid == UINT32_MAX)
		return;
	facts->gid = (uint32_t)gid;
	facts->known |= FACT_GID;
}

static void facts_setsid(struct process *process, const struct event *event)
{
	struct facts *facts = &process->facts;

	facts->sid = event->prefix.ret;
	facts->vpgid = event->prefix.ret;
	facts->pgid = process->pid;
	facts->tty = 0;
	facts->known |= FACT_SID | FACT_VPGID | FACT_PGID | FACT_TTY;
}

/* setpgid(pid, pgid): of this process or a child, by ids of the caller's namespace. */
static void facts_setpgid(struct state *state, struct process *process, const struct event *event)
{
	int64_t pid, group;
	struct process *leader;

	if (event_param_int(event, "pid", &pid) < 0 || event_param_int(event, "pgid", &group) < 0)
		return;
	if (pid && pid != process->facts.vpid && pid != process->pid) {
		process =
			pid > 0 && pid <= UINT32_MAX ? process_by_pid(state, (uint32_t)pid) : NULL;
		if (!process || process->ppid != event->prefix.pid)
			return; /* a child in another namespace: asked for when it is wanted */
	}
	process->facts.known &= ~(uint32_t)(FACT_PGID | FACT_VPGID);
	process->facts.asked &= ~(uint32_t)SEED_IDS;
	if (!group || group == process->facts.vpid) {
		process->facts.pgid = process->pid;
		process->facts.vpgid =
			(process->facts.known & FACT_VPID) ? process->facts.vpid : process->pid;
		process->facts.known |= FACT_PGID | FACT_VPGID;
		process_changed(state, process);
		return;
	}
	process->facts.vpgid = group;
	process->facts.known |= FACT_VPGID;
	leader = group > 0 && group <= UINT32_MAX ? process_by_pid(state, (uint32_t)group) : NULL;
	if (leader && (leader->facts.known & FACT_VPID) && leader->facts.vpid == group) {
		process->facts.pgid = group;
		process->facts.known |= FACT_PGID;
	}
	process_changed(state, process);
}

/* chdir, fchdir, chroot: the text that the caller passed, made absolute. */
static void facts_set_folder(struct state *state, struct process *process, struct text **folder,
			     const struct event *event)
{
	int index = event_param_index(event->desc, "path");
	char text[PATH_TEXT_MAX];
	struct text *name;
	size_t len;
	int64_t fd;

	if (index >= 0) {
		if (event->path.data && event->path.len) {
			process_set_text(state, folder, event->path.data, event->path.len);
		} else {
			len = event_path_absolute(process, event, (size_t)index, text,
						  sizeof(text));
			process_set_text(state, folder, text, len);
		}
	} else if (event_param_int(event, "fd", &fd) == 0) {
		name = fd_table_name(process->fds, fd);
		process_set_text(state, folder, name ? name->data : NULL, name ? name->len : 0);
	}
	if (!*folder)
		process->facts.asked &= ~(uint32_t)(SEED_TEXT | SEED_ROOT);
	process_changed(state, process);
}

static void facts_set_limit(struct process *process, const struct event *event, const char *param)
{
	int64_t resource, pid;

	if (event_param_int(event, "resource", &resource) < 0 || resource != CAPTURE_RLIMIT_NOFILE)
		return;
	if (event_param_int(event, "pid", &pid) == 0 && pid && pid != process->pid)
		return;
	facts_take(&process->facts, FACT_FD_LIMIT, event, param, &process->facts.fd_limit);
}

void facts_call(struct state *state, struct process *process, const struct event *event)
{
	struct facts *facts = &process->facts;

	if (event->prefix.ret < 0)
		return;
	switch (event->desc->code) {
	case EVENT_CODE_SYSCALL_CLONE_20_X:
	case EVENT_CODE_SYSCALL_FORK_20_X:
	case EVENT_CODE_SYSCALL_VFORK_20_X:
	case EVENT_CODE_SYSCALL_CLONE3_X:
		/* Ids that it has for life. */
		if ((facts->known & FACT_VPID) && (facts->known & FACT_PIDNS))
			return;
		facts_take(facts, FACT_VPID, event, "vpid", &facts->vpid);
		facts_take_u64(facts, FACT_PIDNS, event, "pidns_init_start_ts",
			       &facts->pidns_start_ns);
		break;
	case EVENT_CODE_SYSCALL_SETSID_X: facts_setsid(process, event); break;
	case EVENT_CODE_SYSCALL_SETPGID_X: facts_setpgid(state, process, event); return;
	case EVENT_CODE_SYSCALL_CHDIR_X:
	case EVENT_CODE_SYSCALL_FCHDIR_X:
		facts_set_folder(state, process, &process->cwd, event);
		return;
	case EVENT_CODE_SYSCALL_CHROOT_X:
		facts_set_folder(state, process, &facts->root, event);
		return;
	case EVENT_CODE_SYSCALL_SETGID_X: facts_set_gid(facts, event, "gid"); break;
	case EVENT_CODE_SYSCALL_SETREGID_X:
	case EVENT_CODE_SYSCALL_SETRESGID_X: facts_set_gid(facts, event, "egid"); break;
	case EVENT_CODE_SYSCALL_SETUID_X:
	case EVENT_CODE_SYSCALL_SETREUID_X:
	case EVENT_CODE_SYSCALL_SETRESUID_X:
		/* The kernel takes capabilities away, or gives them back. */
		facts->known &= ~(uint32_t)FACT_CAPS;
		facts->asked &= ~(uint32_t)SEED_IDS;
		break;
	case EVENT_CODE_SYSCALL_CAPSET_X:
		facts_take_u64(facts, FACT_CAPS, event, "cap_inheritable", &facts->cap_inheritable);
		facts_take_u64(facts, FACT_CAPS, event, "cap_permitted", &facts->cap_permitted);
		facts_take_u64(facts, FACT_CAPS, event, "cap_effective", &facts->cap_effective);
		break;
	case EVENT_CODE_SYSCALL_SETRLIMIT_X: facts_set_limit(process, event, "cur"); break;
	case EVENT_CODE_SYSCALL_PRLIMIT_X: facts_set_limit(process, event, "newcur"); break;
	default: return;
	}
	process_changed(state, process);
}

static void facts_seed_ids(struct process *process, const struct process_seed *seed)
{
	struct facts *facts = &process->facts;
	uint32_t missing = ~facts->known;

	if (missing & FACT_SID)
		facts->sid = seed->sid;
	if (missing & FACT_PGID)
		facts->pgid = seed->pgid;
	if (missing & FACT_VPGID)
		facts->vpgid = seed->vpgid;
	if (missing & FACT_VPID)
		facts->vpid = seed->vpid;
	if (missing & FACT_TTY)
		facts->tty = seed->tty;
	if (missing & FACT_GID)
		facts->gid = seed->gid;
	if (missing & FACT_CAPS) {
		facts->cap_inheritable = seed->cap_inheritable;
		facts->cap_permitted = seed->cap_permitted;
		facts->cap_effective = seed->cap_effective;
	}
	if (!process->vm_bytes)
		process->vm_bytes = seed->vm_size_kb * 1024;
	if (!process->rss_bytes)
		process->rss_bytes = seed->vm_rss_kb * 1024;
	facts->faults_major = seed->major_faults;
	facts->faults_minor = seed->minor_faults;
	facts->swap_kb = seed->vm_swap_kb;
	facts->known |= FACT_SID | FACT_PGID | FACT_VPGID | FACT_VPID | FACT_TTY | FACT_GID |
			FACT_CAPS | FACT_FAULTS | FACT_SWAP;
	if ((missing & FACT_PIDNS) && seed->pidns_init_start_ns) {
		facts->pidns_start_ns = seed->pidns_init_start_ns;
		facts->known |= FACT_PIDNS;
	}
}

void facts_seed(struct state *state, struct process *process, const struct process_seed *seed)
{
	struct facts *facts = &process->facts;

	facts->asked |= seed->parts;
	if (seed->parts & SEED_IDS)
		facts_seed_ids(process, seed);
	if ((seed->parts & SEED_LOGIN) && !(facts->known & FACT_LOGINUID)) {
		facts->loginuid = seed->loginuid;
		facts->known |= FACT_LOGINUID;
	}
	if ((seed->parts & SEED_EXE_FILE) && !(facts->known & FACT_EXE_FILE)) {
		facts->exe_flags = seed->exe_flags;
		facts->exe_ino = seed->exe_ino;
		facts->exe_ctime_ns = seed->exe_ino_ctime_ns;
		facts->exe_mtime_ns = seed->exe_ino_mtime_ns;
		facts->known |= FACT_EXE_FILE;
	}
	if ((seed->parts & SEED_LIMITS) && !(facts->known & FACT_FD_LIMIT)) {
		facts->fd_limit = seed->fd_limit;
		facts->known |= FACT_FD_LIMIT;
	}
	if ((seed->parts & SEED_ENV) && !facts->env && seed->env_len <= sizeof(seed->env))
		process_set_text(state, &facts->env, seed->env, seed->env_len);
	if ((seed->parts & SEED_CGROUP) && !facts->cgroups &&
	    seed->cgroups_len <= sizeof(seed->cgroups))
		process_set_text(state, &facts->cgroups, seed->cgroups, seed->cgroups_len);
	if ((seed->parts & SEED_ROOT) && !facts->root && seed->root_len <= sizeof(seed->root))
		process_set_text(state, &facts->root, seed->root, seed->root_len);
}

void facts_want(struct state *state, struct process *process, unsigned parts)
{
	struct process_seed seed;

	parts &= ~process->facts.asked;
	if (!parts || !state->source.process_seed ||
	    (process->flags & (PROCESS_F_DEAD | PROCESS_F_KTHREAD)))
		return;
	process->facts.asked |= parts;
	process_seed_init(&seed);
	if (state->source.process_seed(state->source.ctx, process->pid, parts, &seed) == 0)
		process_seed_apply(state, process, &seed);
}

uint32_t facts_vtid(struct state *state, struct thread *thread)
{
	struct process_seed seed;

	if (!thread->vtid && state->source.process_seed) {
		process_seed_init(&seed);
		/* /proc has threads by their tid too. */
		if (state->source.process_seed(state->source.ctx, thread->tid, SEED_IDS, &seed) < 0)
			seed.vtid = 0;
		thread->vtid = seed.vtid ? seed.vtid : THREAD_NO_VTID;
	}
	return thread->vtid == THREAD_NO_VTID ? 0 : thread->vtid;
}
