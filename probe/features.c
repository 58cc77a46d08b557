/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feature detection: each check tries the thing itself, with a program of a few instructions or a
 * map of a few bytes. Kernel versions are never compared: distributions move features both ways.
 * (A remedy may name the version in which mainline got it.)
 */
#include "features.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <linux/perf_event.h>
#include <cap-ng.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "cgroup.h"
#include "load_log.h"
#include "own_pid.h"
#include "uring.h"

#define FOUND_BYTES sizeof(((struct feature_result *)NULL)->found)

/* What the checks of one run share. */
struct feature_run {
	struct btf *btf;   /* of the kernel; NULL until asked for, or not there */
	bool may_not_load; /* capabilities are missing: a refusal says nothing of the kernel */
};

/*
 * A check returns 0 when the feature is there, else -errno, -EPERM only from bpf(). It may say in
 * found[FOUND_BYTES] what it saw; left empty, that is "ok" or the missing message.
 */
typedef int (*feature_check_fn)(struct feature_run *run, char *found);

enum feature_need { FEATURE_NEED_REQUIRED, FEATURE_NEED_OPTIONAL, FEATURE_NEED_INFO };

struct feature {
	const char *name;
	enum feature_need need;
	feature_check_fn check;
	const char *title;
	const char *missing;
	const char *remedy;
};

/* One register move, as the verifier wants it spelled. */
#define INSN_MOV_REG(dst, src)                                                          \
	{                                                                               \
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = (dst), .src_reg = (src) \
	}
#define INSN_MOV_IMM(dst, value)                                                      \
	{                                                                             \
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = (dst), .imm = (value) \
	}
#define INSN_CALL(helper)                                   \
	{                                                   \
		.code = BPF_JMP | BPF_CALL, .imm = (helper) \
	}
/* Of the function that begins that many instructions behind the next. */
#define INSN_CALL_FUNCTION(behind) \
	((struct bpf_insn){        \
		.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = (behind) })
#define INSN_EXIT                          \
	{                                  \
		.code = BPF_JMP | BPF_EXIT \
	}
/* BPF_ADD and BPF_K are 0. */
#define INSN_ADD_IMM(dst, value)                                    \
	{                                                           \
		.code = BPF_ALU64, .dst_reg = (dst), .imm = (value) \
	}
/* Two instructions: the map of a descriptor (BPF_LD and BPF_IMM are 0). */
#define INSN_LOAD_MAP(dst, fd)                                                           \
	{ .code = BPF_DW, .dst_reg = (dst), .src_reg = BPF_PSEUDO_MAP_FD, .imm = (fd) }, \
	{                                                                                \
		.code = 0                                                                \
	}
#define INSN_LEN(insns) (sizeof(insns) / sizeof((insns)[0]))

static struct btf *kernel_btf(struct feature_run *run)
{
	if (!run->btf)
		run->btf = btf__load_vmlinux_btf();
	return run->btf;
}

/* Id of a kernel type whose name is prefix + name; negative when there is none. */
static int kernel_type(struct feature_run *run, const char *prefix, const char *name, uint32_t kind)
{
	char full[96];
	struct btf *btf = kernel_btf(run);

	if (!btf)
		return -ENOENT;
	snprintf(full, sizeof(full), "%s%s", prefix, name);
	return btf__find_by_name_kind(btf, full, kind);
}

/* Loads a tracing program; the fd is the caller's. */
static int load_tracing(enum bpf_attach_type attach, int btf_id, const struct bpf_insn *insns,
			size_t len)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach,
		    .attach_btf_id = (uint32_t)btf_id);

	if (btf_id < 0)
		return btf_id;
	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "saker_feature", "Dual BSD/GPL", insns, len,
			     &opts);
}

static int load_sys_exit(struct feature_run *run, const struct bpf_insn *insns, size_t len)
{
	return load_tracing(BPF_TRACE_RAW_TP,
			    kernel_type(run, "btf_trace_", "sys_exit", BTF_KIND_TYPEDEF), insns,
			    len);
}

