/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_files.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define TCP .family = AF_INET, .sock_type = SOCK_STREAM, .protocol = IPPROTO_TCP
#define TCP6 .family = AF_INET6, .sock_type = SOCK_STREAM, .protocol = IPPROTO_TCP
#define UDP .family = AF_INET, .sock_type = SOCK_DGRAM, .protocol = IPPROTO_UDP
#define UNIX .family = AF_UNIX, .sock_type = SOCK_STREAM
#define SOCKET(n) .mode = S_IFSOCK, .dev = 8, .ino = (n), .open_flags = O_RDWR
#define LISTENS(now, most) .sock_state = FILE_SOCK_LISTEN, .queue = (now), .queue_max = (most)
#define MARKED .marks = FILE_F_CLOEXEC_KNOWN | FILE_F_CLOEXEC
#define PLAIN .marks = FILE_F_CLOEXEC_KNOWN

static const struct {
	struct file_sample file;
	const char *path;
} files[] = {
	{ { .pid = 1589, .fd = 0, .mode = S_IFCHR, .dev = 5, .ino = 4, PLAIN }, "/dev/null" },
	{ { .pid = 1589,
	    .fd = 2,
	    .mode = S_IFREG,
	    .dev = 0x801,
	    .ino = 12,
	    .open_flags = O_WRONLY | O_APPEND,
	    PLAIN },
	  "/var/log/app.log.1" },
	{ { .pid = 1589, .fd = 6, SOCKET(20), TCP, LISTENS(3, 511), MARKED, .sport = 80 },
	  "socket:[20]" },
	{ { .pid = 1589, .fd = 7, SOCKET(21), TCP6, LISTENS(0, 511), MARKED, .sport = 80 },
	  "socket:[21]" },
	{ { .pid = 1589,
	    .fd = 9,
	    SOCKET(22),
	    TCP,
	    MARKED,
	    .sock_state = FILE_SOCK_ESTABLISHED,
	    .sport = 80,
	    .dport = 51234,
	    .saddr = { 10, 0, 0, 1 },
	    .daddr = { 10, 0, 0, 2 } },
	  "socket:[22]" },
	{ { .pid = 1589, .fd = 10, .mode = S_IFIFO, .dev = 11, .ino = 31, PLAIN }, "pipe:[31]" },
	{ { .pid = 1589, .fd = 11, .dev = 12, .ino = 1, .open_flags = O_RDWR, MARKED },
	  "anon_inode:[eventpoll]" },
	{ { .pid = 1589,
	    .fd = 12,
	    .mode = S_IFREG,
	    .dev = 0x801,
	    .ino = 77,
	    .open_flags = O_RDONLY,
	    PLAIN },
	  "/srv/www/a\033[2Jb\nc (deleted)" },
	{ { .pid = 2044,
	    .fd = 5,
	    SOCKET(30),
	    TCP,
	    LISTENS(0, 128),
	    MARKED,
	    .sport = 6379,
	    .saddr = { 127, 0, 0, 1 } },
	  "socket:[30]" },
	{ { .pid = 2044, .fd = 6, SOCKET(32), UNIX, LISTENS(1, 128), MARKED },
	  "/run/redis/redis.sock" },
	{ { .pid = 2044, .fd = 8, SOCKET(33), UDP, MARKED, .sport = 16379 }, "socket:[33]" },
};

void fake_files_look(struct state *state, const struct look *look,
		     uint64_t (*start_ns)(uint32_t pid))
{
	state_show_files(state, look->files);
	state_show_detail(state, look->pid, look->detail);
	if (look->files == STATE_HIDE)
		return;
	state_files_begin(state, look->pid, STATE_PASS_LOOK);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct file_sample file = files[i].file;

		if (look->pid && look->pid != file.pid)
			continue;
		file.start_boot_ns = start_ns(file.pid);
		file.path_len = (uint16_t)strlen(files[i].path);
		state_file(state, &file, files[i].path);
	}
	state_files_end(state, look->pid);
}

int fake_files_limits(void *ctx, uint32_t pid, char *text, size_t *len)
{
	static const char limits[] =
		"Limit                     Soft Limit           Hard Limit           Units     \n"
		"Max cpu time              unlimited            unlimited            seconds   \n"
		"Max open files            1024                 4096                 files     \n";

	if (sizeof(limits) - 1 > *len)
		return -1;
	*len = sizeof(limits) - 1;
	memcpy(text, limits, sizeof(limits) - 1);
	return 0;
}

void fake_files_seed(struct process_seed *seed)
{
	static const char env[] = "LANG=C.UTF-8\0PATH=/usr/bin:/bin\0BAD=\033[2J\0EMPTY=";
	static const char cgroups[] = "pids=/\0memory=/system.slice/web.service";

	seed->parts = SEED_ALL;
	seed->pgid = seed->vpgid = seed->pid;
	seed->sid = 1500;
	seed->vpid = 7;
	seed->tty = 136 << 8 | 3;
	seed->loginuid = 1000;
	seed->fd_limit = 1024;
	seed->cap_permitted = 1 << 10 | 1 << 21;
	seed->cap_effective = 1 << 10;
	seed->minor_faults = 12345;
	seed->major_faults = 2;
	memcpy(seed->env, env, sizeof(env) - 1);
	seed->env_len = sizeof(env);
	seed->env[sizeof(env) - 1] = '\0';
	memcpy(seed->cgroups, cgroups, sizeof(cgroups));
	seed->cgroups_len = sizeof(cgroups);
	seed->root[0] = '/';
	seed->root_len = 1;
}
