/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts on cgroups, see container_wanted.h. A verdict is kept in the cgroup's entry until
 * something is told that could change it: a name, or that there is none.
 */
#include "container_wanted.h"
#include <string.h>
#include "container_table.h"
#include "tables.h"

#define HOST "host"

bool container_value_is_digits(const char *value)
{
	size_t len = strspn(value, "0123456789abcdef");

	return len >= CONTAINER_DIGITS_MIN && len <= CONTAINER_HEX && !value[len];
}

static bool is_named(const struct container *container, const char *value)
{
	return container->info && container->info->name &&
	       strcmp(container->info->name, value) == 0;
}

/* Digits that are also a container's name are that name. */
static bool is_a_name(const struct state *state, const char *value)
{
	const struct container *container;
	size_t at = 0;

	while ((container = hash_next(&state->containers.known, &at)))
		if (is_named(container, value))
			return true;
	return false;
}

static bool value_fits(const struct state *state, const struct container *container,
		       const char *value)
{
	const struct container_match *match = &container->match;

	if (!strcmp(match->id, value) || !strcmp(match->full_id, value) ||
	    is_named(container, value))
		return true;
	return match->full_id[0] && container_value_is_digits(value) &&
	       strncmp(match->full_id, value, strlen(value)) == 0 && !is_a_name(state, value);
}

/* One of the wanted is the container, or NULL: the host. */
static bool is_wanted(struct state *state, const struct container *container)
{
	struct container_wanted *wanted = &state->containers.wanted;
	bool fits_any = false;

	for (size_t i = 0; i < wanted->len; i++) {
		const char *value = wanted->values[i];
		bool is_host = strcmp(value, HOST) == 0;
		bool fits = container ? !is_host && value_fits(state, container, value) : is_host;

		wanted->found[i] |= fits;
		fits_any |= fits;
	}
	return fits_any;
}

/* The containers around a cgroup, the innermost first; NULL: none, or not known. */
static struct text *cgroup_container(const struct container_cgroup *cgroup, size_t depth)
{
	return depth ? cgroup->outer[depth - 1] : cgroup->id;
}

static enum container_verdict judge(struct state *state, struct container_cgroup *cgroup)
{
	bool wanted = !state->containers.wanted.len, contained = false;

	if (!cgroup->id)
		return wanted ? CONTAINER_IN : CONTAINER_UNKNOWN;
	for (size_t depth = 0; depth < CONTAINER_NESTED_MAX; depth++) {
		const struct text *id = cgroup_container(cgroup, depth);
		const struct container *container = container_find(state, id);

		if (!container)
			continue;
		if (container_is_sought(state, container))
			return CONTAINER_PENDING;
		contained = true;
		wanted |= is_wanted(state, container);
	}
	if (!contained)
		wanted |= is_wanted(state, NULL);
	return wanted ? CONTAINER_IN : CONTAINER_OUT;
}

/* Asks for what is sought; with a process at hand more can be found. */
static void seek(struct state *state, const struct container_cgroup *cgroup, uint32_t pid)
{
	for (size_t depth = 0; depth < CONTAINER_NESTED_MAX; depth++) {
		struct text *id = cgroup_container(cgroup, depth);

		if (id && id->len)
			container_seek(state, id, depth ? 0 : pid);
	}
}

static enum container_verdict judge_entry(struct state *state, struct container_cgroup *cgroup,
					  uint32_t pid)
{
	if (cgroup->judged != state->containers.told || cgroup->verdict == CONTAINER_PENDING ||
	    (pid && !cgroup->met)) {
		seek(state, cgroup, pid);
		cgroup->met |= pid != 0;
		cgroup->verdict = judge(state, cgroup);
		cgroup->judged = state->containers.told;
	}
	return cgroup->verdict;
}

enum container_verdict state_judge_cgroup(struct state *state, uint64_t cgroup_id, uint32_t pid,
					  enum state_news *ret_news)
{
	struct container_cgroup *cgroup = container_cgroup_ask(state, cgroup_id, pid);
	enum container_verdict verdict;

	if (!cgroup)
		return state->containers.wanted.len ? CONTAINER_UNKNOWN : CONTAINER_IN;
	verdict = judge_entry(state, cgroup, pid);
	if (ret_news) {
		*ret_news = cgroup->is_told && cgroup->told == verdict ? STATE_OLD : STATE_NEW;
		cgroup->told = verdict;
		cgroup->is_told = true;
	}
	return verdict;
}

enum container_verdict state_judge_now(struct state *state, uint64_t cgroup_id, uint32_t pid)
{
	enum container_verdict verdict = state_judge_cgroup(state, cgroup_id, pid, NULL);
	const struct container_cgroup *cgroup;

	if (verdict != CONTAINER_PENDING)
		return verdict;
	cgroup = container_cgroup_find(state, cgroup_id);
	for (size_t depth = 0; cgroup && depth < CONTAINER_NESTED_MAX; depth++)
		container_give_up(state, cgroup_container(cgroup, depth));
	return state_judge_cgroup(state, cgroup_id, pid, NULL);
}

const char *state_awaited_container(const struct state *state)
{
	const struct container_wanted *wanted = &state->containers.wanted;

	for (size_t i = 0; i < wanted->len; i++)
		if (!wanted->found[i])
			return wanted->values[i];
	return NULL;
}
