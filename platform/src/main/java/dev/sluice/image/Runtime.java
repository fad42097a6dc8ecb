package dev.sluice.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A language runtime of the host's distribution, and the built-in image of the same name.
@SuppressWarnings({"AvoidCommonTypeNames", "ImmutableEnumChecker"}) // the domain's word; a list made by List.of
public enum Runtime {
    NODEJS("nodejs", 128, true, List.of("/usr/bin/node", "/runtime/guest.js")),
    PYTHON3("python3", 128, true, List.of("/usr/bin/python3", "-I", "-S", "/runtime/guest.py")),
    JAVA(
            "java",
            256,
            false,
            List.of(
                    "/usr/bin/java",
                    "-XX:ReservedCodeCacheSize=32m",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-XX:-UsePerfData",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-XX:AOTCache=/runtime/guest.aot",
                    "-Xlog:aot*=off", // a function's logs are no place to say that there is none
                    "-Xlog:cds*=off",
                    "--add-opens=java.base/java.io=ALL-UNNAMED",
                    "-cp",
                    "/runtime/guest.jar:/runtime/gson.jar",
                    "dev.sluice.guest.Guest")),
    POWERSHELL(
            "powershell",
            256,
            false,
            List.of("/usr/bin/pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-File", "/runtime/guest.ps1"));

    private final String language;
    private final int memoryMibMin;
    private final boolean isKeptReady;
    private final List<String> command;

    Runtime(String language, int memoryMibMin, boolean isKeptReady, List<String> command) {
        this.language = language;
        this.memoryMibMin = memoryMibMin;
        this.isKeptReady = isKeptReady;
        this.command = command;
    }

    /// The name in Dispatch's vocabulary: of the language, of the built-in image, of the guest's folder.
    public String language() {
        return language;
    }

    /// The smallest guest that it works in.
    public int memoryMibMin() {
        return memoryMibMin;
    }

    /// Whether guests of it, that know nothing, wait ready for a first call. Java's and PowerShell's are too large to
    /// wait.
    public boolean isKeptReady() {
        return isKeptReady;
    }

    /// Whether a guest of it can serve several runs at a time.
    public boolean isSharable() {
        return this != POWERSHELL;
    }

    /// What starts the guest inside a sandbox of `memoryMib`. Java has half of it for its heap: the rest is for code,
    /// threads and `/tmp`.
    public List<String> command(int memoryMib) {
        if (this != JAVA) {
            return command;
        }
        var sized = new ArrayList<>(command);
        sized.add(1, "-Xmx" + memoryMib / 2 + "m");
        return sized;
    }

    /// Of those whose functions may have Faasten's convention: its library is there for Python and Node.js.
    public static Optional<Runtime> ofFaasten(String language) {
        return of(language).filter(runtime -> runtime == PYTHON3 || runtime == NODEJS);
    }

    /// What to do where the host lacks it. Without the others no server starts.
    public String missing() {
        return this == POWERSHELL
                ? "PowerShell is not installed on this server: install PowerShell 7, whose package puts it at"
                        + " /usr/bin/pwsh, and restart the server"
                : language + " is not installed on this server";
    }

    public static Optional<Runtime> of(String language) {
        for (Runtime runtime : values()) {
            if (runtime.language.equals(language)) {
                return Optional.of(runtime);
            }
        }
        return Optional.empty();
    }
}
