/* SPDX-License-Identifier: Apache-2.0 */
/* Things that happen, see field_steps.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include "field_steps.h"

/* 10.0.0.1:5000 -> 10.0.0.2:80, turned, and 10.0.0.2:80 alone. */
#define TUPLE "\x02\x0a\0\0\x01\x88\x13\x0a\0\0\x02\x50\0"
#define DNS "\x02\x0a\0\0\x01\x88\x13\x08\x08\x08\x08\x35\0"
#define ADDRESS "\x02\x0a\0\0\x02\x50\0"
#define TUPLE6 \
	"\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x88\x13\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\x50\0"

/* Kernel's O_ flags 0101 as a capture has them, and the mark that the file was made. */
#define CAPTURE_RDWR_CREAT_CREATED (3 | 1 << 2 | 1 << 14)

void step_exec(struct field_host *host)
{
}

void step_asked(struct field_host *host)
{
	field_host_begin_of(host, 300, "SYSCALL_GETUID_X", "getuid", 1000);
	build_record_int(&host->record, 4242);
	field_host_apply(host);
}

/* openat(AT_FDCWD, "link/../hosts", O_RDWR|O_CREAT, 0755) = 3, which is /etc/hosts. */
void step_open_file(struct field_host *host)
{
	static const struct record_file_id id = { .ino = 99, .dev = 0x801, .mode = 0100644 };
	struct build_record *b = &host->record;

	field_host_begin(host, "SYSCALL_OPENAT_2_X", "openat", 3);
	b->prefix.args[2] = O_RDWR | O_CREAT;
	b->prefix.duration_ns = 2 * HOST_SECOND + 34567;
	build_record_ext(b, RECORD_EXT_PATH, 0, "/etc/hosts", 10);
	build_record_ext(b, RECORD_EXT_FILE_ID, 0, &id, sizeof(id));
	build_record_int(b, 3);
	build_record_int(b, AT_FDCWD);
	build_record_text(b, "link/../hosts");
	build_record_int(b, CAPTURE_RDWR_CREAT_CREATED | 1 << 15);
	build_record_int(b, 0755);
	build_record_int(b, 0x801);
	build_record_int(b, 99);
	field_host_apply(host);
}

void step_open_failed(struct field_host *host)
{
	struct build_record *b = &host->record;

	field_host_begin(host, "SYSCALL_OPENAT_2_X", "openat", -ENOENT);
	build_record_int(b, -ENOENT);
	build_record_int(b, AT_FDCWD);
	build_record_text(b, "a/b.txt");
	build_record_int(b, 1);
	build_record_int(b, 0);
	field_host_apply(host);
}

/* The table of open files has to be known before it is followed. */
void step_know_files(struct field_host *host)
{
	static const struct file_sample tty = {
		.pid = 100,
		.start_boot_ns = 9 * HOST_SECOND,
		.fd = 0,
		.ino = 5,
		.dev = 0x8801,
		.mode = 020620,
		.path_len = 10,
	};
	struct file_sample file = tty;

	state_file(host->state, &file, "/dev/pts/1");
	file.fd = 1;
	state_file(host->state, &file, "/dev/pts/1");
	file.fd = 2;
	file.mode = 010600;
	state_file(host->state, &file, "pipe:[1234");
}

void step_read_file(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_know_files(host);
	step_open_file(host);
	field_host_begin(host, "SYSCALL_READ_X", "read", 4);
	b->prefix.args[0] = 3;
	build_record_int(b, 4);
	build_record_bytes(b, "ab\0\n", 4);
	build_record_int(b, 3);
	build_record_int(b, 100);
	field_host_apply(host);
}

void step_write_log(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_know_files(host);
	field_host_begin(host, "SYSCALL_OPENAT_2_X", "openat", 4);
	build_record_int(b, 4);
	build_record_int(b, AT_FDCWD);
	build_record_text(b, "/dev/log");
	field_host_apply(host);
	field_host_begin(host, "SYSCALL_WRITE_X", "write", -EAGAIN);
	b->prefix.args[0] = 4;
	build_record_int(b, -EAGAIN);
	build_record_bytes(b, "x", 1);
	build_record_int(b, 4);
	field_host_apply(host);
}

