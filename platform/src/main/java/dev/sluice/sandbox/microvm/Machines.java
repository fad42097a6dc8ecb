package dev.sluice.sandbox.microvm;

import dev.sluice.sandbox.GuestSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/// What monitors are told, as `monitor.py` says.
final class Machines {
    /// Where monitors see the driver's cache.
    static final String CACHE = "/runtime/";

    /// In the machine, besides its guest.
    private static final int KERNEL_MIB = 96;

    private static final int RAM_MIB_MIN = 256;
    private static final int MICROS_OF_A_PERCENT = 1000;
    private static final JsonMapper JSON = JsonMapper.shared();

    private Machines() {}

    /// How much memory the machine of a guest has: few sizes, since each has a snapshot of its own.
    static int ramMib(int guestMib) {
        int ram = RAM_MIB_MIN;
        while (ram < guestMib + KERNEL_MIB) {
            ram *= 2;
        }
        return ram;
    }

    /// @param root the image of the runtime, in the cache
    /// @param program what runs once before the snapshot
    static String save(int ramMib, String cpu, String root, String program) {
        return JSON.writeValueAsString(
                Map.of("save", true, "ram_mib", ramMib, "cpu", cpu, "root", CACHE + root, "warm", program));
    }

    static String restore(int ramMib, String cpu, String root, String state, GuestSpec spec) {
        return JSON.writeValueAsString(Map.of(
                "save",
                false,
                "ram_mib",
                ramMib,
                "cpu",
                cpu,
                "root",
                CACHE + root,
                "state",
                CACHE + state,
                "words",
                order(spec)));
    }

    /// The strings of the order after entropy and time, as `init.c` says.
    private static List<String> order(GuestSpec spec) {
        var words = new ArrayList<>(List.of(
                Long.toString((long) spec.memoryMib() << 20),
                Integer.toString(spec.processesMax()),
                Long.toString((long) spec.scratchMib() << 20),
                Integer.toString(spec.cpuPercent() * MICROS_OF_A_PERCENT),
                spec.root().isPresent() ? "1" : "0",
                Integer.toString(spec.command().size())));
        words.addAll(spec.command());
        String path = spec.root().isPresent() ? "/usr/local/bin:/usr/bin:/bin" : "/usr/bin";
        var variables = new TreeMap<>(Map.of("PATH", path, "HOME", "/tmp", "LANG", "C.UTF-8", "PWD", "/tmp"));
        variables.putAll(spec.environment());
        variables.forEach((name, value) -> words.add(name + "=" + value));
        return words;
    }
}
