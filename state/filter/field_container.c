/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container.*, k8s.*: the container of the process and what its runtime says of it. On the host
 * the id, name and type are "host"; what a runtime has not said yet has no value.
 */
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include "field_getters.h"
#include "state/container_table.h"
#include "state/tables.h"

/* The id, "" on the host; NULL: the process is not known. */
static const struct text *container_text(const struct filter_event *event)
{
	return event->process ? container_of_event(event->state, event->process,
						   event->event->prefix.cgroup_id)
			      : NULL;
}

const struct container *field_container(const struct filter_event *event)
{
	const struct text *id = container_text(event);

	return id && id->len ? container_find(event->state, id) : NULL;
}

static const struct container_info *info_of(const struct filter_event *event)
{
	const struct container *container = field_container(event);

	return container ? container->info : NULL;
}

static bool is_on_host(const struct filter_event *event)
{
	const struct text *id = container_text(event);

	return id && !id->len;
}

GETTER(container_id)
{
	const struct text *id = container_text(event);

	if (!id)
		return 0;
	return id->len ? field_put_interned(values, id) : field_put_static(values, "host");
}

GETTER(container_full_id)
{
	const struct container *container = field_container(event);

	if (!container)
		return is_on_host(event) ? field_put_static(values, "host") : 0;
	return container->match.full_id[0] ? field_put_static(values, container->match.full_id)
					   : field_put_static(values, container->match.id);
}

GETTER(container_name)
{
	const struct container *container = field_container(event);

	if (!container)
		return is_on_host(event) ? field_put_static(values, "host") : 0;
	/* Names that are ids are known without their runtime. */
	if (!container->name && !container->match.full_id[0])
		return field_put_static(values, container->match.id);
	return field_put_interned(values, container->name);
}

GETTER(container_type)
{
	const struct container *container = field_container(event);

	if (!container)
		return is_on_host(event) ? field_put_static(values, "host") : 0;
	return field_put_static(values, container_engine_name(container->match.engine));
}

GETTER(container_image)
{
	const struct container *container = field_container(event);

	return container ? field_put_interned(values, container->image) : 0;
}

/* Getters of one text that the runtime says. */
#define OF_INFO(name, member)                                             \
	GETTER(name)                                                      \
	{                                                                 \
		const struct container_info *info = info_of(event);       \
                                                                          \
		return info ? field_put_static(values, info->member) : 0; \
	}

OF_INFO(container_image_id, image_id)
OF_INFO(container_image_repository, repository)
OF_INFO(container_image_tag, tag)
OF_INFO(container_image_digest, digest)
OF_INFO(container_ip, ip)
OF_INFO(container_healthcheck, healthcheck)
OF_INFO(container_liveness_probe, liveness_probe)
OF_INFO(container_readiness_probe, readiness_probe)
OF_INFO(container_cni_json, cni_json)
OF_INFO(k8s_pod_name, pod_name)
OF_INFO(k8s_pod_uid, pod_uid)
OF_INFO(k8s_ns_name, pod_namespace)
OF_INFO(k8s_full_sandbox_id, sandbox_id)

/* A container of a pod has the pod's address. */
GETTER(k8s_pod_ip)
{
	const struct container_info *info = info_of(event);

	return info && (info->pod_name || info->sandbox_id) ? field_put_static(values, info->ip)
							    : 0;
}

GETTER(k8s_sandbox_id)
{
	const struct container_info *info = info_of(event);

	return info && info->sandbox_id
		       ? field_put_text(values, info->sandbox_id, strnlen(info->sandbox_id, 12))
		       : 0;
}

GETTER(container_privileged)
{
	const struct container_info *info = info_of(event);

	return info && info->privileged_known ? field_put_bool(values, info->privileged) : 0;
}

#define OF_NAMESPACE(name, member)                                                          \
	GETTER(name)                                                                        \
	{                                                                                   \
		const struct container_info *info = info_of(event);                         \
                                                                                            \
		return info && info->host_known ? field_put_bool(values, info->member) : 0; \
	}

OF_NAMESPACE(container_host_pid, host_pid)
OF_NAMESPACE(container_host_network, host_network)
OF_NAMESPACE(container_host_ipc, host_ipc)

