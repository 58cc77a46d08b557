/* SPDX-License-Identifier: Apache-2.0 */
/* JSON of container runtimes: any bytes, read with limits. Nobody but state/container_*.c includes
 * this. */
#ifndef STATE_CONTAINER_JSON_H
#define STATE_CONTAINER_JSON_H

#include <json-c/json.h>
#include <stddef.h>

void json_free(struct json_object **json);
#define _cleanup_json_ __attribute__((cleanup(json_free)))

/*
 * The caller puts the root. 0, -EBADMSG for bytes that are not JSON or of another type, -E2BIG
 * beyond CONTAINER_INFO_BYTES_MAX, -ENOMEM.
 */
int json_parse(const char *json, size_t len, enum json_type type, struct json_object **ret_root);
/* The member of an object as text; NULL when it is not one. Borrowed, as is the next. */
const char *json_get_text(struct json_object *object, const char *key);
/* NULL when it is not there, or of another type. */
struct json_object *json_get_member(struct json_object *object, const char *key,
				    enum json_type type);
/* The words of an array from number first on as one line, where slot has none; 0 or -ENOMEM. */
int container_command(struct json_object *words, size_t first, char **slot);

#endif
