/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Health in captures: pairs of a number of capture_health.def and a value, both u64, zeros left
 * out. A ring's fates by loss class have the numbers from CAPTURE_FATES on.
 */
#ifndef TUI_CAPTURE_HEALTH_H
#define TUI_CAPTURE_HEALTH_H

#include <stddef.h>
#include <stdint.h>
#include "state/snapshot.h"

#define CAPTURE_FATES 1000
#define CAPTURE_HEALTH_PAIRS 64
#define CAPTURE_BUFFER_PAIRS (32 + RECORD_FATE_COUNT * RECORD_CLASS_COUNT)

struct capture_pair {
	uint64_t number, value;
};

/* Fill pairs and return how many there are. */
size_t capture_health_put(const struct health_row *health,
			  struct capture_pair pairs[CAPTURE_HEALTH_PAIRS]);
size_t capture_buffer_put(const struct buffer_row *buffer,
			  struct capture_pair pairs[CAPTURE_BUFFER_PAIRS]);
/* Take len bytes of pairs; what is not in them is 0. */
void capture_health_take(const uint8_t *data, size_t len, struct health_row *ret_health);
void capture_buffer_take(const uint8_t *data, size_t len, struct buffer_row *ret_buffer);

#endif
