/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "option_value.h"

#define CONFIG_MAX_BYTES 65536
#define SYSTEM_FOLDER "/etc/saker"

struct config_reader {
	yaml_parser_t parser;
	const char *file;
	struct usage_error *err;
};

static int fail_at(struct config_reader *reader, yaml_mark_t mark, const char *what)
{
	option_fail(reader->err, "%s:%zu:%zu: %s", reader->file, mark.line + 1, mark.column + 1,
		    what);
	return -EINVAL;
}

/* The next event, which the caller deletes. */
static int next_event(struct config_reader *reader, yaml_event_t *event)
{
	yaml_parser_t *parser = &reader->parser;
	char what[256];

	if (yaml_parser_parse(parser, event))
		return 0;
	snprintf(what, sizeof(what), "not YAML: %s",
		 parser->problem ? parser->problem : "unreadable");
	return fail_at(reader, parser->problem_mark, what);
}

static const char *scalar_text(const yaml_event_t *event)
{
	return (const char *)event->data.scalar.value;
}

/* A text with a NUL inside would be cut silently. */
static int check_scalar(struct config_reader *reader, const yaml_event_t *event, const char *what)
{
	if (event->type != YAML_SCALAR_EVENT)
		return fail_at(reader, event->start_mark, what);
	if (strlen(scalar_text(event)) != event->data.scalar.length)
		return fail_at(reader, event->start_mark, "a NUL byte in a text");
	return 0;
}

/* Reads the value of a key that rule_config.c knows. */
static int skip_value(struct config_reader *reader)
{
	int depth = 0;

	do {
		yaml_event_t event;
		int rc = next_event(reader, &event);

		if (rc < 0)
			return rc;
		depth += event.type == YAML_SEQUENCE_START_EVENT ||
			 event.type == YAML_MAPPING_START_EVENT;
		depth -= event.type == YAML_SEQUENCE_END_EVENT ||
			 event.type == YAML_MAPPING_END_EVENT;
		yaml_event_delete(&event);
	} while (depth > 0);
	return 0;
}

/* A key was read: reads its value and sets the option. */
static int apply_key(struct config_reader *reader, struct options *options, const yaml_event_t *key)
{
	struct usage_error inner = { "" };
	yaml_event_t value;
	char from[300];
	int rc = next_event(reader, &value);

	if (rc < 0)
		return rc;
	rc = check_scalar(reader, &value, "expected one value: a number or a word");
	if (rc == 0) {
		snprintf(from, sizeof(from), "%s:%zu:%zu", reader->file, value.start_mark.line + 1,
			 value.start_mark.column + 1);
		rc = options_set_key(options, from, scalar_text(key), scalar_text(&value), &inner);
		if (rc < 0)
			rc = fail_at(reader, rc == -ENOENT ? key->start_mark : value.start_mark,
				     inner.text);
	}
	yaml_event_delete(&value);
	return rc;
}

static bool is_of_rules(const char *key)
{
	return strcmp(key, "rules") == 0 || strcmp(key, "append_output") == 0;
}

static int apply_mapping(struct config_reader *reader, struct options *options)
{
	for (;;) {
		yaml_event_t key;
		int rc = next_event(reader, &key);

		if (rc < 0)
			return rc;
		if (key.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&key);
			return 0;
		}
		rc = check_scalar(reader, &key, "expected a key");
		if (rc == 0 && is_of_rules(scalar_text(&key)))
			rc = skip_value(reader);
		else if (rc == 0)
			rc = apply_key(reader, options, &key);
		yaml_event_delete(&key);
		if (rc < 0)
			return rc;
	}
}

/* The stream: nothing (an empty file), or one document that is a mapping. */
static int apply_stream(struct config_reader *reader, struct options *options)
{
	bool seen = false;

	for (;;) {
		yaml_event_t event;
		yaml_mark_t mark;
		yaml_event_type_t type;
		int rc = next_event(reader, &event);

		if (rc < 0)
			return rc;
		type = event.type;
		mark = event.start_mark;
		yaml_event_delete(&event);
		if (type == YAML_STREAM_END_EVENT)
			return 0;
		if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
		    type == YAML_DOCUMENT_END_EVENT)
			continue;
		if (type != YAML_MAPPING_START_EVENT || seen)
			return fail_at(reader, mark,
				       seen ? "expected one document"
					    : "expected keys and values, as in: view: syscalls");
		seen = true;
		rc = apply_mapping(reader, options);
		if (rc < 0)
			return rc;
	}
}

