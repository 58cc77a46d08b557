/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files as snapshots show them: what passes find, joined with what calls have told, flags,
 * roles and queues.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "build_record.h"
#include "run_suite.h"
#include "state/fd_table.h"
#include "state/state.h"

#define PID 100
#define TCP .family = AF_INET, .sock_type = SOCK_STREAM, .protocol = IPPROTO_TCP
#define TUPLE "\x02\x0a\x00\x00\x01\x88\x13\x0a\x00\x00\x02\x50\x00" /* 10.0.0.1:5000 10.0.0.2:80 */

static struct state *state;
static struct snapshot *snapshot;
static unsigned passes; /* that the state asked for */

/* What a message brought: fd 9. */
static int tell_files(void *ctx, uint32_t pid)
{
	struct file_sample file = {
		.pid = pid, .fd = 9, .start_boot_ns = pid, .mode = S_IFREG, .ino = 5, .path_len = 2
	};

	passes++;
	state_files_begin(state, pid, STATE_PASS_FOLLOW);
	state_file(state, &file, "/p");
	state_files_end(state, pid);
	return 0;
}

static void meet(uint32_t pid)
{
	struct task_sample task = { .pid = pid,
				    .tid = pid,
				    .start_boot_ns = pid,
				    .thread_start_boot_ns = pid,
				    .threads = 1 };

	state_refresh_begin(state, 1000000000ull);
	state_task(state, &task, NULL);
	state_refresh_end(state);
}

static void setup(void)
{
	struct state_opts opts = { .memory_bytes = 0 };
	struct state_source source = { .process_files = tell_files };

	passes = 0;
	snapshot = NULL;
	ck_assert_int_eq(state_new(&opts, &source, &state), 0);
	state_show_files(state, STATE_SHOW);
	meet(PID);
}

static void teardown(void)
{
	snapshot_unref(snapshot);
	state_free(state);
}

static void tell(const struct file_sample *file, const char *path)
{
	struct file_sample told = *file;

	told.pid = told.pid ? told.pid : PID;
	told.start_boot_ns = told.pid;
	told.path_len = (uint16_t)strlen(path);
	state_file(state, &told, path);
}

static void begin(enum state_pass files)
{
	state_files_begin(state, 0, files);
}

static void end(void)
{
	state_files_end(state, 0);
}

/* The row of an fd in a new snapshot, NULL when it is not open. */
static const struct fd_row *look(int fd)
{
	struct snapshot *now;

	/* Tables are made anew when something else is to be shown. */
	state_show_files(state, STATE_HIDE);
	state_show_files(state, STATE_SHOW);
	ck_assert_int_eq(state_publish(state, &now), 0);
	snapshot_unref(snapshot);
	snapshot = now;
	for (size_t i = 0; i < snapshot->fds_len; i++)
		if (snapshot->fds[i].fd == fd && snapshot->procs[snapshot->fds[i].proc].pid == PID)
			return &snapshot->fds[i];
	return NULL;
}

/* Bytes of a parameter of an event. */
struct given {
	const char *param;
	const void *value;
	size_t len;
};

/* A call; event NULL: the generic one. */
static const char *call(const char *name, const char *event, const struct build_prefix *more,
			const struct given *given)
{
	static struct build_record b;
	const struct event_desc *desc =
		event ? event_by_id(event) : event_by_code(EVENT_CODE_GENERIC_X);
	struct build_prefix prefix = *more;
	size_t size;

	prefix.ts_ns = 1;
	prefix.pid = PID;
	prefix.start_boot_ns = PID;
	prefix.nr = syscall_nr(syscall_by_name(name));
	build_record_init(&b, desc->code, &prefix);
	for (size_t i = 0; i < desc->params_len; i++) {
		if (given && strcmp(desc->params[i].name, given->param) == 0)
			build_record_bytes(&b, given->value, given->len);
		else
			build_record_empty(&b);
	}
	size = build_record_finish(&b);
	ck_assert_int_eq(state_record(state, b.data, size), 0);
	return state_last_event(state)->fd_name;
}

#define CALL(name, ...) call(name, NULL, &(struct build_prefix){ __VA_ARGS__ }, NULL)

