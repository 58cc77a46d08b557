/* SPDX-License-Identifier: Apache-2.0 */
/* Constants, see constant.h. */
#include "constant.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct bytes value_bytes(const struct field_value *value)
{
	return (struct bytes){ value->text.data, value->text.len };
}

bool value_is_number(const struct field_value *value)
{
	switch (value->type) {
	case FIELD_I64:
	case FIELD_U64:
	case FIELD_DOUBLE:
	case FIELD_PORT:
	case FIELD_ABSTIME:
	case FIELD_RELTIME: return true;
	case FIELD_BOOL:
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_IP:
	case FIELD_NET:
	case FIELD_DYN:
	case FIELD_TYPE_COUNT: break;
	}
	return false;
}

static bool is_negative(const struct field_value *value)
{
	return value->type == FIELD_I64 && value->i64 < 0;
}

static double as_double(const struct field_value *value)
{
	if (value->type == FIELD_DOUBLE)
		return value->real;
	return value->type == FIELD_I64 ? (double)value->i64 : (double)value->u64;
}

int value_compare_numbers(const struct field_value *a, const struct field_value *b)
{
	if (a->type == FIELD_DOUBLE || b->type == FIELD_DOUBLE) {
		double x = as_double(a), y = as_double(b);

		return x < y ? -1 : x > y;
	}
	if (is_negative(a) || is_negative(b)) {
		int64_t x = is_negative(a) ? a->i64 : 0, y = is_negative(b) ? b->i64 : 0;

		return x < y ? -1 : x > y;
	}
	/* What is not negative has the same bits in both types. */
	return a->u64 < b->u64 ? -1 : a->u64 > b->u64;
}

static size_t ip_len(const struct field_ip *ip)
{
	return ip->family == AF_INET ? 4 : 16;
}

static bool is_text(const struct field_value *value)
{
	return value->type == FIELD_TEXT || value->type == FIELD_BYTES;
}

static bool is_address(const struct field_value *value)
{
	return value->type == FIELD_IP || value->type == FIELD_NET;
}

bool value_equal(const struct field_value *a, const struct field_value *b)
{
	if (is_text(a) && is_text(b))
		return pattern_equal(value_bytes(a), value_bytes(b));
	if (is_address(a) && is_address(b))
		return a->ip.family == b->ip.family &&
		       memcmp(a->ip.bytes, b->ip.bytes, ip_len(&a->ip)) == 0;
	if (a->type == FIELD_BOOL && b->type == FIELD_BOOL)
		return a->boolean == b->boolean;
	return value_is_number(a) && value_is_number(b) && value_compare_numbers(a, b) == 0;
}

bool value_is_host(const struct field_value *address, const struct constant *host)
{
	for (size_t i = 0; i < host->hosts_len; i++) {
		struct field_value one = { .type = FIELD_IP, .ip = host->hosts[i] };

		if (value_equal(address, &one))
			return true;
	}
	return false;
}

bool value_in_net(const struct field_value *address, const struct constant *net)
{
	unsigned whole = net->prefix_bits / 8, rest = net->prefix_bits % 8;
	const uint8_t *a = address->ip.bytes, *b = net->value.ip.bytes;

	if (!is_address(address) || address->ip.family != net->value.ip.family)
		return false;
	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

static int wrong(struct filter_error *err, const struct filter_value *text, const char *what)
{
	char shown[64];
	struct text_buf buf;

	text_buf_init(&buf, shown, sizeof(shown));
	text_buf_add_safe(&buf, text->text.data, text->text.len);
	filter_fail(err, FILTER_ERROR_VALUE, text->pos, "'%s%s' is not %s", shown,
		    buf.truncated ? "..." : "", what);
	return -EINVAL;
}

/* Digits in a base up to the end: false when there is something else, or too much. */
static bool parse_digits(const char *data, size_t len, unsigned base, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = pattern_lower(data[i]);
		unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
				 : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
							: 99;

		if (digit >= base || __builtin_mul_overflow(number, base, &number) ||
		    __builtin_add_overflow(number, digit, &number))
			return false;
	}
	*ret_number = number;
	return true;
}

