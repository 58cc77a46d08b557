/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluation, see eval.h and set.h. */
#include "eval.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "match.h"
#include "set.h"
#include "state/process.h"

/* The slot of the event's process, emptied when it was another's or of another generation. */
static struct process_slot *find_slot(struct filter_set *set, const struct filter_event *event)
{
	const struct process *process = event->process;
	uint64_t hash, generation;
	struct process_slot *slot;

	if (!set->slots || !process || !event->state)
		return NULL;
	generation = process_generation(event->state, process);
	hash = ((uintptr_t)process >> 4) * 0x9e3779b97f4a7c15u;
	slot = &set->slots[hash >> 32 & (set->slots_len - 1)];
	if (slot->process == process && slot->generation == generation &&
	    slot->start_boot_ns == process->start_boot_ns)
		return slot;
	slot->process = process;
	slot->start_boot_ns = process->start_boot_ns;
	slot->generation = generation;
	memset(slot->known, 0, set->process_words * sizeof(*slot->known));
	return slot;
}

/* Notices another event, or the same under another name. */
static void begin(struct filter_set *set, const struct filter_event *event)
{
	const struct event *record = event->event;
	struct event_key key = { record, event->num, record->ts_ns, record->tid };

	if (set->clocks.event != 0 && memcmp(&key, &set->key, sizeof(key)) == 0) {
		if (set->names != event->names)
			set->clocks.name++;
		set->names = event->names;
		return;
	}
	set->clocks.event++;
	set->clocks.name++;
	set->key = key;
	set->names = event->names;
	set->slot = find_slot(set, event);
}

static bool check_now(struct filter_set *set, struct predicate *p, struct filter_event *event)
{
	uint64_t now = p->per_name ? set->clocks.name : set->clocks.event;

	if (p->stamp == now)
		return p->result;
	if (!p->matcher)
		p->result = predicate_answer(p, event);
	else
		p->result = operand_values(p->left, event) > 0 && matcher_result(p);
	p->stamp = now;
	return p->result;
}

static bool node_now(struct filter_set *set, struct node *node, struct filter_event *event);

static bool node_parts(struct filter_set *set, struct node *node, struct filter_event *event)
{
	switch (node->kind) {
	case NODE_FALSE: return false;
	case NODE_TRUE: return true;
	case NODE_CHECK: return check_now(set, node->check, event);
	case NODE_NOT: return !node_now(set, node->children[0], event);
	case NODE_AND:
		for (size_t i = 0; i < node->children_len; i++) {
			if (!node_now(set, node->children[i], event))
				return false;
		}
		return true;
	case NODE_OR:
		for (size_t i = 0; i < node->children_len; i++) {
			if (node_now(set, node->children[i], event))
				return true;
		}
		return false;
	}
	return false;
}

static bool node_of_process(struct filter_set *set, struct node *node, struct filter_event *event)
{
	size_t word = (size_t)node->process_bit / 64;
	uint64_t bit = (uint64_t)1 << (node->process_bit % 64);
	struct process_slot *slot = set->slot;
	bool result;

	if (slot->known[word] & bit)
		return slot->value[word] & bit;
	result = node_parts(set, node, event);
	slot->known[word] |= bit;
	slot->value[word] = result ? slot->value[word] | bit : slot->value[word] & ~bit;
	return result;
}

static bool node_now(struct filter_set *set, struct node *node, struct filter_event *event)
{
	uint64_t now;

	if (node->process_bit >= 0 && set->slot)
		return node_of_process(set, node, event);
	/* Checks remember by themselves; what one condition has alone is not asked twice. */
	if (node->uses < 2 || node->kind <= NODE_CHECK)
		return node_parts(set, node, event);
	now = node->per_name ? set->clocks.name : set->clocks.event;
	if (node->stamp != now) {
		node->result = node_parts(set, node, event);
		node->stamp = now;
	}
	return node->result;
}

/* What is kept of the event's process: 1, 0, or -1 where nothing is. */
static int known_of_process(const struct filter_set *set, int32_t process_bit)
{
	size_t word = (size_t)process_bit / 64;
	uint64_t bit;

	if (process_bit < 0 || !set->slot)
		return -1;
	bit = (uint64_t)1 << (process_bit % 64);
	if (!(set->slot->known[word] & bit))
		return -1;
	return !!(set->slot->value[word] & bit);
}

static bool step_now(struct filter_set *set, const struct step *step, struct filter_event *event)
{
	int known;

	if (step->check)
		return check_now(set, step->check, event);
	known = known_of_process(set, step->process_bit);
	return known >= 0 ? known : node_now(set, step->node, event);
}

static bool special_now(struct filter_set *set, const struct special *special,
			struct filter_event *event)
{
	uint32_t at = 0;

	if (!special->steps)
		return node_now(set, special->node, event);
	while (at < STEP_NO) {
		const struct step *step = &special->steps[at];

		at = step_now(set, step, event) ? step->yes : step->no;
	}
	return at == STEP_YES;
}

