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
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "made_root.h"
#include "run_suite.h"
#include "tui/http2.h"
#include "tui/inspect.h"
#include "tui/inspect_list.h"

#define ID "5d2d74d540a018f991548a191df18c3b48e4da15275ce4b8decf53dfbe8ae6df"
#define OTHER "aa11bb22cc33dd44ee55ff6600112233445566778899aabbccddeeff00112233"
#define THIRD "bb11bb22cc33dd44ee55ff6600112233445566778899aabbccddeeff00112233"
#define ROOT "/tmp/saker-cri-XXXXXX"
#define CONTAINERD "/run/containerd/containerd.sock"
#define K3S "/run/k3s/containerd/containerd.sock"

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

/* Of a stream that ends: a list of one container, an empty one, no message. */
#define LISTED(stream)                        \
	FRAME("\x49", "\x00", "\x01")         \
	stream "\x00\x00\x00\x00\x44\x0a\x42" \
	       "\x0a\x40" ID
#define EMPTY(stream)                 \
	FRAME("\x05", "\x00", "\x01") \
	stream "\x00\x00\x00\x00\x00"
#define REFUSED(stream)               \
	FRAME("\x01", "\x01", "\x05") \
	stream "\x88"
#define ANSWER FRAME("\x50", "\x00", "\x01") "\x01" MESSAGE_HEAD ID MESSAGE_TAIL

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
	struct sockaddr_un address;
	pthread_t thread;
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

/* Listens at a socket below root. */
static void peer_start(struct peer *peer, const char *root, const char *path)
{
	struct sockaddr_un *address = &peer->address;

	put_file(root, path, "");
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path), "%s%s", root, path);
	ck_assert_int_eq(unlink(address->sun_path), 0);
	peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(peer->fd, (struct sockaddr *)address, sizeof(*address)), 0);
	ck_assert_int_eq(listen(peer->fd, 4), 0);
	ck_assert_int_eq(pthread_create(&peer->thread, NULL, peer_main, peer), 0);
}

static void peer_stop(struct peer *peer)
{
	__atomic_store_n(&peer->stop, 1, __ATOMIC_RELEASE);
	pthread_join(peer->thread, NULL);
	close(peer->fd);
	unlink(peer->address.sun_path);
}

static const struct container_match pod_match = { .engine = CONTAINER_CRI,
						  .id = "5d2d74d540a0",
						  .full_id = ID };

START_TEST(test_peer)
{
	struct peer peer = { .c = &peer_cases[_i] };
	struct inspect_memory memory = { .silent_next = 0 };
	struct container_info info;
	char root[] = ROOT;
	int rc, again;

	ck_assert_ptr_nonnull(mkdtemp(root));
	peer_start(&peer, root, CONTAINERD);
	rc = inspect_container(root, &pod_match, 0, &memory, &info);
	if (rc == 0) {
		ck_assert_pstr_eq(info.name, peer.c->name);
		container_info_release(&info);
	}
	again = inspect_container(root, &pod_match, 0, &memory, &info);
	if (again == 0)
		container_info_release(&info);
	peer_stop(&peer);
	remove_root(root);
	ck_assert_msg(rc == (peer.c->name ? 0 : -ENOENT), "%s: %d", peer.c->what, rc);
	ck_assert_msg(again == rc, "%s: then %d", peer.c->what, again);
	/* One that kept silent is not asked again at once. */
	if (!strncmp(peer.c->what, "nothing, and", 12))
		ck_assert_int_eq(peer.accepted, 1);
}
END_TEST

/* What a deadline, or an end, cut short is asked for again; what was refused is all there is. */
static const struct cut_case {
	struct peer_case peer;
	bool files, partial;
} cut_cases[] = {
	{ { "all", TEXT(ANSWER REFUSED("\x03")), 1, "web", true }, true, false },
	{ { "all, and no files", TEXT(ANSWER REFUSED("\x03")), 1, "web", true }, false, true },
	{ { "silent then", TEXT(ANSWER), 1, "web", true }, true, true },
	{ { "ended then", TEXT(ANSWER), 1, "web", false }, true, true },
};

