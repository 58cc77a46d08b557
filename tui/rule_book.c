/* SPDX-License-Identifier: Apache-2.0 */
#include "rule_book.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "check.h"
#include "config.h"
#include "rule_files.h"
#include "state/rules/rules.h"

/* A file is read when nothing happened to it for so long: editors write in several steps. */
#define QUIET_MS 150
#define LOOK_MS 3000
#define WATCHED (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_CREATE)

struct rule_book {
	const struct options *options;
	int inotify_fd, stop_fd;
	pthread_t thread;
	bool thread_started;

	pthread_mutex_t lock; /* of the below: held for moments */
	struct rules *current;
	struct rules *next; /* NULL: there are none */
	_Atomic bool has_next;
	char wrong[512]; /* "": all is right */

	/* Of the thread alone. */
	uint64_t loaded; /* what the files looked like before they were read last */
};

/* The folder of rules beside the config file, where it is read. */
static bool own_folder(const struct options *options, char *folder, size_t size)
{
	return !options->no_default_rules && config_folder("rules", folder, size) == 0;
}

uint64_t rule_book_stamp(const struct options *options)
{
	char folder[512];
	uint64_t stamp = 0;

	if (own_folder(options, folder, sizeof(folder)))
		stamp = rule_files_stamp(folder, stamp);
	for (size_t i = 0; i < options->rules.len; i++)
		stamp = rule_files_stamp(options->rules.items[i], stamp);
	return stamp;
}

int rule_book_new(const struct options *options, struct rules *rules, uint64_t stamp,
		  struct rule_book **ret_book)
{
	struct rule_book *book = calloc(1, sizeof(*book));

	if (!book) {
		rules_free(rules);
		return -ENOMEM;
	}
	*book = (struct rule_book){ .options = options,
				    .inotify_fd = -1,
				    .stop_fd = -1,
				    .current = rules,
				    .loaded = stamp };
	pthread_mutex_init(&book->lock, NULL);
	*ret_book = book;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void rule_book_free(struct rule_book *book)
{
	uint64_t one = 1;

	if (!book)
		return;
	if (book->thread_started && write(book->stop_fd, &one, sizeof(one)) == sizeof(one))
		pthread_join(book->thread, NULL);
	close_fd(book->inotify_fd);
	close_fd(book->stop_fd);
	pthread_mutex_destroy(&book->lock);
	rules_free(book->next);
	rules_free(book->current);
	free(book);
}

/* On a screen its notice says what there is to say. */
static bool is_quiet(const struct rule_book *book)
{
	return book->options->mode == MODE_MONITOR;
}

/* --- what the owner does --- */

struct rules *rule_book_rules(const struct rule_book *book)
{
	return book->current;
}

bool rule_book_has_next(struct rule_book *book)
{
	return atomic_load_explicit(&book->has_next, memory_order_relaxed);
}

void rule_book_turn(struct rule_book *book)
{
	struct rules *before;

	pthread_mutex_lock(&book->lock);
	before = book->current;
	if (book->next) {
		rules_inherit(book->next, before);
		book->current = book->next;
		book->next = NULL;
	} else {
		before = NULL;
	}
	atomic_store(&book->has_next, false);
	pthread_mutex_unlock(&book->lock);
	rules_free(before);
}

void rule_book_say(const struct rule_book *book)
{
	if (!is_quiet(book))
		fprintf(stderr, "saker: rules reloaded: %zu\n", rules_len(book->current));
}

struct rules *rule_book_hold(struct rule_book *book)
{
	struct rules *rules;

	pthread_mutex_lock(&book->lock);
	rules = rules_ref(book->current);
	pthread_mutex_unlock(&book->lock);
	return rules;
}

bool rule_book_notice(struct rule_book *book, char *text, size_t size)
{
	bool wrong;

	pthread_mutex_lock(&book->lock);
	wrong = *book->wrong;
	if (wrong)
		snprintf(text, size, "rules not reloaded: %s; those before stay", book->wrong);
	pthread_mutex_unlock(&book->lock);
	return wrong;
}

/* --- the thread --- */

/* What is wrong now, "" for nothing; said once where there is no screen. */
static void set_wrong(struct rule_book *book, const char *text)
{
	bool news;

	pthread_mutex_lock(&book->lock);
	news = strcmp(book->wrong, text) != 0;
	snprintf(book->wrong, sizeof(book->wrong), "%s", text);
	pthread_mutex_unlock(&book->lock);
	if (news && *text && !is_quiet(book))
		fprintf(stderr, "saker: rules not reloaded: %s; those before stay\n", text);
}

static void load(struct rule_book *book)
{
	struct usage_error err = { .text = "" };
	struct rules *rules = NULL, *unread;

	if (check_reload(book->options, &rules, &err) < 0) {
		set_wrong(book, err.text);
		return;
	}
	pthread_mutex_lock(&book->lock);
	unread = book->next;
	book->next = rules;
	atomic_store(&book->has_next, true);
	pthread_mutex_unlock(&book->lock);
	rules_free(unread);
	set_wrong(book, "");
}

/* Watches that are there stay as they are; those of folders that were made anew begin. */
static void add_watches(struct rule_book *book)
{
	char folder[4096];

	if (book->inotify_fd < 0)
		return;
	if (own_folder(book->options, folder, sizeof(folder)))
		inotify_add_watch(book->inotify_fd, folder, WATCHED | IN_ONLYDIR);
	for (size_t i = 0; i < book->options->rules.len; i++) {
		if (rule_files_folder(book->options->rules.items[i], folder, sizeof(folder)) == 0)
			inotify_add_watch(book->inotify_fd, folder, WATCHED | IN_ONLYDIR);
	}
}

/* Empties what inotify has to tell: what it is about is found by looking. */
static void take_events(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

/* Waits until something happens in the folders, or for a while; false when the run is over. */
static bool wait_news(struct rule_book *book)
{
	struct pollfd fds[] = { { .fd = book->stop_fd, .events = POLLIN },
				{ .fd = book->inotify_fd, .events = POLLIN } };

	poll(fds, 2, LOOK_MS);
	if (fds[1].revents)
		take_events(book->inotify_fd);
	return !fds[0].revents;
}

/* Whatever happens meanwhile; false when the run is over. */
static bool rest(struct rule_book *book)
{
	struct pollfd stop = { .fd = book->stop_fd, .events = POLLIN };

	return poll(&stop, 1, QUIET_MS) == 0;
}

static void *book_main(void *arg)
{
	struct rule_book *book = arg;

	pthread_setname_np(pthread_self(), "saker-rules");
	do {
		uint64_t now = rule_book_stamp(book->options), before;

		do {
			if (!rest(book))
				return NULL;
			before = now;
			now = rule_book_stamp(book->options);
		} while (now != before);
		add_watches(book);
		if (now == book->loaded)
			continue;
		load(book);
		book->loaded = now;
	} while (wait_news(book));
	return NULL;
}

int rule_book_watch(struct rule_book *book)
{
	sigset_t all, before;
	int rc;

	book->stop_fd = eventfd(0, EFD_CLOEXEC);
	if (book->stop_fd < 0)
		return -errno;
	/* Without it the files are looked at now and then. */
	book->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	add_watches(book);
	/* Signals are for the thread that waits for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = -pthread_create(&book->thread, NULL, book_main, book);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	book->thread_started = rc == 0;
	return rc;
}
