/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state engine: what the host looks like. Fed with counter refreshes and event records, it
 * keeps processes, threads, fds, containers, users and the history, and publishes snapshots. It
 * does no I/O of its own: what it lacks it asks of struct state_source. It prints nothing, knows
 * no libbpf.
 *
 * One thread owns it. Memory is bounded by opts.memory_bytes; evictions are counted.
 * The same input gives the same tables on every run and machine.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "probe/schema/record.h"
#include "probe/schema/sample.h"
#include "probe/schema/seed.h"
#include "container_wanted.h"
#include "snapshot.h"

struct state;
struct container_match;
struct container_listed;
struct container_info;

/* Not NUL-terminated; 0 = not to be had. */
struct user_folders {
	size_t home_len, shell_len;
	char home[256], shell[256];
};

/* What the state lacks and its owner can look up. Each returns 0 or -errno (-ENOENT: gone). */
struct state_source {
	void *ctx;
	/*
	 * What is known of a living process; parts (enum seed_part) says what is wanted,
	 * *ret_seed is initialised and says what there was.
	 */
	int (*process_seed)(void *ctx, uint32_t pid, unsigned parts, struct process_seed *ret_seed);
	/*
	 * The cgroup paths of a process, one per line as in /proc/PID/cgroup; of one in a machine
	 * of systemd-nspawn that its cgroup does not name another one, as the machine's unit would
	 * have it. *len: in, the room of text; out, the bytes written.
	 */
	int (*process_cgroup)(void *ctx, uint32_t pid, char *text, size_t *len);
	/*
	 * The path of a cgroup by its id (see CGROUP_ID_V2), in its hierarchy; *len alike. -ENOENT:
	 * it is gone, or nobody can say.
	 */
	int (*cgroup_path)(void *ctx, uint64_t cgroup_id, char *text, size_t *len);
	/* Calls state_file() for every open fd of the process. */
	int (*process_files)(void *ctx, uint32_t pid);
	/* Its limits, as /proc/PID/limits has them; *len alike. */
	int (*process_limits)(void *ctx, uint32_t pid, char *text, size_t *len);
	/* What an fd of the process is now, as /proc/PID/fd names it; *len alike. */
	int (*fd_name)(void *ctx, uint32_t pid, int64_t fd, char *name, size_t *len);
	/*
	 * What a runtime says of a container, through one of its processes; the caller owns it.
	 * -EAGAIN: it is being looked for. Never waits for a disk.
	 */
	int (*container_info)(void *ctx, const struct container_match *match, uint32_t pid,
			      struct container_info *ret_info);
	/*
	 * All containers that runtimes list now, each to fn. -EAGAIN: no newer list is there than
	 * the last one.
	 */
	int (*container_list)(void *ctx,
			      void (*fn)(void *fn_ctx, const struct container_listed *listed),
			      void *fn_ctx);
	/*
	 * The same for users and groups of the container's own root: only those are set. -ENODATA:
	 * its root is the host's, or not set up yet.
	 */
	int (*container_users)(void *ctx, const struct container_match *match, uint32_t pid,
			       struct container_info *ret_info);
	/* The name of a uid; *len alike. */
	int (*user_name)(void *ctx, uint32_t uid, char *name, size_t *len);
	/* The same for a gid. */
	int (*group_name)(void *ctx, uint32_t gid, char *name, size_t *len);
	/* The name of a port's service; protocol is "tcp" or "udp". */
	int (*service_name)(void *ctx, uint16_t port, const char *protocol, char *name,
			    size_t *len);
	/* Home folder and shell of a uid. */
	int (*user_folders)(void *ctx, uint32_t uid, struct user_folders *ret_folders);
};

struct state_opts {
	bool idle_containers; /* those in which nothing runs are rows, too */
	/* For state_judge_cgroup(); NULL: all. Copied. */
	const struct container_wanted *containers;
	size_t memory_bytes;    /* 0 = 256 MiB */
	uint64_t dead_keep_ns;  /* how long a dead process keeps its row; 0 = 10 s */
	uint64_t boot_epoch_ns; /* epoch time of boot */
	const char *host;       /* copied */
};

