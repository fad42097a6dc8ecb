package dev.sluice.sandbox.namespaces;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.sandbox.SandboxUnavailable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What this host offers to isolate guests with, examined once; held by one driver for each directory.
///
/// @param maker of guests' namespaces
/// @param directory of the driver, mode 0700
/// @param lock held for as long as the driver lives
/// @param groups where guests' limits are
/// @param mounts runtime → target in the guest → source on the host
/// @param firstUid the user id of the first guest; the server's own when it is not root
/// @param uidsDiffer whether each guest has a user id of its own
record Host(
        Maker maker,
        Path directory,
        FileChannel lock,
        Cgroups groups,
        Map<String, Map<String, Path>> mounts,
        int firstUid,
        boolean uidsDiffer)
        implements AutoCloseable {
    private static final Path SECCOMP = Path.of("/usr/lib/python3/dist-packages");
    static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");

    /// What `sockaddr_un` holds, without the zero at its end.
    private static final int SOCKET_PATH_BYTES_MAX = 107;

    /// Processor time of one process over the whole life of its guest: an end for what nobody is left to stop.
    private static final int CPU_SECONDS_MAX = 3600;

    /// @throws SandboxUnavailable naming the first thing that is missing
    static Host examine(NamespaceOptions options, Maker maker) throws InterruptedException {
        maker.requireProgram();
        requireFilters();
        try {
            Path directory = privateDirectory(options.directory());
            FileChannel lock = lock(directory);
            boolean done = false;
            try {
                Host host = examine(options, maker, directory, lock);
                done = true;
                return host;
            } finally {
                if (!done) {
                    lock.close();
                }
            }
        } catch (IOException failure) {
            throw new SandboxUnavailable("guests cannot be isolated: " + failure, failure);
        }
    }

    private static Host examine(NamespaceOptions options, Maker maker, Path directory, FileChannel lock)
            throws IOException, InterruptedException {
        var mounts = new TreeMap<String, Map<String, Path>>();
        for (var runtime : options.guestFiles().entrySet()) {
            var root = new RuntimeRoot(directory.resolve("roots"), runtime.getKey());
            mounts.put(runtime.getKey(), root.mounts(options.program(runtime.getKey()), runtime.getValue()));
        }
        int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        boolean root = self == 0;
        if (root) {
            requireMapped(options.firstUid());
        } else if (maker != Maker.BUBBLEWRAP) {
            throw new SandboxUnavailable(
                    "containers are for servers that run as root: use --isolation namespaces here");
        }
        Cgroups groups = cgroups(CgroupMount.all(MOUNTINFO), ownGroup(), groupName(directory));
        for (Cgroup old : groups.existing()) {
            Undertaker.endOld(old);
        }
        return new Host(maker, directory, lock, groups, mounts, root ? options.firstUid() : self, root);
    }

    Path socket() {
        return directory.resolve("guests.sock");
    }

    Path programs() {
        return directory.resolve("launcher");
    }

    byte[] setup() {
        return LaunchRequests.setup(socket(), maker, CPU_SECONDS_MAX, groups.parents(), mounts);
    }

    Set<String> runtimes() {
        return mounts.keySet();
    }

    int uid(int slot) {
        return uidsDiffer ? firstUid + slot : firstUid;
    }

    private static void requireFilters() {
        try (var modules = Files.newDirectoryStream(SECCOMP, "seccomp.*.so")) {
            if (!modules.iterator().hasNext()) {
                throw new IOException("no module");
            }
        } catch (IOException missing) {
            throw new SandboxUnavailable(
                    "Python's seccomp module is missing: install Debian's python3-seccomp"
                            + " (apt-get install python3-seccomp)",
                    missing);
        }
    }

    private static Path privateDirectory(Path wanted) throws IOException {
        Files.createDirectories(wanted);
        Path directory = wanted.toRealPath();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        int length = directory.resolve("guests.sock").toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > SOCKET_PATH_BYTES_MAX) {
            throw new SandboxUnavailable("the path of the data directory is too long: a unix socket's path has at most "
                    + SOCKET_PATH_BYTES_MAX + " bytes, and " + directory + "/guests.sock has " + length);
        }
        return directory;
    }

    private static FileChannel lock(Path directory) throws IOException {
        var file = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (file.tryLock() != null) {
                return file;
            }
        } catch (OverlappingFileLockException inThisProcess) {
            file.close();
            throw new SandboxUnavailable("this process has a sandbox driver for " + directory, inThisProcess);
        }
        file.close();
        throw new SandboxUnavailable("another server runs guests for " + directory);
    }

    /// The name of the control group that holds all guests of the driver in `directory`.
    static String groupName(Path directory) {
        return "sluice-" + Digest.of(Bytes.utf8(directory.toString())).hex().substring(0, 12);
    }

    /// Version 2 where it has the controllers, else version 1.
    ///
    /// @throws SandboxUnavailable if neither can be used
    static Cgroups cgroups(List<CgroupMount> mounted, String own, String name) {
        try {
            return CgroupsV2.open(mounted, own, name);
        } catch (IOException notTwo) {
            try {
                return CgroupsV1.open(mounted, name);
            } catch (IOException notOne) {
                notOne.addSuppressed(notTwo);
                throw new SandboxUnavailable(
                        "control groups cannot be used, so guests would have no limits. Version 2: "
                                + notTwo.getMessage() + ". Version 1: " + notOne.getMessage()
                                + ". Run the server as root, or in a container with a writable /sys/fs/cgroup,"
                                + " or in a group that is delegated to it with the memory, pids and cpu controllers",
                        notOne);
            }
        }
    }

    /// Our own group of version 2, as `/proc/self/cgroup` names it.
    static String ownGroup() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
                .filter(line -> line.startsWith("0::/"))
                .map(line -> line.substring("0::".length()))
                .findFirst()
                .orElse("/");
    }

    /// In a container with a user namespace only some user ids exist.
    private static void requireMapped(int firstUid) throws IOException {
        for (String kind : List.of("uid_map", "gid_map")) {
            boolean mapped = Files.readAllLines(Path.of("/proc/self", kind)).stream()
                    .map(line -> line.strip().split(" +", 3))
                    .anyMatch(range -> Long.parseLong(range[0]) <= firstUid
                            && firstUid + (long) NamespaceDriver.GUESTS_MAX
                                    <= Long.parseLong(range[0]) + Long.parseLong(range[2]));
            if (!mapped) {
                throw new SandboxUnavailable("the user ids from " + firstUid + " on, of which guests get one each, do"
                        + " not exist in this user namespace: choose others with the option for guests' first user id");
            }
        }
    }

    /// `failure` with what is known to stand in the way on some hosts.
    SandboxUnavailable unavailable(Exception failure) {
        return new SandboxUnavailable("guests cannot be isolated: " + failure.getMessage() + obstacles(), failure);
    }

    private static String obstacles() {
        var text = new StringBuilder();
        if (setting("kernel/unprivileged_userns_clone").equals("0")) {
            text.append(". User namespaces are switched off: sysctl -w kernel.unprivileged_userns_clone=1");
        }
        if (setting("user/max_user_namespaces").equals("0")) {
            text.append(". User namespaces are switched off: sysctl -w user.max_user_namespaces=16384");
        }
        if (setting("kernel/apparmor_restrict_unprivileged_userns").equals("1")) {
            text.append(". AppArmor may restrict user namespaces: give /usr/bin/bwrap a profile with the rule userns,"
                    + " or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
        }
        return text.toString();
    }

    private static String setting(String name) {
        try {
            return Files.readString(Path.of("/proc/sys", name)).strip();
        } catch (IOException noSuchSetting) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        groups.removeParents();
        lock.close();
    }
}
