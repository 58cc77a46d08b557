/* SPDX-License-Identifier: Apache-2.0 */
/* Names of users, see user.h. */
#include "user.h"
#include <stdio.h>
#include "tables.h"

#define USER_NAME_MAX 64
#define USER_ASKS_PER_REFRESH 64
#define USER_RETRY_NS (30ull * 1000000000ull) /* between questions for a uid without a name */

struct user {
	struct text *name;
	uint64_t asked_ns; /* refresh time of the last question */
	bool known;        /* false: name is the number */
};

/* Asks the source; the number when there is no name. NULL when there is no memory. */
static struct text *user_ask(struct state *state, uint32_t uid, bool *ret_known)
{
	char name[USER_NAME_MAX];
	size_t len = sizeof(name);
	int r = -1;

	if (state->users.asked_seq != state->refresh_seq) {
		state->users.asked_seq = state->refresh_seq;
		state->users.asked = 0;
	}
	if (state->source.user_name && state->users.asked < USER_ASKS_PER_REFRESH) {
		state->users.asked++;
		r = state->source.user_name(state->source.ctx, uid, name, &len);
	}
	*ret_known = r >= 0 && len > 0 && len <= sizeof(name);
	if (!*ret_known)
		len = (size_t)snprintf(name, sizeof(name), "%u", uid);
	return text_intern(&state->texts, name, len);
}

/* The entry of a uid, made when missing; NULL when there is no memory. */
static struct user *user_get(struct state *state, uint32_t uid)
{
	struct user *user = hash_get(&state->users.names, uid, 0);

	if (user)
		return user;
	user = memory_alloc(state->memory, sizeof(*user));
	if (!user)
		return NULL;
	user->name = user_ask(state, uid, &user->known);
	user->asked_ns = state->refresh_time_ns;
	if (user->name && hash_put(&state->users.names, uid, 0, user) == 0)
		return user;
	text_unref(&state->texts, user->name);
	memory_free(state->memory, user, sizeof(*user));
	return NULL;
}

struct text *user_name(struct state *state, uint32_t uid)
{
	struct user *user;
	struct text *name;
	bool known;

	if (state->users.last_name && state->users.last_uid == uid)
		return state->users.last_name;
	user = user_get(state, uid);
	if (!user)
		return state->none;
	if (!user->known && user->asked_ns + USER_RETRY_NS <= state->refresh_time_ns) {
		user->asked_ns = state->refresh_time_ns;
		name = user_ask(state, uid, &known);
		if (name) {
			text_replace(&state->texts, &user->name, name);
			user->known = known;
		}
	}
	state->users.last_uid = uid;
	state->users.last_name = user->name;
	return user->name;
}

void users_new_refresh(struct state *state)
{
	state->users.last_name = NULL;
}

void users_release(struct state *state)
{
	size_t at = 0;
	struct user *user;

	while ((user = hash_next(&state->users.names, &at))) {
		text_unref(&state->texts, user->name);
		memory_free(state->memory, user, sizeof(*user));
	}
	hash_release(&state->users.names);
}
