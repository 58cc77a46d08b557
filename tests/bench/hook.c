/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook FILE.bpf.o: attaches the empty exit hook, prints "ready", holds it until standard input
 * ends.
 */
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct bpf_object *object = argc > 1 ? bpf_object__open_file(argv[1], NULL) : NULL;
	struct bpf_program *program;
	char byte;

	if (!object || bpf_object__load(object))
		return 1;
	program = bpf_object__find_program_by_name(object, "hook");
	if (!program || !bpf_program__attach(program))
		return 1;
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	bpf_object__close(object);
	return 0;
}
