/* SPDX-License-Identifier: Apache-2.0 */
#include "uring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "schema/uring.h"
#include "table.h"
#include "probe/stream.skel.h"

#define SECTION "tp_btf/io_uring_"
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* What the programs of each enum uring_store are called, behind a prefix and '_'. */
static const char *const kinds[URING_STORE_COUNT] = {
	[URING_STORE_ROW] = "row",         [URING_STORE_RAW] = "raw",
	[URING_STORE_OPEN] = "open",       [URING_STORE_BUFFER] = "buffer",
	[URING_STORE_MESSAGE] = "message", [URING_STORE_SOCKET] = "socket",
};
/* By tracepoint: completed, completed into a full queue, submitted and silent. */
static const char *const prefixes[] = { "uring", "overflow", "silent" };

/* The parameters of a tracepoint, without the one that all have in front; NULL: no such one. */
static const struct btf_type *tracepoint_proto(const struct btf *btf, const char *name)
{
	char full[64];
	const struct btf_type *type;
	int id;

	snprintf(full, sizeof(full), "btf_trace_io_uring_%s", name);
	id = btf__find_by_name_kind(btf, full, BTF_KIND_TYPEDEF);
	type = id < 0 ? NULL : btf__type_by_id(btf, (uint32_t)id);
	if (!type)
		return NULL;
	type = btf__type_by_id(btf, type->type); /* a pointer to a function */
	if (!type || !btf_is_ptr(type))
		return NULL;
	type = btf__type_by_id(btf, type->type);
	return type && btf_is_func_proto(type) && btf_vlen(type) > 0 ? type : NULL;
}

static size_t proto_len(const struct btf_type *proto)
{
	return btf_vlen(proto) - 1u;
}

/* Is parameter i a pointer to that struct? */
static bool proto_points_to(const struct btf *btf, const struct btf_type *proto, size_t i,
			    const char *name)
{
	const struct btf_type *type;
	const char *found;

	if (i >= proto_len(proto))
		return false;
	type = btf__type_by_id(btf, btf_params(proto)[i + 1].type);
	if (!type || !btf_is_ptr(type))
		return false;
	type = btf__type_by_id(btf, type->type);
	found = type ? btf__name_by_offset(btf, type->name_off) : NULL;
	return found && strcmp(found, name) == 0;
}

static bool submit_is_sqe(const struct btf *btf)
{
	return !tracepoint_proto(btf, "submit_req");
}

static enum uring_submit_shape submit_shape(const struct btf *btf)
{
	const struct btf_type *proto =
		tracepoint_proto(btf, submit_is_sqe(btf) ? "submit_sqe" : "submit_req");

	if (!proto)
		return URING_SUBMIT_NONE;
	if (proto_points_to(btf, proto, 0, "io_kiocb"))
		return URING_SUBMIT_REQUEST;
	/* ring, request, operation, user_data, flags, two bools */
	return proto_len(proto) == 7 ? URING_SUBMIT_RING : URING_SUBMIT_NONE;
}

static enum uring_complete_shape complete_shape(const struct btf *btf)
{
	const struct btf_type *proto = tracepoint_proto(btf, "complete");

	if (!proto)
		return URING_COMPLETE_NONE;
	if (proto_points_to(btf, proto, 2, "io_uring_cqe"))
		return URING_COMPLETE_CQE;
	/* ring, request, user_data, result, flags and maybe two words more; without the request */
	if (proto_len(proto) == 7 || proto_len(proto) == 5)
		return URING_COMPLETE_VALUES;
	return proto_len(proto) == 4 ? URING_COMPLETE_RING : URING_COMPLETE_NONE;
}

void uring_shape_find(const struct btf *btf, struct uring_shape *ret_shape)
{
	struct uring_shape shape = { .submit = submit_shape(btf), .complete = complete_shape(btf) };
	bool by_request =
		shape.complete == URING_COMPLETE_CQE || shape.complete == URING_COMPLETE_VALUES;

	*ret_shape = (struct uring_shape){};
	if ((shape.submit == URING_SUBMIT_REQUEST && by_request) ||
	    (shape.submit == URING_SUBMIT_RING && shape.complete == URING_COMPLETE_RING))
		*ret_shape = shape;
}

