package dev.sluice.sandbox.namespaces;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The root file system of one runtime's guests: a directory with copies of the libraries that the interpreter needs
/// and a few small files of ours, over which the interpreter, its big folders and `/runtime` are bound. All of it is
/// read-only in a guest.
///
/// The directory is kept for the next start for as long as its [Manifest] is true. Copies and not hard links, so that a
/// change of owner or mode in the data directory cannot reach the host's own libraries.
final class RuntimeRoot {
    private static final Path LOCALE = Path.of("/usr/lib/locale/C.utf8");
    private static final List<Path> TABLES = List.of(Path.of("/etc/services"), Path.of("/etc/protocols"));
    /// What the operator put beside the distribution's files; covered by an empty directory.
    private static final Path LOCAL = Path.of("/usr/local");

    private static final List<String> DEVICES = List.of("null", "zero", "full", "random", "urandom");
    private static final Map<String, String> LINKS = Map.of(
            "bin", "usr/bin",
            "lib", "usr/lib",
            "lib64", "usr/lib64",
            "dev/fd", "/proc/self/fd",
            "dev/stdin", "/proc/self/fd/0",
            "dev/stdout", "/proc/self/fd/1",
            "dev/stderr", "/proc/self/fd/2",
            "dev/shm", "/tmp"); // named semaphores and shared memory live in /tmp, the only writable place
    private static final Map<String, String> FILES = Map.of(
            "etc/passwd", "guest:x:1000:1000::/tmp:/nonexistent\n",
            "etc/group", "guest:x:1000:\n",
            "etc/hosts", "127.0.0.1 localhost guest\n::1 localhost\n",
            "etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n");

    private final Path roots;
    private final String runtime;

    /// @param roots where the roots of all runtimes are kept
    RuntimeRoot(Path roots, String runtime) {
        this.roots = roots;
        this.runtime = runtime;
    }

    /// What to bind where in a guest: target → source, `/` among them.
    Map<String, Path> mounts(Path program, Path guestFiles) throws IOException, InterruptedException {
        Manifest manifest = current(program);
        var mounts = new TreeMap<String, Path>();
        mounts.put("/", place(manifest));
        mounts.put(manifest.binary().toString(), manifest.binary());
        manifest.folders().forEach(folder -> mounts.put(folder.toString(), folder));
        mounts.put("/runtime", guestFiles.toRealPath());
        if (runtime.equals(NamespaceOptions.BUILD) && Files.isDirectory(LOCAL)) {
            mounts.put(LOCAL.toString(), place(manifest).resolve("tmp"));
        }
        return mounts;
    }

    private Manifest current(Path program) throws IOException, InterruptedException {
        Path note = roots.resolve(runtime + ".manifest");
        if (Files.exists(note)) {
            var kept = new Manifest(Files.readString(note));
            if (kept.isCurrent(program) && Files.isDirectory(place(kept))) {
                return kept;
            }
        }
        Interpreter interpreter = switch (runtime) {
            case NamespaceOptions.PYTHON3 -> Interpreter.python(program);
            case NamespaceOptions.NODEJS -> Interpreter.node(program);
            case NamespaceOptions.POWERSHELL -> Interpreter.powershell(program);
            case NamespaceOptions.BUILD -> Interpreter.tools(program);
            case NamespaceOptions.MONITOR -> Interpreter.monitor(program);
            default -> Interpreter.java(program);
        };
        List<Path> libraries = interpreter.libraries();
        var manifest = Manifest.of(interpreter, libraries);
        Files.createDirectories(roots);
        removeOld();
        Path growing = Files.createTempDirectory(roots, runtime + "-");
        fill(growing, interpreter, libraries);
        Files.move(growing, place(manifest), StandardCopyOption.ATOMIC_MOVE);
        Files.writeString(note, manifest.text());
        return manifest;
    }

    private Path place(Manifest manifest) {
        return roots.resolve(runtime + "-" + manifest.name());
    }

    private static void fill(Path root, Interpreter interpreter, List<Path> libraries) throws IOException {
        for (String directory : List.of("usr/bin", "usr/lib64", "etc", "dev", "proc", "tmp", "runtime")) {
            Files.createDirectories(root.resolve(directory));
        }
        for (var link : LINKS.entrySet()) {
            Files.createSymbolicLink(root.resolve(link.getKey()), Path.of(link.getValue()));
        }
        for (var file : FILES.entrySet()) {
            Files.writeString(root.resolve(file.getKey()), file.getValue());
        }
        for (String device : DEVICES) {
            Files.createFile(root.resolve("dev").resolve(device));
        }
        for (Path table : TABLES) {
            copy(table, root);
        }
        for (Path library : libraries) {
            copy(library, root);
        }
        copyAll(LOCALE, root);
        for (Path file : interpreter.files()) {
            copyAll(file, root);
        }
        for (Path folder : interpreter.folders()) {
            Files.createDirectories(inside(root, folder));
        }
        Path binary = inside(root, interpreter.binary());
        makeParent(binary);
        Files.createFile(binary);
        if (!interpreter.link().equals(interpreter.binary())) {
            Files.createSymbolicLink(inside(root, interpreter.link()), interpreter.binary());
        }
        openForReading(root);
    }

    private static void copyAll(Path source, Path root) throws IOException {
        try (var everything = Files.walk(source)) {
            for (Path file : everything.filter(Files::isRegularFile).toList()) {
                copy(file, root);
            }
        }
    }

    private static void copy(Path source, Path root) throws IOException {
        if (Files.exists(source)) {
            Path target = inside(root, source);
            makeParent(target);
            // its time of change too: Python holds what it has compiled against that
            Files.copy(source, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /// Where `path` of the host is below `root`; `/lib` and its like are links there, whatever they are on the host.
    private static Path inside(Path root, Path path) {
        return root.resolve(path.toString().substring(1).replaceFirst("^(bin|lib|lib64)/", "usr/$1/"));
    }

    private static void makeParent(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }

    /// Whatever the umask was: guests are strangers to the owner of these files. They are public, all of them.
    private static void openForReading(Path root) throws IOException {
        try (var everything = Files.walk(root)) {
            for (Path path :
                    everything.filter(path -> !Files.isSymbolicLink(path)).toList()) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    /// Nothing runs on an old root: this is called before the first guest.
    private void removeOld() throws IOException {
        try (var entries = Files.newDirectoryStream(roots, runtime + "-*")) {
            for (Path old : entries) {
                try (var everything = Files.walk(old)) {
                    for (Path path :
                            everything.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(path);
                    }
                }
            }
        }
    }
}
