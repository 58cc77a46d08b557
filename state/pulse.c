/* SPDX-License-Identifier: Apache-2.0 */
#include "pulse.h"
#include "tables.h"

static uint64_t bytes_of(const struct byte_count *bytes)
{
	return bytes->file_in + bytes->file_out + bytes->net_in + bytes->net_out + bytes->ipc_in +
	       bytes->ipc_out;
}

static bool pulse_is_over(const struct pulse *pulse, uint64_t time_ns)
{
	for (size_t i = 0; i < PULSE_COUNT; i++)
		if (!spark_is_over(&pulse->metrics[i], time_ns))
			return false;
	return true;
}

void pulse_free(struct state *state, struct process *process)
{
	memory_free(state->memory, process->pulse, sizeof(*process->pulse));
	process->pulse = NULL;
}

void pulse_beat(struct state *state, struct process *process)
{
	const uint64_t amounts[PULSE_COUNT] = {
		[PULSE_CALLS] = process->delta.calls,
		[PULSE_ERRORS] = process->delta.errors,
		[PULSE_BYTES] = bytes_of(&process->bytes_delta),
		[PULSE_CPU_US] = process->cpu_delta_ns / 1000,
	};
	bool active = amounts[PULSE_CALLS] || amounts[PULSE_BYTES] || amounts[PULSE_CPU_US];

	if (!process->pulse && active)
		process->pulse = memory_alloc(state->memory, sizeof(*process->pulse));
	if (!process->pulse)
		return;
	if (!active && pulse_is_over(process->pulse, state->refresh_time_ns)) {
		pulse_free(state, process);
		return;
	}
	for (size_t i = 0; i < PULSE_COUNT; i++)
		spark_add(&process->pulse->metrics[i], state->refresh_time_ns, state->interval_ns,
			  amounts[i]);
}
