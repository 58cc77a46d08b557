/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stores.def says where parameters come from. How wide they are is known from their event, what
 * sign they have from the argument, and how flags are translated from the names that the native set
 * of the argument and the capture set of the parameter have in common. For the arguments that calls
 * show raw, syscalls.def and types.def say what they point to and how much of it is kept.
 */
#include "rows.h"

#include <errno.h>
#include <string.h>
#include "schema/event.h"
#include "schema/render.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* One source of stores.def. */
struct source {
	struct row_step step;
	const struct flag_set *native; /* NULL: the argument's own */
};

struct store {
	const char *syscall;
	const struct source *sources;
	size_t len;
};

#define FLAG_SET(set, ...) extern const struct flag_set flag_set_##set;
#include "schema/flags.def"

#define STORE(call, ...)                                                                       \
	{                                                                                      \
		.syscall = #call,                                                              \
		.sources = (const struct source[]){ __VA_ARGS__ },                             \
		.len = sizeof((const struct source[]){ __VA_ARGS__ }) / sizeof(struct source), \
	},
#define P(...)              \
	{                   \
		__VA_ARGS__ \
	}
#define FROM(kind, number) .step.from = ROW_##kind, .step.arg = (number)
#define RES .step.from = ROW_RET
#define ARG(a) FROM(ARG, a)
#define BITS(a) FROM(ARG, a), .step.form = ROW_BITS
#define VALUE(a) FROM(ARG, a), .step.form = ROW_VALUE
#define VALUE_IN(a, set) VALUE(a), .native = &flag_set_##set
#define FD_FLAGS(a) FROM(ARG, a), .step.form = ROW_FD_FLAGS
#define MEM(a, offset, count) FROM(MEM, a), .step.at = (offset), .step.width = (count)
#define LONG(a, offset) MEM(a, offset, 8), .step.word = 1
#define MEM_BITS(a, offset, set) MEM(a, offset, 4), .step.form = ROW_BITS, .native = &flag_set_##set
#define MEM_VALUE(a, offset, set) \
	MEM(a, offset, 4), .step.form = ROW_VALUE, .native = &flag_set_##set
#define SECONDS(a, offset) MEM(a, offset, 8), .step.form = ROW_SECONDS
#define PART_IN(a, shift, count, set) VALUE_IN(a, set), .step.at = (shift), .step.width = (count)
#define START(a) MEM(a, 0, 8), .step.form = ROW_START
#define TEXT(a) FROM(TEXT, a)
#define DATA(a, length) FROM(DATA, a), .step.at = (length)
#define IOV(a, count) FROM(IOV, a), .step.at = (count)
#define TIMESPEC(a) FROM(TIME, a)
#define POLLFDS(a, count) FROM(FDS, a), .step.at = (count)
#define SOCKOPT(a, length) FROM(SOCKOPT, a), .step.at = (length)
#define LENGTH(a) FROM(LENGTH, a), .step.width = 4
#define SOCKOPT_OUT(a, length) SOCKOPT(a, length), .step.width = 4
#define DYN(a) FROM(DYN, a)
#define PTRACE(a) FROM(PTRACE, a)
#define MM(which) .step.from = ROW_MM, .step.at = ROW_MM_##which
#define CAP(which) .step.from = ROW_CAP, .step.at = ROW_CAP_##which
#define NONE .step.from = ROW_NONE
#define DONE .step.when = ROW_SUCCESS
#define IF(a, values) .step.if_arg = (a) + 1, .step.if_values = (values)
#define IF_QUOTA(values) .step.if_arg = ROW_IF_QUOTA, .step.if_values = (values)
static const struct store stores[] = {
#include "schema/stores.def"
};

/* What is filled, and how far. */
struct fill {
	struct row_table *table;
	uint16_t steps_len, pairs_len;
};

static bool reads_number(const struct row_step *step)
{
	return step->from == ROW_RET || step->from == ROW_ARG || step->from == ROW_MEM ||
	       step->from == ROW_LENGTH || step->from == ROW_MM || step->from == ROW_CAP ||
	       step->from == ROW_TIME;
}

/* The width and sign of an argument that is taken as it is. */
static enum row_form arg_form(enum arg_type type)
{
	static const enum row_form forms[ARG_TYPE_COUNT] = {
		[ARG_TYPE_INT] = ROW_SIGNED,     [ARG_TYPE_FD] = ROW_SIGNED,
		[ARG_TYPE_PID] = ROW_SIGNED,     [ARG_TYPE_UINT] = ROW_UNSIGNED,
		[ARG_TYPE_UID] = ROW_UNSIGNED,   [ARG_TYPE_GID] = ROW_UNSIGNED,
		[ARG_TYPE_MODE] = ROW_UNSIGNED,  [ARG_TYPE_SIGNAL] = ROW_UNSIGNED,
		[ARG_TYPE_CLOCK] = ROW_UNSIGNED,
	};

