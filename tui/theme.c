/* SPDX-License-Identifier: Apache-2.0 */
/* Themes from YAML, see theme.h. One pass over libyaml's events; nothing is kept of the file. */
#include "theme.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>
#include "probe/schema/render.h"
#include "views/embed.h"
#include "state/base/nearest.h"

#define THEME_FILE_MAX 65536 /* bytes; ours have about 1,500 */

static const char *const role_names[] = {
#define ROLE(id, name, help) [ROLE_##id] = name,
#include "roles.def"
};
_Static_assert(sizeof(role_names) / sizeof(role_names[0]) == ROLE_COUNT, "a name for every role");

static const char *const color_names[] = {
	"black",        "red",           "green",       "yellow",         "blue",
	"magenta",      "cyan",          "white",       "bright_black",   "bright_red",
	"bright_green", "bright_yellow", "bright_blue", "bright_magenta", "bright_cyan",
	"bright_white",
};
#define COLOR_NAMES_LEN (sizeof(color_names) / sizeof(color_names[0]))

static const struct {
	const char *name;
	uint32_t attr;
} attr_rows[] = {
	{ .name = "bold", .attr = STYLE_BOLD },
	{ .name = "dim", .attr = STYLE_DIM },
	{ .name = "underline", .attr = STYLE_UNDERLINE },
	{ .name = "reverse", .attr = STYLE_REVERSE },
	{ .name = "italic", .attr = STYLE_ITALIC },
};
#define ATTR_ROWS_LEN (sizeof(attr_rows) / sizeof(attr_rows[0]))

struct theme_reader {
	yaml_parser_t parser;
	yaml_event_t event; /* valid while has_event */
	bool has_event;
	struct view_error *err;
	struct theme theme;
	bool named[ROLE_COUNT];
};

static __attribute__((format(printf, 2, 3))) int theme_fail(struct theme_reader *reader,
							    const char *format, ...)
{
	yaml_mark_t mark =
		reader->has_event ? reader->event.start_mark : reader->parser.problem_mark;
	struct text_buf safe;
	char text[sizeof(reader->err->text)];
	va_list args;

	reader->err->line = (unsigned)mark.line + 1;
	reader->err->column = (unsigned)mark.column + 1;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* The file's own words are in it. */
	text_buf_init(&safe, reader->err->text, sizeof(reader->err->text));
	text_buf_add_safe(&safe, text, strlen(text));
	return -EINVAL;
}

static int theme_unknown(struct theme_reader *reader, const char *what,
			 const struct nearest *nearest)
{
	if (nearest->best)
		return theme_fail(reader, "unknown %s '%.40s'; did you mean '%s'?", what,
				  nearest->wrong, nearest->best);
	return theme_fail(reader, "unknown %s '%.40s'", what, nearest->wrong);
}

/* The next event; aliases are refused, so nothing can refer to itself. */
static int theme_next(struct theme_reader *reader)
{
	if (reader->has_event)
		yaml_event_delete(&reader->event);
	reader->has_event = false;
	if (!yaml_parser_parse(&reader->parser, &reader->event))
		return theme_fail(reader, "not valid YAML: %s",
				  reader->parser.problem ? reader->parser.problem
							 : "cannot be read");
	reader->has_event = true;
	if (reader->event.type == YAML_ALIAS_EVENT)
		return theme_fail(reader, "aliases are not used in themes");
	return 0;
}

static const char *theme_scalar(const struct theme_reader *reader)
{
	return (const char *)reader->event.data.scalar.value;
}

static int parse_color(struct theme_reader *reader, int16_t *ret_color)
{
	struct nearest nearest = { 0 };
	const char *text;
	char *end;
	long index;

	if (reader->event.type != YAML_SCALAR_EVENT)
		return theme_fail(reader, "expected a colour: a name, 0..255 or default");
	nearest.wrong = text = theme_scalar(reader);
	if (!strcmp(text, "default")) {
		*ret_color = STYLE_DEFAULT;
		return 0;
	}
	for (size_t i = 0; i < COLOR_NAMES_LEN; i++) {
		if (!strcmp(text, color_names[i])) {
			*ret_color = (int16_t)i;
			return 0;
		}
		nearest_offer(&nearest, color_names[i]);
	}
	nearest_offer(&nearest, "default");
	index = strtol(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && !*end) {
		if (index > 255)
			return theme_fail(reader, "colour %.20s is not in 0..255", text);
		*ret_color = (int16_t)index;
		return 0;
	}
	return theme_unknown(reader, "colour", &nearest);
}

