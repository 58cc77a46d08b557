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
		size_t end = strlen(path);
		int rc = 0;

		while (end > 1 && path[end - 1] == '/')
			end--;
		if (failed != -ENOMEM && snprintf(name, sizeof(name), "%.*s/%s", (int)end, path,
						  entries[i]->d_name) < (int)sizeof(name))
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

int rule_files_port(void *ctx, const char *service)
{
	const struct servent *entry = getservbyname(service, NULL);

	return entry ? ntohs((uint16_t)entry->s_port) : -1;
}
