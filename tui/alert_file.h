/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where alerts go besides standard output: a file that lines are appended to, or the system's log.
 * Both are opened before privileges are dropped and written by the engine's thread. What cannot be
 * written is counted, and said until it works again.
 */
#ifndef TUI_ALERT_FILE_H
#define TUI_ALERT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alert_file {
	const char *path; /* as the user wrote it; borrowed */
	int fd;           /* -1: not open */
	int error;        /* -errno of the last write, 0: it worked */
	int reopen_error; /* -errno: the file before is written on */
	uint64_t lost;    /* alerts since the first that was lost */
};

/*
 * Opens a file for appending; a new one has mode 0600 and, through sudo, the caller as its owner.
 * Symbolic links and files with other names are refused. Returns 0 or -errno.
 */
int alert_file_open(struct alert_file *file, const char *path);
void alert_file_close(struct alert_file *file);
/* Appends one line with its newline, in one write where the kernel takes it so. */
void alert_file_write(struct alert_file *file, const char *line, size_t len);
/*
 * Opens the path again, after it was renamed. Where that fails the file before stays, and
 * reopen_error says why; when it is still the same file that is no error.
 */
void alert_file_reopen(struct alert_file *file);

struct alert_syslog {
	const char *path; /* of the socket; borrowed */
	int fd;           /* -1: there is none now */
	int error;        /* -errno of the last message, 0: it was taken */
	uint64_t lost;
};

#define ALERT_SYSLOG_PATH "/dev/log"
/* Connects to the socket. Returns 0 or -errno. */
int alert_syslog_open(struct alert_syslog *log, const char *path);
void alert_syslog_close(struct alert_syslog *log);
/*
 * Sends one message as syslog(3) does: "<14>Jan  2 12:34:56 saker[123]: text". severity is 0
 * (emergency) to 7 (debug), the facility is user, the time now. One that is too large is cut and
 * marked.
 */
void alert_syslog_send(struct alert_syslog *log, unsigned severity, char *text, size_t len);

#endif
