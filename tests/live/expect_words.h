/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All parameters that a case expects of its event, in order, as one text of words:
 *
 *   res            the result             name=123       a number
 *   name=low..high a number between       name='text     a text, with its NUL
 *   name=x:0102    bytes                  name=-         nothing (length 0)
 *   name=*         anything, where the value is the machine's
 *   !unreadable    the record's mark
 */
#ifndef TESTS_LIVE_EXPECT_WORDS_H
#define TESTS_LIVE_EXPECT_WORDS_H

/* In the child, behind expect_call(), whose result is ret. */
void expect_words(const char *wants, long ret);

#endif
