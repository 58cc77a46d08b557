/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The config file and the command line: any bytes. The first line is a command line (words at
 * blanks), the rest a config file that is read after it. What is taken is within its limits; what
 * is refused says so in one sentence. The parsers are compiled in here, because fuzzers are linked
 * with the layers below tui/ only.
 */
#include "probe/buffer_options.c"
#include "tui/number.c"
#undef NS_PER_S
#include "tui/option_value.c"
#undef NS_PER_S
#include "tui/options.c"
#include "tui/config.c"
#include <assert.h>

#define WORDS_MAX 32

static void check_options(const struct options *options)
{
	uint64_t buffer = options->probe.buffer_bytes;

	assert(options->mode < MODE_COUNT);
	assert(options->delay_ns >= SECONDS_MIN_NS);
	assert(!options->stop_ns || options->stop_ns >= SECONDS_MIN_NS);
	assert(buffer >= PROBE_BUFFER_MIN && buffer <= PROBE_BUFFER_MAX &&
	       !(buffer & (buffer - 1)));
	assert(options->probe.snaplen <= RECORD_SNAPLEN_MAX);
	assert(options->memory_bytes >= MEMORY_MIN);
	assert(options->scope.pids_len <= PROBE_SCOPE_MAX);
	assert(options->scope.comms_len <= PROBE_SCOPE_MAX);
	assert(memchr(options->view, 0, sizeof(options->view)));
	assert(memchr(options->theme, 0, sizeof(options->theme)));
}

static int split(char *text, char *words[WORDS_MAX])
{
	char *saved;
	int len = 0;

	words[len++] = "saker";
	for (char *word = strtok_r(text, " ", &saved); word && len < WORDS_MAX - 1;
	     word = strtok_r(NULL, " ", &saved))
		words[len++] = word;
	words[len] = NULL;
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);
	size_t line_len = end ? (size_t)(end - data) : size,
	       config_len = end ? size - line_len - 1 : 0;
	struct usage_error err = { "" };
	char *line = strndup((const char *)data, line_len);
	/* A copy of its own size: a read beyond the end is seen. */
	char *config = malloc(config_len ? config_len : 1);
	struct options options;
	char *words[WORDS_MAX];
	int rc;

	assert(line && config);
	memcpy(config, end ? end + 1 : data, config_len);
	rc = options_parse(&options, split(line, words), words, &err);
	if (rc == 0 && !options.help && !options.version) {
		check_options(&options);
		rc = config_parse(&options, "c.yaml", config, config_len, &err);
		if (rc == 0)
			check_options(&options);
	}
	assert(rc == 0 || (*err.text && memchr(err.text, 0, sizeof(err.text))));
	free(config);
	free(line);
	return 0;
}
