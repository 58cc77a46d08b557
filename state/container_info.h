/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a runtime says of a container, read from the bytes of its files. No I/O: who has the bytes
 * (tui/inspect.c) hands them in. Formats: docker's config.v2.json and hostconfig.json, the OCI
 * runtime specification's config.json with the annotations of containerd's CRI plugin and of podman
 * (libpod), containers.json of containers/storage, LXC's config (lxc.container.conf(5)), the
 * command line of systemd-nspawn(1), and the API of docker. container_cri.h adds what containerd's
 * and CRI-O's sockets say.
 *
 * The bytes may be hostile: they are parsed with limits, and every text is kept as it is, to be
 * escaped by who shows it.
 */
#ifndef STATE_CONTAINER_INFO_H
#define STATE_CONTAINER_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTAINER_INFO_BYTES_MAX (8u << 20) /* longest file that is parsed */
#define CONTAINER_LABELS_MAX 256
#define CONTAINER_MOUNTS_MAX 256

struct container_label {
	char *key, *value;
};

/* As docker prints them: source on the host, destination in the container. */
struct container_mount {
	char *source, *destination, *mode, *propagation;
	bool rdwr;
};

/* Owns all of it. */
struct container_info {
#define INFO_TEXT(member, what) char *member;
#include "container_info.def"
#undef INFO_TEXT
	bool sandbox; /* holds a pod's namespaces, runs nothing of its own */
	bool partial; /* who knows more could not be asked: ask again later */
	bool privileged, privileged_known;
	bool host_pid, host_network, host_ipc; /* namespaces that it has none of its own of */
	bool host_known;
	uint64_t created_ns; /* since the epoch, 0: not known */
	uint64_t stamp;      /* of what it was read from, as in lists (container.h); 0: not known */
	struct container_label *labels;
	size_t labels_len;
	struct container_label *pod_labels;
	size_t pod_labels_len;
	struct container_mount *mounts;
	size_t mounts_len;
};

void container_info_release(struct container_info *info);

/* All texts of an info, in the order of container_info.def. */
#define CONTAINER_TEXTS_MAX 32
size_t container_info_texts(struct container_info *info, char **texts[CONTAINER_TEXTS_MAX]);

/*
 * Each adds what its file says to what is known already; what is there stays. Return 0, -EBADMSG
 * for bytes that are not that file, -E2BIG beyond a limit, -ENOENT when the container is not in it,
 * -ENOMEM. After a failure info is as it was or has a part of the file, and can be released.
 */
int container_info_docker(struct container_info *info, const char *json, size_t len);
int container_info_docker_host(struct container_info *info, const char *json, size_t len);
/* An answer of docker's or podman's API to /containers/ID/json. */
int container_info_inspect(struct container_info *info, const char *json, size_t len);
/* LXC's configuration of one container: KEY = VALUE lines. */
int container_info_lxc(struct container_info *info, const char *text, size_t len);
/* The arguments of systemd-nspawn, each with its NUL. */
int container_info_nspawn(struct container_info *info, const char *args, size_t len);
int container_info_oci(struct container_info *info, const char *json, size_t len);
/* id: 64 digits. */
int container_info_storage(struct container_info *info, const char *json, size_t len,
			   const char *id);

/* One of that list. */
struct container_storage_entry {
	const char *id;
	bool pod;       /* its runtime is CRI-O */
	uint64_t stamp; /* another one when its entry is, which is also that of its info */
};
/* Each container of that list. 0 or as above. */
int container_info_storage_ids(const char *json, size_t len,
			       void (*fn)(void *ctx, const struct container_storage_entry *entry),
			       void *ctx);

/*
 * The digest of the image that info names already: docker's image/DRIVER/repositories.json, and
 * images.json of containers/storage. -ENOENT where it has none, as images that were made here.
 */
int container_info_repositories(struct container_info *info, const char *json, size_t len);
int container_info_images(struct container_info *info, const char *json, size_t len);

/* A copy in one block of container_info_bytes(), aligned for pointers; never released itself. */
size_t container_info_bytes(const struct container_info *info);
struct container_info *container_info_pack(const struct container_info *info, void *block);

/*
 * Splits the name of an image into repository, tag and digest, NULL where there is none:
 * [HOST[:PORT]/]PATH[:TAG][@DIGEST]. Returns 0 or -ENOMEM.
 */
int container_info_set_image(struct container_info *info, const char *image);

#endif
