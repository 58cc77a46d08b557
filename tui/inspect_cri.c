/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of containerd and CRI-O, which speak gRPC: some questions about one container over
 * one connection, with a limit of time and of bytes for all of them. What comes may be anything.
 *
 * containerd's shim, the parent of a container's first process, has the address of its containerd
 * and the container's namespace among its arguments.
 */
#include "inspect_parts.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http2.h"
#include "state/base/protobuf.h"
#include "state/container_cri.h"

#define BYTES_MAX (4u << 20) /* that come over one connection */
#define MESSAGE_BYTES 192    /* of a question: a name in some fields */
#define SHIM_ANCESTORS 64    /* above a process of a container */
#define NAMESPACE_MAX 77     /* of containerd, with its NUL (pkg/identifiers) */

struct connection {
	int fd;
	long long deadline_ns;
	uint32_t stream;        /* of the last question */
	const char *version;    /* of the interface */
	const char *name_space; /* of containerd */
	size_t total;           /* bytes that came */
	size_t len;             /* of those, not looked at yet */
	uint8_t in[HTTP2_FRAME_MAX];
};

/* The interface's, the current one first. */
static const char *const versions[] = { "v1", "v1alpha2" };

const struct inspect_root inspect_cri_sockets[INSPECT_CRI_SOCKETS] = {
	{ CONTAINER_CRI, "/run/containerd/containerd.sock" },
	{ CONTAINER_CRI, "/run/k3s/containerd/containerd.sock" },
	{ CONTAINER_CRI, "/run/k0s/containerd.sock" },
	{ CONTAINER_CRI, "/var/snap/microk8s/common/run/containerd.sock" },
	{ CONTAINER_CRIO, "/run/crio/crio.sock" },
};

/* What the shim of a container was started with; "" where there is none. */
struct shim {
	char address[PATH_MAX], name_space[NAMESPACE_MAX];
};

static void release_answer(struct http2_answer *answer)
{
	free(answer->bytes);
}
#define _cleanup_answer_ __attribute__((cleanup(release_answer)))

/* More bytes of the connection. */
static int receive(struct connection *connection)
{
	ssize_t got;
	int rc = inspect_wait(connection->fd, POLLIN, connection->deadline_ns);

	if (rc < 0)
		return rc;
	got = recv(connection->fd, connection->in + connection->len,
		   sizeof(connection->in) - connection->len, 0);
	if (got == 0)
		return -ECONNRESET;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	connection->len += (size_t)got;
	connection->total += (size_t)got;
	return connection->total > BYTES_MAX ? -E2BIG : 0;
}

/* Looks at all whole frames that are there. */
static int take_frames(struct connection *connection, struct http2_answer *answer)
{
	size_t at = 0;

	while (!answer->ended) {
		struct http2_reply reply;
		ssize_t taken =
			http2_take(answer, connection->in + at, connection->len - at, &reply);
		int rc = taken < 0 ? (int)taken : 0;

		if (rc == 0 && reply.len)
			rc = inspect_send(connection->fd, (char *)reply.bytes, reply.len,
					  connection->deadline_ns);
		if (rc < 0)
			return rc;
		if (taken == 0)
			break;
		at += (size_t)taken;
	}
	connection->len -= at;
	memmove(connection->in, connection->in + at, connection->len);
	return 0;
}

/* Asks, and waits for the answer: its one message is inside *answer. */
static int call(struct connection *connection, const char *method,
		const struct protobuf_out *message, struct http2_answer *answer)
{
	uint8_t bytes[HTTP2_QUESTION_BYTES];
	struct http2_question question = { .method = method,
					   .name_space = connection->name_space,
					   .message = message->bytes,
					   .len = message->len };
	size_t len;
	int rc = message->full ? -ENAMETOOLONG : 0;

	connection->stream += connection->stream ? 2 : 1;
	question.stream = answer->stream = connection->stream;
	if (rc == 0)
		rc = http2_ask(&question, bytes, &len);
	if (rc == 0)
		rc = inspect_send(connection->fd, (char *)bytes, len, connection->deadline_ns);
	while (rc == 0 && !answer->ended) {
		rc = take_frames(connection, answer);
		if (rc == 0 && !answer->ended)
			rc = receive(connection);
	}
	return rc;
}

