/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules_private.h"
#include "state/filter/ast.h"
#include "state/filter/compile.h"
#include "state/filter/evset.h"
#include "state/filter/format.h"

int rules_new(size_t memory_bytes, size_t room, struct rules **ret_rules)
{
	struct rules *rules = calloc(1, sizeof(*rules));

	if (!rules)
		return -ENOMEM;
	atomic_init(&rules->refs, 1);
	rules->memory_bytes = memory_bytes;
	if (memory_new(memory_bytes, &rules->memory) < 0) {
		free(rules);
		return -ENOMEM;
	}
	arena_init(&rules->arena, rules->memory);
	rules->items = arena_alloc(&rules->arena, room * sizeof(*rules->items));
	rules->by_id = arena_alloc(&rules->arena, room * sizeof(*rules->by_id));
	rules->ids = arena_alloc(&rules->arena, 3 * room * sizeof(*rules->ids));
	rules->before = arena_alloc(&rules->arena, room * sizeof(*rules->before));
	rules->set_costs = arena_alloc(&rules->arena, room * sizeof(*rules->set_costs));
	rules->below = arena_alloc(&rules->arena, room * sizeof(*rules->below));
	if (!rules->items || !rules->by_id || !rules->ids || !rules->before || !rules->set_costs ||
	    !rules->below || filter_set_new(memory_bytes, &rules->set) < 0) {
		rules_free(rules);
		return -ENOMEM;
	}
	memset(rules->before, 0, room * sizeof(*rules->before));
	*ret_rules = rules;
	return 0;
}

void rule_release(struct rule *rule)
{
	filter_ast_free(rule->ast);
	format_free(rule->format);
	format_free(rule->fields);
	for (size_t i = 0; i < rule->extras_len; i++)
		format_free(rule->extras[i].format);
	rule->ast = NULL;
	rule->format = rule->fields = NULL;
	rule->extras_len = 0;
}

struct rules *rules_ref(struct rules *rules)
{
	if (rules)
		atomic_fetch_add_explicit(&rules->refs, 1, memory_order_relaxed);
	return rules;
}

void rules_free(struct rules *rules)
{
	if (!rules || atomic_fetch_sub_explicit(&rules->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; rules->items && i < rules->len; i++)
		rule_release(&rules->items[i]);
	filter_set_free(rules->set);
	arena_release(&rules->arena);
	memory_unref(rules->memory);
	free(rules);
}

/* Of that name; most are where they were. */
static const struct rule *find_same(const struct rules *rules, size_t index, const char *name)
{
	if (index < rules->len && strcmp(rules->items[index].name, name) == 0)
		return &rules->items[index];
	for (size_t i = 0; i < rules->len; i++)
		if (strcmp(rules->items[i].name, name) == 0)
			return &rules->items[i];
	return NULL;
}

static struct rule_cost cost_of(const struct rules *rules, const struct rule *rule)
{
	struct rule_cost cost = rules->before[rule - rules->items];

	if (rule->id != UINT32_MAX) {
		const struct filter_cost *own = &rules->set_costs[rule->id];

		cost.evaluations += own->evaluations;
		cost.sampled += own->sampled;
		cost.sampled_ns += own->sampled_ns;
	}
	return cost;
}

void rules_costs(const struct rules *rules, struct rule_cost *ret_costs)
{
	filter_set_costs(rules->set, rules->set_costs);
	for (size_t i = 0; i < rules->len; i++)
		ret_costs[i] = cost_of(rules, &rules->items[i]);
}

void rules_inherit(struct rules *rules, const struct rules *before)
{
	filter_set_costs(before->set, before->set_costs);
	for (size_t i = 0; i < rules->len; i++) {
		const struct rule *same = find_same(before, i, rules->items[i].name);

		if (!same)
			continue;
		rules->items[i].hits = same->hits;
		rules->items[i].last_hit_ns = same->last_hit_ns;
		rules->before[i] = cost_of(before, same);
	}
}

void rules_forget(struct rules *rules)
{
	filter_set_forget(rules->set);
}

void rules_restart(struct rules *rules)
{
	filter_set_forget(rules->set);
	filter_set_costs(rules->set, rules->set_costs);
	for (size_t i = 0; i < rules->len; i++) {
		struct rule *rule = &rules->items[i];
		struct rule_cost own;

		rule->hits = rule->last_hit_ns = 0;
		rules->before[i] = (struct rule_cost){ .evaluations = 0 };
		own = cost_of(rules, rule);
		/* What the set goes on counting from, taken off. */
		rules->before[i] = (struct rule_cost){ .evaluations = -own.evaluations,
						       .sampled = -own.sampled,
						       .sampled_ns = -own.sampled_ns };
	}
}

size_t rules_len(const struct rules *rules)
{
	return rules->len;
}

const struct rule *rules_at(const struct rules *rules, size_t index)
{
	return &rules->items[index];
}

size_t rules_below_len(const struct rules *rules)
{
	return rules->below_len;
}

const struct rule_below *rules_below_at(const struct rules *rules, size_t index)
{
	return &rules->below[index];
}

void rules_kinds(const struct rules *rules, const struct rule *rule, struct filter_kinds *ret_kinds)
{
	if (rule->id != UINT32_MAX)
		*ret_kinds = *filter_set_events(rules->set, rule->id);
	else if (filter_ast_kinds(rule->ast, ret_kinds, NULL) < 0)
		filter_kinds_fill(ret_kinds);
}

/* Are the set's conditions those of the enabled rules in their order, and no others? */
static bool set_is_right(const struct rules *rules)
{
	uint32_t id = 0;

	for (size_t i = 0; i < rules->len; i++)
		if (rules->items[i].enabled && rules->items[i].id != id++)
			return false;
	return id == filter_set_len(rules->set);
}

static int set_fill(struct rules *rules, struct filter_set *set)
{
	const struct filter_compile_opts opts = { .port = rules->port, .host = rules->host };

	for (size_t i = 0; i < rules->len; i++) {
		struct rule *rule = &rules->items[i];
		int rc;

		rule->id = UINT32_MAX;
		if (!rule->enabled)
			continue;
		/* It compiled before, so only memory can be missing. */
		rc = filter_compile(set, rule->ast, &opts, &rule->id, NULL);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int rules_defaults_last(struct rules *rules)
{
	struct rule *defaults = malloc((rules->len + 1) * sizeof(*defaults));
	size_t len = 0, kept = 0;

	if (!defaults)
		return -ENOMEM;
	for (size_t i = 0; i < rules->len; i++) {
		if (rules->items[i].is_default)
			defaults[len++] = rules->items[i];
		else
			rules->items[kept++] = rules->items[i];
	}
	memcpy(&rules->items[kept], defaults, len * sizeof(*defaults));
	free(defaults);
	return 0;
}

int rules_prepare(struct rules *rules)
{
	struct filter_set *set;
	int rc;

	if (!set_is_right(rules)) {
		rc = filter_set_new(rules->memory_bytes, &set);
		if (rc < 0)
			return rc;
		rc = set_fill(rules, set);
		if (rc < 0) {
			filter_set_free(set);
			return rc;
		}
		filter_set_free(rules->set);
		rules->set = set;
	}
	for (size_t i = 0; i < rules->len; i++)
		if (rules->items[i].id != UINT32_MAX)
			rules->by_id[rules->items[i].id] = i;
	return 0;
}
