/* SPDX-License-Identifier: Apache-2.0 */
#include "capture_container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SANDBOX 1u
#define PRIVILEGED 2u
#define PRIVILEGED_KNOWN 4u
#define HOST_PID 8u
#define HOST_NETWORK 16u
#define HOST_IPC 32u
#define HOST_KNOWN 64u

/* The order of the texts in the file. */
#define INFO_TEXTS(info)                                                                           \
	{                                                                                          \
		&(info)->name, &(info)->image, &(info)->repository, &(info)->tag, &(info)->digest, \
			&(info)->image_id, &(info)->pod_name, &(info)->pod_namespace,              \
			&(info)->pod_uid, &(info)->sandbox_id, &(info)->ip, &(info)->healthcheck,  \
			&(info)->users, &(info)->groups                                            \
	}

static void put_text(struct capture_bytes *bytes, const char *text)
{
	bytes_text(bytes, text ? text : "", text ? strlen(text) : 0, UINT16_MAX);
}

static void put_facts(struct capture_bytes *bytes, const struct container_info *info)
{
	char *const *const texts[] = INFO_TEXTS(info);
	size_t len = sizeof(texts) / sizeof(texts[0]);
	uint16_t known = 0;

	for (size_t i = 0; i < len; i++)
		if (*texts[i])
			known |= (uint16_t)(1u << i);
	bytes_u16(bytes, known);
	bytes_u8(bytes,
		 (uint8_t)((info->sandbox ? SANDBOX : 0) | (info->privileged ? PRIVILEGED : 0) |
			   (info->privileged_known ? PRIVILEGED_KNOWN : 0) |
			   (info->host_pid ? HOST_PID : 0) |
			   (info->host_network ? HOST_NETWORK : 0) |
			   (info->host_ipc ? HOST_IPC : 0) | (info->host_known ? HOST_KNOWN : 0)));
	bytes_u64(bytes, info->created_ns);
	for (size_t i = 0; i < len; i++)
		if (*texts[i])
			put_text(bytes, *texts[i]);
}

static void put_lists(struct capture_bytes *bytes, const struct container_info *info)
{
	bytes_u16(bytes, (uint16_t)info->labels_len);
	for (size_t i = 0; i < info->labels_len; i++) {
		put_text(bytes, info->labels[i].key);
		put_text(bytes, info->labels[i].value);
	}
	bytes_u16(bytes, (uint16_t)info->mounts_len);
	for (size_t i = 0; i < info->mounts_len; i++) {
		put_text(bytes, info->mounts[i].source);
		put_text(bytes, info->mounts[i].destination);
		put_text(bytes, info->mounts[i].mode);
		put_text(bytes, info->mounts[i].propagation);
		bytes_u8(bytes, info->mounts[i].rdwr);
	}
}

void capture_container_put(struct capture_bytes *bytes, const struct container_info *info)
{
	static const struct container_info nothing;
	size_t at;

	put_facts(bytes, info);
	at = bytes->len;
	put_lists(bytes, info);
	if (!bytes->full)
		return;
	bytes->len = at;
	bytes->full = false;
	put_lists(bytes, &nothing);
}

/* A text of the host ends at its first NUL. */
static int take_text(struct capture_cursor *cursor, char **ret_text)
{
	size_t len = cursor_u16(cursor);
	const uint8_t *from = cursor_take(cursor, len);

	if (!from)
		return -EBADMSG;
	*ret_text = strndup((const char *)from, len);
	return *ret_text ? 0 : -ENOMEM;
}

static int take_facts(struct capture_cursor *cursor, struct container_info *info)
{
	char **const texts[] = INFO_TEXTS(info);
	unsigned known = cursor_u16(cursor), facts = cursor_u8(cursor);
	int rc = 0;

	info->sandbox = facts & SANDBOX;
	info->privileged = facts & PRIVILEGED;
	info->privileged_known = facts & PRIVILEGED_KNOWN;
	info->host_pid = facts & HOST_PID;
	info->host_network = facts & HOST_NETWORK;
	info->host_ipc = facts & HOST_IPC;
	info->host_known = facts & HOST_KNOWN;
	info->created_ns = cursor_u64(cursor);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && rc == 0; i++)
		if (known & 1u << i)
			rc = take_text(cursor, texts[i]);
	return rc;
}

static int take_labels(struct capture_cursor *cursor, struct container_info *info)
{
	size_t len = cursor_u16(cursor);
	int rc = 0;

	if (len > CONTAINER_LABELS_MAX)
		return -EBADMSG;
	info->labels = calloc(len ? len : 1, sizeof(*info->labels));
	if (!info->labels)
		return -ENOMEM;
	info->labels_len = len;
	for (size_t i = 0; i < len && rc == 0; i++) {
		rc = take_text(cursor, &info->labels[i].key);
		if (rc == 0)
			rc = take_text(cursor, &info->labels[i].value);
	}
	return rc;
}

static int take_mounts(struct capture_cursor *cursor, struct container_info *info)
{
	size_t len = cursor_u16(cursor);
	int rc = 0;

	if (len > CONTAINER_MOUNTS_MAX)
		return -EBADMSG;
	info->mounts = calloc(len ? len : 1, sizeof(*info->mounts));
	if (!info->mounts)
		return -ENOMEM;
	info->mounts_len = len;
	for (size_t i = 0; i < len && rc == 0; i++) {
		struct container_mount *mount = &info->mounts[i];
		char **const texts[] = { &mount->source, &mount->destination, &mount->mode,
					 &mount->propagation };

		for (size_t j = 0; j < 4 && rc == 0; j++)
			rc = take_text(cursor, texts[j]);
		mount->rdwr = cursor_u8(cursor);
	}
	return rc;
}

int capture_container_take(struct capture_cursor *cursor, struct container_info *ret_info)
{
	struct container_info info = { .name = NULL };
	int rc = take_facts(cursor, &info);

	if (rc == 0)
		rc = take_labels(cursor, &info);
	if (rc == 0)
		rc = take_mounts(cursor, &info);
	if (rc == 0 && cursor->bad)
		rc = -EBADMSG;
	if (rc < 0) {
		container_info_release(&info);
		return rc;
	}
	*ret_info = info;
	return 0;
}
