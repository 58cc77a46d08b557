/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The screen through ncurses, see screen.h.
 *
 * Keys are read through a pad, because reading through a window would draw it first. Everything
 * that a signal handler needs to give the terminal back is copied into one static struct when the
 * screen opens: escape sequences, file descriptor and modes; write() and tcsetattr() may be called
 * in a handler (signal-safety(7)).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include "screen.h"
#include "keys.h"
#include "text.h"

#define SCREEN_ESCAPE_MS 25
#define SCREEN_RUN 128 /* wide characters sent to curses at once */
#define SCREEN_COLOR_FIRST_PAIR 1

struct screen {
	SCREEN *term;
	FILE *in, *out;
	WINDOW *keys; /* a pad */
	int pending;  /* a byte that was read too far; ERR: none */
	bool utf8, drawn_cursor;
	bool suspended;
	int cursor_row, cursor_col;
	attr_t attrs[ROLE_COUNT];
	int pairs[ROLE_COUNT]; /* 0: the terminal's own colours */
};

/* What a signal handler needs, see the top. */
static struct {
	volatile sig_atomic_t armed;
	int fd;
	struct termios modes;
	char sequence[256];
	size_t len;
} emergency = { .fd = -1 };

static const int fatal_signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
#define FATAL_LEN (sizeof(fatal_signals) / sizeof(fatal_signals[0]))

void screen_emergency(void)
{
	struct pollfd fd = { .fd = emergency.fd, .events = POLLOUT };
	ssize_t written;

	if (!emergency.armed)
		return;
	emergency.armed = 0;
	/* Output may have been stopped with Ctrl-S; what still takes none is not waited for. */
	tcflow(emergency.fd, TCOON);
	if (poll(&fd, 1, 0) > 0 && fd.revents & POLLOUT) {
		written = write(emergency.fd, emergency.sequence, emergency.len);
		(void)written;
	}
	tcsetattr(emergency.fd, TCSANOW, &emergency.modes);
}

static void emergency_handler(int sig)
{
	screen_emergency();
	/* SA_RESETHAND: the second time is the default action. */
	raise(sig);
}

/* Appends a terminfo string without its padding marks ($<5>); returns the new length. */
static size_t capability_add(const char *capability, char *bytes, size_t len, size_t size)
{
	const char *text = tigetstr(capability);

	if (!text || text == (char *)-1)
		return len;
	for (; *text && len < size; text++) {
		if (text[0] == '$' && text[1] == '<' && strchr(text, '>'))
			text = strchr(text, '>');
		else
			bytes[len++] = *text;
	}
	return len;
}

static void emergency_arm(int fd, const struct termios *modes)
{
	static const char *const capabilities[] = { "sgr0", "rmkx", "rmcup", "cnorm" };

	emergency.armed = 0;
	emergency.fd = fd;
	emergency.modes = *modes;
	emergency.len = 0;
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
		emergency.len = capability_add(capabilities[i], emergency.sequence, emergency.len,
					       sizeof(emergency.sequence));
	for (size_t i = 0; i < FATAL_LEN; i++) {
		struct sigaction action = { .sa_handler = emergency_handler,
					    .sa_flags = SA_RESETHAND };
		struct sigaction before;

		/* A handler that somebody else set (a sanitizer, a test) keeps its place. */
		if (!sigaction(fatal_signals[i], NULL, &before) && before.sa_handler == SIG_DFL)
			sigaction(fatal_signals[i], &action, NULL);
	}
	emergency.armed = 1;
}

static void emergency_disarm(void)
{
	emergency.armed = 0;
	for (size_t i = 0; i < FATAL_LEN; i++) {
		struct sigaction now;

		if (!sigaction(fatal_signals[i], NULL, &now) && now.sa_handler == emergency_handler)
			signal(fatal_signals[i], SIG_DFL);
	}
}

static attr_t style_attrs(uint32_t attrs)
{
	attr_t result = A_NORMAL;

	if (attrs & STYLE_BOLD)
		result |= A_BOLD;
	if (attrs & STYLE_DIM)
		result |= A_DIM;
	if (attrs & STYLE_UNDERLINE)
		result |= A_UNDERLINE;
	if (attrs & STYLE_REVERSE)
		result |= A_REVERSE;
#ifdef A_ITALIC
	if (attrs & STYLE_ITALIC)
		result |= A_ITALIC;
#endif
	return result;
}

