/* SPDX-License-Identifier: Apache-2.0 */
#include "self_check.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAGIC 0x5e1fc4ecu

struct stamp {
	uint32_t magic, tid;
	uint64_t seq;
	uint32_t len, sum;
};

static uint32_t stamp_sum(const struct stamp *stamp)
{
	uint64_t mixed =
		(stamp->seq * 0x9e3779b97f4a7c15ull) ^ ((uint64_t)stamp->tid << 32 | stamp->len);

	return (uint32_t)(mixed ^ mixed >> 29);
}

static struct stamp stamp_make(uint64_t seq)
{
	struct stamp stamp = { .magic = MAGIC, .tid = (uint32_t)syscall(SYS_gettid), .seq = seq };

	stamp.len = (uint32_t)(sizeof(stamp) + seq % (SELF_CHECK_BYTES - sizeof(stamp)));
	stamp.sum = stamp_sum(&stamp);
	return stamp;
}

void self_check_name_thread(void)
{
	char name[16];

	snprintf(name, sizeof(name), "sc%u", (unsigned)syscall(SYS_gettid));
	prctl(PR_SET_NAME, name);
}

void self_check_write(int fd, uint64_t seq)
{
	struct stamp stamp = stamp_make(seq);
	uint8_t bytes[SELF_CHECK_BYTES];

	/* What follows the stamp is all its last byte. */
	memset(bytes, (int)(stamp.sum & 0xff), sizeof(bytes));
	memcpy(bytes, &stamp, sizeof(stamp));
	syscall(SYS_write, fd, bytes, stamp.len);
}

static void stamp_name(const struct stamp *stamp, char *name, size_t size)
{
	snprintf(name, size, "/dev/shm/sc-%u-%llu-%u", stamp->tid, (unsigned long long)stamp->seq,
		 stamp->sum);
}

void self_check_open(uint64_t seq)
{
	struct stamp stamp = stamp_make(seq);
	char name[96];
	int fd;

	stamp_name(&stamp, name, sizeof(name));
	fd = (int)syscall(SYS_openat, AT_FDCWD, name, seq % 2 ? O_RDWR | O_CREAT : O_RDONLY, 0600);
	if (fd < 0)
		return;
	unlink(name);
	close(fd);
}

static bool comm_right(const struct event *event)
{
	char name[16];

	snprintf(name, sizeof(name), "sc%u", event->prefix.tid);
	return strncmp(name, event->prefix.comm, sizeof(name)) == 0;
}

static bool write_right(const struct event *event, const struct event_param *data)
{
	struct stamp stamp;
	int64_t size = 0;

	memcpy(&stamp, data->data, sizeof(stamp));
	if (stamp.magic != MAGIC || stamp.tid != event->prefix.tid ||
	    stamp.sum != stamp_sum(&stamp) || stamp.len != data->len ||
	    event_param_int(event, "size", &size) < 0 || size != data->len ||
	    event->prefix.args[2] != data->len)
		return false;
	for (size_t i = sizeof(stamp); i < data->len; i++) {
		if (data->data[i] != (stamp.sum & 0xff))
			return false;
	}
	return true;
}

/* The name in the parameter is the thread's own, and the object's path is the same. */
static bool open_right(const struct event *event, struct event_text text)
{
	struct stamp stamp = { .magic = MAGIC, .tid = event->prefix.tid };
	char name[96], copy[96] = "";
	const char *at;

	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	at = strchr(copy + strlen("/dev/shm/sc-"), '-');
	if (!at)
		return false;
	stamp.seq = strtoull(at + 1, NULL, 10);
	stamp.len = (uint32_t)(sizeof(stamp) + stamp.seq % (SELF_CHECK_BYTES - sizeof(stamp)));
	stamp.sum = stamp_sum(&stamp);
	stamp_name(&stamp, name, sizeof(name));
	if (strcmp(name, copy) != 0)
		return false;
	return event->prefix.ret < 0 || !event->path.data ||
	       (event->path.len == text.len && memcmp(event->path.data, text.data, text.len) == 0);
}

enum self_check_result self_check_record(const struct event *event)
{
	struct event_text name;
	bool right;

	if (event->prefix.nr == SYS_write) {
		int index = event_param_index(event->desc, "data");

		if (index < 0 || event->params[index].len < sizeof(struct stamp))
			return SELF_CHECK_OTHER;
		right = write_right(event, &event->params[index]);
	} else if (event->prefix.nr == SYS_openat) {
		name = event_param_text(event, "name");
		if (!name.data || name.len < 12 || memcmp(name.data, "/dev/shm/sc-", 12) != 0)
			return SELF_CHECK_OTHER;
		right = open_right(event, name);
	} else {
		return SELF_CHECK_OTHER;
	}
	return right && comm_right(event) ? SELF_CHECK_RIGHT : SELF_CHECK_WRONG;
}
