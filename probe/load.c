/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens, sizes, loads and attaches the two BPF objects. The count object comes first and owns the
 * maps that both use; the stream object reuses their descriptors, creates the ring buffers and puts
 * its programs where count_exit tail-calls them.
 */
#include "live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "buffers.h"
#include "cgroup.h"
#include "cgroups.h"
#include "compat.h"
#include "features.h"
#include "guard.h"
#include "kinds.h"
#include "load_log.h"
#include "own_pid.h"
#include "objects.h"
#include "relay.h"
#include "rows.h"
#include "table.h"
#include "uring.h"
#include "schema/event.h"
#include "enter_hook.h"
#include "probe/count.skel.h"
#include "probe/count_guarded.skel.h"
#include "probe/count_plain.skel.h"
#include "probe/stream.skel.h"
#include "probe/stream_guarded.skel.h"
#include "probe/stream_plain.skel.h"

#define NS_PER_S 1000000000ull

/* The store programs that the syscall table names; their index in stream_progs. 0 = store_raw. */
struct store_names {
	const char *names[STREAM_PROGS_MAX];
	size_t len;
};

/* The program for a call; NULL: its raw arguments are all there is. */
static const char *store_name(const struct syscall_desc *call)
{
	struct rows_kept kept;

	if (call->store)
		return call->store;
	kept = rows_kept(call);
	return kept.texts || kept.datas ? ROWS_ARGS_PROGRAM : NULL;
}

static void store_names_collect(struct store_names *stores)
{
	stores->names[0] = "store_raw";
	stores->len = 1;
	for (size_t i = 0; i < syscall_table_len(); i++) {
		const char *store = store_name(syscall_at(i));
		size_t at = 0;

		if (!store)
			continue;
		while (at < stores->len && strcmp(stores->names[at], store) != 0)
			at++;
		if (at == stores->len && at < STREAM_PROGS_MAX)
			stores->names[stores->len++] = store;
	}
}

static uint8_t store_index(const struct store_names *stores, const char *store)
{
	for (size_t i = 1; store && i < stores->len; i++) {
		if (strcmp(stores->names[i], store) == 0)
			return (uint8_t)i;
	}
	return 0;
}

/* rows: SYSCALL_NR_MAX entries, read-only data of an object that is not loaded yet. */
static void nr_info_fill(struct nr_info *rows, const struct store_names *stores)
{
	for (size_t i = 0; i < SYSCALL_NR_MAX; i++)
		rows[i].event = EVENT_CODE_GENERIC_X;
	for (size_t i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *desc = syscall_at(i);
		int nr = syscall_nr(desc);
		uint8_t flags = 0;

		if (nr < 0 || nr >= SYSCALL_NR_MAX)
			continue;
		if (desc->flags & SYSCALL_F_CLONE)
			flags |= NR_F_CLONE;
		if (desc->flags & SYSCALL_F_EXIT)
			flags |= NR_F_EXIT;
		if (desc->flags & SYSCALL_F_LIFE)
			flags |= NR_F_LIFE;
		if (desc->flags & SYSCALL_F_EXEC)
			flags |= NR_F_EXEC;
		rows[nr] = (struct nr_info){
			.io = desc->io,
			.loss_class = desc->loss_class,
			.store = store_index(stores, store_name(desc)),
			.flags = flags,
			.sc = desc->sc,
			.event = desc->store ? desc->exit_event : EVENT_CODE_GENERIC_X,
		};
	}
}

/*
 * Table and numbers of 32-bit calls. On arm64 an exec returns with the number of its entry, whoever
 * made it (start_thread_common() keeps it): those of 32-bit programs are marked too.
 */
static void compat_rows_fill(struct compat_row *compat, struct nr_info *rows)
{
	compat_fill(compat);
#if defined(__aarch64__)
	for (size_t i = 0; i < COMPAT_NUMBERS; i++) {
		const struct syscall_desc *desc = syscall_by_nr(compat[i].nr - 1);

		if (desc && desc->flags & SYSCALL_F_EXEC)
			rows[i].flags |= NR_F_EXEC;
	}
#endif
}

