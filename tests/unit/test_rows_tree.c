/* SPDX-License-Identifier: Apache-2.0 */
/* The tree: who stands below whom, and short lives that become one row. */
#include "run_suite.h"
#include "fake_snapshot.h"
#include "views/column.h"
#include "views/table.h"

#define BOOT_NS (FAKE_TIME_NS - 1000 * FAKE_SECOND_NS)
#define MS 1000000ull

static struct fake *fake;
static struct table *table;
static struct view_set *views;

static void setup(void)
{
	struct view_error err;

	fake = fake_new();
	fake->snapshot.boot_epoch_ns = BOOT_NS;
	ck_assert_int_eq(table_new(&table), 0);
	ck_assert_int_eq(view_set_load(NULL, &views, &err), 0);
}

static void teardown(void)
{
	table_free(table);
	view_set_free(views);
	fake_free(fake);
}

/* Rows of processes are sorted by pid. */
static void add(uint32_t pid, uint32_t ppid, const char *comm, uint64_t life_ns)
{
	fake_proc(fake,
		  &(struct proc_row){ .pid = pid,
				      .ppid = ppid,
				      .start_boot_ns = pid * FAKE_SECOND_NS,
				      .comm = comm,
				      .cmdline = comm,
				      .calls_delta = 2,
				      .dead = life_ns != 0,
				      .ended_ns = life_ns ? BOOT_NS + pid * FAKE_SECOND_NS + life_ns
							  : 0 });
}

static void fill(void)
{
	static const struct scope everything;
	struct table_query query = { .view = view_set_find(views, "tree"),
				     .scope = &everything,
				     .sort = SIZE_MAX };

	ck_assert_int_eq(table_fill(table, &fake->snapshot, &query), 0);
}

static const char *line(size_t index)
{
	static char text[256];
	struct text_buf buf;
	struct cell cell;

	text_buf_init(&buf, text, sizeof(text));
	table_cell(table, table_row(table, index), column_find(ENTITY_TREE, "tree"), &cell);
	cell_human(&cell, &buf);
	return text;
}

START_TEST(short_lives_are_one_row)
{
	add(1, 0, "init", 0);
	add(10, 1, "sh", 0);
	add(11, 10, "sed", 5 * MS);
	add(12, 10, "cat", 5 * MS);
	add(13, 10, "sed", 6 * MS);
	add(14, 10, "sleep", 0);
	add(15, 10, "sed", 9 * MS);
	add(16, 10, "cat", 5 * MS);
	add(17, 10, "sed", 2000 * MS); /* not short */
	add(18, 1, "sed", 5 * MS);     /* another parent */
	fill();
	ck_assert_uint_eq(table_len(table), 8);
	ck_assert_str_eq(line(0), "init");
	ck_assert_str_eq(line(1), "|- sh");
	ck_assert_str_eq(line(2), "|  |- 3 x sed, 20.0ms");
	ck_assert_str_eq(line(3), "|  |- cat");
	ck_assert_str_eq(line(4), "|  |- sleep");
	ck_assert_str_eq(line(5), "|  |- cat");
	ck_assert_str_eq(line(6), "|  `- sed");
	ck_assert_str_eq(line(7), "`- sed");
	ck_assert_uint_eq(table_row(table, 2)->proc->pid, 0);
	ck_assert_uint_eq(table_row(table, 2)->proc->calls_delta, 6);
}
END_TEST

/* Who made others is in no crowd: they would hang below nobody. */
START_TEST(parents_stay)
{
	add(1, 0, "init", 0);
	for (uint32_t pid = 2; pid < 6; pid++)
		add(pid, 1, "sh", 5 * MS);
	add(7, 2, "x", 0);
	fill();
	ck_assert_uint_eq(table_len(table), 4);
	ck_assert_str_eq(line(1), "|- sh");
	ck_assert_str_eq(line(2), "|  `- x");
	ck_assert_str_eq(line(3), "`- 3 x sh, 15.0ms");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("rows_tree");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, short_lives_are_one_row);
	tcase_add_test(tcase, parents_stay);
	return run_suite("rows_tree", tcase);
}
