/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of containerd and CRI-O, see container_cri.h. */
#include "container_cri.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/protobuf.h"
#include "container.h"
#include "container_info_build.h"
#include "container_json.h"

#define NAMESPACE_NODE 2 /* NamespaceMode: the host's */
#define CNI_FORMAT (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define CNI_BYTES_MAX 16384 /* of a plugin's answer; a longer one is left out */

/* The kubelet's labels of containers and pods (kubernetes, pkg/kubelet/types/labels.go). */
#define LABEL_CONTAINER "io.kubernetes.container.name"
#define LABEL_POD "io.kubernetes.pod.name"
#define LABEL_NAMESPACE "io.kubernetes.pod.namespace"
#define LABEL_UID "io.kubernetes.pod.uid"

/* A text ends at its first NUL; the caller frees it. */
static char *copy_text(const struct protobuf_field *field)
{
	return strndup((const char *)field->bytes, field->len);
}

static int take_text(char **slot, const struct protobuf_field *field)
{
	char *text = copy_text(field);
	int rc = text ? container_info_set_text(slot, text) : -ENOMEM;

	free(text);
	return rc;
}

/* Is it a text of that many bytes? */
static bool is_text(const struct protobuf_field *field, const char *text)
{
	return field->len == strlen(text) && !memcmp(field->bytes, text, field->len);
}

/* The fields 1 and 2 of an entry of a map; false when it has no key. */
static bool take_entry(const struct protobuf_field *entry, struct protobuf_field *ret_key,
		       struct protobuf_field *ret_value)
{
	struct protobuf fields = protobuf_inside(entry);
	struct protobuf_field field;
	bool found = false;

	*ret_value = (struct protobuf_field){ .bytes = (const uint8_t *)"" };
	while (protobuf_next(&fields, &field)) {
		if (protobuf_is(&field, 1)) {
			*ret_key = field;
			found = true;
		} else if (protobuf_is(&field, 2)) {
			*ret_value = field;
		}
	}
	return found && !fields.bad;
}

static int take_label(struct container_label **labels, size_t *len,
		      const struct protobuf_field *entry)
{
	struct protobuf_field key, value;
	char *key_text, *value_text;
	int rc = -ENOMEM;

	if (!take_entry(entry, &key, &value))
		return -EBADMSG;
	key_text = copy_text(&key);
	value_text = copy_text(&value);
	if (key_text && value_text)
		rc = container_label_add(labels, len, key_text, value_text);
	free(key_text);
	free(value_text);
	return rc == -E2BIG ? 0 : rc;
}

/* What the kubelet says in labels. */
static int take_kubelet_labels(struct container_info *info)
{
	if (container_info_set_text(&info->name, container_label(info, LABEL_CONTAINER)) < 0 ||
	    container_info_set_text(&info->pod_name, container_label(info, LABEL_POD)) < 0 ||
	    container_info_set_text(&info->pod_namespace, container_label(info, LABEL_NAMESPACE)) <
		    0 ||
	    container_info_set_text(&info->pod_uid, container_label(info, LABEL_UID)) < 0)
		return -ENOMEM;
	return 0;
}

/* "REPOSITORY@sha256:...": the digest. */
static int take_repo_digest(struct container_info *info, const char *text)
{
	const char *at = strchr(text, '@');

	return at ? container_info_set_text(&info->digest, at + 1) : 0;
}

/* containerd says the image's id, CRI-O its digest. */
static int take_image_ref(struct container_info *info, const struct protobuf_field *field)
{
	char *text = copy_text(field);
	int rc = -ENOMEM;

	if (text)
		rc = strchr(text, '@') ? take_repo_digest(info, text)
				       : container_info_set_image_id(info, text);
	free(text);
	return rc;
}

/* "sha256:..." or 64 digits alone. */
static bool is_image_id(const char *text)
{
	return !strncmp(text, "sha256:", 7) || container_is_hex_id(text, strlen(text));
}

static int take_image_name(struct container_info *info, const struct protobuf_field *field)
{
	char *text = copy_text(field);
	int rc = -ENOMEM;

	if (text)
		rc = is_image_id(text) ? container_info_set_image_id(info, text)
				       : container_info_take_image(info, text);
	free(text);
	return rc;
}

