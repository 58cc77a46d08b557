/* SPDX-License-Identifier: Apache-2.0 */
/* thread.*: capabilities, faults, CPU and cgroups. */
#include <string.h>
#include "field_getters.h"
#include "state/tables.h"

/* Names of the bits of a capability set (include/uapi/linux/capability.h). */
static size_t put_capabilities(struct filter_event *event, uint64_t bits, struct field_value *value)
{
	static const char *const names[] = {
#define CAPABILITY(bit, name) [bit] = (name),
#include "capabilities.def"
	};
	char *text = filter_event_alloc(event, sizeof(names) / sizeof(names[0]) * 32);
	size_t len = 0, i;

	if (!text)
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(bits >> i & 1))
			continue;
		if (len)
			text[len++] = ' ';
		memcpy(text + len, names[i], strlen(names[i]));
		len += strlen(names[i]);
	}
	return field_put_text(value, text, len);
}

GETTER(thread_cap_permitted)
{
	const struct facts *facts = field_facts(event, FACT_CAPS, SEED_IDS);

	return facts ? put_capabilities(event, facts->cap_permitted, values) : 0;
}

GETTER(thread_cap_inheritable)
{
	const struct facts *facts = field_facts(event, FACT_CAPS, SEED_IDS);

	return facts ? put_capabilities(event, facts->cap_inheritable, values) : 0;
}

GETTER(thread_cap_effective)
{
	const struct facts *facts = field_facts(event, FACT_CAPS, SEED_IDS);

	return facts ? put_capabilities(event, facts->cap_effective, values) : 0;
}

GETTER(thread_pfmajor)
{
	const struct facts *facts = field_facts(event, FACT_FAULTS, SEED_IDS);

	return facts ? field_put_u64(values, facts->faults_major) : 0;
}

GETTER(thread_pfminor)
{
	const struct facts *facts = field_facts(event, FACT_FAULTS, SEED_IDS);

	return facts ? field_put_u64(values, facts->faults_minor) : 0;
}

GETTER(thread_tid)
{
	return field_put_i64(values, (int64_t)event->event->tid);
}

static bool is_main(const struct filter_event *event)
{
	return event->event->tid == event->event->prefix.pid;
}

GETTER(thread_ismain)
{
	return field_put_bool(values, is_main(event));
}

/* Of threads beside the main one an event tells it, or that the process is in no namespace. */
GETTER(thread_vtid)
{
	const struct facts *facts = field_facts(event, FACT_VPID, SEED_IDS);
	int64_t vtid;

	if (facts && (is_main(event) || facts->vpid == event->process->pid))
		return field_put_i64(values,
				     is_main(event) ? facts->vpid : (int64_t)event->event->tid);
	if (event_param_int(event->event, "vtid", &vtid) == 0)
		return field_put_i64(values, vtid);
	vtid = event->thread ? facts_vtid(event->state, event->thread) : 0;
	return vtid ? field_put_i64(values, vtid) : 0;
}

GETTER(thread_exectime)
{
	uint64_t ns = event->event->prefix.duration_ns;

	return ns && !strcmp(event->event->desc->name, "switch")
		       ? field_put_time(values, FIELD_RELTIME, ns)
		       : 0;
}

GETTER(thread_totexectime)
{
	return event->thread ? field_put_time(values, FIELD_RELTIME, event->thread->cpu_ns) : 0;
}

GETTER(thread_cpu)
{
	if (!event->thread || !event->state->interval_ns)
		return 0;
	*values = (struct field_value){
		.type = FIELD_DOUBLE,
		.real = 100.0 * (double)event->thread->cpu_delta_ns /
			(double)event->state->interval_ns,
	};
	return 1;
}

/* Per cent in the second before, as procinfo events of captures say. */
static size_t put_procinfo(struct filter_event *event, const char *param, struct field_value *value)
{
	int64_t percent;

	if (event->event->desc->code != EVENT_CODE_PROCINFO_E ||
	    event_param_int(event->event, param, &percent) < 0)
		return 0;
	*value = (struct field_value){ .type = FIELD_DOUBLE, .real = (double)percent };
	return 1;
}

GETTER(thread_cpu_user)
{
	return put_procinfo(event, "cpu_usr", values);
}

GETTER(thread_cpu_system)
{
	return put_procinfo(event, "cpu_sys", values);
}

GETTER(thread_vmsize)
{
	if (!is_main(event))
		return field_put_u64(values, 0);
	return field_proc_vmsize_get(ref, event, values, max);
}

GETTER(thread_vmrss)
{
	if (!is_main(event))
		return field_put_u64(values, 0);
	return field_proc_vmrss_get(ref, event, values, max);
}

GETTER(thread_name)
{
	const char *comm = event->event->prefix.comm;

	return comm[0] ? field_put_text(values, comm, strnlen(comm, RECORD_COMM_LEN)) : 0;
}

static const struct text *cgroups_of(struct filter_event *event)
{
	if (!event->process)
		return NULL;
	if (!event->process->facts.cgroups)
		facts_want(event->state, event->process, SEED_CGROUP);
	return event->process->facts.cgroups;
}

GETTER(thread_cgroups)
{
	const struct text *cgroups = cgroups_of(event);
	size_t len, i;
	char *text;

	if (!cgroups)
		return 0;
	len = cgroups->len;
	while (len && !cgroups->data[len - 1])
		len--;
	text = filter_event_alloc(event, len + 1);
	if (!text)
		return 0;
	for (i = 0; i < len; i++)
		text[i] = cgroups->data[i] ? cgroups->data[i] : ' ';
	return field_put_text(values, text, len);
}

/* Is name one of the controllers "cpu,cpuacct"? */
static bool names_controller(const char *list, size_t len, const char *name)
{
	size_t name_len = strlen(name), at = 0;

	while (at < len) {
		const char *comma = memchr(list + at, ',', len - at);
		size_t one = comma ? (size_t)(comma - list) - at : len - at;

		if (one == name_len && !memcmp(list + at, name, name_len))
			return true;
		at += one + 1;
	}
	return false;
}

/* Of cgroup v2 there is one path for all controllers, written with an empty name. */
GETTER(thread_cgroup)
{
	const struct text *cgroups = cgroups_of(event);
	size_t at = 0, found = 0;

	while (cgroups && at < cgroups->len) {
		const char *entry = cgroups->data + at;
		size_t len = strnlen(entry, cgroups->len - at);
		const char *equals = memchr(entry, '=', len);
		size_t name = equals ? (size_t)(equals - entry) : len;

		at += len + 1;
		if (!equals)
			continue;
		if (names_controller(entry, name, ref->key))
			return field_put_text(values, equals + 1, len - name - 1);
		if (!name)
			found = field_put_text(values, equals + 1, len - 1);
	}
	return found;
}
