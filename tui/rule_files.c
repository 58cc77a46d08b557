/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_files.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "state/rules/document.h"
#include "state/rules/rules.h"
#include "views/embed.h"

#define PATH_BYTES 4096
#define DEFAULT_NAME "default.yaml"
#define DEFAULT_EMBEDDED "state/rules/" DEFAULT_NAME

typedef int (*add_fn)(struct rules_loader *loader, const char *name, const char *text, size_t len);
typedef int (*pick_fn)(const struct dirent *entry);

static int unreadable(struct rules_loader *loader, const char *path, const char *why)
{
	int rc = rules_loader_add_unreadable(loader, path, why);

	return rc < 0 ? rc : -EBADMSG;
}

/* All of an open file, one byte more than a rule file may have at most. */
static int read_all(int fd, char **ret_text, size_t *ret_len)
{
	size_t room = 0, len = 0;
	char *text = NULL;
	ssize_t n;
	int rc;

	do {
		if (len == room) {
			char *grown = realloc(text, room ? 2 * room : 65536);

			if (!grown) {
				free(text);
				return -ENOMEM;
			}
			text = grown;
			room = room ? 2 * room : 65536;
		}
		n = read(fd, text + len, room - len);
		len += n > 0 ? (size_t)n : 0;
	} while ((n > 0 && len <= DOCUMENT_MAX_BYTES) || (n < 0 && errno == EINTR));
	if (n < 0) {
		rc = -errno;
		free(text);
		return rc;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

static int load_file(struct rules_loader *loader, const char *path, add_fn add)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t len = 0;
	int rc;

	if (fd < 0)
		return unreadable(loader, path, strerror(errno));
	rc = read_all(fd, &text, &len);
	close(fd);
	if (rc == -ENOMEM)
		return rc;
	if (rc < 0)
		return unreadable(loader, path, strerror(-rc));
	rc = add(loader, path, text, len);
	free(text);
	return rc;
}

static int is_rule_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot &&
	       (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int is_other_rule_file(const struct dirent *entry)
{
	return is_rule_file(entry) && strcmp(entry->d_name, DEFAULT_NAME) != 0;
}

/* By bytes: the same order on every machine. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The name of a file in a folder. 0, or -ENAMETOOLONG. */
static int join(const char *folder, const char *file, char name[static PATH_BYTES])
{
	size_t end = strlen(folder);

	while (end > 1 && folder[end - 1] == '/')
		end--;
	return snprintf(name, PATH_BYTES, "%.*s/%s", (int)end, folder, file) < PATH_BYTES
		       ? 0
		       : -ENAMETOOLONG;
}

/* The files that pick() takes; an empty folder is an error when it takes all. */
static int load_folder(struct rules_loader *loader, const char *path, pick_fn pick)
{
	struct dirent **entries;
	int len = scandir(path, &entries, pick, by_name);
	int failed = 0;

	if (len < 0)
		return errno == ENOMEM ? -ENOMEM : unreadable(loader, path, strerror(errno));
	if (len == 0 && pick == is_rule_file)
		failed = unreadable(loader, path, "no *.yaml or *.yml file in this folder");
	for (int i = 0; i < len; i++) {
		char name[PATH_BYTES];
		int rc = 0;

		if (failed != -ENOMEM && join(path, entries[i]->d_name, name) == 0)
			rc = load_file(loader, name, rules_loader_add);
		if (rc < 0)
			failed = rc;
		free(entries[i]);
	}
	free(entries);
	return failed;
}

int rule_files_load(struct rules_loader *loader, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return unreadable(loader, path, strerror(errno));
	return S_ISDIR(st.st_mode) ? load_folder(loader, path, is_rule_file)
				   : load_file(loader, path, rules_loader_add);
}

static int load_embedded(struct rules_loader *loader)
{
	for (size_t i = 0; i < embedded_files_len; i++) {
		const struct embedded_file *file = &embedded_files[i];

		if (strcmp(file->name, DEFAULT_EMBEDDED) == 0)
			return rules_loader_add_defaults(loader, DEFAULT_NAME, file->text,
							 strlen(file->text));
	}
	return 0;
}

bool rule_files_is_built_in(const char *name)
{
	return strcmp(name, DEFAULT_NAME) == 0;
}

int rule_files_load_defaults(struct rules_loader *loader)
{
	char folder[512], path[512 + sizeof(DEFAULT_NAME)];
	bool has_folder = config_folder("rules", folder, sizeof(folder)) == 0;
	int rc;

	if (!has_folder)
		return load_embedded(loader);
	snprintf(path, sizeof(path), "%s/" DEFAULT_NAME, folder);
	rc = access(path, F_OK) == 0 ? load_file(loader, path, rules_loader_add_defaults)
				     : load_embedded(loader);
	if (rc != -ENOMEM) {
		int more = load_folder(loader, folder, is_other_rule_file);

		rc = more < 0 ? more : rc;
	}
	return rc;
}

int rule_files_folder(const char *path, char *folder, size_t size)
{
	const char *slash = strrchr(path, '/');
	struct stat st;
	int len;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		len = snprintf(folder, size, "%s", path);
	else if (!slash)
		len = snprintf(folder, size, ".");
	else
		len = snprintf(folder, size, "%.*s", (int)(slash > path ? slash - path : 1), path);
	return len >= 0 && (size_t)len < size ? 0 : -ENAMETOOLONG;
}

/* FNV-1a, by words: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t stamp_add(uint64_t stamp, uint64_t word)
{
	return ((stamp ^ 0xcbf29ce484222325u) ^ word) * 0x100000001b3u;
}

static uint64_t stamp_file(const char *path, uint64_t stamp, const struct stat *st)
{
	const struct timespec times[] = { st->st_mtim, st->st_ctim };

	for (const char *c = path; *c; c++)
		stamp = stamp_add(stamp, (uint8_t)*c);
	stamp = stamp_add(stamp, st->st_dev);
	stamp = stamp_add(stamp, st->st_ino);
	stamp = stamp_add(stamp, (uint64_t)st->st_size);
	for (size_t i = 0; i < 2; i++) {
		stamp = stamp_add(stamp, (uint64_t)times[i].tv_sec);
		stamp = stamp_add(stamp, (uint64_t)times[i].tv_nsec);
	}
	return stamp;
}

static uint64_t stamp_folder(const char *path, uint64_t stamp)
{
	struct dirent **entries;
	int len = scandir(path, &entries, is_rule_file, by_name);

	for (int i = 0; i < len; i++) {
		char name[PATH_BYTES];
		struct stat st = { .st_size = 0 };

		if (join(path, entries[i]->d_name, name) == 0) {
			stat(name, &st);
			stamp = stamp_file(name, stamp, &st);
		}
		free(entries[i]);
	}
	if (len >= 0)
		free(entries);
	return stamp_add(stamp, (uint64_t)len);
}

uint64_t rule_files_stamp(const char *path, uint64_t stamp)
{
	struct stat st = { .st_size = 0 };

	/* One that is missing is a file of nothing. */
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return stamp_folder(path, stamp);
	return stamp_file(path, stamp, &st);
}

int rule_files_port(void *ctx, const char *service)
{
	struct servent entry, *found = NULL;
	char bytes[4096];

	if (getservbyname_r(service, NULL, &entry, bytes, sizeof(bytes), &found) != 0 || !found)
		return -1;
	return ntohs((uint16_t)entry.s_port);
}
