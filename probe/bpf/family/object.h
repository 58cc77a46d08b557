/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Bytes by file and socket: a second program on sys_exit, attached only while a view shows them. A
 * row for each process and object; what the object is called is noted when its first row is made.
 */
#ifndef PROBE_BPF_FAMILY_OBJECT_H
#define PROBE_BPF_FAMILY_OBJECT_H

#include "../object.h"
#include "../extract/compat.h"
#include "../extract/messages.h"
#include "../extract/socket.h"
#include "../store/build.h"

/* include/uapi/linux/stat.h, include/linux/fs.h */
#define OBJECT_S_IFREG 0100000
#define OBJECT_S_IFBLK 0060000
#define OBJECT_S_IFDIR 0040000
#define OBJECT_S_IFCHR 0020000
#define OBJECT_S_ANON (1u << 19)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, OBJECTS_MAX);
	__type(key, struct object_key);
	__type(value, struct object_bytes);
} objects SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, OBJECT_NAMES_MAX);
	__type(key, struct object_id);
	__type(value, struct object_name);
} object_names SEC(".maps");

/* What found no room in `objects`. */
struct object_bytes objects_other;
const struct object_name object_name_zero = {};

enum object_kind { OBJECT_NONE, OBJECT_FILE, OBJECT_SOCKET };

static __always_inline enum object_kind object_kind(struct inode *inode)
{
	u32 type = BPF_CORE_READ(inode, i_mode) & K_S_IFMT;

	if (type == K_S_IFSOCK)
		return OBJECT_SOCKET;
	if (type != OBJECT_S_IFREG && type != OBJECT_S_IFBLK && type != OBJECT_S_IFDIR &&
	    type != OBJECT_S_IFCHR)
		return OBJECT_NONE;
	return BPF_CORE_READ(inode, i_flags) & OBJECT_S_ANON ? OBJECT_NONE : OBJECT_FILE;
}

/* The path of the file, its end where it is longer than the room. */
static __always_inline void object_name_path(struct object_name *name, struct scratch *slot,
					     u64 file)
{
	struct file_info info = {};
	struct walk *w = &slot->walk;
	u32 len;

	if (file_info(w, file, &info))
		return;
	walk_begin(w, task_current_cast(), info.fs_root);
	name->flags = walk_path(w, info.dentry, info.vfsmnt);
	if (w->floating || w->failed)
		return;
	len = w->bytes;
	if (len)
		build_walk(slot, EVENT_AT);
	else
		slot->data[EVENT_AT - ++len] = '/';
	if (len >= OBJECT_PATH_MAX) {
		len = OBJECT_PATH_MAX - 1;
		name->flags |= RECORD_EXT_F_CUT;
	}
	/* Verifier: the mask must be of the register that is used. */
	barrier_var(len);
	len &= OBJECT_PATH_MAX - 1;
	name->path_len = len;
	bpf_probe_read_kernel(name->path, len, slot->data + EVENT_AT - len);
}

/* The path of a unix socket: its own, else that of the other end. */
static __always_inline void unix_name(struct object_name *name, struct sock *sock)
{
	struct unix_address *address = BPF_CORE_READ((struct unix_sock *)sock, addr);
	struct unix_sock *peer;
	long len;

	if (!address) {
		peer = (struct unix_sock *)BPF_CORE_READ((struct unix_sock *)sock, peer);
		address = peer ? BPF_CORE_READ(peer, addr) : NULL;
	}
	if (!address)
		return;
	len = bpf_probe_read_kernel_str(
		name->path, UNIX_PATH_MAX,
		(void *)((u64)address + bpf_core_field_offset(struct unix_address, name) + 2));
	name->path_len = len > 1 ? len - 1 : 0;
}

