/* SPDX-License-Identifier: Apache-2.0 */
/* Names of users, see user.h. */
#include "user.h"
#include <stdio.h>
#include "container_table.h"
#include "passwd.h"
#include "tables.h"

#define USER_NAME_MAX 64
#define USER_ASKS_PER_REFRESH 64
#define USER_RETRY_NS (30ull * 1000000000ull) /* between questions for a uid without a name */

#define USER_ROOT "root"

enum user_kind { USER_USER, USER_GROUP };

/* A user or a group. */
struct user {
	uint32_t id;
	uint64_t serial; /* of the container that it is of; 0: of the host */
	struct text *name;
	struct text *home, *shell; /* of users; NULL: not known */
	uint64_t asked_ns;         /* refresh time of the last question */
	bool known;                /* false: name is the number */
	bool asked_folders;
};

typedef int (*user_ask_fn)(void *ctx, uint32_t id, char *name, size_t *len);

/* Asks the source; the number when there is no name. NULL when there is no memory. */
static struct text *user_ask(struct state *state, user_ask_fn ask, uint32_t id, bool *ret_known)
{
	char name[USER_NAME_MAX];
	size_t len = sizeof(name);
	int r = -1;

	if (state->users.asked_seq != state->refresh_seq) {
		state->users.asked_seq = state->refresh_seq;
		state->users.asked = 0;
	}
	if (ask && state->users.asked < USER_ASKS_PER_REFRESH) {
		state->users.asked++;
		r = ask(state->source.ctx, id, name, &len);
	}
	*ret_known = r >= 0 && len > 0 && len <= sizeof(name);
	if (!*ret_known)
		len = (size_t)snprintf(name, sizeof(name), "%u", id);
	return text_intern(&state->texts, name, len);
}

static void user_free(struct state *state, struct user *user)
{
	text_unref(&state->texts, user->name);
	text_unref(&state->texts, user->home);
	text_unref(&state->texts, user->shell);
	memory_free(state->memory, user, sizeof(*user));
}

/* The entry of a number, made when missing; NULL when there is no memory. */
static struct user *user_make(struct state *state, struct hash *names, user_ask_fn ask, uint32_t id)
{
	struct user *user = memory_alloc(state->memory, sizeof(*user));

	if (!user)
		return NULL;
	user->name = user_ask(state, ask, id, &user->known);
	user->asked_ns = state->refresh_time_ns;
	user->id = id;
	if (user->name && hash_put(names, id, 0, user) == 0)
		return user;
	user_free(state, user);
	return NULL;
}

/* The same; one without a name is asked for again after a while. */
static struct user *user_get(struct state *state, struct hash *names, user_ask_fn ask, uint32_t id)
{
	struct user *user = hash_get(names, id, 0);
	struct text *name;
	bool known;

	if (!user)
		return user_make(state, names, ask, id);
	if (user->known || user->asked_ns + USER_RETRY_NS > state->refresh_time_ns)
		return user;
	user->asked_ns = state->refresh_time_ns;
	name = user_ask(state, ask, id, &known);
	if (name) {
		text_replace(&state->texts, &user->name, name);
		user->known = known;
	}
	return user;
}

/* Takes a part of an entry of a container's own file. */
static struct text *own_text(struct state *state, const char *text, size_t len)
{
	return len ? text_intern(&state->texts, text, len) : NULL;
}

/*
 * Of a container's own files. Without an entry there 0 is root, as everywhere, and others are their
 * numbers.
 */
static struct user *own_make(struct state *state, struct hash *names, const char *lines,
			     const struct user *key)
{
	struct user *user = memory_alloc(state->memory, sizeof(*user));
	struct passwd_entry entry = { .name = NULL };
	char number[16];

	if (!user)
		return NULL;
	*user = *key;
	user->asked_folders = true;
	user->known = passwd_find(lines, key->id, &entry) == 0 || !key->id;
	if (entry.name_len) {
		user->name = own_text(state, entry.name, entry.name_len);
	} else {
		int len = snprintf(number, sizeof(number), "%u", key->id);

		user->name = key->id ? own_text(state, number, (size_t)len)
				     : own_text(state, USER_ROOT, sizeof(USER_ROOT) - 1);
	}
	user->home = own_text(state, entry.home, entry.home_len);
	user->shell = own_text(state, entry.shell, entry.shell_len);
	if (user->name && hash_put(names, key->id, key->serial, user) == 0)
		return user;
	user_free(state, user);
	return NULL;
}

