/* SPDX-License-Identifier: Apache-2.0 */
/* Many constants at once, see match.h; the automaton is in needles.c. */
#include "match.h"

#include <errno.h>
#include <string.h>

#include "needles.h"

/* Fewer constants than these are faster one by one. */
#define EXACT_LEAST 2
#define AFFIX_LEAST 3
#define NEEDLES_LEAST 3

struct exact_entry {
	uint64_t hash;
	struct bytes text;
	uint64_t *row; /* NULL: free */
};

/* A tree by bytes: children are a list. */
struct affix_node {
	struct affix_node *child, *next;
	uint64_t *row; /* of the constants that end here; NULL: none */
	unsigned char byte;
};

struct matcher {
	enum matcher_kind kind;
	struct operand *operand;
	size_t words;   /* of a row: a bit per constant */
	uint64_t stamp; /* of the event that found is for */
	const uint64_t *found;
	uint64_t *room; /* a row that is put together */
	const uint64_t *none;
	struct exact_entry *entries;
	size_t entries_len; /* a power of two */
	uint64_t lengths;   /* bit n: a constant has n bytes; bit 63: 63 or more */
	struct affix_node *root;
	struct needles *needles;
};

enum matcher_kind matcher_kind_of(const struct predicate *p)
{
	/* Names of hosts are addresses in events, names of flags numbers as well. */
	if (p->right || p->left->max != 1 || p->left->type != FIELD_TEXT || p->constants_len == 0 ||
	    p->left->flags & FIELD_F_DNS || p->answers)
		return MATCHER_COUNT;
	switch ((int)p->op) {
	case FILTER_OP_EQ:
	case FILTER_OP_NE:
	case FILTER_OP_IN:
	case FILTER_OP_INTERSECTS: return MATCHER_EXACT;
	case FILTER_OP_STARTSWITH: return MATCHER_BEGIN;
	case FILTER_OP_ENDSWITH: return MATCHER_END;
	case FILTER_OP_CONTAINS: return MATCHER_PART;
	case FILTER_OP_ICONTAINS: return MATCHER_ANY_CASE;
	default: return MATCHER_COUNT;
	}
}