START_TEST(test_cut)
{
	const struct cut_case *c = &cut_cases[_i];
	struct peer peer = { .c = &c->peer };
	struct inspect_memory memory = { .silent_next = 0 };
	struct container_info info;
	char root[] = ROOT;
	int rc;

	ck_assert_ptr_nonnull(mkdtemp(root));
	if (c->files)
		put_file(root, INSPECT_TASKS "/k8s.io/" ID "/config.json",
			 "{\"ociVersion\":\"1.0\"}");
	peer_start(&peer, root, CONTAINERD);
	rc = inspect_container(root, &pod_match, 0, &memory, &info);
	peer_stop(&peer);
	remove_root(root);
	ck_assert_int_eq(rc, 0);
	ck_assert_str_eq(info.name, "web");
	ck_assert_msg(info.partial == c->partial, "%s: %d", c->peer.what, info.partial);
	container_info_release(&info);
}
END_TEST

/* A shim is believed outside of containers; what is in one may call itself so. */
START_TEST(test_shim)
{
	static const char args[] = "/bin/containerd-shim-x --namespace=k8s.io -address /own.sock";
	static const char inside[] = "0::/kubepods/pod1/" ID "\n";
	struct peer peer = { .c = &peer_cases[0] };
	struct inspect_memory memory = { .silent_next = 0 };
	struct container_info info;
	char root[] = ROOT;
	int rc;

	ck_assert_ptr_nonnull(mkdtemp(root));
	put_file(root, "/proc/30/stat", "30 (web) S 20 30 30 0");
	put_file(root, "/proc/30/cgroup", inside);
	put_file(root, "/proc/20/stat", "20 (shim) S 1 20 20 0");
	put_file(root, "/proc/20/cgroup", _i ? inside : "0::/system.slice/containerd.service\n");
	put_words(root, "/proc/20/cmdline", args);
	peer_start(&peer, root, "/own.sock");
	rc = inspect_container(root, &pod_match, 30, &memory, &info);
	if (rc == 0)
		container_info_release(&info);
	peer_stop(&peer);
	remove_root(root);
	ck_assert_int_eq(rc, _i ? -ENOENT : 0);
}
END_TEST

/* Where nobody waits for an answer only what has files is asked for. */
START_TEST(test_reluctant)
{
	struct peer peer = { .c = &peer_cases[0] };
	struct inspect_memory memory = { .reluctant = true };
	struct container_info info;
	char root[] = ROOT;

	ck_assert_ptr_nonnull(mkdtemp(root));
	peer_start(&peer, root, CONTAINERD);
	ck_assert_int_eq(inspect_container(root, &pod_match, 0, &memory, &info), -ENOENT);
	put_file(root, INSPECT_TASKS "/k8s.io/" ID "/config.json", "{\"ociVersion\":\"1.0\"}");
	ck_assert_int_eq(inspect_container(root, &pod_match, 0, &memory, &info), 0);
	peer_stop(&peer);
	remove_root(root);
	ck_assert_str_eq(info.name, "web");
	ck_assert_int_eq(peer.accepted, 1);
	container_info_release(&info);
}
END_TEST

static struct inspect_list lists[2];

/* Lists by either version; what does not answer lists what it did, but is asked for names. */
START_TEST(test_list)
{
	static const struct peer_case cases[] = {
		{ "v1", TEXT(EMPTY("\x01") LISTED("\x03")), 1, NULL, true },
		{ "v1alpha2", TEXT(REFUSED("\x01") LISTED("\x03") EMPTY("\x05")), 1, NULL, true },
		{ "nothing", TEXT(""), 1, NULL, true },
	};
	struct peer peer = { .c = &cases[_i] };
	struct inspect_memory memory = { .silent_next = 0 };
	char root[] = ROOT, path[128];

	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(path, sizeof(path), "%s%s", root, K3S);
	peer_start(&peer, root, K3S);
	inspect_list(root, &memory, &lists[0], &lists[1]);
	peer_stop(&peer);
	ck_assert_uint_eq(lists[1].len, 1);
	ck_assert_str_eq(lists[1].at[0].match.full_id, ID);
	ck_assert_str_eq(lists[1].at[0].match.id, "5d2d74d540a0");
	ck_assert_int_eq(lists[1].at[0].match.engine, CONTAINER_CRI);
	ck_assert_uint_eq(lists[1].at[0].stamp, 0);
	peer = (struct peer){ .c = &cases[2] };
	peer_start(&peer, root, K3S);
	for (int i = 0; i < 2; i++) {
		inspect_list(root, &memory, &lists[1], &lists[0]);
		ck_assert_uint_eq(lists[0].len, 1);
		ck_assert_str_eq(lists[0].at[0].match.full_id, ID);
	}
	peer_stop(&peer);
	ck_assert_int_eq(peer.accepted, 1);
	ck_assert(inspect_is_silent(&memory, path, true));
	ck_assert(!inspect_is_silent(&memory, path, false));
	/* Without a socket there is no runtime. */
	memory = (struct inspect_memory){ .silent_next = 0 };
	inspect_list(root, &memory, &lists[1], &lists[0]);
	ck_assert_uint_eq(lists[0].len, 0);
	remove_root(root);
}
END_TEST

