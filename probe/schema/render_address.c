/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socket addresses and tuples of the capture format: u8 family, then addresses in network order and
 * ports in host order; unix: kernel addresses of both ends, then the path.
 */
#include "render_param.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#define IPV4_BYTES 4
#define IPV6_BYTES 16

void ipv4_render(const uint8_t *addr, struct text_buf *buf)
{
	text_buf_printf(buf, "%u.%u.%u.%u", addr[0], addr[1], addr[2], addr[3]);
}

void ipv6_render(const uint8_t *addr, struct text_buf *buf)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(AF_INET6, addr, text, sizeof(text)))
		text_buf_add(buf, text);
}

static void ipv4_port_render(const uint8_t *addr, struct text_buf *buf)
{
	uint16_t port;

	memcpy(&port, addr + IPV4_BYTES, sizeof(port));
	ipv4_render(addr, buf);
	text_buf_printf(buf, ":%u", port);
}

static void ipv6_port_render(const uint8_t *addr, struct text_buf *buf)
{
	uint16_t port;

	memcpy(&port, addr + IPV6_BYTES, sizeof(port));
	text_buf_add(buf, "[");
	ipv6_render(addr, buf);
	text_buf_printf(buf, "]:%u", port);
}

/* A name in the file system, or with a first NUL one of the abstract namespace (unix(7)). */
static void unix_path_render(const uint8_t *path, size_t len, struct text_buf *buf)
{
	if (len > 1 && path[0] == '\0' && path[1] != '\0') {
		text_buf_add(buf, "@");
		path++;
		len--;
	}
	text_buf_add_safe(buf, path, strnlen((const char *)path, len));
}

static void family_render(uint8_t family, struct text_buf *buf)
{
	flag_set_render(flag_set_by_name("native_family"), family, buf);
}

void sockaddr_render(const struct event_param *param, struct text_buf *buf)
{
	const uint8_t *addr = param->data + 1;

	switch (param->data[0]) {
	case AF_INET: ipv4_port_render(addr, buf); break;
	case AF_INET6: ipv6_port_render(addr, buf); break;
	case AF_UNIX: unix_path_render(addr, param->len - 1u, buf); break;
	default: family_render(param->data[0], buf);
	}
}

static void unix_tuple_render(const uint8_t *data, size_t len, struct text_buf *buf)
{
	uint64_t ends[2];

	memcpy(ends, data, sizeof(ends));
	if (len > sizeof(ends) + 1 && (data[sizeof(ends)] || data[sizeof(ends) + 1]))
		unix_path_render(data + sizeof(ends), len - sizeof(ends), buf);
	else
		text_buf_printf(buf, "0x%llx->0x%llx", (unsigned long long)ends[0],
				(unsigned long long)ends[1]);
}

void socktuple_render(const struct event_param *param, struct text_buf *buf)
{
	const uint8_t *ends = param->data + 1;

	switch (param->data[0]) {
	case AF_INET:
		ipv4_port_render(ends, buf);
		text_buf_add(buf, "->");
		ipv4_port_render(ends + IPV4_BYTES + sizeof(uint16_t), buf);
		break;
	case AF_INET6:
		ipv6_port_render(ends, buf);
		text_buf_add(buf, "->");
		ipv6_port_render(ends + IPV6_BYTES + sizeof(uint16_t), buf);
		break;
	case AF_UNIX: unix_tuple_render(ends, param->len - 1u, buf); break;
	default: family_render(param->data[0], buf);
	}
}
