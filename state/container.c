/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers from cgroup paths, see container.h.
 *
 * A path is cut into its components and looked at from the innermost outwards: the first component
 * that fits a row of the table decides, so a container inside a container is found, and so are
 * processes in cgroups that a container made for itself.
 */
#include "container.h"
#include <ctype.h>
#include <string.h>
#include "container_table.h"
#include "tables.h"

#define CONTAINER_SHOWN 12 /* digits of it that are shown */
#define CONTAINER_DEPTH 32 /* innermost components of a path that are looked at */
#define CONTAINER_ASKS_PER_REFRESH 4000
#define CONTAINER_EVENT_ASKS 64 /* of these for events between two refreshes */
#define CONTAINER_TEXT_MAX 16384
#define CONTAINER_PATH_MAX 4096
#define CONTAINER_REMOVED_REFRESHES 3 /* that a removed cgroup is still known */
#define CONTAINER_CGROUPS_MAX 16384   /* remembered; then all are asked for again */

enum container_shape {
	SHAPE_HEX,  /* 64 hexadecimal digits between prefix and suffix */
	SHAPE_NAME, /* any text between prefix and suffix, with \xNN of unit names undone */
};

enum container_place {
	PLACE_ANY,   /* may be followed by cgroups that the container made */
	PLACE_LAST,  /* only as the last component */
	PLACE_BELOW, /* anywhere below a component that begins with `parent` */
	PLACE_CHILD, /* right below a component that is `parent` */
};

/* A row: component = prefix + id + suffix, at this place. */
struct container_pattern {
	enum container_engine engine;
	enum container_shape shape;
	enum container_place place;
	const char *parent; /* for BELOW and CHILD */
	const char *prefix, *suffix;
};

static const struct container_pattern container_patterns[] = {
	{ CONTAINER_PODMAN, SHAPE_HEX, PLACE_ANY, NULL, "libpod-payload-", "" },
	{ CONTAINER_PODMAN, SHAPE_HEX, PLACE_ANY, NULL, "libpod-", ".scope" },
	{ CONTAINER_PODMAN, SHAPE_HEX, PLACE_ANY, NULL, "libpod-", "" },
	{ CONTAINER_DOCKER, SHAPE_HEX, PLACE_ANY, NULL, "docker-", ".scope" },
	{ CONTAINER_CRI, SHAPE_HEX, PLACE_ANY, NULL, "cri-containerd-", ".scope" },
	{ CONTAINER_CRIO, SHAPE_HEX, PLACE_ANY, NULL, "crio-", ".scope" },
	{ CONTAINER_CRIO, SHAPE_HEX, PLACE_ANY, NULL, "crio-", "" },
	{ CONTAINER_CONTAINERD, SHAPE_HEX, PLACE_ANY, NULL, "nerdctl-", ".scope" },
	{ CONTAINER_DOCKER, SHAPE_HEX, PLACE_CHILD, "docker", "", "" },
	{ CONTAINER_CRI, SHAPE_HEX, PLACE_BELOW, "kubepods", "", "" },
	{ CONTAINER_PODMAN, SHAPE_HEX, PLACE_BELOW, "podman-", "", "" },
	{ CONTAINER_PODMAN, SHAPE_HEX, PLACE_BELOW, "user.slice", "", "" },
	{ CONTAINER_CONTAINERD, SHAPE_HEX, PLACE_CHILD, "k8s.io", "", "" },
	{ CONTAINER_DOCKER, SHAPE_HEX, PLACE_LAST, NULL, "", "" },
	{ CONTAINER_LIBVIRT, SHAPE_NAME, PLACE_ANY, NULL, "", ".libvirt-lxc" },
	{ CONTAINER_LIBVIRT, SHAPE_NAME, PLACE_ANY, NULL, "machine-lxc\\x2d", ".scope" },
	{ CONTAINER_LXC, SHAPE_NAME, PLACE_ANY, NULL, "lxc.payload.", "" },
	{ CONTAINER_LXC, SHAPE_NAME, PLACE_CHILD, "lxc.payload", "", "" },
	{ CONTAINER_LXC, SHAPE_NAME, PLACE_CHILD, "lxc", "", "" },
	{ CONTAINER_NSPAWN, SHAPE_NAME, PLACE_CHILD, "machine.slice", "machine-", ".scope" },
	{ CONTAINER_NSPAWN, SHAPE_NAME, PLACE_ANY, NULL, "systemd-nspawn@", ".service" },
	{ CONTAINER_BPM, SHAPE_NAME, PLACE_ANY, NULL, "bpm-", ".scope" },
};