/* ImageSpec: 1 the name, or the id that the kubelet replaced it by. */
static int take_image_spec(struct container_info *info, const struct protobuf_field *spec)
{
	struct protobuf fields = protobuf_inside(spec);
	struct protobuf_field field;
	int rc = 0;

	while (rc == 0 && protobuf_next(&fields, &field))
		if (protobuf_is(&field, 1))
			rc = take_image_name(info, &field);
	return fields.bad ? -EBADMSG : rc;
}

/* The one of the messages number 1 whose field 1 is id. */
static int find_item(const uint8_t *bytes, size_t len, const char *id, struct protobuf *ret_item)
{
	struct protobuf answer = protobuf_of(bytes, len);
	struct protobuf_field item, field;

	while (protobuf_next(&answer, &item)) {
		struct protobuf fields;

		if (!protobuf_is(&item, 1))
			continue;
		fields = protobuf_inside(&item);
		while (protobuf_next(&fields, &field)) {
			if (!protobuf_is(&field, 1) || !is_text(&field, id))
				continue;
			*ret_item = protobuf_inside(&item);
			return 0;
		}
	}
	return answer.bad ? -EBADMSG : -ENOENT;
}

int container_cri_ids(const uint8_t *bytes, size_t len,
		      void (*fn)(void *ctx, const char *id, size_t len), void *ctx)
{
	struct protobuf answer = protobuf_of(bytes, len);
	struct protobuf_field item, field;

	while (protobuf_next(&answer, &item)) {
		struct protobuf fields;

		if (!protobuf_is(&item, 1))
			continue;
		fields = protobuf_inside(&item);
		if (protobuf_next(&fields, &field) && protobuf_is(&field, 1))
			fn(ctx, (const char *)field.bytes, field.len);
	}
	return answer.bad ? -EBADMSG : 0;
}

/* Container: 2 sandbox, 3 metadata {1 name}, 4 image, 5 imageRef, 7 createdAt, 8 labels. */
int container_cri_container(struct container_info *info, const uint8_t *bytes, size_t len,
			    const char *id)
{
	struct protobuf fields;
	struct protobuf_field field, name;
	int rc = find_item(bytes, len, id, &fields);

	while (rc == 0 && protobuf_next(&fields, &field)) {
		if (protobuf_is(&field, 2)) {
			rc = take_text(&info->sandbox_id, &field);
		} else if (protobuf_is(&field, 3)) {
			struct protobuf metadata = protobuf_inside(&field);

			if (protobuf_next(&metadata, &name) && protobuf_is(&name, 1))
				rc = take_text(&info->name, &name);
		} else if (protobuf_is(&field, 4)) {
			rc = take_image_spec(info, &field);
		} else if (protobuf_is(&field, 5)) {
			rc = take_image_ref(info, &field);
		} else if (field.number == 7 && !info->created_ns) {
			info->created_ns = field.value;
		} else if (protobuf_is(&field, 8)) {
			rc = take_label(&info->labels, &info->labels_len, &field);
		}
	}
	if (rc == 0)
		rc = take_kubelet_labels(info);
	return rc == 0 && fields.bad ? -EBADMSG : rc;
}

/* PodSandboxMetadata: 1 name, 2 uid, 3 namespace. */
static int take_metadata(struct container_info *info, const struct protobuf_field *metadata)
{
	struct protobuf fields = protobuf_inside(metadata);
	struct protobuf_field field;
	int rc = 0;

	while (rc == 0 && protobuf_next(&fields, &field)) {
		if (protobuf_is(&field, 1))
			rc = take_text(&info->pod_name, &field);
		else if (protobuf_is(&field, 2))
			rc = take_text(&info->pod_uid, &field);
		else if (protobuf_is(&field, 3))
			rc = take_text(&info->pod_namespace, &field);
	}
	return fields.bad ? -EBADMSG : rc;
}

