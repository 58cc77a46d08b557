/* SPDX-License-Identifier: Apache-2.0 */
#include "recorder_seed.h"

#include <errno.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/proc_seed.h"

/* Entries of the user database that are written at most, of each kind. */
#define USERS_MAX 10000

struct seed_thread {
	uint32_t pid, tid, ppid, uid, gid;
	char comm[RECORD_COMM_LEN];
};

struct seed_file {
	struct file_sample sample;
	char *path; /* owned; path_len bytes */
};

struct recorder_seed {
	struct seed_thread *threads; /* as the task iterator goes: those of a process together */
	size_t threads_len, threads_size;
	struct seed_file *files;
	size_t files_len, files_size;
	struct process_seed *process; /* scratch */
};

int recorder_seed_new(struct recorder_seed **ret_seed)
{
	struct recorder_seed *seed = calloc(1, sizeof(*seed));

	if (seed)
		seed->process = malloc(sizeof(*seed->process));
	if (!seed || !seed->process) {
		recorder_seed_free(seed);
		return -ENOMEM;
	}
	*ret_seed = seed;
	return 0;
}

void recorder_seed_free(struct recorder_seed *seed)
{
	if (!seed)
		return;
	for (size_t i = 0; i < seed->files_len; i++)
		free(seed->files[i].path);
	free(seed->files);
	free(seed->threads);
	free(seed->process);
	free(seed);
}

/* Room for one more; false when there is none. */
static bool grow(void **list, size_t *size, size_t len, size_t one)
{
	size_t wanted = *size ? *size * 2 : 256;
	void *grown;

	if (len < *size)
		return true;
	grown = reallocarray(*list, wanted, one);
	if (!grown)
		return false;
	*list = grown;
	*size = wanted;
	return true;
}

void recorder_seed_task(struct recorder_seed *seed, const struct task_sample *task)
{
	void *list = seed->threads;
	struct seed_thread *thread;

	if (!grow(&list, &seed->threads_size, seed->threads_len, sizeof(*seed->threads)))
		return;
	seed->threads = list;
	thread = &seed->threads[seed->threads_len++];
	*thread = (struct seed_thread){
		.pid = task->pid,
		.tid = task->tid,
		.ppid = task->ppid,
		.uid = task->euid,
		.gid = task->gid,
	};
	memcpy(thread->comm, task->comm, sizeof(thread->comm));
	thread->comm[sizeof(thread->comm) - 1] = '\0';
}

void recorder_seed_file(struct recorder_seed *seed, const struct file_sample *file,
			const char *path)
{
	char *copy = malloc(file->path_len + 1u);
	void *list = seed->files;

	if (!copy || !grow(&list, &seed->files_size, seed->files_len, sizeof(*seed->files))) {
		free(copy);
		return;
	}
	memcpy(copy, path, file->path_len);
	copy[file->path_len] = '\0';
	seed->files = list;
	seed->files[seed->files_len++] = (struct seed_file){ *file, copy };
}

static uint64_t max_pid(void)
{
	FILE *file = fopen("/proc/sys/kernel/pid_max", "re");
	unsigned long long value = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%llu", &value) != 1)
		value = 0;
	fclose(file);
	return value;
}

static void write_machine(const struct recorder_seed_opts *opts, struct capture_writer *writer)
{
	struct capture_machine machine = {
		.cpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN),
		.memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE),
		.max_pid = max_pid(),
		.boot_epoch_ns = opts->boot_epoch_ns,
	};
	size_t len = strnlen(opts->host, sizeof(machine.host) - 1);

	memcpy(machine.host, opts->host, len);
	capture_write_machine(writer, &machine);
}

static void copy_address(const struct sockaddr *address, uint8_t *bytes)
{
	if (!address)
		return;
	if (address->sa_family == AF_INET)
		memcpy(bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	else if (address->sa_family == AF_INET6)
		memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
}

static void write_interfaces(struct capture_writer *writer)
{
	struct ifaddrs *list;

	if (getifaddrs(&list) < 0)
		return;
	for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
		struct capture_interface interface = { .name = at->ifa_name };

		if (!at->ifa_addr ||
		    (at->ifa_addr->sa_family != AF_INET && at->ifa_addr->sa_family != AF_INET6))
			continue;
		interface.family = at->ifa_addr->sa_family;
		copy_address(at->ifa_addr, interface.address);
		copy_address(at->ifa_netmask, interface.netmask);
		if (at->ifa_flags & IFF_BROADCAST)
			copy_address(at->ifa_broadaddr, interface.broadcast);
		capture_write_interface(writer, &interface);
	}
	freeifaddrs(list);
}