int config_parse(struct options *options, const char *file, const char *text, size_t len,
		 struct usage_error *err)
{
	struct config_reader reader = { .file = file, .err = err };
	int rc;

	if (!yaml_parser_initialize(&reader.parser))
		return -ENOMEM;
	options->configured = 0;
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, len);
	rc = apply_stream(&reader, options);
	yaml_parser_delete(&reader.parser);
	return rc;
}

/* Reads a whole file. Returns its length, or -errno. */
static ssize_t read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = 0;
	struct stat info;
	ssize_t got = 0;
	int rc;

	if (fd < 0)
		return -errno;
	rc = fstat(fd, &info) < 0 ? -errno : S_ISREG(info.st_mode) ? 0 : -EINVAL;
	while (rc == 0 && len < size && (got = read(fd, text + len, size - len)) > 0)
		len += (size_t)got;
	if (rc == 0 && got < 0)
		rc = -errno;
	close(fd);
	if (rc < 0)
		return rc;
	return len == size ? -EFBIG : (ssize_t)len;
}

static int read_file(const char *path, config_text_fn fn, void *ctx, struct usage_error *err)
{
	char *text = malloc(CONFIG_MAX_BYTES);
	ssize_t len;
	int rc;

	if (!text)
		return -ENOMEM;
	len = read_text(path, text, CONFIG_MAX_BYTES);
	if (len >= 0) {
		rc = fn(ctx, path, text, (size_t)len, err);
	} else {
		rc = (int)len;
		option_fail(err, "%s: %s", path,
			    rc == -EFBIG    ? "too large for a config file"
			    : rc == -EINVAL ? "not a regular file"
					    : strerror(-rc));
	}
	free(text);
	return rc;
}

/* "$HOME/.config/saker"; false when there is no home. */
static bool user_folder(char *path, size_t size)
{
	const char *home = getenv("HOME");
	int len = home && *home == '/' ? snprintf(path, size, "%s/.config/saker", home) : -1;

	return len > 0 && (size_t)len < size;
}

/* One that nobody named, and that this user may not read, is as good as absent. */
static int read_default(const char *path, config_text_fn fn, void *ctx, struct usage_error *err)
{
	int rc = read_file(path, fn, ctx, err);

	if (rc != -ENOENT && rc != -ENOTDIR && rc != -EACCES)
		return rc;
	err->text[0] = '\0';
	return 0;
}

int config_read(const char *named, config_text_fn fn, void *ctx, struct usage_error *err)
{
	char path[512], folder[480];
	int rc;

	if (named)
		return read_file(named, fn, ctx, err);
	if (user_folder(folder, sizeof(folder))) {
		snprintf(path, sizeof(path), "%s/config.yaml", folder);
		rc = read_default(path, fn, ctx, err);
		if (rc < 0)
			return rc;
	}
	return read_default(SYSTEM_FOLDER "/config.yaml", fn, ctx, err);
}

static int parse_options(void *ctx, const char *file, const char *text, size_t len,
			 struct usage_error *err)
{
	return config_parse(ctx, file, text, len, err);
}

int config_load(struct options *options, struct usage_error *err)
{
	return config_read(options->config, parse_options, options, err);
}

int config_folder(const char *name, char *path, size_t size)
{
	char folder[480];
	struct stat info;

	if (user_folder(folder, sizeof(folder))) {
		int len = snprintf(path, size, "%s/%s", folder, name);

		if (len > 0 && (size_t)len < size && stat(path, &info) == 0 &&
		    S_ISDIR(info.st_mode))
			return 0;
	}
	snprintf(path, size, SYSTEM_FOLDER "/%s", name);
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode) ? 0 : -ENOENT;
}
