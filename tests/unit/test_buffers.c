/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The set of ring buffers, without a kernel: a file in memory has the layout of a BPF ring buffer
 * map and the test writes records into it as the kernel does.
 */
#include <check.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "probe/buffers.h"
#include "build_record.h"

#define RINGS 3
#define RING_BYTES 8192u
#define SEEN_MAX 64

/* The kernel's side of one ring. */
struct writer {
	uint8_t *map; /* consumer page, producer page, data, data again */
	unsigned long pos;
};

struct seen {
	size_t len;
	uint64_t ts_ns[SEEN_MAX];
	uint16_t flags[SEEN_MAX];
};

static struct writer writers[RINGS];
static struct ring_set *set;
static struct seen seen;
static long page;
static struct build_record built;

static void writer_start(struct writer *writer, struct ring *ring)
{
	size_t bytes = 2 * (size_t)page + 2 * RING_BYTES;
	int fd = memfd_create("ring", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, (off_t)bytes), 0);
	writer->map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(writer->map, MAP_FAILED);
	writer->pos = 0;
	ck_assert_int_eq(ring_open(ring, fd, RING_BYTES), 0);
}

static void setup(void)
{
	bool online[RINGS] = { true, true, true };
	struct ring_plan plan;

	page = sysconf(_SC_PAGESIZE);
	memset(&seen, 0, sizeof(seen));
	ck_assert_int_eq(ring_plan_make(&plan, RINGS, online, 1), 0);
	ck_assert_int_eq(ring_set_new(&plan, &set), 0);
	ring_plan_release(&plan);
	ck_assert_uint_eq(set->len, RINGS);
	for (size_t i = 0; i < RINGS; i++)
		writer_start(&writers[i], &set->rings[i]);
}

static void teardown(void)
{
	ring_set_free(set);
	for (size_t i = 0; i < RINGS; i++)
		munmap(writers[i].map, 2 * (size_t)page + 2 * RING_BYTES);
}

/* Writes bytes at a position of the data, in both of its copies. */
static void poke(struct writer *writer, unsigned long pos, const void *bytes, size_t len)
{
	uint8_t *data = writer->map + 2 * page;
	size_t at = pos & (RING_BYTES - 1);
	size_t first = len < RING_BYTES - at ? len : RING_BYTES - at;

	memcpy(data + at, bytes, first);
	memcpy(data + at + RING_BYTES, bytes, first);
	memcpy(data, (const uint8_t *)bytes + first, len - first);
	memcpy(data + RING_BYTES, (const uint8_t *)bytes + first, len - first);
}

/* Appends len bytes with the bits in the header; returns where the header is. */
static unsigned long append(size_t ring, const void *bytes, uint32_t len, uint32_t bits)
{
	struct writer *writer = &writers[ring];
	uint32_t header[2] = { len | bits, 0 };
	unsigned long at = writer->pos;
	unsigned long consumer;

	poke(writer, at, header, sizeof(header));
	poke(writer, at + 8, bytes, len);
	writer->pos += (len + 8 + 7) & ~7ul;
	memcpy(&consumer, writer->map, sizeof(consumer));
	ck_assert_uint_le(writer->pos - consumer, RING_BYTES);
	memcpy(writer->map + page, &writer->pos, sizeof(writer->pos));
	return at;
}

/* A raw record of that time, in `built`. */
static uint32_t build(uint64_t ts_ns, uint8_t cls, uint16_t flags)
{
	build_record_init(&built, EVENT_CODE_GENERIC_X,
			  &(struct build_prefix){
				  .ts_ns = ts_ns, .pid = 7, .nr = 39, .cls = cls, .flags = flags });
	build_record_int(&built, 16);
	build_record_int(&built, 39);
	return (uint32_t)build_record_finish(&built);
}

static unsigned long write_record(size_t ring, uint64_t ts_ns)
{
	uint32_t len = build(ts_ns, RECORD_CLASS_OTHER, 0);

	return append(ring, built.data, len, 0);
}

