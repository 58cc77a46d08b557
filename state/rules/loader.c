/* SPDX-License-Identifier: Apache-2.0 */
/* The loader's life: files in, results and rules out. */
#include "loader.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile.h"
#include "rules_private.h"

#define MEMORY_DEFAULT (128u << 20)

void rules_options_init(struct rules_options *options)
{
	/* Upstream files ask for this plugin; its fields are built in. */
	static const struct rules_plugin built_in[] = { { "container", "0.6.0" } };

	*options = (struct rules_options){
		.plugins = built_in,
		.plugins_len = sizeof(built_in) / sizeof(built_in[0]),
		.min_priority = RULE_PRIORITY_DEBUG,
		.memory_bytes = MEMORY_DEFAULT,
	};
}

int rules_loader_new(const struct rules_options *options, struct rules_loader **ret_loader)
{
	struct rules_loader *loader = calloc(1, sizeof(*loader));

	if (!loader)
		return -ENOMEM;
	loader->options = *options;
	if (memory_new(options->memory_bytes, &loader->memory) < 0) {
		free(loader);
		return -ENOMEM;
	}
	arena_init(&loader->arena, loader->memory);
	*ret_loader = loader;
	return 0;
}

void rules_loader_free(struct rules_loader *loader)
{
	if (!loader)
		return;
	macros_release(loader);
	compilation_free(loader->compilation);
	arena_release(&loader->arena);
	memory_unref(loader->memory);
	free(loader);
}

/* A file without content, which becomes the current one. */
static int add_file(struct rules_loader *loader, const char *name)
{
	struct loaded_file *file = arena_alloc(&loader->arena, sizeof(*file));

	if (!file)
		return -ENOMEM;
	*file = (struct loaded_file){
		.file = { .name = arena_text(&loader->arena, name, strlen(name)),
			  .index = loader->files.len },
		.result = { .file = &file->file, .schema_problem = "" },
	};
	loader->wrong = false;
	if (!file->file.name || vector_add(&loader->files, &loader->arena, file) < 0)
		return -ENOMEM;
	loader->current = file;
	return 0;
}

static const struct rule_context *file_context(struct rules_loader *loader,
					       const struct loaded_file *file,
					       struct document_place place)
{
	return rule_context_new(&loader->arena, (struct rule_context){ .item = RULE_ITEM_CONTENT,
								       .name = "",
								       .file = &file->file,
								       .place = place });
}

static int read_document(struct rules_loader *loader, const struct node *document,
			 const struct rule_context *context)
{
	int rc = 0;

	if (document->kind != NODE_SEQUENCE)
		return loader_error(loader, RULE_CODE_ERR_YAML_VALIDATE,
				    file_context(loader, loader->current, document->place),
				    "Rules content is not yaml%s",
				    document->kind == NODE_MAPPING ? " array of objects" : "");
	for (size_t i = 0; i < document->len; i++)
		if (document->items[i]->kind != NODE_NULL &&
		    !loader_goes_on(item_read(loader, document->items[i], context), &rc))
			break;
	return rc;
}

/* All items of a file into the collection. */
static int read_items(struct rules_loader *loader, const struct loaded_file *file)
{
	const struct document_place start = { .line = 0 };
	const struct rule_context *context = file_context(loader, file, start);
	int rc = context ? 0 : -ENOMEM;

	for (size_t d = 0; context && d < file->root->len; d++) {
		const struct node *document = file->root->items[d];

		if (document->kind != NODE_NULL &&
		    !loader_goes_on(read_document(loader, document, context), &rc))
			break;
	}
	return rc;
}

/* Takes a wrong file's items away again: everything before it is read once more. */
static int start_again(struct rules_loader *loader)
{
	int rc = 0;

	macros_release(loader);
	loader->collection = (struct collection){ .next_index = 0 };
	loader->requirements = (struct vector){ .len = 0 };
	loader->muted = true;
	for (size_t i = 0; i < loader->files.len && rc == 0; i++) {
		const struct loaded_file *file = loader->files.items[i];

		if (!file->failed)
			rc = read_items(loader, file);
	}
	loader->muted = false;
	return rc;
}

