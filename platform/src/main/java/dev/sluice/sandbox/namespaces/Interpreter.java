package dev.sluice.sandbox.namespaces;

import dev.sluice.sandbox.SandboxUnavailable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// An interpreter of the host and what belongs to it.
///
/// @param link where guests find it: `/usr/bin/python3`, `/usr/bin/node`, `/usr/bin/java` or `/usr/bin/pwsh`
/// @param binary the program itself, every symbolic link resolved
/// @param folders whole directories that it needs, at the same place in the guest
/// @param objects the binary and everything else whose shared libraries it needs
/// @param files what else is copied to the same place in the guest: files and directories
record Interpreter(Path link, Path binary, List<Path> folders, List<Path> objects, List<Path> files) {
    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
    private static final int PYTHON_MINOR_MIN = 9;
    private static final int NODE_MAJOR_MIN = 18;
    private static final int JAVA_FEATURE = 25;
    private static final int POWERSHELL_MAJOR_MIN = 7;
    private static final int QEMU_MODULES_DEPTH = 3;
    private static final Path ZONES = Path.of("/usr/share/zoneinfo");
    private static final Path SYSTEM = Path.of("/usr");
    private static final Path MAVEN = Path.of("/etc/maven");
    private static final Path ALTERNATIVES = Path.of("/etc/alternatives");
    private static final Path INSTALLED = Path.of("/var/lib/dpkg");
    private static final Path OWN_JAVA = Path.of(System.getProperty("java.home"));
    private static final Path NODE_MODULES = Path.of("/usr/share/nodejs");

