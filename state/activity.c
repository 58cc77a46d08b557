/* SPDX-License-Identifier: Apache-2.0 */
#include "activity.h"

#include <stdio.h>
#include <string.h>
#include "fd_table.h"
#include "tables.h"

#define NAME_MAX_BYTES 64 /* of an address with its port */

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static uint64_t key_of_process(const struct activity *id)
{
	return mix(id->start_boot_ns + mix(id->pid));
}

static uint64_t key_of_object(const struct activity *id)
{
	return mix(id->ino + mix((uint64_t)id->kind << 32 | id->dev));
}

struct activity *activity_get(struct state *state, const struct activity *id)
{
	uint64_t a = key_of_process(id), b = key_of_object(id);
	struct activity *found = hash_get(&state->activity_ids, a, b), **list;

	if (found)
		return found;
	list = state_vector(state, state->activities, &state->activities_size, sizeof(*list),
			    state->activities_len + 1);
	if (!list)
		return NULL;
	state->activities = list;
	found = memory_alloc(state->memory, sizeof(*found));
	if (!found)
		return NULL;
	*found = (struct activity){ .kind = id->kind,
				    .pid = id->pid,
				    .dev = id->dev,
				    .start_boot_ns = id->start_boot_ns,
				    .ino = id->ino,
				    .at = (uint32_t)state->activities_len };
	if (hash_put(&state->activity_ids, a, b, found) < 0) {
		memory_free(state->memory, found, sizeof(*found));
		return NULL;
	}
	list[state->activities_len++] = found;
	return found;
}

static void activity_free(struct state *state, struct activity *activity)
{
	struct activity *last = state->activities[--state->activities_len];

	last->at = activity->at;
	state->activities[last->at] = last;
	hash_remove(&state->activity_ids, key_of_process(activity), key_of_object(activity));
	text_unref(&state->texts, activity->name);
	text_unref(&state->texts, activity->remote);
	memory_free(state->memory, activity, sizeof(*activity));
}

static bool is_counted(const struct state *state, enum activity_kind kind)
{
	if (!state->follows)
		return true;
	return kind == ACTIVITY_URING ? state->uring_counted : state->objects_counted;
}

static const struct activity_sum *activity_shown(const struct state *state,
						 const struct activity *activity)
{
	return is_counted(state, activity->kind) ? &activity->total : &activity->followed;
}

void state_follow_activities(struct state *state)
{
	state->follows = true;
}

void activities_release(struct state *state)
{
	while (state->activities_len)
		activity_free(state, state->activities[0]);
	memory_free(state->memory, state->activities,
		    state->activities_size * sizeof(*state->activities));
	hash_release(&state->activity_ids);
}

/* Cumulative, as all that the probe counts: a lower one is older. */
static void activity_set(struct activity *activity, const struct activity_sum *total)
{
	if (total->ops >= activity->total.ops)
		activity->total = *total;
}

/* Processes without a row are out of scope; pid 0 is nobody. */
static bool is_shown(const struct state *state, uint32_t pid, uint64_t start_boot_ns)
{
	return !pid || process_find(state, pid, start_boot_ns);
}

void state_uring(struct state *state, const struct uring_count *count)
{
	const struct activity id = { .kind = ACTIVITY_URING,
				     .pid = count->pid,
				     .start_boot_ns = count->start_boot_ns,
				     .ino = count->op };
	struct activity *activity;

	if (!is_shown(state, count->pid, count->start_boot_ns))
		return;
	state->uring_counted = true;
	activity = activity_get(state, &id);
	if (!activity) {
		state->evictions++;
		return;
	}
	activity_set(activity,
		     &(struct activity_sum){ .ops = count->calls, .errors = count->errors });
}

static struct text *address_name(struct state *state, const struct object_name *from,
				 const uint8_t *address, uint16_t port)
{
	char text[NAME_MAX_BYTES];
	size_t len = fd_address_text(text, sizeof(text), from->family, address, port);

	return text_intern(&state->texts, text, len);
}

static struct activity object_identity(const struct object_count *count)
{
	return (struct activity){ .kind = count->socket ? ACTIVITY_SOCKET : ACTIVITY_FILE,
				  .pid = count->pid,
				  .dev = count->dev,
				  .start_boot_ns = count->start_boot_ns,
				  .ino = count->ino };
}

enum state_object_result state_object(struct state *state, const struct object_count *count)
{
	const struct activity id = object_identity(count);
	struct activity *activity;
	bool made;