void uring_find(struct uring_shape *ret_shape)
{
	struct btf *btf = btf__load_vmlinux_btf();

	*ret_shape = (struct uring_shape){};
	if (btf)
		uring_shape_find(btf, ret_shape);
	btf__free(btf);
}

static enum uring_store store_of(unsigned op)
{
	static const uint8_t stores[] = {
#define URING_OP(number, id, name, syscall, store) [number] = URING_STORE_##store,
#include "schema/uring_ops.def"
	};

	return op < sizeof(stores) ? (enum uring_store)stores[op] : URING_STORE_NONE;
}

/* The call's number; -1: none. */
static int number_of(const struct syscall_desc *call)
{
	return call ? syscall_nr(call) : -1;
}

static void ops_fill(struct uring_op *ops)
{
	static const char *const commands[SOCKET_COMMANDS] = {
#define SOCKET_COMMAND(number, syscall) [number] = (syscall),
#include "schema/uring_ops.def"
	};

	for (unsigned op = 0; op < URING_OPS_MAX; op++) {
		int nr = number_of(uring_op_syscall(op));

		ops[op] = (struct uring_op){
			.nr = (int16_t)nr,
			.store = nr < 0 ? URING_STORE_NONE : (uint8_t)store_of(op),
		};
	}
	for (unsigned i = 0; i < SOCKET_COMMANDS; i++)
		ops[URING_OPS_MAX + i] = (struct uring_op){
			.nr = (int16_t)number_of(syscall_by_name(commands[i])),
			.store = URING_STORE_ROW,
		};
}

static bool is_uring(const struct bpf_program *prog)
{
	return strncmp(bpf_program__section_name(prog), SECTION, strlen(SECTION)) == 0;
}

/*
 * Whether the kernel has what a program is attached to. Silent requests and the tracepoints of a
 * full queue and of a request that fails early came later than the shapes of submission that this
 * knows (5.17, 6.0).
 */
static bool program_fits(const struct btf *btf, const struct bpf_program *prog,
			 const struct uring_shape *shape)
{
	const char *hook = bpf_program__section_name(prog) + strlen(SECTION);
	const struct btf_type *proto;

	if (shape->submit == URING_SUBMIT_NONE)
		return false;
	if (strncmp(bpf_program__name(prog), "silent_", strlen("silent_")) == 0 ||
	    strcmp(bpf_program__name(prog), "relay_submit") == 0)
		return shape->submit == URING_SUBMIT_REQUEST;
	proto = tracepoint_proto(btf, hook);
	/* the entry, the request, the error */
	if (strcmp(hook, "req_failed") == 0)
		return proto && proto_len(proto) == 3 && proto_points_to(btf, proto, 1, "io_kiocb");
	if (strcmp(hook, "cqe_overflow") != 0)
		return true;
	/* ring, user_data, result, flags, the entry */
	return proto && proto_len(proto) == 5;
}

int uring_open(struct probe *probe)
{
	struct btf *btf = btf__load_vmlinux_btf();
	struct bpf_program *prog;
	int rc = 0;

	if (!btf)
		return -ENOENT;
	probe->stream->rodata->uring_shape = probe->uring;
	ops_fill(probe->stream->rodata->uring_ops);
	bpf_object__for_each_program (prog, probe->stream->obj) {
		bool fits;

		if (!is_uring(prog))
			continue;
		fits = program_fits(btf, prog, &probe->uring);
		bpf_program__set_autoload(prog, fits);
		/* The tracepoint at submission has one of two names. */
		if (rc == 0 && fits && submit_is_sqe(btf) &&
		    strcmp(bpf_program__section_name(prog), SECTION "submit_req") == 0)
			rc = bpf_program__set_attach_target(prog, 0, "io_uring_submit_sqe");
	}
	btf__free(btf);
	return rc;
}

