/* SPDX-License-Identifier: Apache-2.0 */
/* Rule hits, for those who show them. */
#ifndef VIEWS_HIT_H
#define VIEWS_HIT_H

#include "state/snapshot.h"

/* "crit", "warning", ...: short names of priorities. Static. */
const char *hit_priority_name(unsigned priority);

#endif
