/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between compiling and the first event: tables of constants, a program for every kind of event,
 * and which parts of conditions are kept per process.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "set.h"

#define PROCESS_SLOTS 1024 /* a power of two */

static int by_operand(const void *a, const void *b)
{
	const struct predicate *x = *(struct predicate *const *)a;
	const struct predicate *y = *(struct predicate *const *)b;
	enum matcher_kind kind_x = matcher_kind_of(x), kind_y = matcher_kind_of(y);

	if (x->left != y->left)
		return x->left < y->left ? -1 : 1;
	return kind_x < kind_y ? -1 : kind_x > kind_y;
}

/* Predicates that can share a table, sorted so that those of one table follow each other. */
static int prepare_matchers(struct filter_set *set)
{
	struct predicate **sorted = calloc(set->predicates_len + 1, sizeof(*sorted));
	size_t len = 0;
	int rc = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < set->predicates_len; i++) {
		set->predicates[i]->matcher = NULL;
		if (matcher_kind_of(set->predicates[i]) != MATCHER_COUNT)
			sorted[len++] = set->predicates[i];
	}
	qsort(sorted, len, sizeof(*sorted), by_operand);
	for (size_t from = 0, to; from < len && rc == 0; from = to) {
		to = from + 1;
		while (to < len && by_operand(&sorted[from], &sorted[to]) == 0)
			to++;
		rc = matcher_new(&set->arena, matcher_kind_of(sorted[from]), sorted + from,
				 to - from);
	}
	free(sorted);
	return rc;
}

/* Does a check ask for the name of the event, and will it have one? */
static bool asks_type(const struct predicate *p, uint16_t kind)
{
	const struct event_desc *desc = event_by_code(filter_kind_code(kind));

	if (p->left->kind != OPERAND_FIELD || !(p->left->flags & FIELD_F_EVENT_TYPE) ||
	    p->left->ref.has_arg || p->right)
		return false;
	/* syscall.type has no value for events that are no calls. */
	return strcmp(p->left->ref.field->name, "evt.type") == 0 ||
	       strcmp(desc->kind, "syscall") == 0;
}

static int assume_kind(void *ctx, struct predicate *p)
{
	uint16_t kind = *(const uint16_t *)ctx;
	const char *name = filter_kind_name(kind);
	struct field_value value = { .type = FIELD_TEXT,
				     .text = { .data = name, .len = strlen(name) } };

	if (!asks_type(p, kind))
		return -1;
	return p->op == FILTER_OP_EXISTS || predicate_test_value(p, &value);
}

/* One program: conditions that can be true for the kind, as they are then. */
static int prepare_kind(struct filter_set *set, uint16_t kind)
{
	struct node_assumptions assumptions = { assume_kind, &kind, ++set->marks };
	struct program *program = &set->programs[kind];
	size_t len = 0;

	*program = (struct program){ 0 };
	for (size_t i = 0; i < set->conditions_len; i++)
		len += filter_kinds_has(&set->conditions[i].kinds, kind);
	if (len == 0 || !filter_kind_name(kind))
		return 0;
	program->conditions = arena_alloc(&set->arena, len * sizeof(*program->conditions));
	if (!program->conditions)
		return -ENOMEM;
	for (size_t i = 0; i < set->conditions_len; i++) {
		struct node *node;

		if (!filter_kinds_has(&set->conditions[i].kinds, kind))
			continue;
		node = node_specialise(&set->nodes, set->conditions[i].root, &assumptions);
		if (!node)
			return -ENOMEM;
		if (node->kind == NODE_FALSE)
			continue;
		node->uses++;
		program->conditions[program->len++] =
			(struct special){ .node = node, .id = (uint32_t)i };
	}
	return 0;
}

/* The largest parts that depend on the process alone get a bit each. */
static void give_bits(struct filter_set *set, struct node *node)
{
	if (node->process_bit >= 0 || node->kind == NODE_FALSE || node->kind == NODE_TRUE)
		return;
	if (node->per_process) {
		node->process_bit = (int32_t)set->process_bits++;
		return;
	}
	for (size_t i = 0; i < node->children_len; i++)
		give_bits(set, node->children[i]);
}

static int prepare_slots(struct filter_set *set)
{
	size_t words = (set->process_bits + 63) / 64;
	uint64_t *bits;

	set->slots = NULL;
	if (words == 0)
		return 0;
	set->slots = arena_alloc(&set->arena, PROCESS_SLOTS * sizeof(*set->slots));
	bits = arena_alloc(&set->arena, PROCESS_SLOTS * 2 * words * sizeof(*bits));
	if (!set->slots || !bits) {
		set->slots = NULL;
		return -ENOMEM;
	}
	memset(bits, 0, PROCESS_SLOTS * 2 * words * sizeof(*bits));
	for (size_t i = 0; i < PROCESS_SLOTS; i++)
		set->slots[i] = (struct process_slot){ .known = bits + i * 2 * words,
						       .value = bits + (i * 2 + 1) * words };
	set->slots_len = PROCESS_SLOTS;
	set->process_words = words;
	return 0;
}

