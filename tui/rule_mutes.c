/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_mutes.h"

#include <errno.h>
#include <string.h>

void rule_mutes_init(struct rule_mutes *mutes)
{
	*mutes = (struct rule_mutes){ .len = 0 };
	pthread_mutex_init(&mutes->lock, NULL);
}

void rule_mutes_release(struct rule_mutes *mutes)
{
	pthread_mutex_destroy(&mutes->lock);
}

static int add(struct rule_mutes *mutes, const char *rule, const char *process)
{
	struct rule_mute *mute = &mutes->items[mutes->len];

	for (size_t i = 0; i < mutes->len; i++)
		if (strcmp(mutes->items[i].rule, rule) == 0 &&
		    strcmp(mutes->items[i].process, process) == 0)
			return -EEXIST;
	if (mutes->len == RULE_MUTES_MAX)
		return -ENOSPC;
	if (strlen(rule) >= sizeof(mute->rule) || strlen(process) >= sizeof(mute->process))
		return -ENAMETOOLONG;
	*mute = (struct rule_mute){ .hits = 0 };
	memcpy(mute->rule, rule, strlen(rule));
	memcpy(mute->process, process, strlen(process));
	mutes->len++;
	return 0;
}

int rule_mutes_add(struct rule_mutes *mutes, const char *rule, const char *process)
{
	int rc;

	pthread_mutex_lock(&mutes->lock);
	rc = add(mutes, rule, process);
	pthread_mutex_unlock(&mutes->lock);
	return rc;
}

void rule_mutes_remove(struct rule_mutes *mutes, size_t index)
{
	pthread_mutex_lock(&mutes->lock);
	if (index < mutes->len) {
		mutes->len--;
		memmove(&mutes->items[index], &mutes->items[index + 1],
			(mutes->len - index) * sizeof(mutes->items[0]));
	}
	pthread_mutex_unlock(&mutes->lock);
}

size_t rule_mutes_list(struct rule_mutes *mutes, struct rule_mute ret_items[RULE_MUTES_MAX])
{
	size_t len;

	pthread_mutex_lock(&mutes->lock);
	len = mutes->len;
	memcpy(ret_items, mutes->items, len * sizeof(mutes->items[0]));
	pthread_mutex_unlock(&mutes->lock);
	return len;
}

/* process NULL: those of all processes alone. */
static struct rule_mute *find(struct rule_mutes *mutes, const char *rule, const char *process)
{
	for (size_t i = 0; i < mutes->len; i++) {
		struct rule_mute *mute = &mutes->items[i];

		if (strcmp(mute->rule, rule) == 0 &&
		    (!*mute->process || (process && strcmp(mute->process, process) == 0)))
			return mute;
	}
	return NULL;
}

bool rule_mutes_take(struct rule_mutes *mutes, const char *rule, const char *process)
{
	struct rule_mute *mute;

	pthread_mutex_lock(&mutes->lock);
	mute = find(mutes, rule, process);
	if (mute)
		mute->hits++;
	pthread_mutex_unlock(&mutes->lock);
	return mute != NULL;
}

bool rule_mutes_all(struct rule_mutes *mutes, const char *rule)
{
	bool all;

	pthread_mutex_lock(&mutes->lock);
	all = find(mutes, rule, NULL) != NULL;
	pthread_mutex_unlock(&mutes->lock);
	return all;
}
