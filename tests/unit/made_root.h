/* SPDX-License-Identifier: Apache-2.0 */
/* A root of a test's own: files below a folder, made with the folders that they are in. */
#ifndef TESTS_UNIT_MADE_ROOT_H
#define TESTS_UNIT_MADE_ROOT_H

#include <stddef.h>

/* path: below root, with a slash. A file that is there is replaced. */
void put_bytes(const char *root, const char *path, const char *bytes, size_t len);
void put_file(const char *root, const char *path, const char *text);
/* Each word with a NUL behind it, as arguments are in /proc. */
void put_words(const char *root, const char *path, const char *words);
void remove_file(const char *root, const char *path);
/* With all that is in it. */
void remove_root(const char *root);

#endif