/* The answer's message is given to fn, with the info. */
typedef int (*take_fn)(struct container_info *info, const uint8_t *bytes, size_t len);
typedef int (*find_fn)(struct container_info *info, const uint8_t *bytes, size_t len,
		       const char *id);

static int ask(struct connection *connection, const char *method,
	       const struct protobuf_out *message, take_fn fn, struct container_info *info)
{
	_cleanup_answer_ struct http2_answer answer = { .bytes = NULL };
	const uint8_t *bytes;
	size_t len;
	int rc = call(connection, method, message, &answer);

	if (rc == 0)
		rc = http2_message(&answer, &bytes, &len);
	return rc == 0 ? fn(info, bytes, len) : rc;
}

/* A method of the runtime interface. */
static void method_name(const struct connection *connection, const char *method, char *name,
			size_t size)
{
	snprintf(name, size, "/runtime.%s.%s", connection->version, method);
}

/*
 * Asks for a list with one item: {1 filter {1 id}}. -EOPNOTSUPP when the other side does not know
 * this version of the interface.
 */
static int ask_list(struct connection *connection, const char *list, const char *id, find_fn fn,
		    struct container_info *info)
{
	_cleanup_answer_ struct http2_answer answer = { .bytes = NULL };
	uint8_t inner[MESSAGE_BYTES], outer[MESSAGE_BYTES];
	struct protobuf_out filter = { .bytes = inner, .size = sizeof(inner) };
	struct protobuf_out message = { .bytes = outer, .size = sizeof(outer) };
	const uint8_t *bytes;
	char method[96];
	size_t len;
	int rc;

	protobuf_put_bytes(&filter, 1, id, strlen(id));
	protobuf_put_bytes(&message, 1, filter.bytes, filter.len);
	method_name(connection, list, method, sizeof(method));
	rc = call(connection, method, &message, &answer);
	if (rc == 0)
		rc = http2_message(&answer, &bytes, &len);
	else
		return rc;
	if (rc == -ENOENT)
		return -EOPNOTSUPP;
	return rc == 0 ? fn(info, bytes, len, id) : rc;
}

/* {1 id, 2 verbose} */
static int ask_pod(struct connection *connection, struct container_info *info)
{
	uint8_t bytes[MESSAGE_BYTES];
	struct protobuf_out message = { .bytes = bytes, .size = sizeof(bytes) };
	char method[96];

	if (!info->sandbox_id)
		return -ENOENT;
	protobuf_put_bytes(&message, 1, info->sandbox_id, strlen(info->sandbox_id));
	protobuf_put_number(&message, 2, true);
	method_name(connection, "RuntimeService/PodSandboxStatus", method, sizeof(method));
	return ask(connection, method, &message, container_cri_pod, info);
}

/* {1 image {1 name or id}} */
static int ask_image(struct connection *connection, struct container_info *info)
{
	const char *image = info->image ? info->image : info->image_id;
	uint8_t inner[MESSAGE_BYTES], outer[MESSAGE_BYTES];
	struct protobuf_out spec = { .bytes = inner, .size = sizeof(inner) };
	struct protobuf_out message = { .bytes = outer, .size = sizeof(outer) };
	char method[96];

	if (!image)
		return -ENOENT;
	protobuf_put_bytes(&spec, 1, image, strlen(image));
	protobuf_put_bytes(&message, 1, spec.bytes, spec.len);
	method_name(connection, "ImageService/ImageStatus", method, sizeof(method));
	return ask(connection, method, &message, container_cri_image, info);
}

/* containerd's own services take {1 id or name}. */
static int ask_native(struct connection *connection, const char *method, const char *name,
		      take_fn fn, struct container_info *info)
{
	uint8_t bytes[MESSAGE_BYTES];
	struct protobuf_out message = { .bytes = bytes, .size = sizeof(bytes) };

	protobuf_put_bytes(&message, 1, name, strlen(name));
	return ask(connection, method, &message, fn, info);
}

