/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and answers of container runtimes: any bytes. What is taken is text with an end; a copy is
 * the same.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "state/container.h"
#include "state/container_cri.h"
#include "state/container_info.h"
#include "state/passwd.h"
#include "tui/http2.h"

static void check_info(struct container_info *info)
{
	size_t bytes = container_info_bytes(info);
	struct container_info *packed = malloc(bytes);

	assert(packed);
	container_info_pack(info, packed);
	assert(!info->name == !packed->name && (!info->name || !strcmp(info->name, packed->name)));
	for (size_t i = 0; i < info->labels_len; i++)
		assert(!strcmp(info->labels[i].value, packed->labels[i].value));
	for (size_t i = 0; i < info->mounts_len; i++)
		assert(!strcmp(info->mounts[i].source, packed->mounts[i].source));
	free(packed);
	container_info_release(info);
}

/* Lines of what may be a passwd or group file, its ids mapped by what may be a map. */
static void check_passwd(const char *text, size_t size)
{
	struct passwd_entry entry;
	struct passwd_map map;
	char *copy = strndup(text, size), *lines[2];

	assert(copy);
	passwd_map_parse(copy, &map);
	lines[0] = passwd_users(text, size, &map);
	lines[1] = passwd_groups(text, size, &map);
	for (int i = 0; i < 2; i++) {
		assert(lines[i] && strlen(lines[i]) < PASSWD_LINES_MAX);
		if (passwd_find(lines[i], 0, &entry) == 0)
			assert(entry.name_len);
		free(lines[i]);
	}
	free(copy);
}

/* Bytes of a socket: frames of a connection; an answer that is whole is one of containerd. */
static void check_frames(const uint8_t *bytes, size_t size, struct container_info *info)
{
	struct http2_answer answer = { .stream = 1 };
	struct http2_reply reply;
	const uint8_t *message;
	ssize_t taken;
	size_t len;

	while ((taken = http2_take(&answer, bytes, size, &reply)) > 0) {
		assert((size_t)taken <= size && reply.len <= sizeof(reply.bytes));
		bytes += taken;
		size -= (size_t)taken;
	}
	assert(answer.len <= HTTP2_MESSAGE_MAX + 5);
	if (http2_message(&answer, &message, &len) == 0) {
		assert(message + len == answer.bytes + answer.len);
		container_cri_container(info, message, len, "aa");
	}
	free(answer.bytes);
}

/* As lists of containers take them: each byte of an id is read. */
static void count_id(void *ctx, const char *id, size_t len)
{
	*(size_t *)ctx += container_is_hex_id(id, len);
}

static void check_cri(const uint8_t *bytes, size_t size, struct container_info *info)
{
	size_t ids = 0;

	container_cri_container(info, bytes, size, "aa");
	container_cri_sandbox(info, bytes, size, "aa");
	container_cri_pod(info, bytes, size);
	container_cri_image(info, bytes, size);
	container_native(info, bytes, size);
	container_native_image(info, bytes, size);
	container_cri_ids(bytes, size, count_id, &ids);
	assert(ids * CONTAINER_HEX <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct container_info info = { .name = NULL };
	/* A copy of its own size: a read beyond the end is seen. */
	char *text = malloc(size ? size : 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	/* All into one, as when the files of a container are read one after another. */
	container_info_docker(&info, text, size);
	container_info_docker_host(&info, text, size);
	container_info_oci(&info, text, size);
	container_info_storage(&info, text, size, "aa");
	container_info_inspect(&info, text, size);
	container_info_lxc(&info, text, size);
	container_info_nspawn(&info, text, size);
	check_cri((const uint8_t *)text, size, &info);
	check_frames((const uint8_t *)text, size, &info);
	check_info(&info);
	check_passwd(text, size);
	free(text);
	return 0;
}
