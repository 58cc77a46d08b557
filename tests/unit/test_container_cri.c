/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocol buffers, and what containerd's socket says with them: answers of a live containerd
 * 1.6.20, and what is cut or changed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "run_suite.h"
#include "state/base/protobuf.h"
#include "state/container.h"
#include "state/container_cri.h"

#define NGINX "5d2d74d540a018f991548a191df18c3b48e4da15275ce4b8decf53dfbe8ae6df"
#define IDLE "a3ecc6073c01363d8a0ec461da478d11040505de1988da351f4b98ca2662a1c5"
#define SANDBOX "946ea7726ec16d37c5ed0fb6359884104bc6efe4311e59290f66a2adf14d76cf"
#define IMAGE "d13ce837dadd73b829a5dd75552a203e045e637da54783ae8935c023e8375b02"

/* Two containers of a pod, one started and one not. */
static const char list[] = "\x0a\xa5\x02\x0a@" NGINX "\x12@" SANDBOX "\x1a\x09\x0a\x05nginx\x10\x02"
			   "\"\x18\x0a\x16localhost/saker-test:9*Gsha256:" IMAGE "0\x01"
			   "8\x8f\x99\x91\xd5\xea\x9b\x95\xf6\x18"
			   "B%\x0a\x1cio.kubernetes.container.name\x12\x05nginx"
			   "\x0a\xf9\x01\x0a@" IDLE "\x12@" SANDBOX "\x1a\x06\x0a\x04idle"
			   "\"\x18\x0a\x16localhost/saker-test:9*Gsha256:" IMAGE
			   "8\x9d\xed\xc7\xf2\xea\x9b\x95\xf6\x18";

static const char pods[] =
	"\x0a\xb1\x01\x0a@" SANDBOX "\x12\x12\x0a\x05web-0\x12\x03u-1\x1a\x04prod"
	" \xed\x8d\x92\xac\xea\x9b\x95\xf6\x18*\x1f\x0a\x16io.kubernetes.pod.name\x12\x05web-0"
	"*\x0a\x0a\x03"
	"app\x12\x03web2\"\x0a\x1bkubernetes.io/config.source\x12\x03"
	"api";

static const uint8_t *bytes_of(const char *text)
{
	return (const uint8_t *)text;
}

static const struct bytes_case {
	const char *what, *bytes;
	size_t len;
	uint32_t number; /* of the first field, 0: there is none */
	uint64_t value;
	size_t inside; /* bytes in it */
	bool bad;      /* somewhere */
} bytes_cases[] = {
	{ "nothing", "", 0, 0, 0, 0, false },
	{ "a number", "\x08\x96\x01", 3, 1, 150, 0, false },
	{ "the largest number", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, 1, UINT64_MAX,
	  0, false },
	{ "a text", "\x12\x02hi", 4, 2, 0, 2, false },
	{ "of no bytes", "\x12\x00", 2, 2, 0, 0, false },
	{ "four bytes", "\x1d\x01\x02\x03\x04", 5, 3, 0x04030201, 0, false },
	{ "eight bytes", "\x19\x01\x00\x00\x00\x00\x00\x00\x80", 9, 3, 0x8000000000000001ull, 0,
	  false },
	{ "number of a field of two bytes", "\x80\x01\x05", 3, 16, 5, 0, false },
	{ "a number that does not end", "\x08\xff", 2, 0, 0, 0, true },
	{ "a number of eleven bytes", "\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12, 0, 0,
	  0, true },
	{ "a text that is longer than the rest", "\x12\x03hi", 4, 0, 0, 0, true },
	{ "a text that is longer than memory", "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01hi", 13,
	  0, 0, 0, true },
	{ "half of four bytes", "\x1d\x01\x02", 3, 0, 0, 0, true },
	{ "field 0", "\x02\x00", 2, 0, 0, 0, true },
	{ "a group", "\x0b\x0c", 2, 0, 0, 0, true },
	{ "an unknown type", "\x0f", 1, 0, 0, 0, true },
	{ "a good one, then a bad one", "\x08\x01\x12", 3, 1, 1, 0, true },
};