static int load_iter(struct feature_run *run, const char *target, const struct bpf_insn *insns,
		     size_t len)
{
	return load_tracing(BPF_TRACE_ITER, kernel_type(run, "bpf_iter_", target, BTF_KIND_FUNC),
			    insns, len);
}

static const struct bpf_insn return_0[] = { INSN_MOV_IMM(BPF_REG_0, 0), INSN_EXIT };

/* The outcome of something that made an fd. */
static int close_made(int fd)
{
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* libbpf's probes say 1 there, 0 not there, negative could not be tried. */
static int probed(int result)
{
	if (result > 0)
		return 0;
	return result < 0 ? result : -EOPNOTSUPP;
}

static int check_cap(unsigned cap, bool admin_will_do, char *found)
{
	if (capng_get_caps_process() != 0)
		return -ENOENT;
	if (capng_have_capability(CAPNG_EFFECTIVE, cap))
		return 0;
	if (!admin_will_do || !capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN))
		return -ENOENT;
	snprintf(found, FOUND_BYTES, "CAP_SYS_ADMIN, which includes it");
	return 0;
}

static int check_cap_bpf(struct feature_run *run, char *found)
{
	return check_cap(CAP_BPF, true, found);
}

static int check_cap_perfmon(struct feature_run *run, char *found)
{
	return check_cap(CAP_PERFMON, true, found);
}

static int check_cap_sys_ptrace(struct feature_run *run, char *found)
{
	return check_cap(CAP_SYS_PTRACE, false, found);
}

static int check_cap_dac_read_search(struct feature_run *run, char *found)
{
	return check_cap(CAP_DAC_READ_SEARCH, false, found);
}

static int check_btf(struct feature_run *run, char *found)
{
	return kernel_btf(run) ? 0 : -ENOENT;
}

static int check_tp_btf(struct feature_run *run, char *found)
{
	return close_made(load_sys_exit(run, return_0, INSN_LEN(return_0)));
}

static int check_sys_exit(struct feature_run *run, char *found)
{
	int prog_fd = load_sys_exit(run, return_0, INSN_LEN(return_0));
	int rc;

	if (prog_fd < 0)
		return prog_fd;
	rc = bpf_raw_tracepoint_open(NULL, prog_fd);
	close(prog_fd);
	return close_made(rc);
}

/* Reads a number from a file of /proc/sys or tracefs. */
static int number_read(const char *path, int *ret_value)
{
	FILE *file = fopen(path, "re");
	int value;
	int got;

	if (!file)
		return -errno;
	got = fscanf(file, "%d", &value);
	fclose(file);
	if (got != 1)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

/* May a sleepable program hang on this raw tracepoint? */
static bool may_sleep_on(struct feature_run *run, const char *tracepoint)
{
	int id = kernel_type(run, "btf_trace_", tracepoint, BTF_KIND_TYPEDEF);
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_RAW_TP,
		    .attach_btf_id = (uint32_t)id, .prog_flags = BPF_F_SLEEPABLE);

	return id >= 0 &&
	       close_made(bpf_prog_load(BPF_PROG_TYPE_TRACING, "saker_feature", "Dual BSD/GPL",
					return_0, INSN_LEN(return_0), &opts)) == 0;
}

/*
 * Since sleepable programs may hang on sys_exit, the kernel keeps preemption on while any program
 * does: include/trace/bpf_probe.h, where up to then it was switched off. Kernels before 6.0 let
 * them load for any tracepoint, those where preemption is off too.
 */
static bool programs_preempted(struct feature_run *run)
{
	return may_sleep_on(run, "sys_exit") && !may_sleep_on(run, "sched_process_exit");
}

/* Opens perf's tracepoint raw_syscalls:sys_exit. */
static int check_perf_tracepoint(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	int id = 0;

	if (number_read("/sys/kernel/tracing/events/raw_syscalls/sys_exit/id", &id) < 0 &&
	    number_read("/sys/kernel/debug/tracing/events/raw_syscalls/sys_exit/id", &id) < 0)
		return -ENOENT;
	attr.config = (uint64_t)id;
	return close_made(
		(int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC));
}

