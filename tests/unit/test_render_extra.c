/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments by name: what calls show besides what their own events say; and of every row of the
 * table, that each argument has a name and a type that says what it is, and renders.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include "build_record.h"
#include "probe/schema/decode.h"
#include "probe/schema/render.h"
#include "run_suite.h"

/* An exit event of the call without the parameters of its own. */
static void decode_call(const struct syscall_desc *desc, const uint64_t args[static 6],
			uint16_t flags, struct event *ret_event)
{
	static struct build_record b;
	struct build_prefix prefix = { .pid = 5, .nr = syscall_nr(desc), .flags = flags };

	memcpy(prefix.args, args, sizeof(prefix.args));
	build_record_init(&b, desc->exit_event, &prefix);
	if (desc->exit_event == EVENT_CODE_GENERIC_X) {
		build_record_int(&b, desc->sc);
		build_record_int(&b, prefix.nr);
	}
	ck_assert_int_eq(event_decode(b.data, build_record_finish(&b), ret_event), 0);
}

static const struct extra_case {
	const char *call;
	uint64_t args[6];
	uint16_t flags;
	const char *text; /* of the extra arguments */
} cases[] = {
	/* futex: what the operation takes. */
	{ "futex", { 0x1000, 128, 1, 0, 0x2000, 7 }, 0, "timeout=NULL" },
	{ "futex", { 0x1000, 129, 1, 0x3000, 0x2000, 7 }, 0, "" },
	{ "futex", { 0x1000, 4, 1, 0x3000, 0x2000, 7 }, 0, "uaddr2=0x2000 val3=7" },
	{ "futex", { 0x1000, 393, 1, 0x3000, 0x2000, 7 }, 0, "timeout=0x3000 val3=7" },
	{ "futex", { 0x1000, 10, 1, 0x3000, 0x2000, 7 }, 0, "val3=7" },
	{ "prctl", { 15, 0x1000, 9, 9, 9 }, 0, "" },
	{ "prctl", { 47, 2, 21, 9, 9 }, 0, "arg2_int=PR_CAP_AMBIENT_RAISE arg3=CAP_SYS_ADMIN" },
	{ "prctl", { 1, 9 }, 0, "option=PR_SET_PDEATHSIG arg2_int=SIGKILL" },
	{ "prctl", { 23, 40 }, 0, "arg2_int=CAP_CHECKPOINT_RESTORE" },
	{ "prctl", { 24, 99 }, 0, "arg2_int=99" },
	{ "prctl", { 22, 2, 0x1000 }, 0, "arg2_int=SECCOMP_MODE_FILTER arg3=0x1000" },
	{ "prctl", { 0x53564d41, 0, 1, 2, 3 }, 0, "option=PR_SET_VMA arg3=0x1 arg4=0x2 arg5=0x3" },
	{ "sendto", { 3, 0x1000, 5, 0x4040 }, 0, "flags=MSG_DONTWAIT|MSG_NOSIGNAL" },
	{ "recvmsg", { 3, 0x1000, 2 }, 0, "flags=MSG_PEEK" },
	{ "setsockopt", { 3, 6, 1, 0x1000, 4 }, 0, "optname=TCP_NODELAY" },
	{ "setsockopt", { 3, 41, 26, 0x1000, 4 }, 0, "level=SOL_IPV6 optname=IPV6_V6ONLY" },
	{ "getsockopt", { 3, 0, 14, 0x1000, 0x1004 }, 0, "level=SOL_IP optname=IP_MTU" },
	{ "getsockopt", { 3, 1, 4, 0x1000, 0x1004 }, 0, "optname=SO_ERROR" },
	{ "getsockopt", { 3, 999, 4, 0x1000, 0x1004 }, 0, "level=999 optname=4" },
	{ "setsockopt", { 3, 6, 99, 0x1000, 4 }, 0, "optname=99" },
	{ "setsockopt", { 3, 17, 103, 0x1000, 4 }, 0, "level=SOL_UDP optname=UDP_SEGMENT" },
	{ "setsockopt", { 3, 132, 3, 0x1000, 4 }, 0, "level=SOL_SCTP optname=SCTP_NODELAY" },
	{ "setsockopt", { 3, 263, 5, 0x1000, 4 }, 0, "level=SOL_PACKET optname=PACKET_RX_RING" },
	{ "ptrace", { 0x4200, 7, 0, 0x100002 }, 0, "data=PTRACE_O_TRACEFORK|PTRACE_O_EXITKILL" },
	{ "ptrace", { 7, 7, 0, 2 }, 0, "" },
	{ "semget", { 0, 1, 0 }, 0, "key=IPC_PRIVATE" },
	{ "semget", { 5, 1, 0 }, 0, "" },
	{ "mount", { 0, 0, 0, 0, 0 }, 0, "data=NULL" },
	{ "socket",
	  { 2, 0x80801, 6 },
	  0,
	  "type=SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC proto=IPPROTO_TCP" },
	{ "socket", { 10, 2, 0 }, 0, "type=SOCK_DGRAM proto=IPPROTO_IP" },
	{ "socket", { 16, 3, 15 }, 0, "type=SOCK_RAW proto=NETLINK_KOBJECT_UEVENT" },
	{ "socket", { 17, 3, 0x0300 }, 0, "type=SOCK_RAW proto=ETH_P_ALL" },
	{ "socketpair", { 1, 5, 7 }, 0, "type=SOCK_SEQPACKET proto=7" },
	{ "accept4", { 3, 0, 0, 0x80800 }, 0, "flags=SOCK_NONBLOCK|SOCK_CLOEXEC" },
	{ "ioctl", { 1, 0x5413, 0x1000 }, 0, "request=TIOCGWINSZ" },
	{ "ioctl", { 1, 0xffffffff80045430, 0x1000 }, 0, "request=TIOCGPTN" },
	{ "ioctl",
	  { 1, 0xc0101234, 0 },
	  0,
	  "request=_IOC(_IOC_READ|_IOC_WRITE, 0x12, 0x34, 0x10)" },
	{ "fcntl", { 3, 2, 1 }, 0, "arg=FD_CLOEXEC" },
	{ "fcntl", { 3, 4, 0x802 }, 0, "arg=O_RDWR|O_NONBLOCK" },
	{ "fcntl", { 3, 1030, 10 }, 0, "arg=10" },
	{ "fcntl", { 3, 10, 29 }, 0, "arg=SIGIO" },
	{ "fcntl", { 3, 1024, 1 }, 0, "arg=F_WRLCK" },
	{ "fcntl", { 3, 1026, 0x80000004 }, 0, "arg=DN_CREATE|DN_MULTISHOT" },
	{ "fcntl", { 3, 1033, 9 }, 0, "cmd=F_ADD_SEALS arg=F_SEAL_SEAL|F_SEAL_WRITE" },
	{ "fcntl", { 3, 6, 0x1000 }, 0, "arg=0x1000" },
	{ "lseek", { 3, 0, 3 }, 0, "whence=SEEK_DATA" },
	{ "mmap",
	  { 0, 4096, 1, 0x100022, 3, 0 },
	  0,
	  "flags=MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED_NOREPLACE" },
	{ "timerfd_create",
	  { 7, 0x80800 },
	  0,
	  "clockid=CLOCK_BOOTTIME flags=TFD_NONBLOCK|TFD_CLOEXEC" },
	{ "eventfd2", { 0, 1 }, 0, "flags=EFD_SEMAPHORE" },
	{ "seccomp", { 1, 1, 0 }, 0, "op=SECCOMP_SET_MODE_FILTER flags=SECCOMP_FILTER_FLAG_TSYNC" },
	/* Named like a parameter: where that cannot say it. */
	{ "unshare", { 0x20000000 }, 0, "" },
	{ "unshare", { 0x80 }, 0, "flags=CLONE_NEWTIME" },
	{ "open", { 0x1000, 0x80241 }, 0, "" },
	{ "open", { 0x1000, 0x100 }, 0, "flags=O_RDONLY|O_NOCTTY" },
	{ "openat", { 3, 0x1000, 0x1000000 }, 0, "flags=O_RDONLY|0x1000000" },
	{ "clone", { 17 }, 0, "flags=SIGCHLD" },
	{ "futex", { 0x1000, 13, 1, 0, 0, 0 }, 0, "op=FUTEX_LOCK_PI2 timeout=NULL" },
	{ "lseek", { 3, 0, 2 }, 0, "" },
	{ "fcntl", { 3, 4242, 0 }, 0, "cmd=0x1092 arg=0x0" },
	{ "poll", { 0x1000, 1, 5 }, 0, "" },
	/* What was not written. */
	{ "fstat", { 3, 0x1000 }, 0, "" },
	/* Registers that say nothing: another tool's event, and a request that was no call. */
	{ "sendto", { 3, 0x1000, 5, 0x40 }, RECORD_F_FOREIGN, "" },
	{ "sendto", { 3, 0x1000, 5, 0x40 }, RECORD_F_URING, "" },
};

