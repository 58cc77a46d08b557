/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Texts in the memory of the caller. */
#ifndef PROBE_BPF_EXTRACT_USER_TEXT_H
#define PROBE_BPF_EXTRACT_USER_TEXT_H

#include "../kernel.h"

/*
 * Copies a text of at most max bytes with its NUL. Returns its bytes with the NUL, or a negative
 * errno. Older kernels (6.1, 6.12) say 0 of an empty text, whose NUL they have copied
 * (strncpy_from_user_nofault() in mm/maccess.c). Verifier: no branch.
 */
static __always_inline long user_text(void *to, u32 max, const void *from)
{
	long len = bpf_probe_read_user_str(to, max, from);

	return len + !len;
}

#endif
