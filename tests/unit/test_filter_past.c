/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of the history: whatever a field is said to know of one it says now as it did when the
 * event happened, also when other things happened since.
 */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "field_steps.h"
#include "run_suite.h"
#include "state/filter/past.h"

#define FIELDS_MAX 1024

/* A file in the folder of descriptor 9, whose kernel's name is another. */
static void step_open_at(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_rename_file(host);
	field_host_begin(host, "SYSCALL_OPENAT_2_X", "openat", 4);
	build_record_ext(b, RECORD_EXT_PATH, 0, "/srv/file", 9);
	build_record_int(b, 4);
	build_record_int(b, 9);
	build_record_text(b, "link");
	build_record_int(b, 1);
	field_host_apply(host);
}

static void step_unlink_at(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_rename_file(host);
	field_host_begin(host, "SYSCALL_UNLINKAT_2_X", "unlinkat", 0);
	build_record_int(b, 0);
	build_record_int(b, 9);
	build_record_text(b, "x");
	build_record_int(b, 0);
	field_host_apply(host);
}

/* Without a name of the kernel. */
static void step_open_unnamed(struct field_host *host)
{
	struct build_record *b = &host->record;

	field_host_begin(host, "SYSCALL_OPENAT_2_X", "openat", 3);
	build_record_int(b, 3);
	build_record_int(b, AT_FDCWD);
	build_record_text(b, "passwd");
	build_record_int(b, 1);
	field_host_apply(host);
}

static void step_chdir(struct field_host *host)
{
	field_host_begin(host, "SYSCALL_CHDIR_X", "chdir", 0);
	build_record_int(&host->record, 0);
	build_record_text(&host->record, "/tmp");
	field_host_apply(host);
}

static void reuse(struct field_host *host, int fd)
{
	struct build_record *b = &host->record;

	field_host_begin(host, "SYSCALL_CLOSE_X", "close", 0);
	b->prefix.args[0] = (uint64_t)fd;
	build_record_int(b, 0);
	build_record_int(b, fd);
	field_host_apply(host);
	field_host_begin(host, "SYSCALL_OPENAT_2_X", "openat", fd);
	build_record_int(b, fd);
	build_record_int(b, AT_FDCWD);
	build_record_text(b, "/other");
	build_record_int(b, 1 << 10);
	field_host_apply(host);
}

/* All descriptors that steps make become others. */
static void step_reuse(struct field_host *host)
{
	for (int fd = 3; fd < 10; fd++)
		reuse(host, fd);
}

static const struct {
	const char *name;
	void (*step)(struct field_host *host);
} steps[] = {
	{ "exec", step_exec },
	{ "open", step_open_file },
	{ "failed open", step_open_failed },
	{ "read", step_read_file },
	{ "connect", step_connected },
	{ "failed connect", step_refused },
	{ "accept", step_accepted },
	{ "accept of IPv6", step_accepted6 },
	{ "send", step_send_datagram },
	{ "rename", step_rename_file },
	{ "mkdir", step_mkdir_folder },
	{ "kill", step_kill_bash },
	{ "setuid", step_setuid_nobody },
	{ "raw call", step_raw_call },
	{ "open at a folder", step_open_at },
	{ "unlink at a folder", step_unlink_at },
	{ "open without a name", step_open_unnamed },
	{ "failed mmap", step_mmap_failed },
};

/* What happens between an event and the question. */
static const struct {
	const char *name;
	void (*step)(struct field_host *host); /* NULL: nothing */
	enum filter_past_process process;
} laters[] = {
	{ "nothing", NULL, FILTER_PAST_SAME },
	{ "another event", step_mkdir_failed, FILTER_PAST_SAME },
	{ "a setuid", step_setuid_nobody, FILTER_PAST_CHANGED },
	{ "another program", step_exec_dog, FILTER_PAST_CHANGED },
	{ "another folder", step_chdir, FILTER_PAST_CHANGED },
	{ "other descriptors", step_reuse, FILTER_PAST_SAME },
};
#define LATERS (sizeof(laters) / sizeof(laters[0]))

/* Values of fields that need no argument, under both names of a file; owned. */
struct values {
	const struct field *fields[FIELDS_MAX];
	char *texts[FIELDS_MAX][2];
	size_t len;
};

