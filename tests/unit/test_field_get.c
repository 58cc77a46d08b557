/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The value of every field for records made by hand. A case is a step (what happens on the made-up
 * host), a field and what it must print. The last test wants every field to have a case with a
 * value.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "field_steps.h"
#include "run_suite.h"

/* clang-format off: a table */
static const struct {
	void (*step)(struct field_host *host);
	const char *field, *value;
	enum filter_names names;
} cases[] = {
	{ step_exec, "evt.num", "5", 0 },
	{ step_exec, "evt.time", "22:13:30.004000005", 0 },
	{ step_exec, "evt.time.s", "22:13:30", 0 },
	{ step_exec, "evt.time.iso8601", "2023-11-14T22:13:30.004000005+0000", 0 },
	{ step_exec, "evt.datetime", "2023-11-14 22:13:30.004000005", 0 },
	{ step_exec, "evt.datetime.s", "2023-11-14 22:13:30", 0 },
	{ step_exec, "evt.outputtime", "22:13:30.004000005", 0 },
	{ step_exec, "evt.rawtime", "1700000010004000005", 0 },
	{ step_exec, "evt.rawtime.s", "1700000010", 0 },
	{ step_exec, "evt.rawtime.ns", "004000005", 0 },
	{ step_exec, "evt.reltime", "004000000", 0 },
	{ step_exec, "evt.reltime.s", "0", 0 },
	{ step_sampled, "evt.reltime.s", "2", 0 },
	{ step_exec, "evt.reltime.ns", "004000000", 0 },
	{ step_exec, "evt.deltatime", "1000000", 0 },
	{ step_exec, "evt.deltatime.s", "0", 0 },
	{ step_exec, "evt.deltatime.ns", "001000000", 0 },
	{ step_exec, "evt.around[1700000010003000005]", "1", 0 },
	{ step_exec, "evt.around[1700000010003999999]", "1", 0 },
	{ step_exec, "evt.around[1700000010004000005]", "0", 0 },
	{ step_exec, "evt.source", "syscall", 0 },
	{ step_exec, "evt.is_async", "false", 0 },
	{ step_async_event, "evt.is_async", "true", 0 },
	{ step_async_event, "evt.asynctype", "container", 0 },
	{ step_exec, "evt.asynctype", "-", 0 },
	{ step_exec, "evt.hostname", "made-up", 0 },
	{ step_exec, "evt.latency", "-", 0 },
	{ step_open_file, "evt.latency", "2000034567", 0 },
	{ step_open_file, "evt.latency.s", "2", 0 },
	{ step_open_file, "evt.latency.ns", "000034567", 0 },
	{ step_open_file, "evt.latency.human", "2.00s", 0 },
	{ step_poll_list, "evt.latency.human", "7ns", 0 },
	{ step_open_file, "evt.wait_latency", "-", 0 },
	{ step_poll_list, "evt.wait_latency", "7", 0 },
	{ step_exec, "evt.dir", "<", 0 },
	{ step_exec, "evt.type", "execve", 0 },
	{ step_raw_call, "evt.type", "personality", 0 },
	{ step_exec, "evt.type.is.293", "1", 0 },
	{ step_open_file, "evt.type.is.293", "0", 0 },
	{ step_exec, "syscall.type", "execve", 0 },
	{ step_procinfo, "syscall.type", "-", 0 },
	{ step_open_file, "evt.category", "file", 0 },
	{ step_exec, "evt.cpu", "3", 0 },
	{ step_exec, "evt.buffer_num", "2", 0 },
	{ step_mkdir_folder, "evt.args", "res=0 path=sub/dir mode=<NA>", 0 },
	{ step_kill_bash, "evt.args", "res=0 pid=50(bash) sig=SIGTERM", 0 },
	{ step_mkdir_failed, "evt.args", "res=-17(EEXIST) path=sub/dir mode=<NA>", 0 },
	{ step_mkdir_folder, "evt.info", "res=0 path=sub/dir mode=<NA>", 0 },
	{ step_mkdir_folder, "evt.arg.path", "sub/dir", 0 },
	{ step_mkdir_folder, "evt.arg[1]", "sub/dir", 0 },
	{ step_mkdir_folder, "evt.arg[7]", "-", 0 },
	{ step_mkdir_folder, "evt.arg.flags", "-", 0 },
	{ step_mkdir_failed, "evt.arg.res", "EEXIST", 0 },
	{ step_open_file, "evt.arg.flags", "O_CREAT|O_RDWR|O_F_CREATED|FD_UPPER_LAYER", 0 },
	{ step_open_file, "evt.arg.dirfd", "AT_FDCWD", 0 },
	{ step_open_failed, "evt.arg.fd", "ENOENT", 0 },
	{ step_read_file, "evt.arg.fd", "<f>/home/alice/hosts", 0 },
	{ step_chmod_descriptor, "evt.arg.mode",
	  "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID", 0 },
	{ step_setuid_nobody, "evt.arg.uid", "alice", 0 },
	{ step_asked, "evt.arg.uid", "4242", 0 },
	{ step_kill_bash, "evt.arg.pid", "bash", 0 },
	{ step_kill_bash, "evt.arg.sig", "SIGTERM", 0 },
	{ step_connected, "evt.arg.tuple", "10.0.0.1:5000->10.0.0.2:80", 0 },
	{ step_connected, "evt.arg.fd", "<4>10.0.0.1:5000->10.0.0.2:80", 0 },
	{ step_raw_call, "evt.arg[0]", "PER_LINUX32", 0 },
	{ step_kill_bash, "evt.rawarg.pid", "50", 0 },
	{ step_mkdir_folder, "evt.rawarg.path", "sub/dir", 0 },
	{ step_open_file, "evt.rawarg.flags", "49159", 0 },
	{ step_mkdir_folder, "evt.rawarg.fd", "-", 0 },
	{ step_read_file, "evt.buffer", "ab\\x00\\x0a", 0 },
	{ step_mkdir_folder, "evt.buffer", "-", 0 },
	{ step_read_file, "evt.buflen", "4", 0 },
	{ step_read_file, "evt.res", "SUCCESS", 0 },
	{ step_open_failed, "evt.res", "ENOENT", 0 },
	{ step_connecting, "evt.res", "EINPROGRESS", 0 },
	{ step_procinfo, "evt.res", "-", 0 },
	{ step_read_file, "evt.rawres", "4", 0 },
	{ step_open_failed, "evt.rawres", "-2", 0 },
	{ step_read_file, "evt.failed", "false", 0 },
	{ step_open_failed, "evt.failed", "true", 0 },
	{ step_read_file, "evt.is_io", "true", 0 },
	{ step_open_file, "evt.is_io", "false", 0 },
	{ step_read_file, "evt.is_io_read", "true", 0 },
	{ step_write_log, "evt.is_io_read", "false", 0 },
	{ step_write_log, "evt.is_io_write", "true", 0 },
	{ step_read_file, "evt.io_dir", "read", 0 },
	{ step_write_log, "evt.io_dir", "write", 0 },
	{ step_open_file, "evt.io_dir", "-", 0 },
	{ step_poll_list, "evt.is_wait", "true", 0 },
	{ step_read_file, "evt.is_wait", "false", 0 },
	{ step_write_log, "evt.is_syslog", "true", 0 },
	{ step_read_file, "evt.is_syslog", "false", 0 },
	{ step_exec, "evt.count", "1", 0 },
	{ step_exec, "evt.count.exit", "1", 0 },
	{ step_exec, "evt.count.error", "-", 0 },
	{ step_open_failed, "evt.count.error", "1", 0 },
	{ step_open_failed, "evt.count.error.file", "1", 0 },
	{ step_write_log, "evt.count.error.file", "1", 0 },
	{ step_open_failed, "evt.count.error.net", "-", 0 },
	{ step_refused, "evt.count.error.net", "1", 0 },
	{ step_mmap_failed, "evt.count.error.memory", "1", 0 },
	{ step_mmap_failed, "evt.count.error.other", "-", 0 },
	{ step_kill_failed, "evt.count.error.other", "1", 0 },
	{ step_write_log, "evt.count.error.other", "-", 0 },
	{ step_open_file, "evt.is_open_read", "true", 0 },
	{ step_mkdir_folder, "evt.is_open_read", "false", 0 },
	{ step_open_file, "evt.is_open_write", "true", 0 },
	{ step_open_failed, "evt.is_open_write", "false", 0 },
	{ step_open_file, "evt.is_open_exec", "true", 0 },
	{ step_open_failed, "evt.is_open_exec", "false", 0 },
	{ step_open_file, "evt.is_open_create", "true", 0 },
	{ step_open_failed, "evt.is_open_create", "false", 0 },
	{ step_raw_call, "evt.is_uring", "true", 0 },
	{ step_exec, "evt.is_uring", "false", 0 },
	{ step_raw_call, "evt.is_late", "true", 0 },
	{ step_exec, "evt.nr", "59", 0 },
	{ step_open_file, "evt.abspath", "/home/alice/hosts", 0 },
	{ step_open_file, "evt.abspath", "/etc/hosts", FILTER_NAMES_RESOLVED },
	{ step_rename_file, "evt.abspath.src", "/home/alice/old", 0 },
	{ step_rename_file, "evt.abspath.dst", "/srv/data/new", 0 },

	{ step_exec, "proc.exe", "cat", 0 },
	{ step_exec, "proc.pexe", "-bash", 0 },
	{ step_exec, "proc.aexe", "-bash|/sbin/init", 0 },
	{ step_exec, "proc.aexe[0]", "cat", 0 },
	{ step_exec, "proc.aexe[2]", "/sbin/init", 0 },
	{ step_exec, "proc.aexe[3]", "-", 0 },
	{ step_exec, "proc.exepath", "/usr/bin/cat", 0 },
	{ step_exec, "proc.pexepath", "/usr/bin/bash", 0 },
	{ step_exec, "proc.aexepath", "/usr/bin/bash|/usr/lib/systemd/systemd", 0 },
	{ step_exec, "proc.name", "cat", 0 },
	{ step_exec, "proc.pname", "bash", 0 },
	{ step_exec, "proc.aname", "bash|systemd", 0 },
	{ step_exec, "proc.aname[2]", "systemd", 0 },
	{ step_exec, "proc.aname[99999]", "-", 0 },
	{ step_exec, "proc.args", "-n /etc/hosts", 0 },
	{ step_exec, "proc.args[1]", "/etc/hosts", 0 },
	{ step_exec, "proc.args[2]", "-", 0 },
	{ step_exec, "proc.aargs", "-l", 0 },
	{ step_exec, "proc.aargs[1]", "-l", 0 },
	{ step_exec, "proc.aargs[2]", "", 0 },
	{ step_exec, "proc.cmdline", "cat -n /etc/hosts", 0 },
	{ step_exec, "proc.is_container_healthcheck", "false", 0 },
	{ step_exec, "proc.is_container_liveness_probe", "false", 0 },
	{ step_exec, "proc.is_container_readiness_probe", "false", 0 },
	{ step_exec, "proc.pcmdline", "bash -l", 0 },
	{ step_exec, "proc.acmdline", "bash -l|systemd", 0 },
	{ step_exec, "proc.cmdnargs", "2", 0 },
	{ step_exec, "proc.cmdlenargs", "12", 0 },
	{ step_exec, "proc.exeline", "cat -n /etc/hosts", 0 },
	{ step_exec, "proc.env", "HOME=/home/alice TERM=xterm", 0 },
	{ step_exec, "proc.env[TERM]", "xterm", 0 },
	{ step_exec, "proc.env[TER]", "-", 0 },
	{ step_exec, "proc.aenv[1]", "LANG=C SHELL=/bin/bash", 0 },
	{ step_exec, "proc.aenv[SHELL]", "/bin/bash", 0 },
	{ step_exec, "proc.aenv[HOME]", "-", 0 },
	{ step_exec, "proc.aenv", "LANG=C SHELL=/bin/bash", 0 },
	{ step_exec, "proc.cwd", "/home/alice/", 0 },
	{ step_exec, "proc.loginshellid", "50", 0 },
	{ step_exec, "proc.tty", "34816", 0 },
	{ step_exec, "proc.pid", "100", 0 },
	{ step_exec, "proc.ppid", "50", 0 },
	{ step_exec, "proc.apid", "50|1", 0 },
	{ step_exec, "proc.apid[1]", "50", 0 },
	{ step_exec, "proc.vpid", "7", 0 },
	{ step_asked, "proc.pvpid", "-", 0 },
	{ step_parent_forks, "proc.pvpid", "6", 0 },
	{ step_exec, "proc.sid", "50", 0 },
	{ step_exec, "proc.sname", "bash", 0 },
	{ step_exec, "proc.sid.exe", "-bash", 0 },
	{ step_exec, "proc.sid.exepath", "/usr/bin/bash", 0 },
	{ step_exec, "proc.vpgid", "50", 0 },
	{ step_exec, "proc.vpgid.name", "bash", 0 },
	{ step_exec, "proc.vpgid.exe", "-bash", 0 },
	{ step_exec, "proc.vpgid.exepath", "/usr/bin/bash", 0 },
	{ step_exec, "proc.pgid", "50", 0 },
	{ step_exec, "proc.pgid.name", "bash", 0 },
	{ step_exec, "proc.pgid.exe", "-bash", 0 },
	{ step_exec, "proc.pgid.exepath", "/usr/bin/bash", 0 },
	{ step_exec, "proc.duration", "1004000005", 0 },
	{ step_exec, "proc.ppid.duration", "5004000005", 0 },
	{ step_exec, "proc.pid.ts", "1700000009000000000", 0 },
	{ step_exec, "proc.ppid.ts", "1700000005000000000", 0 },
	{ step_exec, "proc.is_exe_writable", "true", 0 },
	{ step_exec, "proc.is_exe_upper_layer", "true", 0 },
	{ step_exec, "proc.is_exe_lower_layer", "false", 0 },
	{ step_exec, "proc.is_exe_from_memfd", "false", 0 },
	{ step_asked, "proc.is_exe_from_memfd", "true", 0 },
	{ step_exec, "proc.is_sid_leader", "false", 0 },
	{ step_asked, "proc.is_vpgid_leader", "true", 0 },
	{ step_asked, "proc.is_sid_leader", "false", 0 },
	{ step_exec, "proc.is_vpgid_leader", "false", 0 },
	{ step_exec, "proc.is_pgid_leader", "false", 0 },
	{ step_asked, "proc.is_pgid_leader", "true", 0 },
	{ step_exec, "proc.exe_ino", "4711", 0 },
	{ step_exec, "proc.exe_ino.ctime", "1700000008000000000", 0 },
	{ step_exec, "proc.exe_ino.mtime", "1700000003000000000", 0 },
	{ step_exec, "proc.exe_ino.ctime_duration_proc_start", "1000000000", 0 },
	{ step_exec, "proc.exe_ino.ctime_duration_pidns_start", "4000000000", 0 },
	{ step_exec, "proc.pidns_init_start_ts", "1700000004000000000", 0 },
	{ step_exec, "proc.fdopencount", "-", 0 },
	{ step_read_file, "proc.fdopencount", "4", 0 },
	{ step_exec, "proc.fdlimit", "4096", 0 },
	{ step_read_file, "proc.fdusage", "0.1", 0 },
	{ step_exec, "proc.vmsize", "5000", 0 },
	{ step_sampled, "proc.vmsize", "16", 0 },
	{ step_exec, "proc.vmrss", "600", 0 },
	{ step_exec, "proc.vmswap", "70", 0 },
	{ step_sampled, "proc.nthreads", "3", 0 },
	{ step_sampled, "proc.nchilds", "2", 0 },
	{ step_read_file, "proc.stdin.type", "file", 0 },
	{ step_read_file, "proc.stdout.type", "file", 0 },
	{ step_read_file, "proc.stderr.type", "pipe", 0 },
	{ step_read_file, "proc.stdin.name", "/dev/pts/1", 0 },
	{ step_read_file, "proc.stdout.name", "/dev/pts/1", 0 },
	{ step_read_file, "proc.stderr.name", "pipe:[1234", 0 },
	{ step_exec, "proc.start_boot_ns", "9000000000", 0 },
	{ step_exec, "proc.exec.ts", "1700000010004000005", 0 },
	{ step_asked, "proc.root", "/jail", 0 },
	{ step_asked, "proc.cmdline", "top -b", 0 },
	{ step_asked, "proc.exepath", "/usr/bin/top", 0 },
	{ step_asked, "proc.cwd", "/srv/", 0 },
	{ step_asked, "proc.env[A]", "b", 0 },
	{ step_asked, "proc.tty", "34817", 0 },
	{ step_asked, "proc.vmsize", "4000", 0 },
	{ step_asked, "proc.fdlimit", "1024", 0 },

	{ step_exec, "thread.cap_permitted", "CAP_CHOWN CAP_KILL", 0 },
	{ step_exec, "thread.cap_inheritable", "", 0 },
	{ step_exec, "thread.cap_effective", "CAP_KILL", 0 },
	{ step_asked, "thread.cap_effective", "CAP_CHOWN", 0 },
	{ step_exec, "thread.pfmajor", "11", 0 },
	{ step_exec, "thread.pfminor", "222", 0 },
	{ step_other_thread, "thread.tid", "101", 0 },
	{ step_other_thread, "thread.ismain", "false", 0 },
	{ step_exec, "thread.ismain", "true", 0 },
	{ step_other_thread, "thread.name", "worker", 0 },
	{ step_other_thread, "proc.name", "cat", 0 },
	{ step_exec, "thread.vtid", "7", 0 },
	{ step_other_thread, "thread.vtid", "-", 0 },
	{ step_switch_event, "thread.exectime", "1234", 0 },
	{ step_exec, "thread.exectime", "-", 0 },
	{ step_sampled, "thread.totexectime", "251000000", 0 },
	{ step_sampled, "thread.cpu", "25.0", 0 },
	{ step_procinfo, "thread.cpu.user", "12.0", 0 },
	{ step_procinfo, "thread.cpu.system", "34.0", 0 },
	{ step_exec, "thread.cgroups", "cpu,cpuacct=/user/alice memory=/mem", 0 },
	{ step_exec, "thread.cgroup.cpuacct", "/user/alice", 0 },
	{ step_exec, "thread.cgroup[memory]", "/mem", 0 },
	{ step_exec, "thread.cgroup.mem", "-", 0 },
	{ step_asked, "thread.cgroup.cpu", "/x.svc", 0 },
	{ step_sampled, "thread.vmsize", "16", 0 },
	{ step_sampled, "thread.vmrss", "8", 0 },
	{ step_sampled, "proc.vmrss", "8", 0 },
	{ step_other_thread, "thread.vmsize", "0", 0 },
	{ step_other_thread, "thread.vmrss", "0", 0 },

	{ step_exec, "user.uid", "1000", 0 },
	{ step_exec, "user.name", "alice", 0 },
	{ step_asked, "user.name", "<NA>", 0 },
	{ step_exec, "user.homedir", "/home/alice", 0 },
	{ step_exec, "user.shell", "/bin/bash", 0 },
	{ step_exec, "user.loginuid", "1000", 0 },
	{ step_exec, "user.loginname", "alice", 0 },
	{ step_exec, "group.gid", "1000", 0 },
	{ step_exec, "group.name", "staff", 0 },

	{ step_open_file, "fd.num", "3", 0 },
	{ step_open_failed, "fd.num", "-", 0 },
	{ step_read_file, "fd.num", "3", 0 },
	{ step_read_file, "fd.type", "file", 0 },
	{ step_connected, "fd.type", "ipv4", 0 },
	{ step_read_file, "fd.typechar", "f", 0 },
	{ step_accepted6, "fd.typechar", "6", 0 },
	{ step_open_failed, "fd.typechar", "f", 0 },
	{ step_mkdir_folder, "fd.typechar", "-", 0 },
	{ step_open_file, "fd.name", "/home/alice/hosts", 0 },
	{ step_open_file, "fd.name", "/etc/hosts", FILTER_NAMES_RESOLVED },
	{ step_read_file, "fd.name", "/home/alice/hosts", 0 },
	{ step_read_file, "fd.name", "/etc/hosts", FILTER_NAMES_RESOLVED },
	{ step_open_failed, "fd.name", "/home/alice/a/b.txt", 0 },
	{ step_connected, "fd.name", "10.0.0.1:5000->10.0.0.2:80", 0 },
	{ step_new_socket, "fd.name", "", 0 },
	{ step_listening, "fd.name", "10.0.0.2:80", 0 },
	{ step_accepted, "fd.name", "10.0.0.1:5000->10.0.0.2:80", 0 },
	{ step_accepted6, "fd.name", "[::1]:5000->[::2]:80", 0 },
	{ step_accepted_mapped, "fd.name", "10.0.0.1:5000->10.0.0.2:80", 0 },
	{ step_accepted_mapped, "fd.type", "ipv4", 0 },
	{ step_receive_datagram, "fd.name", "10.0.0.1:5000->8.8.8.8:53", 0 },
	{ step_read_file, "fd.realname", "/etc/hosts", 0 },
	{ step_connected, "fd.realname", "-", 0 },
	{ step_read_file, "fd.directory", "/etc", FILTER_NAMES_RESOLVED },
	{ step_open_failed, "fd.directory", "/home/alice/a", 0 },
	{ step_connected, "fd.directory", "-", 0 },
	{ step_read_file, "fd.filename", "hosts", 0 },
	{ step_open_failed, "fd.filename", "b.txt", 0 },
	{ step_open_file, "fd.nameraw", "link/../hosts", 0 },
	{ step_open_failed, "fd.nameraw", "a/b.txt", 0 },
	{ step_connected, "fd.nameraw", "-", 0 },
	{ step_connected, "fd.ip", "10.0.0.1|10.0.0.2", 0 },
	{ step_listening, "fd.ip", "10.0.0.2", 0 },
	{ step_read_file, "fd.ip", "-", 0 },
	{ step_connected, "fd.net", "10.0.0.1|10.0.0.2", 0 },
	{ step_connected, "fd.port", "5000|80", 0 },
	{ step_connected, "fd.proto", "5000|80", 0 },
	{ step_connected, "fd.cip", "10.0.0.1", 0 },
	{ step_connected, "fd.sip", "10.0.0.2", 0 },
	{ step_connected, "fd.lip", "10.0.0.1", 0 },
	{ step_connected, "fd.rip", "10.0.0.2", 0 },
	{ step_accepted, "fd.cip", "10.0.0.1", 0 },
	{ step_accepted, "fd.sip", "10.0.0.2", 0 },
	{ step_accepted, "fd.lip", "10.0.0.2", 0 },
	{ step_accepted, "fd.rip", "10.0.0.1", 0 },
	{ step_listening, "fd.cip", "-", 0 },
	{ step_listening, "fd.sip", "10.0.0.2", 0 },
	{ step_listening, "fd.lport", "80", 0 },
	{ step_listening, "fd.rport", "-", 0 },
	{ step_seeded_socket, "fd.cip", "10.0.0.1", 0 },
	{ step_seeded_socket, "fd.lport", "80", 0 },
	{ step_connected, "fd.cnet", "10.0.0.1", 0 },
	{ step_connected, "fd.snet", "10.0.0.2", 0 },
	{ step_accepted, "fd.lnet", "10.0.0.2", 0 },
	{ step_accepted, "fd.rnet", "10.0.0.1", 0 },
	{ step_connected, "fd.cip.name", "10.0.0.1", 0 },
	{ step_connected, "fd.sip.name", "10.0.0.2", 0 },
	{ step_accepted, "fd.lip.name", "10.0.0.2", 0 },
	{ step_accepted, "fd.rip.name", "10.0.0.1", 0 },
	{ step_connected, "fd.cport", "5000", 0 },
	{ step_connected, "fd.sport", "80", 0 },
	{ step_connected, "fd.lport", "5000", 0 },
	{ step_connected, "fd.rport", "80", 0 },
	{ step_accepted, "fd.lport", "80", 0 },
	{ step_refused, "fd.sip", "10.0.0.2", 0 },
	{ step_refused, "fd.sport", "80", 0 },
	{ step_send_datagram, "fd.sip", "8.8.8.8", 0 },
	{ step_receive_datagram, "fd.sip", "8.8.8.8", 0 },
	{ step_receive_datagram, "fd.rport", "53", 0 },
	{ step_connected, "fd.cproto", "5000", 0 },
	{ step_connected, "fd.sproto", "http", 0 },
	{ step_accepted, "fd.lproto", "http", 0 },
	{ step_send_datagram, "fd.rproto", "domain", 0 },
	{ step_connected, "fd.l4proto", "tcp", 0 },
	{ step_send_datagram, "fd.l4proto", "udp", 0 },
	{ step_read_file, "fd.l4proto", "<NA>", 0 },
	{ step_connected, "fd.sockfamily", "ip", 0 },
	{ step_read_file, "fd.sockfamily", "-", 0 },
	{ step_connected, "fd.is_server", "false", 0 },
	{ step_accepted, "fd.is_server", "true", 0 },
	{ step_listening, "fd.is_server", "true", 0 },
	{ step_seeded_socket, "fd.is_server", "true", 0 },
	{ step_connected, "fd.connected", "true", 0 },
	{ step_connecting, "fd.connected", "false", 0 },
	{ step_refused, "fd.connected", "false", 0 },
	{ step_accepted, "fd.connected", "true", 0 },
	{ step_send_datagram, "fd.connected", "false", 0 },
	{ step_send_datagram, "fd.name_changed", "true", 0 },
	{ step_receive_datagram, "fd.name_changed", "false", 0 },
	{ step_read_file, "fd.name_changed", "false", 0 },
	{ step_read_file, "fd.uid", "1003", 0 },
	{ step_read_file, "fd.containername", "host:/home/alice/hosts", 0 },
	{ step_read_file, "fd.containerdirectory", "host:/home/alice", 0 },
	{ step_read_file, "fd.dev", "801", 0 },
	{ step_read_file, "fd.dev.major", "8", 0 },
	{ step_read_file, "fd.dev.minor", "1", 0 },
	{ step_read_file, "fd.ino", "99", 0 },
	{ step_read_file, "fd.types", "file|pipe", 0 },
	{ step_connected, "fd.types[5]", "ipv4", 0 },
	{ step_connected, "fd.types[55]", "-", 0 },
	{ step_read_file, "fd.is_upper_layer", "true", 0 },
	{ step_read_file, "fd.is_lower_layer", "false", 0 },

	{ step_open_file, "fs.path.name", "/home/alice/hosts", 0 },
	{ step_open_file, "fs.path.name", "/etc/hosts", FILTER_NAMES_RESOLVED },
	{ step_open_failed, "fs.path.name", "-", 0 },
	{ step_mkdir_folder, "fs.path.name", "/home/alice/sub/dir", 0 },
	{ step_mkdir_failed, "fs.path.name", "-", 0 },
	{ step_chmod_descriptor, "fs.path.name", "/home/alice/hosts", 0 },
	{ step_exec, "fs.path.name", "-", 0 },
	{ step_mkdir_folder, "fs.path.nameraw", "sub/dir", 0 },
	{ step_rename_file, "fs.path.name", "-", 0 },
	{ step_rename_file, "fs.path.source", "/home/alice/old", 0 },
	{ step_rename_file, "fs.path.sourceraw", "./old", 0 },
	{ step_rename_file, "fs.path.target", "/srv/data/new", 0 },
	{ step_rename_file, "fs.path.targetraw", "new", 0 },

	{ step_poll_list, "fdlist.nums", "0,5,44", 0 },
	{ step_poll_list, "fdlist.names", "/dev/pts/1,10.0.0.1:5000->10.0.0.2:80,<NA>", 0 },
	{ step_poll_list, "fdlist.cips", "10.0.0.1", 0 },
	{ step_poll_list, "fdlist.sips", "10.0.0.2", 0 },
	{ step_poll_list, "fdlist.cports", "5000", 0 },
	{ step_poll_list, "fdlist.sports", "80", 0 },
	{ step_exec, "fdlist.nums", "-", 0 },
	{ step_exec, "util.cnt", "5", 0 },
	{ step_exec, "container.id", "host", 0 },
	{ step_exec, "container.full_id", "host", 0 },
	{ step_exec, "container.name", "host", 0 },
	{ step_exec, "container.type", "host", 0 },
	{ step_exec, "container.image", "-", 0 },
	{ step_exec, "k8s.pod.name", "-", 0 },
	{ step_exec, "evt.pluginname", "-", 0 },
	{ step_exec, "evt.latency.quantized", "-", 0 },
};
/* clang-format on */

