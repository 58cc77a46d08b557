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
	/* ptrace(2): SETOPTIONS and SEIZE take options. */
	{ .call = "ptrace",
	  .args = 1u << 3,
	  .by = 0,
	  .mask = UINT32_MAX,
	  .values = { 0x4200, 0x4206 },
	  .values_len = 2 },
	/* What semget(2) has a name for. */
	{ .call = "semget",
	  .args = 1u << 0,
	  .by = 0,
	  .mask = UINT32_MAX,
	  .values = { 0 },
	  .values_len = 1 },
	/* prctl(2): what has names: signals, modes of seccomp, capabilities. */
	{ .call = "prctl",
	  .args = 1u << 1,
	  .by = 0,
	  .mask = UINT32_MAX,
	  .values = { 1, 22, 23, 24, 47 },
	  .values_len = 5 },
	/* Seccomp, MCE_KILL, SET_MM, CAP_AMBIENT, speculation, SCHED_CORE, SET_VMA. */
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
			return true;
	return false;
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

	if (!rule)
		return false;
	*ret_condition = (struct extra_condition){ .by = rule->by, .mask = rule->mask };
	for (size_t i = 0; i < rule->values_len; i++)
		if (rule->values[i] < 32)
			ret_condition->bits |= 1u << rule->values[i];
	return true;
}

int event_extra_param(const struct event *event, int extra)
{
	return event_param_index(event->desc, event->syscall->args[extra].name);
}

static bool has_name(const struct flag_set *set, const char *name)
{
	for (size_t i = 0; i < set->values_len; i++)
		if (strcmp(set->values[i].name, name) == 0)
			return true;
	return false;
}

/* Whether a value of the kernel's set is one that the set of the event's parameter cannot say. */
static bool says_more(const struct flag_set *native, const struct flag_set *capture, uint32_t value)
{
	uint32_t field = value & native->field, rest = value & ~native->field;
	bool field_known = false;

	for (size_t i = 0; i < native->values_len; i++) {
		uint32_t bits = native->values[i].value;
		bool in_field = native->field && (bits & ~native->field) == 0;

		if (in_field ? bits != field || field_known : !bits || (rest & bits) != bits)
			continue;
		if (!has_name(capture, native->values[i].name))
			return true;
		field_known |= in_field;
		rest &= ~bits;
	}
	return rest || (native->field && field && !field_known);
}

/*
 * Where the call wrote nothing the address alone is no news; nor beside the event's fds, nor where
 * the command takes nothing that is known.
 */
static bool is_data_alone(const struct arg_desc *arg)
{
	return arg->written || arg->type == ARG_TYPE_POLLFDS ||
	       (arg->type > ARG_TYPE_PTR && arg_type_shape(arg->type)->unit == ARG_COUNT_REQUEST);
}

static bool means_something(const struct event *event, int index)
{
	const struct extra_rule *rule = rule_of(event->syscall, (size_t)index);
	const struct arg_desc *arg = &event->syscall->args[index];
	int param = event_extra_param(event, index);

	if (!event->arg_data[index].data && is_data_alone(arg))
		return false;
	if (param >= 0 && arg->flags && event->desc->params[param].flags)
		return says_more(arg->flags, event->desc->params[param].flags,
				 (uint32_t)event->prefix.args[index]);
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

int event_param_extra(const struct event *event, size_t index)
{
	for (int i = event_extra_next(event, -1); i >= 0; i = event_extra_next(event, i))
		if (event_extra_param(event, i) == (int)index)
			return i;
	return -1;
}
