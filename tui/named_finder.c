/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One job at a time: idle -> asked -> found -> idle. While it is asked the thread owns job and
 * results, else the engine. Paths are followed inside a root (openat2), so that a link in a
 * container cannot lead out of it; folders are opened for their place alone (O_PATH).
 */
#include "named_finder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "state/container.h"
#include "state/rules/rules.h"
#include "state/state.h"

enum finder_state { FINDER_IDLE, FINDER_ASKED, FINDER_FOUND };

struct named_root {
	char id[CONTAINER_ID_MAX];
	uint32_t pid; /* 0: the host */
};

struct path_list {
	char *items[NAMED_PATHS_MAX];
	size_t len;
};

struct named_finder {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	bool ended;
	_Atomic int state;       /* enum finder_state */
	struct path_list paths;  /* of the job */
	struct path_list wanted; /* of the next, when has_wanted: the engine's */
	bool has_wanted;
	struct named_root roots[NAMED_ROOTS_MAX + 1];
	size_t roots_len;
	struct named_file found[NAMED_FOUND_MAX], told[NAMED_FOUND_MAX];
	size_t found_len, told_len;
	/* The texts of the list that was told; paths and roots may change before the next. */
	char *texts;
};

static uint32_t encode_dev(dev_t dev)
{
	uint32_t low = minor(dev);

	return (low & 0xff) | major(dev) << 8 | (low & ~0xffu) << 12;
}

