/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of containers: what the cgroup tells, and what the runtime says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "field_host.h"
#include "field_steps.h"
#include "run_suite.h"
#include "state/process.h"

#define ID "aa11bb22cc33dd44ee55ff6600112233445566778899aabbccddeeff00112233"

static const char docker[] =
	"{\"ID\":\"" ID "\",\"Name\":\"/shop\",\"Created\":\"2023-11-14T22:13:21Z\","
	"\"Image\":\"sha256:" ID "\",\"Config\":{"
	"\"Healthcheck\":{\"Test\":[\"CMD\",\"cat\",\"-n\",\"/etc/hosts\"]},\"Image\":\"reg/"
	"shop:2@sha256:00ff\","
	"\"Labels\":{\"team\":\"x\",\"io.kubernetes.pod.name\":\"shop-0\","
	"\"io.kubernetes.pod.namespace\":\"prod\",\"io.kubernetes.pod.uid\":\"u-1\","
	"\"io.kubernetes.container.name\":\"c\","
	"\"annotation.kubectl.kubernetes.io/last-applied-configuration\":"
	"\"{\\\"spec\\\":{\\\"containers\\\":[{\\\"name\\\":\\\"c\\\",\\\"livenessProbe\\\":"
	"{\\\"exec\\\":{\\\"command\\\":[\\\"/live\\\",1]}}}]}}\"}},"
	"\"NetworkSettings\":{\"IPAddress\":\"10.0.0.9\"},"
	"\"MountPoints\":{\"/data\":{\"Source\":\"/srv/data\",\"RW\":true,\"Mode\":\"z\","
	"\"Propagation\":\"rprivate\"}}}";

static const char *docker_said = docker;

static const struct {
	const char *field, *value;
} cases[] = {
	{ "container.id", "aa11bb22cc33" },
	{ "container.full_id", ID },
	{ "container.name", "shop" },
	{ "container.type", "docker" },
	{ "container.image", "reg/shop:2@sha256:00ff" },
	{ "container.image.id", "aa11bb22cc33" },
	{ "container.image.repository", "reg/shop" },
	{ "container.image.tag", "2" },
	{ "container.image.digest", "sha256:00ff" },
	{ "container.privileged", "true" },
	{ "container.start_ts", "1700000004000000000" },
	{ "container.duration", "7005000005" },
	{ "container.mounts", "/srv/data:/data:z:true:rprivate" },
	{ "container.mount[0]", "/srv/data:/data:z:true:rprivate" },
	{ "container.mount[1]", "-" },
	{ "container.mount.source[/data]", "/srv/data" },
	{ "container.mount.dest[/srv*]", "/data" },
	{ "container.mount.dest[^/data]", "-" },
	{ "container.mount.dest[(]", "-" },
	{ "container.mount.mode[0]", "z" },
	{ "container.mount.rdwr[0]", "true" },
	{ "container.mount.propagation[/srv/data]", "rprivate" },
	{ "container.label.team", "x" },
	{ "container.label[io.kubernetes.pod.name]", "shop-0" },
	{ "container.label.none", "-" },
	{ "container.label[io.kubernetes.container.name]", "c" },
	{ "container.labels",
	  "team:x,io.kubernetes.pod.name:shop-0,io.kubernetes.pod.namespace:prod,"
	  "io.kubernetes.pod.uid:u-1,io.kubernetes.container.name:c,"
	  "annotation.kubectl.kubernetes.io/last-applied-configuration:{\"spec\":{\"containers\":["
	  "{\"name\":\"c\",\"livenessProbe\":{\"exec\":{\"command\":[\"/live\",1]}}}]}}" },
	{ "k8s.pod.name", "shop-0" },
	{ "k8s.pod.uid", "u-1" },
	{ "k8s.ns.name", "prod" },
	{ "k8s.pod.id", "u-1" },
	{ "k8s.pod.ip", "10.0.0.9" },
	{ "container.ip", "10.0.0.9" },
	{ "container.healthcheck", "cat -n /etc/hosts" },
	{ "container.liveness_probe", "/live 1" },
	{ "container.readiness_probe", "-" },
	{ "container.cni.json", "-" },
	{ "k8s.pod.labels", "-" },
	{ "k8s.pod.label.x", "-" },
	{ "k8s.pod.sandbox_id", "-" },
	{ "k8s.rs.name", "-" },
};

