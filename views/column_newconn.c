/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of new connections. */
#include "column.h"

#include <string.h>
#include <sys/socket.h>

#include "probe/schema/event.h"
#include "probe/schema/render_param.h"

static bool is_incoming(const struct row *row)
{
	return strncmp(event_name(row->event), "accept", strlen("accept")) == 0;
}

/* A parameter that has a value, else NULL. */
static const struct event_param *param_of(const struct row *row, const char *name)
{
	int index = event_param_index(row->event->desc, name);
	const struct event_param *param;

	if (index < 0 || index >= (int)row->event->params_len)
		return NULL;
	param = &row->event->params[index];
	return param->data && param->len > 1 ? param : NULL;
}

void get_newconn_dir(const struct row *row, struct cell *ret_cell)
{
	cell_set_text(ret_cell, is_incoming(row) ? "in" : "out");
}

void get_newconn_proto(const struct row *row, struct cell *ret_cell)
{
	const struct event_param *param = param_of(row, "tuple");

	if (!param)
		param = param_of(row, "addr");
	ret_cell->known = param != NULL;
	switch (param ? param->data[0] : AF_UNSPEC) {
	case AF_INET: cell_set_text(ret_cell, "ipv4"); break;
	case AF_INET6: cell_set_text(ret_cell, "ipv6"); break;
	case AF_UNIX: cell_set_text(ret_cell, "unix"); break;
	default: ret_cell->known = false;
	}
}

/*
 * A tuple's text is "a:p->b:p", the client first; one without an arrow (the path of a unix socket,
 * an address alone) is the remote end.
 */
static void tuple_cell(const struct row *row, bool remote, struct cell *ret_cell)
{
	const struct event_param *tuple = param_of(row, "tuple"), *addr = param_of(row, "addr");
	bool second = remote != is_incoming(row);
	const char *arrow;
	struct text_buf buf;

	ret_cell->known = false;
	if ((!tuple && (!addr || !remote)) || frame_text_begin(row->frame, 256, &buf) < 0)
		return;
	if (tuple)
		socktuple_render(tuple, &buf);
	else
		sockaddr_render(addr, &buf);
	frame_text_end(row->frame, &buf);
	arrow = tuple && tuple->data[0] != AF_UNIX ? strstr(buf.data, "->") : NULL;
	if (arrow && second)
		cell_set_textn(ret_cell, arrow + 2, buf.len - (size_t)(arrow + 2 - buf.data));
	else if (arrow)
		cell_set_textn(ret_cell, buf.data, (size_t)(arrow - buf.data));
	else if (remote)
		cell_set_textn(ret_cell, buf.data, buf.len);
	else
		return;
	ret_cell->known = ret_cell->rendered = true;
}

void get_newconn_local(const struct row *row, struct cell *ret_cell)
{
	tuple_cell(row, false, ret_cell);
}

void get_newconn_remote(const struct row *row, struct cell *ret_cell)
{
	tuple_cell(row, true, ret_cell);
}
