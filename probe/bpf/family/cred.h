/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Credentials, sessions and process groups, on sys_exit. The result, then the arguments. */
#ifndef PROBE_BPF_FAMILY_CRED_H
#define PROBE_BPF_FAMILY_CRED_H

#include "../store/fixed.h"

/* setuid: res, uid; setgid: res, gid */
STORE_FIXED(store_setid, { 8, RET }, { 4, A(0) })
/* setreuid: res, ruid, euid; setregid: res, rgid, egid */
STORE_FIXED(store_setreid, { 8, RET }, { 4, A(0) }, { 4, A(1) })
/* setresuid: res, ruid, euid, suid; setresgid: res, rgid, egid, sgid */
STORE_FIXED(store_setresid, { 8, RET }, { 4, A(0) }, { 4, A(1) }, { 4, A(2) })
/* setsid: res */
STORE_FIXED(store_setsid, { 8, RET })
/* setpgid: res, pid, pgid */
STORE_FIXED(store_setpgid, { 8, RET }, { 8, FD(0) }, { 8, FD(1) })

#endif