/* A container or a sandbox. */
static int ask_cri(struct connection *connection, const char *id, struct container_info *info)
{
	int rc = -EOPNOTSUPP;

	for (size_t i = 0; i < 2 && rc == -EOPNOTSUPP; i++) {
		connection->version = versions[i];
		rc = ask_list(connection, "RuntimeService/ListContainers", id,
			      container_cri_container, info);
	}
	if (rc == -ENOENT)
		rc = ask_list(connection, "RuntimeService/ListPodSandbox", id,
			      container_cri_sandbox, info);
	return rc == -EOPNOTSUPP ? -ENOENT : rc;
}

/* What is known beside it: of its pod and its image. -ENOENT: the socket has no more to say. */
static int ask_more(struct connection *connection, struct container_info *info)
{
	int rc = ask_pod(connection, info);

	return rc == 0 || rc == -ENOENT ? ask_image(connection, info) : rc;
}

/* 0 when it said anything; *ret_last is what became of the last question. */
static int ask_all(struct connection *connection, const struct search *search, int *ret_last)
{
	struct container_info *info = search->info;
	enum container_engine engine = search->match->engine;
	bool told = false;
	int rc = -ENOENT;

	if (engine != CONTAINER_CONTAINERD)
		rc = ask_cri(connection, search_id(search), info);
	told = rc == 0;
	if (told)
		rc = ask_more(connection, info);
	/* The interface tells of no sandbox's image, and not of what was not made through it. */
	if (engine != CONTAINER_CRIO && (rc == 0 || rc == -ENOENT) && !(told && info->image)) {
		rc = ask_native(connection, "/containerd.services.containers.v1.Containers/Get",
				search_id(search), container_native, info);
		told |= rc == 0;
	}
	if (engine != CONTAINER_CRIO && (rc == 0 || rc == -ENOENT) && told && info->image &&
	    !info->digest)
		rc = ask_native(connection, "/containerd.services.images.v1.Images/Get",
				info->image, container_native_image, info);
	*ret_last = rc;
	return told ? 0 : rc;
}

/* A connection on which nothing was asked yet; the caller closes it. */
static int open_connection(const char *path, struct connection **ret_connection)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	uint8_t begin[HTTP2_BEGIN_BYTES];
	int rc;

	if (!connection)
		return -ENOMEM;
	connection->deadline_ns = inspect_now_ns() + INSPECT_QUESTION_NS;
	rc = inspect_connect(path, &connection->fd);
	if (rc < 0) {
		free(connection);
		return rc;
	}
	rc = inspect_send(connection->fd, (char *)begin, http2_begin(begin),
			  connection->deadline_ns);
	if (rc < 0) {
		close(connection->fd);
		free(connection);
		return rc;
	}
	*ret_connection = connection;
	return 0;
}

static void close_connection(struct connection *connection)
{
	close(connection->fd);
	free(connection);
}

/* 0 when it said anything; what was left open makes the answer a partial one. */
static int ask_socket(struct search *search, const char *path, const char *name_space)
{
	struct connection *connection;
	int last, rc = open_connection(path, &connection);

	last = rc;
	if (rc == 0) {
		connection->name_space = name_space;
		rc = ask_all(connection, search, &last);
		close_connection(connection);
	}
	inspect_note_silent(search->memory, path, false, last);
	if (rc == 0)
		search->info->partial = !search->found || (last < 0 && last != -ENOENT);
	return rc;
}

/* A list without a filter; -EOPNOTSUPP as above. */
static int list_ids(struct connection *connection, const char *list,
		    void (*fn)(void *ctx, const char *id, size_t len), void *ctx)
{
	const struct protobuf_out nothing = { .bytes = (uint8_t *)"" };
	_cleanup_answer_ struct http2_answer answer = { .bytes = NULL };
	const uint8_t *bytes;
	char method[96];
	size_t len;
	int rc;

	method_name(connection, list, method, sizeof(method));
	rc = call(connection, method, &nothing, &answer);
	if (rc < 0)
		return rc;
	rc = http2_message(&answer, &bytes, &len);
	if (rc == -ENOENT)
		return -EOPNOTSUPP;
	return rc == 0 ? container_cri_ids(bytes, len, fn, ctx) : rc;
}

