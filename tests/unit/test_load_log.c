/* SPDX-License-Identifier: Apache-2.0 */
/* What libbpf says goes to the log that was begun last, and after its end to the one before. */
#include <string.h>
#include <bpf/libbpf.h>
#include "probe/load_log.h"
#include "run_suite.h"

static void make_libbpf_complain(void)
{
	bpf_object__close(bpf_object__open_file("/nonexistent/object.bpf.o", NULL));
}

START_TEST(logs_are_nested)
{
	struct load_log outer, inner;
	char reason[160];

	load_log_begin(&outer);
	load_log_begin(&inner);
	make_libbpf_complain();
	load_log_end();
	load_log_reason(&inner, reason, sizeof(reason));
	ck_assert_msg(strstr(reason, "/nonexistent/object.bpf.o"), "\"%s\"", reason);
	load_log_reason(&outer, reason, sizeof(reason));
	ck_assert_str_eq(reason, "");
	make_libbpf_complain();
	load_log_end();
	load_log_reason(&outer, reason, sizeof(reason));
	ck_assert_msg(strstr(reason, "/nonexistent/object.bpf.o"), "\"%s\"", reason);
	/* Nobody listens any more. */
	make_libbpf_complain();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("load_log");

	tcase_add_test(tcase, logs_are_nested);
	return run_suite("load_log", tcase);
}