START_TEST(what_is_not_told_is_closed)
{
	begin(STATE_PASS_LOOK);
	tell(&(struct file_sample){ .fd = 3, .mode = S_IFREG, .ino = 1 }, "/a");
	tell(&(struct file_sample){ .fd = 4, .mode = S_IFREG, .ino = 2 }, "/b");
	end();
	ck_assert_str_eq(look(3)->name, "/a");
	ck_assert_uint_eq(snapshot->procs[0].fds, 2);
	ck_assert_uint_eq(snapshot->procs[0].fds_files, 2);
	begin(STATE_PASS_LOOK);
	tell(&(struct file_sample){ .fd = 4, .mode = S_IFREG, .ino = 9 }, "/c");
	end();
	ck_assert_ptr_null(look(3));
	ck_assert_str_eq(look(4)->name, "/c");
	begin(STATE_PASS_LOOK);
	end();
	ck_assert_ptr_null(look(4));
	ck_assert(!snapshot->procs[0].fds_known);
}
END_TEST

/* A pass sees what is open now, events tell of what was: the process may have ended meanwhile. */
START_TEST(what_events_follow_stays_open)
{
	begin(STATE_PASS_FOLLOW);
	tell(&(struct file_sample){ .fd = 3, .mode = S_IFREG, .ino = 1 }, "/a");
	end();
	begin(STATE_PASS_FOLLOW);
	tell(&(struct file_sample){ .fd = 4, .mode = S_IFREG, .ino = 2 }, "/b");
	end();
	ck_assert_str_eq(look(3)->name, "/a");
	ck_assert_str_eq(look(4)->name, "/b");
	begin(STATE_PASS_FOLLOW);
	end();
	ck_assert_str_eq(CALL("read", .ret = 1, .args = { 3 }), "/a");
}
END_TEST

/* A table that nobody follows names no events. */
START_TEST(looked_at_names_no_events)
{
	begin(STATE_PASS_LOOK);
	tell(&(struct file_sample){ .fd = 3, .mode = S_IFREG, .ino = 1 }, "/a");
	end();
	ck_assert_str_eq(CALL("read", .ret = 1, .args = { 3 }), "");
	ck_assert_str_eq(look(3)->name, "/a");
	begin(STATE_PASS_FOLLOW);
	tell(&(struct file_sample){ .fd = 3, .mode = S_IFREG, .ino = 1 }, "/a");
	end();
	ck_assert_str_eq(CALL("read", .ret = 1, .args = { 3 }), "/a");
}
END_TEST

static const struct file_sample connected = {
	.fd = 5,
	.mode = S_IFSOCK,
	.ino = 7,
	.dev = 8,
	TCP,
	.sock_state = FILE_SOCK_ESTABLISHED,
	.sport = 5000,
	.dport = 80,
	.saddr = { 10, 0, 0, 1 },
	.daddr = { 10, 0, 0, 2 },
};

/* Role and order of the ends stay where events have told them. */
START_TEST(roles_are_joined)
{
	begin(STATE_PASS_FOLLOW);
	tell(&(struct file_sample){ .fd = 0, .mode = S_IFREG, .ino = 1 }, "/a");
	end();
	CALL("socket", .ret = 5, .args = { AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC });
	ck_assert_uint_eq(look(5)->flags & (FD_F_CLOEXEC | FD_F_CLIENT), FD_F_CLOEXEC);
	ck_assert_uint_eq(look(5)->open_flags, O_RDWR | O_NONBLOCK);
	call("connect", "SOCKET_CONNECT_X",
	     &(struct build_prefix){ .ret = -EINPROGRESS, .args = { 5 } },
	     &(struct given){ "tuple", TUPLE, sizeof(TUPLE) - 1 });
	ck_assert_uint_eq(look(5)->flags & (FD_F_CLIENT | FD_F_CONNECTED), FD_F_CLIENT);
	/* Refused: a value of getsockopt has its kind in front. */
	call("getsockopt", "SOCKET_GETSOCKOPT_X", &(struct build_prefix){ .args = { 5, 1, 4 } },
	     &(struct given){ "val", "\x01\x91\xff\xff\xff\xff\xff\xff\xff", 9 });
	ck_assert_uint_eq(look(5)->flags & (FD_F_CLIENT | FD_F_CONNECTED), 0);
	call("connect", "SOCKET_CONNECT_X",
	     &(struct build_prefix){ .ret = -EINPROGRESS, .args = { 5 } },
	     &(struct given){ "tuple", TUPLE, sizeof(TUPLE) - 1 });
	call("getsockopt", "SOCKET_GETSOCKOPT_X", &(struct build_prefix){ .args = { 5, 1, 4 } },
	     &(struct given){ "val", "\x01\0\0\0\0\0\0\0\0", 9 });
	ck_assert_uint_eq(look(5)->flags & (FD_F_CLIENT | FD_F_CONNECTED),
			  FD_F_CLIENT | FD_F_CONNECTED);
	state_files_begin(state, PID, STATE_PASS_FOLLOW);
	tell(&connected, "socket:[7]");
	state_files_end(state, PID);
	ck_assert_uint_eq(look(5)->flags & (FD_F_CLIENT | FD_F_CONNECTED),
			  FD_F_CLIENT | FD_F_CONNECTED);
	ck_assert_uint_eq(look(5)->ino, 7);
	ck_assert_mem_eq(look(5)->tuple, TUPLE, sizeof(TUPLE) - 1);
}
END_TEST