/* First components of two-component paths that are no containerd namespace. */
static const char *const container_not_namespaces[] = {
	"docker",  "elogind", "garden", "init",  "kubepods", "libpod",  "libpod_parent", "lxc",
	"machine", "mesos",   "podman", "slurm", "system",   "systemd", "user",          "yarn",
};

const char *container_engine_name(enum container_engine engine)
{
	static const char *const names[CONTAINER_ENGINE_COUNT] = {
		[CONTAINER_HOST] = "host",
		[CONTAINER_DOCKER] = "docker",
		[CONTAINER_CRI] = "cri",
		[CONTAINER_CONTAINERD] = "containerd",
		[CONTAINER_CRIO] = "cri-o",
		[CONTAINER_PODMAN] = "podman",
		[CONTAINER_LXC] = "lxc",
		[CONTAINER_NSPAWN] = "systemd-nspawn",
		[CONTAINER_LIBVIRT] = "libvirt-lxc",
		[CONTAINER_BPM] = "bpm",
	};

	return names[engine];
}

struct component {
	const char *text;
	size_t len;
};

/* The innermost components of a path, in its order. */
struct cgroup_path {
	struct component at[CONTAINER_DEPTH];
	size_t len;
	size_t skipped; /* outer ones that found no room */
};

static void cgroup_path_split(struct cgroup_path *path, const char *text, size_t len)
{
	size_t i = 0;

	path->len = 0;
	path->skipped = 0;
	while (i < len) {
		size_t first;

		while (i < len && text[i] == '/')
			i++;
		first = i;
		while (i < len && text[i] != '/')
			i++;
		if (i == first)
			break;
		if (path->len == CONTAINER_DEPTH) {
			memmove(&path->at[0], &path->at[1], sizeof(path->at) - sizeof(path->at[0]));
			path->len--;
			path->skipped++;
		}
		path->at[path->len++] =
			(struct component){ .text = text + first, .len = i - first };
	}
}

static bool component_is(const struct component *component, const char *text)
{
	size_t len = strlen(text);

	return component->len == len && !memcmp(component->text, text, len);
}

static bool component_begins(const struct component *component, const char *text)
{
	size_t len = strlen(text);

	return component->len >= len && !memcmp(component->text, text, len);
}

static bool component_ends(const struct component *component, const char *text)
{
	size_t len = strlen(text);

	return component->len >= len && !memcmp(component->text + component->len - len, text, len);
}

