/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LXC's configuration, systemd-nspawn's command line and the API of docker say of a container,
 * and what answers of a socket are taken for one.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include "run_suite.h"
#include "state/container_info.h"
#include "tui/inspect_parts.h"

#define ID "aa11bb22cc33dd44ee55ff6600112233445566778899aabbccddeeff00112233"

/* Name, image, facts and mounts as one line. */
static const char *tell(const struct container_info *info)
{
	static char text[2048];
	int len = snprintf(text, sizeof(text), "%s|%s|%s%s%s%s", info->name ? info->name : "-",
			   info->image ? info->image : "-",
			   !info->privileged_known ? "?"
			   : info->privileged      ? "privileged"
						   : "-",
			   info->host_network ? ",net" : "", info->host_pid ? ",pid" : "",
			   info->host_ipc ? ",ipc" : "");

	for (size_t i = 0; i < info->mounts_len; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "|%s:%s:%s:%d",
				info->mounts[i].source, info->mounts[i].destination,
				info->mounts[i].mode, info->mounts[i].rdwr);
	return text;
}

static const struct {
	const char *config, *want;
} lxc_cases[] = {
	{ "lxc.uts.name = c1\n", "-|-|privileged" },
	{ "lxc.idmap = u 0 100000 65536\nlxc.idmap=g 0 100000 65536", "-|-|-" },
	{ "#lxc.idmap = u 0 1 2\n", "-|-|privileged" },
	{ "lxc.mount.entry = /srv/data data none bind,ro,create=dir 0 0\n",
	  "-|-|privileged|/srv/data:/data:ro:0" },
	{ "lxc.mount.entry=/srv /mnt/x none rbind 0 0\nlxc.mount.entry = proc proc proc nodev 0 0",
	  "-|-|privileged|/srv:/mnt/x:rw:1" },
	{ "lxc.mount.entry = /srv\nlxc.mount.entry\n= \n\n", "-|-|privileged" },
	{ "lxc.namespace.keep = net user", "-|-|privileged,net" },
	{ "", "-|-|privileged" },
};

START_TEST(test_lxc)
{
	struct container_info info = { .name = NULL };

	ck_assert_int_eq(
		container_info_lxc(&info, lxc_cases[_i].config, strlen(lxc_cases[_i].config)), 0);
	ck_assert_str_eq(tell(&info), lxc_cases[_i].want);
	container_info_release(&info);
}
END_TEST

/* Blanks stand for the NULs between arguments. */
static const struct {
	const char *line, *want;
} nspawn_cases[] = {
	{ "systemd-nspawn -q -D /srv/deb --private-network -M nsp1 /bin/sleep 9", "nsp1|deb|?" },
	{ "systemd-nspawn -D /var/lib/machines/db -b", "db|db|?,net" },
	{ "systemd-nspawn --machine=m1 --image=/x/disk.raw -n", "m1|disk|?" },
	{ "systemd-nspawn -Mm2 -i /x/y.raw -U --bind=/a --bind-ro=/b:/c",
	  "m2|y|?,net|/a:/a:rw:1|/b:/c:ro:0" },
	{ "systemd-nspawn --bind=/a\\:b:/d:noidmap -D /z", "z|z|?,net|/a:b:/d:noidmap:1" },
	{ "systemd-nspawn -D /z -- -M no", "z|z|?,net" },
	{ "systemd-nspawn -D", "-|-|?,net" },
};

START_TEST(test_nspawn)
{
	struct container_info info = { .name = NULL };
	size_t len = strlen(nspawn_cases[_i].line) + 1;
	char *args = strdup(nspawn_cases[_i].line);

	for (size_t i = 0; i < len; i++)
		if (args[i] == ' ')
			args[i] = '\0';
	ck_assert_int_eq(container_info_nspawn(&info, args, len), 0);
	ck_assert_str_eq(tell(&info), nspawn_cases[_i].want);
	container_info_release(&info);
	free(args);
}
END_TEST