int inspect_cri_list(const char *path, struct inspect_memory *memory,
		     void (*fn)(void *ctx, const char *id, size_t len), void *ctx)
{
	struct connection *connection;
	int rc;

	if (inspect_is_silent(memory, path, true))
		return -ETIMEDOUT;
	rc = open_connection(path, &connection);
	if (rc < 0)
		return rc;
	rc = -EOPNOTSUPP;
	for (size_t i = 0; i < 2 && rc == -EOPNOTSUPP; i++) {
		connection->version = versions[i];
		rc = list_ids(connection, "RuntimeService/ListPodSandbox", fn, ctx);
	}
	if (rc == 0)
		rc = list_ids(connection, "RuntimeService/ListContainers", fn, ctx);
	close_connection(connection);
	inspect_note_silent(memory, path, true, rc);
	return rc;
}

/* "-address PATH", "-namespace NAME": Go's way, also with two dashes. */
static void take_argument(const char *name, const char *value, struct shim *shim)
{
	while (*name == '-')
		name++;
	if (!strcmp(name, "address") && *value == '/')
		snprintf(shim->address, sizeof(shim->address), "%s", value);
	else if (!strcmp(name, "namespace") && strlen(value) < sizeof(shim->name_space))
		snprintf(shim->name_space, sizeof(shim->name_space), "%s", value);
}

/* A process that may be the shim. */
static void take_shim(const char *host_root, uint32_t pid, struct shim *shim)
{
	char args[SEARCH_ARGUMENTS_BYTES];
	size_t len = inspect_arguments(host_root, pid, args, sizeof(args));
	const char *at = args, *slash = strrchr(args, '/');

	if (len && !strncmp(slash ? slash + 1 : args, "containerd-shim", 15))
		while ((at += strlen(at) + 1) < args + len)
			if (*at == '-' && at + strlen(at) + 1 < args + len)
				take_argument(at, at + strlen(at) + 1, shim);
}

static void find_shim(const struct search *search, struct shim *shim)
{
	uint32_t pid = search->pid;

	for (int i = 0; i < SHIM_ANCESTORS && pid > 1 && !*shim->address; i++) {
		/* What runs in a container may call itself a shim. */
		if (!inspect_is_contained(search->host_root, pid))
			take_shim(search->host_root, pid, shim);
		pid = inspect_parent(search->host_root, pid);
	}
}

/* Asks one socket; true: it knows the container, nobody else need be asked. */
static bool try_socket(struct search *search, const char *path, const char *name_space)
{
	char whole[PATH_MAX];

	if ((size_t)snprintf(whole, sizeof(whole), "%s%s", search->host_root, path) >=
		    sizeof(whole) ||
	    inspect_is_silent(search->memory, whole, false) ||
	    ask_socket(search, whole, name_space) != 0)
		return false;
	search->found = true;
	if (search->match->engine != CONTAINER_CONTAINERD)
		inspect_note_root(search->memory, search->match->engine, path);
	return true;
}

void search_cri(struct search *search)
{
	enum container_engine engine = search->match->engine;
	struct shim shim = { .address = "" };
	const char *name_space = "default";
	bool told;

	find_shim(search, &shim);
	if (*shim.name_space)
		name_space = shim.name_space;
	else if (engine == CONTAINER_CRI)
		name_space = "k8s.io";
	/* Files and a socket tell different things: with one of them alone it is asked again. */
	search->info->partial = search->found;
	told = *shim.address && try_socket(search, shim.address, name_space);
	for (size_t i = 0; !told && i < search->memory->roots_len; i++)
		told = search->memory->roots[i].engine == engine &&
		       try_socket(search, search->memory->roots[i].path, name_space);
	for (size_t i = 0; !told && i < INSPECT_CRI_SOCKETS; i++)
		told = (inspect_cri_sockets[i].engine == CONTAINER_CRIO) ==
			       (engine == CONTAINER_CRIO) &&
		       try_socket(search, inspect_cri_sockets[i].path, name_space);
}
