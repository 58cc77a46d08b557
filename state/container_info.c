/* SPDX-License-Identifier: Apache-2.0 */
/* What runtimes say of containers, see container_info.h. */
#include "container_info.h"
#include "container_info_build.h"
#include "container_json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define IMAGE_ID_SHOWN 12
#define CREATED_DIGITS 9

size_t container_info_texts(struct container_info *info, char **texts[CONTAINER_TEXTS_MAX])
{
	char **const all[] = {
#define INFO_TEXT(member, what) &info->member,
#include "container_info.def"
#undef INFO_TEXT
	};

	_Static_assert(sizeof(all) / sizeof(all[0]) <= CONTAINER_TEXTS_MAX, "texts of an info");
	memcpy(texts, all, sizeof(all));
	return sizeof(all) / sizeof(all[0]);
}

static void release_labels(struct container_label *labels, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		free(labels[i].key);
		free(labels[i].value);
	}
	free(labels);
}

void container_info_release(struct container_info *info)
{
	char **texts[CONTAINER_TEXTS_MAX];
	size_t len = container_info_texts(info, texts);

	for (size_t i = 0; i < len; i++)
		free(*texts[i]);
	release_labels(info->labels, info->labels_len);
	release_labels(info->pod_labels, info->pod_labels_len);
	for (size_t i = 0; i < info->mounts_len; i++) {
		free(info->mounts[i].source);
		free(info->mounts[i].destination);
		free(info->mounts[i].mode);
		free(info->mounts[i].propagation);
	}
	free(info->mounts);
	*info = (struct container_info){ .name = NULL };
}

static size_t text_bytes(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static size_t labels_bytes(const struct container_label *labels, size_t len)
{
	size_t bytes = len * sizeof(*labels);

	for (size_t i = 0; i < len; i++)
		bytes += text_bytes(labels[i].key) + text_bytes(labels[i].value);
	return bytes;
}

size_t container_info_bytes(const struct container_info *info)
{
	struct container_info copy = *info;
	char **texts[CONTAINER_TEXTS_MAX];
	size_t len = container_info_texts(&copy, texts);
	size_t bytes = sizeof(*info) + labels_bytes(info->labels, info->labels_len) +
		       labels_bytes(info->pod_labels, info->pod_labels_len) +
		       info->mounts_len * sizeof(*info->mounts);

	for (size_t i = 0; i < len; i++)
		bytes += text_bytes(*texts[i]);
	for (size_t i = 0; i < info->mounts_len; i++)
		bytes += text_bytes(info->mounts[i].source) +
			 text_bytes(info->mounts[i].destination) +
			 text_bytes(info->mounts[i].mode) + text_bytes(info->mounts[i].propagation);
	return bytes;
}

/* Moves a text to *at, which moves on. */
static void pack_text(char **slot, char **at)
{
	size_t len = text_bytes(*slot);

	if (!len)
		return;
	*slot = memcpy(*at, *slot, len);
	*at += len;
}

/* The same with the texts of labels, which have their place already. */
static void pack_labels(const struct container_label *from, struct container_label *to, size_t len,
			char **at)
{
	for (size_t i = 0; i < len; i++) {
		to[i] = from[i];
		pack_text(&to[i].key, at);
		pack_text(&to[i].value, at);
	}
}

struct container_info *container_info_pack(const struct container_info *info, void *block)
{
	struct container_info *packed = block;
	char **texts[CONTAINER_TEXTS_MAX];
	size_t len = container_info_texts(packed, texts);
	char *at;

	*packed = *info;
	packed->labels = (struct container_label *)(packed + 1);
	packed->pod_labels = packed->labels + packed->labels_len;
	packed->mounts = (struct container_mount *)(packed->pod_labels + packed->pod_labels_len);
	at = (char *)(packed->mounts + packed->mounts_len);
	for (size_t i = 0; i < len; i++)
		pack_text(texts[i], &at);
	pack_labels(info->labels, packed->labels, info->labels_len, &at);
	pack_labels(info->pod_labels, packed->pod_labels, info->pod_labels_len, &at);
	for (size_t i = 0; i < info->mounts_len; i++) {
		packed->mounts[i] = info->mounts[i];
		pack_text(&packed->mounts[i].source, &at);
		pack_text(&packed->mounts[i].destination, &at);
		pack_text(&packed->mounts[i].mode, &at);
		pack_text(&packed->mounts[i].propagation, &at);
	}
	return packed;
}

/* Takes a text where there is none yet; NULL and "" say nothing. */
static int set_text(char **slot, const char *text, size_t len)
{
	if (*slot || !text || !len)
		return 0;
	*slot = strndup(text, len);
	return *slot ? 0 : -ENOMEM;
}

int container_info_set_text(char **slot, const char *text)
{
	return text ? set_text(slot, text, strlen(text)) : 0;
}

/* 2026-11-20T22:19:13.926697606Z; other zones than UTC are not taken. */
static uint64_t parse_time(const char *text)
{
	struct tm tm = { .tm_year = 0 };
	const char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	uint64_t fraction = 0;
	int digits = 0;
	time_t seconds;

	if (!rest)
		return 0;
	if (*rest == '.') {
		for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
			if (digits >= CREATED_DIGITS)
				continue;
			fraction = fraction * 10 + (uint64_t)(*rest - '0');
			digits++;
		}
		for (; digits < CREATED_DIGITS; digits++)
			fraction *= 10;
	}
	seconds = timegm(&tm);
	if (strcmp(rest, "Z") != 0 || seconds <= 0)
		return 0;
	return (uint64_t)seconds * 1000000000u + fraction;
}