static const char inspect_json[] =
	"{\"Id\":\"" ID "\",\"Name\":\"/shop\",\"Created\":\"2026-03-04T05:06:07.5Z\","
	"\"Image\":\"sha256:" ID
	"\",\"Config\":{\"Image\":\"a/shop:2\",\"Labels\":{\"team\":\"x\"},"
	"\"Healthcheck\":{\"Test\":[\"CMD\",\"curl\",\"-f\",\"x\"]}},"
	"\"HostConfig\":{\"Privileged\":true,\"NetworkMode\":\"host\",\"PidMode\":\"\",\"IpcMode\":"
	"\"host\"},"
	"\"NetworkSettings\":{\"Networks\":{\"none\":{\"IPAddress\":\"\"},\"b\":{\"IPAddress\":"
	"\"10.0.0.7\"}}},"
	"\"Mounts\":[{\"Source\":\"/srv\",\"Destination\":\"/data\",\"Mode\":\"z\",\"RW\":false,"
	"\"Propagation\":\"rprivate\"}]}";

/* A command that is longer than what is kept is not known: a part of it would be another one. */
START_TEST(test_long_command)
{
	static const char head[] =
		"{\"Id\":\"" ID "\",\"Config\":{\"Healthcheck\":{\"Test\":[\"CMD\",\"";
	const size_t word = _i ? 4096 : 4095, size = sizeof(head) + word + 8;
	struct container_info info = { .name = NULL };
	char *json = malloc(size);

	snprintf(json, size, "%s%*s\"]}}}", head, (int)word, "x");
	ck_assert_int_eq(container_info_inspect(&info, json, strlen(json)), 0);
	if (_i)
		ck_assert_ptr_null(info.healthcheck);
	else
		ck_assert_uint_eq(strlen(info.healthcheck), word);
	container_info_release(&info);
	free(json);
}
END_TEST

static const struct {
	const char *name, *json, *want;
	int (*take)(struct container_info *info, const char *json, size_t len);
} digest_cases[] = {
	{ "docker",
	  "{\"Repositories\":{\"a/shop\":{\"a/shop:2\":\"sha256:" ID "\","
	  "\"a/shop@sha256:77\":\"sha256:" ID "\"}}}",
	  "sha256:77", container_info_repositories },
	{ "docker, another image",
	  "{\"Repositories\":{\"a/shop\":{\"a/shop@sha256:77\":\"sha256:00\"}}}", NULL,
	  container_info_repositories },
	{ "docker, made here", "{\"Repositories\":{\"a/shop\":{\"a/shop:2\":\"sha256:" ID "\"}}}",
	  NULL, container_info_repositories },
	{ "podman", "[{\"id\":\"00\"},{\"id\":\"" ID "\",\"digest\":\"sha256:88\"}]", "sha256:88",
	  container_info_images },
	{ "podman, another image", "[{\"id\":\"00\",\"digest\":\"sha256:88\"}]", NULL,
	  container_info_images },
};

START_TEST(test_digest)
{
	struct container_info info = { .name = NULL };
	const char *json = digest_cases[_i].json, *want = digest_cases[_i].want;

	ck_assert_int_eq(container_info_inspect(&info, inspect_json, strlen(inspect_json)), 0);
	ck_assert_int_eq(digest_cases[_i].take(&info, json, strlen(json)), want ? 0 : -ENOENT);
	ck_assert_msg(!want == !info.digest && (!want || !strcmp(info.digest, want)), "%s: %s",
		      digest_cases[_i].name, info.digest ? info.digest : "nothing");
	container_info_release(&info);
}
END_TEST

START_TEST(test_inspect)
{
	struct container_info info = { .name = NULL };

	ck_assert_int_eq(container_info_inspect(&info, inspect_json, strlen(inspect_json)), 0);
	ck_assert_str_eq(tell(&info), "shop|a/shop:2|privileged,net,ipc|/srv:/data:z:0");
	ck_assert_str_eq(info.healthcheck, "curl -f x");
	ck_assert_str_eq(info.ip, "10.0.0.7");
	ck_assert_str_eq(info.labels[0].value, "x");
	container_info_release(&info);
}
END_TEST

/* --- a socket that answers as it likes --- */

