/* SPDX-License-Identifier: Apache-2.0 */
#include "scope_match.h"

#include <string.h>

bool scope_is_everything(const struct probe_scope *scope)
{
	return !scope->pids_len && !scope->cgroup_ids_len && !scope->euids_len && !scope->comms_len;
}

static bool match_euid(const struct probe_scope *scope, uint32_t euid)
{
	for (size_t i = 0; i < scope->euids_len; i++)
		if (scope->euids[i] == euid)
			return true;
	return scope->euids_len == 0;
}

static bool match_cgroup(const struct probe_scope *scope, uint64_t id)
{
	for (size_t i = 0; i < scope->cgroup_ids_len; i++)
		if (scope->cgroup_ids[i] == id)
			return true;
	return scope->cgroup_ids_len == 0;
}

static bool match_comm(const struct probe_scope *scope, const char *comm)
{
	for (size_t i = 0; i < scope->comms_len; i++)
		if (strncmp(scope->comms[i], comm, RECORD_COMM_LEN - 1) == 0)
			return true;
	return scope->comms_len == 0;
}

bool scope_match_task(const struct probe_scope *scope, const struct task_sample *task)
{
	return (!scope->pids_len || (task->flags & TASK_F_IN_SCOPE)) && match_euid(scope, task->euid) &&
	       match_cgroup(scope, task->cgroup_id) && match_comm(scope, task->leader_comm);
}

bool scope_match_exit(const struct probe_scope *scope, const struct task_exit *ended)
{
	return (!scope->pids_len || (ended->flags & TASK_F_IN_SCOPE)) && match_euid(scope, ended->euid) &&
	       match_cgroup(scope, ended->cgroup_id) && match_comm(scope, ended->leader_comm);
}
