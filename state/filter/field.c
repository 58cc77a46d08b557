/* SPDX-License-Identifier: Apache-2.0 */
/* The table of fields and looking names up in it, see field.h. */
#include "field.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include "field_getters.h"
#include "probe/schema/render_param.h"
#include "state/base/nearest.h"
#include "state/base/text.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define FIELD_CLASS(id, prefix, key, title) static const struct field fields_##id[] = {
#define FIELD_CLASS_END(id) \
	}                   \
	;
#define FIELD(field_name, of_type, bytes, argument, bits, getter, text) \
	{ .name = (field_name),                                         \
	  .type = FIELD_##of_type,                                      \
	  .width = (bytes),                                             \
	  .arg = FIELD_ARG_##argument,                                  \
	  .flags = (bits),                                              \
	  .help = (text),                                               \
	  .get = field_##getter##_get },
#define F(flag) FIELD_F_##flag
#include "fields.def"

static const struct field_class classes[] = {
#define FIELD_CLASS(id, text, check, about)     \
	{ .prefix = (text),                     \
	  .title = (about),                     \
	  .fields = fields_##id,                \
	  .fields_len = ARRAY_LEN(fields_##id), \
	  .key = (check) },
#define FIELD_CLASS_END(id)
#define FIELD(name, type, width, arg, flags, getter, help)
#include "fields.def"
};

/* Added by plugins and tests, before threads; the newest first. */
static struct field_class *added_classes;

const struct field_class *field_class_at(size_t index)
{
	const struct field_class *added = added_classes;

	if (index < ARRAY_LEN(classes))
		return &classes[index];
	for (index -= ARRAY_LEN(classes); added && index; index--)
		added = added->next;
	return added;
}

void field_class_add(struct field_class *added)
{
	added->next = added_classes;
	added_classes = added;
}

void field_class_remove(struct field_class *added)
{
	struct field_class **at = &added_classes;

	while (*at && *at != added)
		at = &(*at)->next;
	if (*at)
		*at = added->next;
}

static bool begins_with(const char *text, size_t len, const char *begin)
{
	size_t begin_len = strlen(begin);

	return len >= begin_len && memcmp(text, begin, begin_len) == 0;
}

/* The field of a class with the longest name that text begins with; NULL: none. */
static const struct field *class_find(const struct field_class *class, const char *text, size_t len)
{
	const struct field *best = NULL;

	for (size_t i = 0; i < class->fields_len; i++) {
		const struct field *field = &class->fields[i];

		if (begins_with(text, len, field->name) &&
		    (!best || strlen(field->name) > strlen(best->name)))
			best = field;
	}
	return best;
}

/* The field that text begins with: of the class with the longest prefix. */
static const struct field *fields_find(const char *text, size_t len,
				       const struct field_class **ret_class)
{
	const struct field *best = NULL;
	size_t best_len = 0;
	const struct field_class *class;

	for (size_t i = 0; (class = field_class_at(i)); i++) {
		const struct field *field;

		if (!begins_with(text, len, class->prefix) || strlen(class->prefix) < best_len)
			continue;
		field = class_find(class, text, len);
		if (!field && best)
			continue;
		best = field;
		best_len = strlen(class->prefix);
		*ret_class = class;
	}
	return best;
}

const struct field *field_named(const char *text, size_t len)
{
	const struct field_class *class;
	const struct field *field = fields_find(text, len, &class);

	return field && strlen(field->name) == len ? field : NULL;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Names joined by dots. */
static size_t dotted_len(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len &&
	       (is_word(text[i]) || (text[i] == '.' && i + 1 < len && is_word(text[i + 1]))))
		i++;
	return i;
}

static size_t digits_len(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && text[i] >= '0' && text[i] <= '9')
		i++;
	return i;
}

static bool arg_is_optional(enum field_arg arg)
{
	return arg == FIELD_ARG_NONE || arg == FIELD_ARG_INDEX_MAY || arg == FIELD_ARG_KEY_MAY ||
	       arg == FIELD_ARG_EITHER_MAY;
}

static bool arg_is_index(enum field_arg arg)
{
	return arg == FIELD_ARG_INDEX || arg == FIELD_ARG_INDEX_MAY;
}

/* Puts an argument down. Returns 0 or a negative errno of field_lookup(). */
static int ref_set_arg(struct field_ref *ref, const char *text, size_t len)
{
	enum field_arg arg = ref->field->arg;
	size_t i;

	if (!len)
		return -EINVAL;
	if (len >= FIELD_KEY_MAX)
		return -E2BIG;
	if (memchr(text, '\0', len))
		return -EINVAL;
	memcpy(ref->key, text, len);
	ref->key[len] = '\0';
	ref->has_arg = true;
	if (arg == FIELD_ARG_KEY || arg == FIELD_ARG_KEY_MAY)
		return 0;
	if (digits_len(text, len) != len)
		return arg_is_index(arg) ? -EINVAL : 0;
	ref->index = 0;
	for (i = 0; i < len; i++) {
		if (__builtin_mul_overflow(ref->index, 10, &ref->index) ||
		    __builtin_add_overflow(ref->index, text[i] - '0', &ref->index))
			return -EINVAL;
	}
	return 0;
}

/* Where the argument in brackets ends: the index of `]`; 0 = nowhere. text[0] is `[`. */
static size_t bracket_end(const char *text, size_t len)
{
	char quote = len > 1 && (text[1] == '"' || text[1] == '\'') ? text[1] : '\0';
	size_t i;

	for (i = quote ? 2 : 1; i < len; i++) {
		if (quote ? text[i] == quote && i + 1 < len && text[i + 1] == ']' : text[i] == ']')
			return quote ? i + 1 : i;
	}
	return 0;
}

/* The same of a whole name: the last byte. */
static size_t bracket_end_whole(const char *text, size_t len)
{
	return len > 1 && text[len - 1] == ']' ? len - 1 : 0;
}

struct lookup {
	struct field_ref ref;
	const struct field_class *class;
	size_t (*bracket_end)(const char *text, size_t len);
	bool prefix; /* what cannot be an argument is what follows */
};

/* An argument in brackets at the beginning of text; its length with them in *ret_used. */
static int lookup_bracket(struct lookup *lookup, const char *text, size_t len, size_t *ret_used)
{
	size_t end = lookup->bracket_end(text, len);
	const char *arg = text + 1;
	size_t arg_len = end ? end - 1 : 0;

	if (!end || lookup->ref.field->arg == FIELD_ARG_NONE)
		return -EINVAL;
	if (arg_len >= 2 && (arg[0] == '"' || arg[0] == '\'') && arg[arg_len - 1] == arg[0]) {
		arg++;
		arg_len -= 2;
	}
	if (lookup->class->key && lookup->class->key(lookup->ref.field, arg, arg_len) != arg_len)
		return -EINVAL;
	*ret_used = end + 1;
	return ref_set_arg(&lookup->ref, arg, arg_len);
}

/* An argument behind a dot. */
static int lookup_dotted(struct lookup *lookup, const char *text, size_t len, size_t *ret_used)
{
	size_t key_len = lookup->class->key
				 ? lookup->class->key(lookup->ref.field, text + 1, len - 1)
				 : dotted_len(text + 1, len - 1);

	if (!key_len)
		return -EINVAL;
	*ret_used = 1 + key_len;
	return ref_set_arg(&lookup->ref, text + 1, key_len);
}

static int lookup_name(struct lookup *lookup, const char *text, size_t len, size_t *ret_used)
{
	const struct field *field = fields_find(text, len, &lookup->class);
	size_t name_len, arg_len = 0;
	int r = 0;

	if (!field)
		return -ENOENT;
	lookup->ref.field = field;
	lookup->ref.index = -1;
	name_len = strlen(field->name);
	if (name_len < len && text[name_len] == '[' &&
	    !(lookup->prefix && field->arg == FIELD_ARG_NONE))
		r = lookup_bracket(lookup, text + name_len, len - name_len, &arg_len);
	else if (name_len < len && text[name_len] == '.' && (field->flags & FIELD_F_DOTTED))
		r = lookup_dotted(lookup, text + name_len, len - name_len, &arg_len);
	if (r < 0)
		return r;
	if (!lookup->ref.has_arg && !arg_is_optional(field->arg))
		return -ENODATA;
	*ret_used = name_len + arg_len;
	return 0;
}

int field_lookup(const char *text, size_t len, struct field_ref *ret_ref, size_t *ret_used)
{
	struct lookup lookup = { .bracket_end = bracket_end_whole };
	size_t used;
	int r = lookup_name(&lookup, text, len, &used);

	/* A longer word is another name, even where it begins like a field that needs more. */
	if (r == -ENODATA && strlen(lookup.ref.field->name) != len)
		return -ENOENT;
	if (r < 0)
		return r;
	if (used != len)
		return lookup.ref.has_arg ? -EINVAL : -ENOENT;
	*ret_ref = lookup.ref;
	*ret_used = used;
	return 0;
}

int field_lookup_prefix(const char *text, size_t len, struct field_ref *ret_ref, size_t *ret_used)
{
	struct lookup lookup = { .bracket_end = bracket_end, .prefix = true };
	size_t used;
	int r = lookup_name(&lookup, text, len, &used);

	if (r < 0)
		return r;
	*ret_ref = lookup.ref;
	*ret_used = used;
	return 0;
}

/* Where the argument of a wrong name may begin. */
static size_t name_part(const char *text, size_t len)
{
	const char *bracket = memchr(text, '[', len);

	return bracket ? (size_t)(bracket - text) : len;
}

static const char *nearest_name(const char *text, size_t len)
{
	struct nearest nearest = { .best = NULL };
	const struct field_class *class;
	char name[FIELD_KEY_MAX];

	len = name_part(text, len);
	if (!len || len >= sizeof(name))
		return NULL;
	memcpy(name, text, len);
	name[len] = '\0';
	nearest.wrong = name;
	for (size_t i = 0; (class = field_class_at(i)); i++) {
		for (size_t j = 0; j < class->fields_len; j++) {
			if (!(class->fields[j].flags & (FIELD_F_HIDDEN | FIELD_F_TABLE_ONLY)))
				nearest_offer(&nearest, class->fields[j].name);
		}
	}
	return nearest.best;
}

/* What a field takes as its argument. */
static const char *arg_wanted(enum field_arg arg)
{
	switch (arg) {
	case FIELD_ARG_INDEX:
	case FIELD_ARG_INDEX_MAY: return "a number, as in [1]";
	case FIELD_ARG_KEY:
	case FIELD_ARG_KEY_MAY: return "a name, as in [NAME]";
	case FIELD_ARG_EITHER:
	case FIELD_ARG_EITHER_MAY: return "a number or a name, as in [1] or [NAME]";
	case FIELD_ARG_NONE: break;
	}
	return "none";
}

const char *field_lookup_error(const char *text, size_t len, int error, struct text_buf *buf)
{
	const struct field_class *class;
	const struct field *field = fields_find(text, len, &class);

	if (!field || error == -ENOENT) {
		text_buf_add(buf, "no field is called '");
		text_buf_add_safe(buf, text, len);
		text_buf_add(buf, "'");
		return nearest_name(text, len);
	}
	if (error == -E2BIG)
		text_buf_printf(buf, "the argument of field %s is longer than %d bytes",
				field->name, FIELD_KEY_MAX - 1);
	else if (error == -ENODATA)
		text_buf_printf(buf, "field %s needs an argument: %s", field->name,
				arg_wanted(field->arg));
	else if (field->arg == FIELD_ARG_NONE)
		text_buf_printf(buf, "field %s takes no argument", field->name);
	else if (class->key && !arg_is_index(field->arg))
		text_buf_printf(buf, "field %s: no event has such an argument", field->name);
	else
		text_buf_printf(buf, "the argument of field %s is wrong; it takes %s", field->name,
				arg_wanted(field->arg));
	return NULL;
}

bool field_is_name(const char *text, size_t len)
{
	struct field_ref ref;
	size_t used;

	return field_lookup(text, len, &ref, &used) == 0;
}

size_t field_get(const struct field_ref *ref, struct filter_event *event,
		 struct field_value *values, size_t max)
{
	return max ? ref->field->get(ref, event, values, max) : 0;
}

size_t field_none_get(const struct field_ref *ref, struct filter_event *event,
		      struct field_value *values, size_t max)
{
	return 0;
}

size_t field_put_i64(struct field_value *value, int64_t number)
{
	*value = (struct field_value){ .type = FIELD_I64, .i64 = number };
	return 1;
}

size_t field_put_u64(struct field_value *value, uint64_t number)
{
	*value = (struct field_value){ .type = FIELD_U64, .u64 = number };
	return 1;
}

size_t field_put_time(struct field_value *value, enum field_type type, uint64_t ns)
{
	*value = (struct field_value){ .type = type, .u64 = ns };
	return 1;
}

size_t field_put_bool(struct field_value *value, bool truth)
{
	*value = (struct field_value){ .type = FIELD_BOOL, .boolean = truth };
	return 1;
}

size_t field_put_bytes(struct field_value *value, const void *data, size_t len)
{
	*value = (struct field_value){ .type = FIELD_BYTES, .text = { .data = data, .len = len } };
	return 1;
}

size_t field_put_text(struct field_value *value, const char *data, size_t len)
{
	if (!data)
		return 0;
	*value = (struct field_value){ .type = FIELD_TEXT, .text = { .data = data, .len = len } };
	return 1;
}

size_t field_put_static(struct field_value *value, const char *text)
{
	return text ? field_put_text(value, text, strlen(text)) : 0;
}

size_t field_put_copy(struct filter_event *event, struct field_value *value, const char *data,
		      size_t len)
{
	char *copy = filter_event_alloc(event, len + 1);

	if (!copy)
		return 0;
	memcpy(copy, data, len);
	copy[len] = '\0';
	return field_put_text(value, copy, len);
}

size_t field_put_interned(struct field_value *value, const struct text *text)
{
	return text ? field_put_text(value, text->data, text->len) : 0;
}

const char *field_type_name(enum field_type type)
{
	static const char *const names[FIELD_TYPE_COUNT] = {
		[FIELD_I64] = "integer",    [FIELD_U64] = "unsigned",     [FIELD_BOOL] = "bool",
		[FIELD_DOUBLE] = "decimal", [FIELD_TEXT] = "text",        [FIELD_BYTES] = "bytes",
		[FIELD_IP] = "address",     [FIELD_NET] = "network",      [FIELD_PORT] = "port",
		[FIELD_ABSTIME] = "time",   [FIELD_RELTIME] = "duration", [FIELD_DYN] = "any",
	};

	return names[type];
}

static void number_render(const struct field *field, uint64_t number, struct text_buf *buf)
{
	if (field && (field->flags & FIELD_F_HEX))
		text_buf_printf(buf, "%" PRIx64, number);
	else if (field && (field->flags & FIELD_F_PADDED))
		text_buf_printf(buf, "%09" PRIu64, number);
	else
		text_buf_printf(buf, "%" PRIu64, number);
}

void field_value_render(const struct field *field, const struct field_value *value,
			struct text_buf *buf)
{
	switch (value->type) {
	case FIELD_I64:
		if (value->i64 < 0)
			text_buf_printf(buf, "%" PRId64, value->i64);
		else
			number_render(field, (uint64_t)value->i64, buf);
		break;
	case FIELD_U64:
	case FIELD_PORT:
	case FIELD_ABSTIME:
	case FIELD_RELTIME: number_render(field, value->u64, buf); break;
	case FIELD_BOOL: text_buf_add(buf, value->boolean ? "true" : "false"); break;
	case FIELD_DOUBLE: text_buf_printf(buf, "%.1f", value->real); break;
	case FIELD_IP:
	case FIELD_NET:
		if (value->ip.family == AF_INET)
			ipv4_render(value->ip.bytes, buf);
		else
			ipv6_render(value->ip.bytes, buf);
		break;
	case FIELD_TEXT:
	case FIELD_BYTES: text_buf_add_safe(buf, value->text.data, value->text.len); break;
	case FIELD_DYN:
	case FIELD_TYPE_COUNT: break;
	}
}
