/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config file: one YAML mapping of keys to scalars. Its keys are the config column of
 * options.def; a value is checked exactly as on the command line. Two keys have more than a scalar
 * behind them and belong to rule_config.h.
 *
 *   # ~/.config/saker/config.yaml
 *   view: syscalls
 *   delay: 2.5
 *   buffer_size: 16M
 */
#ifndef TUI_CONFIG_H
#define TUI_CONFIG_H

#include <stddef.h>

#include "options.h"

/*
 * Applies the config files to options: options->config alone, else ~/.config/saker/config.yaml and
 * then /etc/saker/config.yaml for what the first did not set. A file that is not there is fine, but
 * not the one that was named. Returns 0, or -errno with "FILE:LINE:COLUMN: ..." in *err.
 */
int config_load(struct options *options, struct usage_error *err);
typedef int (*config_text_fn)(void *ctx, const char *file, const char *text, size_t len,
			      struct usage_error *err);
/*
 * Calls fn with each config file: the one that is named, else (named NULL) those above that are
 * there, until one returns an error. Returns as config_load() does.
 */
int config_read(const char *named, config_text_fn fn, void *ctx, struct usage_error *err);
/* Applies one text. file is its name in messages. */
int config_parse(struct options *options, const char *file, const char *text, size_t len,
		 struct usage_error *err);
/*
 * Writes the folder called name ("views", "themes") beside the user's config file into path.
 * Returns 0, or -ENOENT when there is no such folder.
 */
int config_folder(const char *name, char *path, size_t size);

#endif
