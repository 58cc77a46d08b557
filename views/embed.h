/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views, themes and the default rules as text, built into the binary by the Makefile. Names are
 * "views/x.yaml".
 */
#ifndef VIEWS_EMBED_H
#define VIEWS_EMBED_H

#include <stddef.h>

struct embedded_file {
	const char *name;
	const char *text;
};
extern const struct embedded_file embedded_files[];
extern const size_t embedded_files_len;

#endif
