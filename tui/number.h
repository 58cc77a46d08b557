/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that users write: whole, with a size suffix, or decimal seconds. No locale, no blanks. */
#ifndef TUI_NUMBER_H
#define TUI_NUMBER_H

#include <stdint.h>

/* What a delay or a time limit may be, on the command line and on the screen. */
#define SECONDS_MIN_NS 100000000ull
#define SECONDS_MAX 1000000u

/* All return 0, -EINVAL when the text is no such number, -ERANGE when it is too large to hold. */

/* "123" */
int number_whole(const char *text, uint64_t *ret_value);
/* "4096", "64K", "8M", "1G": powers of 1024, either case. */
int number_size(const char *text, uint64_t *ret_bytes);
/* "1", "0.25", ".5": at most nine decimals. */
int number_seconds(const char *text, uint64_t *ret_ns);
/* "10", "2.5ms", "300us", "1s": milliseconds where no unit says otherwise; ns has no decimals. */
int number_duration(const char *text, uint64_t *ret_ns);

#endif
