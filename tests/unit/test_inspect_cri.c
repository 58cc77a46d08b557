/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to containerd's socket where something else listens: what it answers is taken, whatever
 * it is, and nobody waits for it twice.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "run_suite.h"
#include "tui/http2.h"
#include "tui/inspect.h"
#include "tui/inspect_parts.h"

#define ID "5d2d74d540a018f991548a191df18c3b48e4da15275ce4b8decf53dfbe8ae6df"

/* A frame's header: length, type, flags, the stream that was asked on. */
#define FRAME(len, type, flags) "\x00\x00" len type flags "\x00\x00\x00"
#define SETTINGS FRAME("\x00", "\x04", "\x00") "\x00"
#define PING                          \
	FRAME("\x08", "\x06", "\x00") \
	"\x00"                        \
	"01234567"
#define HEADERS                       \
	FRAME("\x01", "\x01", "\x04") \
	"\x01"                        \
	"\x88"
#define TRAILERS                      \
	FRAME("\x01", "\x01", "\x05") \
	"\x01"                        \
	"\x88"
/* {1 {1 ID, 3 {1 "web"}}}: 75 bytes, behind the 5 of gRPC. */
#define MESSAGE_HEAD           \
	"\x00\x00\x00\x00\x4b" \
	"\x0a\x49\x0a\x40"
#define MESSAGE_TAIL       \
	"\x1a\x05\x0a\x03" \
	"web"

#define TEXT(text) text, sizeof(text) - 1

static const struct peer_case {
	const char *what, *bytes;
	size_t len, repeat;
	const char *name; /* that the container gets; NULL: nothing is found */
	bool waits;       /* keeps the connection open afterwards */
} peer_cases[] = {
	{ "an answer",
	  TEXT(SETTINGS PING HEADERS FRAME("\x50", "\x00",
					   "\x00") "\x01" MESSAGE_HEAD ID MESSAGE_TAIL TRAILERS),
	  1, "web", false },
	{ "in two frames, one with padding",
	  TEXT(SETTINGS HEADERS FRAME(
		  "\x0c", "\x00", "\x08") "\x01"
					  "\x02" MESSAGE_HEAD "zz" FRAME(
						  "\x47", "\x00", "\x01") "\x01" ID MESSAGE_TAIL),
	  1, "web", false },
	{ "of another stream",
	  TEXT(FRAME("\x50", "\x00", "\x01") "\x03" MESSAGE_HEAD ID MESSAGE_TAIL), 1, NULL, false },
	{ "one that is compressed",
	  TEXT(FRAME("\x50", "\x00",
		     "\x01") "\x01"
			     "\x01\x00\x00\x00\x4b\x0a\x49\x0a\x40" ID MESSAGE_TAIL),
	  1, NULL, false },
	{ "one that is longer than it says",
	  TEXT(FRAME("\x50", "\x00",
		     "\x01") "\x01"
			     "\x00\x00\x00\x00\x4a\x0a\x49\x0a\x40" ID MESSAGE_TAIL),
	  1, NULL, false },
	{ "refused",
	  TEXT(SETTINGS FRAME("\x04", "\x03", "\x00") "\x01"
						      "\x00\x00\x00\x07"),
	  1, NULL, true },
	{ "going away",
	  TEXT(FRAME("\x08", "\x07", "\x00") "\x00"
					     "\x00\x00\x00\x00\x00\x00\x00\x01"),
	  1, NULL, true },
	{ "more padding than bytes",
	  TEXT(FRAME("\x02", "\x00", "\x08") "\x01"
					     "\x05"
					     "x"),
	  1, NULL, true },
	{ "a frame that is too long", TEXT("\x00\x40\x01\x00\x00\x00\x00\x00\x01"), 1, NULL, true },
	{ "a push", TEXT(FRAME("\x00", "\x05", "\x00") "\x00"), 1, NULL, true },
	{ "HTTP/1", TEXT("HTTP/1.1 400 Bad Request\r\n\r\n"), 1, NULL, false },
	{ "nothing", TEXT(""), 1, NULL, false },
	{ "nothing, and stays", TEXT(""), 1, NULL, true },
	{ "half a frame, and stays", TEXT("\x00\x00\x50\x00"), 1, NULL, true },
	{ "settings for ever", TEXT(SETTINGS), 1u << 30, NULL, false },
	{ "data for ever",
	  TEXT(FRAME("\x10", "\x00", "\x00") "\x01"
					     "0123456789abcdef"),
	  1u << 30, NULL, false },
};