/* Of connections that were there before: who listens at the port is the server. */
START_TEST(roles_are_found)
{
	struct file_sample other = connected;

	begin(STATE_PASS_LOOK);
	tell(&(struct file_sample){ .fd = 4,
				    .mode = S_IFSOCK,
				    TCP,
				    .sock_state = FILE_SOCK_LISTEN,
				    .queue = 2,
				    .queue_max = 9,
				    .sport = 5000 },
	     "socket:[1]");
	tell(&connected, "socket:[7]");
	other.fd = 6;
	other.sport = 40000;
	tell(&other, "socket:[8]");
	other.fd = 7;
	other.family = AF_INET;
	other.protocol = IPPROTO_UDP;
	other.sock_type = SOCK_DGRAM;
	tell(&other, "socket:[9]");
	end();
	ck_assert_uint_eq(look(4)->flags & (FD_F_LISTENS | FD_F_LISTEN),
			  FD_F_LISTENS | FD_F_LISTEN);
	ck_assert_uint_eq(look(4)->queue, 2);
	ck_assert_uint_eq(look(4)->queue_max, 9);
	ck_assert_uint_eq(look(5)->flags & (FD_F_CLIENT | FD_F_SERVER), FD_F_SERVER);
	/* The client, 10.0.0.2:80 here, stands first. */
	ck_assert_mem_eq(look(5)->tuple, "\x02\x0a\0\0\x02\x50\0\x0a\0\0\x01\x88\x13", 13);
	ck_assert_uint_eq(look(6)->flags & (FD_F_CLIENT | FD_F_SERVER), FD_F_CLIENT);
	ck_assert_uint_eq(look(7)->flags & (FD_F_CLIENT | FD_F_SERVER), 0);
}
END_TEST

START_TEST(flags_are_of_the_open_file)
{
	begin(STATE_PASS_FOLLOW);
	tell(&(struct file_sample){ .fd = 0, .mode = S_IFREG, .ino = 1 }, "/a");
	end();
	call("openat", "SYSCALL_OPENAT_2_X",
	     &(struct build_prefix){ .ret = 3, .args = { 0, 0, O_WRONLY | O_CREAT | O_APPEND } },
	     &(struct given){ "name", "/x", 3 });
	CALL("dup", .ret = 4, .args = { 3 });
	call("openat", "SYSCALL_OPENAT_2_X",
	     &(struct build_prefix){ .ret = 5, .args = { 0, 0, O_RDONLY } },
	     &(struct given){ "name", "/x", 3 });
	ck_assert_uint_eq(look(4)->open_flags, O_WRONLY | O_APPEND);
	CALL("fcntl", .args = { 4, F_SETFL, O_NONBLOCK });
	ck_assert_uint_eq(look(3)->open_flags, O_WRONLY | O_NONBLOCK);
	ck_assert_uint_eq(look(4)->open_flags, O_WRONLY | O_NONBLOCK);
	ck_assert_uint_eq(look(5)->open_flags, O_RDONLY);
	CALL("fcntl", .ret = -EINVAL, .args = { 4, F_SETFL, O_APPEND });
	ck_assert_uint_eq(look(4)->open_flags, O_WRONLY | O_NONBLOCK);
}
END_TEST