bool container_is_hex_id(const char *text, size_t len)
{
	size_t i;

	if (len != CONTAINER_HEX)
		return false;
	for (i = 0; i < len; i++) {
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	}
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* A name as in a unit's: \xNN stands for a byte (systemd-escape). Longer than fits: cut. */
static void container_set_name(struct container_match *match, const char *text, size_t len)
{
	size_t out = 0, i = 0;

	while (i < len && out + 1 < sizeof(match->id)) {
		if (len - i >= 4 && text[i] == '\\' && text[i + 1] == 'x' &&
		    hex_digit(text[i + 2]) >= 0 && hex_digit(text[i + 3]) >= 0) {
			match->id[out++] =
				(char)(hex_digit(text[i + 2]) * 16 + hex_digit(text[i + 3]));
			i += 4;
		} else {
			match->id[out++] = text[i++];
		}
	}
	match->id[out] = '\0';
}

/* CONTAINER_HEX digits. */
static void container_set_hex(struct container_match *match, const char *digits)
{
	container_set_name(match, digits, CONTAINER_SHOWN);
	memcpy(match->full_id, digits, CONTAINER_HEX);
	match->full_id[CONTAINER_HEX] = '\0';
}

static bool container_place_fits(const struct container_pattern *pattern,
				 const struct cgroup_path *path, size_t at)
{
	size_t i;

	switch (pattern->place) {
	case PLACE_ANY: return true;
	case PLACE_LAST:
		/* Podman's pods have a cgroup with such a name around their containers. */
		return at + 1 == path->len &&
		       !(at && component_is(&path->at[at - 1], "libpod_parent"));
	case PLACE_CHILD: return at && component_is(&path->at[at - 1], pattern->parent);
	case PLACE_BELOW:
		for (i = 0; i < at; i++) {
			if (component_begins(&path->at[i], pattern->parent))
				return true;
		}
		return false;
	}
	return false;
}

/* What a name pattern must not take for a container. */
static bool container_name_fits(const struct container_pattern *pattern,
				const struct cgroup_path *path, size_t at, const char *id,
				size_t len)
{
	size_t i;

	/* systemd-nspawn itself waits in "supervisor" beside its "payload". */
	if (pattern->engine == CONTAINER_NSPAWN && at + 1 < path->len &&
	    component_is(&path->at[at + 1], "supervisor"))
		return false;
	/* Machines of other kinds: "machine-qemu\x2d1\x2dvm.scope". */
	if (pattern->engine == CONTAINER_NSPAWN && len >= 8 && !memcmp(id, "qemu\\x2d", 8))
		return false;
	for (i = 0; pattern->engine == CONTAINER_BPM && i < len; i++) {
		if (!isalnum((unsigned char)id[i]) && !strchr("._-", id[i]))
			return false;
	}
	return true;
}

static bool container_fits(const struct container_pattern *pattern, const struct cgroup_path *path,
			   size_t at, struct container_match *match)
{
	const struct component *component = &path->at[at];
	size_t prefix_len = strlen(pattern->prefix), suffix_len = strlen(pattern->suffix);
	const char *id = component->text + prefix_len;
	size_t len;

	if (component->len <= prefix_len + suffix_len ||
	    !component_begins(component, pattern->prefix) ||
	    !component_ends(component, pattern->suffix) || !container_place_fits(pattern, path, at))
		return false;
	len = component->len - prefix_len - suffix_len;
	if (pattern->shape == SHAPE_HEX && !container_is_hex_id(id, len))
		return false;
	if (pattern->shape == SHAPE_NAME && !container_name_fits(pattern, path, at, id, len))
		return false;
	match->engine = pattern->engine;
	if (match->engine == CONTAINER_LXC && at >= 2 && component_is(&path->at[at - 2], "libvirt"))
		match->engine = CONTAINER_LIBVIRT;
	if (pattern->shape == SHAPE_HEX) {
		container_set_hex(match, id);
		return true;
	}
	container_set_name(match, id, len);
	/* libvirt: "lxc-PID-NAME". */
	if (pattern->engine == CONTAINER_LIBVIRT && prefix_len) {
		size_t digits = strspn(match->id, "0123456789");

		if (digits && match->id[digits] == '-' && match->id[digits + 1])
			memmove(match->id, match->id + digits + 1,
				strlen(match->id + digits + 1) + 1);
	}
	return true;
}

/* "...slice:cri-containerd:ID": a systemd-style path given to a runtime that uses cgroupfs. */
static bool container_fits_colons(const struct component *component, struct container_match *match)
{
	static const char mark[] = ":cri-containerd:";
	const size_t mark_len = sizeof(mark) - 1;
	const char *id;

	if (component->len < mark_len + CONTAINER_HEX)
		return false;
	id = component->text + component->len - CONTAINER_HEX;
	if (memcmp(id - mark_len, mark, mark_len) != 0 || !container_is_hex_id(id, CONTAINER_HEX))
		return false;
	match->engine = CONTAINER_CRI;
	container_set_hex(match, id);
	return true;
}

/* containerd without Kubernetes: exactly /NAMESPACE/ID, where the id may be any name. */
static bool container_fits_containerd(const struct cgroup_path *path, struct container_match *match)
{
	static const char *const units[] = { ".service", ".slice", ".scope", ".mount", ".socket" };
	const struct component *namespace = &path->at[0], *id = &path->at[1];
	size_t i;

	if (path->len != 2 || path->skipped || id->len > CONTAINER_HEX)
		return false;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (component_ends(namespace, units[i]) || component_ends(id, units[i]))
			return false;
	}
	for (i = 0; i < sizeof(container_not_namespaces) / sizeof(container_not_namespaces[0]);
	     i++) {
		if (component_is(namespace, container_not_namespaces[i]))
			return false;
	}
	if (component_begins(namespace, "lxc."))
		return false;
	match->engine = CONTAINER_CONTAINERD;
	if (container_is_hex_id(id->text, id->len))
		container_set_hex(match, id->text);
	else
		container_set_name(match, id->text, id->len);
	return true;
}

