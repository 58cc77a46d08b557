/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The counter plane with tables far too small: nothing is lost, counts only become less detailed.
 * The object is loaded here, by hand, because the sizes are no option of the probe.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "ledger.h"
#include "live_probe.h"
#include "probe/live.h"
#include "probe/table.h"
#include "probe/count.skel.h"

#define TIMEOUT_S 60
#define REPEATS 7
#define CHILDREN 60

/* More numbers, each failing with EBADF on fd -1, than a thread has slots for. */
static const int many_numbers[] = {
	SYS_dup,
	SYS_fsync,
	SYS_fdatasync,
	SYS_ftruncate,
	SYS_fchmod,
	SYS_fchown,
	SYS_fchdir,
	SYS_getdents64,
	SYS_lseek,
	SYS_fallocate,
	SYS_syncfs,
	SYS_fstat,
	SYS_fstatfs,
	SYS_timerfd_gettime,
	SYS_inotify_rm_watch,
	SYS_getsockname,
	SYS_getpeername,
	SYS_listen,
	SYS_shutdown,
	SYS_accept,
	SYS_flistxattr,
	SYS_getsockopt,
	SYS_setsockopt,
	SYS_connect,
	SYS_bind,
	SYS_readahead,
	SYS_read,
	SYS_write,
	SYS_pread64,
	SYS_pwrite64,
	SYS_fcntl,
	SYS_ioctl,
	SYS_readv,
	SYS_writev,
	SYS_preadv,
	SYS_pwritev,
	SYS_sync_file_range,
	SYS_sendfile,
	SYS_vmsplice,
};
#define MANY (sizeof(many_numbers) / sizeof(many_numbers[0]))

struct small_sizes {
	unsigned overflow, errnos, exits_bytes, late_exits;
	unsigned timings; /* 0: 1 */
};

static struct probe *small_probe(const struct small_sizes *sizes)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	long page = sysconf(_SC_PAGESIZE);

	ck_assert_ptr_nonnull(probe);
	probe->epoll_fd = -1;
	probe->cpus = (unsigned)libbpf_num_possible_cpus();
	probe->count = count_bpf__open();
	ck_assert_ptr_nonnull(probe->count);
	probe->count->rodata->nr_info[SYS_clone].flags = NR_F_CLONE;
	probe->count->rodata->nr_info[SYS_exit_group].flags = NR_F_EXIT;
	probe->count->rodata->nr_info[SYS_read].io = COUNT_IO_IN;
	probe->count->rodata->nr_info[SYS_write].io = COUNT_IO_OUT;
	bpf_map__set_max_entries(probe->count->maps.cpu_stats, probe->cpus);
	bpf_map__set_max_entries(probe->count->maps.overflow, sizes->overflow);
	bpf_map__set_max_entries(probe->count->maps.errnos, sizes->errnos);
	bpf_map__set_max_entries(probe->count->maps.exits, sizes->exits_bytes);
	bpf_map__set_max_entries(probe->count->maps.late_exits, sizes->late_exits);
	bpf_map__set_max_entries(probe->count->maps.timings, sizes->timings ? sizes->timings : 1);
	bpf_program__set_autoattach(probe->count->progs.count_enter, false);
	table_choose(probe->count->obj, live_guarded() ? TABLE_BY_PROGRAMS : TABLE_BY_BPF);
	ck_assert_int_eq(count_bpf__load(probe->count), 0);

	probe->stats_bytes = (sizeof(struct cpu_stats) * probe->cpus + (size_t)page - 1) /
			     (size_t)page * (size_t)page;
	probe->stats = mmap(NULL, probe->stats_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			    bpf_map__fd(probe->count->maps.cpu_stats), 0);
	ck_assert_ptr_ne(probe->stats, MAP_FAILED);
	ck_assert_int_eq(count_bpf__attach(probe->count), 0);
	return probe;
}

/* Maps the knobs, as loading the probe does. */
static int small_knobs(struct probe *probe)
{
	long page = sysconf(_SC_PAGESIZE);

	probe->knobs_bytes =
		(sizeof(struct probe_knobs) + (size_t)page - 1) / (size_t)page * (size_t)page;
	probe->knobs = mmap(NULL, probe->knobs_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			    bpf_map__fd(probe->count->maps.knobs), 0);
	return probe->knobs == MAP_FAILED ? -errno : 0;
}

static int many_work(void *arg)
{
	for (size_t i = 0; i < MANY; i++) {
		for (int n = 0; n < REPEATS; n++) {
			if (syscall(many_numbers[i], -1, 0, 0, 0, 0) != -1 || errno != EBADF)
				return 1;
		}
	}
	return 0;
}

/* Runs many_work() in a child, reading while it lives and after. */
static pid_t run_many(struct ledger *ledger, struct probe *probe)
{
	struct live_child child;

	ledger_init(ledger);
	child = live_child_start(many_work, NULL);
	ledger_add(ledger, child.pid);
	ck_assert_int_eq(ledger_refresh(ledger, probe), 0);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_int_eq(ledger_refresh(ledger, probe), 0);
	return child.pid;
}

