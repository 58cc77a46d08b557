/* SPDX-License-Identifier: Apache-2.0 */
/* What --help and `saker list options` print, made from options.def. */
#ifndef TUI_USAGE_H
#define TUI_USAGE_H

#include <stdio.h>

#include "views/list.h"

void usage_print(FILE *out);
/* 0, or the -errno of a write. */
int usage_list_options(FILE *out, enum list_format format);

#endif