    /// @throws SandboxUnavailable if it is missing, too old or not what it seems
    static Interpreter python(Path program) throws InterruptedException {
        String hint = "install Debian's python3 (apt-get install python3)";
        Path binary = elf(program, "Python", hint);
        String question =
                "import os,sys;print(*sys.version_info[:2],os.path.dirname(os.__file__));import ctypes,sqlite3";
        String[] answer = ask(List.of(binary.toString(), "-I", "-S", "-c", question), hint)
                .split(" ", 3);
        if (answer.length != 3 || !answer[0].equals("3") || Integer.parseInt(answer[1]) < PYTHON_MINOR_MIN) {
            throw new SandboxUnavailable(program + " is older than Python 3." + PYTHON_MINOR_MIN + ": " + hint);
        }
        Path library = Path.of(answer[2]);
        var objects = new ArrayList<>(List.of(binary));
        Packages packages;
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(library.resolve("lib-dynload"), "*.so")) {
            modules.forEach(objects::add);
            packages = Packages.installed();
        } catch (IOException failure) {
            throw new SandboxUnavailable("the library of " + program + " cannot be read", failure);
        }
        var folders = new ArrayList<>(List.of(library));
        if (Files.isDirectory(ZONES)) {
            folders.add(ZONES);
        }
        objects.addAll(packages.objects());
        folders.addAll(packages.folders());
        return new Interpreter(Path.of("/usr/bin/python3"), binary, folders, objects, packages.files());
    }

    /// @throws SandboxUnavailable if it is missing, too old or not what it seems
    static Interpreter node(Path program) throws InterruptedException {
        String hint = "install Debian's nodejs or another package that puts Node.js " + NODE_MAJOR_MIN + " or later at "
                + NamespaceOptions.NODE;
        Path binary = elf(program, "Node.js", hint);
        String question = "process.versions.node+' '+JSON.stringify(process.config)";
        String[] answer = ask(List.of(binary.toString(), "-p", question), hint).split(" ", 2);
        if (answer.length != 2 || Integer.parseInt(answer[0].split("\\.", 2)[0]) < NODE_MAJOR_MIN) {
            throw new SandboxUnavailable(program + " is older than Node.js " + NODE_MAJOR_MIN + ": " + hint);
        }
        boolean shared = answer[1].contains(NODE_MODULES + "/"); // Debian's has parts of itself there
        List<Path> folders = shared ? List.of(NODE_MODULES) : List.of();
        return new Interpreter(Path.of("/usr/bin/node"), binary, folders, List.of(binary), List.of());
    }

    /// @throws SandboxUnavailable if it is missing, too old or not what it seems
    static Interpreter java(Path program) throws InterruptedException {
        String hint = "run the server with a whole JDK " + JAVA_FEATURE + ", such as Eclipse Temurin's";
        Path binary = elf(program, "Java", hint);
        Path home = binary.resolve("../..").normalize();
        if (!ask(List.of(binary.toString(), "--version"), hint).matches("\\S+ " + JAVA_FEATURE + "\\b.*")) {
            throw new SandboxUnavailable(program + " is not Java " + JAVA_FEATURE + ": " + hint);
        }
        List<Path> objects = List.of(binary, home.resolve("lib/server/libjvm.so"));
        return new Interpreter(Path.of("/usr/bin/java"), binary, List.of(home), objects, List.of());
    }

    /// @throws SandboxUnavailable if it is missing, too old or not what it seems
    static Interpreter powershell(Path program) throws InterruptedException {
        String hint = "install PowerShell " + POWERSHELL_MAJOR_MIN + " or later from its own package";
        Path binary = elf(program, "PowerShell", hint);
        String answer = ask(List.of(binary.toString(), "--version"), hint);
        if (!answer.matches("PowerShell [0-9]+[.].*")
                || Integer.parseInt(answer.split("[ .]", 3)[1]) < POWERSHELL_MAJOR_MIN) {
            throw new SandboxUnavailable(program + " is older than PowerShell " + POWERSHELL_MAJOR_MIN + ": " + hint);
        }
        Path home = binary.resolve("..").normalize();
        try {
            List<Path> byName = loadedByPowershell();
            var objects = new ArrayList<>(byName);
            objects.add(binary);
            try (DirectoryStream<Path> libraries = Files.newDirectoryStream(home, "*.so")) {
                libraries.forEach(objects::add);
            }
            return new Interpreter(NamespaceOptions.PWSH, binary, List.of(home), objects, byName);
        } catch (IOException failure) {
            throw new SandboxUnavailable("the libraries of " + program + " cannot be read", failure);
        }
    }

    /// What it loads by name, so that `ldd` does not know of it: Unicode's tables, and OpenSSL.
    private static List<Path> loadedByPowershell() throws IOException {
        List<Path> found = new ArrayList<>();
        try (var architectures = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu")) {
            for (Path architecture : architectures) {
                try (var libraries =
                        Files.newDirectoryStream(architecture, "lib{icuuc,icui18n,icudata,ssl,crypto}.so.*")) {
                    libraries.forEach(found::add);
                }
            }
        }
        return found;
    }

    /// Everything of the distribution, for builds: tools of many files each. Nothing of that is anybody's own.
    ///
    /// @throws SandboxUnavailable if there is no Python to begin with
    static Interpreter tools(Path program) throws InterruptedException {
        Path binary = elf(program, "Python", "install Debian's python3 (apt-get install python3)");
        var folders = new ArrayList<>(List.of(SYSTEM));
        Stream.of(MAVEN, ALTERNATIVES, INSTALLED, OWN_JAVA)
                .filter(folder -> Files.isDirectory(folder) && !folder.startsWith(SYSTEM))
                .forEach(folders::add);
        return new Interpreter(Path.of("/usr/bin/python3"), binary, folders, List.of(binary), List.of());
    }

    private static boolean isAccelerator(Path path) {
        Path folder = path.getParent();
        return folder != null
                && folder.endsWith("qemu")
                && path.getFileName().toString().startsWith("accel-");
    }

    /// QEMU, and the Python that speaks with it.
    ///
    /// @throws SandboxUnavailable if either is missing
    static Interpreter monitor(Path program) throws InterruptedException {
        Path binary = elf(program, "QEMU", "install Debian's qemu-system-x86 (apt-get install qemu-system-x86)");
        Interpreter python = python(NamespaceOptions.PYTHON);
        var objects = new ArrayList<>(List.of(binary, python.binary()));
        var folders = new ArrayList<>(List.of(python.folders().getFirst()));
        Stream.of("/usr/share/qemu", "/usr/share/seabios")
                .map(Path::of)
                .filter(Files::isDirectory)
                .forEach(folders::add);
        List<Path> parts;
        try (var modules = Files.walk(Path.of("/usr/lib"), QEMU_MODULES_DEPTH)) {
            parts = modules.filter(Interpreter::isAccelerator).toList();
            objects.addAll(parts);
            try (var needed = Files.newDirectoryStream(folders.getFirst().resolve("lib-dynload"), "*.so")) {
                needed.forEach(objects::add);
            }
        } catch (IOException failure) {
            throw new SandboxUnavailable("the parts of " + program + " cannot be read", failure);
        }
        var files = new ArrayList<>(parts);
        files.add(NamespaceOptions.PYTHON);
        return new Interpreter(program, binary, folders, objects, files);
    }

    /// The libraries that the dynamic loader finds for all [#objects], by their place on the host; but for those in
    /// [#folders], which are there anyway.
    List<Path> libraries() throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("/usr/bin/ldd"));
        objects.forEach(object -> command.add(object.toString()));
        Map<String, Path> found = new TreeMap<>();
        for (String line : Commands.ask(command).lines().toList()) {
            if (line.contains("not found")) {
                throw new IOException("a library is missing: " + line.strip());
            }
            Arrays.stream(line.strip().split(" ", -1))
                    .filter(word -> word.startsWith("/") && line.contains(" (0x"))
                    .filter(word -> folders.stream().noneMatch(Path.of(word).normalize()::startsWith))
                    .forEach(word -> found.put(word, Path.of(word)));
        }
        List<Path> sorted = new ArrayList<>(found.values());
        sorted.stream()
                .filter(library -> library.getFileName().toString().startsWith("libc.so"))
                .map(library -> library.resolveSibling("libgcc_s.so.1")) // loaded by name when a thread is canceled
                .filter(library -> Files.exists(library) && !sorted.contains(library))
                .findFirst()
                .ifPresent(sorted::add);
        return sorted;
    }

    private static Path elf(Path program, String name, String hint) {
        try {
            Path binary = program.toRealPath();
            try (var content = Files.newInputStream(binary)) {
                if (!program.isAbsolute() || !Arrays.equals(content.readNBytes(ELF.length), ELF)) {
                    throw new SandboxUnavailable(program + " is a script, not " + name + " itself: " + hint);
                }
            }
            return binary;
        } catch (IOException missing) {
            throw new SandboxUnavailable("there is no " + name + " at " + program + ": " + hint, missing);
        }
    }

    private static String ask(List<String> command, String hint) throws InterruptedException {
        try {
            return Commands.ask(command).lines().findFirst().orElse("");
        } catch (IOException failure) {
            throw new SandboxUnavailable(command.getFirst() + " does not work: " + hint, failure);
        }
    }
}