static enum feature_preemption preemption_find(struct feature_run *run)
{
	if (!programs_preempted(run))
		return FEATURE_PREEMPTION_OFF;
	return check_perf_tracepoint() < 0 ? FEATURE_PREEMPTION_OPEN : FEATURE_PREEMPTION_GUARDED;
}

static int check_preemption(struct feature_run *run, char *found)
{
	switch (preemption_find(run)) {
	case FEATURE_PREEMPTION_OFF:
		snprintf(found, FOUND_BYTES, "ok; this kernel does not preempt them");
		return 0;
	case FEATURE_PREEMPTION_GUARDED:
		snprintf(found, FOUND_BYTES, "ok; by perf's tracepoints: raw ones are preempted");
		return 0;
	case FEATURE_PREEMPTION_OPEN: break;
	}
	return -ENOENT;
}

/* The word in brackets of "none [integrity] confidentiality". */
static void lockdown_text(char *text, size_t size)
{
	char line[80] = "";
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");
	char *open = NULL;

	if (file && fgets(line, sizeof(line), file))
		open = strchr(line, '[');
	if (file)
		fclose(file);
	snprintf(text, size, "%.*s", open ? (int)strcspn(open + 1, "]") : 11,
		 open ? open + 1 : "not visible");
}

static int check_read_kernel(struct feature_run *run, char *found)
{
	char lockdown[32];
	int rc;

	rc = probed(libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT,
					    BPF_FUNC_probe_read_kernel, NULL));
	lockdown_text(lockdown, sizeof(lockdown));
	snprintf(found, FOUND_BYTES, "%s; lockdown: %s", rc == 0 ? "allowed" : "refused", lockdown);
	return rc;
}

static int check_ringbuf(struct feature_run *run, char *found)
{
	return close_made(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "saker_feature", 0, 0,
					 (uint32_t)sysconf(_SC_PAGESIZE), NULL));
}

/* A task storage map of one u64. It needs the BTF of its key and value, so a BTF of its own. */
static int create_task_storage(void)
{
	struct btf *btf = btf__new_empty();
	int int_id = btf ? btf__add_int(btf, "int", 4, BTF_INT_SIGNED) : -ENOMEM;
	int fd = int_id < 0 ? int_id : btf__load_into_kernel(btf);

	if (fd == 0) {
		LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC,
			    .btf_fd = (uint32_t)btf__fd(btf), .btf_key_type_id = (uint32_t)int_id,
			    .btf_value_type_id = (uint32_t)int_id);

		fd = bpf_map_create(BPF_MAP_TYPE_TASK_STORAGE, "saker_feature", 4, 4, 0, &opts);
	}
	btf__free(btf);
	return fd;
}

/* The map and its use from a tracing program came in different kernels. */
static int check_task_storage(struct feature_run *run, char *found)
{
	int map_fd = create_task_storage();
	struct bpf_insn insns[] = {
		INSN_CALL(BPF_FUNC_get_current_task_btf),
		INSN_MOV_REG(BPF_REG_2, BPF_REG_0),
		INSN_LOAD_MAP(BPF_REG_1, map_fd),
		INSN_MOV_IMM(BPF_REG_3, 0),
		INSN_MOV_IMM(BPF_REG_4, BPF_LOCAL_STORAGE_GET_F_CREATE),
		INSN_CALL(BPF_FUNC_task_storage_get),
		INSN_MOV_IMM(BPF_REG_0, 0),
		INSN_EXIT,
	};
	int rc;

	if (map_fd < 0)
		return map_fd;
	rc = close_made(load_sys_exit(run, insns, INSN_LEN(insns)));
	close(map_fd);
	return rc;
}

