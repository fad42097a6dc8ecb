package dev.sluice.sandbox.namespaces;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A mounted hierarchy of control groups.
///
/// @param options of the file system; with version 1 the names of its controllers are among them
record CgroupMount(Path root, boolean unified, Set<String> options) {
    /// Reads `/proc/self/mountinfo`, whose form proc_pid_mountinfo(5) gives.
    static List<CgroupMount> all(Path mountinfo) throws IOException {
        var mounts = new ArrayList<CgroupMount>();
        for (String line : Files.readAllLines(mountinfo)) {
            String[] sides = line.split(" - ", 2);
            if (sides.length < 2) {
                continue;
            }
            String[] place = sides[0].split(" ", -1);
            String[] system = sides[1].split(" ", -1);
            boolean unified = system[0].equals("cgroup2");
            if (place.length > 4 && system.length > 2 && (unified || system[0].equals("cgroup"))) {
                mounts.add(new CgroupMount(Path.of(place[4]), unified, Set.of(system[2].split(",", -1))));
            }
        }
        return mounts;
    }

    static Path ofController(List<CgroupMount> mounts, String controller) throws IOException {
        for (CgroupMount mount : mounts) {
            if (!mount.unified && mount.options.contains(controller)) {
                return mount.root;
            }
        }
        throw new IOException("no version 1 hierarchy has the " + controller + " controller");
    }
}
