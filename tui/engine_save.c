/* SPDX-License-Identifier: Apache-2.0 */
/* Captures around a hit, one at a time, each in its own thread: rings are drained meanwhile. */
#include "engine_parts.h"
#include "hit_window.h"

static void tell(struct engine *engine, const struct snapshot_saved *saved)
{
	state_set_saved(engine->state, saved);
	engine_publish(engine);
}

void engine_end_save(struct engine *engine)
{
	struct snapshot_saved saved;

	if (!engine->save)
		return;
	saved = hit_save_end(engine->save);
	engine->save = NULL;
	tell(engine, &saved);
}

void engine_turn_save(struct engine *engine)
{
	struct hit_window_ask *ask = atomic_exchange(&engine->next_save, NULL);
	const char *root = engine->opts.probe.host_root;

	if (ask || (engine->save && hit_save_is_done(engine->save)))
		engine_end_save(engine);
	if (ask) {
		struct snapshot_saved saved = { .question = ask->question };

		saved.error = hit_save_start(ask, root ? root : "", engine->opts.memory_bytes,
					     &engine->save);
		if (saved.error)
			tell(engine, &saved);
	}
}