static void screen_set_styles(struct screen *screen, const struct theme *theme,
			      const struct theme *mono)
{
	const char *no_color = getenv("NO_COLOR");
	bool colors = !(no_color && *no_color) && has_colors();

	if (colors) {
		start_color();
		colors = COLORS >= 8 && COLOR_PAIRS > ROLE_COUNT && use_default_colors() == OK;
	}
	if (!colors)
		theme = mono;
	for (int role = 0; role < ROLE_COUNT; role++) {
		struct style style = style_fit(theme->styles[role], colors ? COLORS : 0);

		screen->attrs[role] = style_attrs(style.attrs);
		screen->pairs[role] = 0;
		if (style.fg == STYLE_DEFAULT && style.bg == STYLE_DEFAULT)
			continue;
		if (init_pair((short)(SCREEN_COLOR_FIRST_PAIR + role), style.fg, style.bg) == OK)
			screen->pairs[role] = SCREEN_COLOR_FIRST_PAIR + role;
	}
}

/* The streams: of their own, so that closing them leaves stdin and stdout alone. */
static int screen_streams(struct screen *screen, char *err, size_t err_size)
{
	int out_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int in_fd = isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
					 : open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (out_fd >= 0)
		screen->out = fdopen(out_fd, "w");
	if (in_fd >= 0)
		screen->in = fdopen(in_fd, "r");
	if (screen->out && screen->in)
		return 0;
	if (!screen->out && out_fd >= 0)
		close(out_fd);
	if (!screen->in && in_fd >= 0)
		close(in_fd);
	snprintf(err, err_size, "no terminal to read keys from");
	return -ENOTTY;
}

static int screen_start(struct screen *screen, char *err, size_t err_size)
{
	const char *name = getenv("TERM");
	int rc = screen_streams(screen, err, err_size);

	if (rc)
		return rc;
	if (!name || !*name) {
		snprintf(err, err_size, "TERM is not set; set it, or use -b");
		return -ENOTTY;
	}
	screen->term = newterm(NULL, screen->out, screen->in);
	if (!screen->term) {
		snprintf(err, err_size, "terminal '%.40s' is not known; set TERM, or use -b", name);
		return -ENOTTY;
	}
	if (!tigetstr("cup") || tigetstr("cup") == (char *)-1) {
		snprintf(err, err_size, "terminal '%.40s' cannot move its cursor; use -b", name);
		return -ENOTTY;
	}
	return 0;
}