static unsigned overflow_rows_of(const struct probe *probe, pid_t tid)
{
	int fd = bpf_map__fd(probe->count->maps.overflow);
	struct overflow_key key, next;
	unsigned rows = 0;

	for (int rc = bpf_map_get_next_key(fd, NULL, &next); rc == 0;
	     rc = bpf_map_get_next_key(fd, &key, &next)) {
		rows += next.tid == (uint32_t)tid;
		key = next;
	}
	return rows;
}

START_TEST(numbers_without_a_slot_keep_their_rows)
{
	struct probe *probe = small_probe(&(struct small_sizes){
		.overflow = 4096, .errnos = 4096, .exits_bytes = 1 << 20, .late_exits = 64 });
	struct ledger ledger;
	pid_t pid;

	pid = run_many(&ledger, probe);
	for (size_t i = 0; i < MANY; i++) {
		struct call_count sum = ledger_sum(&ledger, many_numbers[i]);
		/* The C library and the test's own start call these too. */
		bool alone = many_numbers[i] != SYS_read && many_numbers[i] != SYS_write &&
			     many_numbers[i] != SYS_fstat && many_numbers[i] != SYS_lseek;

		ck_assert_msg(!alone || (sum.calls == REPEATS && sum.errors == REPEATS),
			      "number %d: %llu calls, %llu errors", many_numbers[i], sum.calls,
			      sum.errors);
		ck_assert_uint_eq(ledger_errno(&ledger, many_numbers[i], EBADF), REPEATS);
	}
	ck_assert_uint_eq(ledger_sum(&ledger, COUNT_NR_OTHER).calls, 0);
	ck_assert_uint_eq(ledger_sum(&ledger, -1).errors, MANY * REPEATS);
	ck_assert_uint_gt(probe->count->bss->overflow_rows, 0);
	ck_assert_uint_eq(overflow_rows_of(probe, pid), 0); /* gone with it */
	ledger_release(&ledger);
	probe_free(probe);
}
END_TEST

START_TEST(full_tables_keep_the_sums)
{
	struct probe *probe = small_probe(&(struct small_sizes){
		.overflow = 2, .errnos = 2, .exits_bytes = 1 << 20, .late_exits = 64 });
	struct ledger ledger;
	struct call_count sum;
	uint64_t errnos = 0;

	run_many(&ledger, probe);
	sum = ledger_sum(&ledger, -1);
	ck_assert_uint_eq(sum.errors, MANY * REPEATS);
	ck_assert_uint_gt(ledger_sum(&ledger, COUNT_NR_OTHER).calls, 0);
	ck_assert_uint_gt(ledger_sum(&ledger, COUNT_NR_OTHER).errors, 0);
	/* Those that fail, the read that started the child, its end, and what the library does. */
	ck_assert_uint_ge(sum.calls, MANY * REPEATS + 2);
	ck_assert_uint_le(sum.calls, MANY * REPEATS + 12);
	for (size_t i = 0; i < MANY; i++)
		errnos += ledger_errno(&ledger, many_numbers[i], EBADF);
	/* Other processes of the machine fail as well. */
	ck_assert_uint_ge(errnos + ledger.errnos_lost, MANY * REPEATS);
	ck_assert_uint_gt(ledger.errnos_lost, 0);
	ledger_release(&ledger);
	probe_free(probe);
}
END_TEST

/* A full table of durations costs durations, never a call; and how many is known. */
START_TEST(a_full_table_of_durations_loses_no_call)
{
	struct probe *probe = small_probe(&(struct small_sizes){ .overflow = 4096,
								 .errnos = 4096,
								 .exits_bytes = 1 << 20,
								 .late_exits = 64,
								 .timings = 20 });
	struct probe_health health;
	struct ledger ledger;

	ck_assert_int_eq(small_knobs(probe), 0);
	ck_assert_int_eq(probe_want_timing(probe, PROBE_TIMED_ALL), 0);
	while (probe_timing(probe) == PROBE_TIMING_STARTING)
		live_sleep_ms(1);
	run_many(&ledger, probe);
	ck_assert_uint_eq(ledger_sum(&ledger, -1).errors, MANY * REPEATS);
	ck_assert_uint_eq(ledger_errno(&ledger, SYS_dup, EBADF), REPEATS);
	ck_assert_uint_lt(ledger_timed(&ledger, -1), ledger_sum(&ledger, -1).calls);
	ck_assert_int_eq(probe_health(probe, &health), 0);
	ck_assert_uint_ge(health.untimed,
			  ledger_sum(&ledger, -1).errors - ledger_timed(&ledger, -1));
	ledger_release(&ledger);
	probe_free(probe);
}
END_TEST