START_TEST(value)
{
	struct field_host *host = malloc(sizeof(*host));
	const char *got;

	ck_assert_ptr_nonnull(host);
	field_host_init(host);
	cases[_i].step(host);
	got = field_host_value(host, cases[_i].field, cases[_i].names);
	ck_assert_msg(!strcmp(got, cases[_i].value), "%s: \"%s\", not \"%s\"", cases[_i].field, got,
		      cases[_i].value);
	field_host_release(host);
	free(host);
}
END_TEST

/* A name in the table of cases, with its argument cut off. */
static int has_case(const char *field)
{
	size_t len = strlen(field), i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field_ref ref;
		size_t used;

		if (strncmp(cases[i].field, field, len) != 0 || !strcmp(cases[i].value, "-"))
			continue;
		if (field_lookup(cases[i].field, strlen(cases[i].field), &ref, &used) == 0 &&
		    !strcmp(ref.field->name, field))
			return 1;
	}
	return 0;
}

/* Fields that have a getter but no case with a value here: what containers say is tested apart. */
START_TEST(complete)
{
	const struct field_class *class;
	struct field_ref none;
	size_t i, j, used;

	ck_assert_int_eq(field_lookup("evt.pluginname", 14, &none, &used), 0);
	for (i = 0; (class = field_class_at(i)); i++) {
		for (j = 0; j < class->fields_len; j++) {
			const struct field *field = &class->fields[j];

			if (field->get == none.field->get || !strncmp(field->name, "k8s.", 4) ||
			    !strncmp(field->name, "container.", 10))
				continue;
			ck_assert_msg(has_case(field->name), "%s has no case", field->name);
		}
	}
}
END_TEST

/* What no event tells is asked for once. */
START_TEST(asks_once)
{
	struct field_host *host = malloc(sizeof(*host));
	unsigned before;

	ck_assert_ptr_nonnull(host);
	field_host_init(host);
	step_asked(host);
	before = host->asked;
	ck_assert_str_eq(field_host_value(host, "proc.tty", FILTER_NAMES_CALLED), "34817");
	ck_assert_str_eq(field_host_value(host, "proc.sid", FILTER_NAMES_CALLED), "300");
	ck_assert_str_eq(field_host_value(host, "proc.env[A]", FILTER_NAMES_CALLED), "b");
	ck_assert_str_eq(field_host_value(host, "proc.env[B]", FILTER_NAMES_CALLED), "-");
	ck_assert_uint_eq(host->asked - before, 2);
	field_host_release(host);
	free(host);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("field_get");

	setenv("TZ", "UTC", 1);
	tzset();
	tcase_add_loop_test(tcase, value, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, complete);
	tcase_add_test(tcase, asks_once);
	return run_suite("field_get", tcase);
}
