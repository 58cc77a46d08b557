/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files and folders of them, as --rules and check name them, read into a loader. */
#ifndef TUI_RULE_FILES_H
#define TUI_RULE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rules_loader;

/*
 * Reads a file, or of a folder all *.yaml and *.yml, sorted by name. What cannot be read becomes a
 * finding in the loader. Returns 0 when all is right, -EBADMSG when a file has an error, -ENOMEM.
 */
int rule_files_load(struct rules_loader *loader, const char *path);
/*
 * The default rules, then the other files of the folder `rules` beside the config file. Its file
 * default.yaml, where there is one, takes the place of the rules that are built in. Returns alike.
 */
int rule_files_load_defaults(struct rules_loader *loader);
/* Is that what the file of the rules that are built in is called? */
bool rule_files_is_built_in(const char *name);
/*
 * Where a change of a file or folder shows: the folder that it is in, or itself. 0, or
 * -ENAMETOOLONG when there is no room.
 */
int rule_files_folder(const char *path, char *folder, size_t size);
/*
 * A number that is another one when the files that would be read change: which there are, and by
 * stat(2) what is in them. stamp: of the paths before; 0 for the first.
 */
uint64_t rule_files_stamp(const char *path, uint64_t stamp);
/* The port of a service by the system's list, -1 when it has none: for rules_options.port. */
int rule_files_port(void *ctx, const char *service);

#endif