/* PodSandbox: 2 metadata, 4 createdAt, 5 labels. */
int container_cri_sandbox(struct container_info *info, const uint8_t *bytes, size_t len,
			  const char *id)
{
	struct protobuf fields;
	struct protobuf_field field;
	int rc = find_item(bytes, len, id, &fields);

	while (rc == 0 && protobuf_next(&fields, &field)) {
		if (protobuf_is(&field, 2))
			rc = take_metadata(info, &field);
		else if (field.number == 4 && !info->created_ns)
			info->created_ns = field.value;
		else if (protobuf_is(&field, 5))
			rc = take_label(&info->labels, &info->labels_len, &field);
	}
	if (rc < 0)
		return rc;
	info->sandbox = true;
	if (container_info_set_text(&info->sandbox_id, id) < 0 ||
	    container_info_set_text(&info->name, info->pod_name) < 0)
		return -ENOMEM;
	return fields.bad ? -EBADMSG : 0;
}

/* PodSandboxNetworkStatus: 1 ip. */
static int take_network(struct container_info *info, const struct protobuf_field *network)
{
	struct protobuf fields = protobuf_inside(network);
	struct protobuf_field field;

	while (protobuf_next(&fields, &field))
		if (protobuf_is(&field, 1))
			return take_text(&info->ip, &field);
	return fields.bad ? -EBADMSG : 0;
}

/* An annotation of the pod: only what says how the container is probed is kept. */
static int take_annotation(struct container_info *info, const struct protobuf_field *entry)
{
	struct protobuf_field key, value;
	char *applied;
	int rc;

	if (!take_entry(entry, &key, &value) || !is_text(&key, ANNOTATION_APPLIED))
		return 0;
	applied = copy_text(&value);
	rc = applied ? container_info_probes(info, info->name, applied) : -ENOMEM;
	free(applied);
	return rc;
}

/*
 * LinuxPodSandboxStatus: 1 namespaces {2 options {1 network, 2 pid, 3 ipc}}. Namespaces that a pod
 * has none of its own of look like any others in files: as those of its sandbox.
 */
static int take_namespaces(struct container_info *info, const struct protobuf_field *status)
{
	struct protobuf fields = protobuf_inside(status);
	struct protobuf_field field = { .bytes = NULL };

	for (uint32_t number = 1; number <= 2; number++) {
		bool found = false;

		while (!found && protobuf_next(&fields, &field))
			found = protobuf_is(&field, number);
		if (!found)
			return fields.bad ? -EBADMSG : 0;
		fields = protobuf_inside(&field);
	}
	info->host_network = info->host_pid = info->host_ipc = false;
	while (protobuf_next(&fields, &field)) {
		bool host = field.type == PROTOBUF_VARINT && field.value == NAMESPACE_NODE;

		info->host_network |= host && field.number == 1;
		info->host_pid |= host && field.number == 2;
		info->host_ipc |= host && field.number == 3;
	}
	info->host_known = true;
	return fields.bad ? -EBADMSG : 0;
}

/* PodSandboxStatus: 2 metadata, 5 network, 6 linux, 7 labels, 8 annotations. */
static int take_pod_status(struct container_info *info, const struct protobuf_field *status)
{
	struct protobuf fields = protobuf_inside(status);
	struct protobuf_field field;
	int rc = 0;

	while (rc == 0 && protobuf_next(&fields, &field)) {
		if (protobuf_is(&field, 2))
			rc = take_metadata(info, &field);
		else if (protobuf_is(&field, 5))
			rc = take_network(info, &field);
		else if (protobuf_is(&field, 6))
			rc = take_namespaces(info, &field);
		else if (protobuf_is(&field, 7))
			rc = take_label(&info->pod_labels, &info->pod_labels_len, &field);
		else if (protobuf_is(&field, 8))
			rc = take_annotation(info, &field);
	}
	return rc == 0 && fields.bad ? -EBADMSG : rc;
}

/* What a runtime says for people, JSON: the answer of the pod's network plugin is in it. */
static int take_verbose(struct container_info *info, const struct protobuf_field *entry)
{
	_cleanup_json_ struct json_object *root = NULL;
	struct protobuf_field key, value;
	struct json_object *cni;
	const char *text;

	if (info->cni_json || !take_entry(entry, &key, &value) || !is_text(&key, "info") ||
	    json_parse((const char *)value.bytes, value.len, json_type_object, &root) < 0)
		return 0;
	cni = json_get_member(root, "cniResult", json_type_object);
	text = cni ? json_object_to_json_string_ext(cni, CNI_FORMAT) : NULL;
	return text && strlen(text) <= CNI_BYTES_MAX
		       ? container_info_set_text(&info->cni_json, text)
		       : 0;
}

