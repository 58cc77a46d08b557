/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system's log, by a datagram as the C library's syslog(3) sends it (RFC 3164 without the host,
 * which the daemon adds). Not by syslog(3) itself: it says nothing of what was not taken.
 */
#include "alert_file.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FACILITY_USER 1u /* RFC 3164, 4.1.1 */
#define WAIT_MS 100      /* for a daemon that is behind; what it then does not take is lost */
/* What every daemon takes (rsyslog's default is 8 KiB). */
#define SHORT_BYTES 7168
#define CUT "..."

static int log_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, rc;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

int alert_syslog_open(struct alert_syslog *log, const char *path)
{
	int fd = log_connect(path);

	*log = (struct alert_syslog){ .path = path, .fd = fd < 0 ? -1 : fd };
	return fd < 0 ? fd : 0;
}

void alert_syslog_close(struct alert_syslog *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}

static int send_parts(int fd, struct iovec *parts, size_t len)
{
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = len };
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	if (sendmsg(fd, &message, MSG_NOSIGNAL) >= 0)
		return 0;
	if (errno != EAGAIN && errno != ENOBUFS)
		return -errno;
	poll(&room, 1, WAIT_MS);
	return sendmsg(fd, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Once more on a new socket: the daemon was restarted. */
static int send_again(struct alert_syslog *log, struct iovec *parts, size_t len)
{
	int fd = log_connect(log->path);

	alert_syslog_close(log);
	if (fd < 0)
		return fd;
	log->fd = fd;
	return send_parts(fd, parts, len);
}

/* So many bytes or some less: no character is cut. */
static size_t whole_characters(const char *text, size_t len)
{
	while (len > 0 && (text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

void alert_syslog_send(struct alert_syslog *log, unsigned severity, char *text, size_t len)
{
	char head[64], stamp[32], cut[] = CUT;
	struct iovec parts[] = { { .iov_base = head },
				 { .iov_base = text, .iov_len = len },
				 { .iov_base = cut, .iov_len = 0 } };
	time_t now = time(NULL);
	struct tm tm;
	int rc;

	localtime_r(&now, &tm);
	/* In the language of the protocol: saker never sets LC_TIME. */
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", &tm);
	parts[0].iov_len = (size_t)snprintf(head, sizeof(head), "<%u>%s saker[%d]: ",
					    FACILITY_USER << 3 | (severity & 7), stamp, getpid());
	rc = log->fd < 0 ? -ENOTCONN : send_parts(log->fd, parts, 3);
	if (rc == -EMSGSIZE && len > SHORT_BYTES) {
		parts[1].iov_len = whole_characters(text, SHORT_BYTES);
		parts[2].iov_len = strlen(CUT);
		rc = send_parts(log->fd, parts, 3);
	}
	if (rc == -ECONNREFUSED || rc == -ENOTCONN || rc == -ECONNRESET || rc == -EPIPE)
		rc = send_again(log, parts, 3);
	log->error = rc;
	if (rc < 0)
		log->lost++;
}