static const struct answer {
	const char *name, *text;
	unsigned pause_ms; /* before each byte */
	size_t repeat;     /* of the text */
	int rc;            /* of the question, or of where the body begins */
	const char *body;
} answers[] = {
	{ "an answer", "HTTP/1.0 200 OK\r\nA: b\r\n\r\n{}", 0, 1, 0, "{}" },
	{ "of another version", "HTTP/1.1 200 OK\r\n\r\nx", 0, 1, 0, "x" },
	{ "not found", "HTTP/1.1 404 Not Found\r\n\r\n{}", 0, 1, -ENOENT, NULL },
	{ "no headers", "HTTP/1.1 200 OK\r\n", 0, 1, -EBADMSG, NULL },
	{ "something else", "220 smtp\r\n\r\n", 0, 1, -EBADMSG, NULL },
	{ "nothing", "", 0, 1, -EBADMSG, NULL },
	{ "too slow", "HTTP/1.0 200 OK\r\n\r\n{}", 100, 1, -ETIMEDOUT, NULL },
	{ "silent", "", 0, 0, -ETIMEDOUT, NULL },
	{ "endless", "HTTP/1.0 200 OK\r\n\r\n{}", 0, 4000, -E2BIG, NULL },
};

struct server {
	const struct answer *answer;
	int fd;
	int stop; /* atomic */
};

static void serve(const struct server *server, int fd)
{
	const struct timespec pause = { .tv_nsec = server->answer->pause_ms * 1000000l };
	size_t len = strlen(server->answer->text);
	char asked[512];

	if (read(fd, asked, sizeof(asked)) <= 0)
		return;
	for (size_t i = 0; i < server->answer->repeat; i++) {
		static const char block[65536];

		if (i && send(fd, block, sizeof(block), MSG_NOSIGNAL) < 0)
			return;
		if (i)
			continue;
		for (size_t at = 0; at < len; at++) {
			nanosleep(&pause, NULL);
			if (send(fd, server->answer->text + at, 1, MSG_NOSIGNAL) < 0)
				return;
		}
	}
	while (!server->answer->repeat && !__atomic_load_n(&server->stop, __ATOMIC_ACQUIRE))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static void *server_main(void *arg)
{
	struct server *server = arg;
	int fd = accept(server->fd, NULL, NULL);

	if (fd >= 0) {
		serve(server, fd);
		close(fd);
	}
	return NULL;
}

START_TEST(test_socket)
{
	struct server server = { .answer = &answers[_i] };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *text = NULL;
	pthread_t thread;
	size_t len, at = 0;
	int rc;

	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/saker-test-%d-%d", (int)getpid(),
		 _i);
	server.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(server.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(server.fd, 1), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, server_main, &server), 0);
	rc = inspect_http_get(address.sun_path, "/x", &text, &len);
	if (rc == 0)
		rc = inspect_http_body(text, len, &at);
	__atomic_store_n(&server.stop, 1, __ATOMIC_RELEASE);
	unlink(address.sun_path);
	pthread_join(thread, NULL);
	close(server.fd);
	ck_assert_msg(rc == answers[_i].rc, "%s: %d, not %d", answers[_i].name, rc, answers[_i].rc);
	if (answers[_i].body)
		ck_assert_str_eq(text + at, answers[_i].body);
	free(text);
}
END_TEST

START_TEST(test_no_socket)
{
	char *text;
	size_t len;

	ck_assert_int_eq(inspect_http_get("/nonexistent/socket", "/", &text, &len), -ENOENT);
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("machine");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_lxc, 0, sizeof(lxc_cases) / sizeof(lxc_cases[0]));
	tcase_add_loop_test(tc, test_nspawn, 0, sizeof(nspawn_cases) / sizeof(nspawn_cases[0]));
	tcase_add_test(tc, test_inspect);
	tcase_add_loop_test(tc, test_digest, 0, sizeof(digest_cases) / sizeof(digest_cases[0]));
	tcase_add_loop_test(tc, test_socket, 0, sizeof(answers) / sizeof(answers[0]));
	tcase_add_test(tc, test_no_socket);
	tcase_add_loop_test(tc, test_long_command, 0, 2);
	return run_suite("container_machine", tc);
}