static void make_socket(struct field_host *host, int64_t fd, int type)
{
	struct build_record *b = &host->record;

	field_host_begin(host, "SOCKET_SOCKET_X", "socket", fd);
	b->prefix.args[0] = AF_INET;
	b->prefix.args[1] = (uint64_t)type;
	build_record_int(b, fd);
	build_record_int(b, AF_INET);
	build_record_int(b, type);
	field_host_apply(host);
}

void step_new_socket(struct field_host *host)
{
	step_know_files(host);
	make_socket(host, 5, SOCK_STREAM);
}

static void connect_to(struct field_host *host, int64_t ret)
{
	struct build_record *b = &host->record;

	step_new_socket(host);
	field_host_begin(host, "SOCKET_CONNECT_X", "connect", ret);
	b->prefix.args[0] = 5;
	build_record_int(b, ret);
	build_record_bytes(b, TUPLE, ret == -ECONNREFUSED ? 0 : 13);
	build_record_int(b, 5);
	build_record_bytes(b, ADDRESS, 7);
	field_host_apply(host);
}

void step_connected(struct field_host *host)
{
	connect_to(host, 0);
}

void step_connecting(struct field_host *host)
{
	connect_to(host, -EINPROGRESS);
}

void step_refused(struct field_host *host)
{
	connect_to(host, -ECONNREFUSED);
}

void step_listening(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_new_socket(host);
	field_host_begin(host, "SOCKET_BIND_X", "bind", 0);
	b->prefix.args[0] = 5;
	build_record_int(b, 0);
	build_record_bytes(b, ADDRESS, 7);
	build_record_int(b, 5);
	field_host_apply(host);
	field_host_begin(host, "SOCKET_LISTEN_X", "listen", 0);
	b->prefix.args[0] = 5;
	build_record_int(b, 0);
	build_record_int(b, 5);
	field_host_apply(host);
}

/* The tuple of an accept has the peer first. */
void step_accepted(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_listening(host);
	field_host_begin(host, "SOCKET_ACCEPT_5_X", "accept", 6);
	b->prefix.args[0] = 5;
	build_record_int(b, 6);
	build_record_bytes(b, TUPLE, 13);
	field_host_apply(host);
}

void step_accepted6(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_listening(host);
	field_host_begin(host, "SOCKET_ACCEPT_5_X", "accept", 6);
	b->prefix.args[0] = 5;
	build_record_int(b, 6);
	build_record_bytes(b, TUPLE6, 37);
	field_host_apply(host);
}

/* IPv4 through a socket of IPv6. */
void step_accepted_mapped(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_new_socket(host);
	field_host_begin(host, "SOCKET_ACCEPT_5_X", "accept", 6);
	b->prefix.args[0] = 5;
	build_record_int(b, 6);
	build_record_bytes(b,
			   "\x0a\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01\x88\x13"
			   "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x02\x50\0",
			   37);
	field_host_apply(host);
}

void step_send_datagram(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_know_files(host);
	make_socket(host, 5, SOCK_DGRAM);
	field_host_begin(host, "SOCKET_SENDTO_X", "sendto", 2);
	b->prefix.args[0] = 5;
	build_record_int(b, 2);
	build_record_bytes(b, "hi", 2);
	build_record_int(b, 5);
	build_record_int(b, 2);
	build_record_bytes(b, DNS, 13);
	field_host_apply(host);
}

/* The answer: its tuple has the other end first, the socket stays the client. */
void step_receive_datagram(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_send_datagram(host);
	field_host_begin(host, "SOCKET_RECVFROM_X", "recvfrom", 2);
	b->prefix.args[0] = 5;
	build_record_int(b, 2);
	build_record_bytes(b, "ok", 2);
	build_record_bytes(b, "\x02\x08\x08\x08\x08\x35\0\x0a\0\0\x01\x88\x13", 13);
	build_record_int(b, 5);
	field_host_apply(host);
}

