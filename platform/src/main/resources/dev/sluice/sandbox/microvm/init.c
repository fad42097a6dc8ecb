/* The first program of a virtual machine, statically linked: it isolates one guest and carries its streams.
 *
 * Four ports of virtio-serial lead out: control, channel, standard output, standard error. Once the machine has booted it
 * says R on control and waits for its order; snapshots are taken there, so before anything of a tenant is in memory.
 * The order brings entropy and the time first of all, since machines restored from one snapshot have none of their own.
 *
 * An order: u32 length in the machine's byte order, then strings that each end with a zero: entropy as hexadecimal
 * digits, seconds, nanoseconds, bytes of memory, processes, bytes of scratch, microseconds of processor in 100 ms, 1 for an image
 * on the second disk, count of arguments, the arguments, the variables. Said on control: R; H, the guest has hung up its channel;
 * E and one byte, it has ended with that status (128 + signal); M, it ran out of memory; F and a text, it could not be begun. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/random.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CONTROL, CHANNEL, OUTPUT, ERRORS, PORTS };
enum { ORDER_BYTES_MAX = 1 << 19, WORDS_MAX = 4096, CHUNK = 16384, ENTROPY_BYTES = 64, ID = 1000 };

static int ports[PORTS];
static int ours[PORTS], theirs[PORTS];
static char order[ORDER_BYTES_MAX + 1];
static char *words[WORDS_MAX];

static void say(const void *what, size_t size) {
    if (write(ports[CONTROL], what, size) < 0) pause();
}

static void fail(const char *what) {
    char text[200] = "F";
    int length = snprintf(text + 1, sizeof text - 1, "%s: %s\n", what, strerror(errno)) + 1;
    if (ports[CONTROL] > 0) say(text, length);
    fputs(text, stderr); /* on the machine's console */
    if (getpid() == 1) reboot(RB_AUTOBOOT); /* which ends the machine */
    _exit(127);
}

static void need(int result, const char *what) {
    if (result < 0) fail(what);
}

static void put(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    need(file, path);
    if (write(file, text, strlen(text)) < 0) fail(path);
    close(file);
}

static int wait_for(const char *path, int flags) {
    for (int tried = 0; tried < 2000; tried++) {
        int file = open(path, flags | O_CLOEXEC);
        if (file >= 0) return file;
        usleep(5000);
    }
    fail(path);
    return -1;
}

static void load_modules(void) {
    char name[100];
    for (int i = 0;; i++) {
        snprintf(name, sizeof name, "/modules/%02d.ko", i);
        int file = open(name, O_RDONLY | O_CLOEXEC);
        if (file < 0) return;
        if (syscall(SYS_finit_module, file, "", 0) < 0 && errno != EEXIST) fail(name);
        close(file);
    }
}

static void boot(void) {
    mkdir("/dev", 0755), mkdir("/proc", 0755), mkdir("/group", 0755), mkdir("/root", 0755), mkdir("/image", 0755);
    need(mount("devtmpfs", "/dev", "devtmpfs", 0, ""), "devtmpfs");
    need(mount("proc", "/proc", "proc", 0, ""), "proc");
    while (open("/dev/null", O_RDWR) < 3) {} /* so that 0 to 2 are nobody's */
    load_modules();
    for (int i = 0; i < PORTS; i++) {
        char name[40];
        snprintf(name, sizeof name, "/dev/vport0p%d", i + 1);
        ports[i] = wait_for(name, O_RDWR);
    }
    close(wait_for("/dev/vda", O_RDONLY));
    need(mount("/dev/vda", "/root", "erofs", MS_RDONLY | MS_NODEV | MS_NOSUID, ""), "the root file system");
    need(mount("cgroup2", "/group", "cgroup2", 0, ""), "control groups");
    put("/group/cgroup.subtree_control", "+memory +pids +cpu");
    need(mkdir("/group/guest", 0755), "the control group");
}

