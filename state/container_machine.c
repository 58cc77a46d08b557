/* SPDX-License-Identifier: Apache-2.0 */
/* What LXC and systemd-nspawn say of a container, see container_info.h. Neither knows images. */
#include "container_info.h"

#include <errno.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>

#include "container_info_build.h"

#define WORD_MAX 4096

/* The next word of a line into word; true when there is one. */
static bool next_word(const char **at, char *word, size_t size)
{
	size_t len;

	*at += strspn(*at, " \t");
	len = strcspn(*at, " \t");
	if (!len || len >= size)
		return false;
	memcpy(word, *at, len);
	word[len] = '\0';
	*at += len;
	return true;
}

/* lxc.mount.entry: a line of fstab(5), its destination relative to the container's root. */
static int lxc_mount(struct container_info *info, const char *value)
{
	char source[WORD_MAX], destination[WORD_MAX], type[64], options[1024],
		below_root[WORD_MAX + 1];
	struct container_mount mount = { .source = source, .destination = below_root };
	struct mntent entry = { .mnt_opts = options };

	if (!next_word(&value, source, sizeof(source)) ||
	    !next_word(&value, destination, sizeof(destination)) ||
	    !next_word(&value, type, sizeof(type)) ||
	    !next_word(&value, options, sizeof(options)) ||
	    !(hasmntopt(&entry, "bind") || hasmntopt(&entry, "rbind")))
		return 0;
	below_root[0] = '/';
	memcpy(below_root + 1, destination + (destination[0] == '/'),
	       strlen(destination) + 1 - (destination[0] == '/'));
	mount.rdwr = !hasmntopt(&entry, "ro");
	mount.mode = mount.rdwr ? "rw" : "ro";
	return container_info_add_mount(info, &mount);
}

/* A container whose ids are those of the host is what LXC calls a privileged one. */
static int lxc_line(struct container_info *info, char *line)
{
	char *value = strchr(line, '='), *end;

	line += strspn(line, " \t");
	if (*line == '#' || !value)
		return 0;
	end = value;
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	value++;
	value += strspn(value, " \t");
	if (!strcmp(line, "lxc.idmap") || !strcmp(line, "lxc.id_map"))
		info->privileged = false;
	if (!strcmp(line, "lxc.mount.entry"))
		return lxc_mount(info, value);
	if (!strcmp(line, "lxc.namespace.share.net") || !strcmp(line, "lxc.namespace.keep"))
		info->host_network |= strstr(value, "net") != NULL;
	return 0;
}

int container_info_lxc(struct container_info *info, const char *text, size_t len)
{
	const char *end = text + len;
	int rc = 0;

	if (len > CONTAINER_INFO_BYTES_MAX)
		return -E2BIG;
	info->privileged = info->privileged_known = true;
	info->host_known = true;
	while (text < end && rc == 0) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line_len = (size_t)((newline ? newline : end) - text);
		char *line = strndup(text, line_len);

		rc = line ? lxc_line(info, line) : -ENOMEM;
		free(line);
		text += line_len + 1;
	}
	return rc;
}

/* --bind=SOURCE[:DESTINATION[:OPTIONS]]; "\:" stands for a colon, "+" for the image's root. */
static int nspawn_bind(struct container_info *info, const char *value, bool rdwr)
{
	char *fields[3] = { NULL };
	char *copy = strdup(value), *out = copy;
	struct container_mount mount;
	size_t len = 1;
	int rc;

	if (!copy)
		return -ENOMEM;
	fields[0] = copy;
	for (const char *in = value; *in; in++) {
		if (*in == '\\' && in[1]) {
			*out++ = *++in;
		} else if (*in == ':' && len < 3) {
			*out++ = '\0';
			fields[len++] = out;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	mount = (struct container_mount){
		.source = fields[0],
		.destination = fields[1] ? fields[1] : fields[0],
		.mode = fields[2] ? fields[2]
			: rdwr    ? "rw"
				  : "ro",
		.rdwr = rdwr,
	};
	rc = container_info_add_mount(info, &mount);
	free(copy);
	return rc;
}

/* The value of an option, attached or in the next word; NULL: it is another option. */
struct nspawn_option {
	const char *letter; /* NULL: none */
	const char *name;   /* with "=" */
};

static const char *option_value(const struct nspawn_option *option, const char *word,
				const char *next)
{
	size_t len = strlen(option->name);

	if (!strncmp(word, option->name, len))
		return word + len;
	if (strlen(word) == len - 1 && !strncmp(word, option->name, len - 1))
		return next;
	if (!option->letter || strncmp(word, option->letter, 2) != 0)
		return NULL;
	return word[2] ? word + 2 : next;
}

/* machinectl(1) calls an image by its last component, without .raw. */
static int nspawn_image(struct container_info *info, const char *path)
{
	const char *last = strrchr(path, '/'), *name = last ? last + 1 : path;
	size_t len = strlen(name);
	char *image;
	int rc;

	if (len > 4 && !strcmp(name + len - 4, ".raw"))
		len -= 4;
	image = strndup(name, len);
	rc = image ? container_info_set_text(&info->image, image) : -ENOMEM;
	free(image);
	return rc;
}

static int nspawn_word(struct container_info *info, const char *word, const char *next)
{
	static const struct nspawn_option machine = { "-M", "--machine=" };
	static const struct nspawn_option folder = { "-D", "--directory=" };
	static const struct nspawn_option image = { "-i", "--image=" };
	static const struct nspawn_option bind = { NULL, "--bind=" };
	static const struct nspawn_option bind_ro = { NULL, "--bind-ro=" };
	const char *value;

	if ((value = option_value(&machine, word, next)))
		return container_info_set_text(&info->name, value);
	if ((value = option_value(&folder, word, next)) ||
	    (value = option_value(&image, word, next)))
		return nspawn_image(info, value);
	if ((value = option_value(&bind, word, next)))
		return nspawn_bind(info, value, true);
	if ((value = option_value(&bind_ro, word, next)))
		return nspawn_bind(info, value, false);
	if (!strcmp(word, "--private-network") || !strcmp(word, "-n") ||
	    !strncmp(word, "--network-", 10))
		info->host_network = false;
	if (!strncmp(word, "--private-users", 15) || !strcmp(word, "-U"))
		info->privileged = false;
	return 0;
}

int container_info_nspawn(struct container_info *info, const char *args, size_t len)
{
	const char *end = args + len;
	int rc = 0;

	if (len > CONTAINER_INFO_BYTES_MAX || !len || end[-1])
		return -EBADMSG;
	/* It has a network of its own, and other ids than the host, where that is asked for. */
	info->host_network = info->host_known = true;
	while (args < end && rc == 0) {
		const char *next = args + strlen(args) + 1;

		/* What follows runs in it. */
		if (!strcmp(args, "--"))
			break;
		rc = nspawn_word(info, args, next < end ? next : NULL);
		args = next;
	}
	/* A machine without a name is called like its folder. */
	return rc == 0 ? container_info_set_text(&info->name, info->image) : rc;
}