/* 1 status, 2 verbose {key, value}. */
int container_cri_pod(struct container_info *info, const uint8_t *bytes, size_t len)
{
	struct protobuf answer = protobuf_of(bytes, len);
	struct protobuf_field field;
	int rc = 0;

	while (rc == 0 && protobuf_next(&answer, &field)) {
		if (protobuf_is(&field, 1))
			rc = take_pod_status(info, &field);
		else if (protobuf_is(&field, 2))
			rc = take_verbose(info, &field);
	}
	return rc == 0 && answer.bad ? -EBADMSG : rc;
}

/* 1 id, 2 repo_tags, 3 repo_digests. */
static int take_image_field(struct container_info *info, const struct protobuf_field *field)
{
	char *text = copy_text(field);
	int rc = -ENOMEM;

	if (text && field->number == 1)
		rc = container_info_set_image_id(info, text);
	else if (text && field->number == 2)
		rc = container_info_take_image(info, text);
	else if (text)
		rc = take_repo_digest(info, text);
	free(text);
	return rc;
}

/* 1 image, with the fields above. */
int container_cri_image(struct container_info *info, const uint8_t *bytes, size_t len)
{
	struct protobuf answer = protobuf_of(bytes, len), fields;
	struct protobuf_field image, field;
	int rc = 0;

	if (!protobuf_next(&answer, &image) || !protobuf_is(&image, 1))
		return answer.bad ? -EBADMSG : -ENOENT;
	fields = protobuf_inside(&image);
	while (rc == 0 && protobuf_next(&fields, &field))
		if (field.type == PROTOBUF_BYTES && field.number <= 3)
			rc = take_image_field(info, &field);
	return rc == 0 && fields.bad ? -EBADMSG : rc;
}

/* Timestamp: 1 seconds, 2 nanos. */
static uint64_t take_timestamp(const struct protobuf_field *time)
{
	struct protobuf fields = protobuf_inside(time);
	struct protobuf_field field;
	uint64_t ns = 0;

	while (protobuf_next(&fields, &field))
		if (field.type == PROTOBUF_VARINT && field.number <= 2)
			ns += field.number == 1 ? field.value * 1000000000u : field.value;
	return ns;
}

/* 1 container {1 id, 2 labels, 3 image, 8 created_at}. */
int container_native(struct container_info *info, const uint8_t *bytes, size_t len)
{
	struct protobuf answer = protobuf_of(bytes, len), fields;
	struct protobuf_field container, field;
	int rc = 0;

	if (!protobuf_next(&answer, &container) || !protobuf_is(&container, 1))
		return answer.bad ? -EBADMSG : -ENOENT;
	fields = protobuf_inside(&container);
	while (rc == 0 && protobuf_next(&fields, &field)) {
		if (protobuf_is(&field, 2)) {
			/* Those of a sandbox are better told by the interface. */
			if (!info->sandbox)
				rc = take_label(&info->labels, &info->labels_len, &field);
		} else if (protobuf_is(&field, 3)) {
			rc = take_image_name(info, &field);
		} else if (protobuf_is(&field, 8) && !info->created_ns) {
			info->created_ns = take_timestamp(&field);
		}
	}
	return rc == 0 && fields.bad ? -EBADMSG : rc;
}

/* 1 image {3 target {2 digest}}. */
int container_native_image(struct container_info *info, const uint8_t *bytes, size_t len)
{
	static const uint32_t path[] = { 1, 3, 2 };
	struct protobuf fields = protobuf_of(bytes, len);
	struct protobuf_field field = { .bytes = NULL };

	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		bool found = false;

		while (!found && protobuf_next(&fields, &field))
			found = protobuf_is(&field, path[i]);
		if (!found)
			return fields.bad ? -EBADMSG : -ENOENT;
		fields = protobuf_inside(&field);
	}
	return take_text(&info->digest, &field);
}
