/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A BPF hash map that user space reads and changes while the programs write to it: by bpf(2), or
 * where the map's own programs are loaded (bpf/table.h) by those.
 */
#ifndef PROBE_TABLE_H
#define PROBE_TABLE_H

struct bpf_map;
struct bpf_object;
struct bpf_program;

struct table {
	const struct bpf_map *map;
	const struct bpf_program *dump, *edit;
	const void *got; /* where edit leaves a value */
};
/* The table of that name of an object's skeleton, which has TABLE(name, ...). */
#define TABLE_OF(object, name)                                \
	((struct table){ .map = (object)->maps.name,          \
			 .dump = (object)->progs.dump_##name, \
			 .edit = (object)->progs.edit_##name, \
			 .got = (object)->bss->table_got })

/* Before the load: whether the object's tables have their programs. */
enum table_access { TABLE_BY_BPF, TABLE_BY_PROGRAMS };
void table_choose(struct bpf_object *object, enum table_access access);

/*
 * Calls fn for every entry. An entry that exists during the whole scan is seen exactly once; one
 * that is made meanwhile may be missed. fn must not delete. 0, -ENOMEM or the error of the system
 * call.
 */
typedef int (*table_fn)(void *ctx, const void *key, const void *value);
int table_scan(const struct table *table, table_fn fn, void *ctx);

/* One entry. 0, -ENOENT where there is none, or another -errno. */
int table_get(const struct table *table, const void *key, void *ret_value);
int table_put(const struct table *table, const void *key, const void *value);
int table_delete(const struct table *table, const void *key);

#endif
