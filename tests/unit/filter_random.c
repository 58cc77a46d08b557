/* SPDX-License-Identifier: Apache-2.0 */
/* Random conditions and values, see filter_random.h. */
#include "filter_random.h"

#include <string.h>
#include "probe/schema/render.h"

#define DEPTH_MAX 4
#define LEN(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

static const char *const texts[] = { "",    "a",    "ab",   "abc",      "b",     "ba",
				     "/a",  "/a/b", "/b/a", "/a/b/abc", "AB",    "A/b",
				     "cab", "a b",  "aab",  "abcabcab", "/a/bc", "x=y" };

uint32_t random_below(struct random *random, uint32_t limit)
{
	random->state = random->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random->state >> 33) % limit;
}

static const char *pick(struct random *random, const char *const *from, uint32_t len)
{
	return from[random_below(random, len)];
}

static void add_text(struct random *random, struct text_buf *buf)
{
	text_buf_printf(buf, "\"%s\"", pick(random, texts, LEN(texts)));
}

typedef void (*add_fn)(struct random *random, struct text_buf *buf);

static void add_list(struct random *random, struct text_buf *buf, add_fn add)
{
	uint32_t len = random_below(random, 5);

	text_buf_add(buf, "(");
	for (uint32_t i = 0; i < len; i++) {
		text_buf_add(buf, i ? ", " : "");
		add(random, buf);
	}
	text_buf_add(buf, ")");
}

static void add_number(struct random *random, struct text_buf *buf)
{
	text_buf_printf(buf, "%d", (int)random_below(random, 12) - 4);
}

static void add_address(struct random *random, struct text_buf *buf)
{
	static const char *const addresses[] = { "10.0.0.1", "10.0.0.2", "127.0.0.1", "::1" };

	text_buf_add(buf, pick(random, addresses, LEN(addresses)));
}

static void add_net(struct random *random, struct text_buf *buf)
{
	static const char *const nets[] = { "10.0.0.0/8", "10.0.0.0/31", "127.0.0.1/32",
					    "::/0",       "::1/128",     "0.0.0.0/0" };

	text_buf_add(buf, pick(random, nets, LEN(nets)));
}

static void add_bool(struct random *random, struct text_buf *buf)
{
	text_buf_add(buf, random_below(random, 2) ? "true" : "false");
}

static void add_type(struct random *random, struct text_buf *buf)
{
	static const char *const types[] = { "openat", "open", "unlink", "getcpu", "procexit" };

	text_buf_add(buf, pick(random, types, LEN(types)));
}

/* = != in intersects exists, for any kind of constant. */
static void add_equal(struct random *random, struct text_buf *buf, add_fn add)
{
	static const char *const modifiers[] = { "anyof", "allof", "oneof" };

	switch (random_below(random, 7)) {
	case 0: text_buf_add(buf, " exists"); break;
	case 1:
		text_buf_add(buf, " in ");
		add_list(random, buf, add);
		break;
	case 2:
		text_buf_add(buf, " intersects ");
		add_list(random, buf, add);
		break;
	case 3:
		text_buf_printf(buf, " %s %s ", random_below(random, 2) ? "=" : "!=",
				pick(random, modifiers, LEN(modifiers)));
		add_list(random, buf, add);
		break;
	case 4:
		text_buf_add(buf, " != ");
		add(random, buf);
		break;
	default:
		text_buf_add(buf, " = ");
		add(random, buf);
		break;
	}
}

static void add_order(struct random *random, struct text_buf *buf)
{
	static const char *const ops[] = { "<", "<=", ">", ">=" };

	text_buf_printf(buf, " %s ", pick(random, ops, LEN(ops)));
	add_number(random, buf);
}

