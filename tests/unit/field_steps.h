/* SPDX-License-Identifier: Apache-2.0 */
/* Things that happen on the made-up host of field_host.h; what is tested is the last event. */
#ifndef TESTS_UNIT_FIELD_STEPS_H
#define TESTS_UNIT_FIELD_STEPS_H

#include "field_host.h"

void step_exec(struct field_host *host);
void step_exec_dog(struct field_host *host);
void step_asked(struct field_host *host);
void step_open_file(struct field_host *host);
void step_open_failed(struct field_host *host);
void step_know_files(struct field_host *host);
void step_read_file(struct field_host *host);
void step_write_log(struct field_host *host);
void step_new_socket(struct field_host *host);
void step_connected(struct field_host *host);
void step_connecting(struct field_host *host);
void step_refused(struct field_host *host);
void step_listening(struct field_host *host);
void step_accepted(struct field_host *host);
void step_accepted6(struct field_host *host);
void step_accepted_mapped(struct field_host *host);
void step_send_datagram(struct field_host *host);
void step_receive_datagram(struct field_host *host);
void step_seeded_socket(struct field_host *host);
void step_rename_file(struct field_host *host);
void step_mkdir_folder(struct field_host *host);
void step_mkdir_failed(struct field_host *host);
void step_chmod_descriptor(struct field_host *host);
void step_poll_list(struct field_host *host);
void step_setuid_nobody(struct field_host *host);
void step_kill_bash(struct field_host *host);
void step_kill_failed(struct field_host *host);
void step_parent_forks(struct field_host *host);
void step_raw_call(struct field_host *host);
void step_mmap_failed(struct field_host *host);
void step_async_event(struct field_host *host);
void step_procinfo(struct field_host *host);
void step_switch_event(struct field_host *host);
void step_sampled(struct field_host *host);
void step_other_thread(struct field_host *host);

#endif
