/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runtimes' files say of their containers: our own small files, and those taken from live
 * containers where ../shared is there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "run_suite.h"
#include "state/container_info.h"

#define SHARED "../shared/cases/containers/"
#define ID "aa11bb22cc33dd44ee55ff6600112233445566778899aabbccddeeff00112233"

static void is_text(const char *what, const char *got, const char *want)
{
	if (!want)
		ck_assert_msg(!got, "%s: %s, want nothing", what, got);
	else
		ck_assert_msg(got && !strcmp(got, want), "%s: %s, want %s", what,
			      got ? got : "nothing", want);
}

static const struct image_case {
	const char *image, *repository, *tag, *digest;
} image_cases[] = {
	{ "nginx", "nginx", NULL, NULL },
	{ "nginx:1.25", "nginx", "1.25", NULL },
	{ "localhost/bb:1", "localhost/bb", "1", NULL },
	{ "host.example:5000/a/b", "host.example:5000/a/b", NULL, NULL },
	{ "host.example:5000/a/b:v2", "host.example:5000/a/b", "v2", NULL },
	{ "a/b:v2@sha256:00ff", "a/b", "v2", "sha256:00ff" },
	{ "a/b@sha256:00ff", "a/b", NULL, "sha256:00ff" },
	{ "sha256:00ff", NULL, NULL, "sha256:00ff" },
	{ ":", NULL, NULL, NULL },
};

START_TEST(test_image)
{
	const struct image_case *c = &image_cases[_i];
	struct container_info info = { .name = NULL };

	ck_assert_int_eq(container_info_set_image(&info, c->image), 0);
	is_text(c->image, info.repository, c->repository);
	is_text(c->image, info.tag, c->tag);
	is_text(c->image, info.digest, c->digest);
	container_info_release(&info);
}
END_TEST

static const char docker_json[] =
	"{\"ID\":\"" ID "\",\"Name\":\"/shop\",\"Created\":\"2026-03-04T05:06:07.5Z\","
	"\"Image\":\"sha256:" ID "\",\"Config\":{\"Image\":\"shop:2\","
	"\"Labels\":{\"team\":\"x\",\"io.kubernetes.pod.name\":\"shop-0\","
	"\"io.kubernetes.pod.namespace\":\"prod\",\"io.kubernetes.pod.uid\":\"u-1\"}},"
	"\"MountPoints\":{\"/data\":{\"Source\":\"/srv/data\",\"RW\":true,\"Mode\":\"z\","
	"\"Propagation\":\"rprivate\"}}}";

START_TEST(test_docker)
{
	struct container_info info = { .name = NULL };
	static const char host[] = "{\"Privileged\":true}";

	ck_assert_int_eq(container_info_docker(&info, docker_json, strlen(docker_json)), 0);
	ck_assert_int_eq(container_info_docker_host(&info, host, strlen(host)), 0);
	is_text("name", info.name, "shop");
	is_text("image", info.image, "shop:2");
	is_text("image id", info.image_id, "aa11bb22cc33");
	is_text("pod", info.pod_name, "shop-0");
	is_text("namespace", info.pod_namespace, "prod");
	is_text("pod uid", info.pod_uid, "u-1");
	ck_assert(info.privileged_known && info.privileged && !info.sandbox);
	/* 2026-03-04 05:06:07.5 UTC */
	ck_assert_uint_eq(info.created_ns, 1772600767500000000ull);
	ck_assert_uint_eq(info.labels_len, 4);
	is_text("label", info.labels[0].value, "x");
	ck_assert_uint_eq(info.mounts_len, 1);
	is_text("source", info.mounts[0].source, "/srv/data");
	is_text("destination", info.mounts[0].destination, "/data");
	is_text("mode", info.mounts[0].mode, "z");
	is_text("propagation", info.mounts[0].propagation, "rprivate");
	ck_assert(info.mounts[0].rdwr);
	container_info_release(&info);
}
END_TEST