/* Kinds that nothing tells apart follow each other, as a rule, and have the same steps. */
static bool same_conditions(const struct program *a, const struct program *b)
{
	for (size_t i = 0; i < a->len && a->len == b->len; i++) {
		if (a->conditions[i].node != b->conditions[i].node ||
		    a->conditions[i].id != b->conditions[i].id)
			return false;
	}
	return a->len == b->len;
}

static int prepare_steps(struct filter_set *set)
{
	struct steps_maker maker = { .arena = &set->arena };
	const struct program *before = NULL;
	int rc = 0;

	for (uint16_t kind = 0; kind < filter_kind_count() && rc == 0; kind++) {
		struct program *program = &set->programs[kind];

		if (program->len == 0)
			continue;
		maker.mark = ++set->marks;
		if (before && same_conditions(before, program)) {
			for (size_t i = 0; i < program->len; i++)
				program->conditions[i] = before->conditions[i];
			continue;
		}
		rc = steps_make(&maker, program->conditions, program->len);
		before = program;
	}
	return rc;
}

int filter_set_prepare(struct filter_set *set)
{
	int rc = set->failed ? -ENOMEM : prepare_matchers(set);

	set->ready = false;
	for (uint16_t kind = 0; kind < filter_kind_count() && rc == 0; kind++)
		rc = prepare_kind(set, kind);
	for (uint16_t kind = 0; kind < filter_kind_count() && rc == 0; kind++) {
		for (size_t i = 0; i < set->programs[kind].len; i++)
			give_bits(set, set->programs[kind].conditions[i].node);
	}
	if (rc == 0)
		rc = prepare_steps(set);
	if (rc == 0)
		rc = prepare_slots(set);
	set->slot = NULL;
	set->ready = rc == 0;
	set->failed = rc < 0;
	return rc;
}

#define GATE_WRITES "evt.is_open_write"

struct gate_question {
	uint16_t kind;
	const char *field;
	bool value;
};

static int assume_gate(void *ctx, struct predicate *p)
{
	struct gate_question *question = ctx;
	struct field_value value = { .type = FIELD_BOOL, .boolean = question->value };
	int known = assume_kind(&question->kind, p);

	if (known >= 0 || p->left->kind != OPERAND_FIELD || p->right ||
	    strcmp(p->left->ref.field->name, question->field) != 0)
		return known;
	return p->op == FILTER_OP_EXISTS || predicate_test_value(p, &value);
}

/* Is no condition true for events of this kind when the field has that value? */
static bool never_with(struct filter_set *set, struct gate_question *question)
{
	struct node_assumptions assumptions = { assume_gate, question, ++set->marks };

	for (size_t i = 0; i < set->conditions_len; i++) {
		struct node *node;

		if (!filter_kinds_has(&set->conditions[i].kinds, question->kind))
			continue;
		node = node_specialise(&set->nodes, set->conditions[i].root, &assumptions);
		if (!node || node->kind != NODE_FALSE)
			return false;
	}
	return true;
}

static bool is_open(uint16_t kind)
{
	const char *name = filter_kind_name(kind);

	return strcmp(name, "open") == 0 || strcmp(name, "openat") == 0 ||
	       strcmp(name, "openat2") == 0 || strcmp(name, "open_by_handle_at") == 0;
}

static bool asks_field(const struct filter_set *set, const char *name)
{
	for (size_t i = 0; i < set->predicates_len; i++) {
		const struct operand *left = set->predicates[i]->left;

		if (left->kind == OPERAND_FIELD && strcmp(left->ref.field->name, name) == 0)
			return true;
	}
	return false;
}

static bool asks_files(const struct filter_set *set)
{
	for (size_t i = 0; i < set->predicates_len; i++) {
		const struct predicate *p = set->predicates[i];

		if (p->left->flags & FIELD_F_FILES || (p->right && p->right->flags & FIELD_F_FILES))
			return true;
	}
	return false;
}