/*
 * When the first process of its own pid namespace started; where it has none of its own, when its
 * runtime made it. 0: not known.
 */
static uint64_t start_ts(struct filter_event *event)
{
	const struct container_info *info = info_of(event);
	const struct facts *facts = NULL;

	if (!field_container(event))
		return 0;
	if (!info || !info->host_known || !info->host_pid)
		facts = field_facts(event, FACT_PIDNS, SEED_IDS);
	if (facts && facts->pidns_start_ns)
		return facts->pidns_start_ns;
	return info ? info->created_ns : 0;
}

GETTER(container_start_ts)
{
	uint64_t start = start_ts(event);

	return start ? field_put_time(values, FIELD_ABSTIME, start) : 0;
}

GETTER(container_duration)
{
	uint64_t start = start_ts(event), now = event->event->ts_ns;

	return start ? field_put_time(values, FIELD_RELTIME, now > start ? now - start : 0) : 0;
}

static int put_label(const struct container_label *labels, size_t len, const char *key,
		     struct field_value *values)
{
	for (size_t i = 0; i < len; i++)
		if (!strcmp(labels[i].key, key))
			return field_put_static(values, labels[i].value);
	return 0;
}

GETTER(container_label)
{
	const struct container_info *info = info_of(event);

	return info ? put_label(info->labels, info->labels_len, ref->key, values) : 0;
}

GETTER(k8s_pod_label)
{
	const struct container_info *info = info_of(event);

	return info ? put_label(info->pod_labels, info->pod_labels_len, ref->key, values) : 0;
}

/* An item of a list as text; the length that it has, whatever fits. */
typedef int (*item_print)(const struct container_info *info, size_t index, char *text, size_t size);

static int print_label(const struct container_info *info, size_t index, char *text, size_t size)
{
	return snprintf(text, size, "%s:%s", info->labels[index].key, info->labels[index].value);
}