#define OCI(annotations, bounding, masked)                                                 \
	"{\"ociVersion\":\"1.0.2\",\"process\":{\"capabilities\":{\"bounding\":[" bounding \
	"]}},\"linux\":{\"maskedPaths\":[" masked "]},\"annotations\":{" annotations       \
	"},\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"}," \
	"{\"destination\":\"/keys\",\"type\":\"bind\",\"source\":\"/srv/keys\","           \
	"\"options\":[\"rbind\",\"rslave\",\"ro\"]}]}"

static const struct oci_case {
	const char *what, *json;
	const char *name, *image, *pod, *space, *uid, *sandbox_id;
	bool sandbox, privileged;
} oci_cases[] = {
	{ .what = "containerd's CRI plugin",
	  .json = OCI("\"io.kubernetes.cri.container-name\":\"web\","
		      "\"io.kubernetes.cri.container-type\":\"container\","
		      "\"io.kubernetes.cri.image-name\":\"a/web:3\","
		      "\"io.kubernetes.cri.sandbox-id\":\"5a\","
		      "\"io.kubernetes.cri.sandbox-name\":\"web-0\","
		      "\"io.kubernetes.cri.sandbox-namespace\":\"prod\","
		      "\"io.kubernetes.cri.sandbox-uid\":\"u-2\"",
		      "\"CAP_CHOWN\"", "\"/proc/kcore\""),
	  .name = "web",
	  .image = "a/web:3",
	  .pod = "web-0",
	  .space = "prod",
	  .uid = "u-2",
	  .sandbox_id = "5a" },
	{ .what = "a sandbox",
	  .json = OCI("\"io.kubernetes.cri.container-type\":\"sandbox\","
		      "\"io.kubernetes.cri.sandbox-name\":\"web-0\"",
		      "\"CAP_CHOWN\"", "\"/proc/kcore\""),
	  .name = "web-0",
	  .pod = "web-0",
	  .sandbox = true },
	{ .what = "every capability, nothing masked",
	  .json = OCI("", "\"CAP_CHOWN\",\"CAP_SYS_ADMIN\"", ""),
	  .privileged = true },
	{ .what = "CAP_SYS_ADMIN alone", .json = OCI("", "\"CAP_SYS_ADMIN\"", "\"/proc/kcore\"") },
	{ .what = "podman says so",
	  .json = OCI("\"io.podman.annotations.privileged\":\"TRUE\"", "\"CAP_CHOWN\"",
		      "\"/proc/kcore\""),
	  .privileged = true },
};

START_TEST(test_oci)
{
	const struct oci_case *c = &oci_cases[_i];
	struct container_info info = { .name = NULL };

	ck_assert_int_eq(container_info_oci(&info, c->json, strlen(c->json)), 0);
	is_text(c->what, info.name, c->name);
	is_text(c->what, info.image, c->image);
	is_text(c->what, info.pod_name, c->pod);
	is_text(c->what, info.pod_namespace, c->space);
	is_text(c->what, info.pod_uid, c->uid);
	is_text(c->what, info.sandbox_id, c->sandbox_id);
	ck_assert_msg(info.sandbox == c->sandbox, "%s: sandbox", c->what);
	ck_assert_msg(info.privileged_known && info.privileged == c->privileged, "%s: privileged",
		      c->what);
	ck_assert_uint_eq(info.mounts_len, 1);
	is_text(c->what, info.mounts[0].destination, "/keys");
	is_text(c->what, info.mounts[0].mode, "ro");
	is_text(c->what, info.mounts[0].propagation, "rslave");
	ck_assert(!info.mounts[0].rdwr);
	container_info_release(&info);
}
END_TEST

START_TEST(test_storage)
{
	static const char json[] =
		"[{\"id\":\"00\",\"names\":[\"other\"]},{\"id\":\"" ID "\",\"names\":[\"db\"],"
		"\"image\":\"" ID "\",\"created\":\"2026-03-04T05:06:07Z\","
		"\"metadata\":\"{\\\"image-name\\\":\\\"localhost/db:9\\\"}\"}]";
	struct container_info info = { .name = NULL };

	ck_assert_int_eq(container_info_storage(&info, json, strlen(json), "ff"), -ENOENT);
	ck_assert_int_eq(container_info_storage(&info, json, strlen(json), ID), 0);
	is_text("name", info.name, "db");
	is_text("image", info.image, "localhost/db:9");
	is_text("image id", info.image_id, "aa11bb22cc33");
	ck_assert_uint_eq(info.created_ns, 1772600767000000000ull);
	container_info_release(&info);
}
END_TEST

static const char *const bad[] = {
	"", "{", "[]", "null", "{}", "{\"ID\":1,\"Config\":{}}", "{\"ociVersion\":[]}", "\"text\"",
};

START_TEST(test_bad)
{
	struct container_info info = { .name = NULL };
	size_t len = strlen(bad[_i]);

	ck_assert_int_eq(container_info_docker(&info, bad[_i], len), -EBADMSG);
	ck_assert_int_eq(container_info_docker_host(&info, bad[_i], len), -EBADMSG);
	ck_assert_int_eq(container_info_oci(&info, bad[_i], len), -EBADMSG);
	ck_assert_int_lt(container_info_storage(&info, bad[_i], len, ID), 0);
	container_info_release(&info);
}
END_TEST

/* Deeper, longer and more than is taken. */
START_TEST(test_limits)
{
	struct container_info info = { .name = NULL };
	char *json = malloc(CONTAINER_INFO_BYTES_MAX + 2);
	size_t len;

	ck_assert_ptr_nonnull(json);
	memset(json, '[', 1000);
	ck_assert_int_eq(container_info_storage(&info, json, 1000, ID), -EBADMSG);
	memset(json, ' ', CONTAINER_INFO_BYTES_MAX + 1);
	ck_assert_int_eq(container_info_oci(&info, json, CONTAINER_INFO_BYTES_MAX + 1), -E2BIG);
	len = (size_t)snprintf(json, 64, "{\"ID\":\"x\",\"Config\":{\"Labels\":{");
	for (unsigned i = 0; i <= CONTAINER_LABELS_MAX; i++)
		len += (size_t)snprintf(json + len, 64, "%s\"k%u\":\"\"", i ? "," : "", i);
	len += (size_t)snprintf(json + len, 64, "}}}");
	ck_assert_int_eq(container_info_docker(&info, json, len), -E2BIG);
	free(json);
	container_info_release(&info);
}
END_TEST

/* Its length; 0 when ../shared is not there. */
static size_t shared(const char *name, char *bytes, size_t size)
{
	char path[256];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), SHARED "%s", name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	len = fread(bytes, 1, size, file);
	fclose(file);
	return len;
}