static bool is_one_of(const char *name, const char *const *names, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Has an event of this kind a descriptor that it does not make itself? */
static bool works_on_fd(uint16_t kind)
{
	const struct event_desc *desc = event_by_code(filter_kind_code(kind));
	const struct syscall_desc *call =
		kind < EVENT_CODE_COUNT ? NULL : syscall_at(kind - EVENT_CODE_COUNT);

	for (size_t i = 0; i < desc->params_len; i++)
		if (desc->params[i].type == PARAM_TYPE_FD)
			return true;
	for (size_t i = 0; call && i < call->args_len; i++)
		if (call->args[i].type == ARG_TYPE_FD)
			return true;
	return false;
}

/* Does an event of this kind say by itself what a field asks of its descriptor? */
static bool tells_fd(uint16_t kind, const char *field)
{
	static const char *const makers[] = { "creat", "socket", "accept", "accept4" };
	static const char *const namers[] = { "connect", "bind" };
	static const char *const of_table[] = { "fd.l4proto", "fd.connected", "fd.name_changed" };
	const char *name = filter_kind_name(kind);

	if (is_open(kind) || is_one_of(name, makers, sizeof(makers) / sizeof(*makers)) ||
	    !works_on_fd(kind))
		return true;
	return is_one_of(name, namers, sizeof(namers) / sizeof(*namers)) &&
	       !is_one_of(field, of_table, sizeof(of_table) / sizeof(*of_table));
}

static bool operand_asks_table(const struct operand *operand, uint16_t kind)
{
	const char *name;

	if (operand->flags & FIELD_F_FILES)
		return strncmp(filter_kind_name(kind), "execve", 6) != 0;
	for (size_t i = 0; operand->kind != OPERAND_FIELD && i < operand->args_len; i++)
		if (operand_asks_table(operand->args[i], kind))
			return true;
	if (operand->kind != OPERAND_FIELD)
		return false;
	name = operand->ref.field->name;
	return strncmp(name, "fd.", 3) == 0 && strcmp(name, "fd.num") != 0 && !tells_fd(kind, name);
}

/* Does a part of a condition ask what only a table of open files tells? Each node once per mark. */
static bool node_asks_table(struct node *node, uint16_t kind, uint64_t mark)
{
	if (node->parents_mark == mark)
		return false;
	node->parents_mark = mark;
	if (node->kind == NODE_CHECK &&
	    (operand_asks_table(node->check->left, kind) ||
	     (node->check->right && operand_asks_table(node->check->right, kind))))
		return true;
	for (size_t i = 0; i < node->children_len; i++)
		if (node_asks_table(node->children[i], kind, mark))
			return true;
	return false;
}

static bool kind_asks_table(struct filter_set *set, uint16_t kind)
{
	struct node_assumptions assumptions = { assume_kind, &kind, ++set->marks };
	uint64_t mark = ++set->marks;

	for (size_t i = 0; i < set->conditions_len; i++) {
		struct node *node;

		if (!filter_kinds_has(&set->conditions[i].kinds, kind))
			continue;
		node = node_specialise(&set->nodes, set->conditions[i].root, &assumptions);
		if (!node || node_asks_table(node, kind, mark))
			return true;
	}
	return false;
}

/* Which kinds there are; other events than opens do not open for writing. */
static void gate_kinds(struct filter_set *set, struct filter_kinds *ret_kinds)
{
	struct filter_kinds all = { .bits = { 0 } };

	memset(ret_kinds, 0, sizeof(*ret_kinds));
	for (size_t i = 0; i < set->conditions_len; i++)
		filter_kinds_or(&all, &set->conditions[i].kinds);
	if (!asks_field(set, GATE_WRITES)) {
		*ret_kinds = all;
		return;
	}
	for (uint16_t kind = 0; kind < filter_kind_count(); kind++) {
		struct gate_question writes = { kind, GATE_WRITES, false };

		if (filter_kinds_has(&all, kind) && (is_open(kind) || !never_with(set, &writes)))
			filter_kinds_add(ret_kinds, kind);
	}
}

uint32_t filter_set_gates(struct filter_set *set, struct filter_kinds *ret_kinds)
{
	uint32_t gates = FILTER_GATE_OPEN_WRITES | FILTER_GATE_FAILED | FILTER_GATE_OPENS_ONLY |
			 FILTER_GATE_NO_FILES;

	gate_kinds(set, ret_kinds);
	if (asks_files(set))
		gates &= ~(uint32_t)FILTER_GATE_OPENS_ONLY;
	for (uint16_t kind = 0; kind < filter_kind_count(); kind++) {
		struct gate_question writes = { kind, GATE_WRITES, false };
		struct gate_question failed = { kind, "evt.failed", false };

		if (!filter_kinds_has(ret_kinds, kind))
			continue;
		if (!is_open(kind))
			gates &= ~(uint32_t)FILTER_GATE_OPENS_ONLY;
		if (gates & FILTER_GATE_NO_FILES && kind_asks_table(set, kind))
			gates &= ~(uint32_t)FILTER_GATE_NO_FILES;
		if (gates & FILTER_GATE_OPEN_WRITES && is_open(kind) && !never_with(set, &writes))
			gates &= ~(uint32_t)FILTER_GATE_OPEN_WRITES;
		if (gates & FILTER_GATE_FAILED && !never_with(set, &failed))
			gates &= ~(uint32_t)FILTER_GATE_FAILED;
	}
	return gates;
}