struct peer {
	const struct peer_case *c;
	int fd;
	int accepted;
	int stop; /* atomic */
};

/* Drops what was sent, so that nobody waits for room; false when the other side is gone. */
static bool drain(int fd)
{
	char bytes[4096];
	ssize_t got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	return got > 0 || (got < 0 && errno == EAGAIN);
}

static void talk(const struct peer *peer, int fd)
{
	for (size_t i = 0; i < peer->c->repeat; i++) {
		drain(fd);
		if (send(fd, peer->c->bytes, peer->c->len, MSG_NOSIGNAL) < 0)
			return;
	}
	while (peer->c->waits && !__atomic_load_n(&peer->stop, __ATOMIC_ACQUIRE) && drain(fd))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	/* What was sent arrives before the end. */
	shutdown(fd, SHUT_WR);
	while (!peer->c->waits && !__atomic_load_n(&peer->stop, __ATOMIC_ACQUIRE) && drain(fd))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static void *peer_main(void *arg)
{
	struct peer *peer = arg;
	struct pollfd ready = { .fd = peer->fd, .events = POLLIN };

	while (!__atomic_load_n(&peer->stop, __ATOMIC_ACQUIRE)) {
		int fd = poll(&ready, 1, 1) > 0 ? accept(peer->fd, NULL, NULL) : -1;

		if (fd < 0)
			continue;
		peer->accepted++;
		talk(peer, fd);
		close(fd);
	}
	return NULL;
}

START_TEST(test_peer)
{
	struct container_match match = { .engine = CONTAINER_CRI,
					 .id = "5d2d74d540a0",
					 .full_id = ID };
	struct peer peer = { .c = &peer_cases[_i] };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct inspect_memory memory = { .silent_next = 0 };
	struct container_info info;
	char root[] = "/tmp/saker-cri-XXXXXX", folder[64];
	pthread_t thread;
	int rc, again;

	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(folder, sizeof(folder), "%s/run", root);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	snprintf(folder, sizeof(folder), "%s/run/containerd", root);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/containerd.sock", folder);
	peer.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(peer.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(peer.fd, 4), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, peer_main, &peer), 0);
	rc = inspect_container(root, &match, 0, &memory, &info);
	if (rc == 0) {
		ck_assert_pstr_eq(info.name, peer.c->name);
		container_info_release(&info);
	}
	again = inspect_container(root, &match, 0, &memory, &info);
	if (again == 0)
		container_info_release(&info);
	__atomic_store_n(&peer.stop, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	close(peer.fd);
	unlink(address.sun_path);
	rmdir(folder);
	snprintf(folder, sizeof(folder), "%s/run", root);
	rmdir(folder);
	rmdir(root);
	ck_assert_msg(rc == (peer.c->name ? 0 : -ENOENT), "%s: %d", peer.c->what, rc);
	ck_assert_msg(again == rc, "%s: then %d", peer.c->what, again);
	/* One that kept silent is not asked again at once. */
	if (!strncmp(peer.c->what, "nothing, and", 12))
		ck_assert_int_eq(peer.accepted, 1);
}
END_TEST

/* A name that is too long for a header's byte, and a message for the frame. */
START_TEST(test_question)
{
	uint8_t bytes[HTTP2_QUESTION_BYTES], message[HTTP2_QUESTION_BYTES] = { 0 };
	char method[200];
	struct http2_question question = { .stream = 1, .method = method, .message = message };
	size_t len;

	memset(method, 'x', sizeof(method) - 1);
	method[sizeof(method) - 1] = '\0';
	ck_assert_int_eq(http2_ask(&question, bytes, &len), -ENAMETOOLONG);
	question.method = "/a";
	question.len = sizeof(message);
	ck_assert_int_eq(http2_ask(&question, bytes, &len), -ENAMETOOLONG);
	question.len = 200;
	ck_assert_int_eq(http2_ask(&question, bytes, &len), 0);
	ck_assert(len < sizeof(bytes));
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("inspect_cri");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_peer, 0, sizeof(peer_cases) / sizeof(peer_cases[0]));
	tcase_add_test(tc, test_question);
	return run_suite("inspect_cri", tc);
}
