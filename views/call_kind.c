/* SPDX-License-Identifier: Apache-2.0 */
#include "call_kind.h"

#include <string.h>

static const char *const kind_names[] = {
#define KIND(id, name) [CALL_KIND_##id] = name,
#include "call_kinds.def"
};
_Static_assert(sizeof(kind_names) / sizeof(kind_names[0]) == CALL_KIND_COUNT, "one name each");

static const struct {
	const char *call;
	enum call_kind kind;
} kinds[] = {
#define CALL_KIND(call_, kind_) { .call = #call_, .kind = CALL_KIND_##kind_ },
#include "call_kinds.def"
};

const char *call_kind_name(enum call_kind kind)
{
	return kind_names[kind];
}

enum call_kind call_kind_of_syscall(const struct syscall_desc *syscall)
{
	for (size_t i = 0; syscall && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].call, syscall->name) == 0)
			return kinds[i].kind;
	return CALL_KIND_OTHER;
}

/* Names as the kernel prints them: "/path", "pipe:[1]", "anon_inode:...", "unix", "a:p->b:p". */
static enum call_kind kind_of_name(const char *name)
{
	static const char *const local[] = { "pipe:", "anon_inode:", "unix", "netlink" };

	if (!name || !name[0])
		return CALL_KIND_OTHER;
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if (strncmp(name, local[i], strlen(local[i])) == 0)
			return CALL_KIND_OTHER;
	if (strstr(name, "->") || strncmp(name, "tcp", 3) == 0 || strncmp(name, "udp", 3) == 0 ||
	    strncmp(name, "socket:", 7) == 0)
		return name[0] == '/' ? CALL_KIND_FILE : CALL_KIND_NET;
	return CALL_KIND_FILE;
}

enum call_kind call_kind_of(const struct syscall_desc *syscall, const char *target)
{
	enum call_kind kind = call_kind_of_syscall(syscall);

	return kind == CALL_KIND_OTHER ? kind_of_name(target) : kind;
}
