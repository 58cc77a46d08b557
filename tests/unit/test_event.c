/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event table and the flag sets: against the reference files where they are (../shared),
 * against the kernel's headers, and against what must hold without any of them.
 */
#include <check.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fanotify.h>
#include <linux/fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/keyctl.h>
#include <linux/kvm.h>
#include <linux/loop.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/perf_event.h>
#include <linux/prctl.h>
#include <linux/random.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <linux/stat.h>
#include <linux/udp.h>
#include <linux/usbdevice_fs.h>
#include <linux/vhost.h>
#include <linux/wait.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <time.h>

#include "probe/schema/decode.h"
#include "probe/schema/event.h"

#define EVENTS_JSON "../shared/reference/events.json"
#define FLAGS_JSON "../shared/reference/flags.json"

static const char *json_text(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_string(value)
							      : NULL;
}

static struct json_object *json_member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, key, &value);
	return value;
}

struct flag_name {
	const char *name;
	uint32_t flag;
};
static const struct flag_name flag_names[] = {
	{ "creates_fd", EVENT_F_CREATES_FD },
	{ "destroys_fd", EVENT_F_DESTROYS_FD },
	{ "uses_fd", EVENT_F_USES_FD },
	{ "reads_from_fd", EVENT_F_READS_FD },
	{ "writes_to_fd", EVENT_F_WRITES_FD },
	{ "modifies_state", EVENT_F_MODIFIES_STATE },
	{ "old_version", EVENT_F_OLD_VERSION },
	{ "waits", EVENT_F_WAITS },
	{ "large_payload", EVENT_F_LARGE_PAYLOAD },
};

static uint32_t json_flags(struct json_object *event)
{
	struct json_object *list = json_member(event, "flags");
	uint32_t flags = 0;

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(list, i));
		uint32_t before = flags;

		for (size_t j = 0; j < sizeof(flag_names) / sizeof(flag_names[0]); j++) {
			if (strcmp(flag_names[j].name, name) == 0)
				flags |= flag_names[j].flag;
		}
		ck_assert_msg(flags != before, "unknown flag %s", name);
	}
	return flags;
}

static void check_param(const struct event_desc *event, const struct param_desc *param,
			struct json_object *expected)
{
	static const char *const formats[] = { "na", "dec", "hex", "oct" };
	const char *set = json_text(expected, "flags");

	ck_assert_msg(strcmp(param->name, json_text(expected, "name")) == 0, "%s: %s is not %s",
		      event->id, param->name, json_text(expected, "name"));
	ck_assert_msg(strcmp(param_type_name(param->type), json_text(expected, "type")) == 0,
		      "%s.%s: type %s", event->id, param->name, param_type_name(param->type));
	ck_assert_msg(strcmp(formats[param->format], json_text(expected, "format")) == 0,
		      "%s.%s: format %s", event->id, param->name, formats[param->format]);
	if (set)
		ck_assert_msg(param->flags && strcmp(param->flags->name, set) == 0,
			      "%s.%s: flag set is not %s", event->id, param->name, set);
	else
		ck_assert_msg(!param->flags, "%s.%s: has a flag set", event->id, param->name);
}

START_TEST(test_reference_events)
{
	struct json_object *list = json_object_from_file(EVENTS_JSON);

	if (!list)
		return;
	ck_assert_uint_eq(json_object_array_length(list), EVENT_CODE_COUNT);
	for (size_t i = 0; i < EVENT_CODE_COUNT; i++) {
		struct json_object *row = json_object_array_get_idx(list, i);
		const struct event_desc *event = event_by_code((uint16_t)i);
		struct json_object *params = json_member(row, "params");
		const char *direction = event->direction == EVENT_ENTER ? "enter" : "exit";

		ck_assert_int_eq(json_object_get_int(json_member(row, "code")), (int)i);
		ck_assert_str_eq(event->id, json_text(row, "id"));
		ck_assert_str_eq(event->name, json_text(row, "name"));
		ck_assert_msg(strcmp(direction, json_text(row, "direction")) == 0, "%s", event->id);
		ck_assert_msg(strcmp(event->kind, json_text(row, "kind")) == 0, "%s", event->id);
		ck_assert_msg(strcmp(event->category, json_text(row, "category")) == 0, "%s",
			      event->id);
		ck_assert_msg(event->flags == json_flags(row), "%s: flags", event->id);
		ck_assert_msg(event->params_len == json_object_array_length(params),
			      "%s: %zu parameters", event->id, event->params_len);
		for (size_t j = 0; j < event->params_len; j++)
			check_param(event, &event->params[j], json_object_array_get_idx(params, j));
	}
	json_object_put(list);
}
END_TEST