START_TEST(test_bytes)
{
	const struct bytes_case *c = &bytes_cases[_i];
	uint8_t *copy = malloc(c->len ? c->len : 1);
	struct protobuf_field field = { .number = 0 }, first;
	struct protobuf message;

	memcpy(copy, c->bytes, c->len);
	message = protobuf_of(copy, c->len);
	protobuf_next(&message, &field);
	first = field;
	while (protobuf_next(&message, &field))
		;
	ck_assert_msg(first.number == c->number, "%s: field %u", c->what, first.number);
	ck_assert_msg(!c->number || first.value == c->value, "%s: %llx", c->what,
		      (unsigned long long)first.value);
	ck_assert_msg(!c->number || first.len == c->inside, "%s: %zu bytes", c->what, first.len);
	ck_assert_msg(message.bad == c->bad, "%s: bad is %d", c->what, message.bad);
	free(copy);
}
END_TEST

/* What is written is read as it was; what finds no room is left out as a whole. */
START_TEST(test_written)
{
	uint8_t bytes[16];
	struct protobuf_out out = { .bytes = bytes, .size = sizeof(bytes) };
	struct protobuf_field field;
	struct protobuf message;

	protobuf_put_bytes(&out, 1, "abc", 3);
	protobuf_put_number(&out, 2, 300);
	ck_assert(!out.full);
	message = protobuf_of(out.bytes, out.len);
	ck_assert(protobuf_next(&message, &field) && protobuf_is(&field, 1));
	ck_assert(field.len == 3 && !memcmp(field.bytes, "abc", 3));
	ck_assert(protobuf_next(&message, &field) && field.number == 2 && field.value == 300);
	ck_assert(!protobuf_next(&message, &field) && !message.bad);
	protobuf_put_bytes(&out, 3, "0123456789", 10);
	ck_assert(out.full);
	ck_assert_uint_eq(out.len, 8);
	protobuf_put_number(&out, 4, 1);
	ck_assert_uint_eq(out.len, 8);
}
END_TEST

START_TEST(test_container)
{
	struct container_info info = { .name = NULL };

	ck_assert_int_eq(container_cri_container(&info, bytes_of(list), sizeof(list) - 1, NGINX),
			 0);
	ck_assert_str_eq(info.name, "nginx");
	ck_assert_str_eq(info.image, "localhost/saker-test:9");
	ck_assert_str_eq(info.tag, "9");
	ck_assert_str_eq(info.image_id, "d13ce837dadd");
	ck_assert_str_eq(info.sandbox_id, SANDBOX);
	ck_assert_uint_eq(info.created_ns, 1795903666736352399ull);
	ck_assert_uint_eq(info.labels_len, 1);
	ck_assert_str_eq(info.labels[0].key, "io.kubernetes.container.name");
	container_info_release(&info);
	ck_assert_int_eq(container_cri_container(&info, bytes_of(list), sizeof(list) - 1, IDLE), 0);
	ck_assert_str_eq(info.name, "idle");
	container_info_release(&info);
	ck_assert_int_eq(container_cri_container(&info, bytes_of(list), sizeof(list) - 1, SANDBOX),
			 -ENOENT);
}
END_TEST

START_TEST(test_sandbox)
{
	struct container_info info = { .name = NULL };

	ck_assert_int_eq(container_cri_sandbox(&info, bytes_of(pods), sizeof(pods) - 1, SANDBOX),
			 0);
	ck_assert(info.sandbox);
	ck_assert_str_eq(info.name, "web-0");
	ck_assert_str_eq(info.pod_name, "web-0");
	ck_assert_str_eq(info.pod_uid, "u-1");
	ck_assert_str_eq(info.pod_namespace, "prod");
	ck_assert_str_eq(info.sandbox_id, SANDBOX);
	ck_assert_uint_eq(info.labels_len, 2);
	container_info_release(&info);
}
END_TEST