int state_new(const struct state_opts *opts, const struct state_source *source,
	      struct state **ret_state);
void state_free(struct state *state);

/* A counter refresh: begin, then what the probe's sink gets, in its order, then end. */
void state_refresh_begin(struct state *state, uint64_t time_ns);
void state_task(struct state *state, const struct task_sample *task,
		const struct call_count *calls);
void state_exit(struct state *state, const struct task_exit *ended, const struct call_count *calls);
void state_errno(struct state *state, const struct errno_count *count);
void state_timing(struct state *state, const struct timing_count *count);
void state_other(struct state *state, const struct call_count *count);
/* Cumulative: requests of io_uring; bytes of a file or socket. */
void state_uring(struct state *state, const struct uring_count *count);
enum state_object_result { STATE_OBJECT_KNOWN, STATE_OBJECT_NEW };
/* NEW: state_object_name() is to follow, when what it is called is known. */
enum state_object_result state_object(struct state *state, const struct object_count *count);
void state_object_name(struct state *state, const struct object_count *count,
		       const struct object_name *name);
/* Bytes of files and sockets are counted anew from zero, or not any more. */
enum state_objects { STATE_OBJECTS_COUNTED, STATE_OBJECTS_NOT_COUNTED };
void state_forget_objects(struct state *state, enum state_objects objects);
/*
 * From now on bytes and requests of io_uring are also added up from events, and are those that are
 * shown while nobody counts them. For captures: live, what is streamed is a part.
 */
void state_follow_activities(struct state *state);
void state_refresh_end(struct state *state);
/*
 * Instead of the end, when the counters could not be read: totals stay those of the refresh before
 * and are marked inexact until one succeeds. Exit records that came are kept.
 */
void state_refresh_abandon(struct state *state);
/* Has this process a row? With a scope, what was in it once stays until it ends. */
bool state_has_process(const struct state *state, uint32_t pid, uint64_t start_boot_ns);

/*
 * An event record, in time order. Returns 0, or -EBADMSG for a record that fails its checks: it
 * changes nothing. When there is no room to keep the event it is applied and counted as an
 * eviction.
 */
int state_record(struct state *state, const void *record, size_t len);
/*
 * Is a process of this cgroup wanted (state_opts.containers)? pid: one that is in it, 0: not known.
 * Without wanted containers: IN, or PENDING while its container is not named yet. PENDING ends by
 * itself, when who looks for the name has answered, or with state_judge_now(). *ret_news (if not
 * NULL): is the verdict another than at the last such call with ret_news?
 */
enum state_news { STATE_OLD, STATE_NEW };
enum container_verdict state_judge_cgroup(struct state *state, uint64_t cgroup_id, uint32_t pid,
					  enum state_news *ret_news);
/* The same without waiting for names any longer: never PENDING. */
enum container_verdict state_judge_now(struct state *state, uint64_t cgroup_id, uint32_t pid);
/* A wanted container that was not seen so far; NULL: there is none. */
const char *state_awaited_container(const struct state *state);
/*
 * A cgroup was made; its path in its hierarchy. Its container is looked up before it is used. True
 * when what its runtime says of that is not known yet.
 */
bool state_cgroup_made(struct state *state, uint64_t cgroup_id, const char *path);
void state_cgroup_removed(struct state *state, uint64_t cgroup_id);
/* The source has another answer for a container (container_match.id): taken where it has one. */
void state_container_told(struct state *state, const char *id, size_t len);

/*
 * Open files: a pass begins, tells every file that is open now (of one process, or with pid 0 of
 * all) and ends. LOOK: no more than that is known of them; FOLLOW: every call that changes
 * them is told as a record from now on.
 */
