/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the tree: every process below the one that made it, children in the order in which they
 * started. A process whose parent is not a row is a root.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "column.h"
#include "rows.h"

#define NOBODY UINT32_MAX
#define LEVELS_MAX 64 /* deeper ones are drawn at this level */
#define LEVEL_WIDTH 3

/* A process while the tree is made; indexes are those of snapshot.procs. */
struct branch {
	uint32_t parent, first_kid, next; /* NOBODY: none */
	uint32_t kids;
	uint32_t level;
	bool accepted;
};

struct tree {
	struct build *build;
	struct branch *branches;
	uint32_t *by_start; /* indexes, the one that started first in front */
	size_t len;
};

static const struct proc_row *proc_at(const struct tree *tree, uint32_t index)
{
	return &tree->build->snapshot->procs[index];
}

/* Parents start before their children; with that order there are no circles. */
static bool is_older(const struct proc_row *a, const struct proc_row *b)
{
	if (a->start_boot_ns != b->start_boot_ns)
		return a->start_boot_ns < b->start_boot_ns;
	return a->pid < b->pid;
}

/* The youngest process with the pid that is older; rows are sorted by (pid, start). */
static uint32_t parent_of(const struct tree *tree, const struct proc_row *child)
{
	size_t low = 0, high = tree->len;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct proc_row *at = proc_at(tree, (uint32_t)middle);

		if (at->pid < child->ppid || (at->pid == child->ppid && is_older(at, child)))
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || proc_at(tree, (uint32_t)low - 1)->pid != child->ppid)
		return NOBODY;
	return (uint32_t)low - 1;
}

static int compare_start(const void *a, const void *b, void *ctx)
{
	const struct tree *tree = ctx;
	const struct proc_row *left = proc_at(tree, *(const uint32_t *)a);
	const struct proc_row *right = proc_at(tree, *(const uint32_t *)b);

	return is_older(left, right) ? -1 : is_older(right, left);
}

/*
 * Who is a row: what the scope accepts, and below a process that it names everybody. Rows that
 * stand for the ended processes of a program have no place in a tree.
 */
static void accept_branches(struct tree *tree)
{
	const struct scope *scope = tree->build->scope;
	bool below = scope_has_proc(scope);

	for (size_t i = 0; i < tree->len; i++) {
		uint32_t index = tree->by_start[i];
		struct branch *branch = &tree->branches[index];
		const struct proc_row *proc = proc_at(tree, index);

		if (!proc->pid)
			continue;
		branch->parent = proc->ppid ? parent_of(tree, proc) : NOBODY;
		branch->accepted = scope_accepts_proc(scope, proc);
		if (!branch->accepted && below && branch->parent != NOBODY)
			branch->accepted = tree->branches[branch->parent].accepted;
	}
}

/* Youngest first, each in front of its siblings: the oldest ends in front. */
static void link_branches(struct tree *tree)
{
	for (size_t i = tree->len; i-- > 0;) {
		uint32_t index = tree->by_start[i];
		struct branch *branch = &tree->branches[index], *parent;

		if (!branch->accepted || branch->parent == NOBODY)
			continue;
		parent = &tree->branches[branch->parent];
		if (!parent->accepted) {
			branch->parent = NOBODY;
			continue;
		}
		branch->next = parent->first_kid;
		parent->first_kid = index;
		parent->kids++;
	}
}

/* "|  `- ": for each level above a line where more siblings follow, then the row's own corner. */
static const char *branch_lines(const struct tree *tree, const struct branch *branch)
{
	size_t width = (size_t)branch->level * LEVEL_WIDTH;
	char *lines = frame_alloc(tree->build->frame, width + 1);
	const struct branch *at = branch;

	if (!lines)
		return NULL;
	lines[width] = '\0';
	for (size_t end = width; end >= LEVEL_WIDTH; end -= LEVEL_WIDTH) {
		bool more = at->next != NOBODY;
		const char *part = at == branch ? more ? "|- " : "`- " : more ? "|  " : "   ";

		memcpy(lines + end - LEVEL_WIDTH, part, LEVEL_WIDTH);
		at = &tree->branches[at->parent];
	}
	return lines;
}

static int add_branch(struct tree *tree, uint32_t index)
{
	struct branch *branch = &tree->branches[index];
	struct tree_place *place = frame_alloc(tree->build->frame, sizeof(*place));
	struct row *row = place ? rows_add(tree->build) : NULL;

	if (!row)
		return -ENOMEM;
	if (branch->parent != NOBODY) {
		branch->level = tree->branches[branch->parent].level + 1;
		if (branch->level > LEVELS_MAX)
			branch->level = LEVELS_MAX;
	}
	place->kids = branch->kids;
	/* Sorted by a column, rows stand beside others than their parents. */
	place->lines = tree->build->query->sort == SIZE_MAX ? branch_lines(tree, branch) : "";
	if (!place->lines)
		return -ENOMEM;
	row->place = place;
	row->proc = proc_at(tree, index);
	row->key = (struct row_key){ .a = row->proc->pid, .b = row->proc->start_boot_ns };
	return 0;
}

/* A root and all below it: down, else to the next sibling, else up until there is one. */
static int add_root(struct tree *tree, uint32_t root)
{
	uint32_t at = root;
	int r = 0;

	while (r == 0 && at != NOBODY) {
		const struct branch *branch = &tree->branches[at];

		r = add_branch(tree, at);
		if (branch->first_kid != NOBODY) {
			at = branch->first_kid;
			continue;
		}
		while (at != root && tree->branches[at].next == NOBODY)
			at = tree->branches[at].parent;
		at = at == root ? NOBODY : tree->branches[at].next;
	}
	return r;
}

int rows_build_tree(struct build *build)
{
	struct tree tree = { .build = build, .len = build->snapshot->procs_len };
	int r = 0;

	tree.branches = frame_alloc(build->frame, tree.len * sizeof(*tree.branches));
	tree.by_start = frame_alloc(build->frame, tree.len * sizeof(*tree.by_start));
	if (!tree.branches || !tree.by_start)
		return -ENOMEM;
	for (size_t i = 0; i < tree.len; i++) {
		tree.branches[i] =
			(struct branch){ .parent = NOBODY, .first_kid = NOBODY, .next = NOBODY };
		tree.by_start[i] = (uint32_t)i;
	}
	qsort_r(tree.by_start, tree.len, sizeof(*tree.by_start), compare_start, &tree);
	accept_branches(&tree);
	link_branches(&tree);
	for (size_t i = 0; i < tree.len && r == 0; i++) {
		const struct branch *branch = &tree.branches[tree.by_start[i]];

		if (branch->accepted && branch->parent == NOBODY)
			r = add_root(&tree, tree.by_start[i]);
	}
	return r;
}

void get_tree_kids(const struct row *row, struct cell *ret_cell)
{
	ret_cell->i64 = row->place->kids;
}

void get_tree_started(const struct row *row, struct cell *ret_cell)
{
	ret_cell->u64 = row->proc->start_boot_ns + row->snapshot->boot_epoch_ns;
}

void get_tree_command(const struct row *row, struct cell *ret_cell)
{
	struct cell command = *ret_cell;
	struct text_buf buf;

	get_proc_command(row, &command);
	ret_cell->known = false;
	if (!command.known || frame_text_begin(row->frame, CELL_TEXT_MAX, &buf) < 0)
		return;
	text_buf_add(&buf, row->place->lines);
	text_buf_addn(&buf, command.text.data, command.text.len);
	frame_text_end(row->frame, &buf);
	cell_set_textn(ret_cell, buf.data, buf.len);
	ret_cell->known = true;
}
