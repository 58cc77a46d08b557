/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the files that look for what a runtime says of a container: inspect_files.c is the folders of
 * the runtimes that have ids, inspect_machine.c those of LXC and systemd-nspawn, inspect_socket.c
 * the sockets, inspect_cri.c those among them that speak gRPC. Nobody else includes this.
 */
#ifndef TUI_INSPECT_PARTS_H
#define TUI_INSPECT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include "state/container.h"
#include "state/container_info.h"

#define SEARCH_ANCESTORS 5
#define SEARCH_ARGUMENTS_BYTES 16384

#define INSPECT_QUESTION_NS 500000000ll /* that a socket may take for all about one container */

#define INSPECT_SILENT_MAX 8
#define INSPECT_ROOTS_MAX 8
#define INSPECT_SOCKET_PATH 108 /* bytes with the NUL, as in struct sockaddr_un */
#define INSPECT_ROOT_PATH 256

/*
 * What the thread knows by now; zeroes to begin with. Folders and sockets other than the usual ones
 * were found through processes; containers without processes are looked for there too.
 */
struct inspect_memory {
	/* Sockets that did not answer in time: nobody waits for them again for a while. */
	struct {
		char path[INSPECT_SOCKET_PATH];
		bool list;          /* when it was asked for all containers, not for one */
		long long until_ns; /* CLOCK_MONOTONIC */
	} silent[INSPECT_SILENT_MAX];
	size_t silent_next;
	bool reluctant; /* sockets are asked only about what files tell of, too */
	struct inspect_root {
		enum container_engine engine; /* PODMAN: any containers/storage */
		char path[INSPECT_ROOT_PATH]; /* CRI, CRIO: a socket */
	} roots[INSPECT_ROOTS_MAX];
	size_t roots_len;
};

/* What is looked for, and what was found. */
struct search {
	const char *host_root; /* before all paths */
	const struct container_match *match;
	uint32_t pid; /* a process in it; 0: none is known */
	struct container_info *info;
	struct inspect_memory *memory;
	bool found;
	uint64_t stamp; /* of the last file that was taken */
};

typedef int (*search_take_fn)(struct container_info *info, const char *text, size_t len);

/* As folders are called: all digits, or the name. */
const char *search_id(const struct search *search);
/* Reads a file of a folder into the answer; false when there is no such file, or it is no such. */
bool search_take(struct search *search, const char *folder, const char *name, search_take_fn fn);
/* The parent of a process below host_root, 0: none. */
uint32_t inspect_parent(const char *host_root, uint32_t pid);
/* Is it in a container, as far as is known? Not when there is no such process. */
bool inspect_is_contained(const char *host_root, uint32_t pid);
/* Its arguments, each with its NUL; the number of bytes, less than size. */
size_t inspect_arguments(const char *host_root, uint32_t pid, char *args, size_t size);

void search_machine(struct search *search);
/* Asks the sockets of runtimes for what files did not tell. Takes INSPECT_QUESTION_NS for each. */
void search_sockets(struct search *search);
void search_cri(struct search *search);

/* list: all containers will be asked for, which may take longer than one. */
bool inspect_is_silent(const struct inspect_memory *memory, const char *path, bool list);
/* rc: what became of a question to it. */
void inspect_note_silent(struct inspect_memory *memory, const char *path, bool list, int rc);
/* A container was found there; without host_root. A full memory, or a long path: not remembered. */
void inspect_note_root(struct inspect_memory *memory, enum container_engine engine,
		       const char *path);

/* Folders with the containers of an engine that is no root of another kind. */
#define INSPECT_DOCKER "/var/lib/docker"
#define INSPECT_STORAGE "/var/lib/containers/storage"
#define INSPECT_LXC "/var/lib/lxc"
#define INSPECT_TASKS "/run/containerd/io.containerd.runtime.v2.task"
/* The names that containers/storage and docker have for the folders of their drivers. */
extern const char *const inspect_storage_drivers[4];

/* Where containerd and CRI-O listen. */
#define INSPECT_CRI_SOCKETS 5
extern const struct inspect_root inspect_cri_sockets[INSPECT_CRI_SOCKETS];
/*
 * Ids of all containers of a runtime's socket; fn gets each. 0 or -errno: some may be missing.
 * -ENOENT: there is no such socket.
 */
int inspect_cri_list(const char *path, struct inspect_memory *memory,
		     void (*fn)(void *ctx, const char *id, size_t len), void *ctx);
/*
 * A regular file as a whole, the caller frees it; NULL when it cannot be had or is too long. Its
 * stamp is from before it was read; NULL: not wanted.
 */
char *inspect_read_file(const char *path, size_t *ret_len, uint64_t *ret_stamp);
/* Differs when a file was changed or replaced; not 0. */
uint64_t inspect_stamp(const struct stat *stat);

/* Sockets that do not block, with a deadline of CLOCK_MONOTONIC: 0, -ETIMEDOUT or -errno. */
long long inspect_now_ns(void);
int inspect_connect(const char *path, int *ret_fd);
int inspect_send(int fd, const char *bytes, size_t len, long long deadline_ns);
int inspect_wait(int fd, short events, long long deadline_ns);

/*
 * One HTTP question to a unix socket: everything that came, with a NUL behind it; the caller frees
 * it. 0, -ETIMEDOUT after half a second, -E2BIG, or another -errno.
 */
int inspect_http_get(const char *socket_path, const char *target, char **ret_text, size_t *ret_len);
/* Where the body of such an answer begins. -ENOENT: its status is not 200; -EBADMSG: no answer. */
int inspect_http_body(const char *text, size_t len, size_t *ret_at);

#endif