int probe_new(const struct probe_opts *opts, struct probe **ret_probe)
{
	struct probe *probe = calloc(1, sizeof(*probe));

	if (!probe)
		return -ENOMEM;
	probe->opts = *opts;
	probe->epoll_fd = -1;
	probe->ring_bytes = opts->buffer_bytes ? opts->buffer_bytes : PROBE_BUFFER_DEFAULT;
	*ret_probe = probe;
	return 0;
}

void probe_free(struct probe *probe)
{
	if (!probe)
		return;
	objects_free(probe);
	/* The stream's programs first: the count object's tail calls then find nothing. */
	stream_bpf__destroy(probe->stream);
	enter_hook_free(probe->enter_hook);
	counters_free(probe->counters);
	cgroups_free(probe->cgroups);
	if (probe->knobs)
		munmap(probe->knobs, probe->knobs_bytes);
	if (probe->stats)
		munmap(probe->stats, probe->stats_bytes);
	count_bpf__destroy(probe->count);
	ring_set_free(probe->rings);
	if (probe->epoll_fd >= 0)
		close(probe->epoll_fd);
	free(probe);
}

bool probe_stream_ready(const struct probe *probe)
{
	return __atomic_load_n(&probe->stream_ready, __ATOMIC_ACQUIRE);
}

const char *probe_uring_refused(const struct probe *probe)
{
	return probe_stream_ready(probe) && probe->uring_refused[0] ? probe->uring_refused : NULL;
}

/* Puts the reason of a failed step into err; step is "load the counter plane" or so. */
static int load_failed(int err_nr, const char *step, const struct load_log *log,
		       struct probe_error *err)
{
	char reason[160];

	load_log_reason(log, reason, sizeof(reason));
	snprintf(err->what, sizeof(err->what), "cannot %s: %s%s%s", step, strerror(-err_nr),
		 reason[0] ? ": " : "", reason);
	snprintf(err->remedy, sizeof(err->remedy), "saker doctor lists what this kernel lacks");
	return err_nr;
}

/* Maps a whole BPF_F_MMAPABLE array. */
static int array_map(const struct bpf_map *map, void **ret_mapping, size_t *ret_bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t stride = (bpf_map__value_size(map) + 7) & ~(size_t)7;
	size_t bytes = (stride * bpf_map__max_entries(map) + page - 1) / page * page;
	void *mapping = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (mapping == MAP_FAILED)
		return -errno;
	*ret_mapping = mapping;
	*ret_bytes = bytes;
	return 0;
}

static void knobs_start(struct probe *probe)
{
	probe->knobs->snaplen = probe->opts.snaplen;
	probe->knobs->self_tgid = probe->opts.watch_self ? 0 : own_initial_pid();
	probe->knobs->cgroup_v1 = cgroup_mode_find(probe_root(probe)) == CGROUP_MODE_V1;
	probe->knobs->scope_gen = SCOPE_GEN_SCOPE;
	probe_refresh_clock(probe);
}

/*
 * What the kernel's own type information lacks (a weak function on kernels before 6.2, a type)
 * libbpf looks for in that of modules too, which only CAP_SYS_ADMIN may list (BPF_BTF_GET_NEXT_ID,
 * kernel/bpf/syscall.c), and when it may not, nothing loads. It tries once an object: asked for a
 * tracepoint that does not exist it has tried, and then goes without.
 */
static void modules_leave_out(struct bpf_object *object)
{
	struct bpf_program *program;
	__u32 id = 0;

	if (bpf_btf_get_next_id(0, &id) != -EPERM)
		return;
	bpf_object__for_each_program (program, object) {
		if (bpf_program__type(program) != BPF_PROG_TYPE_TRACING)
			continue;
		bpf_program__set_attach_target(program, 0, "saker_no_such_tracepoint");
		return;
	}
}

