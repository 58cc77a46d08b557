/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_feed.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "capture_health.h"
#include "replay_answers.h"
#include "replay_foreign.h"
#include "replay_named.h"
#include "replay_scope.h"
#include "replay_tasks.h"
#include "state/container.h"
#include "state/filter/eval.h"
#include "state/filter/event.h"

#if defined(__x86_64__)
#define THIS_MACHINE EM_X86_64
#else
#define THIS_MACHINE EM_AARCH64
#endif

/*
 * Of threads and answers that are kept beside the state; a file that needs more is not one of ours.
 */
#define FEED_MEMORY_MAX (512u << 20)
#define NOTICE_MAX 600

struct replay_feed {
	struct replay_feed_opts opts;
	struct capture_sink sink;
	struct state *state;
	struct memory *memory;
	struct replay_scope scope;
	struct replay_answers answers;
	struct state_source source; /* that answers them */
	struct replay_tasks tasks;
	struct replay_named named;
	struct replay_foreign foreign;
	struct capture_machine machine;
	struct filter_event filter_event; /* with opts.filter or opts.rules, and a state */
	struct rule_watch watch;
	struct capture_meta meta; /* version 0: not ours */
	bool in_refresh, sampled; /* sampled: the tasks of this refresh were told */
	bool refreshed;           /* once at least */
	bool closed;
	uint64_t events;
	struct health_row health;
	struct buffer_row buffers[SNAPSHOT_BUFFERS_MAX];
	size_t buffers_len;
	char notice[NOTICE_MAX];
};

static int need_state(struct replay_feed *feed)
{
	const struct state_opts opts = {
		.containers = &feed->opts.containers,
		.memory_bytes = feed->opts.memory_bytes ? feed->opts.memory_bytes
							: (size_t)feed->meta.memory_bytes,
		.boot_epoch_ns = feed->machine.boot_epoch_ns,
		.host = feed->machine.host,
	};

	int rc;

	if (feed->state)
		return 0;
	feed->source = replay_answers_source(&feed->answers);
	rc = state_new(&opts, &feed->source, &feed->state);
	if (rc == 0) {
		state_follow_activities(feed->state);
		/* What somebody will look at is not known yet. */
		state_show_files(feed->state, STATE_SHOW);
		state_show_detail(feed->state, 0, STATE_DETAIL_ENVIRONMENT);
	}
	if (rc == 0 && (feed->opts.filter || feed->opts.chosen || feed->opts.rules))
		rc = filter_event_init(&feed->filter_event, feed->state);
	if (rc == 0) {
		struct rule_watch_opts watch = feed->opts.watch;

		watch.listeners[RULE_LISTENER_TAP] =
			(struct rule_listener){ feed->opts.tap.hit, feed->opts.tap.ctx };
		rule_watch_init(&feed->watch, &watch, &feed->filter_event, feed->state);
		if (feed->opts.rules)
			rule_watch_use(&feed->watch, feed->opts.rules);
	}
	return rc;
}

void replay_feed_set_watch(struct replay_feed *feed, const struct rule_watch_opts *watch)
{
	feed->opts.watch = *watch;
}

/* --- what stands before the first event --- */

static int on_machine(void *ctx, const struct capture_machine *machine)
{
	struct replay_feed *feed = ctx;

	feed->machine = *machine;
	return 0;
}

static int on_user(void *ctx, uint32_t uid, const char *name, size_t len)
{
	struct replay_feed *feed = ctx;
	const struct capture_cursor text = { .data = (const uint8_t *)name, .len = len };

	return replay_answers_put(&feed->answers, REPLAY_USER, uid, 0, &text);
}

/* Of our own files the lists are for others: items tell the same, and more. */
static int on_process(void *ctx, const struct process_seed *seed)
{
	struct replay_feed *feed = ctx;

	return replay_foreign_process(&feed->foreign, seed);
}

static int on_list_file(void *ctx, const struct file_sample *file, const char *name)
{
	struct replay_feed *feed = ctx;

	return replay_foreign_file(&feed->foreign, file, name);
}

/* --- events --- */

/* Everything is told up to one event, which somebody looks at. */
static int pass_until(struct replay_feed *feed)
{
	if (state_events_end(feed->state) <= feed->opts.until_num)
		return 0;
	feed->opts.until(feed->opts.until_ctx, &feed->watch);
	return -ECANCELED;
}