static bool container_fits_any(const struct cgroup_path *path, size_t at,
			       struct container_match *match)
{
	*match = (struct container_match){ .engine = CONTAINER_HOST };
	if (container_fits_colons(&path->at[at], match))
		return true;
	for (size_t i = 0; i < sizeof(container_patterns) / sizeof(container_patterns[0]); i++) {
		if (container_fits(&container_patterns[i], path, at, match))
			return true;
	}
	return false;
}

size_t container_match_nested(const char *text, size_t len, struct container_match *matches,
			      size_t size)
{
	struct cgroup_path path;
	size_t found = 0;

	cgroup_path_split(&path, text, len);
	for (size_t at = path.len; at-- > 0 && found < size;) {
		/* A scope and a group within it may both carry the id. */
		if (container_fits_any(&path, at, &matches[found]) &&
		    !(found && !strcmp(matches[found - 1].id, matches[found].id)))
			found++;
	}
	return found;
}

void container_match_path(const char *text, size_t len, struct container_match *ret_match)
{
	struct cgroup_path path;

	if (container_match_nested(text, len, ret_match, 1))
		return;
	*ret_match = (struct container_match){ .engine = CONTAINER_HOST };
	cgroup_path_split(&path, text, len);
	container_fits_containerd(&path, ret_match);
}

/* The path of a line "ID:CONTROLLERS:PATH"; NULL when it is none. */
static const char *cgroup_line_path(const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);

	if (colon)
		colon = memchr(colon + 1, ':', len - (size_t)(colon + 1 - line));
	return colon ? colon + 1 : NULL;
}

/*
 * Any line may name the container (a runtime may manage some hierarchies only). The pattern of
 * plain containerd fits too much for that: all lines must have that path.
 */
void container_match_lines(const char *text, size_t len, struct container_match *ret_match)
{
	struct container_match match, weak = { .engine = CONTAINER_HOST };
	const char *end = text + len, *first = NULL;
	size_t first_len = 0;
	bool agree = true;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		const char *path = cgroup_line_path(text, (size_t)(stop - text));
		size_t path_len = path ? (size_t)(stop - path) : 0;

		text = newline ? newline + 1 : end;
		if (!path)
			continue;
		container_match_path(path, path_len, &match);
		if (match.engine != CONTAINER_HOST && match.engine != CONTAINER_CONTAINERD) {
			*ret_match = match;
			return;
		}
		if (!first) {
			first = path;
			first_len = path_len;
			weak = match;
		} else if (path_len != first_len || memcmp(path, first, first_len) != 0) {
			agree = false;
		}
	}
	if (!agree)
		weak = (struct container_match){ .engine = CONTAINER_HOST };
	*ret_match = weak;
}

