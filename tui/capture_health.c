/* SPDX-License-Identifier: Apache-2.0 */
#include "capture_health.h"

#include <string.h>

/* Nanoseconds with three decimals are kept of the one member that is no whole number. */
#define PER_CALL_SCALE 1000

static void put(struct capture_pair *pairs, size_t *len, uint64_t number, uint64_t value)
{
	if (value)
		pairs[(*len)++] = (struct capture_pair){ number, value };
}

size_t capture_health_put(const struct health_row *health,
			  struct capture_pair pairs[CAPTURE_HEALTH_PAIRS])
{
	struct health_row scaled = *health;
	size_t len = 0;

	scaled.own_ns_per_call *= PER_CALL_SCALE;
#define HEALTH(number, member) put(pairs, &len, number, (uint64_t)scaled.member);
#include "capture_health.def"
	return len;
}

size_t capture_buffer_put(const struct buffer_row *buffer,
			  struct capture_pair pairs[CAPTURE_BUFFER_PAIRS])
{
	size_t len = 0;

#define BUFFER(number, member) put(pairs, &len, number, (uint64_t)buffer->member);
#include "capture_health.def"
	for (unsigned f = 0; f < RECORD_FATE_COUNT; f++)
		for (unsigned c = 0; c < RECORD_CLASS_COUNT; c++)
			put(pairs, &len, CAPTURE_FATES + f * RECORD_CLASS_COUNT + c,
			    buffer->fate[f][c]);
	return len;
}

void capture_health_take(const uint8_t *data, size_t len, struct health_row *ret_health)
{
	struct capture_pair pair;

	*ret_health = (struct health_row){ 0 };
	for (size_t at = 0; at + sizeof(pair) <= len; at += sizeof(pair)) {
		memcpy(&pair, data + at, sizeof(pair));
		switch (pair.number) {
#define HEALTH(number, member)                   \
	case number:                             \
		ret_health->member = pair.value; \
		break;
#include "capture_health.def"
		default: break;
		}
	}
	ret_health->own_ns_per_call /= PER_CALL_SCALE;
}

static void take_fate(struct buffer_row *buffer, const struct capture_pair *pair)
{
	uint64_t at = pair->number - CAPTURE_FATES;

	if (pair->number >= CAPTURE_FATES && at < RECORD_FATE_COUNT * RECORD_CLASS_COUNT)
		buffer->fate[at / RECORD_CLASS_COUNT][at % RECORD_CLASS_COUNT] = pair->value;
}

void capture_buffer_take(const uint8_t *data, size_t len, struct buffer_row *ret_buffer)
{
	struct capture_pair pair;

	*ret_buffer = (struct buffer_row){ 0 };
	for (size_t at = 0; at + sizeof(pair) <= len; at += sizeof(pair)) {
		memcpy(&pair, data + at, sizeof(pair));
		switch (pair.number) {
#define BUFFER(number, member)                                                   \
	case number:                                                             \
		ret_buffer->member = (__typeof__(ret_buffer->member))pair.value; \
		break;
#include "capture_health.def"
		default: take_fate(ret_buffer, &pair); break;
		}
	}
}