static void add_text_check(struct random *random, struct text_buf *buf)
{
	static const char *const parts[] = { "contains", "icontains", "startswith", "endswith" };
	static const char *const modifiers[] = { "anyof", "allof", "oneof" };
	static const char *const globs[] = { "a*", "*b", "/?/*", "[ab]*", "*A*", "a?c", "*" };
	static const char *const regexes[] = { "a+", "(a|b)*", "/[a-z]/.*", ".*b", "ab?c?" };

	switch (random_below(random, 8)) {
	case 0:
		text_buf_printf(buf, " %s ", random_below(random, 2) ? "glob" : "iglob");
		text_buf_add(buf, pick(random, globs, LEN(globs)));
		break;
	case 1: text_buf_printf(buf, " regex \"%s\"", pick(random, regexes, LEN(regexes))); break;
	case 2:
		text_buf_add(buf, " pmatch ");
		add_list(random, buf, add_text);
		break;
	case 3:
		text_buf_printf(buf, " %s %s ", pick(random, parts, LEN(parts)),
				pick(random, modifiers, LEN(modifiers)));
		add_list(random, buf, add_text);
		break;
	case 4:
	case 5:
		text_buf_printf(buf, " %s ", pick(random, parts, LEN(parts)));
		add_text(random, buf);
		break;
	default: add_equal(random, buf, add_text); break;
	}
}

static void add_transformed(struct random *random, struct text_buf *buf)
{
	static const char *const whole[] = {
		"tolower(r.text)",
		"toupper(r.named)",
		"basename(r.text)",
		"tolower(basename(r.named))",
		"concat(r.text,r.named)",
		"concat(r.text, \"=/a\", tolower(r.process))",
		"join(\"+=\",(r.text, r.named))",
		"join(\",\",r.list)",
	};
	static const char *const right[] = { "val(r.named)", "tolower(r.named)", "val(r.process)" };

	switch (random_below(random, 4)) {
	case 0: text_buf_printf(buf, "r.text = %s", pick(random, right, LEN(right))); break;
	case 1:
		text_buf_printf(buf, "r.process startswith %s", pick(random, right, LEN(right)));
		break;
	case 2:
		text_buf_add(buf, random_below(random, 2) ? "len(r.text)" : "len(r.list)");
		add_order(random, buf);
		break;
	default:
		text_buf_add(buf, pick(random, whole, LEN(whole)));
		add_text_check(random, buf);
		break;
	}
}

static void add_list_check(struct random *random, struct text_buf *buf)
{
	text_buf_add(buf, random_below(random, 4) ? "r.list" : "tolower(r.list)");
	switch (random_below(random, 3)) {
	case 0: text_buf_add(buf, " exists"); return;
	case 1: text_buf_add(buf, " in "); break;
	default: text_buf_add(buf, " intersects "); break;
	}
	add_list(random, buf, add_text);
}

static void add_numeric(struct random *random, struct text_buf *buf)
{
	static const char *const fields[] = { "r.number", "r.signed", "evt.num" };

	text_buf_add(buf, pick(random, fields, LEN(fields)));
	if (random_below(random, 2))
		add_order(random, buf);
	else
		add_equal(random, buf, add_number);
}

static void add_other(struct random *random, struct text_buf *buf)
{
	switch (random_below(random, 6)) {
	case 0:
		text_buf_add(buf, "r.bool");
		add_equal(random, buf, add_bool);
		break;
	case 1:
		text_buf_add(buf, "r.ip");
		add_equal(random, buf, add_address);
		break;
	case 2:
		text_buf_add(buf, "r.net");
		add_equal(random, buf, add_net);
		break;
	case 3:
		text_buf_printf(buf, "r.port %s %u", random_below(random, 2) ? "=" : ">",
				random_below(random, 4));
		break;
	case 4:
		text_buf_add(buf, "r.double");
		add_order(random, buf);
		break;
	default:
		text_buf_printf(buf, "r.bytes contains \"%s\"", pick(random, texts, LEN(texts)));
		break;
	}
}

static void add_check(struct random *random, struct text_buf *buf)
{
	static const char *const fields[] = { "r.text",      "r.named",        "r.process",
					      "r.ancestors", "r.ancestors[1]", "r.other" };

	switch (random_below(random, 10)) {
	case 0:
		text_buf_add(buf, random_below(random, 4) ? "evt.type" : "syscall.type");
		add_equal(random, buf, add_type);
		break;
	case 1: add_numeric(random, buf); break;
	case 2: add_other(random, buf); break;
	case 3: add_list_check(random, buf); break;
	case 4: add_transformed(random, buf); break;
	default:
		text_buf_add(buf, pick(random, fields, LEN(fields)));
		add_text_check(random, buf);
		break;
	}
}