static int load(struct rules_loader *loader, struct loaded_file *file)
{
	struct compilation *compilation = NULL;
	int rc = 0;

	if (loader_goes_on(read_items(loader, file), &rc) &&
	    loader_goes_on(requirements_check(loader), &rc))
		(void)loader_goes_on(compile_all(loader, &compilation), &rc);
	if (rc < 0)
		return rc == -EOVERFLOW ? -EBADMSG : rc;
	assert(compilation);
	compilation_free(loader->compilation);
	loader->compilation = compilation;
	for (size_t i = 0; i < loader->files.len; i++) {
		struct loaded_file *loaded = loader->files.items[i];

		loaded->result.compile_warnings = compilation->warnings[i];
	}
	return 0;
}

/* The current file, which has no content yet. */
static int read_file(struct rules_loader *loader, const char *text, size_t len)
{
	struct loaded_file *file = loader->current;
	struct document_error err;
	int rc;

	file->failed = true;
	if (loader->files.len > RULES_FILES_MAX)
		return loader_error(loader, RULE_CODE_ERR_FILE_READ,
				    file_context(loader, file, (struct document_place){ 0 }),
				    "More than %d files", RULES_FILES_MAX);
	file->file.text = arena_text(&loader->arena, text, len);
	file->file.len = len;
	if (!file->file.text)
		return -ENOMEM;
	rc = document_read(&loader->arena, file->file.text, len, &file->root, &err);
	if (rc == -EBADMSG)
		return loader_error(loader, RULE_CODE_ERR_YAML_PARSE,
				    file_context(loader, file, err.place), "%s", err.text);
	if (rc < 0)
		return rc;
	schema_check(loader, file);
	rc = load(loader, file);
	file->failed = rc < 0;
	if (rc == -EBADMSG && start_again(loader) == -ENOMEM)
		return -ENOMEM;
	return rc;
}

int rules_loader_add(struct rules_loader *loader, const char *name, const char *text, size_t len)
{
	int rc = add_file(loader, name);

	return rc < 0 ? rc : read_file(loader, text, len);
}

int rules_loader_add_defaults(struct rules_loader *loader, const char *name, const char *text,
			      size_t len)
{
	int rc = add_file(loader, name);

	if (rc < 0)
		return rc;
	loader->current->file.defaults = true;
	return read_file(loader, text, len);
}

int rules_loader_add_unreadable(struct rules_loader *loader, const char *name, const char *why)
{
	int rc = add_file(loader, name);

	if (rc < 0)
		return rc;
	loader->current->failed = true;
	rc = loader_error(loader, RULE_CODE_ERR_FILE_READ,
			  file_context(loader, loader->current, (struct document_place){ 0 }), "%s",
			  why);
	return rc == -EBADMSG ? 0 : rc;
}

size_t rules_loader_len(const struct rules_loader *loader)
{
	return loader->files.len;
}

const struct rule_file_result *rules_loader_result(const struct rules_loader *loader, size_t index)
{
	const struct loaded_file *file = loader->files.items[index];

	return &file->result;
}

void rules_loader_counts(const struct rules_loader *loader, struct rules_counts *ret_counts)
{
	*ret_counts = (struct rules_counts){
		.lists = loader->collection.lists.things.len,
		.macros = loader->collection.macros.things.len,
		.rules = loader->collection.rules.things.len,
	};
}

int rules_loader_finish(struct rules_loader *loader, struct rules **ret_rules)
{
	struct rules *rules;
	int rc;

	if (!loader->compilation) {
		loader->wrong = false;
		rc = compile_all(loader, &loader->compilation);
		if (rc < 0)
			return rc;
	}
	rules = loader->compilation->rules;
	rc = rules_defaults_last(rules);
	if (rc == 0)
		rc = rules_prepare(rules);
	if (rc < 0)
		return rc;
	loader->compilation->rules = NULL;
	*ret_rules = rules;
	return 0;
}