static int parse_attr(struct theme_reader *reader, uint32_t *attrs)
{
	struct nearest nearest = { 0 };

	if (reader->event.type != YAML_SCALAR_EVENT)
		return theme_fail(reader, "expected an attribute's name");
	nearest.wrong = theme_scalar(reader);
	for (size_t i = 0; i < ATTR_ROWS_LEN; i++) {
		if (!strcmp(theme_scalar(reader), attr_rows[i].name)) {
			*attrs |= attr_rows[i].attr;
			return 0;
		}
		nearest_offer(&nearest, attr_rows[i].name);
	}
	return theme_unknown(reader, "attribute", &nearest);
}

/* The value of attrs: one name or a sequence of names; the current event is its first. */
static int parse_attrs(struct theme_reader *reader, uint32_t *ret_attrs)
{
	uint32_t attrs = 0;
	int rc;

	if (reader->event.type != YAML_SEQUENCE_START_EVENT) {
		rc = parse_attr(reader, &attrs);
		if (!rc)
			*ret_attrs = attrs;
		return rc;
	}
	for (;;) {
		rc = theme_next(reader);
		if (rc)
			return rc;
		if (reader->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		rc = parse_attr(reader, &attrs);
		if (rc)
			return rc;
	}
	*ret_attrs = attrs;
	return 0;
}

/* One "key: value" of a style; the current event is the key. */
static int parse_style_item(struct theme_reader *reader, struct style *style)
{
	static const char *const keys[] = { "fg", "bg", "attrs" };
	struct nearest nearest = { 0 };
	size_t key;
	int rc;

	if (reader->event.type != YAML_SCALAR_EVENT)
		return theme_fail(reader, "expected fg, bg or attrs");
	nearest.wrong = theme_scalar(reader);
	for (key = 0; key < 3; key++) {
		if (!strcmp(theme_scalar(reader), keys[key]))
			break;
		nearest_offer(&nearest, keys[key]);
	}
	if (key == 3)
		return theme_unknown(reader, "key", &nearest);
	rc = theme_next(reader);
	if (rc)
		return rc;
	if (key == 0)
		return parse_color(reader, &style->fg);
	if (key == 1)
		return parse_color(reader, &style->bg);
	return parse_attrs(reader, &style->attrs);
}

/* The mapping of one role; the next event is its start. */
static int parse_style(struct theme_reader *reader, struct style *ret_style)
{
	struct style style = { .fg = STYLE_DEFAULT, .bg = STYLE_DEFAULT };
	int rc = theme_next(reader);

	if (rc)
		return rc;
	if (reader->event.type != YAML_MAPPING_START_EVENT)
		return theme_fail(reader,
				  "expected a style like {fg: white, bg: 24, attrs: [bold]}");
	for (;;) {
		rc = theme_next(reader);
		if (rc)
			return rc;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			break;
		rc = parse_style_item(reader, &style);
		if (rc)
			return rc;
	}
	*ret_style = style;
	return 0;
}

/* One "role: style"; the current event is the role. */
static int parse_role(struct theme_reader *reader)
{
	struct nearest nearest = { 0 };
	size_t role;

	if (reader->event.type != YAML_SCALAR_EVENT)
		return theme_fail(reader, "expected the name of a role");
	nearest.wrong = theme_scalar(reader);
	for (role = 0; role < ROLE_COUNT; role++) {
		if (!strcmp(theme_scalar(reader), role_names[role]))
			break;
		nearest_offer(&nearest, role_names[role]);
	}
	if (role == ROLE_COUNT)
		return theme_unknown(reader, "role", &nearest);
	if (reader->named[role])
		return theme_fail(reader, "role '%s' is here twice", role_names[role]);
	reader->named[role] = true;
	return parse_style(reader, &reader->theme.styles[role]);
}

static int parse_roles(struct theme_reader *reader)
{
	int rc;

	do {
		rc = theme_next(reader);
		if (rc)
			return rc;
	} while (reader->event.type == YAML_STREAM_START_EVENT ||
		 reader->event.type == YAML_DOCUMENT_START_EVENT);
	if (reader->event.type != YAML_MAPPING_START_EVENT)
		return theme_fail(reader, "expected lines like 'cursor: {fg: white, bg: 24}'");
	for (;;) {
		rc = theme_next(reader);
		if (rc)
			return rc;
		if (reader->event.type == YAML_MAPPING_END_EVENT)
			break;
		rc = parse_role(reader);
		if (rc)
			return rc;
	}
	do {
		rc = theme_next(reader);
		if (rc)
			return rc;
	} while (reader->event.type == YAML_DOCUMENT_END_EVENT);
	if (reader->event.type != YAML_STREAM_END_EVENT)
		return theme_fail(reader, "expected one document");
	return 0;
}

int theme_parse(const char *file, const char *text, size_t len, struct theme *ret_theme,
		struct view_error *err)
{
	struct theme_reader reader = { .err = err };
	const char *base = strrchr(file, '/');
	int rc;

	*err = (struct view_error){ .line = 1, .column = 1 };
	snprintf(err->file, sizeof(err->file), "%s", file);
	base = base ? base + 1 : file;
	snprintf(reader.theme.name, sizeof(reader.theme.name), "%.*s", (int)strcspn(base, "."),
		 base);
	if (!yaml_parser_initialize(&reader.parser)) {
		snprintf(err->text, sizeof(err->text), "no memory");
		return -ENOMEM;
	}
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, len);
	rc = parse_roles(&reader);
	if (reader.has_event)
		yaml_event_delete(&reader.event);
	yaml_parser_delete(&reader.parser);
	if (rc)
		return rc;
	if (!reader.named[ROLE_NORMAL])
		reader.theme.styles[ROLE_NORMAL] =
			(struct style){ .fg = STYLE_DEFAULT, .bg = STYLE_DEFAULT };
	for (size_t role = 0; role < ROLE_COUNT; role++)
		if (!reader.named[role])
			reader.theme.styles[role] = reader.theme.styles[ROLE_NORMAL];
	*ret_theme = reader.theme;
	return 0;
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void free_text(char **text)
{
	free(*text);
}

/* Reads a whole small regular file. */
static int theme_read(const char *path, char **ret_text, size_t *ret_len)
{
	__attribute__((cleanup(close_fd))) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	__attribute__((cleanup(free_text))) char *text = NULL;
	struct stat st;
	size_t len = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > THEME_FILE_MAX)
		return -EFBIG;
	text = malloc(THEME_FILE_MAX);
	if (!text)
		return -ENOMEM;
	while (len < THEME_FILE_MAX) {
		ssize_t got = read(fd, text + len, THEME_FILE_MAX - len);

		if (got < 0)
			return -errno;
		if (!got)
			break;
		len += (size_t)got;
	}
	*ret_text = text;
	text = NULL;
	*ret_len = len;
	return 0;
}