START_TEST(extras_are_shown)
{
	const struct extra_case *c = &cases[_i];
	const struct syscall_desc *desc = syscall_by_name(c->call);
	struct text_buf buf;
	struct event event;
	char text[256];
	char shown[64];

	ck_assert_ptr_nonnull(desc);
	decode_call(desc, c->args, c->flags, &event);
	text_buf_init(&buf, text, sizeof(text));
	for (int i = event_extra_next(&event, -1); i >= 0; i = event_extra_next(&event, i)) {
		text_buf_printf(&buf, "%s%s=", buf.len ? " " : "", desc->args[i].name);
		event_raw_arg_render(&event, (size_t)i, &buf);
	}
	ck_assert_msg(strcmp(text, c->text) == 0, "case %d, %s: \"%s\", expected \"%s\"", _i,
		      c->call, text, c->text);
	/* The line has each of them once, behind the parameters or in the place of one. */
	text_buf_init(&buf, text, sizeof(text));
	event_args_render(&event, NULL, &buf);
	for (int i = event_extra_next(&event, -1); i >= 0; i = event_extra_next(&event, i)) {
		const char *place;

		snprintf(shown, sizeof(shown), "%s=", desc->args[i].name);
		place = strstr(text, shown);
		ck_assert_msg(place && !strstr(place + 1, shown), "case %d: \"%s\"", _i, text);
	}
}
END_TEST

