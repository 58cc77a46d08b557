/* SPDX-License-Identifier: Apache-2.0 */
#include "made_root.h"
#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void put_bytes(const char *root, const char *path, const char *bytes, size_t len)
{
	char full[PATH_MAX];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		ck_assert(mkdir(full, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	file = fopen(full, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	ck_assert_int_eq(fclose(file), 0);
}

void put_file(const char *root, const char *path, const char *text)
{
	put_bytes(root, path, text, strlen(text));
}

void put_words(const char *root, const char *path, const char *words)
{
	char bytes[256];
	size_t len = strlen(words) + 1;

	ck_assert_uint_le(len, sizeof(bytes));
	for (size_t i = 0; i < len; i++)
		bytes[i] = words[i] == ' ' ? '\0' : words[i];
	put_bytes(root, path, bytes, len);
}

void remove_file(const char *root, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	ck_assert_int_eq(unlink(full), 0);
}

static int remove_entry(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

void remove_root(const char *root)
{
	ck_assert_int_eq(nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}
