/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of docker and podman, which speak HTTP: one question for one container, with a limit
 * of time and of bytes. HTTP/1.0, so that the answer ends where the connection does. What comes may
 * be anything.
 */
#include "inspect.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "inspect_parts.h"

#define NS_PER_MS 1000000ll
#define SILENT_NS 10000000000ll /* that a socket which did not answer is left alone */
#define FIRST_BYTES 16384
#define HEADERS_MAX 65536

static void free_text(char **text)
{
	free(*text);
}
#define _cleanup_text_ __attribute__((cleanup(free_text)))

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define _cleanup_close_ __attribute__((cleanup(close_fd)))

long long inspect_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

int inspect_wait(int fd, short events, long long deadline_ns)
{
	for (;;) {
		struct pollfd ready = { .fd = fd, .events = events };
		long long left = deadline_ns - inspect_now_ns();
		int r = left > 0 ? poll(&ready, 1, (int)(left / NS_PER_MS) + 1) : 0;

		if (r > 0)
			return 0;
		if (r == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

int inspect_connect(const char *path, int *ret_fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* A socket whose queue is full does not make anybody wait: EAGAIN. */
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

int inspect_send(int fd, const char *bytes, size_t len, long long deadline_ns)
{
	while (len) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		int rc = sent < 0 ? -errno : 0;

		if (rc == -EAGAIN)
			rc = inspect_wait(fd, POLLOUT, deadline_ns);
		if (rc < 0 && rc != -EINTR)
			return rc;
		if (sent > 0) {
			bytes += sent;
			len -= (size_t)sent;
		}
	}
	return 0;
}

/* What has come; the owner frees text, also after a failure. */
struct answer {
	char *text;
	size_t len, size;
};

static int make_room(struct answer *answer)
{
	size_t wanted = answer->size ? answer->size * 2 : FIRST_BYTES;
	char *grown;

	if (answer->len + 1 < answer->size)
		return 0;
	if (wanted > 2 * CONTAINER_INFO_BYTES_MAX)
		return -E2BIG;
	grown = realloc(answer->text, wanted);
	if (!grown)
		return -ENOMEM;
	answer->text = grown;
	answer->size = wanted;
	return 0;
}

/* Everything up to the end of the connection, with a NUL behind it. */
static int receive_all(int fd, long long deadline_ns, struct answer *answer)
{
	for (;;) {
		ssize_t got;
		int rc = make_room(answer);

		if (rc == 0)
			rc = inspect_wait(fd, POLLIN, deadline_ns);
		if (rc < 0)
			return rc;
		got = recv(fd, answer->text + answer->len, answer->size - answer->len - 1, 0);
		if (got == 0)
			break;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		answer->len += got > 0 ? (size_t)got : 0;
	}
	answer->text[answer->len] = '\0';
	return 0;
}

int inspect_http_body(const char *text, size_t len, size_t *ret_at)
{
	static const char end[] = "\r\n\r\n";
	const char *body = memmem(text, len < HEADERS_MAX ? len : HEADERS_MAX, end, strlen(end));

	if (len < 12 || strncmp(text, "HTTP/1.", 7) != 0 || text[8] != ' ')
		return -EBADMSG;
	if (strncmp(text + 9, "200", 3) != 0)
		return -ENOENT;
	if (!body)
		return -EBADMSG;
	*ret_at = (size_t)(body - text) + strlen(end);
	return 0;
}

int inspect_http_get(const char *socket_path, const char *target, char **ret_text, size_t *ret_len)
{
	long long deadline_ns = inspect_now_ns() + INSPECT_QUESTION_NS;
	struct answer answer = { .text = NULL };
	_cleanup_close_ int fd = -1;
	char question[512];
	int len = snprintf(question, sizeof(question),
			   "GET %s HTTP/1.0\r\nHost: localhost\r\nAccept: application/json\r\n\r\n",
			   target);
	int rc;

	if ((size_t)len >= sizeof(question))
		return -ENAMETOOLONG;
	rc = inspect_connect(socket_path, &fd);
	if (rc == 0)
		rc = inspect_send(fd, question, (size_t)len, deadline_ns);
	if (rc == 0)
		rc = receive_all(fd, deadline_ns, &answer);
	if (rc < 0) {
		free(answer.text);
		return rc;
	}
	*ret_text = answer.text;
	*ret_len = answer.len;
	return 0;
}

bool inspect_is_silent(const struct inspect_memory *memory, const char *path, bool list)
{
	long long now = inspect_now_ns();

	for (size_t i = 0; i < INSPECT_SILENT_MAX; i++)
		if (memory->silent[i].until_ns > now && (list || !memory->silent[i].list) &&
		    !strcmp(memory->silent[i].path, path))
			return true;
	return false;
}

void inspect_note_silent(struct inspect_memory *memory, const char *path, bool list, int rc)
{
	size_t at = memory->silent_next;

	if (rc != -ETIMEDOUT || strlen(path) >= INSPECT_SOCKET_PATH)
		return;
	memcpy(memory->silent[at].path, path, strlen(path) + 1);
	memory->silent[at].list = list;
	memory->silent[at].until_ns = inspect_now_ns() + SILENT_NS;
	memory->silent_next = (at + 1) % INSPECT_SILENT_MAX;
}

static void ask_socket(struct search *search, const char *socket_path)
{
	_cleanup_text_ char *text = NULL;
	char path[PATH_MAX], target[128];
	size_t len = 0, at = 0;
	int rc;

	snprintf(path, sizeof(path), "%s%s", search->host_root, socket_path);
	snprintf(target, sizeof(target), "/containers/%s/json", search->match->full_id);
	if (inspect_is_silent(search->memory, path, false))
		return;
	rc = inspect_http_get(path, target, &text, &len);
	inspect_note_silent(search->memory, path, false, rc);
	if (rc == 0 && text && inspect_http_body(text, len, &at) == 0 &&
	    container_info_inspect(search->info, text + at, len - at) == 0)
		search->found = true;
}

void search_sockets(struct search *search)
{
	if (search->memory->reluctant && !search->found)
		return;
	switch (search->match->engine) {
	case CONTAINER_DOCKER:
		if (!search->found && search->match->full_id[0])
			ask_socket(search, "/run/docker.sock");
		break;
	case CONTAINER_PODMAN:
		/* Labels are in no file of podman. */
		if (search->match->full_id[0] && (!search->found || !search->info->labels_len))
			ask_socket(search, "/run/podman/podman.sock");
		break;
	case CONTAINER_CRI:
	case CONTAINER_CRIO:
	case CONTAINER_CONTAINERD: search_cri(search); break;
	case CONTAINER_LXC:
	case CONTAINER_NSPAWN:
	case CONTAINER_LIBVIRT:
	case CONTAINER_BPM:
	case CONTAINER_HOST:
	case CONTAINER_ENGINE_COUNT: break;
	}
}