/* Those of whole ids, in one text. */
static void take_id(void *ctx, const char *id, size_t len)
{
	if (container_is_hex_id(id, len))
		strncat(ctx, id, len);
}

/* The last id is also the last of the bytes: nothing behind it is read. */
START_TEST(test_ids)
{
	static const char last[] = "\x0a\x42\x0a@" IDLE "\x0a\x02\x12\x00\x0a\x42\x0a@" NGINX;
	uint8_t *copy = malloc(sizeof(last) - 1);
	char ids[4 * CONTAINER_HEX] = "";

	memcpy(copy, last, sizeof(last) - 1);
	ck_assert_int_eq(container_cri_ids(copy, sizeof(last) - 1, take_id, ids), 0);
	ck_assert_str_eq(ids, IDLE NGINX);
	free(copy);
	*ids = '\0';
	ck_assert_int_eq(container_cri_ids(bytes_of(pods), sizeof(pods) - 1, take_id, ids), 0);
	ck_assert_str_eq(ids, SANDBOX);
}
END_TEST

/* {1 {5 {1 ip}, 6 {1 {2 {1: 2, 2: 1}}}, 7 label, 8 annotation}, 2 {"info": JSON}} */
START_TEST(test_pod)
{
	static const char applied[] =
		"{\"spec\":{\"containers\":[{\"name\":\"nginx\",\"livenessProbe\":{\"exec\":"
		"{\"command\":[\"/live\",\"-v\"]}},\"readinessProbe\":{\"httpGet\":{}}}]}}";
	static const char verbose[] =
		"{\"pid\":1,\"cniResult\":{\"Interfaces\":{\"eth0\":\"a/b\"}}}";
	uint8_t bytes[1024], entry_bytes[512], status_bytes[512];
	struct protobuf_out status = { .bytes = status_bytes, .size = sizeof(status_bytes) };
	struct protobuf_out entry = { .bytes = entry_bytes, .size = sizeof(entry_bytes) };
	struct protobuf_out out = { .bytes = bytes, .size = sizeof(bytes) };
	struct container_info info = { .name = strdup("nginx") };

	protobuf_put_bytes(&status, 5,
			   "\x0a\x09"
			   "10.88.7.5",
			   11);
	protobuf_put_bytes(&status, 6, "\x0a\x06\x12\x04\x08\x02\x10\x01", 8);
	protobuf_put_bytes(&status, 7,
			   "\x0a\x03"
			   "app\x12\x03web",
			   10);
	protobuf_put_bytes(&entry, 1, "kubectl.kubernetes.io/last-applied-configuration", 48);
	protobuf_put_bytes(&entry, 2, applied, strlen(applied));
	protobuf_put_bytes(&status, 8, entry.bytes, entry.len);
	protobuf_put_bytes(&out, 1, status.bytes, status.len);
	entry.len = 0;
	protobuf_put_bytes(&entry, 1, "info", 4);
	protobuf_put_bytes(&entry, 2, verbose, strlen(verbose));
	protobuf_put_bytes(&out, 2, entry.bytes, entry.len);
	ck_assert(!status.full && !entry.full && !out.full);
	ck_assert_int_eq(container_cri_pod(&info, out.bytes, out.len), 0);
	ck_assert_str_eq(info.ip, "10.88.7.5");
	ck_assert(info.host_known && info.host_network && !info.host_pid && !info.host_ipc);
	ck_assert_uint_eq(info.pod_labels_len, 1);
	ck_assert_str_eq(info.pod_labels[0].value, "web");
	ck_assert_str_eq(info.liveness_probe, "/live -v");
	ck_assert_ptr_null(info.readiness_probe);
	ck_assert_str_eq(info.cni_json, "{\"Interfaces\":{\"eth0\":\"a/b\"}}");
	container_info_release(&info);
}
END_TEST

