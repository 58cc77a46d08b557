/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of a process: one line for each thing that is known of it. What tables do not have is in
 * its detail, which snapshots have while the page is on screen.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "page.h"
#include "state/facts.h"

#define PAGE_VALUE_MAX 4608
#define ANCESTORS_MAX 32

bool page_begin(struct page *page, struct text_buf *ret_buf)
{
	if (frame_text_begin(page->build->frame, PAGE_VALUE_MAX, ret_buf) == 0)
		return true;
	page->failed = true;
	return false;
}

static void add_line(struct page *page, const struct page_line *made)
{
	struct page_line *line = frame_alloc(page->build->frame, sizeof(*line));
	struct row *row = line ? rows_add(page->build) : NULL;

	if (!row) {
		page->failed = true;
		return;
	}
	*line = *made;
	row->page = line;
	row->proc = page->proc;
	row->key = (struct row_key){ .a = (uint64_t)page->proc->pid << 32 | page->lines++,
				     .b = page->proc->start_boot_ns };
}

void page_end(struct page *page, struct text_buf *buf, const char *item, const char *drill)
{
	const struct page_line line = { .item = item, .value = buf->data, .drill = drill };

	frame_text_end(page->build->frame, buf);
	add_line(page, &line);
}

void page_end_rendered(struct page *page, struct text_buf *buf, const char *item, const char *drill)
{
	const struct page_line line = {
		.item = item, .value = buf->data, .drill = drill, .rendered = true
	};

	frame_text_end(page->build->frame, buf);
	add_line(page, &line);
}

/* A line of one text; none where it is not known. */
static void add_text(struct page *page, const char *item, const char *text)
{
	struct text_buf buf;

	if (!text || !*text || !page_begin(page, &buf))
		return;
	text_buf_add(&buf, text);
	page_end(page, &buf, item, NULL);
}

/* A number in the words of the column kind. */
static void put(struct text_buf *buf, enum column_kind kind, uint64_t value)
{
	struct cell cell = { .kind = kind, .known = true };

	if (kind == COLUMN_INT)
		cell.i64 = (int64_t)value;
	else
		cell.u64 = value;
	cell_human(&cell, buf);
}

static void put_exit(struct text_buf *buf, int32_t code)
{
	const char *name = code & 0x7f ? signal_name(code & 0x7f) : NULL;

	if (name)
		text_buf_printf(buf, "killed by %s", name);
	else if (code & 0x7f)
		text_buf_printf(buf, "killed by signal %d", code & 0x7f);
	else
		text_buf_printf(buf, "exited with status %d", code >> 8 & 0xff);
}

static void add_head(struct page *page)
{
	const struct snapshot *snapshot = page->build->snapshot;
	const struct proc_row *proc = page->proc;
	uint64_t start_ns = proc->start_boot_ns + snapshot->boot_epoch_ns;
	uint64_t end_ns = proc->ended_ns ? proc->ended_ns : snapshot->time_ns;
	struct text_buf buf;

	if (!page_begin(page, &buf))
		return;
	text_buf_printf(&buf, "%s[%u]", proc->comm, proc->pid);
	if (proc->dead) {
		text_buf_add(&buf, ", ");
		put_exit(&buf, proc->exit_code);
	} else {
		text_buf_printf(&buf, ", state %c", proc->state ? proc->state : '?');
	}
	page_end(page, &buf, "process", NULL);
	if (!page_begin(page, &buf))
		return;
	put(&buf, COLUMN_TIME, start_ns);
	text_buf_add(&buf, proc->dead ? ", lived " : ", runs for ");
	put(&buf, COLUMN_DURATION, end_ns > start_ns ? end_ns - start_ns : 0);
	page_end(page, &buf, "started", NULL);
}

/* Marks of the file behind the executable. */
static void put_exe_marks(struct text_buf *buf, const struct proc_row *proc)
{
	static const struct {
		uint32_t bit;
		const char *text;
	} marks[] = {
		{ SEED_EXE_WRITABLE, "writable by its user" },
		{ SEED_EXE_UPPER_LAYER, "upper layer of an overlay" },
		{ SEED_EXE_FROM_MEMFD, "in memory only (memfd)" },
		{ SEED_EXE_LOWER_LAYER, "lower layer of an overlay" },
	};
	const struct proc_detail *detail = proc->detail;

	for (size_t i = 0; detail && i < sizeof(marks) / sizeof(marks[0]); i++)
		if ((detail->known & FACT_EXE_FILE) && (detail->exe_flags & marks[i].bit))
			text_buf_printf(buf, " (%s)", marks[i].text);
}

