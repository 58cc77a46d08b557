/* SPDX-License-Identifier: Apache-2.0 */
#include "host_names.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/filter/compile.h"
#include "state/filter/field.h"

#define HOSTS_FILE "/etc/hosts" /* hosts(5): ADDRESS NAME [ALIAS...], # begins a comment */
#define BLANKS " \t\r\n"

/* Is the name among the words of the rest of a line? */
static bool has_name(char *words, const char *name)
{
	char *rest = words, *word;

	while ((word = strtok_r(rest, BLANKS, &rest))) {
		if (strcasecmp(word, name) == 0)
			return true;
	}
	return false;
}

/* An address as hosts(5) has it; the zone of a link-local one is not compared. */
static bool parse_address(char *text, struct field_ip *ret_ip)
{
	struct field_ip ip = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	text[strcspn(text, "%")] = '\0';
	if (inet_pton(ip.family, text, ip.bytes) != 1)
		return false;
	*ret_ip = ip;
	return true;
}

static bool is_among(const struct field_ip *addresses, size_t len, const struct field_ip *ip)
{
	for (size_t i = 0; i < len; i++) {
		if (addresses[i].family == ip->family &&
		    memcmp(addresses[i].bytes, ip->bytes, sizeof(ip->bytes)) == 0)
			return true;
	}
	return false;
}

size_t host_names_read(FILE *file, const char *name, struct field_ip *addresses)
{
	size_t len = 0, size = 0;
	char *line = NULL;

	while (len < FILTER_HOST_ADDRESSES_MAX && getline(&line, &size, file) >= 0) {
		struct field_ip ip;
		char *rest = line, *address;

		line[strcspn(line, "#")] = '\0';
		address = strtok_r(rest, BLANKS, &rest);
		if (address && has_name(rest, name) && parse_address(address, &ip) &&
		    !is_among(addresses, len, &ip))
			addresses[len++] = ip;
	}
	free(line);
	return len;
}

size_t host_names_find(void *ctx, const char *name, struct field_ip *addresses)
{
	int fd = open(HOSTS_FILE, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	FILE *file = NULL;
	size_t len = 0;

	(void)ctx;
	if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
		file = fdopen(fd, "r");
	if (file) {
		len = host_names_read(file, name, addresses);
		fclose(file);
	} else if (fd >= 0) {
		close(fd);
	}
	return len;
}