static int print_pod_label(const struct container_info *info, size_t index, char *text, size_t size)
{
	return snprintf(text, size, "%s:%s", info->pod_labels[index].key,
			info->pod_labels[index].value);
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static int print_mount(const struct container_info *info, size_t index, char *text, size_t size)
{
	const struct container_mount *mount = &info->mounts[index];

	return snprintf(text, size, "%s:%s:%s:%s:%s", or_empty(mount->source),
			or_empty(mount->destination), or_empty(mount->mode),
			mount->rdwr ? "true" : "false", or_empty(mount->propagation));
}

/* Items [first, end) joined by commas. */
struct item_range {
	size_t first, end;
};
static size_t put_items(struct filter_event *event, struct item_range range, item_print print,
			struct field_value *value)
{
	const struct container_info *info = info_of(event);
	size_t len = 0, at = 0, i;
	char *text;

	for (i = range.first; i < range.end; i++)
		len += (size_t)print(info, i, NULL, 0) + 1;
	text = filter_event_alloc(event, len + 1);
	if (!text)
		return 0;
	for (i = range.first; i < range.end; i++) {
		if (at)
			text[at++] = ',';
		at += (size_t)print(info, i, text + at, len + 1 - at);
	}
	return field_put_text(value, text, at);
}

GETTER(container_labels)
{
	const struct container_info *info = info_of(event);

	return info ? put_items(event, (struct item_range){ 0, info->labels_len }, print_label,
				values)
		    : 0;
}

GETTER(k8s_pod_labels)
{
	const struct container_info *info = info_of(event);

	return info && info->pod_labels_len
		       ? put_items(event, (struct item_range){ 0, info->pod_labels_len },
				   print_pod_label, values)
		       : 0;
}

GETTER(container_mounts)
{
	const struct container_info *info = info_of(event);

	return info ? put_items(event, (struct item_range){ 0, info->mounts_len }, print_mount,
				values)
		    : 0;
}

/* Which end of a mount the argument is about. */
enum mount_key { MOUNT_BY_SOURCE, MOUNT_BY_DESTINATION };

/* A mount by number, or the first one that the argument, a regular expression, finds itself in. */
static const struct container_mount *mount_find(const struct filter_event *event,
						const struct field_ref *ref, enum mount_key by)
{
	const struct container_info *info = info_of(event);
	const struct container_mount *found = NULL;
	regex_t regex;
	size_t i;

	if (!info)
		return NULL;
	if (ref->index >= 0)
		return (uint64_t)ref->index < info->mounts_len ? &info->mounts[ref->index] : NULL;
	if (regcomp(&regex, ref->key, REG_EXTENDED | REG_NOSUB) != 0)
		return NULL;
	for (i = 0; i < info->mounts_len && !found; i++) {
		const char *end = by == MOUNT_BY_SOURCE ? info->mounts[i].source
							: info->mounts[i].destination;

		if (end && regexec(&regex, end, 0, NULL, 0) == 0)
			found = &info->mounts[i];
	}
	regfree(&regex);
	return found;
}

GETTER(container_mount)
{
	const struct container_mount *mount = mount_find(event, ref, MOUNT_BY_SOURCE);

	struct item_range one;

	if (!mount)
		return 0;
	one.first = (size_t)(mount - info_of(event)->mounts);
	one.end = one.first + 1;
	return put_items(event, one, print_mount, values);
}

GETTER(container_mount_source)
{
	const struct container_mount *mount = mount_find(event, ref, MOUNT_BY_DESTINATION);

	return mount ? field_put_static(values, mount->source) : 0;
}

GETTER(container_mount_dest)
{
	const struct container_mount *mount = mount_find(event, ref, MOUNT_BY_SOURCE);

	return mount ? field_put_static(values, mount->destination) : 0;
}

GETTER(container_mount_mode)
{
	const struct container_mount *mount = mount_find(event, ref, MOUNT_BY_SOURCE);

	return mount ? field_put_static(values, mount->mode) : 0;
}

GETTER(container_mount_rdwr)
{
	const struct container_mount *mount = mount_find(event, ref, MOUNT_BY_SOURCE);

	return mount ? field_put_static(values, mount->rdwr ? "true" : "false") : 0;
}

GETTER(container_mount_propagation)
{
	const struct container_mount *mount = mount_find(event, ref, MOUNT_BY_SOURCE);

	return mount ? field_put_static(values, mount->propagation) : 0;
}

/* Is the command line, with a space between its words, or what a shell is to run, that text? */
static bool is_command(const struct text *words, const char *command)
{
	const char *word = words->data, *end = words->data + words->len, *at = command;
	const char *option = word + strnlen(word, words->len) + 1;
	const char *script =
		option < end ? option + strnlen(option, (size_t)(end - option)) + 1 : end;

	/* Words have their NULs. */
	if (script < end && !strcmp(option, "-c") && !strcmp(script, command))
		return true;
	for (; word < end; word += strlen(word) + 1) {
		size_t len = strlen(word);

		if (at != command && *at++ != ' ')
			return false;
		if (strncmp(at, word, len) != 0)
			return false;
		at += len;
	}
	return !*at;
}

#define PROBE_ANCESTORS 32

/*
 * A runtime starts probes from outside: the process, or one that it descends from, is the command,
 * and none of these was made by the container's own first process.
 */
static int put_probe(struct filter_event *event, const char *command, struct field_value *values)
{
	const struct text *id = container_text(event);
	struct process *process = event->process;
	bool found = false;

	if (!id)
		return 0;
	for (int i = 0; command && process && process->container == id && i < PROBE_ANCESTORS;
	     i++) {
		facts_want(event->state, process, SEED_TEXT | SEED_IDS);
		if ((process->facts.known & FACT_VPID) && process->facts.vpid == 1)
			return field_put_bool(values, false);
		found |= process->facts.words && process->facts.words->len &&
			 is_command(process->facts.words, command);
		process = process_parent(event->state, process);
	}
	return field_put_bool(values, found);
}

#define IS_PROBE(name, member)                                               \
	GETTER(name)                                                         \
	{                                                                    \
		const struct container_info *info = info_of(event);          \
                                                                             \
		return put_probe(event, info ? info->member : NULL, values); \
	}

IS_PROBE(proc_is_container_healthcheck, healthcheck)
IS_PROBE(proc_is_container_liveness_probe, liveness_probe)
IS_PROBE(proc_is_container_readiness_probe, readiness_probe)