static __always_inline void object_name_socket(struct object_name *name, struct sock *sock)
{
	name->family = BPF_CORE_READ(sock, __sk_common.skc_family);
	name->protocol = BPF_CORE_READ(sock, sk_protocol);
	if (name->family == K_AF_UNIX) {
		unix_name(name, sock);
		return;
	}
	if (name->family != K_AF_INET && name->family != K_AF_INET6)
		return;
	name->sport = BPF_CORE_READ(sock, __sk_common.skc_num);
	name->dport = __builtin_bswap16(BPF_CORE_READ(sock, __sk_common.skc_dport));
	if (name->family == K_AF_INET) {
		*(u32 *)name->saddr = BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr);
		*(u32 *)name->daddr = BPF_CORE_READ(sock, __sk_common.skc_daddr);
	} else {
		BPF_CORE_READ_INTO(&name->saddr, sock, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO(&name->daddr, sock, __sk_common.skc_v6_daddr);
	}
}

/* Notes what the object is called, if nothing is noted yet. */
static __always_inline void object_name_note(const struct object_key *key, u64 file,
					     enum object_kind kind)
{
	struct object_id id = { .ino = key->ino, .dev = key->dev };
	struct object_name *name;
	struct scratch *slot;

	if (bpf_map_update_elem(&object_names, &id, &object_name_zero, BPF_NOEXIST))
		return;
	name = bpf_map_lookup_elem(&object_names, &id);
	if (!name)
		return;
	if (kind == OBJECT_SOCKET) {
		object_name_socket(name, (struct sock *)sock_of_file(file));
		return;
	}
	slot = scratch_claim(bpf_get_smp_processor_id());
	if (!slot) {
		bpf_map_delete_elem(&object_names, &id);
		return;
	}
	object_name_path(name, slot, file);
	scratch_free(slot);
}

static __always_inline void object_add(struct object_bytes *row, u32 io, u64 bytes)
{
	__sync_fetch_and_add(io & COUNT_IO_IN ? &row->in : &row->out, bytes);
	__sync_fetch_and_add(&row->ops, 1);
}

/* A call that moves bytes. */
struct object_call {
	u64 memory; /* its second argument */
	u32 fd;
	u32 io; /* nr_info.io; 0: it moves none */
	u32 entry_bytes;
};

static __always_inline void object_call(struct object_call *call, struct task_struct *task,
					struct pt_regs *regs)
{
	u64 nr = regs_syscall_nr(regs);
	struct compat_io args;

	call->io = 0;
	if (in_compat(task)) {
		nr = compat_nr(regs);
		args = compat_io(regs);
		call->fd = args.fd;
		call->memory = args.memory;
		call->entry_bytes = MMSGHDR32_BYTES;
	} else {
		call->fd = regs_first_arg(regs);
		call->memory = regs_second_arg(regs);
		call->entry_bytes = MMSGHDR_BYTES;
	}
	/* Verifier: the test and the index must be of the same register. */
	barrier_var(nr);
	if (nr < SYSCALL_NR_MAX)
		call->io = nr_info[nr].io;
}

ON_RETURN
int CALL_PROG(count_objects, struct pt_regs *regs, long ret)
{
	struct task_struct *task = task_current_cast();
	struct object_key key = {};
	struct object_bytes *row, first = {};
	struct object_call call;
	enum object_kind kind;
	struct inode *inode;
	u64 file;

	if (ret <= 0)
		return 0;
	object_call(&call, task, regs);
	if (!call.io)
		return 0;
	/* The counter plane marks what cannot be read. */
	if (call.io & COUNT_IO_MESSAGES)
		ret = messages_bytes(call.memory, ret, call.entry_bytes) & ~MESSAGES_UNREAD;
	file = file_of_fd(task, (s32)call.fd);
	inode = (struct inode *)file_inode(file);
	if (!inode)
		return 0;
	kind = object_kind(inode);
	if (kind == OBJECT_NONE)
		return 0;
	key.start = FOLLOW(task, group_leader, start_boottime);
	key.pid = FOLLOW(task, tgid);
	key.ino = BPF_CORE_READ(inode, i_ino);
	key.dev = dev_encode(BPF_CORE_READ(inode, i_sb, s_dev));
	row = bpf_map_lookup_elem(&objects, &key);
	if (!row) {
		first.socket = kind == OBJECT_SOCKET;
		object_name_note(&key, file, kind);
		bpf_map_update_elem(&objects, &key, &first, BPF_NOEXIST);
		row = bpf_map_lookup_elem(&objects, &key);
		if (!row)
			row = &objects_other;
	}
	object_add(row, call.io, ret);
	return 0;
}

#endif