/* Children that end while nobody reads. */
static void end_many(struct ledger *ledger)
{
	for (int i = 0; i < CHILDREN; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			ledger_join(ledger);
			for (int n = 0; n < REPEATS; n++)
				syscall(SYS_getsid, -1);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

START_TEST(exits_beyond_the_ring_keep_their_records)
{
	struct probe *probe = small_probe(&(struct small_sizes){
		.overflow = 64, .errnos = 4096, .exits_bytes = 4096, .late_exits = 16384 });
	struct ledger ledger;

	ledger_init(&ledger);
	for (unsigned round = 1; round <= 2; round++) {
		end_many(&ledger);
		ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
		ck_assert_uint_eq(ledger.records, round * CHILDREN);
		ck_assert_uint_eq(ledger_sum(&ledger, SYS_getsid).calls,
				  round * CHILDREN * REPEATS);
		ck_assert_uint_eq(ledger_sum(&ledger, SYS_getsid).errors,
				  round * CHILDREN * REPEATS);
	}
	ck_assert_uint_gt(probe->count->bss->late_exits_made, 0);
	ledger_release(&ledger);
	probe_free(probe);
}
END_TEST

START_TEST(exits_beyond_all_tables_go_to_other)
{
	struct probe *probe = small_probe(&(struct small_sizes){
		.overflow = 64, .errnos = 4096, .exits_bytes = 4096, .late_exits = 1 });
	struct ledger ledger;
	uint64_t kept;

	ledger_init(&ledger);
	end_many(&ledger);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	kept = ledger_sum(&ledger, SYS_getsid).calls;
	ck_assert_uint_lt(kept, CHILDREN * REPEATS);
	/* What else ended on the machine meanwhile is in there too. */
	ck_assert_uint_ge(kept + ledger.other.calls, CHILDREN * REPEATS);
	ck_assert_uint_ge(kept + ledger.other.errors, CHILDREN * REPEATS);
	ledger_release(&ledger);
	probe_free(probe);
}
END_TEST

/* Reads and writes known bytes; the descriptors are at least *arg. */
static int bytes_work(void *arg)
{
	int low = *(const int *)arg;
	int zero = fcntl(open("/dev/zero", O_RDONLY), F_DUPFD, low);
	int udp = fcntl(socket(AF_INET, SOCK_DGRAM, 0), F_DUPFD, low);
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(addr);
	int pipes[2], local[2];
	char buf[1024];

	if (bind(udp, (struct sockaddr *)&addr, len) || getsockname(udp, (void *)&addr, &len) ||
	    connect(udp, (struct sockaddr *)&addr, len) || pipe(pipes) ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, local))
		return 1;
	return read(zero, buf, 300) == 300 && write(udp, buf, 500) == 500 &&
			       read(udp, buf, sizeof(buf)) == 500 &&
			       write(pipes[1], buf, 70) == 70 && write(local[0], buf, 11) == 11
		       ? 0
		       : 2;
}

/* What kernels without bpf_rdonly_cast run: small fd tables by loads, large ones by helpers. */
START_TEST(byte_classes_without_casts)
{
	static const int lowest[] = { 3, 40, 64, 200 };
	struct probe *probe = small_probe(&(struct small_sizes){
		.overflow = 64, .errnos = 4096, .exits_bytes = 1 << 20, .late_exits = 64 });
	struct byte_count before, after;
	struct ledger ledger;
	struct live_child child;

	ledger_init(&ledger);
	child = live_child_start(bytes_work, (void *)&lowest[_i]);
	ledger_add(&ledger, child.pid);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	before = ledger_bytes(&ledger);
	live_child_go(&child);
	ck_assert_int_eq(live_child_wait(&child), 0);
	ck_assert_int_eq(ledger_refresh(&ledger, probe), 0);
	after = ledger_bytes(&ledger);
	ck_assert_uint_eq(after.file_in - before.file_in, 300);
	ck_assert_uint_eq(after.net_out - before.net_out, 500);
	ck_assert_uint_eq(after.net_in - before.net_in, 500);
	ck_assert_uint_eq(after.ipc_out - before.ipc_out, 81);
	ck_assert_uint_eq(after.ipc_in - before.ipc_in, 1); /* what started the child */
	ledger_release(&ledger);
	probe_free(probe);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("full_tables");
	TCase *tcase = tcase_create("full_tables");
	SRunner *runner;
	int failed;

	live_require();
	tcase_add_test(tcase, numbers_without_a_slot_keep_their_rows);
	tcase_add_test(tcase, full_tables_keep_the_sums);
	tcase_add_test(tcase, a_full_table_of_durations_loses_no_call);
	tcase_add_test(tcase, exits_beyond_the_ring_keep_their_records);
	tcase_add_test(tcase, exits_beyond_all_tables_go_to_other);
	tcase_add_loop_test(tcase, byte_classes_without_casts, 0, 4);
	tcase_set_timeout(tcase, TIMEOUT_S);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