static const struct image_case {
	const char *what, *bytes;
	int rc;
	const char *digest, *image;
} image_cases[] = {
	{ "one that was pulled",
	  "\x0a\x2a\x0a\x0bsha256:aabb\x12\x05r/x:1\x1a\x14r/x@sha256:001122334", 0,
	  "sha256:001122334", "r/x:1" },
	{ "one that was made here", "\x0a\x14\x0a\x0bsha256:aabb\x12\x05r/x:1", 0, NULL, "r/x:1" },
	{ "none", "", -ENOENT, NULL, NULL },
	{ "something else", "\xff", -EBADMSG, NULL, NULL },
};

START_TEST(test_image)
{
	const struct image_case *c = &image_cases[_i];
	struct container_info info = { .name = NULL };
	int rc = container_cri_image(&info, bytes_of(c->bytes), strlen(c->bytes));

	ck_assert_msg(rc == c->rc, "%s: %d", c->what, rc);
	ck_assert_pstr_eq(info.digest, c->digest);
	ck_assert_pstr_eq(info.image, c->image);
	container_info_release(&info);
}
END_TEST

START_TEST(test_native)
{
	static const char container[] = "\x0a\x20\x0a\x03"
					"box\x12\x09\x0a\x04team\x12\x01y"
					"\x1a\x05r/x:1B\x07\x08\x02\x10\x07\x2a\x01z";
	static const char image[] = "\x0a\x13\x0a\x05r/x:1\x1a\x0a\x0a\x01m\x12\x05"
				    "d:abc";
	struct container_info info = { .name = NULL };

	ck_assert_int_eq(container_native(&info, bytes_of(container), strlen(container)), 0);
	ck_assert_str_eq(info.image, "r/x:1");
	ck_assert_uint_eq(info.created_ns, 2000000007);
	ck_assert_uint_eq(info.labels_len, 1);
	ck_assert_str_eq(info.labels[0].value, "y");
	ck_assert_int_eq(container_native_image(&info, bytes_of(image), strlen(image)), 0);
	ck_assert_str_eq(info.digest, "d:abc");
	container_info_release(&info);
}
END_TEST

/* Cut anywhere, and with any bit changed: an answer or an error, never a byte beyond the end. */
START_TEST(test_changed)
{
	const size_t len = sizeof(list) - 1;

	for (size_t i = 0; i < len * 9; i++) {
		size_t cut = i < len ? i : len;
		uint8_t *copy = malloc(cut ? cut : 1);
		struct container_info info = { .name = NULL };
		char ids[4 * CONTAINER_HEX] = "";

		memcpy(copy, list, cut);
		if (i >= len)
			copy[(i - len) / 8] ^= (uint8_t)(1u << (i - len) % 8);
		container_cri_container(&info, copy, cut, NGINX);
		container_cri_sandbox(&info, copy, cut, NGINX);
		container_cri_pod(&info, copy, cut);
		container_cri_ids(copy, cut, take_id, ids);
		*ids = '\0';
		container_cri_image(&info, copy, cut);
		container_native(&info, copy, cut);
		container_native_image(&info, copy, cut);
		container_info_release(&info);
		free(copy);
	}
}
END_TEST

int main(void)
{
	TCase *tc = tcase_create("container_cri");

	tcase_add_loop_test(tc, test_bytes, 0, sizeof(bytes_cases) / sizeof(bytes_cases[0]));
	tcase_add_test(tc, test_written);
	tcase_add_test(tc, test_container);
	tcase_add_test(tc, test_sandbox);
	tcase_add_test(tc, test_ids);
	tcase_add_test(tc, test_pod);
	tcase_add_loop_test(tc, test_image, 0, sizeof(image_cases) / sizeof(image_cases[0]));
	tcase_add_test(tc, test_native);
	tcase_add_test(tc, test_changed);
	return run_suite("container_cri", tc);
}