static int check_array_of_maps(struct feature_run *run, char *found)
{
	int inner = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "saker_feature", 0, 0,
				   (uint32_t)sysconf(_SC_PAGESIZE), NULL);
	LIBBPF_OPTS(bpf_map_create_opts, opts, .inner_map_fd = (uint32_t)inner);
	int rc;

	if (inner < 0)
		return inner;
	rc = close_made(
		bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "saker_feature", 4, 4, 1, &opts));
	close(inner);
	return rc;
}

/* Out of a program that calls a function of its own: on arm64 since 6.0 (d4609a5d8c70). */
static int check_tail_call(struct feature_run *run, char *found)
{
	int map_fd = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, "saker_feature", 4, 4, 1, NULL);
	struct bpf_insn insns[] = {
		INSN_LOAD_MAP(BPF_REG_2, map_fd),
		INSN_MOV_IMM(BPF_REG_3, 0),
		INSN_CALL(BPF_FUNC_tail_call),
		INSN_CALL_FUNCTION(1),
		INSN_EXIT,
		INSN_MOV_IMM(BPF_REG_0, 0),
		INSN_EXIT,
	};
	int rc;

	if (map_fd < 0)
		return map_fd;
	rc = close_made(load_sys_exit(run, insns, INSN_LEN(insns)));
	close(map_fd);
	return rc;
}

static int check_iter_task(struct feature_run *run, char *found)
{
	return close_made(load_iter(run, "task", return_0, INSN_LEN(return_0)));
}

static int check_iter_task_file(struct feature_run *run, char *found)
{
	return close_made(load_iter(run, "task_file", return_0, INSN_LEN(return_0)));
}

/* Byte offset of a member of a kernel struct, through anonymous members; -ENOENT. */
static int member_offset(const struct btf *btf, int type_id, const char *name)
{
	const struct btf_type *type = btf__type_by_id(btf, (uint32_t)type_id);

	for (uint16_t i = 0; type && btf_is_composite(type) && i < btf_vlen(type); i++) {
		const struct btf_member *member = btf_members(type) + i;
		const char *member_name = btf__name_by_offset(btf, member->name_off);
		int base = (int)btf_member_bit_offset(type, i) / 8;

		if (member_name && strcmp(member_name, name) == 0)
			return base;
		if (member_name && member_name[0] == '\0') {
			int inner = member_offset(btf, (int)member->type, name);

			if (inner >= 0)
				return base + inner;
		}
	}
	return -ENOENT;
}

static int check_d_path(struct feature_run *run, char *found)
{
	int file_id = kernel_type(run, "", "file", BTF_KIND_STRUCT);
	int offset = file_id < 0 ? file_id : member_offset(run->btf, file_id, "f_path");
	/* struct bpf_iter__task_file: meta, task, fd, file, eight bytes each. */
	struct bpf_insn insns[] = {
		{ .code = BPF_LDX | BPF_DW | BPF_MEM,
		  .dst_reg = BPF_REG_1,
		  .src_reg = BPF_REG_1,
		  .off = 24 },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_1, .off = 6 },
		INSN_ADD_IMM(BPF_REG_1, offset),
		INSN_MOV_REG(BPF_REG_2, BPF_REG_10),
		INSN_ADD_IMM(BPF_REG_2, -8),
		/* Until 6.3 (6715df8d5d24) what a helper writes to must have been written. */
		{ .code = BPF_ST | BPF_DW | BPF_MEM, .dst_reg = BPF_REG_2 },
		INSN_MOV_IMM(BPF_REG_3, 8),
		INSN_CALL(BPF_FUNC_d_path),
		INSN_MOV_IMM(BPF_REG_0, 0),
		INSN_EXIT,
	};

	if (offset < 0)
		return offset;
	return close_made(load_iter(run, "task_file", insns, INSN_LEN(insns)));
}

/*
 * Does the kernel charge maps to RLIMIT_MEMLOCK (until 5.11, 3731d3838d56, then memory cgroups)? A
 * map of one element is refused while the soft limit is 0.
 */
