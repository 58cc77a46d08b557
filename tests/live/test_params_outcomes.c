/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes of calls that something has to be done for first: limits that are reached, capabilities
 * that are missing, a ring that is there. The rest are lines of test_params_rows.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "expect.h"
#include "expect_words.h"
#include "uring_child.h"
#include "watch.h"

#define SNAPLEN 16
#define NOBODY 65534
#define RING_FD 60
#define A(object) ((long)(object))

static void become_nobody(void)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
		abort();
}

static void allow_descriptors(rlim_t most)
{
	const struct rlimit limit = { most, most };

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		abort();
}

static void open_ring(void)
{
	static struct uring_child ring;

	if (uring_child_open(&ring, 0) < 0 || dup2(ring.fd, RING_FD) < 0)
		abort();
	uring_child_sqe(&ring, IORING_OP_NOP);
	__atomic_store_n(ring.sq_tail, ring.taken, __ATOMIC_RELEASE);
}

static bool may_load_modules(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &header, caps) < 0)
		abort();
	return caps[0].effective & 1u << CAP_SYS_MODULE;
}

/* What a call of modules says where the kernel has none: CONFIG_MODULES. */
static int of_modules(int err)
{
	return access("/proc/modules", F_OK) < 0 ? ENOSYS : err;
}

enum setting {
	AS_NOBODY,        /* neither uid 0 nor a capability */
	WITH_CAP_MODULES, /* only where whoever runs the test has the capability */
	NO_DESCRIPTORS,   /* none can be made */
	WITH_RING,        /* with a request that is not submitted */
};

#define OK 0
#define C(where, call, outcome, parameters, ...)                                       \
	{                                                                              \
		.setting = (where), .nr = SYS_##call, .name = #call, .err = (outcome), \
		.args = { __VA_ARGS__ }, .wants = (parameters)                         \
	}
static const struct outcome_case {
	enum setting setting;
	long nr;
	const char *name;
	int err; /* OK, or an errno */
	long args[6];
	const char *wants; /* expect_words.h */
} cases[] = {
	/*
	 * There is no module here that could be loaded, so these never work: with the capability
	 * they fail for what they are given.
	 */
	C(AS_NOBODY, init_module, EPERM, "res img=x:696d67 length=3 uargs='a=b", A("img"), 3,
	  A("a=b")),
	C(AS_NOBODY, finit_module, EPERM, "res fd=999 uargs='a=b flags=1", 999, A("a=b"), 1),
	C(AS_NOBODY, delete_module, EPERM, "res name='saker_none flags=2", A("saker_none"),
	  O_NONBLOCK),
	C(WITH_CAP_MODULES, init_module, ENOEXEC, "res img=x:696d67 length=3 uargs='a=b", A("img"),
	  3, A("a=b")),
	C(WITH_CAP_MODULES, finit_module, EBADF, "res fd=999 uargs='a=b flags=1", 999, A("a=b"), 1),
	C(WITH_CAP_MODULES, delete_module, ENOENT, "res name='saker_none flags=2", A("saker_none"),
	  O_NONBLOCK),

	/* What is created always works where there is room. */
	C(NO_DESCRIPTORS, eventfd, EMFILE, "res initval=5 flags=-", 5),
	C(NO_DESCRIPTORS, eventfd2, EMFILE, "res flags=4160 initval=7", 7, O_NONBLOCK | O_CLOEXEC),
	C(NO_DESCRIPTORS, inotify_init, EMFILE, "res flags=-", 0),
	C(NO_DESCRIPTORS, inotify_init1, EMFILE, "res flags=64", O_NONBLOCK),
	C(NO_DESCRIPTORS, userfaultfd, EMFILE, "res flags=4096", O_CLOEXEC),
	C(NO_DESCRIPTORS, memfd_create, EMFILE, "fd name='mem flags=1", A("mem"), 1),
	C(NO_DESCRIPTORS, timerfd_create, EMFILE, "res clockid=1 flags=-", 1, O_CLOEXEC),
	C(NO_DESCRIPTORS, pidfd_open, EMFILE, "fd pid=1 flags=0", 1, 0),
	C(NO_DESCRIPTORS, epoll_create1, EMFILE, "res flags=1", O_CLOEXEC),

	C(WITH_RING, io_uring_enter, OK, "res fd=60 to_submit=1 min_complete=1 flags=1 sig=-",
	  RING_FD, 1, 1, 1, 0),
	C(WITH_RING, io_uring_enter, EINVAL, "res fd=60 to_submit=0 min_complete=0 flags=0 sig=-",
	  RING_FD, 0, 0, 1 << 30, 0),
	/* A personality is registered; of buffers there are none. */
	C(WITH_RING, io_uring_register, OK, "res fd=60 opcode=9 arg=0 nr_args=0", RING_FD, 9, 0, 0),
	C(WITH_RING, io_uring_register, ENXIO, "res fd=60 opcode=1 arg=0 nr_args=0", RING_FD, 1, 0,
	  0),
};

/* The case that runs now; its child inherits it. */
static const struct outcome_case *now;

static int make_call(void *arg)
{
	int err = now->err;
	long ret;

	switch (now->setting) {
	case AS_NOBODY:
		err = of_modules(err);
		become_nobody();
		break;
	case WITH_CAP_MODULES:
		err = of_modules(err);
		if (!may_load_modules())
			return expect_absent();
		break;
	case NO_DESCRIPTORS: allow_descriptors(0); break;
	case WITH_RING: open_ring(); break;
	}
	ret = expect_call(now->nr, now->args);
	expect_words(now->wants, ret);
	return err == OK ? ret < 0 : ret != -err;
}

START_TEST(every_parameter)
{
	struct expect_case c = { .work = make_call };
	char name[64];

	now = &cases[_i];
	snprintf(name, sizeof(name), "%s, case %d", now->name, _i);
	c.name = name;
	expect_run(&c);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("outcomes");

	tcase_add_loop_test(tcase, every_parameter, 0, sizeof(cases) / sizeof(cases[0]));
	return watch_suite("params_outcomes", tcase, SNAPLEN);
}