static bool is_accepted(struct replay_feed *feed)
{
	const struct replay_feed_opts *opts = &feed->opts;

	return (!opts->filter || filter_set_accepts_last(opts->filter, &feed->filter_event)) &&
	       (!opts->chosen || filter_set_accepts_last(opts->chosen, &feed->filter_event));
}

static int deliver(struct replay_feed *feed, const void *record, size_t len)
{
	const struct history_event *kept;
	int rc = state_record(feed->state, record, len);

	if (rc < 0)
		return rc;
	feed->events++;
	if (feed->opts.until_num)
		return pass_until(feed);
	if (!is_accepted(feed))
		state_hide_last(feed->state);
	rule_watch_last(&feed->watch);
	kept = state_last_event(feed->state);
	return kept && !kept->hidden && feed->opts.tap.event
		       ? feed->opts.tap.event(feed->opts.tap.ctx, feed->state, kept)
		       : 0;
}

static int on_record(void *ctx, const void *record, size_t len)
{
	struct replay_feed *feed = ctx;
	struct record_prefix prefix;
	struct replay_who who;
	int rc = need_state(feed);

	if (rc < 0)
		return rc;
	memcpy(&prefix, record, sizeof(prefix));
	prefix.comm[sizeof(prefix.comm) - 1] = '\0';
	who = (struct replay_who){ prefix.pid, prefix.ppid, prefix.euid, prefix.comm };
	if (!replay_scope_has(&feed->scope, &who))
		return 0;
	/* Live it waited until its container had a name, or in vain. */
	if (feed->meta.version &&
	    state_judge_now(feed->state, prefix.cgroup_id, prefix.pid) != CONTAINER_IN)
		return 0;
	return deliver(feed, record, len);
}

static int on_event(void *ctx, const struct capture_event *event)
{
	struct replay_feed *feed = ctx;
	const void *record = NULL;
	size_t len = 0;
	int rc = need_state(feed);

	if (rc == 0 && !feed->meta.version)
		rc = replay_foreign_seed(&feed->foreign, feed->state);
	if (rc == 0)
		rc = replay_foreign_record(&feed->foreign, event, &record, &len);
	/* What has no meaning here is passed over. */
	if (rc <= 0 || !record)
		return rc;
	rc = on_record(feed, record, len);
	return rc == -EBADMSG ? 0 : rc;
}

/* --- items --- */

static int take_meta(struct replay_feed *feed, struct capture_cursor *item)
{
	cursor_get(item, &feed->meta, sizeof(feed->meta));
	if (item->bad)
		return -EBADMSG;
	if (feed->meta.version != CAPTURE_ITEMS_VERSION)
		return -EPROTONOSUPPORT;
	if (feed->meta.machine != THIS_MACHINE)
		return -ENOEXEC;
	replay_foreign_release(&feed->foreign);
	return 0;
}

static int take_begin(struct replay_feed *feed, struct capture_cursor *item)
{
	uint64_t time_ns = cursor_u64(item);

	if (item->bad || feed->in_refresh)
		return -EBADMSG;
	feed->in_refresh = true;
	feed->sampled = false;
	state_refresh_begin(feed->state, time_ns);
	return 0;
}

static int take_gone(struct replay_feed *feed, struct capture_cursor *item)
{
	uint32_t tid = cursor_u32(item);

	cursor_u32(item);
	replay_tasks_remove(&feed->tasks, tid, cursor_u64(item));
	return item->bad ? -EBADMSG : 0;
}

/* What a terminal shows of it is one character. */
static void clean_sample(struct task_sample *sample)
{
	if (sample->state <= ' ' || sample->state > '~')
		sample->state = '?';
	sample->comm[sizeof(sample->comm) - 1] = '\0';
	sample->leader_comm[sizeof(sample->leader_comm) - 1] = '\0';
}

static bool wants_cgroup(struct replay_feed *feed, uint64_t cgroup_id, uint32_t pid)
{
	return !feed->opts.containers.len ||
	       state_judge_cgroup(feed->state, cgroup_id, pid, NULL) == CONTAINER_IN;
}