static void set_created(struct container_info *info, const char *text)
{
	if (!info->created_ns)
		info->created_ns = parse_time(text);
}

int container_info_set_image(struct container_info *info, const char *image)
{
	const char *at = strchr(image, '@');
	size_t len = at ? (size_t)(at - image) : strlen(image);
	const char *slash = memrchr(image, '/', len), *colon = memrchr(image, ':', len);
	size_t repository_len = len;

	/* "sha256:..." and bare ids name no repository. */
	if (!strncmp(image, "sha256:", 7))
		return container_info_set_text(&info->digest, image);
	if (colon && (!slash || colon > slash))
		repository_len = (size_t)(colon - image);
	if (container_info_set_text(&info->image, image) < 0 ||
	    set_text(&info->repository, image, repository_len) < 0)
		return -ENOMEM;
	if (repository_len < len &&
	    set_text(&info->tag, image + repository_len + 1, len - repository_len - 1) < 0)
		return -ENOMEM;
	return at ? container_info_set_text(&info->digest, at + 1) : 0;
}

int container_info_take_image(struct container_info *info, const char *image)
{
	return image && *image && !info->image ? container_info_set_image(info, image) : 0;
}

int container_info_set_image_id(struct container_info *info, const char *id)
{
	if (!id)
		return 0;
	if (!strncmp(id, "sha256:", 7))
		id += 7;
	return set_text(&info->image_id, id, strnlen(id, IMAGE_ID_SHOWN));
}

int container_label_add(struct container_label **list, size_t *len, const char *key,
			const char *value)
{
	struct container_label *labels;

	for (size_t i = 0; i < *len; i++)
		if (!strcmp((*list)[i].key, key))
			return 0;
	if (*len == CONTAINER_LABELS_MAX)
		return -E2BIG;
	labels = reallocarray(*list, *len + 1, sizeof(*labels));
	if (!labels)
		return -ENOMEM;
	*list = labels;
	labels[*len] = (struct container_label){ .key = strdup(key), .value = strdup(value) };
	(*len)++;
	return labels[*len - 1].key && labels[*len - 1].value ? 0 : -ENOMEM;
}