/* The condition in the program of the event's kind; NULL where it cannot be true. */
static const struct special *special_of(const struct program *program, uint32_t id)
{
	size_t low = 0, high = program->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (program->conditions[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < program->len && program->conditions[low].id == id ? &program->conditions[low]
								       : NULL;
}

bool filter_set_eval(struct filter_set *set, uint32_t id, struct filter_event *event)
{
	const struct special whole = { .node = set->conditions[id].root, .process_bit = -1 },
			     *special = &whole;

	if (set->ready || filter_set_prepare(set) == 0)
		special = special_of(&set->programs[filter_kind_of(event->event)], id);
	if (!special)
		return false;
	begin(set, event);
	return special_now(set, special, event);
}

/* Without programs every condition is looked at. */
static size_t match_all(struct filter_set *set, struct filter_event *event, uint32_t *ids,
			size_t max)
{
	size_t found = 0;

	begin(set, event);
	for (uint32_t id = 0; id < set->conditions_len && found < max; id++) {
		if (node_now(set, set->conditions[id].root, event))
			ids[found++] = id;
	}
	return found;
}

/* Does the event match a condition of its program? */
static bool match_one(struct filter_set *set, const struct special *special,
		      struct filter_event *event)
{
	/* Most conditions end here: it is not one of their processes. */
	if (known_of_process(set, special->process_bit) == 0)
		return false;
	return special_now(set, special, event);
}

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* How often this thread has left its CPU. */
static long switches(void)
{
	struct rusage usage = { .ru_nvcsw = 0 };

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw + usage.ru_nivcsw;
}

/* The same, and how long it takes: without what the clock takes itself. */
static bool match_timed(struct filter_set *set, const struct special *special,
			struct filter_event *event)
{
	struct condition *condition = &set->conditions[special->id];
	uint64_t before = clock_ns(), start = clock_ns(), end, took, clock;
	bool result = match_one(set, special, event);

	end = clock_ns();
	took = end - start;
	clock = start - before;
	condition->sample_ns = took > clock ? took - clock : 0;
	return result;
}

/* The event's samples, of the first len conditions, count: nothing else ran meanwhile. */
static void keep_samples(struct filter_set *set, const struct program *program, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct condition *condition = &set->conditions[program->conditions[i].id];

		condition->sampled++;
		condition->sampled_ns += condition->sample_ns;
	}
}

size_t filter_set_match(struct filter_set *set, struct filter_event *event, uint32_t *ids,
			size_t max)
{
	struct program *program;
	bool timed;
	size_t found = 0, i;
	long left = 0;

	if (!set->ready && filter_set_prepare(set) < 0)
		return match_all(set, event, ids, max);
	program = &set->programs[filter_kind_of(event->event)];
	if (program->len == 0)
		return 0;
	begin(set, event);
	program->runs++;
	timed = set->runs++ % FILTER_SAMPLED == 0;
	if (timed)
		left = switches();
	for (i = 0; i < program->len && found < max; i++) {
		const struct special *special = &program->conditions[i];

		if (timed ? match_timed(set, special, event) : match_one(set, special, event))
			ids[found++] = special->id;
	}
	if (timed && switches() == left)
		keep_samples(set, program, i);
	for (; i < program->len; i++)
		set->conditions[program->conditions[i].id].skipped++;
	return found;
}

void filter_set_costs(const struct filter_set *set, struct filter_cost *ret_costs)
{
	for (size_t i = 0; i < set->conditions_len; i++)
		ret_costs[i] = (struct filter_cost){ .sampled = set->conditions[i].sampled,
						     .sampled_ns = set->conditions[i].sampled_ns };
	for (size_t kind = 0; set->ready && kind < FILTER_KINDS_MAX; kind++) {
		const struct program *program = &set->programs[kind];

		for (size_t i = 0; program->runs && i < program->len; i++)
			ret_costs[program->conditions[i].id].evaluations += program->runs;
	}
	for (size_t i = 0; i < set->conditions_len; i++)
		ret_costs[i].evaluations -= set->conditions[i].skipped;
}

bool filter_set_wants(struct filter_set *set, uint16_t kind)
{
	return (!set->ready && filter_set_prepare(set) < 0) || set->programs[kind].len > 0;
}

void filter_set_forget(struct filter_set *set)
{
	set->clocks.event++;
	set->clocks.name++;
	set->key = (struct event_key){ 0 };
	for (size_t i = 0; set->ready && set->slots && i < set->slots_len; i++)
		set->slots[i].process = NULL;
}

bool filter_set_accepts_last(struct filter_set *set, struct filter_event *event)
{
	return filter_event_last(event) && filter_set_accepts(set, event);
}

bool filter_set_accepts(struct filter_set *set, struct filter_event *event)
{
	if (filter_set_eval(set, 0, event))
		return true;
	if (!event->event->path.data)
		return false;
	event->names = FILTER_NAMES_RESOLVED;
	return filter_set_eval(set, 0, event);
}
