/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files: through the task_file iterator, or from /proc where the kernel lacks what that needs.
 *
 * One process is asked for through the iterator's own filter (Linux 6.1, f0d74c4da1f0); a kernel
 * that does not know it refuses the link, and then the program itself skips all others.
 */
#include "files_proc.h"
#include "live.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "probe/count.skel.h"

#define FILES_READ_BYTES (64u << 10)

/* Hands on the whole samples at the front of buf; returns their bytes. */
static size_t files_parse(const uint8_t *buf, size_t len, probe_file_fn fn, void *ctx)
{
	size_t at = 0;

	for (;;) {
		char path[RECORD_PATH_MAX + 1];
		struct file_sample sample;
		size_t path_len;

		if (len - at < sizeof(sample))
			return at;
		memcpy(&sample, buf + at, sizeof(sample));
		path_len = sample.path_len;
		if (path_len > RECORD_PATH_MAX || len - at - sizeof(sample) < path_len)
			return at;
		memcpy(path, buf + at + sizeof(sample), path_len);
		path[path_len] = '\0';
		fn(ctx, &sample, path);
		at += sizeof(sample) + path_len;
	}
}

static int files_read(int fd, probe_file_fn fn, void *ctx)
{
	uint8_t *buf = malloc(FILES_READ_BYTES);
	size_t len = 0;
	int rc = buf ? 0 : -ENOMEM;

	while (rc == 0) {
		ssize_t got = read(fd, buf + len, FILES_READ_BYTES - len);
		size_t used;

		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0) {
			rc = got < 0 ? -errno : 0;
			break;
		}
		len += (size_t)got;
		used = files_parse(buf, len, fn, ctx);
		memmove(buf, buf + used, len - used);
		len -= used;
	}
	free(buf);
	return rc;
}

/* A link that visits one process only. NULL when the kernel cannot. */
static struct bpf_link *files_link(struct probe *probe, pid_t pid)
{
	union bpf_iter_link_info info = { .task = { .pid = (uint32_t)pid } };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));

	return bpf_program__attach_iter(probe->count->progs.dump_files, &opts);
}

int probe_read_files(struct probe *probe, pid_t pid, probe_file_fn fn, void *ctx)
{
	struct bpf_link *link = NULL;
	int fd;
	int rc;

	if (pid < 0 || !fn)
		return -EINVAL;
	if (!probe->count)
		return -ENODEV;
	if (!probe->iter_files)
		return files_proc_read(probe_root(probe), pid, fn, ctx);

	if (pid)
		link = files_link(probe, pid);
	probe->count->bss->files_pid = (uint32_t)pid;
	fd = bpf_iter_create(bpf_link__fd(link ? link : probe->count->links.dump_files));
	rc = fd < 0 ? -errno : files_read(fd, fn, ctx);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return rc;
}