static int add_labels(struct container_info *info, struct json_object *object)
{
	if (!object)
		return 0;
	json_object_object_foreach(object, key, value)
	{
		int rc;

		if (!json_object_is_type(value, json_type_string))
			continue;
		rc = container_label_add(&info->labels, &info->labels_len, key,
					 json_object_get_string(value));
		if (rc < 0)
			return rc;
	}
	return 0;
}

int container_info_add_mount(struct container_info *info, const struct container_mount *mount)
{
	struct container_mount *mounts, *own;

	if (info->mounts_len == CONTAINER_MOUNTS_MAX)
		return -E2BIG;
	mounts = reallocarray(info->mounts, info->mounts_len + 1, sizeof(*mounts));
	if (!mounts)
		return -ENOMEM;
	info->mounts = mounts;
	own = &mounts[info->mounts_len++];
	*own = (struct container_mount){
		.source = strdup(mount->source ? mount->source : ""),
		.destination = strdup(mount->destination ? mount->destination : ""),
		.mode = strdup(mount->mode ? mount->mode : ""),
		.propagation = strdup(mount->propagation ? mount->propagation : ""),
		.rdwr = mount->rdwr,
	};
	return own->source && own->destination && own->mode && own->propagation ? 0 : -ENOMEM;
}

/* A pod's facts as the labels and annotations of one convention name them. */
struct pod_keys {
	const char *name, *space, *uid, *sandbox, *type, *container, *image;
};
static const struct pod_keys pod_keys[] = {
	/* containerd's CRI plugin, annotations */
	{ .name = "io.kubernetes.cri.sandbox-name",
	  .space = "io.kubernetes.cri.sandbox-namespace",
	  .uid = "io.kubernetes.cri.sandbox-uid",
	  .sandbox = "io.kubernetes.cri.sandbox-id",
	  .type = "io.kubernetes.cri.container-type",
	  .container = "io.kubernetes.cri.container-name",
	  .image = "io.kubernetes.cri.image-name" },
	/* CRI-O, annotations; podman uses some of them for its pods */
	{ .name = "io.kubernetes.cri-o.KubeName",
	  .space = "io.kubernetes.cri-o.Namespace",
	  .uid = "io.kubernetes.pod.uid",
	  .sandbox = "io.kubernetes.cri-o.SandboxID",
	  .type = "io.kubernetes.cri-o.ContainerType",
	  .container = "io.kubernetes.container.name",
	  .image = "io.kubernetes.cri-o.ImageName" },
	/* the kubelet's labels, also of docker's containers */
	{ .name = "io.kubernetes.pod.name",
	  .space = "io.kubernetes.pod.namespace",
	  .uid = "io.kubernetes.pod.uid",
	  .sandbox = "io.kubernetes.sandbox.id",
	  .type = "io.kubernetes.docker.type",
	  .container = "io.kubernetes.container.name",
	  .image = "io.kubernetes.container.image" },
};