/* Terminals that ignore the application mode of the cursor keys send these (ECMA-48, xterm). */
static void define_keys(void)
{
	static const struct {
		const char *bytes;
		int key;
	} keys[] = {
		{ "\033[A", KEY_UP },   { "\033[B", KEY_DOWN }, { "\033[C", KEY_RIGHT },
		{ "\033[D", KEY_LEFT }, { "\033[H", KEY_HOME }, { "\033[F", KEY_END },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		define_key(keys[i].bytes, keys[i].key);
}

int screen_open(const struct theme *theme, const struct theme *mono, struct screen **ret_screen,
		char *err, size_t err_size)
{
	struct screen *screen = calloc(1, sizeof(*screen));
	struct termios modes;
	int rc;

	if (!screen) {
		snprintf(err, err_size, "no memory");
		return -ENOMEM;
	}
	screen->pending = ERR;
	screen->utf8 = text_locale_is_utf8();
	if (tcgetattr(STDOUT_FILENO, &modes)) {
		snprintf(err, err_size, "stdout is not a terminal; use -b");
		free(screen);
		return -ENOTTY;
	}
	rc = screen_start(screen, err, err_size);
	if (rc) {
		screen_close(screen);
		return rc;
	}
	set_escdelay(SCREEN_ESCAPE_MS);
	emergency_arm(fileno(screen->out), &modes);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	screen_set_styles(screen, theme, mono);
	screen->keys = newpad(1, 1);
	if (!screen->keys) {
		screen_close(screen);
		snprintf(err, err_size, "no memory");
		return -ENOMEM;
	}
	keypad(screen->keys, TRUE);
	define_keys();
	nodelay(screen->keys, TRUE);
	*ret_screen = screen;
	return 0;
}

/*
 * Ends curses' use of the terminal. Leaving the alternate screen makes some terminals hide the
 * cursor again, when it was hidden as they entered it: so it is shown once more behind that.
 */
static void screen_end_curses(struct screen *screen)
{
	char bytes[64];
	size_t len = capability_add("cnorm", bytes, 0, sizeof(bytes));
	ssize_t written;

	curs_set(1);
	endwin();
	written = write(fileno(screen->out), bytes, len);
	(void)written;
}

void screen_close(struct screen *screen)
{
	if (!screen)
		return;
	if (screen->keys)
		delwin(screen->keys);
	if (screen->term) {
		if (!screen->suspended)
			screen_end_curses(screen);
		emergency_disarm();
		delscreen(screen->term);
	}
	if (screen->out)
		fclose(screen->out);
	if (screen->in)
		fclose(screen->in);
	free(screen);
}

int screen_rows(const struct screen *screen)
{
	return LINES;
}

int screen_cols(const struct screen *screen)
{
	return COLS;
}

bool screen_utf8(const struct screen *screen)
{
	return screen->utf8;
}

int screen_input_fd(const struct screen *screen)
{
	return fileno(screen->in);
}

static int key_from_curses(int code)
{
	static const struct {
		int curses;
		int key;
	} rows[] = {
		{ .curses = KEY_UP, .key = INPUT_UP },
		{ .curses = KEY_DOWN, .key = INPUT_DOWN },
		{ .curses = KEY_LEFT, .key = INPUT_LEFT },
		{ .curses = KEY_RIGHT, .key = INPUT_RIGHT },
		{ .curses = KEY_PPAGE, .key = INPUT_PAGE_UP },
		{ .curses = KEY_NPAGE, .key = INPUT_PAGE_DOWN },
		{ .curses = KEY_HOME, .key = INPUT_HOME },
		{ .curses = KEY_END, .key = INPUT_END },
		{ .curses = KEY_FIND, .key = INPUT_HOME },
		{ .curses = KEY_SELECT, .key = INPUT_END },
		{ .curses = KEY_A1, .key = INPUT_HOME },
		{ .curses = KEY_C1, .key = INPUT_END },
		{ .curses = KEY_DC, .key = INPUT_DELETE },
		{ .curses = KEY_ENTER, .key = INPUT_ENTER },
		{ .curses = KEY_BACKSPACE, .key = INPUT_BACKSPACE },
	};

	if (code >= KEY_F(1) && code <= KEY_F(12))
		return INPUT_F1 + code - KEY_F(1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].curses == code)
			return rows[i].key;
	return INPUT_OTHER;
}

/* The next byte or key of curses, ERR when none waits. */
static int screen_byte(struct screen *screen)
{
	int byte = screen->pending;

	screen->pending = ERR;
	return byte != ERR ? byte : wgetch(screen->keys);
}

/*
 * After an escape that curses did not know: a lone one is the key; with more behind it, it is the
 * sequence of a key that we do not know, and is swallowed whole (ECMA-48: a control sequence ends
 * with a byte of 0x40..0x7e).
 */
static int key_after_escape(struct screen *screen)
{
	int byte = screen_byte(screen);

	if (byte == ERR)
		return INPUT_ESCAPE;
	if (byte != '[' && byte != 'O')
		return INPUT_OTHER;
	for (int i = 0; i < 32; i++) {
		byte = screen_byte(screen);
		if (byte == ERR || byte > 0x7e || byte >= 0x40)
			break;
	}
	return INPUT_OTHER;
}

/*
 * A character that begins with this byte. Curses would give up all bytes behind one that is not
 * UTF-8; here only that one is lost.
 */
static int key_character(struct screen *screen, int byte)
{
	char bytes[5] = { (char)byte };
	int want = byte >> 5 == 6 ? 2 : byte >> 4 == 14 ? 3 : byte >> 3 == 30 ? 4 : 1;
	struct glyph glyph;

	if (byte < 0x80)
		return byte;
	for (int i = 1; i < want; i++) {
		int next = screen_byte(screen);

		if (next < 0x80 || next > 0xbf) {
			screen->pending = next;
			return INPUT_OTHER;
		}
		bytes[i] = (char)next;
	}
	glyph_next(bytes, screen->utf8, &glyph);
	return glyph.code == '?' ? INPUT_OTHER : (int)glyph.code;
}

int screen_key(struct screen *screen)
{
	int byte = screen_byte(screen);

	if (byte == ERR)
		return INPUT_NONE;
	if (byte > 0xff)
		return key_from_curses(byte);
	switch (byte) {
	case 27: return key_after_escape(screen);
	case '\r':
	case '\n': return INPUT_ENTER;
	case 8:
	case 127: return INPUT_BACKSPACE;
	default: return key_character(screen, byte);
	}
}