/* Another tool's generic event: its registers are not known, so nothing is said of them. */
START_TEST(foreign_registers_are_not_shown)
{
	static const uint64_t none[6];
	struct text_buf buf;
	struct event event;
	char text[256];

	decode_call(syscall_by_name("rt_sigaction"), none, RECORD_F_FOREIGN, &event);
	text_buf_init(&buf, text, sizeof(text));
	event_args_render(&event, NULL, &buf);
	ck_assert_str_eq(text, "ID=rt_sigaction nativeID=13");
}
END_TEST

/* Addresses of what is not read: opaque to everybody, written by nobody, or not worth its bytes. */
static const char *const opaque[] = {
	"mincore.vec",
	"shmat.shmaddr",
	"shmdt.shmaddr",
	"ustat.buf",
	"_sysctl.args",
	"reboot.arg",
	"get_kernel_syms.table",
	"query_module.buf",
	"query_module.ret",
	"nfsservctl.argp",
	"nfsservctl.resp",
	"io_cancel.result",
	"lookup_dcookie.buf",
	"set_tid_address.tidptr",
	"kexec_load.segments",
	"add_key.payload",
	"set_robust_list.head",
	"move_pages.status",
	"getcpu.unused",
	"rseq.rseq",
	"futex_wake.uaddr",
	"futex_wait.uaddr",
	"statmount.buf",
	/* Of 32-bit tables and of other machines. */
	"olduname.name",
	"signal.handler",
	"sigaction.act",
	"sigaction.oact",
	"readdir.dirent",
	"oldstat.statbuf",
	"oldlstat.statbuf",
	"oldfstat.statbuf",
	"vm86.arg",
	"oldolduname.name",
};

/* Numbers with such names that have no names for their values. */
static const char *const plain[] = {
	"sysfs.option",
	"modify_ldt.func",
	"iopl.level",
	"query_module.which",
	"nfsservctl.cmd",
	"sched_setattr.flags",
	"sched_getattr.flags",
	"pkey_alloc.flags",
	"process_madvise.flags",
	"landlock_add_rule.flags",
	"process_mrelease.flags",
	"futex_waitv.flags",
	"set_mempolicy_home_node.flags",
	"cachestat.flags",
	"futex_requeue.flags",
	"statmount.flags",
	"lsm_set_self_attr.flags",
	"lsm_list_modules.flags",
	"mseal.flags",
	"listns.flags",
	"cacheflush.flags",
	"bdflush.func",
	"vm86.cmd",
};