static const struct flag_value *find_value(const struct flag_set *set, const char *name)
{
	for (size_t i = 0; i < set->values_len; i++) {
		if (strcmp(set->values[i].name, name) == 0)
			return &set->values[i];
	}
	return NULL;
}

START_TEST(test_reference_flags)
{
	struct json_object *sets = json_object_from_file(FLAGS_JSON);

	if (!sets)
		return;
	json_object_object_foreach(sets, set_name, values)
	{
		const struct flag_set *set = flag_set_by_name(set_name);

		ck_assert_msg(set, "no set %s", set_name);
		ck_assert_msg(set->encoding == FLAG_ENCODING_CAPTURE, "%s", set_name);
		ck_assert_msg((int)set->values_len == json_object_object_length(values), "%s: %zu",
			      set_name, set->values_len);
		json_object_object_foreach(values, name, number)
		{
			const struct flag_value *value = find_value(set, name);

			ck_assert_msg(value && value->value ==
						       (uint32_t)json_object_get_int64(number),
				      "%s: %s", set_name, name);
		}
	}
	json_object_put(sets);
}
END_TEST

/* Codes are indexes, ids lead back, no event is too wide for the decoder. */
START_TEST(test_events)
{
	ck_assert_ptr_null(event_by_code(EVENT_CODE_COUNT));
	ck_assert_ptr_null(event_by_code(UINT16_MAX));
	ck_assert_ptr_null(event_by_id("SYSCALL_OPENAT"));
	for (uint16_t code = 0; code < EVENT_CODE_COUNT; code++) {
		const struct event_desc *event = event_by_code(code);

		ck_assert_msg(event->id && event->name && event->kind && event->category, "%u",
			      code);
		ck_assert_uint_eq(event->code, code);
		ck_assert_ptr_eq(event_by_id(event->id), event);
		ck_assert_msg(event->params_len <= EVENT_PARAMS_MAX, "%s", event->id);
		for (size_t i = 0; i < event->params_len; i++) {
			const struct param_desc *param = &event->params[i];

			ck_assert_msg(param->name[0] != '\0' && param->type != PARAM_TYPE_NONE,
				      "%s: parameter %zu", event->id, i);
			ck_assert_msg(event_param_index(event, param->name) == (int)i,
				      "%s: two parameters %s", event->id, param->name);
			ck_assert_msg(!param->flags || param->flags->field != 0 ||
					      (param->type != PARAM_TYPE_ENUMFLAGS8 &&
					       param->type != PARAM_TYPE_ENUMFLAGS16 &&
					       param->type != PARAM_TYPE_ENUMFLAGS32),
				      "%s.%s: a mask for one value", event->id, param->name);
			ck_assert_msg(!param->flags ||
					      param->flags->encoding == FLAG_ENCODING_CAPTURE,
				      "%s.%s: native flags in an event", event->id, param->name);
		}
	}
}
END_TEST

START_TEST(test_types)
{
	ck_assert_uint_eq(param_type_bytes(PARAM_TYPE_INT8), 1);
	ck_assert_uint_eq(param_type_bytes(PARAM_TYPE_ERRNO), 8);
	ck_assert_uint_eq(param_type_bytes(PARAM_TYPE_IPV6ADDR), 16);
	ck_assert_uint_eq(param_type_bytes(PARAM_TYPE_BYTEBUF), 0);
	ck_assert_uint_eq(param_type_bytes(PARAM_TYPE_COUNT), 0);
	ck_assert_str_eq(param_type_name(PARAM_TYPE_CHARBUF_PAIR_ARRAY), "charbuf_pair_array");
	for (int type = PARAM_TYPE_NONE; type < PARAM_TYPE_COUNT; type++)
		ck_assert_msg(param_type_name(type)[0] != '\0', "type %d", type);
}
END_TEST

START_TEST(test_flag_sets)
{
	ck_assert_ptr_null(flag_set_by_name("nothing"));
	ck_assert_ptr_null(flag_set_at(flag_set_table_len()));
	for (size_t i = 0; i < flag_set_table_len(); i++) {
		const struct flag_set *set = flag_set_at(i);

		ck_assert_ptr_eq(flag_set_by_name(set->name), set);
		ck_assert_msg(set->values_len > 0, "%s is empty", set->name);
		ck_assert_msg((strncmp(set->name, "native_", 7) == 0) ==
				      (set->encoding == FLAG_ENCODING_NATIVE),
			      "%s: encoding and name differ", set->name);
		for (size_t j = 0; j < set->values_len; j++)
			ck_assert_msg(find_value(set, set->values[j].name) == &set->values[j],
				      "%s: two names %s", set->name, set->values[j].name);
	}
}
END_TEST