static void screen_role(struct screen *screen, enum role role)
{
	wattr_set(stdscr, screen->attrs[role], (short)screen->pairs[role], NULL);
}

void screen_begin(struct screen *screen)
{
	screen->drawn_cursor = false;
	werase(stdscr);
	for (int row = 0; row < LINES; row++)
		screen_fill(screen, (struct spot){ .row = row, .width = COLS }, ROLE_NORMAL);
}

/* Clips a spot to the screen; false when nothing is left of it. */
static bool screen_clip(struct spot *spot)
{
	if (spot->row < 0 || spot->row >= LINES || spot->col < 0 || spot->col >= COLS)
		return false;
	if (spot->width > COLS - spot->col)
		spot->width = COLS - spot->col;
	return spot->width > 0;
}

void screen_fill(struct screen *screen, struct spot spot, enum role role)
{
	if (!screen_clip(&spot))
		return;
	screen_role(screen, role);
	mvwhline(stdscr, spot.row, spot.col,
		 ' ' | (chtype)screen->attrs[role] | COLOR_PAIR(screen->pairs[role]), spot.width);
}

void screen_line(struct screen *screen, struct spot spot, enum role role)
{
	if (!screen_clip(&spot))
		return;
	screen_role(screen, role);
	mvwhline(stdscr, spot.row, spot.col, 0, spot.width);
}

/* Draws at most width cells of text without a mark; returns the cells used. */
static int screen_run(const char *text, int width, bool utf8)
{
	wchar_t run[SCREEN_RUN];
	int cells = 0, len = 0;

	while (*text) {
		struct glyph glyph;

		text = glyph_next(text, utf8, &glyph);
		if (cells + glyph.cells > width)
			break;
		/* A combining character needs something to combine with. */
		if (!glyph.cells && !cells)
			continue;
		cells += glyph.cells;
		run[len++] = (wchar_t)glyph.code;
		if (len == SCREEN_RUN) {
			waddnwstr(stdscr, run, len);
			len = 0;
		}
	}
	if (len)
		waddnwstr(stdscr, run, len);
	return cells;
}

int screen_put(struct screen *screen, struct spot spot, enum role role, const char *text)
{
	int cells, total;

	if (!screen_clip(&spot))
		return 0;
	total = text_cells(text, screen->utf8);
	screen_role(screen, role);
	wmove(stdscr, spot.row, spot.col);
	if (total <= spot.width)
		return screen_run(text, spot.width, screen->utf8);
	cells = screen_run(text, spot.width - 1, screen->utf8);
	for (; cells < spot.width - 1; cells++)
		waddch(stdscr, ' ');
	waddnwstr(stdscr, screen->utf8 ? L"\u2026" : L"~", 1);
	return spot.width;
}

int screen_put_right(struct screen *screen, struct spot spot, enum role role, const char *text)
{
	int cells = text_cells(text, screen->utf8);

	if (cells < spot.width) {
		spot.col += spot.width - cells;
		spot.width = cells;
	}
	return screen_put(screen, spot, role, text);
}

void screen_cursor(struct screen *screen, int row, int col)
{
	screen->drawn_cursor = row >= 0 && row < LINES && col >= 0 && col < COLS;
	screen->cursor_row = row;
	screen->cursor_col = col;
}

void screen_end(struct screen *screen)
{
	curs_set(screen->drawn_cursor ? 1 : 0);
	if (screen->drawn_cursor)
		wmove(stdscr, screen->cursor_row, screen->cursor_col);
	else
		wmove(stdscr, 0, 0);
	wnoutrefresh(stdscr);
	doupdate();
}

void screen_resize(struct screen *screen)
{
	struct winsize size;

	if (ioctl(fileno(screen->out), TIOCGWINSZ, &size))
		return;
	if (size.ws_row < 1 || size.ws_col < 1)
		return;
	if (size.ws_row != LINES || size.ws_col != COLS)
		resizeterm(size.ws_row, size.ws_col);
}

void screen_redraw(struct screen *screen)
{
	clearok(curscr, TRUE);
}

void screen_suspend(struct screen *screen)
{
	if (screen->suspended)
		return;
	screen_end_curses(screen);
	screen->suspended = true;
	emergency.armed = 0;
}

void screen_resume(struct screen *screen)
{
	/*
	 * Also after a SIGSTOP, which could not be seen coming: somebody may have changed the
	 * modes.
	 */
	screen->suspended = false;
	emergency.armed = 1;
	reset_prog_mode();
	screen_resize(screen);
	screen_redraw(screen);
}
