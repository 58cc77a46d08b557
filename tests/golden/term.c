/* SPDX-License-Identifier: Apache-2.0 */
/* A terminal for tests, see term.h. */
#include "term.h"
#include "tui/text.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TERM_QUIET_MS 15     /* output that belongs together comes in less */
#define TERM_ANSWER_MS 20000 /* a loaded machine with sanitizers is slow */
#define STYLES_MAX 26

struct cell_style {
	int fg, bg; /* -1: default */
	bool bold, underline, reverse, italic;
};

static int on_property(VTermProp property, VTermValue *value, void *user)
{
	struct term *term = user;

	if (property == VTERM_PROP_ALTSCREEN)
		term->alternate = value->boolean;
	else if (property == VTERM_PROP_CURSORVISIBLE)
		term->cursor = value->boolean;
	return 1;
}

static const VTermScreenCallbacks screen_callbacks = { .settermprop = on_property };

static void term_environment(const struct term_opts *opts)
{
	setenv("TERM", opts->name, 1);
	setenv("LC_ALL", opts->locale ? opts->locale : "C.UTF-8", 1);
	text_take_locale();
	setenv("TZ", "UTC", 1);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	unsetenv("NO_COLOR");
	if (opts->no_color)
		setenv("NO_COLOR", "1", 1);
}

/* The leader after it started the child: notes how it fares, until it ends. */
static void term_lead(struct term_shared *shared, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, WUNTRACED) == pid) {
		if (WIFSTOPPED(status)) {
			shared->stops++;
			continue;
		}
		shared->status = status;
		shared->ended = 1;
		break;
	}
	_exit(0);
}

static void term_child(struct term *term, const struct term_opts *opts, int control)
{
	pid_t pid;

	setsid();
	close(term->master);
	if (ioctl(term->slave, TIOCSCTTY, 0))
		_exit(120);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(term->slave, fd) < 0)
			_exit(121);
	term_environment(opts);
	/* Whoever runs the tests may ignore signals; a program starts with none ignored. */
	for (int sig = 1; sig < SIGRTMIN; sig++)
		signal(sig, SIG_DFL);
	/* Both sides set the group, so that it is there whoever runs first. */
	signal(SIGTTOU, SIG_IGN);
	pid = fork();
	if (pid < 0)
		_exit(122);
	setpgid(pid, pid);
	tcsetpgrp(0, pid ? pid : getpid());
	if (pid) {
		close(control);
		term_lead(term->shared, pid);
	}
	signal(SIGTTOU, SIG_DFL);
	term->shared->pid = getpid();
	exit(opts->run(opts->ctx, &(struct term_child){ .fd = control, .shared = term->shared }));
}

