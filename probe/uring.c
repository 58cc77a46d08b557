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

/* The program of each enum uring_store. */
static const char *const programs[URING_STORE_COUNT] = {
	[URING_STORE_ROW] = "uring_row",         [URING_STORE_RAW] = "uring_raw",
	[URING_STORE_OPEN] = "uring_open",       [URING_STORE_BUFFER] = "uring_buffer",
	[URING_STORE_MESSAGE] = "uring_message", [URING_STORE_SOCKET] = "uring_socket",
};

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

static void ops_fill(struct uring_op *ops)
{
	for (unsigned op = 0; op < URING_OPS_MAX; op++) {
		const struct syscall_desc *call = uring_op_syscall(op);
		int nr = call ? syscall_nr(call) : -1;

		ops[op] = (struct uring_op){
			.nr = (int16_t)nr,
			.store = nr < 0 ? URING_STORE_NONE : (uint8_t)store_of(op),
		};
	}
}

static bool is_uring(const struct bpf_program *prog)
{
	return strncmp(bpf_program__section_name(prog), SECTION, strlen(SECTION)) == 0;
}

/* The tracepoint at submission has one of two names. */
static int submit_target(struct bpf_program *submit)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int rc = 0;

	if (!btf)
		return -ENOENT;
	if (submit_is_sqe(btf))
		rc = bpf_program__set_attach_target(submit, 0, "io_uring_submit_sqe");
	btf__free(btf);
	return rc;
}

int uring_open(struct probe *probe)
{
	struct bpf_program *prog;

	probe->stream->rodata->uring_shape = probe->uring;
	ops_fill(probe->stream->rodata->uring_ops);
	bpf_object__for_each_program (prog, probe->stream->obj) {
		if (is_uring(prog))
			bpf_program__set_autoload(prog, probe->uring.submit != URING_SUBMIT_NONE);
	}
	return probe->uring.submit ? submit_target(probe->stream->progs.uring_submit) : 0;
}

bool uring_by_tail_call(const struct bpf_program *prog)
{
	for (size_t i = 0; i < URING_STORE_COUNT; i++) {
		if (programs[i] && strcmp(bpf_program__name(prog), programs[i]) == 0)
			return true;
	}
	return false;
}

int uring_fill_progs(struct probe *probe)
{
	int map_fd = bpf_map__fd(probe->stream->maps.uring_progs);

	for (uint32_t i = 0; probe->uring.submit && i < URING_STORE_COUNT; i++) {
		struct bpf_program *prog;
		int fd;

		if (!programs[i])
			continue;
		prog = bpf_object__find_program_by_name(probe->stream->obj, programs[i]);
		if (!prog)
			return -ENOENT;
		fd = bpf_program__fd(prog);
		if (bpf_map_update_elem(map_fd, &i, &fd, BPF_ANY) < 0)
			return -errno;
	}
	return 0;
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
	struct table_shape table;
	int rc;

	if (!sink->uring || !probe_stream_ready(probe) || !probe->uring.submit)
		return 0;
	table = (struct table_shape){
		.fd = bpf_map__fd(probe->stream->maps.uring_counts),
		.key_bytes = sizeof(struct uring_count_key),
		.value_bytes = sizeof(struct uring_count_value),
	};
	rc = table_scan(&table, count_emit, &scan);
	for (size_t i = 0; i < scan.doomed_len; i++)
		bpf_map_delete_elem(table.fd, &scan.doomed[i]);
	free(scan.doomed);
	lost.calls =
		__atomic_load_n(&probe->stream->bss->uring_counts_lost.calls, __ATOMIC_RELAXED);
	lost.errors =
		__atomic_load_n(&probe->stream->bss->uring_counts_lost.errors, __ATOMIC_RELAXED);
	if (rc == 0 && lost.calls)
		sink->uring(sink->ctx, &lost);
	return rc;
}