/* systemd-nspawn puts a machine that has no scope of its own there, whatever it is called. */
static bool is_payload(const char *text, size_t len)
{
	struct cgroup_path path;

	cgroup_path_split(&path, text, len);
	for (size_t i = 0; i < path.len; i++)
		if (component_is(&path.at[i], CONTAINER_NSPAWN_GROUP))
			return true;
	return false;
}

/*
 * Takes what a cgroup's path tells; that is sure. Containers are noted from the outermost on, as
 * they came to be.
 */
static void container_cgroup_set_path(struct state *state, struct container_cgroup *cgroup,
				      const char *path, size_t len)
{
	struct container_match nested[CONTAINER_NESTED_MAX], weak;
	size_t found = container_match_nested(path, len, nested, CONTAINER_NESTED_MAX);
	struct text *ids[CONTAINER_NESTED_MAX] = { NULL };

	if (!found) {
		container_match_path(path, len, &weak);
		cgroup->weak = weak.engine != CONTAINER_HOST || is_payload(path, len);
		if (cgroup->weak)
			return;
		cgroup->confirmed = true;
		text_replace(&state->texts, &cgroup->id, text_ref(state->none));
		return;
	}
	for (size_t i = found; i-- > 0;) {
		ids[i] = text_intern(&state->texts, nested[i].id, strlen(nested[i].id));
		if (ids[i])
			container_note(state, &nested[i], ids[i], 0);
	}
	cgroup->confirmed = ids[0] != NULL;
	text_replace(&state->texts, &cgroup->id, ids[0]);
	for (size_t i = 1; i < CONTAINER_NESTED_MAX; i++)
		text_replace(&state->texts, &cgroup->outer[i - 1], ids[i]);
}

static void container_cgroup_free(struct state *state, struct container_cgroup *cgroup)
{
	text_unref(&state->texts, cgroup->id);
	for (size_t i = 0; i < CONTAINER_NESTED_MAX - 1; i++)
		text_unref(&state->texts, cgroup->outer[i]);
	memory_free(state->memory, cgroup, sizeof(*cgroup));
}

/* An entry of which nothing is known. */
static struct container_cgroup *container_cgroup_make(struct state *state, uint64_t cgroup_id)
{
	struct container_cgroup *cgroup = memory_alloc(state->memory, sizeof(*cgroup));

	if (!cgroup)
		return NULL;
	cgroup->number = cgroup_id;
	if (hash_put(&state->containers.cgroups, cgroup_id, 0, cgroup) < 0) {
		memory_free(state->memory, cgroup, sizeof(*cgroup));
		return NULL;
	}
	return cgroup;
}

struct container_cgroup *container_cgroup_find(struct state *state, uint64_t cgroup_id)
{
	struct container_cgroup *cgroup = hash_get(&state->containers.cgroups, cgroup_id, 0);
	char path[CONTAINER_PATH_MAX];
	size_t len = sizeof(path);

	if (cgroup)
		return cgroup;
	cgroup = container_cgroup_make(state, cgroup_id);
	if (!cgroup || !state->source.cgroup_path)
		return cgroup;
	if (state->source.cgroup_path(state->source.ctx, cgroup_id, path, &len) == 0 &&
	    len <= sizeof(path))
		container_cgroup_set_path(state, cgroup, path, len);
	return cgroup;
}

bool state_cgroup_made(struct state *state, uint64_t cgroup_id, const char *path)
{
	struct container_cgroup *cgroup = hash_get(&state->containers.cgroups, cgroup_id, 0);
	const struct container *container;

	if (!cgroup)
		cgroup = container_cgroup_make(state, cgroup_id);
	if (cgroup && !cgroup->confirmed)
		container_cgroup_set_path(state, cgroup, path, strlen(path));
	container = cgroup ? container_find(state, cgroup->id) : NULL;
	return !container || !container->info;
}