/* The name of an embedded theme: "dark" of "themes/dark.yaml"; false when the file is no theme. */
static bool theme_embedded_name(const struct embedded_file *file, char name[NAME_MAX + 1])
{
	if (strncmp(file->name, "themes/", 7) != 0)
		return false;
	snprintf(name, NAME_MAX + 1, "%.*s", (int)strcspn(file->name + 7, "."), file->name + 7);
	return true;
}

static const struct embedded_file *theme_embedded(const char *name)
{
	char known[NAME_MAX + 1];

	for (size_t i = 0; i < embedded_files_len; i++)
		if (theme_embedded_name(&embedded_files[i], known) && !strcmp(known, name))
			return &embedded_files[i];
	return NULL;
}

void theme_each(const char *folder, const struct theme_visitor *visitor)
{
	char name[NAME_MAX + 1], origin[PATH_MAX];
	DIR *dir = folder ? opendir(folder) : NULL;
	const struct dirent *file;

	while (dir && (file = readdir(dir))) {
		size_t len = strlen(file->d_name);

		if (len <= 5 || strcmp(file->d_name + len - 5, ".yaml") != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)len - 5, file->d_name);
		snprintf(origin, sizeof(origin), "%s/%s", folder, file->d_name);
		visitor->found(visitor->ctx, name, origin);
	}
	if (dir)
		closedir(dir);
	for (size_t i = 0; i < embedded_files_len; i++)
		if (theme_embedded_name(&embedded_files[i], name))
			visitor->found(visitor->ctx, name, NULL);
}

/* What a wrong name may have meant: the nearest known one, and a list of all. */
struct theme_guess {
	struct nearest nearest;
	char best[NAME_MAX + 1];
	struct text_buf names;
};

static void theme_offer(void *ctx, const char *name, const char *origin)
{
	struct theme_guess *guess = ctx;
	const char *before = guess->nearest.best;

	text_buf_add(&guess->names, guess->names.len ? ", " : "");
	text_buf_add_safe(&guess->names, name, strlen(name));
	nearest_offer(&guess->nearest, name);
	if (guess->nearest.best == before)
		return;
	/* The name does not stay. */
	snprintf(guess->best, sizeof(guess->best), "%s", name);
	guess->nearest.best = guess->best;
}