	return forms[type];
}

static const struct flag_value *value_named(const struct flag_set *set, const char *name)
{
	for (size_t i = 0; i < set->values_len; i++) {
		if (strcmp(set->values[i].name, name) == 0)
			return &set->values[i];
	}
	return NULL;
}

/* What an enumeration of capture files has for a value that it does not know. */
static uint16_t fallback_of(const struct flag_set *set)
{
	for (size_t i = 0; i < set->values_len; i++) {
		const char *unknown = strstr(set->values[i].name, "UNKNOWN");

		if ((unknown && strcmp(unknown, "UNKNOWN") == 0) ||
		    strstr(set->values[i].name, "_NOT_USED"))
			return (uint16_t)set->values[i].value;
	}
	return 0;
}

static int fill_pairs(struct fill *fill, struct row_step *step, const struct flag_set *native,
		      const struct flag_set *capture)
{
	if (!native || !capture)
		return -EINVAL;
	step->pairs = fill->pairs_len;
	step->fallback = fallback_of(capture);
	for (size_t i = 0; i < native->values_len; i++) {
		const struct flag_value *from = &native->values[i];
		const struct flag_value *to = value_named(capture, from->name);

		if (!to || (step->form == ROW_BITS && !from->value))
			continue;
		if (fill->pairs_len == ROW_PAIRS_MAX || step->pairs_len == ROW_STEP_PAIRS_MAX)
			return -E2BIG;
		fill->table->pairs[fill->pairs_len++] =
			(struct row_pair){ .from = from->value, .to = to->value };
		step->pairs_len++;
	}
	return step->pairs_len ? 0 : -EINVAL;
}

static int fill_step(struct fill *fill, const struct syscall_desc *call,
		     const struct source *source, const struct param_desc *param)
{
	const struct arg_desc *arg = &call->args[source->step.arg];
	struct row_step step = source->step;
	size_t bytes = param_type_bytes(param->type);

	if (fill->steps_len == ROW_STEPS_MAX)
		return -E2BIG;
	if (step.from != ROW_NONE && reads_number(&step) != (bytes > 0))
		return -EINVAL;
	step.bytes = (uint8_t)bytes;
	if (step.from == ROW_ARG && step.form == ROW_WHOLE)
		step.form = arg_form(arg->type);
	if (step.form == ROW_BITS || step.form == ROW_VALUE) {
		int rc = fill_pairs(fill, &step, source->native ? source->native : arg->flags,
				    param->flags);

		if (rc < 0)
			return rc;
	}
	fill->table->steps[fill->steps_len++] = step;
	return 0;
}

static int fill_row(struct fill *fill, const struct store *store)
{
	const struct syscall_desc *call = syscall_by_name(store->syscall);
	const struct event_desc *event = call ? event_by_code(call->exit_event) : NULL;
	int nr = call ? syscall_nr(call) : -1;
	uint16_t first = fill->steps_len;

	if (!event || event->params_len != store->len || store->len > ROW_PARAMS_MAX)
		return -EINVAL;
	if (nr < 0)
		return 0;
	for (size_t i = 0; i < store->len; i++) {
		int rc = fill_step(fill, call, &store->sources[i], &event->params[i]);

		if (rc < 0)
			return rc;
	}
	fill->table->rows[nr].first = first;
	fill->table->rows[nr].len = (uint16_t)store->len;
	return 0;
}

struct rows_kept rows_kept(const struct syscall_desc *call)
{
	struct rows_kept kept = {};
	unsigned texts = 0;

	for (size_t i = 0; i < call->args_len; i++) {
		enum arg_type type = call->args[i].type;

		if (call->store && !(call->flags & SYSCALL_F_RAW) && !call->args[i].extra)
			continue;

		if ((type == ARG_TYPE_PATH || type == ARG_TYPE_STR) && ++texts <= ROW_TEXTS_MAX)
			kept.texts |= 1u << i;
		if (arg_type_shape(type)->bytes)
			kept.datas |= 1u << i;
	}
	return kept;
}