/*
 * Each object exists three times, of one layout (bpf/kernels.h): the skeleton is that of the first,
 * the bytes are those of the variant. 0 or -errno.
 */
static int count_open(enum probe_variant variant, struct count_bpf **ret_count)
{
	struct count_bpf *count = calloc(1, sizeof(*count));
	int rc = count ? count_bpf__create_skeleton(count) : -ENOMEM;

	if (rc == 0 && variant == PROBE_PLAIN)
		count->skeleton->data = count_plain_bpf__elf_bytes(&count->skeleton->data_sz);
	if (rc == 0 && variant == PROBE_GUARDED)
		count->skeleton->data = count_guarded_bpf__elf_bytes(&count->skeleton->data_sz);
	if (rc == 0)
		rc = bpf_object__open_skeleton(count->skeleton, NULL);
	if (rc < 0) {
		count_bpf__destroy(count);
		return rc;
	}
	*ret_count = count;
	return 0;
}

static int stream_open(enum probe_variant variant, struct stream_bpf **ret_stream)
{
	struct stream_bpf *stream = calloc(1, sizeof(*stream));
	int rc = stream ? stream_bpf__create_skeleton(stream) : -ENOMEM;

	if (rc == 0 && variant == PROBE_PLAIN)
		stream->skeleton->data = stream_plain_bpf__elf_bytes(&stream->skeleton->data_sz);
	if (rc == 0 && variant == PROBE_GUARDED)
		stream->skeleton->data = stream_guarded_bpf__elf_bytes(&stream->skeleton->data_sz);
	if (rc == 0)
		rc = bpf_object__open_skeleton(stream->skeleton, NULL);
	if (rc < 0) {
		stream_bpf__destroy(stream);
		return rc;
	}
	*ret_stream = stream;
	return 0;
}

/* Which programs of the counter plane are loaded, and attached without being asked. */
static void count_choose(struct count_bpf *count, enum probe_variant variant)
{
	bool guarded = variant == PROBE_GUARDED;

	bpf_program__set_autoload(count->progs.count_exit, variant != PROBE_CASTS);
	bpf_program__set_autoload(count->progs.count_exit_cast, variant <= PROBE_CASTS);
	bpf_program__set_autoload(count->progs.count_exec_guarded, guarded);
	bpf_program__set_autoload(count->progs.count_task_exit_guarded, guarded);
	bpf_program__set_autoload(count->progs.count_task_free, variant == PROBE_PLAIN);
	bpf_program__set_autoattach(count->progs.count_enter, false);
}

/* Opens the counter plane with one of its programs on sys_exit, and loads it. */
static int count_open_load(struct probe *probe, enum probe_variant variant)
{
	struct store_names stores;
	int rc;

	rc = count_open(variant, &probe->count);
	if (rc < 0)
		return rc;
	store_names_collect(&stores);
	nr_info_fill(probe->count->rodata->nr_info, &stores);
	compat_rows_fill(probe->count->rodata->compat_rows, probe->count->rodata->nr_info);
	relay_decide(probe);
	probe->count->rodata->relayed = probe->relayed;
	/* Callbacks need the JIT as well. */
	probe->count->rodata->loops_by_helper = probe->tail_calls;
	bpf_program__set_autoload(probe->count->progs.dump_files, probe->iter_files);
	count_choose(probe->count, variant);
	relay_choose(probe, probe->count->obj);
	table_choose(probe->count->obj,
		     variant == PROBE_GUARDED ? TABLE_BY_PROGRAMS : TABLE_BY_BPF);
	cgroups_choose(probe->count);
	if (variant == PROBE_GUARDED)
		guard_defer_seconds(probe);
	rc = bpf_map__set_max_entries(probe->count->maps.cpu_stats, probe->cpus);
	if (rc == 0 && probe->opened)
		probe->opened(probe->count->obj);
	if (rc == 0)
		modules_leave_out(probe->count->obj);
	if (rc == 0)
		rc = count_bpf__load(probe->count);
	if (rc < 0) {
		count_bpf__destroy(probe->count);
		probe->count = NULL;
	}
	return rc;
}

