/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Resident pages of an address space, without per-CPU parts that are not added up yet. */
#ifndef PROBE_BPF_EXTRACT_RSS_H
#define PROBE_BPF_EXTRACT_RSS_H

#include "../kernel.h"

/* include/linux/mm_types_task.h */
enum rss_member { MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES };

/*
 * One member of rss_stat, in pages. A macro: the index must be part of the relocated access, as
 * the kernel's struct percpu_counter is larger than what is declared here.
 */
#define RSS_MEMBER(mm, member)                                                      \
	rss_not_negative(bpf_core_field_exists((mm)->rss_stat[0].count)             \
				 ? BPF_CORE_READ(mm, rss_stat[member].count)        \
				 : BPF_CORE_READ((struct mm_struct___atomic *)(mm), \
						 rss_stat.count[member].counter))

/* What CPUs have not yet added up can make a sum negative for a moment. */
static __always_inline u64 rss_not_negative(s64 pages)
{
	return pages > 0 ? pages : 0;
}

static __always_inline u64 rss_pages(struct mm_struct *mm)
{
	return RSS_MEMBER(mm, MM_FILEPAGES) + RSS_MEMBER(mm, MM_ANONPAGES) +
	       RSS_MEMBER(mm, MM_SHMEMPAGES);
}

#endif
