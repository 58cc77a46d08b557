/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a runtime says of a container comes back from a capture as it was; what is cut or changed
 * is no answer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "run_suite.h"
#include "state/container.h"
#include "tui/capture_container.h"
#include "tui/replay_answers.h"

static struct container_label labels[] = { { "app", "shop" }, { "empty", "" } };
static struct container_label pod_labels[] = { { "tier", "front" } };
static struct container_mount mounts[] = { { "/srv", "/data", "ro", "rprivate", false },
					   { "/tmp", "/tmp", "", "", true } };
static const struct container_info info = {
	.name = "web",
	.image = "localhost/web:1",
	.repository = "localhost/web",
	.tag = "1",
	.pod_name = "",
	.privileged = true,
	.privileged_known = true,
	.created_ns = 1700000000000000001ull,
	.labels = labels,
	.labels_len = 2,
	.cni_json = "{}",
	.readiness_probe = "/ready",
	.pod_labels = pod_labels,
	.pod_labels_len = 1,
	.mounts = mounts,
	.mounts_len = 2,
};
static uint8_t data[4096];

static size_t packed(size_t size)
{
	struct capture_bytes bytes = { .data = data, .size = size };

	capture_container_put(&bytes, &info);
	ck_assert(!bytes.full);
	return bytes.len;
}

START_TEST(test_answer)
{
	struct capture_cursor cursor = { .data = data, .len = packed(sizeof(data)) };
	struct container_match match = { .engine = CONTAINER_DOCKER, .id = "0123456789ab" };
	struct replay_answers answers;
	struct state_source source;
	struct container_info got;
	struct memory *memory;

	ck_assert_int_eq(memory_new(0, &memory), 0);
	replay_answers_init(&answers, memory);
	source = replay_answers_source(&answers);
	ck_assert_int_eq(source.container_info(source.ctx, &match, 1, &got), -ENOENT);
	ck_assert_int_eq(replay_answers_put(&answers, REPLAY_CONTAINER,
					    replay_answers_container(match.id, strlen(match.id)), 0,
					    &cursor),
			 0);
	ck_assert_int_eq(source.container_info(source.ctx, &match, 1, &got), 0);
	ck_assert_str_eq(got.name, "web");
	ck_assert_str_eq(got.image, "localhost/web:1");
	ck_assert_str_eq(got.tag, "1");
	ck_assert_str_eq(got.pod_name, "");
	ck_assert_ptr_null(got.digest);
	ck_assert(got.privileged && got.privileged_known && !got.sandbox);
	ck_assert_uint_eq(got.created_ns, info.created_ns);
	ck_assert_uint_eq(got.labels_len, 2);
	ck_assert_str_eq(got.labels[0].value, "shop");
	ck_assert_uint_eq(got.mounts_len, 2);
	ck_assert_str_eq(got.mounts[0].destination, "/data");
	ck_assert(got.mounts[1].rdwr && !got.mounts[0].rdwr);
	ck_assert_str_eq(got.cni_json, "{}");
	ck_assert_ptr_null(got.liveness_probe);
	ck_assert_str_eq(got.readiness_probe, "/ready");
	ck_assert_uint_eq(got.pod_labels_len, 1);
	ck_assert_str_eq(got.pod_labels[0].value, "front");
	container_info_release(&got);
	match.id[0] = 'f';
	ck_assert_int_eq(source.container_info(source.ctx, &match, 1, &got), -ENOENT);
	replay_answers_release(&answers);
	memory_unref(memory);
}
END_TEST

/* A capture of a version that knew nothing of pods: the first bit is not set, nothing follows. */
START_TEST(test_older)
{
	struct capture_cursor cursor = { .data = data, .len = packed(sizeof(data)) };
	struct container_info got;

	data[1] &= 0x7f;
	ck_assert_int_eq(capture_container_take(&cursor, &got), 0);
	ck_assert_uint_eq(got.mounts_len, 2);
	ck_assert_uint_eq(got.pod_labels_len, 0);
	ck_assert_ptr_null(got.cni_json);
	container_info_release(&got);
}
END_TEST

START_TEST(test_cut)
{
	size_t len = packed(sizeof(data));
	struct container_info got;

	for (size_t at = 0; at < len; at++) {
		struct capture_cursor cursor = { .data = data, .len = at };

		ck_assert_int_eq(capture_container_take(&cursor, &got), -EBADMSG);
	}
}
END_TEST

START_TEST(test_changed)
{
	size_t len = packed(sizeof(data));

	for (size_t bit = 0; bit < len * 8; bit++) {
		uint8_t *other = malloc(len);
		struct capture_cursor cursor = { .data = other, .len = len };
		struct container_info got;

		memcpy(other, data, len);
		other[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (capture_container_take(&cursor, &got) == 0)
			container_info_release(&got);
		free(other);
	}
}
END_TEST

/* Without room the lists are left out, not the names. */
START_TEST(test_room)
{
	struct capture_cursor cursor = { .data = data, .len = packed(80) };
	struct container_info got;

	ck_assert_int_eq(capture_container_take(&cursor, &got), 0);
	ck_assert_str_eq(got.image, "localhost/web:1");
	ck_assert_uint_eq(got.labels_len + got.mounts_len, 0);
	container_info_release(&got);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("capture_container");

	tcase_add_test(tcase, test_answer);
	tcase_add_test(tcase, test_older);
	tcase_add_test(tcase, test_cut);
	tcase_add_test(tcase, test_changed);
	tcase_add_test(tcase, test_room);
	return run_suite("capture_container", tcase);
}