static int take_sampled(struct replay_feed *feed)
{
	struct replay_task *const *list;
	long len;

	if (!feed->in_refresh || feed->sampled)
		return -EBADMSG;
	feed->sampled = true;
	len = replay_tasks_sort(&feed->tasks, &list);
	for (long i = 0; i < len; i++) {
		struct task_sample *sample = &list[i]->sample;
		const struct replay_who who = { sample->pid, sample->ppid, sample->euid,
						sample->leader_comm };

		clean_sample(sample);
		if ((replay_scope_has(&feed->scope, &who) &&
		     wants_cgroup(feed, sample->cgroup_id, sample->pid)) ||
		    state_has_process(feed->state, sample->pid, sample->start_boot_ns))
			state_task(feed->state, sample, list[i]->calls);
	}
	return len < 0 ? (int)len : 0;
}

static int take_exit(struct replay_feed *feed, struct capture_cursor *item)
{
	struct task_exit ended;
	const struct capture_bytes head = { .data = (uint8_t *)&ended, .size = sizeof(ended) };
	struct call_count *calls;
	struct replay_who who;
	uint32_t len;
	int rc = replay_take_counted(item, feed->memory, &head, &calls, &len);

	if (rc < 0)
		return rc;
	ended.calls_len = len;
	ended.comm[sizeof(ended.comm) - 1] = '\0';
	ended.leader_comm[sizeof(ended.leader_comm) - 1] = '\0';
	who = (struct replay_who){ ended.pid, ended.ppid, ended.euid, ended.leader_comm };
	if ((replay_scope_has(&feed->scope, &who) &&
	     wants_cgroup(feed, ended.cgroup_id, ended.pid)) ||
	    state_has_process(feed->state, ended.pid, ended.start_boot_ns))
		state_exit(feed->state, &ended, calls);
	if (ended.process_ended) {
		replay_answers_forget(&feed->answers, ended.pid);
		replay_scope_forget(&feed->scope, ended.pid);
	}
	memory_free(feed->memory, calls, len * sizeof(*calls));
	return 0;
}

static void tell_errno(void *ctx, const void *data)
{
	struct replay_feed *feed = ctx;

	state_errno(feed->state, data);
}

static void tell_other(void *ctx, const void *data)
{
	struct replay_feed *feed = ctx;

	state_other(feed->state, data);
}

static void tell_timing(void *ctx, const void *data)
{
	struct replay_feed *feed = ctx;

	state_timing(feed->state, data);
}

static int take_timings(struct replay_feed *feed, struct capture_cursor *item)
{
	struct timing_count count;
	const struct capture_bytes scratch = { .data = (uint8_t *)&count, .size = sizeof(count) };

	return replay_take_list(item, &scratch, tell_timing, feed);
}

static void tell_uring(void *ctx, const void *data)
{
	struct replay_feed *feed = ctx;

	state_uring(feed->state, data);
}

static int take_urings(struct replay_feed *feed, struct capture_cursor *item)
{
	struct uring_count count;
	const struct capture_bytes scratch = { .data = (uint8_t *)&count, .size = sizeof(count) };

	return replay_take_list(item, &scratch, tell_uring, feed);
}

static int take_objects(struct replay_feed *feed, struct capture_cursor *item)
{
	bool counted = cursor_u32(item);

	if (item->bad)
		return -EBADMSG;
	state_forget_objects(feed->state,
			     counted ? STATE_OBJECTS_COUNTED : STATE_OBJECTS_NOT_COUNTED);
	return 0;
}

static void tell_object(void *ctx, const void *data)
{
	struct replay_feed *feed = ctx;

	state_object(feed->state, data);
}

static int take_object(struct replay_feed *feed, struct capture_cursor *item)
{
	struct object_count count;
	const struct capture_bytes scratch = { .data = (uint8_t *)&count, .size = sizeof(count) };

	return replay_take_list(item, &scratch, tell_object, feed);
}

/* Takes len bytes, of which data has room for size. */
static int take_struct(struct capture_cursor *item, void *data, size_t size, size_t len)
{
	const uint8_t *from = cursor_take(item, len);

	if (!from)
		return -EBADMSG;
	memcpy(data, from, len < size ? len : size);
	return 0;
}

static int take_object_name(struct replay_feed *feed, struct capture_cursor *item)
{
	size_t count_len = cursor_u16(item), name_len = cursor_u16(item);
	struct object_count count = { 0 };
	struct object_name name = { 0 };

	cursor_u32(item);
	if (take_struct(item, &count, sizeof(count), count_len) < 0 ||
	    take_struct(item, &name, offsetof(struct object_name, path), name_len) < 0 ||
	    cursor_left(item) > sizeof(name.path))
		return -EBADMSG;
	name.path_len = (uint32_t)cursor_left(item);
	cursor_get(item, name.path, name.path_len);
	state_object_name(feed->state, &count, &name);
	return 0;
}