static enum probe_variant variant_first(const struct probe *probe)
{
	if (probe->opts.plain || !feature_present(FEATURE_TASK_STORAGE))
		return PROBE_PLAIN;
	return guard_wanted(probe) ? PROBE_GUARDED : PROBE_CASTS;
}

static int count_load(struct probe *probe, struct load_log *log, struct probe_error *err)
{
	enum probe_variant variant = variant_first(probe);
	int rc = -EOPNOTSUPP;

	for (; rc < 0 && variant < PROBE_VARIANTS; variant++) {
		load_log_end();
		load_log_begin(log);
		probe->variant = variant;
		rc = count_open_load(probe, variant);
	}
	if (rc < 0)
		return load_failed(rc, "load the counter plane", log, err);
	rc = array_map(probe->count->maps.knobs, (void **)&probe->knobs, &probe->knobs_bytes);
	if (rc == 0)
		rc = array_map(probe->count->maps.cpu_stats, (void **)&probe->stats,
			       &probe->stats_bytes);
	if (rc < 0)
		return load_failed(rc, "map the counter plane", log, err);

	knobs_start(probe);
	rc = count_bpf__attach(probe->count);
	if (rc == 0 && probe->variant == PROBE_GUARDED)
		rc = guard_attach_seconds(probe);
	if (rc == 0)
		rc = relay_attach_calls(probe);
	if (rc < 0)
		return load_failed(rc, "attach the counter plane", log, err);
	return 0;
}

int probe_load_counters(struct probe *probe, struct probe_error *err)
{
	static const enum feature_id needed[] = {
		FEATURE_BTF,         FEATURE_TP_BTF,    FEATURE_SYS_EXIT,
		FEATURE_READ_KERNEL, FEATURE_ITER_TASK, FEATURE_RINGBUF,
	};
	struct load_log log;
	int cpus;
	int rc;

	rc = privileges_check(err);
	if (rc == 0)
		rc = features_require(needed, sizeof(needed) / sizeof(needed[0]), err);
	if (rc < 0)
		return rc;
	probe->iter_files =
		feature_present(FEATURE_ITER_TASK_FILE) && feature_present(FEATURE_D_PATH);

	load_log_begin(&log);
	cpus = libbpf_num_possible_cpus();
	if (cpus < 0 || cpus > PROBE_CPUS_MAX) {
		rc = load_failed(cpus < 0 ? cpus : -E2BIG, "number the CPUs", &log, err);
	} else {
		probe->cpus = (unsigned)cpus;
		probe->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
		rc = probe->epoll_fd < 0 ? load_failed(-errno, "wait for buffers", &log, err)
					 : count_load(probe, &log, err);
	}
	load_log_end();
	return rc;
}

