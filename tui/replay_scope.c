/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_scope.h"

#include <string.h>

void replay_scope_init(struct replay_scope *scope, const struct probe_scope *wanted,
		       struct memory *memory)
{
	*scope = (struct replay_scope){ .wanted = *wanted, .memory = memory };
	hash_init(&scope->members, memory);
}

void replay_scope_release(struct replay_scope *scope)
{
	hash_release(&scope->members);
}

bool replay_scope_is_everything(const struct replay_scope *scope)
{
	const struct probe_scope *wanted = &scope->wanted;

	return !wanted->pids_len && !wanted->by_cgroup && !wanted->euids_len && !wanted->comms_len;
}

static bool is_listed(const struct probe_scope *wanted, uint32_t pid)
{
	for (size_t i = 0; i < wanted->pids_len; i++)
		if ((uint32_t)wanted->pids[i] == pid)
			return true;
	return false;
}

/* By pid, and by descent from one that is in. */
static bool has_pid(struct replay_scope *scope, const struct replay_who *who)
{
	const struct probe_scope *wanted = &scope->wanted;

	if (!wanted->pids_len || hash_get(&scope->members, who->pid, 0))
		return true;
	if (!is_listed(wanted, who->pid) &&
	    !(wanted->children &&
	      (hash_get(&scope->members, who->ppid, 0) || is_listed(wanted, who->ppid))))
		return false;
	/* Without memory its children are asked for by their parent's number alone. */
	hash_put(&scope->members, who->pid, 0, scope);
	return true;
}

static bool has_user(const struct probe_scope *wanted, uint32_t euid)
{
	for (size_t i = 0; i < wanted->euids_len; i++)
		if (wanted->euids[i] == euid)
			return true;
	return !wanted->euids_len;
}

static bool has_comm(const struct probe_scope *wanted, const char *comm)
{
	for (size_t i = 0; i < wanted->comms_len; i++)
		if (strncmp(wanted->comms[i], comm, RECORD_COMM_LEN - 1) == 0)
			return true;
	return !wanted->comms_len;
}

bool replay_scope_has(struct replay_scope *scope, const struct replay_who *who)
{
	bool in_tree = has_pid(scope, who);

	return in_tree && has_user(&scope->wanted, who->euid) &&
	       has_comm(&scope->wanted, who->comm);
}

void replay_scope_forget(struct replay_scope *scope, uint32_t pid)
{
	hash_remove(&scope->members, pid, 0);
}