static int take_errnos(struct replay_feed *feed, struct capture_cursor *item)
{
	struct errno_count count;
	const struct capture_bytes scratch = { .data = (uint8_t *)&count, .size = sizeof(count) };

	return replay_take_list(item, &scratch, tell_errno, feed);
}

/* With a scope what no thread owns belongs to nobody, as live. */
static int take_others(struct replay_feed *feed, struct capture_cursor *item)
{
	struct call_count count;
	const struct capture_bytes scratch = { .data = (uint8_t *)&count, .size = sizeof(count) };

	if (!feed->in_refresh)
		return -EBADMSG;
	if (!replay_scope_is_everything(&feed->scope))
		return 0;
	return replay_take_list(item, &scratch, tell_other, feed);
}

static int take_end(struct replay_feed *feed, bool complete)
{
	if (!feed->in_refresh || (complete && !feed->sampled))
		return -EBADMSG;
	feed->in_refresh = false;
	feed->refreshed = true;
	if (complete)
		state_refresh_end(feed->state);
	else
		state_refresh_abandon(feed->state);
	if (!feed->opts.until_num)
		rule_watch_publish(&feed->watch);
	return 0;
}

static int take_buffer(struct replay_feed *feed, struct capture_cursor *item)
{
	if (feed->buffers_len == SNAPSHOT_BUFFERS_MAX)
		return 0;
	capture_buffer_take(item->data, item->len, &feed->buffers[feed->buffers_len++]);
	return 0;
}

static int take_health(struct replay_feed *feed, struct capture_cursor *item)
{
	capture_health_take(item->data, item->len, &feed->health);
	feed->buffers_len = 0;
	feed->notice[0] = '\0';
	return 0;
}

static int take_notice(struct replay_feed *feed, struct capture_cursor *item)
{
	size_t len = item->len < sizeof(feed->notice) ? item->len : sizeof(feed->notice) - 1;

	memcpy(feed->notice, item->data, len);
	feed->notice[len] = '\0';
	return 0;
}

static void forget_nobody(void *ctx, uint32_t pid, uint64_t start_boot_ns)
{
}

static int take_refreshed(struct replay_feed *feed)
{
	if (feed->in_refresh)
		return -EBADMSG;
	feed->health.notice = feed->notice[0] ? feed->notice : NULL;
	state_set_health(feed->state, &feed->health, feed->buffers, feed->buffers_len);
	state_take_forgotten(feed->state, forget_nobody, NULL);
	return feed->opts.tap.refreshed ? feed->opts.tap.refreshed(feed->opts.tap.ctx) : 0;
}

static int take_file(struct replay_feed *feed, struct capture_cursor *item)
{
	size_t file_len = cursor_u16(item), known;
	char path[RECORD_PATH_MAX + 1];
	struct file_sample file = { 0 };
	const uint8_t *data;

	cursor_u16(item);
	cursor_u32(item);
	known = file_len < sizeof(file) ? file_len : sizeof(file);
	data = cursor_take(item, file_len);
	if (!data || cursor_left(item) > RECORD_PATH_MAX)
		return -EBADMSG;
	memcpy(&file, data, known);
	file.path_len = (uint16_t)cursor_left(item);
	cursor_get(item, path, file.path_len);
	path[file.path_len] = '\0';
	state_file(feed->state, &file, path);
	return 0;
}

static int take_files_begin(struct replay_feed *feed, struct capture_cursor *item)
{
	uint32_t pid = cursor_u32(item);
	bool followed = cursor_u32(item);

	if (item->bad)
		return -EBADMSG;
	state_files_begin(feed->state, pid, followed ? STATE_PASS_FOLLOW : STATE_PASS_LOOK);
	return 0;
}

static int take_answer(struct replay_feed *feed, enum replay_answer kind,
		       struct capture_cursor *item)
{
	uint32_t id = cursor_u32(item);
	int32_t error = (int32_t)cursor_u32(item);

	if (item->bad || error > 0)
		return -EBADMSG;
	return replay_answers_put(&feed->answers, kind, id, error, item);
}

