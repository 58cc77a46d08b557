/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interned text: one object per distinct text, reference-counted, owned by one thread. A text that
 * goes into a snapshot or a history block is copied there once: each destination has a stamp, and
 * the text remembers where its copy of that stamp is.
 *
 * Freed objects are kept by size for the next text, so a steady flow of names costs no malloc.
 */
#ifndef STATE_BASE_TEXT_H
#define STATE_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include "memory.h"

enum text_home { TEXT_IN_TABLES, TEXT_IN_HISTORY, TEXT_HOME_COUNT };

struct text {
	uint32_t refs;
	uint32_t len; /* without the NUL that follows */
	uint64_t hash;
	uint64_t stamp[TEXT_HOME_COUNT];
	const char *copy[TEXT_HOME_COUNT]; /* valid while its stamp is the home's */
	char data[];
};

#define TEXT_CLASSES 24 /* freed objects up to 24 * 32 bytes are kept */

struct text_pool {
	struct memory *memory; /* borrowed */
	struct text **slots;   /* open addressing by hash */
	size_t size, len;
	struct text *free[TEXT_CLASSES]; /* linked through copy[0] */
};

void text_pool_init(struct text_pool *pool, struct memory *memory);
/* Frees everything, referenced or not. */
void text_pool_release(struct text_pool *pool);
/* The text with these bytes, a reference for the caller; NULL when there is no memory. */
struct text *text_intern(struct text_pool *pool, const char *data, size_t len);
struct text *text_ref(struct text *text); /* NULL is fine */
void text_unref(struct text_pool *pool, struct text *text);
/* Puts a text (its reference is taken over) in place of *slot. */
void text_replace(struct text_pool *pool, struct text **slot, struct text *text);

#endif
