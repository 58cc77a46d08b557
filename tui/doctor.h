/* SPDX-License-Identifier: Apache-2.0 */
/* `saker doctor`: can this machine run the probe? */
#ifndef TUI_DOCTOR_H
#define TUI_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

/*
 * Prints each requirement, what was found and what to do. Returns the status: 0, or 1 when one
 * fails.
 */
int doctor_run(FILE *out, bool json);

#endif