static int take_cgroup_path(struct replay_feed *feed, struct capture_cursor *item)
{
	uint64_t id = cursor_u64(item);
	int32_t error = (int32_t)cursor_u32(item);

	cursor_u32(item);
	if (item->bad || error > 0)
		return -EBADMSG;
	return replay_answers_put(&feed->answers, REPLAY_CGROUP_PATH, id, error, item);
}

static int take_cgroup_made(struct replay_feed *feed, struct capture_cursor *item)
{
	uint64_t id = cursor_u64(item);
	size_t len = cursor_left(item);
	char path[RECORD_PATH_MAX];

	if (item->bad || len >= sizeof(path))
		return -EBADMSG;
	cursor_get(item, path, len);
	path[len] = '\0';
	state_cgroup_made(feed->state, id, path);
	return 0;
}

static int take_container(struct replay_feed *feed, enum replay_answer kind,
			  struct capture_cursor *item)
{
	char id[CONTAINER_ID_MAX];
	int32_t error;
	size_t len;
	int rc;

	cursor_u32(item);
	error = (int32_t)cursor_u32(item);
	len = cursor_text(item, id, sizeof(id));
	if (item->bad || error > 0)
		return -EBADMSG;
	rc = replay_answers_put(&feed->answers, kind, replay_answers_container(id, len), error,
				item);
	/* Who recorded had a reason to ask again that the file does not tell. */
	if (rc == 0 && error == 0 && kind == REPLAY_CONTAINER)
		state_container_told(feed->state, id, len);
	return rc;
}

static int take_item(struct replay_feed *feed, uint16_t kind, struct capture_cursor *item)
{
	switch ((enum capture_item_kind)kind) {
	case CAPTURE_ITEM_META: break; /* once, at the beginning */
	case CAPTURE_ITEM_BEGIN: return take_begin(feed, item);
	case CAPTURE_ITEM_TASK: return replay_tasks_put(&feed->tasks, item);
	case CAPTURE_ITEM_GONE: return take_gone(feed, item);
	case CAPTURE_ITEM_SAMPLED: return take_sampled(feed);
	case CAPTURE_ITEM_EXIT: return take_exit(feed, item);
	case CAPTURE_ITEM_ERRNO: return take_errnos(feed, item);
	case CAPTURE_ITEM_TIMING: return take_timings(feed, item);
	case CAPTURE_ITEM_URING: return take_urings(feed, item);
	case CAPTURE_ITEM_OBJECTS: return take_objects(feed, item);
	case CAPTURE_ITEM_OBJECT: return take_object(feed, item);
	case CAPTURE_ITEM_OBJECT_NAME: return take_object_name(feed, item);
	case CAPTURE_ITEM_OTHER: return take_others(feed, item);
	case CAPTURE_ITEM_END: return take_end(feed, true);
	case CAPTURE_ITEM_ABANDON: return take_end(feed, false);
	case CAPTURE_ITEM_HEALTH: return take_health(feed, item);
	case CAPTURE_ITEM_BUFFER: return take_buffer(feed, item);
	case CAPTURE_ITEM_NOTICE: return take_notice(feed, item);
	case CAPTURE_ITEM_FILE: return take_file(feed, item);
	case CAPTURE_ITEM_FILES_BEGIN: return take_files_begin(feed, item);
	case CAPTURE_ITEM_FILES_END: state_files_end(feed->state, cursor_u32(item)); break;
	case CAPTURE_ITEM_FORGET: state_forget_files(feed->state, cursor_u32(item)); break;
	case CAPTURE_ITEM_PROCESS: return take_answer(feed, REPLAY_PROCESS, item);
	case CAPTURE_ITEM_CGROUP: return take_answer(feed, REPLAY_CGROUP, item);
	case CAPTURE_ITEM_CGROUP_PATH: return take_cgroup_path(feed, item);
	case CAPTURE_ITEM_CGROUP_MADE: return take_cgroup_made(feed, item);
	case CAPTURE_ITEM_CGROUP_REMOVED:
		state_cgroup_removed(feed->state, cursor_u64(item));
		break;
	case CAPTURE_ITEM_USER: return take_answer(feed, REPLAY_USER, item);
	case CAPTURE_ITEM_CONTAINER: return take_container(feed, REPLAY_CONTAINER, item);
	case CAPTURE_ITEM_CONTAINER_USERS:
		return take_container(feed, REPLAY_CONTAINER_USERS, item);
	case CAPTURE_ITEM_NAMED_FILE: return replay_named_put(&feed->named, feed->state, item);
	case CAPTURE_ITEM_REFRESHED: return take_refreshed(feed);
	case CAPTURE_ITEM_CLOSED: feed->closed = true; break;
	}
	return item->bad ? -EBADMSG : 0;
}

