/* SPDX-License-Identifier: Apache-2.0 */
/* Operands, see operand.h. */
#include "operand.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int build(struct arena *arena, const struct filter_operand *ast,
		 const struct filter_clocks *clocks, struct operand **ret_operand,
		 struct filter_error *err);

size_t operand_field_name(const struct filter_operand *ast, char *name, size_t size)
{
	int len = ast->arg.data ? snprintf(name, size, "%.*s[%.*s]", (int)ast->name.len,
					   ast->name.data, (int)ast->arg.len, ast->arg.data)
				: snprintf(name, size, "%.*s", (int)ast->name.len, ast->name.data);

	return len < 0 ? 0 : (size_t)len;
}

static int build_field(struct operand *operand, const struct filter_operand *ast,
		       struct filter_error *err)
{
	char name[512];
	size_t len = operand_field_name(ast, name, sizeof(name)), used = 0;
	const char *nearest;
	struct text_buf buf;
	int rc;

	if (len >= sizeof(name) || (ast->arg.data && strlen(ast->arg.data) != ast->arg.len)) {
		filter_fail(err, FILTER_ERROR_UNKNOWN_FIELD, ast->pos,
			    "the name of the field and its argument are too long, or have a NUL");
		return -EINVAL;
	}
	rc = field_lookup(name, len, &operand->ref, &used);
	if (rc == 0 && used == len && !(operand->ref.field->flags & FIELD_F_PRINT_ONLY)) {
		operand->type = operand->ref.field->type;
		operand->flags = operand->ref.field->flags;
		operand->any_value = (operand->flags & FIELD_F_ANCESTORS) && !operand->ref.has_arg;
		return 0;
	}
	filter_fail(err, FILTER_ERROR_UNKNOWN_FIELD, ast->pos, " ");
	if (!err)
		return -EINVAL;
	text_buf_init(&buf, err->message, sizeof(err->message));
	if (rc == 0) {
		text_buf_printf(&buf, "field '%s' is for output only", name);
		return -EINVAL;
	}
	nearest = field_lookup_error(name, len, rc, &buf);
	if (nearest && strlen(nearest) < sizeof(err->nearest))
		memcpy(err->nearest, nearest, strlen(nearest) + 1);
	return -EINVAL;
}

static int build_args(struct arena *arena, struct operand *operand,
		      const struct filter_operand *ast, const struct filter_clocks *clocks,
		      struct filter_error *err)
{
	for (const struct filter_operand *arg = ast->args; arg; arg = arg->next) {
		int rc;

		if (operand->args_len == OPERAND_ARGS_MAX) {
			filter_fail(err, FILTER_ERROR_LIMIT, arg->pos,
				    "at most %d arguments are taken", OPERAND_ARGS_MAX);
			return -EINVAL;
		}
		rc = build(arena, arg, clocks, &operand->args[operand->args_len], err);
		if (rc < 0)
			return rc;
		operand->args_len++;
	}
	return 0;
}

/* What its parts depend on, it depends on. */
static void join_flags(struct operand *operand)
{
	const uint32_t list = operand->flags & FIELD_F_LIST;

	operand->flags = FIELD_F_PROCESS;
	for (size_t i = 0; i < operand->args_len; i++) {
		operand->flags |= operand->args[i]->flags & (FIELD_F_NAMES | FIELD_F_FILES);
		if (!(operand->args[i]->flags & FIELD_F_PROCESS))
			operand->flags &= ~(uint32_t)FIELD_F_PROCESS;
		operand->cost += operand->args[i]->cost;
	}
	operand->flags |= list;
}

static int build_parts(struct arena *arena, struct operand *operand,
		       const struct filter_operand *ast, const struct filter_clocks *clocks,
		       struct filter_error *err)
{
	int rc = 0;