static void add_program(struct page *page)
{
	const struct proc_row *proc = page->proc;
	struct text_buf buf;

	add_text(page, "command", proc->cmdline);
	if (proc->exe && page_begin(page, &buf)) {
		text_buf_add(&buf, proc->exe);
		put_exe_marks(&buf, proc);
		page_end(page, &buf, "executable", NULL);
	}
	add_text(page, "folder", proc->cwd);
	if (proc->detail && proc->detail->root && strcmp(proc->detail->root, "/") != 0)
		add_text(page, "root", proc->detail->root);
}

/* Device numbers as the kernel prints them in stat. */
static void put_tty(struct text_buf *buf, uint32_t tty)
{
	unsigned major = tty >> 8 & 0xfff, minor = (tty & 0xff) | (tty >> 12 & 0xfff00);

	if (!tty)
		text_buf_add(buf, "none");
	else if (major >= 136 && major <= 143)
		text_buf_printf(buf, "pts/%u", (major - 136) * 256 + minor);
	else if (major == 4)
		text_buf_printf(buf, "%s%u", minor < 64 ? "tty" : "ttyS",
				minor < 64 ? minor : minor - 64);
	else
		text_buf_printf(buf, "%u:%u", major, minor);
}

static void add_user(struct page *page)
{
	const struct proc_row *proc = page->proc;
	const struct proc_detail *detail = proc->detail;
	struct text_buf buf;

	if (!page_begin(page, &buf))
		return;
	text_buf_printf(&buf, "%s (%u)", proc->user, proc->euid);
	if (proc->uid != proc->euid)
		text_buf_printf(&buf, ", really %s (%u)",
				detail && detail->real_user ? detail->real_user : "?", proc->uid);
	if (detail && (detail->known & FACT_GID))
		text_buf_printf(&buf, ", group %s (%u)", detail->group ? detail->group : "?",
				detail->gid);
	page_end(page, &buf, "user", NULL);
	if (!detail || !page_begin(page, &buf))
		return;
	if (!(detail->known & FACT_LOGINUID))
		text_buf_add(&buf, "not known");
	else if (detail->loginuid == UINT32_MAX)
		text_buf_add(&buf, "none");
	else
		text_buf_printf(&buf, "%s (%u)", detail->login ? detail->login : "?",
				detail->loginuid);
	if (detail->known & FACT_TTY) {
		text_buf_add(&buf, ", terminal ");
		put_tty(&buf, detail->tty);
	}
	page_end(page, &buf, "login", NULL);
}

static void add_ids(struct page *page)
{
	const struct proc_row *proc = page->proc;
	const struct proc_detail *detail = proc->detail;
	struct text_buf buf;

	if (!page_begin(page, &buf))
		return;
	text_buf_printf(&buf, "parent %u", proc->ppid);
	if (detail && (detail->known & FACT_PGID))
		text_buf_printf(&buf, ", group %" PRId64, detail->pgid);
	if (detail && (detail->known & FACT_SID))
		text_buf_printf(&buf, ", session %" PRId64, detail->sid);
	if (detail && (detail->known & FACT_VPID) && detail->vpid != proc->pid)
		text_buf_printf(&buf, ", in its namespace pid %" PRId64 " of group %" PRId64,
				detail->vpid, detail->vpgid);
	page_end(page, &buf, "ids", NULL);
}

/* The process of a pid that is older; NULL when it has no row. */
static const struct proc_row *parent_of(const struct snapshot *snapshot,
					const struct proc_row *child)
{
	const struct proc_row *parent = NULL;

	for (size_t i = 0; i < snapshot->procs_len; i++) {
		const struct proc_row *at = &snapshot->procs[i];

		if (at->pid == child->ppid && at->start_boot_ns <= child->start_boot_ns &&
		    at != child)
			parent = at;
	}
	return child->ppid ? parent : NULL;
}

static void add_ancestors(struct page *page)
{
	const struct snapshot *snapshot = page->build->snapshot;
	const struct proc_row *at = parent_of(snapshot, page->proc);
	struct text_buf buf;

	if (!at || !page_begin(page, &buf))
		return;
	for (size_t depth = 0; at && depth < ANCESTORS_MAX; depth++) {
		text_buf_printf(&buf, "%s%s[%u]", depth ? " < " : "", at->comm, at->pid);
		at = parent_of(snapshot, at);
	}
	page_end(page, &buf, "ancestors", "tree");
}

