/* SPDX-License-Identifier: Apache-2.0 */
/* Open files of the made-up host: of nginx and redis-server. */
#ifndef TESTS_GOLDEN_FAKE_FILES_H
#define TESTS_GOLDEN_FAKE_FILES_H

#include "state/state.h"
#include "views/look.h"

/* Looks at them as the engine does; start_ns: since boot, by pid. */
void fake_files_look(struct state *state, const struct look *look,
		     uint64_t (*start_ns)(uint32_t pid));
/* Fills what the page of a process asks beside its texts. */
void fake_files_seed(struct process_seed *seed);
/* What /proc would say of any process. */
int fake_files_limits(void *ctx, uint32_t pid, char *text, size_t *len);

#endif
