/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a capture (capture_format.h): first the section and what is known before the first event
 * (machine, interfaces, users, processes, files), then records and items in the order in which they
 * happened. Entries of one kind are gathered into blocks.
 *
 * A writer that fails (full disk, closed pipe) takes everything and writes nothing more: callers
 * look at capture_writer_error(). No thread but one uses it.
 */
#ifndef PROBE_CAPTURE_WRITER_H
#define PROBE_CAPTURE_WRITER_H

#include "capture_format.h"
#include "capture_output.h"
#include "schema/sample.h"
#include "schema/seed.h"

struct capture_writer;

struct capture_interface {
	const char *name;
	uint16_t family; /* AF_INET or AF_INET6 */
	uint8_t address[16], netmask[16], broadcast[16];
};

struct capture_user {
	const char *name, *home, *shell;
	uint32_t uid, gid;
};

/* Takes over fd, also when it fails. Writes the section block. 0 or -ENOMEM. */
int capture_writer_new(int fd, enum capture_packing packing, struct capture_writer **ret_writer);
/*
 * Says that the file is complete and writes what is gathered. Returns 0 or the first -errno; events
 * and bytes are those of the file from then on.
 */
int capture_writer_close(struct capture_writer *writer);
void capture_writer_free(struct capture_writer *writer); /* NULL is fine */

void capture_write_machine(struct capture_writer *writer, const struct capture_machine *machine);
void capture_write_interface(struct capture_writer *writer,
			     const struct capture_interface *interface);
void capture_write_user(struct capture_writer *writer, const struct capture_user *user);
void capture_write_group(struct capture_writer *writer, uint32_t gid, const char *name);
/* An entry of the process list: one for each thread. */
void capture_write_process(struct capture_writer *writer, const struct process_seed *seed);
/* An open file of process file->pid; name: path_len bytes. */
void capture_write_file(struct capture_writer *writer, const struct file_sample *file,
			const char *name);

/* A record that passed its checks. */
void capture_write_record(struct capture_writer *writer, const void *record, size_t len);
/* An item made of parts. */
struct capture_part {
	const void *data;
	size_t len;
};
void capture_write_item(struct capture_writer *writer, enum capture_item_kind kind,
			const struct capture_part *parts, size_t parts_len);
/* Hands everything so far to the file. Returns 0 or the first -errno. */
int capture_writer_flush(struct capture_writer *writer);

int capture_writer_error(const struct capture_writer *writer);
/* Events and bytes that are in the file; events and items that no block can hold. */
uint64_t capture_writer_events(const struct capture_writer *writer);
uint64_t capture_writer_bytes(const struct capture_writer *writer);
uint64_t capture_writer_too_large(const struct capture_writer *writer);

#endif