static void values_take(struct values *values, struct field_host *host)
{
	const struct field_class *class;

	values->len = 0;
	for (size_t k = 0; (class = field_class_at(k)) != NULL; k++) {
		for (size_t i = 0; i < class->fields_len; i++) {
			const struct field *field = &class->fields[i];

			if (field->arg == FIELD_ARG_INDEX || field->arg == FIELD_ARG_KEY ||
			    field->arg == FIELD_ARG_EITHER)
				continue;
			ck_assert_uint_lt(values->len, FIELDS_MAX);
			values->fields[values->len] = field;
			for (unsigned n = 0; n < 2; n++)
				values->texts[values->len][n] =
					strdup(field_host_value(host, field->name, n));
			values->len++;
		}
	}
	host->event.names = FILTER_NAMES_CALLED;
}

static void values_release(struct values *values)
{
	for (size_t i = 0; i < values->len; i++)
		for (unsigned n = 0; n < 2; n++)
			free(values->texts[i][n]);
}

static const struct history_event *find(const struct snapshot *snapshot, uint64_t num)
{
	const struct history_event *kept = snapshot_event(snapshot, num);

	ck_assert_ptr_nonnull(kept);
	return kept;
}

START_TEST(test_past)
{
	const size_t step = (size_t)_i / LATERS, later = (size_t)_i % LATERS;
	struct values *then = calloc(1, sizeof(*then)), *now = calloc(1, sizeof(*now));
	struct snapshot *snapshot;
	struct filter_past past;
	struct field_host host;
	unsigned known = 0;
	uint64_t num;

	field_host_init(&host);
	steps[step].step(&host);
	num = host.event.num;
	values_take(then, &host);
	if (laters[later].step)
		laters[later].step(&host);
	ck_assert_int_eq(state_publish(host.state, &snapshot), 0);
	ck_assert_int_eq(filter_event_past(&host.event, find(snapshot, num), &past), 0);
	if (laters[later].step)
		ck_assert_msg(past.process == laters[later].process, "%s, then %s: %u",
			      steps[step].name, laters[later].name, past.process);
	ck_assert_uint_eq(host.event.num, num);
	values_take(now, &host);
	for (size_t i = 0; i < then->len; i++) {
		const char *name = then->fields[i]->name;
		bool knows = filter_past_knows(&past, then->fields[i]);

		/* Where nothing happened it is as it was, known or not, as far as it is kept. */
		if (!knows && (laters[later].step || past.now & FILTER_PAST_FD_NOW ||
			       strncmp(name, "evt.deltatime", 13) == 0))
			continue;
		known += knows;
		for (unsigned n = 0; n < 2; n++) {
			ck_assert_ptr_nonnull(now->texts[i][n]);
			ck_assert_msg(strcmp(then->texts[i][n], now->texts[i][n]) == 0,
				      "%s, then %s: %s under name %u was %s, is %s",
				      steps[step].name, laters[later].name, name, n,
				      then->texts[i][n], now->texts[i][n]);
		}
	}
	/* Much where nothing changed; else what the event tells of its descriptor. */
	if (past.process == FILTER_PAST_SAME)
		ck_assert_uint_gt(known, 60);
	else
		ck_assert_uint_ge(known, past.now & FILTER_PAST_FD_NOW ? 0 : 20);
	filter_past_release(&host.event, &past);
	snapshot_unref(snapshot);
	values_release(then);
	values_release(now);
	free(then);
	free(now);
	field_host_release(&host);
}
END_TEST

/* Of a process that nobody knows there is what its event tells, and nothing is made up. */
START_TEST(test_gone)
{
	struct field_host host, other;
	struct snapshot *snapshot;
	struct filter_past past;

	field_host_init(&host);
	step_open_file(&host);
	ck_assert_int_eq(state_publish(host.state, &snapshot), 0);
	field_host_init_empty(&other);
	ck_assert_int_eq(filter_event_past(&other.event, find(snapshot, host.event.num), &past), 0);
	ck_assert_int_eq(past.process, FILTER_PAST_GONE);
	ck_assert_str_eq(field_host_value(&other, "proc.name", FILTER_NAMES_CALLED), "cat");
	ck_assert_str_eq(field_host_value(&other, "proc.pname", FILTER_NAMES_CALLED), "-");
	ck_assert_str_eq(field_host_value(&other, "fd.name", FILTER_NAMES_RESOLVED), "/etc/hosts");
	filter_past_release(&other.event, &past);
	snapshot_unref(snapshot);
	field_host_release(&other);
	field_host_release(&host);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filter_past");

	tcase_add_loop_test(tcase, test_past, 0, (int)(sizeof(steps) / sizeof(steps[0]) * LATERS));
	tcase_add_test(tcase, test_gone);
	return run_suite("filter_past", tcase);
}
