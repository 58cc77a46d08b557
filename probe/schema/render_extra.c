/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which arguments of a call are shown besides what its own event says. Some mean something to some
 * operations alone: of others the register holds whatever was in it before.
 */
#include "render.h"

#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define VALUES_MAX 12

/* Arguments of a call that mean something only when argument `by`, masked, is one of the values. */
static const struct extra_rule {
	const char *call;
	uint8_t args; /* bit a: argument a */
	uint8_t by;
	uint32_t mask;
	uint32_t values[VALUES_MAX];
	uint8_t values_len;
	bool except; /* one of the values: it says no more than the event */
} rules[] = {
	/* futex(2), operations of include/uapi/linux/futex.h. */
	{ .call = "futex",
	  .args = 1u << 3,
	  .by = 1,
	  .mask = 0x7f,
	  .values = { 0, 6, 9, 11, 13 },
	  .values_len = 5 },
	{ .call = "futex",
	  .args = 1u << 4,
	  .by = 1,
	  .mask = 0x7f,
	  .values = { 3, 4, 5, 11, 12 },
	  .values_len = 5 },
	{ .call = "futex",
	  .args = 1u << 5,
	  .by = 1,
	  .mask = 0x7f,
	  .values = { 4, 5, 9, 10, 12 },
	  .values_len = 5 },
	/* The event has the names of SOL_SOCKET. */
	{ .call = "setsockopt",
	  .args = 1u << 2,
	  .by = 1,
	  .mask = UINT32_MAX,
	  .values = { 1 },
	  .values_len = 1,
	  .except = true },
	{ .call = "getsockopt",
	  .args = 1u << 2,
	  .by = 1,
	  .mask = UINT32_MAX,
	  .values = { 1 },
	  .values_len = 1,
	  .except = true },
	/* prctl(2): seccomp, MCE_KILL, SET_MM, CAP_AMBIENT, speculation, SCHED_CORE, SET_VMA. */
	{ .call = "prctl",
	  .args = 1u << 2,
	  .by = 0,
	  .mask = UINT32_MAX,
	  .values = { 22, 33, 35, 47, 52, 53, 62, 0x53564d41 },
	  .values_len = 8 },
	{ .call = "prctl",
	  .args = 1u << 3 | 1u << 4,
	  .by = 0,
	  .mask = UINT32_MAX,
	  .values = { 35, 62, 0x53564d41 },
	  .values_len = 3 },
};

static bool rule_accepts(const struct extra_rule *rule, const struct event *event)
{
	uint32_t value = (uint32_t)event->prefix.args[rule->by] & rule->mask;

	for (size_t i = 0; i < rule->values_len; i++)
		if (rule->values[i] == value)
			return !rule->except;
	return rule->except;
}

static const struct extra_rule *rule_of(const struct syscall_desc *call, size_t index)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].args >> index & 1 && strcmp(rules[i].call, call->name) == 0)
			return &rules[i];
	return NULL;
}

bool event_extra_condition(const struct syscall_desc *call, size_t index,
			   struct extra_condition *ret_condition)
{
	const struct extra_rule *rule = rule_of(call, index);

	if (!rule || rule->except)
		return false;
	*ret_condition = (struct extra_condition){ .by = rule->by, .mask = rule->mask };
	for (size_t i = 0; i < rule->values_len; i++)
		if (rule->values[i] < 32)
			ret_condition->bits |= 1u << rule->values[i];
	return true;
}

static bool means_something(const struct event *event, int index)
{
	const struct extra_rule *rule = rule_of(event->syscall, (size_t)index);

	/* Where the call wrote nothing the address alone is no news. */
	if (event->syscall->args[index].out && !event->arg_data[index].data)
		return false;
	return !rule || rule_accepts(rule, event);
}

bool event_has_registers(const struct event *event)
{
	const unsigned without = RECORD_F_FOREIGN | RECORD_F_URING | RECORD_F_CHILD;

	return event->syscall && event->prefix.nr >= 0 && !(event->prefix.flags & without) &&
	       event->desc->code == event->syscall->exit_event;
}

int event_extra_next(const struct event *event, int after)
{
	if (!event_has_registers(event))
		return -1;
	for (int i = after + 1; i < event->syscall->args_len; i++)
		if (event->syscall->args[i].extra && means_something(event, i))
			return i;
	return -1;
}