bool features_charge_memlock(void)
{
	struct rlimit old;
	struct rlimit none;
	bool allowed, charged;

	allowed =
		close_made(bpf_map_create(BPF_MAP_TYPE_ARRAY, "saker_feature", 4, 8, 1, NULL)) == 0;
	if (!allowed || getrlimit(RLIMIT_MEMLOCK, &old) < 0)
		return false;
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = old.rlim_max };
	if (setrlimit(RLIMIT_MEMLOCK, &none) < 0)
		return false;
	charged =
		close_made(bpf_map_create(BPF_MAP_TYPE_ARRAY, "saker_feature", 4, 8, 1, NULL)) < 0;
	setrlimit(RLIMIT_MEMLOCK, &old);
	return charged;
}

static int check_memlock(struct feature_run *run, char *found)
{
	struct rlimit limit;

	if (!features_charge_memlock()) {
		snprintf(found, FOUND_BYTES, "not limited by RLIMIT_MEMLOCK");
		return 0;
	}
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_max == RLIM_INFINITY)
		return 0;
	return check_cap(CAP_SYS_RESOURCE, false, found);
}

static int check_uring(struct feature_run *run, char *found)
{
	struct uring_shape shape = {};

	if (!kernel_btf(run))
		return -ENOENT;
	uring_shape_find(run->btf, &shape);
	if (!shape.submit)
		return -ENOENT;
	snprintf(found, FOUND_BYTES, "ok; completions name their %s",
		 shape.complete == URING_COMPLETE_RING
			 ? "ring and user_data only; refused requests are counted, not streamed"
			 : "request");
	return 0;
}

/* Does a line of the mount table describe a /proc that hides processes? */
static bool mount_hides(const char *line)
{
	const char *hide = strstr(line, "hidepid=");

	return strstr(line, " /proc ") && hide && strncmp(hide, "hidepid=0", 9) != 0 &&
	       strncmp(hide, "hidepid=off", 11) != 0;
}

static int check_proc(struct feature_run *run, char *found)
{
	char line[4352];
	FILE *file = fopen("/proc/self/mounts", "re");
	bool hides = false;

	if (!file) {
		snprintf(found, FOUND_BYTES, "/proc is not mounted");
		return -ENOENT;
	}
	while (!hides && fgets(line, sizeof(line), file))
		hides = mount_hides(line);
	fclose(file);
	if (!hides)
		return 0;
	if (check_cap(CAP_SYS_PTRACE, false, found) < 0)
		return -EACCES;
	snprintf(found, FOUND_BYTES, "hidepid is set; CAP_SYS_PTRACE sees through it");
	return 0;
}

static int check_pid_namespace(struct feature_run *run, char *found)
{
	return own_initial_pid() == (uint32_t)getpid() ? 0 : -EXDEV;
}

static int check_cgroup(struct feature_run *run, char *found)
{
	switch (cgroup_mode_find("")) {
	case CGROUP_MODE_V2:
		snprintf(found, FOUND_BYTES, "v2; ids are those of the unified hierarchy");
		return 0;
	case CGROUP_MODE_V1:
		snprintf(found, FOUND_BYTES, "v1 or hybrid; ids are those of the pids controller");
		return 0;
	case CGROUP_MODE_NONE: break;
	}
	return -ENOENT;
}

static int check_unprivileged_bpf(struct feature_run *run, char *found)
{
	int value = 0;

	if (number_read("/proc/sys/kernel/unprivileged_bpf_disabled", &value) < 0)
		snprintf(found, FOUND_BYTES, "not there");
	else
		snprintf(found, FOUND_BYTES,
			 "%d: %s to users without CAP_BPF; does not matter with it", value,
			 value ? "bpf() is refused" : "some of bpf() is open");
	return 0;
}

static int check_perf_paranoid(struct feature_run *run, char *found)
{
	int value = 0;

	if (number_read("/proc/sys/kernel/perf_event_paranoid", &value) < 0)
		snprintf(found, FOUND_BYTES, "not there");
	else
		snprintf(found, FOUND_BYTES,
			 "%d: matters to perf_event_open() only without CAP_PERFMON", value);
	return 0;
}

