/* SPDX-License-Identifier: Apache-2.0 */
/* Rules as JSON, with all that is known of them. */
#ifndef TUI_RULE_DESCRIBE_H
#define TUI_RULE_DESCRIBE_H

#include <stdio.h>

struct rule;
struct rules;

/* {"required_engine_version":...,"rules":[{"info":{...},"details":{...}}, ...]} */
void rule_describe_json(const struct rules *rules, FILE *out);
/* [{"name":...,"file":...,"line":N}, ...]: flat, as other lists; lines count from 1. */
void rule_list_json(const struct rules *rules, FILE *out);

#endif