static void theme_suggest(const char *folder, const char *name, struct view_error *err)
{
	struct theme_guess guess = { .nearest = { .wrong = name } };
	const struct theme_visitor visitor = { .ctx = &guess, .found = theme_offer };
	char names[200];
	struct text_buf text;

	text_buf_init(&guess.names, names, sizeof(names));
	theme_each(folder, &visitor);
	text_buf_init(&text, err->text, sizeof(err->text));
	if (!guess.nearest.best) {
		text_buf_printf(&text, "unknown theme; there are %s", names);
		return;
	}
	text_buf_add(&text, "unknown theme; did you mean '");
	text_buf_add_safe(&text, guess.best, strlen(guess.best));
	text_buf_add(&text, "'?");
}

int theme_load(const char *folder, const char *name, struct theme *ret_theme,
	       struct view_error *err)
{
	__attribute__((cleanup(free_text))) char *text = NULL;
	const struct embedded_file *embedded;
	char path[PATH_MAX];
	size_t len = 0;
	int rc;

	*err = (struct view_error){ 0 };
	snprintf(err->file, sizeof(err->file), "%s", name);
	if (!*name || strchr(name, '/')) {
		snprintf(err->text, sizeof(err->text),
			 "a theme is named without folder and ending");
		return -EINVAL;
	}
	if (folder &&
	    snprintf(path, sizeof(path), "%s/%s.yaml", folder, name) < (int)sizeof(path)) {
		rc = theme_read(path, &text, &len);
		if (!rc)
			return theme_parse(path, text, len, ret_theme, err);
		if (rc != -ENOENT && rc != -ENOTDIR) {
			snprintf(err->file, sizeof(err->file), "%.120s", path);
			snprintf(err->text, sizeof(err->text), "cannot be read: %s", strerror(-rc));
			return rc;
		}
	}
	embedded = theme_embedded(name);
	if (embedded)
		return theme_parse(embedded->name, embedded->text, strlen(embedded->text),
				   ret_theme, err);
	theme_suggest(folder, name, err);
	return -ENOENT;
}

/* Red, green and blue of an xterm index: 16 named, a 6x6x6 cube, 24 greys. */
static void color_rgb(int index, int rgb[3])
{
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };

	if (index < 8) {
		for (int i = 0; i < 3; i++)
			rgb[i] = index & (1 << i) ? 205 : 0;
	} else if (index < 16) {
		for (int i = 0; i < 3; i++)
			rgb[i] = index == 8 ? 127 : index & (1 << i) ? 255 : 0;
	} else if (index < 232) {
		index -= 16;
		rgb[0] = levels[index / 36];
		rgb[1] = levels[index / 6 % 6];
		rgb[2] = levels[index % 6];
	} else {
		rgb[0] = rgb[1] = rgb[2] = 8 + (index - 232) * 10;
	}
}

/* The nearest of the first `colors` indexes. */
static int16_t color_fit(int16_t color, int colors)
{
	int wanted[3], best = 0;
	long best_distance = LONG_MAX;

	if (color < colors)
		return color;
	color_rgb(color, wanted);
	for (int i = 0; i < colors && i < 16; i++) {
		int have[3];
		long distance = 0;

		color_rgb(i, have);
		for (int j = 0; j < 3; j++)
			distance += (long)(wanted[j] - have[j]) * (wanted[j] - have[j]);
		if (distance < best_distance) {
			best_distance = distance;
			best = i;
		}
	}
	return (int16_t)best;
}

struct style style_fit(struct style style, int colors)
{
	int16_t fg = style.fg;

	if (colors < 8) {
		style.fg = style.bg = STYLE_DEFAULT;
		return style;
	}
	if (colors >= 256)
		return style;
	colors = colors >= 16 ? 16 : 8;
	style.fg = color_fit(fg, colors);
	style.bg = color_fit(style.bg, colors);
	/*
	 * A text must not vanish where two shades became one, or a grey became the background's
	 * black.
	 */
	if (style.fg >= 0 && style.fg == style.bg)
		style.fg = style.bg == 0 ? 7 : 0;
	if (style.fg == 0 && fg != 0 && style.bg == STYLE_DEFAULT) {
		style.fg = STYLE_DEFAULT;
		style.attrs |= STYLE_DIM;
	}
	return style;
}