/* "uring_row"; false where there is no such kind. */
static bool program_name(size_t prefix, size_t kind, char *name, size_t size)
{
	if (!kinds[kind])
		return false;
	snprintf(name, size, "%s_%s", prefixes[prefix], kinds[kind]);
	return true;
}

bool uring_by_tail_call(const struct bpf_program *prog)
{
	char name[32];

	for (size_t i = 0; i < ARRAY_LEN(prefixes) * URING_STORE_COUNT; i++) {
		if (program_name(i / URING_STORE_COUNT, i % URING_STORE_COUNT, name,
				 sizeof(name)) &&
		    strcmp(bpf_program__name(prog), name) == 0)
			return true;
	}
	return false;
}

static int progs_fill(struct probe *probe, size_t prefix, const struct bpf_map *map)
{
	for (uint32_t i = 0; i < URING_STORE_COUNT; i++) {
		struct bpf_program *prog;
		char name[32];
		int fd;

		if (!program_name(prefix, i, name, sizeof(name)))
			continue;
		prog = bpf_object__find_program_by_name(probe->stream->obj, name);
		if (!prog)
			return -ENOENT;
		if (!bpf_program__autoload(prog))
			continue;
		fd = bpf_program__fd(prog);
		if (bpf_map_update_elem(bpf_map__fd(map), &i, &fd, BPF_ANY) < 0)
			return -errno;
	}
	return 0;
}

int uring_fill_progs(struct probe *probe)
{
	const struct bpf_map *maps[ARRAY_LEN(prefixes)] = {
		probe->stream->maps.uring_progs,
		probe->stream->maps.uring_overflow_progs,
		probe->stream->maps.uring_silent_progs,
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && probe->uring.submit && i < ARRAY_LEN(prefixes); i++)
		rc = progs_fill(probe, i, maps[i]);
	return rc;
}

/* One pass over the counts. */
struct count_scan {
	const struct probe_counter_sink *sink;
	uring_forgotten_fn forgotten;
	const void *ctx;
	struct uring_count_key *doomed; /* URING_COUNTS_MAX; NULL until one is needed; owned */
	size_t doomed_len;
};

static int count_doom(struct count_scan *scan, const struct uring_count_key *key)
{
	if (!scan->doomed)
		scan->doomed = malloc(URING_COUNTS_MAX * sizeof(*scan->doomed));
	if (!scan->doomed)
		return -ENOMEM;
	if (scan->doomed_len < URING_COUNTS_MAX)
		scan->doomed[scan->doomed_len++] = *key;
	return 0;
}

static int count_emit(void *ctx, const void *key, const void *value)
{
	struct count_scan *scan = ctx;
	const struct uring_count_key *from = key;
	const struct uring_count_value *sum = value;

	if (scan->forgotten(scan->ctx, from->pid, from->start))
		return count_doom(scan, from);
	scan->sink->uring(scan->sink->ctx, &(struct uring_count){
						   .start_boot_ns = from->start,
						   .calls = sum->calls,
						   .errors = sum->errors,
						   .pid = from->pid,
						   .op = from->op,
					   });
	return 0;
}

int uring_read(struct probe *probe, const struct probe_counter_sink *sink,
	       uring_forgotten_fn forgotten, const void *ctx)
{
	struct count_scan scan = { .sink = sink, .forgotten = forgotten, .ctx = ctx };
	struct uring_count lost = { .op = URING_OP_UNKNOWN };
	struct table table;
	int rc;

	if (!sink->uring || !probe_stream_ready(probe) || !probe->uring.submit)
		return 0;
	table = TABLE_OF(probe->stream, uring_counts);
	rc = table_scan(&table, count_emit, &scan);
	for (size_t i = 0; i < scan.doomed_len; i++)
		table_delete(&table, &scan.doomed[i]);
	free(scan.doomed);
	lost.calls =
		__atomic_load_n(&probe->stream->bss->uring_counts_lost.calls, __ATOMIC_RELAXED);
	lost.errors =
		__atomic_load_n(&probe->stream->bss->uring_counts_lost.errors, __ATOMIC_RELAXED);
	if (rc == 0 && lost.calls)
		sink->uring(sink->ctx, &lost);
	return rc;
}