struct header_case {
	const char *set;
	const char *name;
	uint32_t value;
};
#define KERNEL(id, constant)                                                 \
	{                                                                    \
		.set = #id, .name = #constant, .value = (uint32_t)(constant) \
	}
/* The kernel's own headers as second source, a few names of the sets that most depend on it. */
static const struct header_case header_cases[] = {
	KERNEL(native_open, O_RDWR),
	KERNEL(native_open, O_CREAT),
	KERNEL(native_open, O_EXCL),
	KERNEL(native_open, O_TRUNC),
	KERNEL(native_open, O_APPEND),
	KERNEL(native_open, O_NONBLOCK),
	KERNEL(native_open, O_DSYNC),
	KERNEL(native_open, O_SYNC),
	KERNEL(native_open, O_DIRECT),
	KERNEL(native_open, O_LARGEFILE),
	KERNEL(native_open, O_DIRECTORY),
	KERNEL(native_open, O_NOFOLLOW),
	KERNEL(native_open, O_NOATIME),
	KERNEL(native_open, O_CLOEXEC),
	KERNEL(native_open, O_PATH),
	KERNEL(native_open, O_TMPFILE),
	KERNEL(native_at, AT_SYMLINK_NOFOLLOW),
	KERNEL(native_at, AT_REMOVEDIR),
	KERNEL(native_at, AT_EMPTY_PATH),
	KERNEL(native_at, AT_RECURSIVE),
	KERNEL(native_clone, CLONE_VM),
	KERNEL(native_clone, CLONE_NEWNS),
	KERNEL(native_clone, CLONE_NEWTIME),
	KERNEL(native_clone, CLONE_IO),
	KERNEL(native_clone_signal, CLONE_CHILD_CLEARTID),
	KERNEL(native_prot, PROT_EXEC),
	KERNEL(native_prot, PROT_GROWSDOWN),
	KERNEL(native_mmap, MAP_SHARED_VALIDATE),
	KERNEL(native_mmap, MAP_ANONYMOUS),
	KERNEL(native_mmap, MAP_NORESERVE),
	KERNEL(native_mmap, MAP_FIXED_NOREPLACE),
	KERNEL(native_madvise, MADV_DONTNEED),
	KERNEL(native_madvise, MADV_FREE),
	KERNEL(native_madvise, MADV_COLD),
	KERNEL(native_madvise, MADV_POPULATE_WRITE),
	KERNEL(native_mremap, MREMAP_DONTUNMAP),
	KERNEL(native_futex, FUTEX_LOCK_PI2),
	KERNEL(native_futex, FUTEX_PRIVATE_FLAG),
	KERNEL(native_futex, FUTEX_CLOCK_REALTIME),
	KERNEL(native_msg, MSG_DONTWAIT),
	KERNEL(native_msg, MSG_NOSIGNAL),
	KERNEL(native_msg, MSG_ZEROCOPY),
	KERNEL(native_msg, MSG_CMSG_CLOEXEC),
	KERNEL(native_family, AF_UNIX),
	KERNEL(native_family, AF_NETLINK),
	KERNEL(native_family, AF_VSOCK),
	KERNEL(native_family, AF_XDP),
	KERNEL(native_socket_type, SOCK_SEQPACKET),
	KERNEL(native_socket_type, SOCK_CLOEXEC),
	KERNEL(native_ipproto, IPPROTO_MPTCP),
	KERNEL(native_ipproto, IPPROTO_SCTP),
	KERNEL(native_poll, POLLRDHUP),
	KERNEL(native_notify, DN_MULTISHOT),
	KERNEL(native_seals, F_SEAL_FUTURE_WRITE),
	KERNEL(native_lease, F_UNLCK),
	KERNEL(native_netlink_protocol, NETLINK_KOBJECT_UEVENT),
	KERNEL(native_packet_protocol, ETH_P_PAE),
	KERNEL(native_ioctl, TCGETS),
	KERNEL(native_ioctl, TIOCGPTPEER),
	KERNEL(native_ioctl, FIONREAD),
	KERNEL(native_ioctl, SIOCGIFCONF),
	KERNEL(native_ioctl, SIOCETHTOOL),
	KERNEL(native_ioctl, BLKGETSIZE64),
	KERNEL(native_ioctl, FICLONE),
	KERNEL(native_ioctl, FITRIM),
	KERNEL(native_ioctl, FS_IOC_FIEMAP),
	KERNEL(native_ioctl, KVM_GET_REGS),
	KERNEL(native_ioctl, KVM_SET_ONE_REG),
	KERNEL(native_ioctl, LOOP_CTL_GET_FREE),
	KERNEL(native_ioctl, PERF_EVENT_IOC_SET_BPF),
	KERNEL(native_ioctl, RNDADDENTROPY),
	KERNEL(native_ioctl, TUNSETIFF),
	KERNEL(native_ioctl, USBDEVFS_CONTROL),
	KERNEL(native_ioctl, VHOST_SET_OWNER),
	KERNEL(native_termios_input, IUTF8),
	KERNEL(native_termios_input, IXON),
	KERNEL(native_termios_output, ONLCR),
	KERNEL(native_termios_output, TAB3),
	KERNEL(native_termios_control, B115200),
	KERNEL(native_termios_control, B4000000),
	KERNEL(native_termios_control, CS8),
	KERNEL(native_termios_control, CRTSCTS),
	KERNEL(native_termios_local, ECHOCTL),
	KERNEL(native_termios_local, EXTPROC),
	KERNEL(native_modem, TIOCM_DSR),
	KERNEL(native_modem, TIOCM_LOOP),
	KERNEL(native_interface, IFF_POINTOPOINT),
	KERNEL(native_interface, IFF_DYNAMIC),
	KERNEL(native_inode_flags, FS_IMMUTABLE_FL),
	KERNEL(native_inode_flags, FS_CASEFOLD_FL),
	KERNEL(native_inode_xflags, FS_XFLAG_COWEXTSIZE),
	KERNEL(native_inode_xflags, FS_XFLAG_PROJINHERIT),
	KERNEL(native_resolve, RESOLVE_CACHED),
	KERNEL(native_resolve, RESOLVE_BENEATH),
	KERNEL(native_fcntl, F_SETLKW),
	KERNEL(native_fcntl, F_OFD_SETLK),
	KERNEL(native_fcntl, F_DUPFD_CLOEXEC),
	KERNEL(native_fcntl, F_GET_SEALS),
	KERNEL(native_epoll_ctl, EPOLL_CTL_MOD),
	KERNEL(native_wait, WEXITED),
	KERNEL(native_wait, __WALL),
	KERNEL(native_clock, CLOCK_BOOTTIME),
	KERNEL(native_clock, CLOCK_TAI),
	KERNEL(native_rlimit, RLIMIT_NOFILE),
	KERNEL(native_cap, CAP_SYS_ADMIN),
	KERNEL(native_cap, CAP_CHECKPOINT_RESTORE),
	KERNEL(native_cap_ambient, PR_CAP_AMBIENT_CLEAR_ALL),
	KERNEL(native_prctl, PR_SET_NAME),
	KERNEL(native_prctl, PR_SET_VMA),
	KERNEL(native_prctl, PR_SET_NO_NEW_PRIVS),
	KERNEL(native_prctl, PR_SCHED_CORE),
	KERNEL(native_ptrace, PTRACE_SEIZE),
	KERNEL(native_ptrace, PTRACE_SETOPTIONS),
	KERNEL(native_mount_attr, MOUNT_ATTR_IDMAP),
	KERNEL(native_statx, STATX_MNT_ID),
	KERNEL(native_move_mount, MOVE_MOUNT_SET_GROUP),
	KERNEL(native_mount, MS_REC),
	KERNEL(native_fanotify_init, FAN_REPORT_NAME),
	KERNEL(native_fanotify_mask, FAN_ONDIR),
	KERNEL(native_bpf, BPF_PROG_BIND_MAP),
	KERNEL(native_bpf_map, BPF_MAP_TYPE_USER_RINGBUF),
	KERNEL(native_bpf_map_flags, BPF_F_MMAPABLE),
	KERNEL(native_bpf_map_flags, BPF_F_INNER_MAP),
	KERNEL(native_bpf_elem, BPF_EXIST),
	KERNEL(native_bpf_lookup, BPF_F_LOCK),
	KERNEL(native_bpf_prog, BPF_PROG_TYPE_SYSCALL),
	KERNEL(native_bpf_prog_flags, BPF_F_SLEEPABLE),
	KERNEL(native_bpf_attach, BPF_LSM_CGROUP),
	KERNEL(native_bpf_attach, BPF_TRACE_ITER),
	KERNEL(native_bpf_attach_flags, BPF_F_REPLACE),
	KERNEL(native_bpf_query, BPF_F_QUERY_EFFECTIVE),
	KERNEL(native_bpf_stats, BPF_STATS_RUN_TIME),
	KERNEL(native_udp, UDP_GRO),
	KERNEL(native_packet, PACKET_FANOUT),
	KERNEL(native_reboot_magic, LINUX_REBOOT_MAGIC2C),
	KERNEL(native_key, KEY_SPEC_REQUESTOR_KEYRING),
	KERNEL(native_ptrace_options, PTRACE_O_EXITKILL),
	KERNEL(native_seccomp_action, SECCOMP_RET_USER_NOTIF),
	KERNEL(native_seccomp_action, SECCOMP_RET_KILL_PROCESS),
	KERNEL(native_iocb, IOCB_CMD_PWRITEV),
	KERNEL(native_owner, F_OWNER_PGRP),
	KERNEL(native_write_life, RWH_WRITE_LIFE_EXTREME),
	KERNEL(native_tun, IFF_MULTI_QUEUE),
	KERNEL(native_tun, IFF_TUN_EXCL),
	KERNEL(native_fiemap, FIEMAP_FLAG_CACHE),
	KERNEL(native_timex_status, STA_UNSYNC),
	KERNEL(native_timex_status, STA_CLK),
	KERNEL(native_cap_version, _LINUX_CAPABILITY_VERSION_3),
};