/* The entry of a number in a container (NULL: on the host); NULL when there is no memory. */
static struct user *user_in(struct state *state, const struct container *container, uint32_t id,
			    enum user_kind kind)
{
	bool is_user = kind == USER_USER, host = true;
	struct hash *names = is_user ? &state->users.names : &state->users.groups;
	user_ask_fn ask = is_user ? state->source.user_name : state->source.group_name;
	const struct container_info *own;
	struct user key = { .id = id }, *user;

	own = container ? container_users(state, container, &host) : NULL;
	if (host)
		return user_get(state, names, ask, id);
	/* Who learns the users of a container gives it another serial. */
	key.serial = container->serial;
	user = hash_get(names, id, key.serial);
	if (user)
		return user;
	return own_make(state, names, own ? is_user ? own->users : own->groups : NULL, &key);
}

struct text *user_name(struct state *state, const struct container *container, uint32_t uid)
{
	struct user *user;

	if (!container && state->users.last_name && state->users.last_uid == uid)
		return state->users.last_name;
	user = user_in(state, container, uid, USER_USER);
	if (!user)
		return state->none;
	if (container)
		return user->name;
	state->users.last_uid = uid;
	state->users.last_name = user->name;
	return user->name;
}

struct text *user_known_name(struct state *state, const struct container *container, uint32_t uid)
{
	struct user *user = user_in(state, container, uid, USER_USER);

	return user && user->known ? user->name : NULL;
}

struct text *group_known_name(struct state *state, const struct container *container, uint32_t gid)
{
	struct user *group = user_in(state, container, gid, USER_GROUP);

	return group && group->known ? group->name : NULL;
}

/* The entry of a uid with its folders, which are asked for once. */
static const struct user *user_with_folders(struct state *state, const struct container *container,
					    uint32_t uid)
{
	struct user *user = user_in(state, container, uid, USER_USER);
	struct user_folders folders = { .home_len = 0, .shell_len = 0 };

	if (!user || user->asked_folders || !state->source.user_folders)
		return user;
	user->asked_folders = true;
	if (state->source.user_folders(state->source.ctx, uid, &folders) < 0)
		return user;
	if (folders.home_len && folders.home_len <= sizeof(folders.home))
		user->home = text_intern(&state->texts, folders.home, folders.home_len);
	if (folders.shell_len && folders.shell_len <= sizeof(folders.shell))
		user->shell = text_intern(&state->texts, folders.shell, folders.shell_len);
	return user;
}

struct text *user_home(struct state *state, const struct container *container, uint32_t uid)
{
	const struct user *user = user_with_folders(state, container, uid);

	return user ? user->home : NULL;
}

struct text *user_shell(struct state *state, const struct container *container, uint32_t uid)
{
	const struct user *user = user_with_folders(state, container, uid);

	return user ? user->shell : NULL;
}

static void forget_in(struct state *state, struct hash *names, uint64_t serial)
{
	struct user *user;
	size_t at = 0;

	while ((user = hash_next(names, &at))) {
		if (user->serial != serial)
			continue;
		hash_remove(names, user->id, serial);
		user_free(state, user);
		at = 0; /* others have moved */
	}
}

void users_forget(struct state *state, uint64_t serial)
{
	forget_in(state, &state->users.names, serial);
	forget_in(state, &state->users.groups, serial);
}

void users_new_refresh(struct state *state)
{
	state->users.last_name = NULL;
}

static void users_release_names(struct state *state, struct hash *names)
{
	size_t at = 0;
	struct user *user;

	while ((user = hash_next(names, &at)))
		user_free(state, user);
	hash_release(names);
}

void users_release(struct state *state)
{
	users_release_names(state, &state->users.names);
	users_release_names(state, &state->users.groups);
}