static int open_in(int root, const char *path, unsigned flags)
{
	struct open_how how = { .flags = flags | O_PATH | O_CLOEXEC,
				.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/*
 * What a path is in a root. The file itself is not opened, but for what a link there leads to: who
 * watches for opens of these files shall not see ours, every second.
 */
static int stat_in(int root, const char *path, struct stat *ret_st)
{
	const char *leaf = strrchr(path, '/') + 1;
	char parent[PATH_MAX];
	int fd, rc = -1;

	if ((size_t)(leaf - path) >= sizeof(parent))
		return -1;
	memcpy(parent, path, (size_t)(leaf - path));
	parent[leaf - path] = '\0';
	fd = open_in(root, parent, O_DIRECTORY);
	if (fd >= 0) {
		rc = fstatat(fd, leaf, ret_st, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
		close(fd);
	}
	if (rc < 0 || !S_ISLNK(ret_st->st_mode))
		return rc;
	fd = open_in(root, path, 0);
	if (fd < 0)
		return -1;
	rc = fstat(fd, ret_st);
	close(fd);
	return rc;
}

static void look_at(struct named_finder *finder, int folder, const struct named_root *root,
		    const char *path)
{
	struct stat st;

	if (stat_in(folder, path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    finder->found_len == NAMED_FOUND_MAX)
		return;
	finder->found[finder->found_len++] = (struct named_file){
		.container = root->id,
		.path = path,
		.ino = st.st_ino,
		.dev = encode_dev(st.st_dev),
	};
}

static void look_in(struct named_finder *finder, const struct named_root *root)
{
	char path[64] = "/";
	int folder;

	if (root->pid)
		snprintf(path, sizeof(path), "/proc/%u/root", root->pid);
	folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	for (size_t i = 0; i < finder->paths.len; i++)
		look_at(finder, folder, root, finder->paths.items[i]);
	close(folder);
}

static void *finder_main(void *arg)
{
	struct named_finder *finder = arg;

	pthread_mutex_lock(&finder->lock);
	while (!finder->ended) {
		if (atomic_load(&finder->state) != FINDER_ASKED) {
			pthread_cond_wait(&finder->work, &finder->lock);
			continue;
		}
		pthread_mutex_unlock(&finder->lock);
		finder->found_len = 0;
		for (size_t i = 0; i < finder->roots_len; i++)
			look_in(finder, &finder->roots[i]);
		pthread_mutex_lock(&finder->lock);
		atomic_store(&finder->state, FINDER_FOUND);
	}
	pthread_mutex_unlock(&finder->lock);
	return NULL;
}

int named_finder_new(struct named_finder **ret_finder)
{
	struct named_finder *finder = calloc(1, sizeof(*finder));
	int rc;

	if (!finder)
		return -ENOMEM;
	pthread_mutex_init(&finder->lock, NULL);
	pthread_cond_init(&finder->work, NULL);
	rc = -pthread_create(&finder->thread, NULL, finder_main, finder);
	if (rc < 0) {
		pthread_cond_destroy(&finder->work);
		pthread_mutex_destroy(&finder->lock);
		free(finder);
		return rc;
	}
	pthread_setname_np(finder->thread, "saker-named");
	*ret_finder = finder;
	return 0;
}

static void drop_paths(struct path_list *paths)
{
	for (size_t i = 0; i < paths->len; i++)
		free(paths->items[i]);
	paths->len = 0;
}

void named_finder_free(struct named_finder *finder)
{
	if (!finder)
		return;
	pthread_mutex_lock(&finder->lock);
	finder->ended = true;
	pthread_cond_broadcast(&finder->work);
	pthread_mutex_unlock(&finder->lock);
	pthread_join(finder->thread, NULL);
	pthread_cond_destroy(&finder->work);
	pthread_mutex_destroy(&finder->lock);
	drop_paths(&finder->paths);
	drop_paths(&finder->wanted);
	free(finder->texts);
	free(finder);
}

/* Files of these have other inodes in every mount, or none that stays. */
static bool is_of_kernel(const char *path, size_t len)
{
	static const char *const folders[] = { "/proc/", "/sys/", "/dev/" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (len >= strlen(folders[i]) && memcmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

static void want_path(void *ctx, const char *path, size_t len)
{
	struct path_list *wanted = ctx;
	char *copy;

	if (wanted->len == NAMED_PATHS_MAX || is_of_kernel(path, len))
		return;
	for (size_t i = 0; i < wanted->len; i++)
		if (strlen(wanted->items[i]) == len && memcmp(wanted->items[i], path, len) == 0)
			return;
	copy = strndup(path, len);
	if (copy)
		wanted->items[wanted->len++] = copy;
}

void named_finder_want(struct named_finder *finder, const struct rules *rules)
{
	drop_paths(&finder->wanted);
	rules_files(rules, want_path, &finder->wanted);
	finder->has_wanted = true;
}

void named_finder_ask(struct named_finder *finder, const struct state *state)
{
	struct state_root roots[NAMED_ROOTS_MAX];
	size_t len;

	if (atomic_load(&finder->state) != FINDER_IDLE)
		return;
	if (finder->has_wanted) {
		drop_paths(&finder->paths);
		finder->paths = finder->wanted;
		finder->wanted.len = 0;
		finder->has_wanted = false;
	}
	if (!finder->paths.len && !finder->told_len)
		return;
	len = state_roots(state, roots, NAMED_ROOTS_MAX);
	finder->roots[0] = (struct named_root){ .pid = 0 };
	for (size_t i = 0; i < len; i++) {
		finder->roots[i + 1].pid = roots[i].pid;
		snprintf(finder->roots[i + 1].id, CONTAINER_ID_MAX, "%s", roots[i].id);
	}
	finder->roots_len = len + 1;
	pthread_mutex_lock(&finder->lock);
	atomic_store(&finder->state, FINDER_ASKED);
	pthread_cond_broadcast(&finder->work);
	pthread_mutex_unlock(&finder->lock);
}

static bool is_told(const struct named_finder *finder)
{
	for (size_t i = 0; i < finder->found_len && finder->found_len == finder->told_len; i++) {
		const struct named_file *a = &finder->found[i], *b = &finder->told[i];

		if (a->ino != b->ino || a->dev != b->dev || strcmp(a->path, b->path) != 0 ||
		    strcmp(a->container, b->container) != 0)
			return false;
	}
	return finder->found_len == finder->told_len;
}

static const char *put_text(char *texts, size_t *at, const char *text)
{
	size_t bytes = strlen(text) + 1, begin = *at;

	*at += bytes;
	return memcpy(texts + begin, text, bytes);
}

/* The list with texts of its own; without memory it stays as it was. */
static bool keep_found(struct named_finder *finder)
{
	size_t bytes = 1, at = 0;
	char *texts;

	for (size_t i = 0; i < finder->found_len; i++)
		bytes += strlen(finder->found[i].container) + strlen(finder->found[i].path) + 2;
	texts = malloc(bytes);
	if (!texts)
		return false;
	for (size_t i = 0; i < finder->found_len; i++) {
		struct named_file *told = &finder->told[i];
		const struct named_file *found = &finder->found[i];

		*told = *found;
		told->container = put_text(texts, &at, found->container);
		told->path = put_text(texts, &at, found->path);
	}
	finder->told_len = finder->found_len;
	free(finder->texts);
	finder->texts = texts;
	return true;
}

bool named_finder_take(struct named_finder *finder, const struct named_file **ret_files,
		       size_t *ret_len)
{
	bool news;

	if (atomic_load(&finder->state) != FINDER_FOUND)
		return false;
	news = !is_told(finder) && keep_found(finder);
	atomic_store(&finder->state, FINDER_IDLE);
	*ret_files = finder->told;
	*ret_len = finder->told_len;
	return news;
}
