/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a container is probed. Runtimes are not told: the kubelet starts probes itself. What a pod
 * that `kubectl apply` made was made from is kept in an annotation of it, by
 * kubernetes, staging/src/k8s.io/api/core/v1/annotation_key_constants.go.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "container_info_build.h"
#include "container_json.h"

#define COMMAND_BYTES 4096

int container_command(struct json_object *words, size_t first, char **slot)
{
	size_t len = words ? json_object_array_length(words) : 0, at = 0;
	char line[COMMAND_BYTES];

	for (size_t i = first; i < len && at < sizeof(line); i++) {
		const char *word = json_object_get_string(json_object_array_get_idx(words, i));

		at += (size_t)snprintf(line + at, sizeof(line) - at, "%s%s", at ? " " : "",
				       word ? word : "");
	}
	/* A part of it would be another command. */
	return at && at < sizeof(line) ? container_info_set_text(slot, line) : 0;
}

static int take_probe(struct json_object *container, const char *kind, char **slot)
{
	struct json_object *probe = json_get_member(container, kind, json_type_object);
	struct json_object *exec = json_get_member(probe, "exec", json_type_object);

	return container_command(json_get_member(exec, "command", json_type_array), 0, slot);
}

int container_info_probes(struct container_info *info, const char *name, const char *applied)
{
	_cleanup_json_ struct json_object *root = NULL;
	struct json_object *spec, *list;

	if (!name || !applied || json_parse(applied, strlen(applied), json_type_object, &root) < 0)
		return 0;
	spec = json_get_member(root, "spec", json_type_object);
	list = json_get_member(spec, "containers", json_type_array);
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *container = json_object_array_get_idx(list, i);
		const char *own = json_get_text(container, "name");

		if (!own || strcmp(own, name) != 0)
			continue;
		if (take_probe(container, "livenessProbe", &info->liveness_probe) < 0 ||
		    take_probe(container, "readinessProbe", &info->readiness_probe) < 0)
			return -ENOMEM;
		return 0;
	}
	return 0;
}
