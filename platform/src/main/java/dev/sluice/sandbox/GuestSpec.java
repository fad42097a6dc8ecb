package dev.sluice.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What to start and how much of the machine it may have.
///
/// @param runtime which root file system: a name that the driver was given, such as `python3` or `nodejs`
/// @param command absolute path of the program inside the guest, and its arguments
/// @param memoryMib all memory of the guest: its processes and everything in its `/tmp`
/// @param processesMax processes **and threads** that may exist at once
/// @param scratchMib how much `/tmp` can hold
/// @param cpuPercent share of the machine's processors; 100 is one whole processor
/// @param environment what its processes find in their environment, beside `PATH`, `HOME` and `LANG`
/// @param boot how long [SandboxDriver#start] may take
/// @param root a directory that is the root file system instead of the runtime's own, whose files stand in its
///     `runtime`; it has that, `dev`, `proc` and `tmp` as empty directories
public record GuestSpec(
        String runtime,
        List<String> command,
        int memoryMib,
        int processesMax,
        int scratchMib,
        int cpuPercent,
        Map<String, String> environment,
        Duration boot,
        Optional<Path> root) {
    public static final int ARGUMENTS_MAX = 64;
    public static final int ARGUMENT_CHARS_MAX = 4096;

    public GuestSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        require(!command.isEmpty() && command.getFirst().startsWith("/"), "a command begins with an absolute path");
        require(command.size() <= ARGUMENTS_MAX, "a command has at most " + ARGUMENTS_MAX + " arguments");
        for (String argument : command) {
            require(argument.length() <= ARGUMENT_CHARS_MAX, "an argument is too long");
            require(argument.indexOf('\0') < 0, "an argument holds a zero byte");
        }
        environment.forEach((name, value) -> {
            require(!name.isEmpty() && name.indexOf('=') < 0 && name.indexOf('\0') < 0, "that is no variable's name");
            require(value.indexOf('\0') < 0, "a variable holds a zero byte");
        });
        require(memoryMib >= 8 && memoryMib <= 1 << 20, "memory is 8 MiB to 1 TiB");
        require(processesMax >= 1 && processesMax <= 4096, "processes are 1 to 4096");
        require(scratchMib >= 1 && scratchMib <= 1 << 20, "scratch is 1 MiB to 1 TiB");
        require(cpuPercent >= 1 && cpuPercent <= 100 * 1024, "the processor share is 1 % to 1024 processors");
        require(boot.isPositive(), "the time to boot is positive");
    }

    /// A guest whose environment is the platform's.
    public GuestSpec(
            String runtime,
            List<String> command,
            int memoryMib,
            int processesMax,
            int scratchMib,
            int cpuPercent,
            Duration boot) {
        this(runtime, command, memoryMib, processesMax, scratchMib, cpuPercent, Map.of(), boot, Optional.empty());
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