void term_start(struct term *term, const struct term_opts *opts)
{
	struct winsize size = { .ws_row = (unsigned short)opts->rows,
				.ws_col = (unsigned short)opts->cols };
	int pair[2];

	*term = (struct term){ .rows = opts->rows, .cols = opts->cols, .cursor = true };
	term->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (term->master < 0 || grantpt(term->master) || unlockpt(term->master))
		abort();
	term->slave = open(ptsname(term->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (term->slave < 0 || ioctl(term->slave, TIOCSWINSZ, &size) ||
	    tcgetattr(term->slave, &term->before))
		abort();
	term->shared = mmap(NULL, sizeof(*term->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (term->shared == MAP_FAILED)
		abort();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		abort();
	fflush(NULL);
	term->leader = fork();
	if (term->leader < 0)
		abort();
	if (!term->leader) {
		close(pair[0]);
		term_child(term, opts, pair[1]);
	}
	close(pair[1]);
	term->control = pair[0];
	fcntl(term->master, F_SETFL, O_NONBLOCK);
	term->vterm = vterm_new(opts->rows, opts->cols);
	vterm_set_utf8(term->vterm, 1);
	term->screen = vterm_obtain_screen(term->vterm);
	vterm_screen_set_callbacks(term->screen, &screen_callbacks, term);
	vterm_screen_enable_altscreen(term->screen, 1);
	vterm_screen_reset(term->screen, 1);
	term->raw = malloc(TERM_RAW_MAX);
	if (!term->raw)
		abort();
}

void term_close(struct term *term)
{
	if (term->leader) {
		if (term->shared->pid && !term->shared->ended)
			kill(term->shared->pid, SIGKILL);
		waitpid(term->leader, NULL, 0);
	}
	close(term->master);
	close(term->slave);
	close(term->control);
	vterm_free(term->vterm);
	free(term->raw);
	munmap(term->shared, sizeof(*term->shared));
	*term = (struct term){ 0 };
}

void term_read(struct term *term, int timeout_ms)
{
	struct pollfd fd = { .fd = term->master, .events = POLLIN };
	char bytes[16384];

	while (poll(&fd, 1, timeout_ms) > 0) {
		ssize_t got = read(term->master, bytes, sizeof(bytes));

		if (got <= 0)
			return;
		vterm_input_write(term->vterm, bytes, (size_t)got);
		if ((size_t)got > TERM_RAW_MAX - term->raw_len)
			term->raw_len = 0;
		memcpy(term->raw + term->raw_len, bytes, (size_t)got);
		term->raw_len += (size_t)got;
		timeout_ms = 0;
	}
}

void term_type(struct term *term, const char *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t wrote = write(term->master, bytes + done, len - done);

		if (wrote > 0)
			done += (size_t)wrote;
		else if (errno != EAGAIN)
			return;
		else
			term_read(term, 1);
	}
}

void term_resize(struct term *term, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	term_read(term, 0);
	vterm_set_size(term->vterm, rows, cols);
	term->rows = rows;
	term->cols = cols;
	if (ioctl(term->slave, TIOCSWINSZ, &size))
		abort();
}

/* Makes the source readable and waits until the child has answered. */
static bool term_ask(struct term *term)
{
	uint64_t message = 1;
	int left = TERM_ANSWER_MS;
	char answer;

	if (send(term->control, &message, sizeof(message), MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(message))
		return false;
	for (; left > 0; left -= 5) {
		struct pollfd fd = { .fd = term->control, .events = POLLIN };

		if (poll(&fd, 1, 5) > 0)
			return recv(term->control, &answer, 1, 0) == 1;
		/* A child that waits for us to read cannot answer. */
		term_read(term, 0);
	}
	return false;
}

bool term_sync(struct term *term)
{
	bool alive = term_ask(term);

	/* The first answer may come before the frame of what it waited for, the second not. */
	if (alive)
		alive = term_ask(term);
	term_read(term, 0);
	return alive;
}

bool term_settle(struct term *term)
{
	size_t before;

	if (!term_sync(term))
		return false;
	do {
		before = term->raw_len;
		term_read(term, TERM_QUIET_MS);
	} while (term->raw_len != before);
	return true;
}

void term_step(struct term *term)
{
	term->shared->steps++;
	term_ask(term);
}

int term_wait(struct term *term)
{
	for (int left = TERM_ANSWER_MS; left > 0; left -= 5) {
		term_read(term, 5);
		if (!term->shared->ended)
			continue;
		waitpid(term->leader, NULL, 0);
		term->leader = 0;
		term_read(term, TERM_QUIET_MS);
		return term->shared->status;
	}
	return -1;
}

void term_kill(struct term *term, int sig)
{
	kill(term->shared->pid, sig);
}

bool term_wait_stopped(struct term *term, unsigned stops)
{
	for (int left = TERM_ANSWER_MS; left > 0 && term->shared->stops < stops; left -= 5)
		term_read(term, 5);
	term_read(term, TERM_QUIET_MS);
	return term->shared->stops >= stops;
}

bool term_restored(struct term *term)
{
	struct termios now;

	term_read(term, 0);
	if (tcgetattr(term->slave, &now))
		return false;
	return now.c_iflag == term->before.c_iflag && now.c_oflag == term->before.c_oflag &&
	       now.c_cflag == term->before.c_cflag && now.c_lflag == term->before.c_lflag &&
	       !memcmp(now.c_cc, term->before.c_cc, sizeof(now.c_cc)) && !term->alternate &&
	       term->cursor;
}

static int color_index(const VTermColor *color)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
		return -1;
	/* RGB does not happen: themes have indexes only. */
	return VTERM_COLOR_IS_INDEXED(color) ? color->indexed.idx : 1000;
}

static struct cell_style cell_style(const VTermScreenCell *cell)
{
	return (struct cell_style){
		.fg = color_index(&cell->fg),
		.bg = color_index(&cell->bg),
		.bold = cell->attrs.bold,
		.underline = cell->attrs.underline,
		.reverse = cell->attrs.reverse,
		.italic = cell->attrs.italic,
	};
}

static bool style_equal(const struct cell_style *a, const struct cell_style *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold &&
	       a->underline == b->underline && a->reverse == b->reverse && a->italic == b->italic;
}

static void put_code(FILE *out, uint32_t code)
{
	if (code < 0x80)
		fputc((int)code, out);
	else if (code < 0x800)
		fprintf(out, "%c%c", 0xc0 | code >> 6, 0x80 | (code & 0x3f));
	else if (code < 0x10000)
		fprintf(out, "%c%c%c", 0xe0 | code >> 12, 0x80 | (code >> 6 & 0x3f),
			0x80 | (code & 0x3f));
	else
		fprintf(out, "%c%c%c%c", 0xf0 | code >> 18, 0x80 | (code >> 12 & 0x3f),
			0x80 | (code >> 6 & 0x3f), 0x80 | (code & 0x3f));
}

static void dump_row(struct term *term, int row, FILE *out)
{
	int blanks = 0;

	for (int col = 0; col < term->cols; col++) {
		VTermScreenCell cell;

		vterm_screen_get_cell(term->screen, (VTermPos){ .row = row, .col = col }, &cell);
		if (cell.chars[0] == (uint32_t)-1)
			continue; /* right half of a wide character */
		if (!cell.chars[0] || cell.chars[0] == ' ') {
			blanks++;
			continue;
		}
		for (; blanks; blanks--)
			fputc(' ', out);
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
			put_code(out, cell.chars[i]);
	}
}

/*
 * The number of a style, a new one when it was not there; the last for all when there are too
 * many.
 */
static int style_number(struct cell_style *styles, int *len, const struct cell_style *style)
{
	for (int i = 0; i < *len; i++)
		if (style_equal(&styles[i], style))
			return i;
	if (*len < STYLES_MAX)
		styles[(*len)++] = *style;
	return *len - 1;
}

static void dump_styles(struct term *term, struct cell_style *styles, int *len, FILE *out)
{
	for (int row = 0; row < term->rows; row++) {
		int run = 0, last = -1;

		for (int col = 0; col < term->cols; col++) {
			VTermScreenCell cell;
			struct cell_style style;
			int number;

			vterm_screen_get_cell(term->screen, (VTermPos){ .row = row, .col = col },
					      &cell);
			style = cell_style(&cell);
			number = style_number(styles, len, &style);
			if (number != last && run)
				fprintf(out, "%c%d ", 'a' + last, run);
			if (number != last)
				run = 0;
			last = number;
			run++;
		}
		fprintf(out, "%c%d\n", 'a' + last, run);
	}
}

static void dump_color(FILE *out, const char *what, int color)
{
	if (color < 0)
		fprintf(out, " %s default", what);
	else
		fprintf(out, " %s %d", what, color);
}

char *term_dump(struct term *term)
{
	struct cell_style styles[STYLES_MAX];
	char *text = NULL;
	size_t size;
	int len = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	fprintf(out, "%dx%d\n", term->cols, term->rows);
	for (int row = 0; row < term->rows; row++) {
		fputc('|', out);
		dump_row(term, row, out);
		fputc('\n', out);
	}
	fprintf(out, "styles\n");
	dump_styles(term, styles, &len, out);
	for (int i = 0; i < len; i++) {
		fprintf(out, "%c:", 'a' + i);
		dump_color(out, "fg", styles[i].fg);
		dump_color(out, "bg", styles[i].bg);
		fprintf(out, "%s%s%s%s\n", styles[i].bold ? " bold" : "",
			styles[i].underline ? " underline" : "",
			styles[i].reverse ? " reverse" : "", styles[i].italic ? " italic" : "");
	}
	fclose(out);
	return text;
}

char *term_row(struct term *term, int row)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	dump_row(term, row, out);
	fclose(out);
	return text;
}
