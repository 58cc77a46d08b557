/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files and details: what the engine tells the state of them, and when. Files are followed
 * where all calls that change them are streamed; where a view only looks at them, they are read
 * anew at each refresh.
 */
#include "engine_parts.h"

static void on_file(void *ctx, const struct file_sample *file, const char *path)
{
	struct engine *engine = ctx;

	if (engine->recorder && state_has_process(engine->state, file->pid, file->start_boot_ns))
		recorder_file(engine->recorder, file, path);
	state_file(engine->state, file, path);
}

void engine_forget_files(struct engine *engine, uint32_t pid)
{
	if (engine->recorder)
		recorder_forget(engine->recorder, pid);
	state_forget_files(engine->state, pid);
}

static int read_files(struct engine *engine, uint32_t pid, enum state_pass files)
{
	int r;

	if (engine->recorder)
		recorder_files_begin(engine->recorder, pid, files);
	state_files_begin(engine->state, pid, files);
	r = probe_read_files(engine->probe, (pid_t)pid, on_file, engine);
	if (engine->recorder)
		recorder_files_end(engine->recorder, pid);
	state_files_end(engine->state, pid);
	return r;
}

int engine_process_files(void *ctx, uint32_t pid)
{
	return read_files(ctx, pid, STATE_PASS_FOLLOW);
}

/* May rules ask for what a process has open? */
static bool rules_ask_files(const struct engine *engine)
{
	return engine->watch.rules && !(engine->rule_gates & FILES_GATES);
}

void engine_apply_files(struct engine *engine, enum view_stream want, const struct choice *choice)
{
	uint32_t focus = engine->applied_focus;
	/* Of slow and failed calls alone the others that change descriptors are streamed too. */
	bool calls =
		want == VIEW_STREAM_ALL || want == VIEW_STREAM_SLOW || want == VIEW_STREAM_FAILED;
	bool partly = choice->failed || choice->min_duration_ns || want == VIEW_STREAM_FAILED;
	bool shown = calls && (!focus || engine_is_recording(engine));
	bool all = shown || rules_ask_files(engine);

	state_ask_unknown_files(engine->state, partly);
	/* Between everything and a part of it some calls may have been missed. */
	if (all && engine->all_files && partly == engine->partly_files) {
		if (focus)
			read_files(engine, focus, STATE_PASS_FOLLOW);
		return;
	}
	engine_forget_files(engine, 0);
	if (all)
		read_files(engine, 0, STATE_PASS_FOLLOW);
	else if (focus)
		read_files(engine, focus, STATE_PASS_FOLLOW);
	engine->all_files = all;
	engine->partly_files = partly;
	state_follow_files(engine->state, all ? STATE_FILES_FOLLOWED : STATE_FILES_LEFT);
	engine->followed_files = focus;
}

/* Is what a view looks at followed anyway? */
static bool is_followed(const struct engine *engine, uint32_t pid)
{
	return engine->all_files || (pid && engine->followed_files == pid);
}

void engine_look_again(struct engine *engine)
{
	const struct look *look = &engine->applied_look;

	/* What is recorded is followed: told anew each second, the file would be full of it. */
	if (look->files == STATE_HIDE || engine_is_recording(engine))
		return;
	read_files(engine, look->pid,
		   is_followed(engine, look->pid) ? STATE_PASS_FOLLOW : STATE_PASS_LOOK);
}

/* Nobody looks any more: what is not followed is not known. */
static void look_away(struct engine *engine)
{
	uint32_t followed = engine->followed_files;

	if (engine->all_files)
		return;
	engine_forget_files(engine, 0);
	if (followed)
		read_files(engine, followed, STATE_PASS_FOLLOW);
}

bool engine_apply_look(struct engine *engine)
{
	uint64_t wanted = atomic_load(&engine->look);
	struct look look = { .files = (enum state_show)(wanted >> 40 & 0xff),
			     .detail = (enum state_detail)(wanted >> 32 & 0xff),
			     .pid = (uint32_t)wanted };
	struct look before = engine->applied_look;

	if (look_same(&look, &before))
		return false;
	engine->applied_look = look;
	if (before.files == STATE_SHOW)
		look_away(engine);
	state_show_files(engine->state, look.files);
	state_show_detail(engine->state, look.pid, look.detail);
	state_keep(engine->state, look.pid ? look.pid : engine->applied_focus);
	engine_look_again(engine);
	return look.files == STATE_SHOW || look.detail != STATE_DETAIL_OFF;
}

void engine_look(struct engine *engine, const struct look *look)
{
	atomic_store(&engine->look, (uint64_t)look->files << 40 | (uint64_t)look->detail << 32 |
					    (uint64_t)look->pid);
}
