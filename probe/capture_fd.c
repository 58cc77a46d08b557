/* SPDX-License-Identifier: Apache-2.0 */
#include "capture_fd.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "capture_format.h"

/* Protocols in fd lists (libscap's scap_l4_proto). */
enum l4 { L4_UNKNOWN, L4_NONE, L4_TCP, L4_UDP, L4_ICMP, L4_RAW };

/* Open flags of captures by bit, without the access mode (libscap's PPM_O_*). */
static const uint32_t open_bits[][2] = {
	{ O_CREAT, 1u << 2 },    { O_APPEND, 1u << 3 },     { O_DSYNC, 1u << 4 },
	{ O_EXCL, 1u << 5 },     { O_NONBLOCK, 1u << 6 },   { O_TRUNC, 1u << 8 },
	{ O_DIRECT, 1u << 9 },   { O_DIRECTORY, 1u << 10 }, { O_LARGEFILE, 1u << 11 },
	{ O_CLOEXEC, 1u << 12 },
};

static uint32_t open_flags_put(uint32_t flags)
{
	uint32_t bits = 0;

	switch (flags & O_ACCMODE) {
	case O_RDONLY: bits = 1; break;
	case O_WRONLY: bits = 2; break;
	case O_RDWR: bits = 3; break;
	}
	for (size_t i = 0; i < sizeof(open_bits) / sizeof(open_bits[0]); i++)
		if (flags & open_bits[i][0])
			bits |= open_bits[i][1];
	return bits;
}

static uint32_t open_flags_take(uint32_t bits)
{
	uint32_t flags = (bits & 3) == 3 ? O_RDWR : (bits & 2) ? O_WRONLY : O_RDONLY;

	for (size_t i = 0; i < sizeof(open_bits) / sizeof(open_bits[0]); i++)
		if (bits & open_bits[i][1])
			flags |= open_bits[i][0];
	return flags;
}

/*
 * Names that the kernel gives to objects without a path, by how they begin. Kinds younger than
 * CAPTURE_FD_FILE_V2 are not written: sysdig 0.29 refuses a file that has them.
 */
static const struct {
	const char *name;
	uint8_t type;
} anonymous[] = {
	{ "anon_inode:[eventfd]", CAPTURE_FD_EVENT },
	{ "anon_inode:[eventpoll]", CAPTURE_FD_EPOLL },
	{ "anon_inode:[timerfd]", CAPTURE_FD_TIMERFD },
	{ "anon_inode:[signalfd]", CAPTURE_FD_SIGNALFD },
	{ "anon_inode:inotify", CAPTURE_FD_INOTIFY },
	{ "pipe:", CAPTURE_FD_FIFO },
	{ "/memfd:", CAPTURE_FD_UNSUPPORTED },
};