static const struct feature features[] = {
#define FEATURE(id, row_name, row_need, row_check, row_title, row_missing, row_remedy) \
	[FEATURE_##id] = { .name = row_name,                                           \
			   .need = FEATURE_NEED_##row_need,                            \
			   .check = row_check,                                         \
			   .title = row_title,                                         \
			   .missing = row_missing,                                     \
			   .remedy = row_remedy },
#include "features.def"
};
_Static_assert(sizeof(features) / sizeof(features[0]) == FEATURE_COUNT, "one row for each feature");

#ifdef PROBE_TEST
/* Is the feature named in SAKER_MASK_FEATURES=name,name? Test builds only. */
static bool feature_masked(const char *name)
{
	const char *list = getenv("SAKER_MASK_FEATURES");
	size_t len = strlen(name);

	for (const char *at = list; at && *at; at += strcspn(at, ",")) {
		at += *at == ',';
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}
#else
static bool feature_masked(const char *name)
{
	return false;
}
#endif

/* Tries one feature; found is empty when its check had nothing to say. */
static int feature_try(struct feature_run *run, const struct feature *feature, char *found)
{
	found[0] = '\0';
	if (feature_masked(feature->name))
		return -EOPNOTSUPP;
	return feature->check(run, found);
}

int features_require(const enum feature_id *ids, size_t len, struct probe_error *err)
{
	struct feature_run run = { .btf = NULL };
	struct load_log log;
	int rc = 0;

	load_log_begin(&log);
	for (size_t i = 0; i < len && rc == 0; i++) {
		const struct feature *feature = &features[ids[i]];
		char found[FOUND_BYTES];

		if (feature_try(&run, feature, found) == 0)
			continue;
		snprintf(err->what, sizeof(err->what), "%s", feature->missing);
		snprintf(err->remedy, sizeof(err->remedy), "%s", feature->remedy);
		rc = -EOPNOTSUPP;
	}
	load_log_end();
	btf__free(run.btf);
	return rc;
}

enum feature_preemption features_preemption(void)
{
	struct feature_run run = { .btf = NULL };
	enum feature_preemption found;
	struct load_log log;

	load_log_begin(&log);
	found = preemption_find(&run);
	load_log_end();
	btf__free(run.btf);
	return found;
}

bool feature_present(enum feature_id id)
{
	struct probe_error err;

	return features_require(&id, 1, &err) == 0;
}

/* The kernel may have it. */
static void result_untried(struct feature_result *result)
{
	snprintf(result->found, sizeof(result->found),
		 "cannot be tried without CAP_BPF and CAP_PERFMON");
	snprintf(result->remedy, sizeof(result->remedy), "run as root");
}

static void result_tell(struct feature_result *result, const struct feature *feature, int rc)
{
	if (rc < 0)
		snprintf(result->remedy, sizeof(result->remedy), "%s", feature->remedy);
	if (result->found[0] == '\0' || rc < 0)
		snprintf(result->found, sizeof(result->found), "%s",
			 rc == 0 ? "ok" : feature->missing);
}

size_t probe_features(struct feature_result *results, size_t results_size)
{
	struct feature_run run = { .btf = NULL };
	char ignored[FOUND_BYTES];
	struct load_log log;
	size_t len = 0;

	load_log_begin(&log);
	run.may_not_load = check_cap_bpf(&run, ignored) < 0 || check_cap_perfmon(&run, ignored) < 0;
	for (; len < FEATURE_COUNT && len < results_size; len++) {
		const struct feature *feature = &features[len];
		struct feature_result *result = &results[len];
		int rc;

		*result = (struct feature_result){
			.id = feature->name,
			.title = feature->title,
			.required = feature->need == FEATURE_NEED_REQUIRED,
		};
		rc = feature_try(&run, feature, result->found);
		result->ok = rc == 0;
		if (rc == -EPERM && run.may_not_load)
			result_untried(result);
		else
			result_tell(result, feature, rc);
	}
	load_log_end();
	btf__free(run.btf);
	return len;
}