static void write_user(struct capture_writer *writer, const struct passwd *entry)
{
	capture_write_user(writer, &(struct capture_user){ .name = entry->pw_name,
							   .home = entry->pw_dir,
							   .shell = entry->pw_shell,
							   .uid = entry->pw_uid,
							   .gid = entry->pw_gid });
}

static void write_all_users(struct capture_writer *writer)
{
	const struct passwd *user;
	const struct group *group;

	setpwent();
	for (unsigned i = 0; i < USERS_MAX && (user = getpwent()); i++)
		write_user(writer, user);
	endpwent();
	setgrent();
	for (unsigned i = 0; i < USERS_MAX && (group = getgrent()); i++)
		capture_write_group(writer, group->gr_gid, group->gr_name);
	endgrent();
}

/* Did a thread before this one have the same user, or group? */
static bool is_first(const struct recorder_seed *seed, size_t index, size_t member)
{
	const uint8_t *threads = (const uint8_t *)seed->threads + member;

	for (size_t i = 0; i < index; i++)
		if (!memcmp(threads + i * sizeof(*seed->threads),
			    threads + index * sizeof(*seed->threads), sizeof(uint32_t)))
			return false;
	return true;
}

static void write_own_users(const struct recorder_seed *seed, struct capture_writer *writer)
{
	for (size_t i = 0; i < seed->threads_len; i++) {
		const struct seed_thread *thread = &seed->threads[i];
		const struct passwd *user;
		const struct group *group;

		if (is_first(seed, i, offsetof(struct seed_thread, uid)) &&
		    (user = getpwuid(thread->uid)))
			write_user(writer, user);
		if (is_first(seed, i, offsetof(struct seed_thread, gid)) &&
		    (group = getgrgid(thread->gid)))
			capture_write_group(writer, thread->gid, group->gr_name);
	}
}

/* Of another machine there are the names that the source knows. */
static void write_told_users(const struct recorder_seed *seed, const struct state_source *source,
			     struct capture_writer *writer)
{
	for (size_t i = 0; i < seed->threads_len; i++) {
		struct capture_user user = { .home = "", .shell = "", .uid = seed->threads[i].uid };
		char name[256];
		size_t len = sizeof(name) - 1;

		if (!is_first(seed, i, offsetof(struct seed_thread, uid)) ||
		    source->user_name(source->ctx, user.uid, name, &len) < 0)
			continue;
		name[len] = '\0';
		user.name = name;
		capture_write_user(writer, &user);
	}
}

/* All threads have what the process has, but for name and id. */
static void write_processes(const struct recorder_seed *seed, const struct state_source *source,
			    struct capture_writer *writer)
{
	struct process_seed *process = seed->process;
	uint32_t pid = 0;

	for (size_t i = 0; i < seed->threads_len; i++) {
		const struct seed_thread *thread = &seed->threads[i];

		if (!i || thread->pid != pid) {
			pid = thread->pid;
			process_seed_init(process);
			process->pid = pid;
			process->uid = thread->uid;
			process->gid = thread->gid;
			/* One that is gone by now has what the sample said. */
			source->process_seed(source->ctx, pid, SEED_ALL, process);
			process->ppid = thread->ppid;
		}
		proc_seed_thread(process, thread->tid);
		memcpy(process->comm, thread->comm, sizeof(process->comm));
		capture_write_process(writer, process);
	}
}

static bool seed_has_process(const struct recorder_seed *seed, uint32_t pid)
{
	for (size_t i = 0; i < seed->threads_len; i++)
		if (seed->threads[i].pid == pid)
			return true;
	return false;
}

size_t recorder_seed_parents(const struct recorder_seed *seed,
			     uint32_t parents[RECORDER_PARENTS_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < seed->threads_len && len < RECORDER_PARENTS_MAX; i++) {
		uint32_t parent = seed->threads[i].ppid;
		size_t at = 0;

		while (at < len && parents[at] != parent)
			at++;
		if (parent && at == len && !seed_has_process(seed, parent))
			parents[len++] = parent;
	}
	return len;
}

void recorder_seed_write(const struct recorder_seed *seed, const struct recorder_seed_opts *opts,
			 struct capture_writer *writer)
{
	write_machine(opts, writer);
	if (opts->origin == RECORDER_HERE)
		write_interfaces(writer);
	if (opts->origin == RECORDER_ELSEWHERE)
		write_told_users(seed, opts->source, writer);
	else if (opts->everything)
		write_all_users(writer);
	else
		write_own_users(seed, writer);
	write_processes(seed, opts->source, writer);
	for (size_t i = 0; i < seed->files_len; i++)
		capture_write_file(writer, &seed->files[i].sample, seed->files[i].path);
}