void state_cgroup_removed(struct state *state, uint64_t cgroup_id)
{
	struct container_cgroup *cgroup = hash_get(&state->containers.cgroups, cgroup_id, 0);

	/* Events and exit records of its processes may still be on their way. */
	if (cgroup)
		cgroup->removed_seq = state->refresh_seq;
}

/* Asks for the container that a process is in now; NULL when that is not known. */
static struct text *container_ask(struct state *state, uint32_t pid, unsigned limit)
{
	struct containers *containers = &state->containers;
	char text[CONTAINER_TEXT_MAX];
	size_t len = sizeof(text);
	struct container_match match;
	struct text *id;

	if (containers->asked_seq != state->refresh_seq) {
		containers->asked_seq = state->refresh_seq;
		containers->asked = 0;
	}
	if (!state->source.process_cgroup || containers->asked >= limit)
		return NULL;
	containers->asked++;
	if (state->source.process_cgroup(state->source.ctx, pid, text, &len) < 0 || !len ||
	    len > sizeof(text))
		return NULL;
	container_match_lines(text, len, &match);
	id = text_intern(&state->texts, match.id, strlen(match.id));
	if (id)
		container_note(state, &match, id, pid);
	return id;
}

/* Takes an answer that one process gave for its cgroup. The reference stays the caller's. */
static void container_learn(struct state *state, struct container_cgroup *cgroup,
			    const struct process *process, struct text *id)
{
	bool other =
		cgroup->asked_pid != process->pid || cgroup->asked_start != process->start_boot_ns;

	cgroup->judged = 0;
	if (cgroup->id == id && other)
		cgroup->confirmed = true;
	/* The path is the cgroup's own, and the process agrees. */
	if (cgroup->weak && id->len)
		cgroup->confirmed = true;
	text_replace(&state->texts, &cgroup->id, text_ref(id));
	cgroup->asked_pid = process->pid;
	cgroup->asked_start = process->start_boot_ns;
	cgroup->asked_seq = state->refresh_seq;
}

/* Puts a process into a container; the reference stays the caller's. */
static void container_enter(struct state *state, struct process *process, struct text *id)
{
	text_replace(&state->texts, &process->container, text_ref(id));
	process->container_cgroup = process->cgroup_id;
	process->flags |= PROCESS_F_IN_CONTAINER;
}

/* Asks through a process, for itself and its cgroup. */
static void container_look_up(struct state *state, struct container_cgroup *cgroup,
			      struct process *process, unsigned limit)
{
	struct text *id = container_ask(state, process->pid, limit);

	if (!id)
		return;
	container_learn(state, cgroup, process, id);
	container_enter(state, process, id);
	text_unref(&state->texts, id);
}

struct container_cgroup *container_cgroup_ask(struct state *state, uint64_t cgroup_id, uint32_t pid)
{
	struct container_cgroup *cgroup = container_cgroup_find(state, cgroup_id);
	struct process *process = process_by_pid(state, pid);
	struct text *id;

	if (!cgroup || cgroup->confirmed || !pid || cgroup->tried_seq == state->refresh_seq + 1)
		return cgroup;
	/* Once in a refresh: an event costs no file reads. */
	cgroup->tried_seq = state->refresh_seq + 1;
	id = container_ask(state, pid, CONTAINER_ASKS_PER_REFRESH);
	if (!id)
		return cgroup;
	cgroup->judged = 0;
	if (process && process->cgroup_id == cgroup_id)
		container_learn(state, cgroup, process, id);
	else
		text_replace(&state->texts, &cgroup->id, text_ref(id));
	text_unref(&state->texts, id);
	return cgroup;
}