static void on_record(void *ctx, const void *record, size_t len)
{
	struct record_prefix prefix;
	struct event_header header;

	ck_assert_uint_lt(seen.len, SEEN_MAX);
	memcpy(&prefix, record, sizeof(prefix));
	ck_assert_uint_eq(prefix.total_len, len);
	memcpy(&header, (const uint8_t *)record + prefix.prefix_len + prefix.ext_len,
	       sizeof(header));
	seen.ts_ns[seen.len] = header.ts_ns;
	seen.flags[seen.len++] = prefix.flags;
}

static void expect_times(const char *name, const uint64_t *times, size_t len)
{
	ck_assert_msg(seen.len == len, "%s: %zu records, expected %zu", name, seen.len, len);
	for (size_t i = 0; i < len; i++)
		ck_assert_msg(seen.ts_ns[i] == times[i], "%s: record %zu is of %lu, expected %lu",
			      name, i, seen.ts_ns[i], times[i]);
}

static uint64_t sum(const uint64_t *counts)
{
	uint64_t total = 0;

	for (size_t i = 0; i < RECORD_CLASS_COUNT; i++)
		total += counts[i];
	return total;
}

START_TEST(merges_by_time)
{
	static const uint64_t times[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	bool more = true;

	write_record(2, 1);
	write_record(0, 2);
	write_record(0, 3);
	write_record(1, 4);
	write_record(2, 5);
	write_record(2, 6);
	write_record(1, 7);
	write_record(0, 8);
	write_record(1, 9);
	ck_assert_int_eq(ring_set_drain(set, 100, on_record, NULL, &more), 9);
	ck_assert(!more);
	expect_times("merge", times, 9);
	ck_assert_uint_eq(ring_set_oldest_ns(set), 0);
}
END_TEST

START_TEST(budget_leaves_the_rest)
{
	static const uint64_t times[] = { 1, 2, 3 };
	bool more = false;

	write_record(0, 1);
	write_record(1, 2);
	write_record(0, 3);
	ck_assert_int_eq(ring_set_drain(set, 2, on_record, NULL, &more), 2);
	ck_assert(more);
	ck_assert_uint_eq(ring_set_oldest_ns(set), 3);
	ck_assert_int_eq(ring_set_drain(set, 2, on_record, NULL, &more), 1);
	ck_assert(!more);
	expect_times("budget", times, 3);
}
END_TEST

/* What arrives while a batch is handed out waits for the next one. */
static void write_more(void *ctx, const void *record, size_t len)
{
	on_record(ctx, record, len);
	write_record(1, 100 + seen.len);
}

START_TEST(watermark_ends_the_batch)
{
	write_record(0, 1);
	write_record(0, 2);
	ck_assert_int_eq(ring_set_drain(set, 100, write_more, NULL, NULL), 2);
	ck_assert_int_eq(ring_set_drain(set, 100, on_record, NULL, NULL), 2);
	ck_assert_uint_eq(seen.ts_ns[2], 101);
}
END_TEST

/*
 * What is younger than the begin of a batch waits, or it could overtake its cause in a ring that
 * was looked at before; a time far from now is no reason to wait.
 */
START_TEST(the_young_wait)
{
	static const uint64_t times[] = { 5, 10, 20, 21, 22, 1ull << 60 };

	set->until_ns = 15;
	write_record(1, 5);
	write_record(0, 10);
	write_record(1, 21);
	ck_assert_int_eq(ring_set_drain(set, 100, on_record, NULL, NULL), 2);
	/* The cause of 21 and 22 came when its ring had been looked at. */
	write_record(0, 20);
	write_record(1, 22);
	write_record(2, 1ull << 60);
	ck_assert_uint_eq(ring_set_oldest_ns(set), 20);
	set->until_ns = 22;
	ck_assert_int_eq(ring_set_drain(set, 100, on_record, NULL, NULL), 4);
	expect_times("young", times, 6);
	for (size_t i = 0; i < 6; i++)
		ck_assert_uint_eq(seen.flags[i], 0);
}
END_TEST

START_TEST(older_records_are_marked_late)
{
	static const uint64_t times[] = { 10, 5, 11 };

	write_record(0, 10);
	ring_set_drain(set, 100, on_record, NULL, NULL);
	write_record(1, 5);
	write_record(0, 11);
	ring_set_drain(set, 100, on_record, NULL, NULL);
	expect_times("late", times, 3);
	ck_assert_uint_eq(seen.flags[0], 0);
	ck_assert_uint_eq(seen.flags[1], RECORD_F_LATE);
	ck_assert_uint_eq(seen.flags[2], 0);
	ck_assert_uint_eq(set->tallies[1].late, 1);
	ck_assert_uint_eq(set->tallies[0].late, 0);
}
END_TEST

START_TEST(a_clock_set_back_is_not_late)
{
	write_record(0, 1000);
	ring_set_drain(set, 100, on_record, NULL, NULL);
	ring_set_clock_step(set, -900);
	write_record(0, 101);
	ring_set_drain(set, 100, on_record, NULL, NULL);
	ck_assert_uint_eq(seen.flags[1], 0);
}
END_TEST

START_TEST(a_busy_record_stops_its_ring_only)
{
	static const uint64_t first[] = { 2, 3 };
	static const uint64_t all[] = { 2, 3, 1, 4 };
	uint32_t len = build(1, RECORD_CLASS_OTHER, 0);
	unsigned long at = append(0, built.data, len, BPF_RINGBUF_BUSY_BIT);

	write_record(0, 4);
	write_record(1, 2);
	write_record(1, 3);
	ck_assert_int_eq(ring_set_drain(set, 100, on_record, NULL, NULL), 2);
	expect_times("busy", first, 2);
	poke(&writers[0], at, &len, sizeof(len));
	ck_assert_int_eq(ring_set_drain(set, 100, on_record, NULL, NULL), 2);
	expect_times("finished", all, 4);
}
END_TEST

START_TEST(discarded_records_are_passed_over)
{
	static const uint64_t times[] = { 2 };
	uint32_t len = build(1, RECORD_CLASS_OTHER, 0);

	append(0, built.data, len, BPF_RINGBUF_DISCARD_BIT);
	write_record(0, 2);
	append(0, built.data, len, BPF_RINGBUF_DISCARD_BIT);
	ring_set_drain(set, 100, on_record, NULL, NULL);
	expect_times("discard", times, 1);
	ck_assert_uint_eq(sum(set->tallies[0].corrupt), 0);
	ck_assert_uint_eq(ring_used_bytes(&set->rings[0]), 0);
}
END_TEST

START_TEST(wraps_around)
{
	for (uint64_t ts = 1; ts <= 500; ts++) {
		write_record(0, ts);
		seen.len = 0;
		ck_assert_int_eq(ring_set_drain(set, 100, on_record, NULL, NULL), 1);
		ck_assert_uint_eq(seen.ts_ns[0], ts);
	}
	ck_assert_uint_gt(writers[0].pos, 5 * RING_BYTES);
}
END_TEST

START_TEST(an_impossible_length_skips_to_the_watermark)
{
	uint32_t len = build(1, RECORD_CLASS_OTHER, 0);
	uint32_t huge = 1u << 20;
	unsigned long at = append(0, built.data, len, 0);

	poke(&writers[0], at, &huge, sizeof(huge));
	ck_assert_int_eq(ring_set_drain(set, 100, on_record, NULL, NULL), 0);
	ck_assert_uint_eq(set->tallies[0].corrupt[RECORD_CLASS_OTHER], 1);
	write_record(0, 2);
	ck_assert_int_eq(ring_set_drain(set, 100, on_record, NULL, NULL), 1);
}
END_TEST

START_TEST(marks_and_classes_are_tallied)
{
	append(1, built.data, build(1, RECORD_CLASS_OPEN, RECORD_F_CUT), 0);
	append(1, built.data, build(2, RECORD_CLASS_CLOSE, RECORD_F_UNREADABLE), 0);
	append(1, built.data, build(3, RECORD_CLASS_OPEN, 0), 0);
	ring_set_drain(set, 100, on_record, NULL, NULL);
	ck_assert_uint_eq(set->tallies[1].delivered[RECORD_CLASS_OPEN], 2);
	ck_assert_uint_eq(set->tallies[1].delivered[RECORD_CLASS_CLOSE], 1);
	ck_assert_uint_eq(set->tallies[1].cut, 1);
	ck_assert_uint_eq(set->tallies[1].unreadable, 1);
	ck_assert_uint_eq(set->tallies[0].delivered[RECORD_CLASS_OPEN], 0);
	ck_assert_uint_gt(set->tallies[1].high_bytes, 3 * sizeof(struct record_prefix));
}
END_TEST

/*
 * One byte of a good record is changed: it is rejected, counted under its class, the next one is
 * fine.
 */
struct damage_case {
	const char *name;
	size_t offset;
	uint8_t with; /* xor */
	uint8_t cls;  /* where it is counted */
};

#define EVENT_AT sizeof(struct record_prefix)

static const struct damage_case damage_cases[] = {
	{ "magic", offsetof(struct record_prefix, check), 1, RECORD_CLASS_OPEN },
	{ "check", offsetof(struct record_prefix, check) + 3, 0x80, RECORD_CLASS_OPEN },
	{ "total length", offsetof(struct record_prefix, total_len), 1, RECORD_CLASS_OPEN },
	{ "total length, much", offsetof(struct record_prefix, total_len) + 3, 0xff,
	  RECORD_CLASS_OPEN },
	{ "prefix length", offsetof(struct record_prefix, prefix_len), 8, RECORD_CLASS_OPEN },
	{ "extension length", offsetof(struct record_prefix, ext_len), 8, RECORD_CLASS_OPEN },
	{ "extension length, much", offsetof(struct record_prefix, ext_len) + 1, 0xff,
	  RECORD_CLASS_OPEN },
	{ "class", offsetof(struct record_prefix, cls), 0x40, RECORD_CLASS_OTHER },
	{ "tid of the prefix", offsetof(struct record_prefix, tid), 1, RECORD_CLASS_OPEN },
	{ "time", EVENT_AT + 2, 1, RECORD_CLASS_OPEN },
	{ "tid of the event", EVENT_AT + 8, 1, RECORD_CLASS_OPEN },
	{ "event length", EVENT_AT + 16, 1, RECORD_CLASS_OPEN },
	{ "event type", EVENT_AT + 21, 0x80, RECORD_CLASS_OPEN },
	{ "parameters", EVENT_AT + 22, 1, RECORD_CLASS_OPEN },
	{ "parameters, many", EVENT_AT + 25, 0xff, RECORD_CLASS_OPEN },
	{ "length of a parameter", EVENT_AT + 26, 1, RECORD_CLASS_OPEN },
};

START_TEST(damaged_records_are_rejected)
{
	const struct damage_case *c = &damage_cases[_i];
	uint32_t len = build(1, RECORD_CLASS_OPEN, 0);

	ck_assert_msg(record_is_sound(built.data, len), "%s: the record was not good", c->name);
	built.data[c->offset] ^= c->with;
	append(0, built.data, len, 0);
	write_record(0, 2);
	ck_assert_msg(ring_set_drain(set, 100, on_record, NULL, NULL) == 1, "%s: %zu records",
		      c->name, seen.len);
	ck_assert_msg(seen.ts_ns[0] == 2, "%s: the damaged record arrived", c->name);
	ck_assert_msg(set->tallies[0].corrupt[c->cls] == 1, "%s: not counted", c->name);
	ck_assert_uint_eq(sum(set->tallies[0].corrupt), 1);
}
END_TEST

START_TEST(every_short_length_is_rejected)
{
	uint32_t len = build(1, RECORD_CLASS_OPEN, 0);

	for (uint32_t shorter = 0; shorter < len; shorter++)
		ck_assert_msg(!record_is_sound(built.data, shorter), "%u of %u bytes passed",
			      shorter, len);
	ck_assert(record_is_sound(built.data, len + 7));
	ck_assert(!record_is_sound(built.data, len + 8));
}
END_TEST

struct plan_case {
	const char *name;
	const char *online;
	unsigned possible, per_ring;
	unsigned rings;
	uint16_t ring_of_cpu[8];
};

static const struct plan_case plan_cases[] = {
	{ "one for two", "0-1", 2, 2, 1, { 0, 0 } },
	{ "one each", "0-3", 4, 1, 4, { 0, 1, 2, 3 } },
	{ "one for all", "0-3", 4, 0, 1, { 0, 0, 0, 0 } },
	{ "uneven", "0-4", 5, 2, 3, { 0, 0, 1, 1, 2 } },
	{ "more than there are", "0-1", 2, 9, 1, { 0, 0 } },
	{ "offline in between", "0,2,4,6", 8, 2, 2, { 0, 1, 0, 1, 1, 1, 1, 1 } },
	{ "only the last", "7", 8, 2, 1, { 0, 0, 0, 0, 0, 0, 0, 0 } },
};

START_TEST(cpus_are_spread)
{
	const struct plan_case *c = &plan_cases[_i];
	struct ring_plan plan;
	bool online[8];

	ck_assert_int_eq(cpu_list_parse(c->online, online, c->possible), 0);
	ck_assert_int_eq(ring_plan_make(&plan, c->possible, online, c->per_ring), 0);
	ck_assert_msg(plan.rings == c->rings, "%s: %u rings", c->name, plan.rings);
	for (unsigned cpu = 0; cpu < c->possible; cpu++)
		ck_assert_msg(plan.ring_of_cpu[cpu] == c->ring_of_cpu[cpu],
			      "%s: CPU %u writes to ring %u", c->name, cpu, plan.ring_of_cpu[cpu]);
	ring_plan_release(&plan);
}
END_TEST

START_TEST(many_cpus_keep_within_the_largest_number_of_rings)
{
	static bool online[PROBE_CPUS_MAX];
	struct ring_plan plan;

	memset(online, 1, sizeof(online));
	ck_assert_int_eq(ring_plan_make(&plan, PROBE_CPUS_MAX, online, 1), 0);
	ck_assert_uint_eq(plan.rings, PROBE_RINGS_MAX);
	for (unsigned cpu = 0; cpu < PROBE_CPUS_MAX; cpu++)
		ck_assert_uint_lt(plan.ring_of_cpu[cpu], plan.rings);
	ring_plan_release(&plan);
}
END_TEST

struct list_case {
	const char *text;
	const char *online; /* "1" per CPU that is; NULL: refused */
};

static const struct list_case list_cases[] = {
	{ "0-3\n", "11110000" },
	{ "0", "10000000" },
	{ "0,3-4,7\n", "10011001" },
	{ "2-100\n", "00111111" },
	{ "", "00000000" },
	{ "3-1", NULL },
	{ "a", NULL },
	{ "1-", NULL },
	{ "1;2", NULL },
};

START_TEST(cpu_lists)
{
	const struct list_case *c = &list_cases[_i];
	bool online[8];
	int rc = cpu_list_parse(c->text, online, 8);

	ck_assert_msg((rc == 0) == (c->online != NULL), "'%s': returned %d", c->text, rc);
	for (size_t cpu = 0; c->online && cpu < 8; cpu++)
		ck_assert_msg(online[cpu] == (c->online[cpu] == '1'), "'%s': CPU %zu", c->text,
			      cpu);
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	Suite *suite = suite_create("buffers");
	TCase *drain = tcase_create("drain");
	TCase *plan = tcase_create("plan");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(drain, setup, teardown);
	tcase_add_test(drain, merges_by_time);
	tcase_add_test(drain, budget_leaves_the_rest);
	tcase_add_test(drain, watermark_ends_the_batch);
	tcase_add_test(drain, the_young_wait);
	tcase_add_test(drain, older_records_are_marked_late);
	tcase_add_test(drain, a_clock_set_back_is_not_late);
	tcase_add_test(drain, a_busy_record_stops_its_ring_only);
	tcase_add_test(drain, discarded_records_are_passed_over);
	tcase_add_test(drain, wraps_around);
	tcase_add_test(drain, an_impossible_length_skips_to_the_watermark);
	tcase_add_test(drain, marks_and_classes_are_tallied);
	tcase_add_loop_test(drain, damaged_records_are_rejected, 0, LEN(damage_cases));
	tcase_add_test(drain, every_short_length_is_rejected);
	tcase_add_loop_test(plan, cpus_are_spread, 0, LEN(plan_cases));
	tcase_add_test(plan, many_cpus_keep_within_the_largest_number_of_rings);
	tcase_add_loop_test(plan, cpu_lists, 0, LEN(list_cases));
	suite_add_tcase(suite, drain);
	suite_add_tcase(suite, plan);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
