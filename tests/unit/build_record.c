/* SPDX-License-Identifier: Apache-2.0 */
/* Records made by hand, see build_record.h. */
#include "build_record.h"
#include <assert.h>
#include <string.h>

void build_record_init(struct build_record *b, uint16_t code, const struct build_prefix *prefix)
{
	assert(event_by_code(code));
	b->code = code;
	b->prefix = *prefix;
	if (!b->prefix.tid)
		b->prefix.tid = b->prefix.pid;
	b->ext_len = 0;
	b->params_len = 0;
	b->params_bytes = 0;
}

void build_record_ext(struct build_record *b, uint8_t type, uint8_t flags, const void *data,
		      size_t len)
{
	struct record_ext item = { .type = type, .flags = flags, .len = (uint16_t)len };
	size_t padded = (len + 7) & ~(size_t)7;

	assert(b->ext_len + sizeof(item) + padded <= sizeof(b->ext));
	memcpy(b->ext + b->ext_len, &item, sizeof(item));
	memset(b->ext + b->ext_len + sizeof(item), 0, padded);
	memcpy(b->ext + b->ext_len + sizeof(item), data, len);
	b->ext_len += sizeof(item) + padded;
}

void build_record_bytes(struct build_record *b, const void *data, size_t len)
{
	assert(b->params_len < event_by_code(b->code)->params_len);
	assert(b->params_bytes + len <= sizeof(b->params));
	if (len)
		memcpy(b->params + b->params_bytes, data, len);
	b->params_bytes += len;
	b->lengths[b->params_len++] = (uint16_t)len;
}

void build_record_int(struct build_record *b, int64_t value)
{
	const struct event_desc *desc = event_by_code(b->code);
	size_t width;

	assert(b->params_len < desc->params_len);
	width = param_type_bytes(desc->params[b->params_len].type);
	assert(width >= 1 && width <= 8);
	build_record_bytes(b, &value, width); /* little-endian: the low bytes come first */
}

void build_record_text(struct build_record *b, const char *text)
{
	build_record_bytes(b, text, strlen(text) + 1);
}

void build_record_empty(struct build_record *b)
{
	build_record_bytes(b, NULL, 0);
}

size_t build_record_finish(struct build_record *b)
{
	const struct event_desc *desc = event_by_code(b->code);
	const struct build_prefix *from = &b->prefix;
	struct record_prefix prefix = {
		.prefix_len = sizeof(prefix),
		.ext_len = (uint16_t)b->ext_len,
		.flags = from->flags,
		.cls = from->cls,
		.pid = from->pid,
		.ppid = from->ppid,
		.start_boot_ns = from->start_boot_ns,
		.cgroup_id = from->cgroup_id,
		.euid = from->euid,
		.cpu = from->cpu,
		.buffer = from->buffer,
		.drops = from->drops,
		.nr = from->nr,
		.tid = from->tid,
		.ret = from->ret,
		.duration_ns = from->duration_ns,
	};
	struct event_header header = { .ts_ns = from->ts_ns, .tid = from->tid, .type = b->code };
	uint8_t *at = b->data;

	while (b->params_len < desc->params_len)
		build_record_empty(b);
	header.nparams = (uint32_t)b->params_len;
	header.len = (uint32_t)(sizeof(header) + 2 * b->params_len + b->params_bytes);
	prefix.total_len = (uint32_t)(sizeof(prefix) + b->ext_len + header.len);
	assert(prefix.total_len <= sizeof(b->data));
	prefix.check = record_check(prefix.total_len, prefix.tid, header.ts_ns);
	memcpy(prefix.args, from->args, sizeof(prefix.args));
	if (from->comm)
		strncpy(prefix.comm, from->comm, sizeof(prefix.comm) - 1);
	memcpy(at, &prefix, sizeof(prefix));
	at += sizeof(prefix);
	memcpy(at, b->ext, b->ext_len);
	at += b->ext_len;
	memcpy(at, &header, sizeof(header));
	at += sizeof(header);
	memcpy(at, b->lengths, 2 * b->params_len);
	at += 2 * b->params_len;
	memcpy(at, b->params, b->params_bytes);
	return prefix.total_len;
}
