/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that are known but for what the machine puts in: addresses, ports, numbers. */
#ifndef TESTS_LIVE_WILDCARD_H
#define TESTS_LIVE_WILDCARD_H

#include <stdbool.h>

/* Is `text` this pattern, in which * stands for any bytes and all others for themselves? */
bool wildcard_fits(const char *pattern, const char *text);

#endif