static uint64_t listed_stamp(const struct inspect_list *list, const char *id)
{
	uint64_t stamp = 0;
	unsigned found = 0;

	for (size_t i = 0; i < list->len; i++) {
		if (strcmp(list->at[i].match.full_id, id) != 0)
			continue;
		stamp = list->at[i].stamp;
		found++;
	}
	ck_assert_uint_eq(found, 1);
	ck_assert(stamp != 0);
	return stamp;
}

#define ENTRY(id, name) "{\"id\":\"" id "\",\"names\":[\"" name "\"],\"image\":\"\"}"
#define POD "{\"id\":\"" ID "\",\"metadata\":\"{\\\"pod-id\\\":\\\"x\\\"}\"}"
#define STORAGE INSPECT_STORAGE "/overlay-containers/containers.json"
#define DOCKER_CONFIG INSPECT_DOCKER "/containers/" OTHER "/config.v2.json"

/* Each container once, with the stamp of what is read of it alone. */
START_TEST(test_stamps)
{
	static const struct peer_case listed = { "list", TEXT(EMPTY("\x01") LISTED("\x03")), 1,
						 NULL, true };
	const struct container_match docker = { .engine = CONTAINER_DOCKER, .full_id = OTHER };
	const struct container_match podman = { .engine = CONTAINER_PODMAN, .full_id = THIRD };
	struct peer peer = { .c = &listed };
	struct inspect_memory memory = { .silent_next = 0 };
	struct container_info info;
	uint64_t pod, other;
	char root[] = ROOT;

	ck_assert_ptr_nonnull(mkdtemp(root));
	put_file(root, STORAGE, "[" POD "," ENTRY(THIRD, "a") "]");
	put_file(root, DOCKER_CONFIG, "{\"ID\":\"" OTHER "\",\"Config\":{}}");
	peer_start(&peer, root, "/run/crio/crio.sock");
	inspect_list(root, &memory, &lists[0], &lists[1]);
	peer_stop(&peer);
	ck_assert_uint_eq(lists[1].len, 3);
	pod = listed_stamp(&lists[1], ID);
	other = listed_stamp(&lists[1], THIRD);
	ck_assert_int_eq(inspect_container(root, &docker, 0, &memory, &info), 0);
	ck_assert_uint_eq(info.stamp, listed_stamp(&lists[1], OTHER));
	container_info_release(&info);
	ck_assert_int_eq(inspect_container(root, &podman, 0, &memory, &info), 0);
	ck_assert_uint_eq(info.stamp, other);
	container_info_release(&info);
	/* One more, and one of another name: that changes no other one. */
	put_file(root, STORAGE, "[" ENTRY(OTHER, "c") "," POD "," ENTRY(THIRD, "b") "]");
	remove_file(root, DOCKER_CONFIG);
	inspect_list(root, &memory, &lists[1], &lists[0]);
	remove_root(root);
	ck_assert_uint_eq(lists[0].len, 3);
	ck_assert_uint_eq(listed_stamp(&lists[0], ID), pod);
	ck_assert_uint_ne(listed_stamp(&lists[0], THIRD), other);
	ck_assert_int_eq(lists[0].at[1].match.engine, CONTAINER_CRIO);
	ck_assert_int_eq(lists[0].at[2].match.engine, CONTAINER_PODMAN);
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
	tcase_add_loop_test(tc, test_cut, 0, sizeof(cut_cases) / sizeof(cut_cases[0]));
	tcase_add_loop_test(tc, test_shim, 0, 2);
	tcase_add_test(tc, test_reluctant);
	tcase_add_loop_test(tc, test_list, 0, 2);
	tcase_add_test(tc, test_stamps);
	tcase_add_test(tc, test_question);
	return run_suite("inspect_cri", tc);
}