/* [+-]decimal or 0xhexadecimal: I64 where it is negative, else U64. */
static bool parse_integer(const struct filter_str *text, struct field_value *ret_value)
{
	const char *data = text->data;
	size_t len = text->len;
	bool minus = len > 0 && data[0] == '-';
	uint64_t number;

	if (len > 0 && (data[0] == '-' || data[0] == '+')) {
		data++;
		len--;
	}
	if (len > 2 && data == text->data && data[0] == '0' && pattern_lower(data[1]) == 'x') {
		if (!parse_digits(data + 2, len - 2, 16, &number))
			return false;
	} else if (!parse_digits(data, len, 10, &number)) {
		return false;
	}
	if (!minus || number == 0) {
		*ret_value = (struct field_value){ .type = FIELD_U64, .u64 = number };
		return true;
	}
	if (number > (uint64_t)INT64_MAX + 1)
		return false;
	*ret_value = (struct field_value){ .type = FIELD_I64, .i64 = (int64_t)-number };
	return true;
}

/*
 * Shares are measured, so a fraction is never equal to one: = != in take whole numbers, as in
 * peers; < <= > >= take both.
 */
static int parse_double(enum filter_op op, const struct filter_value *text,
			struct constant *constant, struct filter_error *err)
{
	char *end;

	if (parse_integer(&text->text, &constant->value))
		return 0;
	if (filter_op_class(op) != FILTER_CLASS_NUMBER)
		return wrong(err, text, "a whole number");
	constant->value =
		(struct field_value){ .type = FIELD_DOUBLE, .real = strtod(text->text.data, &end) };
	return end == text->text.data + text->text.len ? 0 : wrong(err, text, "a number");
}

static int parse_port(const struct filter_value *text, const struct filter_compile_opts *opts,
		      struct constant *constant, struct filter_error *err)
{
	int port = -1;

	if (!parse_integer(&text->text, &constant->value)) {
		if (opts && opts->port && strlen(text->text.data) == text->text.len)
			port = opts->port(opts->ctx, text->text.data);
		if (port < 0)
			return wrong(err, text, "a port: a number or the name of a service");
		constant->value.u64 = (uint64_t)port;
	} else if (constant->value.type == FIELD_U64 && constant->value.u64 > UINT16_MAX) {
		return wrong(err, text, "a port: they end at 65535");
	}
	if (constant->value.type != FIELD_I64)
		constant->value.type = FIELD_PORT;
	return 0;
}

/* An address in text[0..len): with a dot version 4, else 6. */
static bool parse_ip(const char *data, size_t len, struct field_ip *ret_ip)
{
	char text[INET6_ADDRSTRLEN];
	struct field_ip ip = { 0 };

	if (len >= sizeof(text) || memchr(data, '\0', len))
		return false;
	memcpy(text, data, len);
	text[len] = '\0';
	ip.family = strchr(text, '.') && !strchr(text, ':') ? AF_INET : AF_INET6;
	if (inet_pton(ip.family, text, ip.bytes) != 1)
		return false;
	*ret_ip = ip;
	return true;
}

static int parse_net(const struct filter_value *text, struct constant *constant,
		     struct filter_error *err)
{
	const char *data = text->text.data, *slash = memchr(data, '/', text->text.len);
	size_t at = slash ? (size_t)(slash - data) : 0;
	uint64_t bits;

	if (!slash || !parse_ip(data, at, &constant->value.ip) ||
	    !parse_digits(slash + 1, text->text.len - at - 1, 10, &bits) ||
	    bits > 8 * ip_len(&constant->value.ip))
		return wrong(err, text, "a network: ADDRESS/BITS");
	constant->value.type = FIELD_NET;
	constant->prefix_bits = (unsigned)bits;
	return 0;
}

static int parse_text(const struct filter_value *text, enum field_type type,
		      struct constant *constant, struct filter_error *err)
{
	if (type != FIELD_BYTES && memchr(text->text.data, '\0', text->text.len)) {
		filter_fail(err, FILTER_ERROR_VALUE, text->pos, "a value of text has no NUL byte");
		return -EINVAL;
	}
	constant->value.type = type == FIELD_BYTES ? FIELD_BYTES : FIELD_TEXT;
	constant->value.text.data = text->text.data;
	constant->value.text.len = text->text.len;
	return 0;
}

