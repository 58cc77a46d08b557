/* SPDX-License-Identifier: Apache-2.0 */
/* What loading rule files found, as text for people or JSON for tools. */
#ifndef TUI_RULE_REPORT_H
#define TUI_RULE_REPORT_H

#include <stdio.h>

struct rules;
struct rules_loader;

/*
 * Per file a line that says Ok, Ok with warnings or Invalid, then its findings: where, the line
 * with a caret, the code, the message. Lines and columns count from 1.
 */
void rule_report_text(const struct rules_loader *loader, FILE *out);
/*
 * {"falco_load_results":[...],"falco_describe_results":[...]}: the keys of Falco's report. There
 * lines, columns and offsets count from 0. rules NULL: nothing to describe.
 */
void rule_report_json(const struct rules_loader *loader, const struct rules *rules, FILE *out);
/* The first error in one line: "FILE:LINE:COLUMN: message". "" when there is none. */
void rule_report_first(const struct rules_loader *loader, char *text, size_t size);
/* Is every file right? */
int rule_report_ok(const struct rules_loader *loader);

#endif