static const struct row_request requests[] = {
#define IN ROW_LEAST_ANY
#define OUT ROW_LEAST_SUCCESS
#define BOTH ROW_LEAST_ANY
#define LAYOUT_REQUEST(kind, number, width, when, ...) \
	{ .request = (number), .type = ARG_TYPE_##kind, .bytes = (width), .least = (when) },
#define SELF ROW_TEXT_SELF
#define FIRST ROW_TEXT_FIRST
#define TEXT_REQUEST(kind, number, place) \
	{ .request = (number), .type = ARG_TYPE_##kind, .text = (place) },
#include "schema/layouts.def"
#undef IN
#undef OUT
#undef BOTH
#undef SELF
#undef FIRST
};

static bool has_requests(enum arg_type type)
{
	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		if (requests[i].type == type)
			return true;
	return false;
}

static bool has_texts(enum arg_type type)
{
	for (size_t i = 0; i < ARRAY_LEN(requests); i++)
		if (requests[i].type == type && requests[i].text)
			return true;
	return false;
}

/* The argument that counts, or is the request. */
static int count_argument(const struct arg_shape *shape, size_t index)
{
	if (shape->count_at == ARG_COUNT_FIRST)
		return 0;
	if (shape->count_at == ARG_COUNT_SECOND)
		return 1;
	return (int)index + shape->count_at;
}

static struct row_data data_of(const struct syscall_desc *call, size_t i)
{
	const struct arg_shape *shape = arg_type_shape(call->args[i].type);
	struct row_data data = { .bytes = shape->bytes, .bytes32 = shape->bytes32 };
	int at = count_argument(shape, i);
	struct extra_condition condition;

	if (call->args[i].written == ARG_WRITTEN_SUCCESS)
		data.least =
			call->args[1].type == ARG_TYPE_STATUS ? ROW_LEAST_SOME : ROW_LEAST_SUCCESS;
	if (call->args[i].written == ARG_WRITTEN_INTERRUPTED)
		data.least = ROW_LEAST_INTERRUPTED;
	if (has_requests(call->args[i].type))
		data.type = (uint8_t)call->args[i].type;
	if (event_extra_condition(call, i, &condition)) {
		data.if_arg = condition.by + 1;
		data.if_mask = (uint8_t)condition.mask;
		data.if_values = condition.bits;
	}
	data.indirect = shape->unit == ARG_INDIRECT;
	if (!shape->unit || data.indirect)
		return data;
	data.arg = (uint8_t)at;
	data.unit = shape->unit;
	if (shape->unit == ARG_COUNT_REQUEST)
		data.count = ROW_COUNT_REQUEST;
	else if (shape->unit == ARG_COUNT_BITS)
		data.count = ROW_COUNT_BITS;
	else if (shape->unit == ARG_COUNT_AT)
		data.count = ROW_COUNT_AT;
	else
		data.count = ROW_COUNT_ITEMS;
	return data;
}

/* What the arguments of a call point to, and whether it fits in front of an event. */
static int fill_kept(struct row *row, const struct syscall_desc *call)
{
	struct rows_kept kept = rows_kept(call);
	size_t bytes = 0;

	row->texts = (uint16_t)kept.texts;
	row->datas = (uint16_t)kept.datas;
	for (size_t i = 0; i < call->args_len; i++) {
		if (kept.texts >> i & 1)
			bytes += sizeof(struct record_ext) + RECORD_ARG_TEXT_MAX;
		if (!(kept.datas >> i & 1))
			continue;
		row->data[i] = data_of(call, i);
		if (row->data[i].arg >= call->args_len || row->data[i].bytes > RECORD_ARG_DATA_MAX)
			return -EINVAL;
		bytes += sizeof(struct record_ext) + 8 + row->data[i].bytes;
		/* One that may be a text, or point to one. */
		if (row->data[i].type && has_texts(row->data[i].type))
			bytes += sizeof(struct record_ext) + RECORD_ARG_TEXT_MAX;
	}
	return bytes <= ROW_ITEMS_BYTES ? 0 : -E2BIG;
}

/* Each in the first free place of those where the programs look. */
static int fill_request(struct row_table *table, const struct row_request *request)
{
	for (uint32_t i = 0; i < ROW_REQUEST_TRIES; i++) {
		struct row_request *place =
			&table->requests[row_request_place(request->request, request->type, i)];

		if (place->type)
			continue;
		*place = *request;
		return 0;
	}
	return -E2BIG;
}

int rows_fill(struct row_table *table, const char **ret_call)
{
	struct fill fill = { .table = table };

	memset(table, 0, sizeof(*table));
	for (size_t i = 0; i < syscall_table_len(); i++) {
		const struct syscall_desc *call = syscall_at(i);
		int nr = syscall_nr(call);
		int rc;

		if (nr < 0 || nr >= SYSCALL_NR_MAX)
			continue;
		rc = fill_kept(&table->rows[nr], call);
		if (rc < 0) {
			*ret_call = call->name;
			return rc;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		int rc = fill_request(table, &requests[i]);

		if (rc < 0) {
			*ret_call = "requests";
			return rc;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		int rc = fill_row(&fill, &stores[i]);

		if (rc < 0) {
			*ret_call = stores[i].syscall;
			return rc;
		}
	}
	return 0;
}