static void add_node(struct random *random, struct text_buf *buf, unsigned depth)
{
	uint32_t kind = random_below(random, 8), parts = 2 + random_below(random, 3);
	const char *word = random_below(random, 2) ? " and " : " or ";

	if (depth >= DEPTH_MAX || kind < 2) {
		add_check(random, buf);
	} else if (kind == 2) {
		text_buf_add(buf, "not ");
		add_node(random, buf, depth + 1);
	} else {
		text_buf_add(buf, "(");
		for (uint32_t i = 0; i < parts; i++) {
			text_buf_add(buf, i ? word : "");
			add_node(random, buf, depth + 1);
		}
		text_buf_add(buf, ")");
	}
}

void random_condition(struct random *random, char *text, size_t size)
{
	struct text_buf buf;

	do {
		text_buf_init(&buf, text, size);
		add_node(random, &buf, 0);
	} while (buf.truncated);
}

static struct field_value random_value(struct random *random, enum mock_id id)
{
	static const uint8_t addresses[3][4] = { { 10, 0, 0, 1 },
						 { 10, 0, 0, 2 },
						 { 127, 0, 0, 1 } };
	const char *text = pick(random, texts, LEN(texts));
	struct field_value value = { .type = FIELD_TEXT,
				     .text = { .data = text, .len = strlen(text) } };

	switch (id) {
	case MOCK_NUMBER:
		return (struct field_value){ .type = FIELD_U64,
					     .u64 = 1 + random_below(random, 6) };
	case MOCK_SIGNED:
		return (struct field_value){ .type = FIELD_I64,
					     .i64 = (int)random_below(random, 9) - 4 };
	case MOCK_BOOL:
		return (struct field_value){ .type = FIELD_BOOL,
					     .boolean = random_below(random, 2) };
	case MOCK_DOUBLE:
		return (struct field_value){ .type = FIELD_DOUBLE,
					     .real = random_below(random, 16) / 4.0 };
	case MOCK_PORT:
		return (struct field_value){ .type = FIELD_PORT, .u64 = random_below(random, 4) };
	case MOCK_BYTES: value.type = FIELD_BYTES; return value;
	case MOCK_IP:
	case MOCK_NET:
		value = (struct field_value){ .type = id == MOCK_IP ? FIELD_IP : FIELD_NET };
		value.ip.family = random_below(random, 4) ? 2 : 10;
		if (value.ip.family == 2)
			memcpy(value.ip.bytes, addresses[random_below(random, 3)], 4);
		else
			value.ip.bytes[15] = 1;
		return value;
	case MOCK_TEXT:
	case MOCK_OTHER:
	case MOCK_NAMED:
	case MOCK_NAMED_RESOLVED:
	case MOCK_LIST:
	case MOCK_ANCESTORS:
	case MOCK_PROCESS:
	case MOCK_DYN:
	case MOCK_COUNT: break;
	}
	return value;
}

void random_world(struct random *random, struct mock_world *world)
{
	memset(world, 0, sizeof(*world));
	for (enum mock_id id = 0; id < MOCK_COUNT; id++) {
		size_t most = 1;

		if (id == MOCK_LIST || id == MOCK_ANCESTORS)
			most = 3;
		if (id == MOCK_IP || id == MOCK_NET || id == MOCK_PORT)
			most = 2;
		world->fields[id].len =
			random_below(random, 5) ? 1 + random_below(random, most) : 0;
		for (size_t i = 0; i < world->fields[id].len; i++)
			world->fields[id].values[i] = random_value(random, id);
	}
	/* It is never below 1, and never missing. */
	world->fields[MOCK_NUMBER].len = 1;
	world->fields[MOCK_NUMBER].values[0] = random_value(random, MOCK_NUMBER);
}