START_TEST(test_header)
{
	const struct header_case *c = &header_cases[_i];
	const struct flag_set *set = flag_set_by_name(c->set);
	const struct flag_value *value;

	ck_assert_msg(set, "no set %s", c->set);
	value = find_value(set, c->name);
	ck_assert_msg(value, "%s has no %s", c->set, c->name);
	ck_assert_msg(value->value == c->value, "%s: %s is %#x, the kernel's is %#x", c->set,
		      c->name, value->value, c->value);
}
END_TEST

/* The C library's own names are the second source. */
START_TEST(test_errno)
{
	for (int err = 1; err < 134; err++) {
		const char *name = strerrorname_np(err);

		if (!name)
			ck_assert_msg(!errno_name(err), "%d is %s", err, errno_name(err));
		else
			ck_assert_msg(errno_name(err) && strcmp(errno_name(err), name) == 0,
				      "%d is not %s", err, name);
		ck_assert_msg(!errno_name(err) == !errno_text(err), "text of %d", err);
	}
	ck_assert_str_eq(errno_text(2), "No such file or directory");
	ck_assert_str_eq(errno_name(512), "ERESTARTSYS");
	ck_assert_ptr_null(errno_name(0));
	ck_assert_ptr_null(errno_name(-2));
	ck_assert_ptr_null(errno_name(4095));
	ck_assert_ptr_null(errno_text(200));
}
END_TEST

