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
#define CROWD_MIN 3 /* so many short lives of one name are a row */
#define CROWD_LIFE_NS 1000000000ull

/* A process while the tree is made; indexes are those of snapshot.procs. */
struct branch {
	uint32_t parent, first_kid, next; /* NOBODY: none */
	uint32_t kids;
	uint32_t level;
	bool accepted;
	const struct proc_row *crowd; /* it stands for several that ended; NULL: for itself */
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

/* A short life below a parent that may become part of a crowd. */
struct member {
	uint32_t index;
	uint32_t order; /* among all, by start */
};

static uint64_t life_ns(const struct tree *tree, const struct proc_row *proc)
{
	uint64_t start_ns = proc->start_boot_ns + tree->build->snapshot->boot_epoch_ns;

	return proc->ended_ns > start_ns ? proc->ended_ns - start_ns : 0;
}

static bool is_short_lived(const struct tree *tree, uint32_t index)
{
	const struct branch *branch = &tree->branches[index];
	const struct proc_row *proc = proc_at(tree, index);

	return branch->accepted && branch->parent != NOBODY && !branch->kids && proc->dead &&
	       proc->ended_ns && life_ns(tree, proc) < CROWD_LIFE_NS;
}

/* By parent and name, in the order of their starts. */
static int compare_members(const void *a, const void *b, void *ctx)
{
	const struct tree *tree = ctx;
	const struct member *left = a, *right = b;
	uint32_t left_parent = tree->branches[left->index].parent;
	uint32_t right_parent = tree->branches[right->index].parent;
	int r;

	if (left_parent != right_parent)
		return left_parent < right_parent ? -1 : 1;
	r = strcmp(proc_at(tree, left->index)->comm, proc_at(tree, right->index)->comm);
	if (r)
		return r;
	return left->order < right->order ? -1 : left->order > right->order;
}

static bool same_crowd(const struct tree *tree, const struct member *a, const struct member *b)
{
	return tree->branches[a->index].parent == tree->branches[b->index].parent &&
	       strcmp(proc_at(tree, a->index)->comm, proc_at(tree, b->index)->comm) == 0;
}

/* "37 x sed, 0.2s": a process that is the sum of them, in the place of the first. */
static const struct proc_row *make_crowd(const struct tree *tree, const struct member *members,
					 size_t len)
{
	struct proc_row *crowd = frame_alloc(tree->build->frame, sizeof(*crowd));
	struct cell life = { .kind = COLUMN_DURATION, .known = true };
	struct text_buf buf;

	if (!crowd)
		return NULL;
	*crowd = *proc_at(tree, members[0].index);
	life.u64 = life_ns(tree, crowd);
	for (size_t i = 1; i < len; i++) {
		const struct proc_row *proc = proc_at(tree, members[i].index);

		life.u64 += life_ns(tree, proc);
		crowd->cpu_delta_ns += proc->cpu_delta_ns;
		crowd->calls_delta += proc->calls_delta;
		crowd->errors_delta += proc->errors_delta;
		if (proc->ended_ns > crowd->ended_ns)
			crowd->ended_ns = proc->ended_ns;
		if (proc->exit_code)
			crowd->exit_code = proc->exit_code;
	}
	crowd->pid = 0;
	if (frame_text_begin(tree->build->frame, 64, &buf) < 0)
		return NULL;
	text_buf_printf(&buf, "%zu x %s, ", len, crowd->comm);
	cell_human(&life, &buf);
	frame_text_end(tree->build->frame, &buf);
	crowd->cmdline = buf.data;
	return crowd;
}

/* Ended processes of one name below one parent that lived for a moment become one row. */
static int gather_crowds(struct tree *tree)
{
	struct member *members = frame_alloc(tree->build->frame, tree->len * sizeof(*members));
	size_t len = 0, end;

	if (!members)
		return -ENOMEM;
	for (uint32_t i = 0; i < tree->len; i++)
		if (is_short_lived(tree, tree->by_start[i]))
			members[len++] = (struct member){ .index = tree->by_start[i], .order = i };
	qsort_r(members, len, sizeof(*members), compare_members, tree);
	for (size_t i = 0; i < len; i = end) {
		struct branch *first = &tree->branches[members[i].index];

		for (end = i + 1; end < len && same_crowd(tree, &members[i], &members[end]);)
			end++;
		if (end - i < CROWD_MIN)
			continue;
		first->crowd = make_crowd(tree, &members[i], end - i);
		if (!first->crowd)
			return -ENOMEM;
		for (size_t j = i + 1; j < end; j++)
			tree->branches[members[j].index].accepted = false;
	}
	return 0;
}

/* Takes those out of the lists that a crowd stands for. */
static void unlink_gathered(struct tree *tree)
{
	for (size_t i = 0; i < tree->len; i++) {
		uint32_t *at = &tree->branches[i].first_kid;

		while (*at != NOBODY) {
			if (tree->branches[*at].accepted)
				at = &tree->branches[*at].next;
			else
				*at = tree->branches[*at].next;
		}
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
	row->proc = branch->crowd ? branch->crowd : proc_at(tree, index);
	row->key =
		(struct row_key){ .a = proc_at(tree, index)->pid, .b = row->proc->start_boot_ns };
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
	r = gather_crowds(&tree);
	unlink_gathered(&tree);
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