/* Runs the interpreter once, so that a snapshot has in memory what it reads. It sees nothing of anybody. */
static void warm(const char *program) {
    if (!program) return;
    pid_t child = fork();
    if (child == 0) {
        int nothing = open("/dev/null", O_RDWR);
        for (int i = 0; i < 3; i++) dup2(nothing, i);
        if (chroot("/root") == 0 && chdir("/") == 0) execl(program, program, "--version", NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
}

static void receive(void *into, size_t size) {
    for (size_t got = 0; got < size;) {
        ssize_t now = read(ports[CONTROL], (char *)into + got, size - got);
        if (now <= 0) usleep(1000); /* nobody at the other end: between a snapshot and its restoring */
        else got += now;
    }
}

static int receive_order(void) {
    uint32_t size;
    receive(&size, sizeof size);
    if (size > ORDER_BYTES_MAX) errno = E2BIG, fail("the order");
    receive(order, size);
    int count = 0;
    for (char *word = order; word < order + size && count < WORDS_MAX - 2; word += strlen(word) + 1) words[count++] = word;
    return count;
}

static void become_another(void) {
    struct { struct rand_pool_info info; unsigned char bytes[ENTROPY_BYTES]; } fresh;
    if (strlen(words[0]) != 2 * ENTROPY_BYTES) errno = EINVAL, fail("the entropy");
    for (int i = 0; i < ENTROPY_BYTES; i++) sscanf(words[0] + 2 * i, "%2hhx", (unsigned char *)fresh.info.buf + i);
    fresh.info.entropy_count = 8 * ENTROPY_BYTES;
    fresh.info.buf_size = ENTROPY_BYTES;
    int pool = open("/dev/urandom", O_RDWR | O_CLOEXEC);
    need(ioctl(pool, RNDADDENTROPY, &fresh.info), "new entropy");
    need(ioctl(pool, RNDRESEEDCRNG), "a new seed");
    close(pool);
    explicit_bzero(&fresh, sizeof fresh);
    explicit_bzero(words[0], 2 * ENTROPY_BYTES);
    struct timespec now = {atoll(words[1]), atoll(words[2])};
    need(clock_settime(CLOCK_REALTIME, &now), "the time");
}

static void set_limits(void) {
    char text[60];
    put("/group/guest/memory.max", words[3]);
    snprintf(text, sizeof text, "%d", atoi(words[4]) + 1); /* its process 1 */
    put("/group/guest/pids.max", text);
    snprintf(text, sizeof text, "%s 100000", words[6]);
    put("/group/guest/cpu.max", text);
}

static void limit_processes(void) {
    static const struct { int what; rlim_t most; } limits[] = {
        {RLIMIT_CORE, 0}, {RLIMIT_FSIZE, 64 << 20}, {RLIMIT_NOFILE, 1024}, {RLIMIT_MSGQUEUE, 0},
        {RLIMIT_MEMLOCK, 1 << 16}, {RLIMIT_NICE, 0}, {RLIMIT_RTPRIO, 0},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        need(setrlimit(limits[i].what, &(struct rlimit){limits[i].most, limits[i].most}), "a limit");
    need(setrlimit(RLIMIT_CPU, &(struct rlimit){3600, 3601}), "a limit");
}

static void make_devices(void) {
    static const struct { const char *name; int minor; } devices[] = {
        {"dev/null", 3}, {"dev/zero", 5}, {"dev/full", 7}, {"dev/random", 8}, {"dev/urandom", 9},
    };
    static const char *links[][2] = {
        {"dev/fd", "/proc/self/fd"}, {"dev/stdin", "/proc/self/fd/0"}, {"dev/stdout", "/proc/self/fd/1"},
        {"dev/stderr", "/proc/self/fd/2"}, {"dev/shm", "/tmp"},
    };
    need(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k"), "devices");
    umask(0);
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        need(mknod(devices[i].name, S_IFCHR | 0666, makedev(1, devices[i].minor)), devices[i].name);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) need(symlink(links[i][1], links[i][0]), links[i][0]);
    umask(022);
    need(mount(NULL, "dev", NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC, NULL), "devices");
}

/* Makes the guest's root the root. The devices and the groups of the machine are out of sight from then on. */
static void enter_root(void) {
    char options[60];
    const char *root = "/root";
    if (*words[7] == '1') {
        need(mount("/dev/vdb", "/image", "erofs", MS_RDONLY | MS_NODEV | MS_NOSUID, ""), "the image");
        need(mount("/root/runtime", "/image/runtime", NULL, MS_BIND, NULL), "the runtime");
        root = "/image";
    }
    need(chdir(root), root);
    make_devices();
    snprintf(options, sizeof options, "mode=1777,size=%s", words[5]);
    need(mount("tmpfs", "tmp", "tmpfs", MS_NOSUID | MS_NODEV, options), "scratch");
    need(mount("proc", "proc", "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, ""), "processes");
    need(mount(".", "/", NULL, MS_MOVE, NULL), "the root");
    need(chroot("."), "the root");
    need(chdir("/tmp"), "/tmp");
}

static void start_loopback(void) {
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    need(ioctl(any, SIOCSIFFLAGS, &lo), "the loopback");
    close(any);
}

static void put_at(int directory, const char *name, const char *text) {
    int file = openat(directory, name, O_WRONLY | O_CLOEXEC);
    need(file, name);
    if (write(file, text, strlen(text)) < 0) fail(name);
    close(file);
}

/* A user of its own namespace. `self`: its directory in the machine's /proc, since the guest's is read-only. */
static void give_up_privilege(int self) {
    need(setgroups(0, NULL), "groups");
    need(setresgid(ID, ID, ID), "the group");
    need(setresuid(ID, ID, ID), "the user");
    need(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), "dumpable");
    need(unshare(CLONE_NEWUSER), "the user namespace");
    put_at(self, "setgroups", "deny");
    put_at(self, "uid_map", "1000 1000 1");
    put_at(self, "gid_map", "1000 1000 1");
    close(self);
}

static void close_the_door(struct sock_fprog *filter) {
    for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++) {}
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};
    need(syscall(SYS_capset, &header, none), "capabilities");
    need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges");
    need(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter, 0, 0), "the filter");
}

static struct sock_fprog read_filter(void) {
    static struct sock_filter steps[4096];
    int file = open("/filter", O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, steps, sizeof steps);
    if (size <= 0 || size == sizeof steps) fail("the filter");
    close(file);
    return (struct sock_fprog){size / sizeof *steps, steps};
}

/* Process 1 of the guest: starts the program, buries what it leaves, and ends as it does. */
static void be_first_process(char **arguments, char **variables, struct sock_fprog filter) {
    int self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    need(self, "/proc/self");
    limit_processes();
    enter_root();
    start_loopback();
    need(sethostname("guest", 5), "the name");
    give_up_privilege(self);
    int nothing = open("/dev/null", O_RDWR);
    need(nothing, "/dev/null");
    int wanted[4] = {nothing, theirs[OUTPUT], theirs[ERRORS], theirs[CHANNEL]}, spare[4];
    for (int i = 0; i < 4; i++) need(spare[i] = fcntl(wanted[i], F_DUPFD, 64), "a stream");
    for (int i = 0; i < 4; i++) need(dup2(spare[i], i), "a stream");
    close_the_door(&filter);
    pid_t program = fork();
    if (program != 0) need(close_range(3, ~0U, 0), "the streams");
    if (program == 0) {
        need(close_range(4, ~0U, 0), "other files");
        setsid();
        execve(arguments[0], arguments, variables);
        _exit(127);
    }
    for (;;) {
        int status;
        pid_t dead = wait(&status);
        if (dead == program) _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        if (dead < 0) _exit(127);
    }
}

/* The guest, in namespaces of its own below the machine's; we see it end. */
static pid_t begin(int count) {
    char *variables[WORDS_MAX];
    int arguments = atoi(words[8]);
    if (arguments < 1 || arguments > count - 9) errno = EINVAL, fail("the arguments");
    int i = 0;
    for (; i < count - 9 - arguments; i++) variables[i] = words[9 + arguments + i];
    variables[i] = NULL;
    words[9 + arguments] = NULL;
    struct sock_fprog filter = read_filter();
    for (int stream = CHANNEL; stream < PORTS; stream++) {
        int ends[2];
        need(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "a pair");
        ours[stream] = ends[0], theirs[stream] = ends[1];
    }
    /* the first process of a process namespace must be forked into it; it and all it starts are in the group */
    pid_t guest = syscall(SYS_clone,
        CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
    need(guest, "namespaces");
    if (guest == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        put("/group/guest/cgroup.procs", "0");
        need(unshare(CLONE_NEWCGROUP), "the group's namespace");
        need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mounts");
        be_first_process(words + 9, variables, filter);
    }
    for (int stream = CHANNEL; stream < PORTS; stream++) close(theirs[stream]);
    return guest;
}

static int write_all(int file, const char *bytes, ssize_t size) {
    while (size > 0) {
        ssize_t now = write(file, bytes, size);
        if (now < 0 && errno != EINTR) return -1;
        if (now > 0) bytes += now, size -= now;
    }
    return 0;
}

static void *carry_in(void *unused) {
    static char bytes[CHUNK];
    for (;;) {
        ssize_t size = read(ports[CHANNEL], bytes, sizeof bytes);
        if (size <= 0) usleep(1000);
        else if (write_all(ours[CHANNEL], bytes, size) < 0) return unused;
    }
}

/* All that is there now goes out, at most `turns` chunks; false once there will be nothing more. */
static int carry_out(int stream, int turns) {
    static char bytes[CHUNK];
    while (turns-- > 0) {
        ssize_t size = recv(ours[stream], bytes, sizeof bytes, MSG_DONTWAIT);
        if (size == 0) return 0;
        if (size < 0) return errno == EAGAIN || errno == EINTR;
        write_all(ports[stream], bytes, size);
    }
    return 1;
}

enum { TURNS = 64 };

/* What was printed before a word on the channel goes out before that word. */
static int carry_channel(void) {
    static char bytes[CHUNK];
    ssize_t size = recv(ours[CHANNEL], bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    carry_out(OUTPUT, TURNS), carry_out(ERRORS, TURNS);
    if (size > 0) write_all(ports[CHANNEL], bytes, size);
    return size > 0;
}

static int ran_out_of_memory(void) {
    char text[400] = "";
    int file = open("/group/guest/memory.events", O_RDONLY | O_CLOEXEC);
    if (read(file, text, sizeof text - 1) < 0) return 0;
    close(file);
    const char *kills = strstr(text, "oom_kill ");
    return kills && atoi(kills + 9) > 0;
}

static void report_end(int status) {
    unsigned char end[2] = {'E', WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
    if (end[1] == 128 + SIGKILL && ran_out_of_memory()) say("M", 1);
    else say(end, 2);
}

static void serve(pid_t guest, int deaths) {
    struct pollfd watched[] = {
        {ours[CHANNEL], POLLIN, 0}, {ours[OUTPUT], POLLIN, 0}, {ours[ERRORS], POLLIN, 0}, {deaths, POLLIN, 0},
    };
    for (;;) {
        if (poll(watched, 4, -1) < 0) continue;
        if (watched[0].revents && !carry_channel()) {
            watched[0].fd = -1;
            shutdown(ours[CHANNEL], SHUT_RDWR);
            say("H", 1);
        }
        for (int i = 1; i < 3; i++)
            if (watched[i].revents && !carry_out(CHANNEL + i, 1)) watched[i].fd = -1;
        if (watched[3].revents) {
            struct signalfd_siginfo news;
            int status;
            if (read(deaths, &news, sizeof news) < 0) continue;
            for (pid_t dead; (dead = waitpid(-1, &status, WNOHANG)) > 0;) {
                if (dead != guest) continue;
                while (watched[0].fd >= 0 && carry_channel() > 0 && poll(watched, 1, 0) > 0) {}
                carry_out(OUTPUT, TURNS), carry_out(ERRORS, TURNS);
                report_end(status);
            }
        }
    }
}

int main(void) {
    boot();
    warm(getenv("warm"));
    say("R", 1);
    int count = receive_order();
    if (count < 10) errno = EINVAL, fail("the order");
    become_another();
    set_limits();
    signal(SIGPIPE, SIG_DFL);
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, NULL);
    int deaths = signalfd(-1, &children, SFD_CLOEXEC);
    pid_t guest = begin(count);
    signal(SIGPIPE, SIG_IGN);
    pthread_t in;
    if (pthread_create(&in, NULL, carry_in, NULL) != 0) fail("a thread");
    serve(guest, deaths);
}
