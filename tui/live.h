/* SPDX-License-Identifier: Apache-2.0 */
/* The modes that load the probe: everything between the command line and their own work. */
#ifndef TUI_LIVE_H
#define TUI_LIVE_H

#include "options.h"

/*
 * Reads the config, checks what the options name, opens what needs privileges, drops them and runs
 * the mode. Returns the status of the program, or -EINVAL with the sentence in *err when what the
 * user wrote is wrong.
 */
int live_run(struct options *options, struct usage_error *err);

#endif