enum state_pass { STATE_PASS_LOOK, STATE_PASS_FOLLOW };
void state_files_begin(struct state *state, uint32_t pid, enum state_pass pass);
/* Ignored where the process has no row. */
void state_file(struct state *state, const struct file_sample *file, const char *path);
void state_files_end(struct state *state, uint32_t pid);
/* Whether snapshots have rows of open files. */
enum state_show { STATE_HIDE, STATE_SHOW };
void state_show_files(struct state *state, enum state_show show);
/* Nothing of this process makes room for others (0: of none): somebody looks at what it does. */
void state_keep(struct state *state, uint32_t pid);
/* Whether they have what the page of a process shows: of one, or with pid 0 of the first some. */
enum state_detail {
	STATE_DETAIL_OFF,
	STATE_DETAIL_PAGE,
	STATE_DETAIL_ENVIRONMENT, /* that too */
};
void state_show_detail(struct state *state, uint32_t pid, enum state_detail detail);

/*
 * The event of the last successful state_record(), valid until the next; NULL: there was no room.
 */
const struct history_event *state_last_event(const struct state *state);
/*
 * A rule matches the record that state_record() took last: keeps both apart from the history, where
 * floods of events do not push them out; event_num is set here. 0, -ENOENT without such a record,
 * or -ENOMEM: only the number of hits grew.
 */
struct history_hit;
int state_hit(struct state *state, const struct history_hit *hit);
/*
 * The files that rules name, found in the roots of the host and of containers: takes the place of
 * those that were told before. Texts are copied. Returns 0 or -ENOMEM: none is known then.
 */
struct named_file {
	const char *container; /* its id as it is shown, "" for the host */
	const char *path;      /* as rules name it */
	uint64_t ino;
	uint32_t dev; /* as struct record_file_id has it */
};
int state_named_files(struct state *state, const struct named_file *files, size_t len);
/* Where such files can be: containers seen in the last refresh. Returns how many, at most max. */
struct state_root {
	const char *id; /* borrowed until the next call that changes the state */
	uint32_t pid;   /* a process in it */
};
size_t state_roots(const struct state *state, struct state_root *roots, size_t max);
/* What rules did, for the next snapshots; takes over the reference, NULL: there are none. */
void state_set_rules(struct state *state, struct rule_rows *rows);
/* The answer to a question, for the next snapshots; takes over the reference. */
void state_set_explained(struct state *state, struct explained *explained);
/* What became of a capture, for the next snapshots. */
void state_set_saved(struct state *state, const struct snapshot_saved *saved);
/* How many events a condition accepts, so far. */
void state_set_counted(struct state *state, const struct snapshot_counted *counted);
/* One more than the number of the event that came last. */
uint64_t state_events_end(const struct state *state);
/* That event is not wanted: it stays in the history, and views leave it out. */
void state_hide_last(struct state *state);
/*
 * The fd table of a process (0: all) is unknown until it is seeded with state_file(): called before
 * seeding, and when its fd calls are no longer streamed.
 */
void state_forget_files(struct state *state, uint32_t pid);
/*
 * Are all calls streamed that change fd tables? Then a process whose table is unknown (made by a
 * sibling, or shared with threads that left it) is asked for it when its next event comes. What it
 * opened and closed in the milliseconds between is taken from its events, in order.
 */
enum state_files { STATE_FILES_LEFT, STATE_FILES_FOLLOWED };
void state_follow_files(struct state *state, enum state_files files);
/*
 * Where slow or failed calls are all that is streamed beside those that change fd tables, what else
 * makes descriptors is not seen (messages that carry them): one that is in no table is asked for by
 * its name, as it is when the event comes.
 */
void state_ask_unknown_files(struct state *state, bool ask);

/*
 * Probe health for the next snapshot. Copied; calls, calls_delta, memory_* and
 * evictions are the state's own; inexact is joined with its own. */
void state_set_health(struct state *state, const struct health_row *health,
		      const struct buffer_row *buffers, size_t buffers_len);

/*
 * Processes that ended and whose rows were given up since the last call; for probe_forget_process.
 */
typedef void (*state_forget_fn)(void *ctx, uint32_t pid, uint64_t start_boot_ns);
void state_take_forgotten(struct state *state, state_forget_fn fn, void *ctx);

/*
 * Publishes: everything since the last refresh_end plus the events so far. Cheap when only events
 * came since the last publish (tables are shared). Returns a reference that the caller owns.
 */
int state_publish(struct state *state, struct snapshot **ret_snapshot);

#endif