START_TEST(test_signal)
{
	for (int sig = 1; sig < 32; sig++) {
		/* 29 has two names; the kernel's signal(7) lists SIGIO first, glibc says POLL. */
		const char *name = sig == 29 ? "IO" : sigabbrev_np(sig);

		ck_assert_msg(name && strcmp(signal_name(sig) + 3, name) == 0, "signal %d", sig);
	}
	ck_assert_str_eq(signal_name(32), "SIGRT_0");
	ck_assert_str_eq(signal_name(64), "SIGRT_32");
	ck_assert_ptr_null(signal_name(0));
	ck_assert_ptr_null(signal_name(65));
	ck_assert_ptr_null(signal_name(-1));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("event");
	TCase *tcase = tcase_create("event");
	SRunner *runner;
	int failed;

	if (access(EVENTS_JSON, R_OK) != 0)
		puts("event: no reference files, only the table's own rules are checked");
	tcase_add_test(tcase, test_reference_events);
	tcase_add_test(tcase, test_reference_flags);
	tcase_add_test(tcase, test_events);
	tcase_add_test(tcase, test_types);
	tcase_add_test(tcase, test_flag_sets);
	tcase_add_loop_test(tcase, test_header, 0,
			    (int)(sizeof(header_cases) / sizeof(header_cases[0])));
	tcase_add_test(tcase, test_errno);
	tcase_add_test(tcase, test_signal);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