/* A socket that nobody saw made, beside one that listens on the same port. */
void step_seeded_socket(struct field_host *host)
{
	struct file_sample file = {
		.pid = 100,
		.start_boot_ns = 9 * HOST_SECOND,
		.fd = 7,
		.family = AF_INET,
		.sock_type = SOCK_STREAM,
		.sport = 80,
		.saddr = { 10, 0, 0, 2 },
	};

	step_know_files(host);
	state_file(host->state, &file, NULL);
	file.fd = 8;
	file.daddr[0] = 10;
	file.daddr[3] = 1;
	file.dport = 5000;
	state_file(host->state, &file, NULL);
	field_host_begin(host, "SYSCALL_READ_X", "read", 0);
	host->record.prefix.args[0] = 8;
	build_record_int(&host->record, 0);
	build_record_empty(&host->record);
	build_record_int(&host->record, 8);
	field_host_apply(host);
}

void step_rename_file(struct field_host *host)
{
	struct build_record *b = &host->record;

	step_know_files(host);
	field_host_begin(host, "SYSCALL_OPENAT_2_X", "openat", 9);
	build_record_int(b, 9);
	build_record_int(b, AT_FDCWD);
	build_record_text(b, "/srv/data");
	build_record_int(b, 1 << 10);
	field_host_apply(host);
	field_host_begin(host, "SYSCALL_RENAMEAT2_X", "renameat2", 0);
	build_record_int(b, 0);
	build_record_int(b, AT_FDCWD);
	build_record_text(b, "./old");
	build_record_int(b, 9);
	build_record_text(b, "new");
	field_host_apply(host);
}

void step_mkdir_folder(struct field_host *host)
{
	field_host_begin(host, "SYSCALL_MKDIR_2_X", "mkdir", 0);
	build_record_int(&host->record, 0);
	build_record_text(&host->record, "sub/dir");
	field_host_apply(host);
}

void step_mkdir_failed(struct field_host *host)
{
	field_host_begin(host, "SYSCALL_MKDIR_2_X", "mkdir", -EEXIST);
	build_record_int(&host->record, -EEXIST);
	build_record_text(&host->record, "sub/dir");
	field_host_apply(host);
}

void step_chmod_descriptor(struct field_host *host)
{
	step_read_file(host);
	field_host_begin(host, "SYSCALL_FCHMOD_X", "fchmod", 0);
	host->record.prefix.args[0] = 3;
	build_record_int(&host->record, 0);
	build_record_int(&host->record, 3);
	build_record_int(&host->record, 04755);
	field_host_apply(host);
}

void step_poll_list(struct field_host *host)
{
	struct build_record *b = &host->record;
	uint8_t list[2 + 3 * EVENT_FDLIST_ITEM_BYTES] = { 3 };

	step_connected(host);
	list[2] = 0;
	list[2 + 8] = 1;
	list[2 + 10] = 5;
	list[2 + 20] = 44;
	field_host_begin(host, "SYSCALL_POLL_X", "poll", 1);
	b->prefix.duration_ns = 7;
	build_record_int(b, 1);
	build_record_bytes(b, list, sizeof(list));
	build_record_int(b, 1000);
	field_host_apply(host);
}

void step_setuid_nobody(struct field_host *host)
{
	field_host_begin(host, "SYSCALL_SETUID_X", "setuid", 0);
	build_record_int(&host->record, 0);
	build_record_int(&host->record, 1000);
	field_host_apply(host);
}

void step_kill_bash(struct field_host *host)
{
	field_host_begin(host, "SYSCALL_KILL_X", "kill", 0);
	build_record_int(&host->record, 0);
	build_record_int(&host->record, 50);
	build_record_int(&host->record, 15);
	field_host_apply(host);
}