/* cat moves into a container; two refreshes later the runtime has been asked. */
static struct field_host *host_in_container(void)
{
	struct field_host *host = malloc(sizeof(*host));
	struct task_sample sample = {
		.pid = 100,
		.tid = 100,
		.ppid = 50,
		.start_boot_ns = 9 * HOST_SECOND,
		.thread_start_boot_ns = 9 * HOST_SECOND,
		.cgroup_id = 2,
		.threads = 1,
		.flags = TASK_F_LEADER | TASK_F_IN_SCOPE | TASK_F_NO_COUNTS,
		.comm = "cat",
		.leader_comm = "cat",
	};
	int i;

	ck_assert_ptr_nonnull(host);
	field_host_init(host);
	host->cgroup = "0::/docker/" ID "\n";
	host->docker_json = docker_said;
	for (i = 0; i < 3; i++) {
		state_refresh_begin(host->state, HOST_BOOT_NS + (uint64_t)(20 + i) * HOST_SECOND);
		state_task(host->state, &sample, NULL);
		state_refresh_end(host->state);
	}
	host->now_ns = HOST_BOOT_NS + 11 * HOST_SECOND + 5000005;
	field_host_begin(host, "SYSCALL_GETUID_X", "getuid", 0);
	host->record.prefix.cgroup_id = 2;
	field_host_apply(host);
	return host;
}

START_TEST(value)
{
	struct field_host *host = host_in_container();
	const char *got = field_host_value(host, cases[_i].field, FILTER_NAMES_CALLED);

	ck_assert_msg(!strcmp(got, cases[_i].value), "%s: %s", cases[_i].field, got);
	field_host_release(host);
	free(host);
}
END_TEST

/* What a process runs, whether it is the container's first one, and what it is then. */
static const struct {
	const char *check;
	bool first, is;
} probe_cases[] = {
	{ "[\"CMD\",\"cat\",\"-n\",\"/etc/hosts\"]", false, true },
	{ "[\"CMD\",\"cat\",\"-n\",\"/etc/hosts\"]", true, false },
	{ "[\"CMD\",\"cat\",\"-n\"]", false, false },
	{ "[\"CMD\",\"cat\",\"-n\",\"/etc/hosts\",\"x\"]", false, false },
	{ "[\"CMD\",\"ca\",\"t\",\"-n\",\"/etc/hosts\"]", false, false },
	{ "[\"NONE\"]", false, false },
};

START_TEST(probe)
{
	struct field_host *host;
	struct process *process;
	const char *got;
	char json[512];

	snprintf(json, sizeof(json),
		 "{\"ID\":\"" ID "\",\"Config\":{\"Healthcheck\":{\"Test\":%s}}}",
		 probe_cases[_i].check);
	docker_said = json;
	host = host_in_container();
	docker_said = docker;
	step_exec(host);
	process = process_by_pid(host->state, 100);
	ck_assert_ptr_nonnull(process);
	process->facts.known |= FACT_VPID;
	process->facts.vpid = probe_cases[_i].first ? 1 : 9;
	got = field_host_value(host, "proc.is_container_healthcheck", FILTER_NAMES_CALLED);
	ck_assert_msg(!strcmp(got, probe_cases[_i].is ? "true" : "false"), "%s: %s",
		      probe_cases[_i].check, got);
	ck_assert_str_eq(
		field_host_value(host, "proc.is_container_liveness_probe", FILTER_NAMES_CALLED),
		"false");
	field_host_release(host);
	free(host);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("field_container");

	tcase_add_loop_test(tcase, value, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(tcase, probe, 0, sizeof(probe_cases) / sizeof(probe_cases[0]));
	return run_suite("field_container", tcase);
}