int constant_parse(const struct constant_wanted *wanted, const struct filter_value *text,
		   struct constant *ret_constant, struct filter_error *err)
{
	struct constant *c = ret_constant;

	*c = (struct constant){ .number = { .type = FIELD_TEXT } };
	if (text->text.len > FILTER_VALUE_MAX) {
		filter_fail(err, FILTER_ERROR_VALUE, text->pos,
			    "the value has %u bytes; at most %d are compared", text->text.len,
			    FILTER_VALUE_MAX);
		return -EINVAL;
	}
	switch (wanted->type) {
	case FIELD_I64:
	case FIELD_U64:
	case FIELD_ABSTIME:
	case FIELD_RELTIME:
		return parse_integer(&text->text, &c->value)
			       ? 0
			       : wrong(err, text, "a whole number of 64 bits");
	case FIELD_BOOL:
		c->value.type = FIELD_BOOL;
		c->value.boolean = strcmp(text->text.data, "true") == 0;
		return c->value.boolean || strcmp(text->text.data, "false") == 0
			       ? 0
			       : wrong(err, text, "true or false");
	case FIELD_DOUBLE: return parse_double(wanted->op, text, c, err);
	case FIELD_PORT: return parse_port(text, wanted->opts, c, err);
	case FIELD_IP:
		c->value.type = FIELD_IP;
		return parse_ip(text->text.data, text->text.len, &c->value.ip)
			       ? 0
			       : wrong(err, text, "an address");
	case FIELD_NET: return parse_net(text, c, err);
	case FIELD_DYN:
		if (!parse_integer(&text->text, &c->number))
			c->number.type = FIELD_TEXT;
		return parse_text(text, wanted->type, c, err);
	case FIELD_TEXT:
		if (wanted->names && !parse_integer(&text->text, &c->number))
			c->number.type = FIELD_TEXT;
		return parse_text(text, wanted->type, c, err);
	case FIELD_BYTES: return parse_text(text, wanted->type, c, err);
	case FIELD_TYPE_COUNT: break;
	}
	return -EINVAL;
}

int constant_parse_host(struct arena *arena, const struct constant_wanted *wanted,
			const struct filter_value *text, struct constant *ret_constant,
			struct filter_error *err)
{
	struct field_ip found[FILTER_HOST_ADDRESSES_MAX], *hosts;
	const struct filter_compile_opts *opts = wanted->opts;
	struct constant name;
	size_t len = 0;
	int rc = constant_parse(wanted, text, &name, err);

	if (rc < 0)
		return rc;
	if (parse_ip(text->text.data, text->text.len, &found[0]))
		len = 1;
	else if (opts && opts->host)
		len = opts->host(opts->ctx, text->text.data, found);
	hosts = arena_alloc(arena, (len + 1) * sizeof(*hosts));
	if (!hosts)
		return filter_fail_memory(err);
	memcpy(hosts, found, len * sizeof(*hosts));
	name.hosts = hosts;
	name.hosts_len = len;
	*ret_constant = name;
	return 0;
}

void constant_of_value(const struct field_value *value, struct constant *ret_constant)
{
	*ret_constant = (struct constant){ .value = *value, .number = *value };
	if (!value_is_number(value))
		ret_constant->number.type = FIELD_TEXT;
	ret_constant->prefix_bits = is_address(value) ? 8 * (unsigned)ip_len(&value->ip) : 0;
}

int constant_parse_hex(struct arena *arena, const struct filter_value *text,
		       struct constant *ret_constant, struct filter_error *err)
{
	size_t len = text->text.len / 2;
	uint64_t byte;
	char *data;

	if (text->text.len > FILTER_VALUE_MAX || text->text.len % 2 != 0)
		return wrong(err, text, "an even number of hexadecimal digits");
	data = arena_alloc(arena, len + 1);
	if (!data)
		return filter_fail_memory(err);
	for (size_t i = 0; i < len; i++) {
		if (!parse_digits(text->text.data + 2 * i, 2, 16, &byte))
			return wrong(err, text, "an even number of hexadecimal digits");
		data[i] = (char)byte;
	}
	*ret_constant = (struct constant){
		.value = { .type = FIELD_BYTES, .text = { .data = data, .len = len } },
		.number = { .type = FIELD_TEXT },
	};
	return 0;
}
