/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of calls, see event_path.h. */
#include "event_path.h"
#include <fcntl.h>
#include <string.h>
#include "base/text.h"
#include "fd.h"
#include "process.h"

/* The descriptor of the folder that parameter `index` is relative to; -errno: not in the event. */
static int event_path_fd(const struct event *event, size_t index, int64_t *ret_fd)
{
	*ret_fd = AT_FDCWD;
	if (!index || event->desc->params[index].type != PARAM_TYPE_FSRELPATH ||
	    event->desc->params[index - 1].type != PARAM_TYPE_FD)
		return 0;
	return event_param_value(PARAM_TYPE_FD, &event->params[index - 1], ret_fd);
}

enum event_path_from event_path_from(const struct event *event, size_t index)
{
	int64_t fd;

	if (index >= event->params_len || !event->params[index].len)
		return EVENT_PATH_NONE;
	if (*(const char *)event->params[index].data == '/')
		return EVENT_PATH_ROOT;
	return event_path_fd(event, index, &fd) == 0 && fd == AT_FDCWD ? EVENT_PATH_CWD
								       : EVENT_PATH_FD;
}

/* The folder that parameter `index` is relative to. */
static struct path_part event_path_base(const struct process *process, const struct event *event,
					size_t index)
{
	const struct text *base = process ? process->cwd : NULL;
	int64_t fd;

	if (event_path_fd(event, index, &fd) < 0)
		return (struct path_part){ .data = NULL };
	if (fd != AT_FDCWD)
		base = process ? fd_table_name(process->fds, fd) : NULL;
	return (struct path_part){ .data = base ? base->data : NULL, .len = base ? base->len : 0 };
}

size_t event_path_absolute(const struct process *process, const struct event *event, size_t index,
			   char *text, size_t size)
{
	const struct event_param *param;
	struct path_part path;

	if (index >= event->params_len || !event->params[index].len)
		return 0;
	param = &event->params[index];
	path.data = (const char *)param->data;
	path.len = strnlen(path.data, param->len);
	return path_join(text, size, event_path_base(process, event, index), path);
}
