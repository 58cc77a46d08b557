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

/*
 * Which of the first texts are known is a mask of these; the rest, and the labels of the pod, come
 * last, when this bit is set in it: older captures end before.
 */
#define FIRST_TEXTS 14
#define MORE 0x8000u

static void put_text(struct capture_bytes *bytes, const char *text)
{
	bytes_text(bytes, text ? text : "", text ? strlen(text) : 0, UINT16_MAX);
}

/* There are two blocks of texts. */
enum {
#define INFO_TEXT(member, what) TEXT_##member,
#include "state/container_info.def"
#undef INFO_TEXT
	TEXTS
};
_Static_assert(TEXTS <= 2 * FIRST_TEXTS, "texts of an info");

static size_t texts_len(void)
{
	struct container_info nothing = { .name = NULL };
	char **texts[CONTAINER_TEXTS_MAX];

	return container_info_texts(&nothing, texts);
}

/* The texts first to end: a mask of those that are known, then these. */
static void put_texts(struct capture_bytes *bytes, const struct container_info *info, size_t first,
		      size_t end)
{
	struct container_info copy = *info;
	char **texts[CONTAINER_TEXTS_MAX];
	uint16_t known = MORE;

	container_info_texts(&copy, texts);
	for (size_t i = first; i < end; i++)
		if (*texts[i])
			known |= (uint16_t)(1u << (i - first));
	bytes_u16(bytes, known);
	if (first == 0)
		bytes_u8(bytes, (uint8_t)((info->sandbox ? SANDBOX : 0) |
					  (info->privileged ? PRIVILEGED : 0) |
					  (info->privileged_known ? PRIVILEGED_KNOWN : 0) |
					  (info->host_pid ? HOST_PID : 0) |
					  (info->host_network ? HOST_NETWORK : 0) |
					  (info->host_ipc ? HOST_IPC : 0) |
					  (info->host_known ? HOST_KNOWN : 0)));
	if (first == 0)
		bytes_u64(bytes, info->created_ns);
	for (size_t i = first; i < end; i++)
		if (*texts[i])
			put_text(bytes, *texts[i]);
}

static void put_labels(struct capture_bytes *bytes, const struct container_label *labels,
		       size_t len)
{
	bytes_u16(bytes, (uint16_t)len);
	for (size_t i = 0; i < len; i++) {
		put_text(bytes, labels[i].key);
		put_text(bytes, labels[i].value);
	}
}

static void put_lists(struct capture_bytes *bytes, const struct container_info *info)
{
	put_labels(bytes, info->labels, info->labels_len);
	bytes_u16(bytes, (uint16_t)info->mounts_len);
	for (size_t i = 0; i < info->mounts_len; i++) {
		put_text(bytes, info->mounts[i].source);
		put_text(bytes, info->mounts[i].destination);
		put_text(bytes, info->mounts[i].mode);
		put_text(bytes, info->mounts[i].propagation);
		bytes_u8(bytes, info->mounts[i].rdwr);
	}
	put_texts(bytes, info, FIRST_TEXTS, texts_len());
	put_labels(bytes, info->pod_labels, info->pod_labels_len);
}

void capture_container_put(struct capture_bytes *bytes, const struct container_info *info)
{
	static const struct container_info nothing;
	size_t at;

	put_texts(bytes, info, 0, FIRST_TEXTS);
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

/* Those of the texts from first on that are in the mask. */
static int take_texts(struct capture_cursor *cursor, struct container_info *info, unsigned known,
		      size_t first)
{
	char **texts[CONTAINER_TEXTS_MAX];
	size_t len = container_info_texts(info, texts);
	int rc = 0;

	for (size_t i = 0; i < FIRST_TEXTS && first + i < len && rc == 0; i++)
		if (known & 1u << i)
			rc = take_text(cursor, texts[first + i]);
	return rc;
}

static int take_facts(struct capture_cursor *cursor, struct container_info *info, bool *ret_more)
{
	unsigned known = cursor_u16(cursor), facts = cursor_u8(cursor);

	*ret_more = known & MORE;
	info->sandbox = facts & SANDBOX;
	info->privileged = facts & PRIVILEGED;
	info->privileged_known = facts & PRIVILEGED_KNOWN;
	info->host_pid = facts & HOST_PID;
	info->host_network = facts & HOST_NETWORK;
	info->host_ipc = facts & HOST_IPC;
	info->host_known = facts & HOST_KNOWN;
	info->created_ns = cursor_u64(cursor);
	return take_texts(cursor, info, known, 0);
}

static int take_labels(struct capture_cursor *cursor, struct container_label **ret_labels,
		       size_t *ret_len)
{
	size_t len = cursor_u16(cursor);
	int rc = 0;

	if (len > CONTAINER_LABELS_MAX)
		return -EBADMSG;
	*ret_labels = calloc(len ? len : 1, sizeof(**ret_labels));
	if (!*ret_labels)
		return -ENOMEM;
	*ret_len = len;
	for (size_t i = 0; i < len && rc == 0; i++) {
		rc = take_text(cursor, &(*ret_labels)[i].key);
		if (rc == 0)
			rc = take_text(cursor, &(*ret_labels)[i].value);
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
	bool more = false;
	int rc = take_facts(cursor, &info, &more);

	if (rc == 0)
		rc = take_labels(cursor, &info.labels, &info.labels_len);
	if (rc == 0)
		rc = take_mounts(cursor, &info);
	if (rc == 0 && more)
		rc = take_texts(cursor, &info, cursor_u16(cursor), FIRST_TEXTS);
	if (rc == 0 && more)
		rc = take_labels(cursor, &info.pod_labels, &info.pod_labels_len);
	if (rc == 0 && cursor->bad)
		rc = -EBADMSG;
	if (rc < 0) {
		container_info_release(&info);
		return rc;
	}
	*ret_info = info;
	return 0;
}
