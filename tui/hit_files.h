/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open files of a capture that is made of kept events (hit_window.h): what a descriptor was
 * called is kept beside each event, and told before the first event that uses it, and again where
 * it became another one unseen.
 */
#ifndef TUI_HIT_FILES_H
#define TUI_HIT_FILES_H

#include <stdint.h>

struct history_event;
struct hit_files;
struct recorder;
struct state;

/* Both are borrowed. 0 or -ENOMEM. */
int hit_files_new(struct state *state, struct recorder *recorder, struct hit_files **ret_files);
void hit_files_free(struct hit_files *files); /* NULL is fine */
/* First all events are shown, in order, */
void hit_files_see(struct hit_files *files, const struct history_event *kept);
/* and that is all of them: 0 or -ENOMEM; */
int hit_files_seen(struct hit_files *files);
/* then what a process had open before them is told; */
void hit_files_tell_first(struct hit_files *files, uint32_t pid);
/* then, before each event, what it uses where that is not what was told. */
void hit_files_tell_event(struct hit_files *files, const struct history_event *kept);

#endif
