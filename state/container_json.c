/* SPDX-License-Identifier: Apache-2.0 */
/* JSON with limits, see container_json.h. */
#include "container_json.h"

#include <errno.h>

#include "container_info.h"

#define JSON_DEPTH 64

void json_free(struct json_object **json)
{
	json_object_put(*json);
}

const char *json_get_text(struct json_object *object, const char *key)
{
	struct json_object *member;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &member) ||
	    !json_object_is_type(member, json_type_string))
		return NULL;
	return json_object_get_string(member);
}

struct json_object *json_get_member(struct json_object *object, const char *key,
				    enum json_type type)
{
	struct json_object *member;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, key, &member) || !json_object_is_type(member, type))
		return NULL;
	return member;
}

int json_parse(const char *json, size_t len, enum json_type type, struct json_object **ret_root)
{
	struct json_tokener *tokener;
	struct json_object *root;
	int rc = 0;

	if (len > CONTAINER_INFO_BYTES_MAX)
		return -E2BIG;
	tokener = json_tokener_new_ex(JSON_DEPTH);
	if (!tokener)
		return -ENOMEM;
	root = json_tokener_parse_ex(tokener, json, (int)len);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    !json_object_is_type(root, type)) {
		json_object_put(root);
		rc = -EBADMSG;
	} else {
		*ret_root = root;
	}
	json_tokener_free(tokener);
	return rc;
}
