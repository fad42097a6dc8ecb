"""The system calls that a guest may make, as a seccomp filter.

What is not allowed answers ENOSYS, so that a C library falls back to older calls as it does on an older kernel; what is
refused on principle answers EPERM. Nothing kills. Calls of another architecture (i386, x32) answer ENOSYS.
"""

import errno
import sys

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's python3-seccomp; -S leaves it out
from seccomp import ALLOW, ERRNO, MASKED_EQ, Arch, Arg, Attr, SyscallFilter, resolve_syscall  # noqa: E402

sys.path.pop()

ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range
open openat openat2 creat stat fstat lstat newfstatat fstatat64 statx access faccessat faccessat2
getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir rename renameat renameat2 link linkat unlink unlinkat
symlink symlinkat readlink readlinkat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat mknod mknodat
truncate ftruncate fallocate fadvise64 fsync fdatasync sync_file_range statfs fstatfs utime utimes futimesat utimensat
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr umask flock fcntl dup dup2 dup3
copy_file_range sendfile splice tee vmsplice inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
mmap mprotect munmap mremap madvise msync mincore brk mlock mlock2 munlock memfd_create
pkey_alloc pkey_free pkey_mprotect membarrier
fork vfork execve execveat exit exit_group wait4 waitid kill tkill tgkill pidfd_open pidfd_send_signal
rt_sigaction rt_sigprocmask rt_sigpending rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
rt_tgsigqueueinfo sigaltstack signalfd signalfd4 pause restart_syscall
futex futex_waitv get_robust_list set_robust_list rseq set_tid_address gettid arch_prctl
getpid getppid getpgid getpgrp getsid setpgid setsid
getuid geteuid getresuid getgid getegid getresgid getgroups setuid setgid setreuid setregid setresuid setresgid capget
nanosleep clock_gettime clock_getres clock_nanosleep gettimeofday time times alarm getitimer setitimer
timer_create timer_delete timer_getoverrun timer_gettime timer_settime
timerfd_create timerfd_gettime timerfd_settime
pipe pipe2 eventfd eventfd2 poll ppoll select pselect6
epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
bind connect listen accept accept4 getsockname getpeername getsockopt setsockopt
sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown
sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam sched_getscheduler sched_setscheduler
sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_getattr getpriority setpriority getcpu
getrlimit setrlimit prlimit64 getrusage uname sysinfo getrandom
"""

REFUSED = """
unshare setns mount umount2 pivot_root chroot move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr
ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_getfd
bpf perf_event_open userfaultfd seccomp io_uring_setup io_uring_enter io_uring_register io_setup io_submit io_destroy
add_key request_key keyctl open_by_handle_at name_to_handle_at
kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff acct quotactl syslog
settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname vhangup iopl ioperm modify_ldt
shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl mq_open mq_unlink
setgroups capset setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr sync syncfs
"""

# What QEMU needs besides: to install a filter of its own below this one, which can only take away.
MONITORS = "seccomp"

# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
NEW_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
# AF_UNIX, AF_INET, AF_INET6.
SOCKET_FAMILIES = (1, 2, 10)
# TCGETS, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, FIOASYNC.
DEVICE_REQUESTS = (0x5401, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x5452)
# PDEATHSIG, DUMPABLE, NAME, SECCOMP (ask), CAPBSET (ask), TIMERSLACK, CHILD_SUBREAPER, NO_NEW_PRIVS, TID_ADDRESS,
# THP_DISABLE, SET_VMA (names of memory areas).
PROCESS_OPTIONS = (1, 2, 3, 4, 15, 16, 21, 23, 29, 30, 36, 37, 38, 39, 40, 41, 42, 0x53564D41)
# PER_LINUX, and the question.
PERSONALITIES = (0, 0xFFFFFFFF)
LOW_32_BITS = 0xFFFFFFFF


def write_filter(file, machine=False):
    """Writes the compiled filter to `file`; `machine`: of a virtual machine's monitor, which limits itself further."""
    calls = SyscallFilter(ERRNO(errno.ENOSYS))
    calls.set_attr(Attr.ACT_BADARCH, ERRNO(errno.ENOSYS))
    calls.set_attr(Attr.CTL_OPTIMIZE, 2)
    for name in ALLOWED.split():
        _add(calls, ALLOW, name)
    for name in MONITORS.split() if machine else ():
        _add(calls, ALLOW, name)
    for name in REFUSED.split():
        if not machine or name not in MONITORS.split():
            _add(calls, ERRNO(errno.EPERM), name)
    for number in SOCKET_FAMILIES:
        _add(calls, ALLOW, "socket", Arg(0, MASKED_EQ, LOW_32_BITS, number))
    _add(calls, ALLOW, "socketpair", Arg(0, MASKED_EQ, LOW_32_BITS, SOCKET_FAMILIES[0]))
    for number in DEVICE_REQUESTS:
        _add(calls, ALLOW, "ioctl", Arg(1, MASKED_EQ, LOW_32_BITS, number))
    for number in PROCESS_OPTIONS:
        _add(calls, ALLOW, "prctl", Arg(0, MASKED_EQ, LOW_32_BITS, number))
    for number in PERSONALITIES:
        _add(calls, ALLOW, "personality", Arg(0, MASKED_EQ, LOW_32_BITS, number))
    _add(calls, ALLOW, "clone", Arg(0, MASKED_EQ, sum(NEW_NAMESPACES), 0))
    for flag in NEW_NAMESPACES:
        _add(calls, ERRNO(errno.EPERM), "clone", Arg(0, MASKED_EQ, flag, flag))
    calls.export_bpf(file)


def _add(calls, action, name, *conditions):
    """Adds a rule unless this library does not know the call: then it stays refused."""
    if resolve_syscall(Arch(), name) != -1:
        calls.add_rule(action, name, *conditions)