/* A control message with one descriptor in an array of one, and hostile ones. */
START_TEST(rights_are_looked_up)
{
	union {
		struct cmsghdr head;
		uint8_t bytes[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS } };
	int fd = 9;

	begin(STATE_PASS_FOLLOW);
	tell(&(struct file_sample){ .fd = 0, .mode = S_IFREG, .ino = 1 }, "/a");
	end();
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	call("recvmsg", "SOCKET_RECVMSG_X", &(struct build_prefix){ .ret = 1, .args = { 0 } },
	     &(struct given){ "msgcontrol", control.bytes, sizeof(control.bytes) });
	ck_assert_uint_eq(passes, 1);
	ck_assert_str_eq(look(9)->name, "/p");
	for (size_t len = 0; len < 64; len++) {
		control.head.cmsg_len = len;
		call("recvmsg", "SOCKET_RECVMSG_X",
		     &(struct build_prefix){ .ret = 1, .args = { 0 } },
		     &(struct given){ "msgcontrol", control.bytes,
				      len < sizeof(control.bytes) ? len : sizeof(control.bytes) });
	}
	control.head.cmsg_len = SIZE_MAX - 3;
	call("recvmsg", "SOCKET_RECVMSG_X", &(struct build_prefix){ .ret = 1, .args = { 0 } },
	     &(struct given){ "msgcontrol", control.bytes, sizeof(control.bytes) });
	ck_assert_str_eq(look(9)->name, "/p");
}
END_TEST

/* Look-ups have a budget, which a refresh renews. */
START_TEST(lookups_are_budgeted)
{
	begin(STATE_PASS_FOLLOW);
	tell(&(struct file_sample){ .fd = 0, .mode = S_IFREG, .ino = 1 }, "/a");
	end();
	for (int i = 0; i < 1000; i++)
		CALL("ioctl", .args = { 9, FIONBIO });
	ck_assert_uint_gt(passes, 10);
	ck_assert_uint_lt(passes, 100);
	passes = 0;
	meet(PID);
	CALL("ioctl", .args = { 9, FIONBIO });
	ck_assert_uint_eq(passes, 1);
}
END_TEST

/* What exec closes is known but for files that were found where the mark cannot be seen. */
START_TEST(exec_closes_what_is_marked)
{
	begin(STATE_PASS_FOLLOW);
	tell(
		&(struct file_sample){
			.fd = 3, .mode = S_IFREG, .ino = 1, .marks = FILE_F_CLOEXEC_KNOWN },
		"/a");
	tell(&(struct file_sample){ .fd = 4,
				    .mode = S_IFREG,
				    .ino = 2,
				    .marks = FILE_F_CLOEXEC_KNOWN | FILE_F_CLOEXEC },
	     "/b");
	end();
	call("execve", "SYSCALL_EXECVE_19_X", &(struct build_prefix){ .comm = "x" }, NULL);
	ck_assert_ptr_nonnull(look(3));
	ck_assert_ptr_null(look(4));
	ck_assert(snapshot->procs[0].fds_known);
	begin(STATE_PASS_FOLLOW);
	tell(&(struct file_sample){ .fd = 3, .mode = S_IFREG, .ino = 1 }, "/a");
	tell(&(struct file_sample){ .fd = 4, .mode = S_IFREG, .ino = 3 }, "/c");
	end();
	call("execve", "SYSCALL_EXECVE_19_X", &(struct build_prefix){ .comm = "x" }, NULL);
	meet(PID);
	ck_assert_ptr_nonnull(look(4));
	ck_assert(!snapshot->procs[0].fds_known);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("fd_pass");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_is_not_told_is_closed);
	tcase_add_test(tcase, what_events_follow_stays_open);
	tcase_add_test(tcase, looked_at_names_no_events);
	tcase_add_test(tcase, roles_are_joined);
	tcase_add_test(tcase, roles_are_found);
	tcase_add_test(tcase, flags_are_of_the_open_file);
	tcase_add_test(tcase, rights_are_looked_up);
	tcase_add_test(tcase, lookups_are_budgeted);
	tcase_add_test(tcase, exec_closes_what_is_marked);
	return run_suite("fd_pass", tcase);
}