void step_kill_failed(struct field_host *host)
{
	field_host_begin(host, "SYSCALL_KILL_X", "kill", -EPERM);
	build_record_int(&host->record, -EPERM);
	field_host_apply(host);
}

/* The parent's side of a clone tells its ids; then cat goes on. */
void step_parent_forks(struct field_host *host)
{
	struct build_record *b = &host->record;
	int i;

	field_host_begin_of(host, 50, "SYSCALL_CLONE_20_X", "clone", 101);
	build_record_int(b, 101);
	for (i = 1; i < 18; i++)
		build_record_empty(b);
	build_record_int(b, 6);
	build_record_int(b, 6);
	field_host_apply(host);
	step_kill_failed(host);
}

/* A call whose event is its raw arguments. */
void step_raw_call(struct field_host *host)
{
	field_host_begin(host, "GENERIC_X", "personality", 0);
	host->record.prefix.args[0] = 8;
	host->record.prefix.flags = RECORD_F_URING | RECORD_F_LATE;
	build_record_int(&host->record, syscall_by_name("personality")->sc);
	build_record_int(&host->record, 135);
	field_host_apply(host);
}

void step_mmap_failed(struct field_host *host)
{
	field_host_begin(host, "SYSCALL_MMAP_X", "mmap", -ENOMEM);
	build_record_int(&host->record, -ENOMEM);
	field_host_apply(host);
}

void step_async_event(struct field_host *host)
{
	field_host_begin(host, "ASYNCEVENT_E", NULL, 0);
	build_record_int(&host->record, 0);
	build_record_text(&host->record, "container");
	field_host_apply(host);
}

void step_procinfo(struct field_host *host)
{
	field_host_begin(host, "PROCINFO_E", NULL, 0);
	build_record_int(&host->record, 12);
	build_record_int(&host->record, 34);
	field_host_apply(host);
}

void step_switch_event(struct field_host *host)
{
	field_host_begin(host, "SCHEDSWITCH_6_E", NULL, 0);
	host->record.prefix.duration_ns = 1234;
	build_record_int(&host->record, 50);
	field_host_apply(host);
}

static void task(struct field_host *host, uint64_t cpu_ns)
{
	struct task_sample sample = {
		.pid = 100,
		.tid = 100,
		.ppid = 50,
		.euid = 1000,
		.gid = 1000,
		.start_boot_ns = 9 * HOST_SECOND,
		.thread_start_boot_ns = 9 * HOST_SECOND,
		.cpu_ns = cpu_ns,
		.rss_bytes = 8192,
		.vm_bytes = 16384,
		.cgroup_id = 1,
		.threads = 3,
		.flags = TASK_F_LEADER | TASK_F_IN_SCOPE | TASK_F_NO_COUNTS,
		.state = 'R',
		.comm = "cat",
		.leader_comm = "cat",
	};

	state_refresh_begin(host->state, host->now_ns);
	state_task(host->state, &sample, NULL);
	state_refresh_end(host->state);
	host->now_ns += HOST_SECOND;
}

/* After two refreshes, 1 s apart. */
void step_sampled(struct field_host *host)
{
	task(host, 1000000);
	task(host, 251000000);
	step_read_file(host);
}

void step_other_thread(struct field_host *host)
{
	field_host_begin(host, "SYSCALL_GETUID_X", "getuid", 1000);
	host->record.prefix.tid = 101;
	host->record.prefix.comm = "worker";
	build_record_int(&host->record, 1000);
	field_host_apply(host);
}

/* cat becomes another program. */
void step_exec_dog(struct field_host *host)
{
	struct build_record *b = &host->record;

	field_host_begin(host, "SYSCALL_EXECVE_19_X", "execve", 0);
	b->prefix.comm = "dog";
	build_record_int(b, 0);
	build_record_text(b, "dog");
	for (int i = 0; i < 29; i++)
		build_record_empty(b);
	field_host_apply(host);
}
