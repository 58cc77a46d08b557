/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of host names, from /etc/hosts alone: a resolver would ask the network, and block. For
 * conditions on fd.cip.name and the like, whose names are looked up when they are compiled.
 */
#ifndef TUI_HOST_NAMES_H
#define TUI_HOST_NAMES_H

#include <stddef.h>
#include <stdio.h>

struct field_ip;

/* For filter_compile_opts.host and rules_options.host; ctx is not used. */
size_t host_names_find(void *ctx, const char *name, struct field_ip *addresses);
/*
 * The addresses of a name in the text of such a file, in its order, each once, at most
 * FILTER_HOST_ADDRESSES_MAX. Lines that are none of its format are skipped. Case is not looked at.
 */
size_t host_names_read(FILE *file, const char *name, struct field_ip *addresses);

#endif