static uint64_t hash_bytes(struct bytes text)
{
	uint64_t hash = text.len * 0x9e3779b97f4a7c15u, word;
	size_t i = 0;

	for (; i + 8 <= text.len; i += 8) {
		memcpy(&word, text.data + i, 8);
		hash = (hash ^ word) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	word = 0;
	for (; i < text.len; i++)
		word = word << 8 | (unsigned char)text.data[i];
	hash = (hash ^ word) * 0xc4ceb9fe1a85ec53u;
	return hash ^ hash >> 29;
}

static uint64_t length_bit(size_t len)
{
	return (uint64_t)1 << (len < 63 ? len : 63);
}

static uint64_t *new_row(struct arena *arena, const struct matcher *m)
{
	uint64_t *row = arena_alloc(arena, m->words * sizeof(*row));

	return row ? memset(row, 0, m->words * sizeof(*row)) : NULL;
}

static void set_bit(uint64_t *row, uint32_t bit)
{
	row[bit / 64] |= (uint64_t)1 << (bit % 64);
}

static int exact_init(struct matcher *m, struct arena *arena, size_t constants)
{
	m->entries_len = 4;
	while (m->entries_len < constants * 2)
		m->entries_len *= 2;
	m->entries = arena_alloc(arena, m->entries_len * sizeof(*m->entries));
	if (!m->entries)
		return -ENOMEM;
	memset(m->entries, 0, m->entries_len * sizeof(*m->entries));
	return 0;
}

static struct exact_entry *exact_find(const struct matcher *m, struct bytes text)
{
	uint64_t hash = hash_bytes(text);
	size_t at = hash & (m->entries_len - 1);

	while (m->entries[at].row &&
	       (m->entries[at].hash != hash || !pattern_equal(m->entries[at].text, text)))
		at = (at + 1) & (m->entries_len - 1);
	return &m->entries[at];
}

static int exact_add(struct matcher *m, struct arena *arena, struct bytes text, uint32_t bit)
{
	struct exact_entry *entry = exact_find(m, text);

	if (!entry->row) {
		*entry = (struct exact_entry){ hash_bytes(text), text, new_row(arena, m) };
		if (!entry->row)
			return -ENOMEM;
	}
	set_bit(entry->row, bit);
	m->lengths |= length_bit(text.len);
	return 0;
}

static const struct affix_node *affix_child(const struct affix_node *node, char byte)
{
	const struct affix_node *child = node->child;

	while (child && child->byte != (unsigned char)byte)
		child = child->next;
	return child;
}

static char affix_byte(const struct matcher *m, struct bytes text, size_t at)
{
	return m->kind == MATCHER_BEGIN ? text.data[at] : text.data[text.len - 1 - at];
}

static struct affix_node *new_affix(struct arena *arena, char byte)
{
	struct affix_node *node = arena_alloc(arena, sizeof(*node));

	if (node)
		*node = (struct affix_node){ .byte = (unsigned char)byte };
	return node;
}

static int affix_add(struct matcher *m, struct arena *arena, struct bytes text, uint32_t bit)
{
	struct affix_node *node = m->root, *child;

	for (size_t i = 0; i < text.len; i++, node = child) {
		char byte = affix_byte(m, text, i);

		for (child = node->child; child && child->byte != (unsigned char)byte;)
			child = child->next;
		if (child)
			continue;
		child = new_affix(arena, byte);
		if (!child)
			return -ENOMEM;
		child->next = node->child;
		node->child = child;
	}
	if (!node->row)
		node->row = new_row(arena, m);
	if (!node->row)
		return -ENOMEM;
	set_bit(node->row, bit);
	return 0;
}

static void add_row(uint64_t *to, const uint64_t *row, size_t words)
{
	for (size_t i = 0; i < words; i++)
		to[i] |= row[i];
}

static void affix_match(struct matcher *m, struct bytes text)
{
	const struct affix_node *node = m->root;

	m->found = m->none;
	for (size_t i = 0; node; i++) {
		if (node->row && m->found == m->none) {
			memset(m->room, 0, m->words * sizeof(*m->room));
			m->found = m->room;
		}
		if (node->row)
			add_row(m->room, node->row, m->words);
		if (i == text.len)
			break;
		node = affix_child(node, affix_byte(m, text, i));
	}
}

/* A check that needs no more than whether any constant fits has one bit for all. */
static uint32_t bits_of(const struct predicate *p)
{
	bool any = p->op != FILTER_OP_NE &&
		   (p->modifier == FILTER_MODIFIER_NONE || p->modifier == FILTER_ANYOF);

	return any ? 1 : (uint32_t)p->constants_len;
}

static int add_constants(struct matcher *m, struct arena *arena, const struct predicate *p)
{
	int rc = 0;

	for (size_t i = 0; i < p->constants_len && rc == 0; i++) {
		struct bytes text = value_bytes(&p->constants[i].value);
		uint32_t bit = p->bit + (p->bits > 1 ? (uint32_t)i : 0);

		switch (m->kind) {
		case MATCHER_EXACT: rc = exact_add(m, arena, text, bit); break;
		case MATCHER_BEGIN:
		case MATCHER_END: rc = affix_add(m, arena, text, bit); break;
		case MATCHER_PART:
		case MATCHER_ANY_CASE: rc = needles_add(m->needles, text, bit); break;
		case MATCHER_COUNT: break;
		}
	}
	return rc;
}

static int init_tables(struct matcher *m, struct arena *arena, struct predicate *const *predicates,
		       size_t len)
{
	size_t constants = 0, bytes = 0;

	for (size_t i = 0; i < len; i++) {
		constants += predicates[i]->constants_len;
		for (size_t k = 0; k < predicates[i]->constants_len; k++)
			bytes += predicates[i]->constants[k].value.text.len;
	}
	switch (m->kind) {
	case MATCHER_EXACT: return exact_init(m, arena, constants);
	case MATCHER_BEGIN:
	case MATCHER_END: m->root = new_affix(arena, '\0'); return m->root ? 0 : -ENOMEM;
	case MATCHER_PART:
	case MATCHER_ANY_CASE:
		return needles_new(arena, bytes, m->words,
				   m->kind == MATCHER_PART ? PATTERN_EXACT_CASE : PATTERN_ANY_CASE,
				   &m->needles);
	case MATCHER_COUNT: break;
	}
	return -EINVAL;
}

static bool is_worth_it(enum matcher_kind kind, struct predicate *const *predicates, size_t len)
{
	static const size_t least[MATCHER_COUNT] = {
		[MATCHER_EXACT] = EXACT_LEAST,      [MATCHER_BEGIN] = AFFIX_LEAST,
		[MATCHER_END] = AFFIX_LEAST,        [MATCHER_PART] = NEEDLES_LEAST,
		[MATCHER_ANY_CASE] = NEEDLES_LEAST,
	};
	size_t constants = 0;

	for (size_t i = 0; i < len; i++)
		constants += predicates[i]->constants_len;
	return constants >= least[kind];
}

int matcher_new(struct arena *arena, enum matcher_kind kind, struct predicate *const *predicates,
		size_t len)
{
	struct matcher *m;
	uint32_t bits = 0;
	int rc = 0;

	if (!is_worth_it(kind, predicates, len))
		return 0;
	m = arena_alloc(arena, sizeof(*m));
	if (!m)
		return -ENOMEM;
	*m = (struct matcher){ .kind = kind, .operand = predicates[0]->left };
	for (size_t i = 0; i < len; i++) {
		predicates[i]->bit = bits;
		predicates[i]->bits = bits_of(predicates[i]);
		bits += predicates[i]->bits;
	}
	m->words = (bits + 63) / 64;
	m->room = new_row(arena, m);
	m->none = new_row(arena, m);
	if (!m->room || !m->none)
		return -ENOMEM;
	rc = init_tables(m, arena, predicates, len);
	/* Too large for an automaton: each for itself. */
	if (rc == -E2BIG)
		return 0;
	for (size_t i = 0; i < len && rc == 0; i++)
		rc = add_constants(m, arena, predicates[i]);
	if (rc == 0 && m->needles)
		rc = needles_finish(m->needles);
	for (size_t i = 0; i < len && rc == 0; i++)
		predicates[i]->matcher = m;
	return rc;
}

static void matcher_run(struct matcher *m)
{
	struct bytes text = value_bytes(&m->operand->values[0]);

	m->found = m->none;
	switch (m->kind) {
	case MATCHER_EXACT:
		if (m->lengths & length_bit(text.len)) {
			const struct exact_entry *entry = exact_find(m, text);

			m->found = entry->row ? entry->row : m->none;
		}
		break;
	case MATCHER_BEGIN:
	case MATCHER_END: affix_match(m, text); break;
	case MATCHER_PART:
	case MATCHER_ANY_CASE:
		memset(m->room, 0, m->words * sizeof(*m->room));
		needles_match(m->needles, text, m->room);
		m->found = m->room;
		break;
	case MATCHER_COUNT: break;
	}
}

bool matcher_result(const struct predicate *p)
{
	struct matcher *m = p->matcher;
	size_t n = 0;

	if (m->stamp != p->left->stamp) {
		matcher_run(m);
		m->stamp = p->left->stamp;
	}
	for (uint32_t bit = p->bit; bit < p->bit + p->bits; bit++)
		n += m->found[bit / 64] >> (bit % 64) & 1;
	/* One bit for all constants says that at least one fits. */
	return p->bits == 1 && p->constants_len > 1 ? n > 0 : predicate_from_count(p, n);
}
