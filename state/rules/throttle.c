/* SPDX-License-Identifier: Apache-2.0 */
#include "throttle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/filter/event.h"
#include "state/filter/format.h"

#define BUCKETS 1024

struct kind {
	struct kind *next; /* in its bucket */
	const struct rule *rule;
	enum rule_via via;
	uint64_t start_ns; /* of the window */
	uint64_t passed;   /* in the window */
	uint64_t held, first_ns, last_ns;
	bool noisy;    /* alerts were held in the window before: none passes in this one */
	char *message; /* of the first that was held; NULL: none */
	size_t message_len;
	char *fields;
	size_t key_len;
	char key[];
};

struct throttle {
	struct throttle_opts opts;
	struct format *format; /* what tells kinds apart */
	struct kind *buckets[BUCKETS];
	size_t len;
	uint64_t due_ns;      /* the first end of a window; UINT64_MAX: there is none */
	struct kind *pending; /* that throttle_keep() is for */
};

/* fd.name of a socket has the client's port, which is another one each time. */
static const char kind_format[] =
	"*%proc.exepath %container.id %user.uid %evt.type %fs.path.name %fs.path.target "
	"%fd.filename %fd.directory %fd.l4proto %fd.cip %fd.sip %fd.sport";

int throttle_new(const struct throttle_opts *opts, struct throttle **ret_throttle)
{
	struct throttle *throttle = calloc(1, sizeof(*throttle));
	int rc;

	if (!throttle)
		return -ENOMEM;
	throttle->opts = *opts;
	throttle->due_ns = UINT64_MAX;
	rc = format_compile(kind_format, strlen(kind_format), &throttle->format, NULL);
	if (rc < 0) {
		free(throttle);
		return rc;
	}
	*ret_throttle = throttle;
	return 0;
}

static void kind_free(struct kind *kind)
{
	free(kind->message);
	free(kind->fields);
	free(kind);
}

void throttle_free(struct throttle *throttle)
{
	if (!throttle)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		while (throttle->buckets[i]) {
			struct kind *kind = throttle->buckets[i];

			throttle->buckets[i] = kind->next;
			kind_free(kind);
		}
	}
	format_free(throttle->format);
	free(throttle);
}

void throttle_kind(struct throttle *throttle, struct filter_event *event, struct text_buf *buf)
{
	format_render(throttle->format, event, buf);
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t bucket_of(const struct throttle_hit *hit)
{
	uint64_t hash = 0xcbf29ce484222325u ^ (uintptr_t)hit->rule ^ (uint64_t)hit->via << 63;

	for (size_t i = 0; i < hit->kind_len; i++)
		hash = (hash ^ (uint8_t)hit->kind[i]) * 0x100000001b3u;
	return (hash >> 32 ^ hash) % BUCKETS;
}

static struct kind *find(struct throttle *throttle, const struct throttle_hit *hit)
{
	struct kind *kind = throttle->buckets[bucket_of(hit)];

	while (kind &&
	       (kind->rule != hit->rule || kind->via != hit->via ||
		kind->key_len != hit->kind_len || memcmp(kind->key, hit->kind, hit->kind_len) != 0))
		kind = kind->next;
	return kind;
}

static struct kind *add(struct throttle *throttle, const struct throttle_hit *hit)
{
	struct kind **bucket = &throttle->buckets[bucket_of(hit)];
	struct kind *kind;

	if (throttle->len == THROTTLE_KINDS_MAX)
		return NULL;
	kind = calloc(1, sizeof(*kind) + hit->kind_len);
	if (!kind)
		return NULL;
	kind->rule = hit->rule;
	kind->via = hit->via;
	kind->start_ns = hit->ts_ns;
	kind->key_len = hit->kind_len;
	memcpy(kind->key, hit->kind, hit->kind_len);
	kind->next = *bucket;
	*bucket = kind;
	throttle->len++;
	return kind;
}

static void note_due(struct throttle *throttle, const struct kind *kind)
{
	if (kind->start_ns + throttle->opts.window_ns < throttle->due_ns)
		throttle->due_ns = kind->start_ns + throttle->opts.window_ns;
}

/* Tells of what was held. */
static void tell(struct throttle *throttle, struct kind *kind)
{
	const struct throttle_held held = {
		.rule = kind->rule,
		.via = kind->via,
		.count = kind->held,
		.first_ns = kind->first_ns,
		.last_ns = kind->last_ns,
		.message = kind->message ? kind->message : "",
		.message_len = kind->message_len,
		.fields = kind->fields ? kind->fields : "null",
	};

	throttle->opts.fn(throttle->opts.ctx, &held);
	free(kind->message);
	free(kind->fields);
	kind->message = kind->fields = NULL;
	kind->message_len = 0;
	kind->held = 0;
}

/*
 * Ends the windows that are over by then. Returns how many were told of. A kind that had no hit for
 * as long as a window is forgotten; of another those that passed count on.
 */
static size_t close_windows(struct throttle *throttle, uint64_t now_ns)
{
	size_t told = 0;

	throttle->due_ns = UINT64_MAX;
	for (size_t i = 0; i < BUCKETS; i++) {
		struct kind **at = &throttle->buckets[i];

		while (*at) {
			struct kind *kind = *at;
			bool over = now_ns >= kind->start_ns &&
				    now_ns - kind->start_ns >= throttle->opts.window_ns;

			if (over && kind->held) {
				tell(throttle, kind);
				told++;
				kind->noisy = true;
				kind->passed = 0;
				kind->start_ns = now_ns;
			} else if (over && now_ns >= kind->last_ns &&
				   now_ns - kind->last_ns >= throttle->opts.window_ns) {
				*at = kind->next;
				throttle->len--;
				kind_free(kind);
				continue;
			} else if (over) {
				kind->start_ns = now_ns;
			}
			note_due(throttle, kind);
			at = &kind->next;
		}
	}
	return told;
}

size_t throttle_tick(struct throttle *throttle, uint64_t now_ns)
{
	return now_ns < throttle->due_ns ? 0 : close_windows(throttle, now_ns);
}

enum throttle_verdict throttle_hit(struct throttle *throttle, const struct throttle_hit *hit)
{
	struct kind *kind;

	throttle_tick(throttle, hit->ts_ns);
	kind = find(throttle, hit);
	if (!kind)
		kind = add(throttle, hit);
	if (!kind)
		return THROTTLE_PASS;
	note_due(throttle, kind);
	kind->last_ns = hit->ts_ns;
	if (!kind->noisy && kind->passed < THROTTLE_BURST) {
		kind->passed++;
		return THROTTLE_PASS;
	}
	if (kind->held++)
		return THROTTLE_HOLD;
	kind->first_ns = hit->ts_ns;
	throttle->pending = kind;
	return THROTTLE_HOLD_FIRST;
}

void throttle_keep(struct throttle *throttle, const char *message, size_t message_len,
		   const char *fields)
{
	struct kind *kind = throttle->pending;

	throttle->pending = NULL;
	if (!kind)
		return;
	kind->message = strndup(message, message_len);
	kind->message_len = kind->message ? message_len : 0;
	kind->fields = strdup(fields);
}

size_t throttle_flush(struct throttle *throttle)
{
	size_t told = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		while (throttle->buckets[i]) {
			struct kind *kind = throttle->buckets[i];

			if (kind->held) {
				tell(throttle, kind);
				told++;
			}
			throttle->buckets[i] = kind->next;
			throttle->len--;
			kind_free(kind);
		}
	}
	throttle->due_ns = UINT64_MAX;
	return told;
}
