/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine: one thread that owns probe and state. It drains, refreshes and publishes; everybody
 * else sees snapshots and sends requests. The engine never waits for a reader.
 */
#ifndef TUI_ENGINE_H
#define TUI_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include "probe/probe.h"
#include "state/snapshot.h"
#include "views/view.h"

struct engine;

struct engine_opts {
	struct probe_opts probe;
	struct probe_scope scope;
	size_t memory_bytes;
	uint64_t delay_ns;        /* between refreshes */
	enum view_stream stream;  /* wanted from the start */
	bool wait_stream;         /* engine_start returns only when the stream plane is attached */
};

/*
 * Starts: loads the counter plane in the caller (privileges are still there), the stream plane in a
 * second thread. Returns 0, or -errno with the sentence for the user in *err.
 */
int engine_start(const struct engine_opts *opts, struct engine **ret_engine, struct probe_error *err);
/* Stops, detaches, frees. Publishes one last snapshot first when last is not NULL (caller owns it). */
void engine_stop(struct engine *engine, struct snapshot **ret_last);

/* The newest snapshot, a reference that the caller owns; NULL before the first. Never blocks. */
struct snapshot *engine_snapshot(struct engine *engine);
/* Readable when there is a newer snapshot than the last taken; the caller reads 8 bytes from it. */
int engine_fd(const struct engine *engine);

/* Requests: latest wins, no answer. */
void engine_want_stream(struct engine *engine, enum view_stream stream);
/* Everything of this process (0: nobody), its fds seeded at once. */
void engine_focus(struct engine *engine, uint32_t pid);
void engine_set_delay(struct engine *engine, uint64_t delay_ns);
/* A new refresh now, e.g. after a key. */
void engine_refresh_now(struct engine *engine);

/*
 * For line output: called in the engine thread for every delivered record after the state has seen
 * it. Set before start through engine_set_tap(NULL) = none.
 */
struct engine_tap {
	void *ctx;
	void (*event)(void *ctx, const struct history_event *kept);
	void (*gap)(void *ctx, uint64_t lost, unsigned buffer);
};
void engine_set_tap(struct engine *engine, const struct engine_tap *tap);

#endif