static void add_container(struct page *page)
{
	const struct container_row *in = page->proc->in;
	struct text_buf buf;

	if (!in || !page_begin(page, &buf))
		return;
	text_buf_printf(&buf, "%s, id %s, %s", in->name, in->id, in->engine);
	if (*in->image)
		text_buf_printf(&buf, ", image %s", in->image);
	if (*in->pod)
		text_buf_printf(&buf, ", pod %s of %s", in->pod, in->pod_namespace);
	if (in->privileged_known && in->privileged)
		text_buf_add(&buf, ", privileged");
	page_end(page, &buf, "container", "containers");
}

static bool is_root_group(const char *group)
{
	const char *path = strchr(group, '=');

	return path && strcmp(path, "=/") == 0;
}

/* A line for each group that is not the root of its hierarchy; each has its NUL. */
static void add_cgroups(struct page *page)
{
	const struct proc_detail *detail = page->proc->detail;
	const char *list = detail ? detail->cgroups : NULL, *item = "cgroup";
	size_t len = list ? detail->cgroups_len : 0;

	for (size_t at = 0; at < len; at += strnlen(list + at, len - at) + 1) {
		if (is_root_group(list + at))
			continue;
		add_text(page, item, list + at);
		item = "";
	}
	if (len && *item)
		add_text(page, item, "/");
}

static void put_capabilities(struct text_buf *buf, uint64_t bits)
{
	static const char *const names[] = {
#define CAPABILITY(bit, name) [bit] = (name),
#include "state/filter/capabilities.def"
	};
	const size_t len = sizeof(names) / sizeof(names[0]);
	const char *between = "";

	if (!bits)
		text_buf_add(buf, "none");
	else if (bits == (1ull << len) - 1)
		text_buf_add(buf, "all");
	for (size_t i = 0; bits && bits != (1ull << len) - 1 && i < len; i++) {
		if (!(bits >> i & 1))
			continue;
		text_buf_printf(buf, "%s%s", between,
				strncmp(names[i], "CAP_", 4) == 0 ? names[i] + 4 : names[i]);
		between = " ";
	}
	if (bits >> len)
		text_buf_printf(buf, "%s0x%" PRIx64, between, bits >> len << len);
}

static void add_capabilities(struct page *page)
{
	const struct proc_detail *detail = page->proc->detail;
	struct text_buf buf;

	if (!detail || !(detail->known & FACT_CAPS) || !page_begin(page, &buf))
		return;
	text_buf_add(&buf, "effective ");
	put_capabilities(&buf, detail->cap_effective);
	if (detail->cap_permitted != detail->cap_effective) {
		text_buf_add(&buf, "; permitted ");
		put_capabilities(&buf, detail->cap_permitted);
	}
	if (detail->cap_inheritable) {
		text_buf_add(&buf, "; inheritable ");
		put_capabilities(&buf, detail->cap_inheritable);
	}
	page_end(page, &buf, "capabilities", NULL);
}

static void add_memory(struct page *page)
{
	const struct proc_row *proc = page->proc;
	const struct proc_detail *detail = proc->detail;
	struct text_buf buf;

	if (proc->kthread || proc->dead || !page_begin(page, &buf))
		return;
	put(&buf, COLUMN_BYTES, proc->rss_bytes);
	text_buf_add(&buf, " in RAM, ");
	put(&buf, COLUMN_BYTES, proc->vm_bytes);
	text_buf_add(&buf, " of addresses");
	if (detail && (detail->known & FACT_SWAP)) {
		text_buf_add(&buf, ", ");
		put(&buf, COLUMN_BYTES, detail->swap_kb * 1024);
		text_buf_add(&buf, " swapped out");
	}
	if (detail && (detail->known & FACT_FAULTS)) {
		text_buf_add(&buf, "; page faults: ");
		put(&buf, COLUMN_COUNT_K, detail->faults_major);
		text_buf_add(&buf, " major, ");
		put(&buf, COLUMN_COUNT_K, detail->faults_minor);
		text_buf_add(&buf, " minor");
	}
	page_end(page, &buf, "memory", NULL);
}