	switch (ast->kind) {
	case FILTER_OPERAND_FIELD:
		operand->kind = OPERAND_FIELD;
		return build_field(operand, ast, err);
	case FILTER_OPERAND_TEXT:
	case FILTER_OPERAND_NUMBER:
		operand->kind = OPERAND_CONSTANT;
		operand->type = FIELD_TEXT;
		operand->flags = FIELD_F_PROCESS;
		operand->constant.type = FIELD_TEXT;
		operand->constant.text.data = ast->name.data;
		operand->constant.text.len = ast->name.len;
		operand->constant.text.data = arena_text(arena, ast->name.data, ast->name.len);
		return operand->constant.text.data ? 0 : filter_fail_memory(err);
	case FILTER_OPERAND_LIST:
		operand->kind = OPERAND_LIST;
		operand->type = FIELD_TEXT;
		rc = build_args(arena, operand, ast, clocks, err);
		operand->flags = FIELD_F_LIST;
		break;
	case FILTER_OPERAND_TRANSFORM:
		operand->kind = OPERAND_TRANSFORM;
		operand->transform = ast->transform;
		rc = build_args(arena, operand, ast, clocks, err);
		if (rc == 0)
			rc = transform_check(operand, ast, err);
		break;
	}
	if (rc == 0)
		join_flags(operand);
	return rc;
}

static bool has_many(const struct operand *operand)
{
	return operand->any_value || (operand->flags & (FIELD_F_LIST | FIELD_F_SIDES));
}

static unsigned own_cost(const struct operand *operand)
{
	if (operand->kind == OPERAND_TRANSFORM)
		return 20;
	if (has_many(operand))
		return 12;
	if (operand->flags & FIELD_F_EVENT_TYPE)
		return 1;
	/* Texts of parameters have to be rendered. */
	if (operand->kind == OPERAND_FIELD && operand->ref.has_arg)
		return 10;
	return operand->type == FIELD_TEXT || operand->type == FIELD_BYTES ? 6 : 2;
}

static int build(struct arena *arena, const struct filter_operand *ast,
		 const struct filter_clocks *clocks, struct operand **ret_operand,
		 struct filter_error *err)
{
	struct operand *operand = arena_alloc(arena, sizeof(*operand));
	int rc;

	if (!operand)
		return filter_fail_memory(err);
	memset(operand, 0, sizeof(*operand));
	rc = build_parts(arena, operand, ast, clocks, err);
	if (rc < 0)
		return rc;
	operand->now = operand->flags & FIELD_F_NAMES ? &clocks->name : &clocks->event;
	operand->cost += own_cost(operand);
	operand->max = has_many(operand) || operand->kind == OPERAND_LIST ? FIELD_VALUES_MAX : 1;
	operand->values = arena_alloc(arena, operand->max * sizeof(*operand->values));
	if (!operand->values)
		return filter_fail_memory(err);
	*ret_operand = operand;
	return 0;
}

int operand_new(struct arena *arena, const struct filter_operand *ast,
		const struct filter_clocks *clocks, struct operand **ret_operand,
		struct filter_error *err)
{
	return build(arena, ast, clocks, ret_operand, err);
}

/* The values of all parts, one behind the other. */
static size_t list_values(struct operand *operand, struct filter_event *event)
{
	size_t len = 0;

	for (size_t i = 0; i < operand->args_len; i++) {
		size_t n = operand_values(operand->args[i], event);

		for (size_t k = 0; k < n && len < operand->max; k++)
			operand->values[len++] = operand->args[i]->values[k];
	}
	return len;
}

size_t operand_values(struct operand *operand, struct filter_event *event)
{
	if (operand->stamp == *operand->now)
		return operand->len;
	switch (operand->kind) {
	case OPERAND_FIELD:
		operand->len = field_get(&operand->ref, event, operand->values, operand->max);
		break;
	case OPERAND_CONSTANT:
		operand->values[0] = operand->constant;
		operand->len = 1;
		break;
	case OPERAND_LIST: operand->len = list_values(operand, event); break;
	case OPERAND_TRANSFORM: operand->len = transform_values(operand, event); break;
	}
	operand->stamp = *operand->now;
	return operand->len;
}
