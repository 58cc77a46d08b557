/* SPDX-License-Identifier: Apache-2.0 */
/* user.*, group.*: to whom the process belongs; of the host is who logged in. */
#include "field_getters.h"
#include "state/tables.h"

GETTER(user_uid)
{
	return field_put_u64(values, event->event->prefix.euid);
}

static size_t put_name_or_na(struct field_value *value, const struct text *name)
{
	return name ? field_put_interned(value, name) : field_put_static(value, "<NA>");
}

GETTER(user_name)
{
	return put_name_or_na(values, user_known_name(event->state, field_container(event),
						      event->event->prefix.euid));
}

GETTER(user_homedir)
{
	return field_put_interned(
		values, user_home(event->state, field_container(event), event->event->prefix.euid));
}

GETTER(user_shell)
{
	return field_put_interned(values, user_shell(event->state, field_container(event),
						     event->event->prefix.euid));
}

GETTER(user_loginuid)
{
	const struct facts *facts = field_facts(event, FACT_LOGINUID, SEED_LOGIN);

	if (!facts)
		return 0;
	return field_put_i64(values, facts->loginuid == UINT32_MAX ? -1 : (int64_t)facts->loginuid);
}

GETTER(user_loginname)
{
	const struct facts *facts = field_facts(event, FACT_LOGINUID, SEED_LOGIN);
	const struct text *name = facts && facts->loginuid != UINT32_MAX
					  ? user_known_name(event->state, NULL, facts->loginuid)
					  : NULL;

	return put_name_or_na(values, name);
}

GETTER(group_gid)
{
	const struct facts *facts = field_facts(event, FACT_GID, SEED_IDS);

	return facts ? field_put_u64(values, facts->gid) : 0;
}

GETTER(group_name)
{
	const struct facts *facts = field_facts(event, FACT_GID, SEED_IDS);

	return put_name_or_na(
		values,
		facts ? group_known_name(event->state, field_container(event), facts->gid) : NULL);
}