/* "Max open files   1024   4096   files" as "open files: 1024 of at most 4096 files". */
static void put_limit(struct text_buf *buf, const char *line, size_t len)
{
	static const size_t columns[] = { 0, 26, 47,
					  68 }; /* fs/proc/base.c: %-25s %-20s %-20s %-10s */
	const char *at[4] = { "", "", "", "" };
	int lens[4] = { 0 };

	for (size_t i = 0; i < 4 && columns[i] < len; i++) {
		size_t end = i < 3 && columns[i + 1] < len ? columns[i + 1] : len;

		while (end > columns[i] && line[end - 1] == ' ')
			end--;
		at[i] = line + columns[i];
		lens[i] = (int)(end - columns[i]);
	}
	if (lens[0] > 4 && memcmp(at[0], "Max ", 4) == 0) {
		at[0] += 4;
		lens[0] -= 4;
	}
	text_buf_printf(buf, "%.*s: %.*s", lens[0], at[0], lens[1], at[1]);
	if (lens[1] != lens[2] || memcmp(at[1], at[2], (size_t)lens[1]) != 0)
		text_buf_printf(buf, " of at most %.*s", lens[2], at[2]);
	if (lens[3])
		text_buf_printf(buf, " %.*s", lens[3], at[3]);
}

/* The first line of the file is its head. */
static void add_limits(struct page *page)
{
	const struct proc_detail *detail = page->proc->detail;
	const char *line = detail && detail->limits ? strchr(detail->limits, '\n') : NULL;
	const char *item = "limits";
	struct text_buf buf;

	while (line && line[1] && page_begin(page, &buf)) {
		const char *end = strchr(++line, '\n');

		put_limit(&buf, line, end ? (size_t)(end - line) : strlen(line));
		page_end(page, &buf, item, NULL);
		item = "";
		line = end;
	}
}

static void add_files(struct page *page)
{
	const struct proc_row *proc = page->proc;
	struct text_buf buf;

	if (proc->kthread || proc->dead || !page_begin(page, &buf))
		return;
	if (!proc->fds_known)
		text_buf_add(&buf, "not known");
	else
		text_buf_printf(&buf, "%u: %u files, %u sockets, %u pipes", proc->fds,
				proc->fds_files, proc->fds_sockets, proc->fds_pipes);
	if (proc->fd_limit > 0)
		text_buf_printf(&buf, "; %" PRId64 " are allowed", proc->fd_limit);
	page_end(page, &buf, "open files", "fds");
}

static void add_process(struct page *page)
{
	struct text_buf buf;

	add_head(page);
	add_program(page);
	add_user(page);
	add_ids(page);
	add_ancestors(page);
	add_container(page);
	add_cgroups(page);
	add_capabilities(page);
	add_memory(page);
	add_files(page);
	page_add_top(page);
	page_add_last(page);
	add_limits(page);
	if (!page->proc->kthread && page_begin(page, &buf)) {
		text_buf_add(&buf, "Enter shows it");
		page_end(page, &buf, "environment", "environment");
	}
}

/* Calls fn for every process in scope. 0 or -ENOMEM. */
static int each_process(struct build *build, void (*fn)(struct page *page))
{
	const struct snapshot *snapshot = build->snapshot;

	for (size_t i = 0; i < snapshot->procs_len; i++) {
		struct page page = { .build = build,
				     .proc = &snapshot->procs[i],
				     .index = (uint32_t)i };

		if (!page.proc->pid || !scope_accepts_proc(build->scope, page.proc))
			continue;
		fn(&page);
		if (page.failed)
			return -ENOMEM;
	}
	return 0;
}

int rows_build_page(struct build *build)
{
	return each_process(build, add_process);
}

/* NAME=value; without '=' it is all name. */
static void add_variables(struct page *page)
{
	const struct proc_detail *detail = page->proc->detail;
	const char *env = detail ? detail->env : NULL;
	size_t len = env ? detail->env_len : 0;

	for (size_t at = 0; at < len; at += strnlen(env + at, len - at) + 1) {
		size_t size = strnlen(env + at, len - at);
		const char *equals = memchr(env + at, '=', size);
		size_t name_len = equals ? (size_t)(equals - (env + at)) : size;
		const char *name = frame_copy(page->build->frame, env + at, name_len);
		struct text_buf buf;

		if (!name || !page_begin(page, &buf)) {
			page->failed = true;
			return;
		}
		if (equals)
			text_buf_addn(&buf, equals + 1, size - name_len - 1);
		page_end(page, &buf, name, NULL);
	}
}

int rows_build_variable(struct build *build)
{
	return each_process(build, add_variables);
}