static int set_pod(struct container_info *info, struct json_object *facts)
{
	for (size_t i = 0; facts && i < sizeof(pod_keys) / sizeof(pod_keys[0]); i++) {
		const struct pod_keys *keys = &pod_keys[i];
		const char *type = json_get_text(facts, keys->type);

		if (type && (!strcmp(type, "sandbox") || !strcmp(type, "podsandbox")))
			info->sandbox = true;
		if (container_info_set_text(&info->pod_name, json_get_text(facts, keys->name)) <
			    0 ||
		    container_info_set_text(&info->pod_namespace,
					    json_get_text(facts, keys->space)) < 0 ||
		    container_info_set_text(&info->pod_uid, json_get_text(facts, keys->uid)) < 0 ||
		    container_info_set_text(&info->sandbox_id,
					    json_get_text(facts, keys->sandbox)) < 0 ||
		    container_info_take_image(info, json_get_text(facts, keys->image)) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The container's name within its pod, when nothing else names it. */
static int set_pod_container_name(struct container_info *info, struct json_object *facts)
{
	for (size_t i = 0; facts && i < sizeof(pod_keys) / sizeof(pod_keys[0]); i++)
		if (container_info_set_text(&info->name,
					    json_get_text(facts, pod_keys[i].container)) < 0)
			return -ENOMEM;
	return info->sandbox ? container_info_set_text(&info->name, info->pod_name) : 0;
}

static int docker_mounts(struct container_info *info, struct json_object *points)
{
	if (!points)
		return 0;
	json_object_object_foreach(points, destination, point)
	{
		struct json_object *rw = json_get_member(point, "RW", json_type_boolean);
		/* What the API calls Mode has another name here (moby, volume/mounts). */
		const char *mode = json_get_text(point, "Relabel");
		struct container_mount mount = {
			.source = (char *)json_get_text(point, "Source"),
			.destination = destination,
			.mode = (char *)(mode ? mode : json_get_text(point, "Mode")),
			.propagation = (char *)json_get_text(point, "Propagation"),
			.rdwr = rw && json_object_get_boolean(rw),
		};
		int rc = container_info_add_mount(info, &mount);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The address in the first network that gave one. */
static int docker_address(struct container_info *info, struct json_object *settings)
{
	struct json_object *networks = json_get_member(settings, "Networks", json_type_object);
	int rc = 0;

	if (!networks)
		return container_info_set_text(&info->ip, json_get_text(settings, "IPAddress"));
	json_object_object_foreach(networks, name, network)
	{
		if (rc == 0 && *name)
			rc = container_info_set_text(&info->ip,
						     json_get_text(network, "IPAddress"));
	}
	return rc;
}

/* ["CMD", "curl", "-f", "x"], ["CMD-SHELL", "curl -f x"], ["NONE"]. */
static int docker_health(struct container_info *info, struct json_object *config)
{
	struct json_object *check = json_get_member(config, "Healthcheck", json_type_object);
	struct json_object *test = json_get_member(check, "Test", json_type_array);
	size_t len = test ? json_object_array_length(test) : 0;
	const char *kind = len ? json_object_get_string(json_object_array_get_idx(test, 0)) : NULL;

	if (kind && !strcmp(kind, "NONE"))
		return container_info_set_text(&info->healthcheck, kind);
	return container_command(test, 1, &info->healthcheck);
}

/* What config.v2.json and the API have in common. */
static int docker_config(struct container_info *info, struct json_object *root)
{
	struct json_object *config = json_get_member(root, "Config", json_type_object);
	struct json_object *labels = json_get_member(config, "Labels", json_type_object);
	const char *name = json_get_text(root, "Name");
	int rc;

	if (container_info_set_text(&info->name, name && *name == '/' ? name + 1 : name) < 0 ||
	    container_info_take_image(info, json_get_text(config, "Image")) < 0 ||
	    container_info_set_image_id(info, json_get_text(root, "Image")) < 0 ||
	    docker_health(info, config) < 0)
		return -ENOMEM;
	set_created(info, json_get_text(root, "Created"));
	rc = docker_address(info, json_get_member(root, "NetworkSettings", json_type_object));
	if (rc == 0)
		rc = add_labels(info, labels);
	if (rc == 0)
		rc = set_pod(info, labels);
	/* The kubelet gave docker annotations as labels, behind a word. */
	return rc == 0 ? container_info_probes(
				 info, json_get_text(labels, "io.kubernetes.container.name"),
				 json_get_text(labels, "annotation." ANNOTATION_APPLIED))
		       : rc;
}

static bool is_host(struct json_object *object, const char *key)
{
	const char *mode = json_get_text(object, key);

	return mode && !strcmp(mode, "host");
}

static int docker_host_config(struct container_info *info, struct json_object *host)
{
	struct json_object *privileged = json_get_member(host, "Privileged", json_type_boolean);

	if (!privileged)
		return -EBADMSG;
	info->privileged = json_object_get_boolean(privileged);
	info->privileged_known = true;
	if (info->host_known)
		return 0;
	info->host_pid = is_host(host, "PidMode");
	info->host_network = is_host(host, "NetworkMode");
	info->host_ipc = is_host(host, "IpcMode");
	info->host_known = true;
	return 0;
}

int container_info_inspect(struct container_info *info, const char *json, size_t len)
{
	_cleanup_json_ struct json_object *root = NULL;
	struct json_object *mounts, *host;
	int rc = json_parse(json, len, json_type_object, &root);

	if (rc < 0)
		return rc;
	if (!json_get_member(root, "Config", json_type_object) || !json_get_text(root, "Id"))
		return -EBADMSG;
	rc = docker_config(info, root);
	host = json_get_member(root, "HostConfig", json_type_object);
	if (rc == 0 && host)
		docker_host_config(info, host);
	mounts = info->mounts_len ? NULL : json_get_member(root, "Mounts", json_type_array);
	for (size_t i = 0; rc == 0 && mounts && i < json_object_array_length(mounts); i++) {
		struct json_object *entry = json_object_array_get_idx(mounts, i);
		struct json_object *rw = json_get_member(entry, "RW", json_type_boolean);
		const struct container_mount mount = {
			.source = (char *)json_get_text(entry, "Source"),
			.destination = (char *)json_get_text(entry, "Destination"),
			.mode = (char *)json_get_text(entry, "Mode"),
			.propagation = (char *)json_get_text(entry, "Propagation"),
			.rdwr = rw && json_object_get_boolean(rw),
		};

		rc = container_info_add_mount(info, &mount);
	}
	return rc;
}

int container_info_docker(struct container_info *info, const char *json, size_t len)
{
	_cleanup_json_ struct json_object *root = NULL;
	int rc = json_parse(json, len, json_type_object, &root);

	if (rc < 0)
		return rc;
	if (!json_get_member(root, "Config", json_type_object) || !json_get_text(root, "ID"))
		return -EBADMSG;
	rc = docker_config(info, root);
	return rc == 0 ? docker_mounts(info, json_get_member(root, "MountPoints", json_type_object))
		       : rc;
}

int container_info_docker_host(struct container_info *info, const char *json, size_t len)
{
	_cleanup_json_ struct json_object *root = NULL;
	int rc = json_parse(json, len, json_type_object, &root);

	return rc < 0 ? rc : docker_host_config(info, root);
}

/* Bind mounts; the rest of the list is what every container has. */
static int oci_mount(struct container_info *info, struct json_object *entry)
{
	struct json_object *options = json_get_member(entry, "options", json_type_array);
	const char *type = json_get_text(entry, "type");
	struct container_mount mount = {
		.source = (char *)json_get_text(entry, "source"),
		.destination = (char *)json_get_text(entry, "destination"),
		.rdwr = true,
	};
	bool bind = type && !strcmp(type, "bind");

	for (size_t i = 0; options && i < json_object_array_length(options); i++) {
		const char *option = json_object_get_string(json_object_array_get_idx(options, i));

		if (!option)
			continue;
		bind |= !strcmp(option, "bind") || !strcmp(option, "rbind");
		if (!strcmp(option, "ro"))
			mount.rdwr = false;
		if (strstr(option, "private") || strstr(option, "shared") ||
		    strstr(option, "slave"))
			mount.propagation = (char *)option;
	}
	mount.mode = mount.rdwr ? "rw" : "ro";
	return bind ? container_info_add_mount(info, &mount) : 0;
}

/* Privileged containers have every capability and see all of /sys and /proc. */
static void oci_privileged(struct container_info *info, struct json_object *root)
{
	struct json_object *process = json_get_member(root, "process", json_type_object);
	struct json_object *caps = json_get_member(process, "capabilities", json_type_object);
	struct json_object *bounding = json_get_member(caps, "bounding", json_type_array);
	struct json_object *linux_part = json_get_member(root, "linux", json_type_object);
	struct json_object *masked = json_get_member(linux_part, "maskedPaths", json_type_array);
	bool admin = false;

	if (info->privileged_known || !bounding || !linux_part)
		return;
	for (size_t i = 0; i < json_object_array_length(bounding); i++) {
		const char *cap = json_object_get_string(json_object_array_get_idx(bounding, i));

		admin |= cap && !strcmp(cap, "CAP_SYS_ADMIN");
	}
	info->privileged = admin && (!masked || !json_object_array_length(masked));
	info->privileged_known = true;
}

/* A container has a namespace of its own of each kind that is listed. */
static void oci_namespaces(struct container_info *info, struct json_object *root)
{
	struct json_object *linux_part = json_get_member(root, "linux", json_type_object);
	struct json_object *list = json_get_member(linux_part, "namespaces", json_type_array);

	if (info->host_known || !list)
		return;
	info->host_pid = info->host_network = info->host_ipc = true;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *type = json_get_text(json_object_array_get_idx(list, i), "type");

		info->host_pid &= !type || strcmp(type, "pid") != 0;
		info->host_network &= !type || strcmp(type, "network") != 0;
		info->host_ipc &= !type || strcmp(type, "ipc") != 0;
	}
	info->host_known = true;
}

/*
 * Plain containerd puts a container's labels among the annotations, CRI-O its own into one as JSON;
 * those of other runtimes are theirs.
 */
static int oci_labels(struct container_info *info, struct json_object *annotations)
{
	static const char *const owners[] = { "io.kubernetes.cri.container-type",
					      "io.container.manager",
					      "io.kubernetes.cri-o.ContainerType" };
	_cleanup_json_ struct json_object *labels = NULL;
	const char *text = json_get_text(annotations, "io.kubernetes.cri-o.Labels");
	bool owned = false;

	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		owned |= json_get_text(annotations, owners[i]) != NULL;
	if (!owned)
		return add_labels(info, annotations);
	if (!text || json_parse(text, strlen(text), json_type_object, &labels) < 0)
		return 0;
	return add_labels(info, labels);
}

const char *container_label(const struct container_info *info, const char *key)
{
	for (size_t i = 0; i < info->labels_len; i++)
		if (!strcmp(info->labels[i].key, key))
			return info->labels[i].value;
	return NULL;
}

int container_info_oci(struct container_info *info, const char *json, size_t len)
{
	_cleanup_json_ struct json_object *root = NULL;
	struct json_object *annotations, *mounts;
	const char *told;
	int rc = json_parse(json, len, json_type_object, &root);

	if (rc < 0)
		return rc;
	if (!json_get_text(root, "ociVersion"))
		return -EBADMSG;
	annotations = json_get_member(root, "annotations", json_type_object);
	rc = set_pod(info, annotations);
	if (rc == 0)
		rc = set_pod_container_name(info, annotations);
	if (rc == 0)
		rc = oci_labels(info, annotations);
	if (rc < 0)
		return rc;
	oci_namespaces(info, root);
	if (!info->name &&
	    container_info_set_text(&info->name, container_label(info, "nerdctl/name")) < 0)
		return -ENOMEM;
	told = json_get_text(annotations, "io.podman.annotations.privileged");
	if (told && !info->privileged_known) {
		info->privileged = !strcmp(told, "TRUE");
		info->privileged_known = true;
	}
	oci_privileged(info, root);
	set_created(info, json_get_text(annotations, "io.kubernetes.cri-o.Created"));
	mounts = info->mounts_len ? NULL : json_get_member(root, "mounts", json_type_array);
	for (size_t i = 0; mounts && i < json_object_array_length(mounts); i++) {
		rc = oci_mount(info, json_object_array_get_idx(mounts, i));
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* FNV-1a of an entry's text, never 0. */
static uint64_t entry_stamp(struct json_object *entry)
{
	const char *text = json_object_to_json_string_ext(entry, JSON_C_TO_STRING_PLAIN);
	uint64_t hash = 0xcbf29ce484222325u;

	for (; text && *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash ? hash : 1;
}

/* "metadata" is JSON in a text. */
static int storage_metadata(struct container_info *info, const char *text)
{
	_cleanup_json_ struct json_object *root = NULL;
	int rc = text ? json_parse(text, strlen(text), json_type_object, &root) : 0;

	if (rc < 0 || !root)
		return rc;
	if (container_info_take_image(info, json_get_text(root, "image-name")) < 0 ||
	    container_info_set_image_id(info, json_get_text(root, "image-id")) < 0 ||
	    container_info_set_text(&info->name, json_get_text(root, "name")) < 0)
		return -ENOMEM;
	return 0;
}

int container_info_storage(struct container_info *info, const char *json, size_t len,
			   const char *id)
{
	_cleanup_json_ struct json_object *root = NULL;
	int rc = json_parse(json, len, json_type_array, &root);

	for (size_t i = 0; rc == 0 && i < json_object_array_length(root); i++) {
		struct json_object *entry = json_object_array_get_idx(root, i), *names;
		const char *own = json_get_text(entry, "id");

		if (!own || strcmp(own, id) != 0)
			continue;
		info->stamp = entry_stamp(entry);
		names = json_get_member(entry, "names", json_type_array);
		if (names && json_object_array_length(names) &&
		    container_info_set_text(
			    &info->name,
			    json_object_get_string(json_object_array_get_idx(names, 0))) < 0)
			return -ENOMEM;
		set_created(info, json_get_text(entry, "created"));
		if (container_info_set_image_id(info, json_get_text(entry, "image")) < 0)
			return -ENOMEM;
		return storage_metadata(info, json_get_text(entry, "metadata"));
	}
	return rc < 0 ? rc : -ENOENT;
}

int container_info_storage_ids(const char *json, size_t len,
			       void (*fn)(void *ctx, const struct container_storage_entry *entry),
			       void *ctx)
{
	_cleanup_json_ struct json_object *root = NULL;
	int rc = json_parse(json, len, json_type_array, &root);

	for (size_t i = 0; rc == 0 && i < json_object_array_length(root); i++) {
		struct json_object *entry = json_object_array_get_idx(root, i);
		const char *metadata = json_get_text(entry, "metadata");
		const struct container_storage_entry told = {
			.id = json_get_text(entry, "id"),
			/* CRI-O's names the pod (cri-o, internal/storage/runtime.go). */
			.pod = metadata && strstr(metadata, "\"pod-id\""),
			.stamp = entry_stamp(entry),
		};

		if (told.id)
			fn(ctx, &told);
	}
	return rc;
}

/* Does an id in full, maybe behind "sha256:", begin with those digits? */
static bool id_begins(const char *id, const char *digits)
{
	if (id && !strncmp(id, "sha256:", 7))
		id += 7;
	return id && digits && !strncmp(id, digits, strlen(digits));
}

int container_info_repositories(struct container_info *info, const char *json, size_t len)
{
	_cleanup_json_ struct json_object *root = NULL;
	struct json_object *all, *own;
	int rc = json_parse(json, len, json_type_object, &root);

	if (rc < 0)
		return rc;
	all = json_get_member(root, "Repositories", json_type_object);
	own = all && info->repository ? json_get_member(all, info->repository, json_type_object)
				      : NULL;
	if (!own)
		return -ENOENT;
	json_object_object_foreach(own, name, id)
	{
		const char *at = strchr(name, '@');

		if (at && json_object_is_type(id, json_type_string) &&
		    id_begins(json_object_get_string(id), info->image_id))
			return container_info_set_text(&info->digest, at + 1);
	}
	return -ENOENT;
}

int container_info_images(struct container_info *info, const char *json, size_t len)
{
	_cleanup_json_ struct json_object *root = NULL;
	int rc = json_parse(json, len, json_type_array, &root);

	for (size_t i = 0; rc == 0 && i < json_object_array_length(root); i++) {
		struct json_object *image = json_object_array_get_idx(root, i);

		if (id_begins(json_get_text(image, "id"), info->image_id))
			return container_info_set_text(&info->digest,
						       json_get_text(image, "digest"));
	}
	return rc < 0 ? rc : -ENOENT;
}
