/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sendmmsg and recvmmsg: one event for each message, of inet, inet6 and unix sockets, with its own
 * bytes, data and addresses, up to a limit that is marked.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include "watch.h"

#define SNAPLEN 32
#define LIMIT 16 /* messages of a call that have an event */

static const struct messages_case {
	const char *name;
	int family;
	unsigned count;
} cases[] = {
	{ "inet", AF_INET, 3 },
	{ "inet6", AF_INET6, 3 },
	{ "unix", AF_UNIX, 3 },
	{ "one", AF_INET, 1 },
	{ "as many as have events", AF_INET, LIMIT },
	{ "more than have events", AF_INET, LIMIT + 4 },
};

static int now;

/* A datagram socket at an address of its own. */
static int bound(int family, struct sockaddr_storage *ret_addr)
{
	struct sockaddr_in inet = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in6 inet6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	sa_family_t none = AF_UNIX;
	socklen_t len = sizeof(*ret_addr);
	int fd = socket(family, SOCK_DGRAM, 0), rc = -1;

	if (family == AF_INET)
		rc = bind(fd, (struct sockaddr *)&inet, sizeof(inet));
	else if (family == AF_INET6)
		rc = bind(fd, (struct sockaddr *)&inet6, sizeof(inet6));
	else /* an abstract name that the kernel chooses */
		rc = bind(fd, (struct sockaddr *)&none, sizeof(none));
	if (rc < 0 || getsockname(fd, (struct sockaddr *)ret_addr, &len) < 0)
		abort();
	return fd;
}

/* Message i is "message i" and i dots. */
static int work(void *arg)
{
	const struct messages_case *c = &cases[now];
	struct mmsghdr messages[LIMIT + 4] = { { .msg_len = 0 } };
	struct iovec vectors[LIMIT + 4];
	static char texts[LIMIT + 4][64];
	struct sockaddr_storage to, from;
	int receiver = bound(c->family, &to), sender = bound(c->family, &from);

	for (unsigned i = 0; i < c->count; i++) {
		int len = snprintf(texts[i], sizeof(texts[i]), "message %u %.*s", i, (int)i,
				   "....................");

		vectors[i] = (struct iovec){ texts[i], (size_t)len };
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		if (c->family != AF_UNIX) {
			messages[i].msg_hdr.msg_name = &to;
			messages[i].msg_hdr.msg_namelen = sizeof(to);
		}
	}
	if (c->family == AF_UNIX && connect(sender, (struct sockaddr *)&to, 2 + 6) < 0)
		return 2;
	if (mlockall(MCL_CURRENT) < 0)
		return 3;
	if (syscall(SYS_sendmmsg, sender, messages, c->count, 0) != c->count)
		return 4;
	for (unsigned i = 0; i < c->count; i++) {
		vectors[i].iov_len = sizeof(texts[i]);
		messages[i].msg_hdr.msg_namelen = 0;
		messages[i].msg_hdr.msg_name = NULL;
	}
	if (syscall(SYS_recvmmsg, receiver, messages, c->count, 0, NULL) != c->count)
		return 5;
	return 0;
}

static void check_message(const char *name, const struct event *event, unsigned i)
{
	int data = event_param_index(event->desc, "data");
	int tuple = event_param_index(event->desc, "tuple");
	char text[64];
	int len =
		snprintf(text, sizeof(text), "message %u %.*s", i, (int)i, "....................");
	int kept = len < SNAPLEN ? len : SNAPLEN;
	int64_t res = 0;

	ck_assert_int_eq(event_param_int(event, "res", &res), 0);
	ck_assert_msg(res == len, "%s: message %u has %ld bytes, not %d", name, i, (long)res, len);
	ck_assert_msg(event->params[data].len == kept &&
			      memcmp(event->params[data].data, text, (size_t)kept) == 0,
		      "%s: message %u is '%.*s'", name, i, event->params[data].len,
		      (const char *)event->params[data].data);
	ck_assert_msg(event->params[tuple].len > 1 &&
			      event->params[tuple].data[0] == cases[now].family,
		      "%s: message %u has no tuple", name, i);
}

/* Events of the call, in order. */
static void check_call(long nr)
{
	const struct messages_case *c = &cases[now];
	unsigned seen = 0, wanted = c->count < LIMIT ? c->count : LIMIT;

	for (size_t i = 0; i < watch.len; i++) {
		const struct event *event = &watch.events[i];
		bool last = seen + 1 == LIMIT && c->count > LIMIT;

		if (event->prefix.nr != nr)
			continue;
		ck_assert_int_eq(event->prefix.ret, c->count);
		check_message(c->name, event, seen);
		if (last)
			ck_assert_msg(event->prefix.flags & RECORD_F_CUT, "%s: not marked",
				      c->name);
		seen++;
	}
	ck_assert_msg(seen == wanted, "%s: %u events, not %u", c->name, seen, wanted);
}

START_TEST(each_message_has_an_event)
{
	int status;

	now = _i;
	status = watch_run(work, NULL);
	ck_assert_msg(status == 0, "%s: status %d", cases[_i].name, status);
	check_call(SYS_sendmmsg);
	check_call(SYS_recvmmsg);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("messages");

	tcase_add_loop_test(tcase, each_message_has_an_event, 0, sizeof(cases) / sizeof(cases[0]));
	return watch_suite("params_messages", tcase, SNAPLEN);
}