static uint8_t file_type(const struct file_sample *file, const char *name)
{
	for (size_t i = 0; i < sizeof(anonymous) / sizeof(anonymous[0]); i++) {
		size_t len = strlen(anonymous[i].name);

		if (file->path_len >= len && !memcmp(name, anonymous[i].name, len))
			return anonymous[i].type;
	}
	switch (file->mode & S_IFMT) {
	case S_IFDIR: return CAPTURE_FD_DIRECTORY;
	case S_IFIFO: return CAPTURE_FD_FIFO;
	case S_IFREG:
	case S_IFCHR:
	case S_IFBLK: return CAPTURE_FD_FILE_V2;
	default: return CAPTURE_FD_UNSUPPORTED;
	}
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

static uint8_t socket_type(const struct file_sample *file)
{
	bool six = file->family == AF_INET6;

	switch (file->family) {
	case AF_INET:
	case AF_INET6: break;
	case AF_UNIX: return CAPTURE_FD_UNIX;
	case AF_NETLINK: return CAPTURE_FD_NETLINK;
	default: return CAPTURE_FD_UNSUPPORTED;
	}
	if (!file->sport && !file->dport)
		return CAPTURE_FD_UNSUPPORTED; /* it has no addresses yet */
	if (!file->dport && is_zero(file->daddr, sizeof(file->daddr)))
		return six ? CAPTURE_FD_IPV6_SERVER : CAPTURE_FD_IPV4_SERVER;
	return six ? CAPTURE_FD_IPV6 : CAPTURE_FD_IPV4;
}

static uint8_t l4_put(const struct file_sample *file)
{
	switch (file->sock_type & 0xf) { /* SOCK_TYPE_MASK of include/linux/net.h */
	case SOCK_STREAM: return L4_TCP;
	case SOCK_DGRAM: return file->protocol == IPPROTO_ICMP ? L4_ICMP : L4_UDP;
	case SOCK_RAW: return L4_RAW;
	default: return L4_UNKNOWN;
	}
}

static void put_socket(struct capture_bytes *bytes, const struct file_sample *file, uint8_t type)
{
	size_t address = file->family == AF_INET6 ? 16 : 4;
	bool both = type == CAPTURE_FD_IPV4 || type == CAPTURE_FD_IPV6;

	bytes_put(bytes, file->saddr, address);
	if (both)
		bytes_put(bytes, file->daddr, address);
	bytes_u16(bytes, file->sport);
	if (both)
		bytes_u16(bytes, file->dport);
	bytes_u8(bytes, l4_put(file));
}

void capture_fd_put(struct capture_bytes *bytes, const struct file_sample *file, const char *name)
{
	uint8_t type = file->family ? socket_type(file) : file_type(file, name);
	size_t start = bytes->len;
	size_t max = CAPTURE_PATH_MAX - 1;
	uint32_t len;

	bytes_u32(bytes, 0); /* the length, known at the end */
	bytes_u64(bytes, (uint64_t)(int64_t)file->fd);
	bytes_u64(bytes, file->ino);
	bytes_u8(bytes, type);
	switch (type) {
	case CAPTURE_FD_IPV4:
	case CAPTURE_FD_IPV6:
	case CAPTURE_FD_IPV4_SERVER:
	case CAPTURE_FD_IPV6_SERVER: put_socket(bytes, file, type); break;
	case CAPTURE_FD_UNIX:
		bytes_u64(bytes, 0); /* kernel addresses, which we do not have */
		bytes_u64(bytes, 0);
		bytes_text(bytes, name, file->path_len, max);
		break;
	case CAPTURE_FD_FILE_V2:
		bytes_u32(bytes, open_flags_put(file->open_flags));
		bytes_text(bytes, name, file->path_len, max);
		bytes_u32(bytes, file->dev);
		break;
	default: bytes_text(bytes, name, file->path_len, max); break;
	}
	if (bytes->full)
		return;
	len = (uint32_t)(bytes->len - start);
	memcpy(bytes->data + start, &len, sizeof(len));
}

static void l4_take(struct file_sample *file, uint8_t l4)
{
	switch (l4) {
	case L4_TCP:
		file->sock_type = SOCK_STREAM;
		file->protocol = IPPROTO_TCP;
		break;
	case L4_UDP:
		file->sock_type = SOCK_DGRAM;
		file->protocol = IPPROTO_UDP;
		break;
	case L4_ICMP:
		file->sock_type = SOCK_DGRAM;
		file->protocol = IPPROTO_ICMP;
		break;
	case L4_RAW: file->sock_type = SOCK_RAW; break;
	default: break;
	}
}

static void take_socket(struct capture_cursor *entry, struct file_sample *file, uint8_t type)
{
	bool both = type == CAPTURE_FD_IPV4 || type == CAPTURE_FD_IPV6;
	bool six = type == CAPTURE_FD_IPV6 || type == CAPTURE_FD_IPV6_SERVER;

	file->family = six ? AF_INET6 : AF_INET;
	cursor_get(entry, file->saddr, six ? 16 : 4);
	if (both)
		cursor_get(entry, file->daddr, six ? 16 : 4);
	file->sport = cursor_u16(entry);
	if (both)
		file->dport = cursor_u16(entry);
	l4_take(file, cursor_u8(entry));
}

static void take_name(struct capture_cursor *entry, struct file_sample *file, char *name)
{
	file->path_len = (uint16_t)cursor_text(entry, name, CAPTURE_PATH_MAX);
}

static void take_file(struct capture_cursor *entry, struct file_sample *file, char *name)
{
	uint8_t type = cursor_u8(entry);

	switch (type) {
	case CAPTURE_FD_IPV4:
	case CAPTURE_FD_IPV6:
	case CAPTURE_FD_IPV4_SERVER:
	case CAPTURE_FD_IPV6_SERVER: take_socket(entry, file, type); break;
	case CAPTURE_FD_UNIX:
		file->family = AF_UNIX;
		cursor_take(entry, 16);
		take_name(entry, file, name);
		break;
	case CAPTURE_FD_FILE_V2:
		file->open_flags = open_flags_take(cursor_u32(entry));
		take_name(entry, file, name);
		file->dev = cursor_u32(entry);
		file->mode = S_IFREG;
		break;
	default:
		file->family = type == CAPTURE_FD_NETLINK ? AF_NETLINK : 0;
		file->mode = type == CAPTURE_FD_DIRECTORY ? S_IFDIR
			     : type == CAPTURE_FD_FIFO    ? S_IFIFO
							  : 0;
		take_name(entry, file, name);
		break;
	}
}

int capture_fd_take(struct capture_cursor *cursor, struct file_sample *ret_file, char *name)
{
	uint32_t len = cursor_u32(cursor);
	struct capture_cursor entry = { .len = len - 4 };
	int64_t fd;

	if (cursor->bad || len < 4)
		return -EBADMSG;
	entry.data = cursor_take(cursor, entry.len);
	if (!entry.data)
		return -EBADMSG;
	*ret_file = (struct file_sample){ 0 };
	fd = (int64_t)cursor_u64(&entry);
	ret_file->ino = cursor_u64(&entry);
	if (cursor_left(&entry) && entry.data[entry.at] == CAPTURE_FD_UNKNOWN)
		return -ENOENT;
	take_file(&entry, ret_file, name);
	if (entry.bad)
		return -EBADMSG;
	if (fd < INT32_MIN || fd > INT32_MAX)
		return -ENOENT;
	ret_file->fd = (int32_t)fd;
	return 0;
}