START_TEST(test_live_files)
{
	static char bytes[65536];
	struct container_info info = { .name = NULL };
	size_t len = shared("docker-web1-config.v2.json", bytes, sizeof(bytes));

	if (!len)
		return;
	ck_assert_int_eq(container_info_docker(&info, bytes, len), 0);
	is_text("docker", info.name, "web1");
	is_text("docker", info.repository, "localhost/bb");
	is_text("docker", info.image_id, "549a0a9ab5be");
	container_info_release(&info);
	len = shared("docker-k8s-config.v2.json", bytes, sizeof(bytes));
	ck_assert_int_eq(container_info_docker(&info, bytes, len), 0);
	ck_assert_ptr_nonnull(info.pod_name);
	container_info_release(&info);
	len = shared("containerd-cri-container-config.json", bytes, sizeof(bytes));
	ck_assert_int_eq(container_info_oci(&info, bytes, len), 0);
	is_text("CRI", info.name, "nginx");
	is_text("CRI", info.pod_name, "web-0");
	is_text("CRI", info.tag, "1");
	ck_assert(!info.privileged);
	container_info_release(&info);
	len = shared("podman-storage-containers.json", bytes, sizeof(bytes));
	ck_assert_int_eq(
		container_info_storage(
			&info, bytes, len,
			"c0e8b666d4393f51b903a1a91a05b887199d31b6af4b75f601616b0b2d04d051"),
		0);
	is_text("podman", info.name, "web1");
	is_text("podman", info.image, "localhost/bb:1");
	container_info_release(&info);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("files");

	tcase_add_loop_test(tcase, test_image, 0,
			    (int)(sizeof(image_cases) / sizeof(image_cases[0])));
	tcase_add_test(tcase, test_docker);
	tcase_add_loop_test(tcase, test_oci, 0, (int)(sizeof(oci_cases) / sizeof(oci_cases[0])));
	tcase_add_test(tcase, test_storage);
	tcase_add_loop_test(tcase, test_bad, 0, (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(tcase, test_limits);
	tcase_add_test(tcase, test_live_files);
	return run_suite("container_info", tcase);
}