	if (!is_shown(state, count->pid, count->start_boot_ns))
		return STATE_OBJECT_KNOWN;
	activity = activity_get(state, &id);
	if (!activity) {
		state->evictions++;
		return STATE_OBJECT_KNOWN;
	}
	made = !activity->total.ops && activity->ino;
	activity_set(activity, &(struct activity_sum){
				       .in = count->in, .out = count->out, .ops = count->ops });
	return made ? STATE_OBJECT_NEW : STATE_OBJECT_KNOWN;
}

void state_object_name(struct state *state, const struct object_count *count,
		       const struct object_name *name)
{
	const struct activity id = object_identity(count);
	struct activity *activity =
		hash_get(&state->activity_ids, key_of_process(&id), key_of_object(&id));

	if (!activity)
		return;
	activity->family = name->family;
	activity->protocol = name->protocol;
	if (name->sport || name->dport) {
		text_replace(&state->texts, &activity->name,
			     address_name(state, name, name->saddr, name->sport));
		text_replace(&state->texts, &activity->remote,
			     address_name(state, name, name->daddr, name->dport));
	} else if (name->path_len) {
		text_replace(&state->texts, &activity->name,
			     text_intern(&state->texts, name->path,
					 strnlen(name->path, sizeof(name->path))));
	}
}

void state_forget_objects(struct state *state, enum state_objects objects)
{
	size_t i = 0;

	state->objects_counted = objects == STATE_OBJECTS_COUNTED;
	while (i < state->activities_len) {
		struct activity *activity = state->activities[i];

		if (activity->kind != ACTIVITY_URING && !activity->followed.ops) {
			activity_free(state, activity);
			continue;
		}
		if (activity->kind != ACTIVITY_URING) {
			activity->total = (struct activity_sum){ 0 };
			activity->before = *activity_shown(state, activity);
		}
		i++;
	}
}

static void sum_add(struct activity_sum *to, const struct activity_sum *from)
{
	to->in += from->in;
	to->out += from->out;
	to->ops += from->ops;
	to->errors += from->errors;
}

/* The counts of a process that is not known any more. Those of io_uring's "other" stay apart. */
static void activity_fold(struct state *state, struct activity *from)
{
	struct activity id = *from;
	struct activity *nobody;

	id.pid = 0;
	id.start_boot_ns = 1;
	nobody = activity_get(state, &id);
	if (nobody) {
		sum_add(&nobody->total, &from->total);
		sum_add(&nobody->followed, &from->followed);
		sum_add(&nobody->before, &from->before);
		if (!nobody->name)
			nobody->name = text_ref(from->name);
		if (!nobody->remote)
			nobody->remote = text_ref(from->remote);
		nobody->family = from->family;
		nobody->protocol = from->protocol;
	} else {
		state->inexact = true;
	}
	activity_free(state, from);
}

static uint64_t grown(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

void activity_end_refresh(struct state *state)
{
	bool first = state->refresh_seq == 1;
	size_t i = 0;

	while (i < state->activities_len) {
		struct activity *activity = state->activities[i];

		if (is_shown(state, activity->pid, activity->start_boot_ns))
			i++;
		else
			activity_fold(state, activity);
	}
	for (i = 0; i < state->activities_len; i++) {
		struct activity *activity = state->activities[i];
		const struct activity_sum *now = activity_shown(state, activity);
		const struct activity_sum *before = &activity->before;

		activity->delta = (struct activity_sum){
			.in = grown(now->in, before->in),
			.out = grown(now->out, before->out),
			.ops = grown(now->ops, before->ops),
			.errors = grown(now->errors, before->errors),
		};
		if (first)
			activity->delta = (struct activity_sum){ 0 };
		activity->before = *now;
	}
}

bool activity_fill_row(const struct state *state, const struct activity *activity,
		       struct activity_row *row)
{
	const struct activity_sum *shown = activity_shown(state, activity);

	if (state->follows && !shown->ops)
		return false;
	*row = (struct activity_row){
		.kind = activity->kind,
		.proc = UINT32_MAX,
		.dev = activity->dev,
		.ino = activity->ino,
		.family = activity->family,
		.protocol = activity->protocol,
		.at_least = shown != &activity->total,
		.in = shown->in,
		.out = shown->out,
		.ops = shown->ops,
		.errors = shown->errors,
		.in_delta = activity->delta.in,
		.out_delta = activity->delta.out,
		.ops_delta = activity->delta.ops,
		.errors_delta = activity->delta.errors,
	};
	return true;
}
