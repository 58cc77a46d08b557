/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a libcheck case as a program: its main() is `return run_suite(name, tcase);`. */
#ifndef TESTS_UNIT_RUN_SUITE_H
#define TESTS_UNIT_RUN_SUITE_H

#include <check.h>

/* 0 when all tests passed, 1 else. Takes over the case. */
int run_suite(const char *name, TCase *tcase);

#endif