/* Makes the stream object use the count object's maps of the same names. */
static int stream_reuse_maps(struct probe *probe)
{
	struct bpf_map *map;

	bpf_object__for_each_map (map, probe->stream->obj) {
		struct bpf_map *shared =
			bpf_object__find_map_by_name(probe->count->obj, bpf_map__name(map));
		int rc;

		/* Read-only data and the like are each object's own. */
		if (!shared || bpf_map__is_internal(map))
			continue;
		rc = bpf_map__reuse_fd(map, bpf_map__fd(shared));
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Creates the ring buffers of the plan and registers them for waiting. */
static int stream_create_rings(struct probe *probe)
{
	for (size_t i = 0; i < probe->rings->len; i++) {
		struct epoll_event event = { .events = EPOLLIN | EPOLLET, .data.u64 = i };
		uint32_t key = (uint32_t)i;
		int fd;
		int rc;

		fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "saker_ring", 0, 0,
				    (uint32_t)probe->ring_bytes, NULL);
		if (fd < 0)
			return fd;
		rc = ring_open(&probe->rings->rings[i], fd, probe->ring_bytes);
		if (rc < 0) {
			close(fd);
			return rc;
		}
		if (bpf_map_update_elem(bpf_map__fd(probe->stream->maps.rings), &key, &fd,
					BPF_ANY) < 0 ||
		    epoll_ctl(probe->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
			return -errno;
	}
	return 0;
}

/*
 * Attaches the programs that have a hook of their own; those on sys_exit are entered by tail
 * call.
 */
static int stream_attach(struct probe *probe)
{
	struct bpf_program *prog;
	int rc;

	bpf_object__for_each_program (prog, probe->stream->obj) {
		if (guard_on_return(prog) || uring_by_tail_call(prog))
			bpf_program__set_autoattach(prog, false);
	}
	rc = stream_bpf__attach(probe->stream);
	return rc < 0 ? rc : relay_attach_uring(probe);
}

static int stream_fill_progs(struct probe *probe, const struct store_names *stores)
{
	int map_fd = bpf_map__fd(probe->count->maps.stream_progs);

	for (uint32_t i = 0; i < stores->len; i++) {
		struct bpf_program *prog =
			bpf_object__find_program_by_name(probe->stream->obj, stores->names[i]);
		int fd;

		if (!prog)
			return -ENOENT;
		fd = bpf_program__fd(prog);
		if (bpf_map_update_elem(map_fd, &i, &fd, BPF_ANY) < 0)
			return -errno;
	}
	return 0;
}

static int stream_plan(struct probe *probe)
{
	bool online[PROBE_CPUS_MAX];
	unsigned per_ring = PROBE_CPUS_PER_BUFFER_DEFAULT;
	struct ring_plan plan = {};
	int rc;

	if (probe->opts.cpus_per_buffer_set)
		per_ring = probe->opts.cpus_per_buffer;
	probe->stream->rodata->relayed = probe->relayed;
	probe->stream->rodata->loops_by_helper = probe->tail_calls;
	rc = uring_open(probe);
	if (rc < 0)
		return rc;
	relay_choose(probe, probe->stream->obj);
	cpus_online(online, probe->cpus);
	rc = ring_plan_make(&plan, probe->cpus, online, per_ring);
	if (rc < 0)
		return rc;
	for (unsigned cpu = 0; cpu < probe->cpus; cpu++)
		probe->stream->rodata->cpu_ring[cpu] = plan.ring_of_cpu[cpu];
	probe->stream->rodata->regs_at = probe->count->bss->regs_at;
	probe->stream->rodata->ring_bytes = (uint32_t)probe->ring_bytes;
	probe->stream->rodata->kernel_casts = probe->variant <= PROBE_CASTS;
	rc = ring_set_new(&plan, &probe->rings);
	ring_plan_release(&plan);
	if (rc < 0)
		return rc;
	return bpf_map__set_max_entries(probe->stream->maps.scratch, probe->cpus * SCRATCH_SLOTS);
}

static int stream_load(struct probe *probe, struct load_log *log, struct probe_error *err)
{
	struct store_names stores;
	const char *call;
	char step[80];
	int rc;

	rc = stream_open(probe->variant, &probe->stream);
	if (rc < 0)
		return load_failed(rc, "open the stream plane", log, err);
	store_names_collect(&stores);
	nr_info_fill(probe->stream->rodata->nr_info, &stores);
	compat_rows_fill(probe->stream->rodata->compat_rows, probe->stream->rodata->nr_info);
	rc = rows_fill(&probe->stream->rodata->row_table, &call);
	if (rc < 0) {
		snprintf(step, sizeof(step), "make the table of parameters, row %s", call);
		return load_failed(rc, step, log, err);
	}
	table_choose(probe->stream->obj,
		     probe->variant == PROBE_GUARDED ? TABLE_BY_PROGRAMS : TABLE_BY_BPF);
	rc = kinds_choose(probe->stream->obj, probe->opts.kinds, err);
	if (rc == -EOPNOTSUPP)
		return rc;
	if (rc == 0)
		rc = stream_plan(probe);
	if (rc == 0)
		rc = stream_reuse_maps(probe);
	if (rc < 0)
		return load_failed(rc, "share maps between the planes", log, err);

	if (probe->opened)
		probe->opened(probe->stream->obj);
	modules_leave_out(probe->stream->obj);
	rc = stream_bpf__load(probe->stream);
	if (rc < 0)
		return load_failed(rc, "load the stream plane", log, err);
	rc = stream_create_rings(probe);
	if (rc < 0)
		return load_failed(rc, "create the ring buffers", log, err);
	rc = stream_attach(probe);
	if (rc < 0)
		return load_failed(rc, "attach the stream plane", log, err);
	rc = stream_fill_progs(probe, &stores);
	if (rc == 0)
		rc = uring_fill_progs(probe);
	if (rc < 0)
		return load_failed(rc, "connect the planes", log, err);
	return 0;
}

static void stream_unload(struct probe *probe)
{
	stream_bpf__destroy(probe->stream);
	probe->stream = NULL;
	ring_set_free(probe->rings);
	probe->rings = NULL;
}

int probe_load_stream(struct probe *probe, struct probe_error *err)
{
	static const enum feature_id needed[] = { FEATURE_TAIL_CALL, FEATURE_RINGBUF,
						  FEATURE_ARRAY_OF_MAPS };
	size_t first = probe->relayed ? 1 : 0;
	struct load_log log;
	int rc;

	rc = features_require(needed + first, sizeof(needed) / sizeof(needed[0]) - first, err);
	if (rc < 0)
		return rc;
	uring_find(&probe->uring);
	load_log_begin(&log);
	rc = stream_load(probe, &log, err);
	if (rc < 0 && probe->uring.submit) {
		/* A kernel with requests of another shape: all the rest works. */
		load_log_reason(&log, probe->uring_refused, sizeof(probe->uring_refused));
		stream_unload(probe);
		probe->uring = (struct uring_shape){};
		rc = stream_load(probe, &log, err);
		/* Then they were not what it was about. */
		if (rc < 0)
			probe->uring_refused[0] = '\0';
	}
	load_log_end();
	if (rc == 0)
		__atomic_store_n(&probe->stream_ready, 1, __ATOMIC_RELEASE);
	return rc;
}

static uint64_t clock_read_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* Wall time minus boot time, from the tightest of a few readings. */
static uint64_t epoch_offset_ns(void)
{
	uint64_t best_gap = UINT64_MAX;
	uint64_t offset = 0;

	for (int i = 0; i < 5; i++) {
		uint64_t before = clock_read_ns(CLOCK_BOOTTIME);
		uint64_t wall = clock_read_ns(CLOCK_REALTIME);
		uint64_t after = clock_read_ns(CLOCK_BOOTTIME);

		if (after - before < best_gap) {
			best_gap = after - before;
			offset = wall - before - best_gap / 2;
		}
	}
	return offset;
}

void probe_refresh_clock(struct probe *probe)
{
	uint64_t now = clock_read_ns(CLOCK_BOOTTIME);
	uint64_t old = probe->knobs->epoch_offset_ns;
	uint64_t offset;

	if (probe->clock_ns != 0 && now - probe->clock_ns < NS_PER_S)
		return;
	offset = epoch_offset_ns();
	__atomic_store_n(&probe->knobs->epoch_offset_ns, offset, __ATOMIC_RELAXED);
	if (probe->clock_ns != 0 && probe_stream_ready(probe))
		ring_set_clock_step(probe->rings, (int64_t)(offset - old));
	probe->clock_ns = now;
}