static int on_item(void *ctx, uint16_t kind, const uint8_t *data, size_t len)
{
	struct replay_feed *feed = ctx;
	struct capture_cursor item = { .data = data, .len = len };
	int rc;

	if (!feed->meta.version)
		return kind == CAPTURE_ITEM_META ? take_meta(feed, &item) : -EBADMSG;
	rc = need_state(feed);
	return rc < 0 ? rc : take_item(feed, kind, &item);
}

/* --- life cycle --- */

int replay_feed_new(const struct replay_feed_opts *opts, struct replay_feed **ret_feed)
{
	struct replay_feed *feed = calloc(1, sizeof(*feed));

	if (!feed || memory_new(FEED_MEMORY_MAX, &feed->memory) < 0) {
		free(feed);
		return -ENOMEM;
	}
	feed->opts = *opts;
	replay_scope_init(&feed->scope, &opts->scope, feed->memory);
	replay_answers_init(&feed->answers, feed->memory);
	replay_tasks_init(&feed->tasks, feed->memory);
	replay_named_init(&feed->named, feed->memory);
	replay_foreign_init(&feed->foreign, feed->memory);
	feed->sink = (struct capture_sink){
		.ctx = feed,
		.machine = on_machine,
		.user = on_user,
		.process = on_process,
		.file = on_list_file,
		.record = on_record,
		.event = on_event,
		.item = on_item,
	};
	*ret_feed = feed;
	return 0;
}

void replay_feed_free(struct replay_feed *feed)
{
	if (!feed)
		return;
	if (feed->state && feed->in_refresh)
		state_refresh_abandon(feed->state);
	rule_watch_release(&feed->watch);
	if (feed->state)
		filter_event_release(&feed->filter_event);
	state_free(feed->state);
	replay_foreign_release(&feed->foreign);
	replay_tasks_release(&feed->tasks);
	replay_named_release(&feed->named);
	replay_answers_release(&feed->answers);
	replay_scope_release(&feed->scope);
	memory_unref(feed->memory);
	free(feed);
}

const struct capture_sink *replay_feed_sink(const struct replay_feed *feed)
{
	return &feed->sink;
}

struct rule_watch *replay_feed_watch(struct replay_feed *feed)
{
	return feed->state && feed->filter_event.scratch ? &feed->watch : NULL;
}

struct filter_event *replay_feed_event(struct replay_feed *feed)
{
	if (!feed->filter_event.scratch && filter_event_init(&feed->filter_event, feed->state) < 0)
		return NULL;
	return &feed->filter_event;
}

const struct state_source *replay_feed_source(const struct replay_feed *feed)
{
	return &feed->source;
}

struct state *replay_feed_state(const struct replay_feed *feed)
{
	return feed->state;
}

bool replay_feed_has_rows(const struct replay_feed *feed)
{
	return feed->events || feed->refreshed;
}

bool replay_feed_has_counters(const struct replay_feed *feed)
{
	return feed->refreshed;
}

int replay_feed_end(struct replay_feed *feed)
{
	int rc = need_state(feed);

	if (rc < 0)
		return rc;
	if (feed->in_refresh) {
		feed->in_refresh = false;
		state_refresh_abandon(feed->state);
	}
	return feed->meta.version ? 0 : replay_foreign_seed(&feed->foreign, feed->state);
}

void replay_feed_notice(struct replay_feed *feed, const char *text)
{
	if (!feed->state)
		return;
	feed->health.notice = text;
	state_set_health(feed->state, &feed->health, feed->buffers, feed->buffers_len);
	feed->health.notice = NULL;
}

enum replay_completeness replay_feed_completeness(const struct replay_feed *feed)
{
	if (!feed->meta.version)
		return REPLAY_FOREIGN;
	return feed->closed ? REPLAY_CLOSED : REPLAY_CUT;
}

uint64_t replay_feed_events(const struct replay_feed *feed)
{
	return feed->events;
}
