/* SPDX-License-Identifier: Apache-2.0 */
/* What --help and `saker list options` print, made from options.def. */
#ifndef TUI_USAGE_H
#define TUI_USAGE_H

#include <stdbool.h>
#include <stdio.h>

void usage_print(FILE *out);
void usage_list_options(FILE *out, bool json);

#endif
