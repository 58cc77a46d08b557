/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule file as a tree: scalars, sequences and mappings with the place of each in the file. All of
 * a file's documents are children of one root. Nodes and texts live in the arena that the caller
 * gives; an alias is the same node as its anchor, so repeated aliases cost nothing.
 *
 * Files are hostile: depth, size and number of nodes have limits, and an alias cannot refer to a
 * collection that it is part of.
 */
#ifndef STATE_RULES_DOCUMENT_H
#define STATE_RULES_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "state/base/arena.h"

#define DOCUMENT_MAX_BYTES (16u << 20)
#define DOCUMENT_MAX_DEPTH 32
#define DOCUMENT_MAX_NODES (1u << 20)
#define DOCUMENT_MAX_SCALAR (1u << 20)

/* All from 0. Columns count characters, offset counts bytes from the file's first. */
struct document_place {
	uint32_t line, column, offset;
};

enum node_kind { NODE_NULL, NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

/* How a scalar is written. */
enum node_style { NODE_PLAIN, NODE_SINGLE_QUOTED, NODE_DOUBLE_QUOTED, NODE_BLOCK };

struct node {
	enum node_kind kind;
	enum node_style style;
	struct document_place place;
	uint32_t end_offset;
	const char *text;         /* of a scalar, NUL-terminated, no NUL inside; null: "" */
	size_t len;               /* of text; of items */
	const struct node **keys; /* of a mapping: scalars, as many as items */
	const struct node **items;
};

/* A problem of the bytes or of YAML itself, with its place. */
struct document_error {
	struct document_place place;
	char text[200];
};

/*
 * Reads a file. *ret_root is a sequence with one node per document. Returns 0, -EBADMSG (see *err),
 * -ENOMEM.
 */
int document_read(struct arena *arena, const char *text, size_t len, const struct node **ret_root,
		  struct document_error *err);

/* The value of a mapping's key, NULL when it is not there. Of two keys the first. */
const struct node *node_get(const struct node *mapping, const char *key);
/* The scalar of a mapping that is the key itself, for places of messages; NULL as above. */
const struct node *node_key(const struct node *mapping, const char *key);

/*
 * Where byte index of a scalar's text stands in the file. Lines folded or indented by YAML are
 * followed; where the text is written with escapes, the place of the scalar.
 */
struct document_place node_place(const struct node *node, size_t index, const char *file,
				 size_t file_len);

#endif