void container_update(struct state *state, struct process *process)
{
	struct container_cgroup *cgroup;
	bool same = (process->flags & PROCESS_F_IN_CONTAINER) &&
		    process->container_cgroup == process->cgroup_id;

	if (same && process->container->len)
		container_seen(state, process);
	if ((same && (process->flags & PROCESS_F_CONTAINER_SURE)) || !process->cgroup_id)
		return;
	cgroup = container_cgroup_find(state, process->cgroup_id);
	if (!cgroup)
		return;
	/* Sampled in the same cgroup before and after the question: the answer was its cgroup's. */
	if (same && !cgroup->confirmed && cgroup->id == process->container &&
	    cgroup->asked_pid == process->pid && cgroup->asked_start == process->start_boot_ns &&
	    cgroup->asked_seq < state->refresh_seq)
		cgroup->confirmed = true;
	if (!cgroup->confirmed && !same)
		container_look_up(state, cgroup, process, CONTAINER_ASKS_PER_REFRESH);
	else if (!cgroup->confirmed && cgroup->asked_seq < state->refresh_seq)
		container_look_up(state, cgroup, process, CONTAINER_ASKS_PER_REFRESH);
	if (cgroup->confirmed) {
		container_enter(state, process, cgroup->id);
		process->flags |= PROCESS_F_CONTAINER_SURE;
		if (process->container->len)
			container_seen(state, process);
	} else {
		process->flags &= ~(uint32_t)PROCESS_F_CONTAINER_SURE;
	}
}

void container_place(struct state *state, struct process *process)
{
	struct container_cgroup *cgroup;

	if ((process->flags & PROCESS_F_IN_CONTAINER) || !process->cgroup_id)
		return;
	/* Nothing is asked: a capture has the answer behind the end that it would be asked for. */
	cgroup = hash_get(&state->containers.cgroups, process->cgroup_id, 0);
	if (cgroup && cgroup->confirmed)
		container_enter(state, process, cgroup->id);
}

struct text *container_of_event(struct state *state, struct process *process, uint64_t cgroup_id)
{
	struct container_cgroup *cgroup;

	if (process && (process->flags & PROCESS_F_IN_CONTAINER) &&
	    process->container_cgroup == cgroup_id)
		return process->container;
	if (!cgroup_id || !process)
		return state->none;
	cgroup = container_cgroup_find(state, cgroup_id);
	if (!cgroup)
		return state->none;
	if (process->cgroup_id != cgroup_id) {
		process->cgroup_id = cgroup_id;
		process->flags &= ~(uint32_t)(PROCESS_F_CONTAINER_SURE | PROCESS_F_IN_CONTAINER);
	}
	if (cgroup->confirmed) {
		container_enter(state, process, cgroup->id);
		process->flags |= PROCESS_F_CONTAINER_SURE;
		return process->container;
	}
	/* Once per process and refresh, and so many in all: an event costs no file reads. */
	if (process->container_seq != state->refresh_seq + 1) {
		process->container_seq = state->refresh_seq + 1;
		container_look_up(state, cgroup, process, CONTAINER_EVENT_ASKS);
	}
	return (process->flags & PROCESS_F_IN_CONTAINER) ? process->container : state->none;
}

static void containers_clear(struct state *state)
{
	size_t at = 0;
	struct container_cgroup *cgroup;

	while ((cgroup = hash_next(&state->containers.cgroups, &at)))
		container_cgroup_free(state, cgroup);
	hash_release(&state->containers.cgroups);
}

/* Ids are not used again: an entry is only kept for what was on its way. */
static void containers_drop_removed(struct state *state)
{
	struct hash *cgroups = &state->containers.cgroups;
	struct container_cgroup *cgroup;
	size_t at = 0;

	while ((cgroup = hash_next(cgroups, &at))) {
		if (!cgroup->removed_seq ||
		    cgroup->removed_seq + CONTAINER_REMOVED_REFRESHES > state->refresh_seq)
			continue;
		hash_remove(cgroups, cgroup->number, 0);
		container_cgroup_free(state, cgroup);
		/* The next entry may have moved to its place. */
		at--;
	}
}

void containers_end_refresh(struct state *state)
{
	containers_drop_removed(state);
	container_table_refresh(state);
	if (state->containers.cgroups.len > CONTAINER_CGROUPS_MAX)
		containers_clear(state);
}

void containers_release(struct state *state)
{
	container_table_release(state);
	containers_clear(state);
}