static bool is_listed(const char *name, const char *const *names, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

#define LISTED(name, names) is_listed(name, names, sizeof(names) / sizeof((names)[0]))

/* Names of arguments that choose something, whose values therefore have names. */
static bool chooses(const char *name)
{
	static const char *const words[] = { "flags",  "cmd",  "op",     "how",    "which",
					     "prot",   "type", "option", "level",  "behavior",
					     "policy", "func", "domain", "whence", "resource" };

	return LISTED(name, words);
}

static bool is_number(enum arg_type type)
{
	return type == ARG_TYPE_INT || type == ARG_TYPE_LONG || type == ARG_TYPE_UINT ||
	       type == ARG_TYPE_ULONG || type == ARG_TYPE_HEX;
}

/* Every raw argument of every call says what it is. */
START_TEST(every_argument_has_a_meaning)
{
	const struct syscall_desc *desc = syscall_at((size_t)_i);
	char name[64];

	for (size_t i = 0; i < desc->args_len; i++) {
		const struct arg_desc *arg = &desc->args[i];

		snprintf(name, sizeof(name), "%s.%s", desc->name, arg->name);
		ck_assert_msg(arg->type != ARG_TYPE_NONE && arg->name[0], "%s", name);
		if (desc->exit_event != EVENT_CODE_GENERIC_X)
			continue;
		ck_assert_msg((arg->type == ARG_TYPE_PTR || arg->type == ARG_TYPE_BUF) ==
				      LISTED(name, opaque),
			      "%s: an address", name);
		ck_assert_msg((chooses(arg->name) && is_number(arg->type)) == LISTED(name, plain),
			      "%s: a number", name);
	}
}
END_TEST

/* Whatever a register holds, there is a text. */
START_TEST(every_argument_renders)
{
	static const uint64_t values[] = { 0, 1, 2, 0xffffffff, UINT64_MAX, 1ull << 63 };
	const struct syscall_desc *desc = syscall_at((size_t)_i);
	struct text_buf buf;
	struct event event;
	char text[2048];

	if (syscall_nr(desc) < 0)
		return;
	for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
		const uint64_t args[6] = { values[v], values[v], values[v],
					   values[v], values[v], values[v] };

		decode_call(desc, args, 0, &event);
		for (size_t i = 0; i < desc->args_len; i++) {
			text_buf_init(&buf, text, sizeof(text));
			event_raw_arg_render(&event, i, &buf);
			ck_assert_msg(text[0] && !buf.truncated, "%s.%s of %#llx: \"%s\"",
				      desc->name, desc->args[i].name, (unsigned long long)values[v],
				      text);
		}
	}
}
END_TEST

/* What has names for the number of a parameter, and therefore may stand in its place. */
static bool has_names(const struct arg_desc *arg)
{
	return arg->flags || arg->type == ARG_TYPE_SOCKOPT || arg->type == ARG_TYPE_PROTOCOL ||
	       arg->type == ARG_TYPE_FCNTL || arg->type == ARG_TYPE_PRCTL ||
	       arg->type == ARG_TYPE_CLOCK || arg->type == ARG_TYPE_IOCTL_DATA ||
	       arg->type == ARG_TYPE_IPC_KEY;
}

/* The programs that keep what extra arguments point to. */
static bool keeps_data(const char *program)
{
	return strcmp(program, "store_row") == 0 || strcmp(program, "store_clone") == 0 ||
	       strcmp(program, "store_openat2") == 0 || strcmp(program, "store_recvmmsg") == 0;
}

/* On the wire it is one number, or one behind a byte that says so. */
static bool is_number_param(const struct param_desc *param)
{
	return param_type_bytes(param->type) > 0 || param->type == PARAM_TYPE_DYN;
}

/* Extra arguments have names of their own or for a number, and data where it can be stored. */
START_TEST(extras_are_of_their_event)
{
	const struct syscall_desc *desc = syscall_at((size_t)_i);
	const struct event_desc *event = event_by_code(desc->exit_event);

	for (size_t i = 0; i < desc->args_len; i++) {
		const struct arg_desc *arg = &desc->args[i];
		bool kept = arg->type == ARG_TYPE_PATH || arg->type == ARG_TYPE_STR ||
			    arg_type_shape(arg->type)->bytes;
		int param;

		if (!arg->extra)
			continue;
		ck_assert_msg(desc->exit_event != EVENT_CODE_GENERIC_X &&
				      !(desc->flags & SYSCALL_F_RAW),
			      "%s.%s: all arguments are shown", desc->name, arg->name);
		param = event_param_index(event, arg->name);
		ck_assert_msg(param < 0 ||
				      (has_names(arg) && is_number_param(&event->params[param])),
			      "%s.%s: the event has one of this name", desc->name, arg->name);
		ck_assert_msg(!kept || keeps_data(desc->store), "%s.%s: %s keeps no data",
			      desc->name, arg->name, desc->store);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("render_extra");
	int rows = (int)syscall_table_len();

	tcase_add_loop_test(tcase, extras_are_shown, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, foreign_registers_are_not_shown);
	tcase_add_loop_test(tcase, every_argument_has_a_meaning, 0, rows);
	tcase_add_loop_test(tcase, every_argument_renders, 0, rows);
	tcase_add_loop_test(tcase, extras_are_of_their_event, 0, rows);
	return run_suite("render_extra", tcase);
}
