package dev.sluice.sandbox.namespaces;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Python packages of the host that functions may import: those named here, as far as the distribution's are installed.
/// A function's requirements are held against their descriptions.
///
/// @param folders packages with compiled parts: large, so they are bound where they are
/// @param files other packages, single modules, and what describes packages: copied, since each mount takes time
/// @param objects everything whose shared libraries are needed
record Packages(List<Path> folders, List<Path> files, List<Path> objects) {
    /// Where Debian has them; in guests too.
    static final Path PLACE = Path.of("/usr/lib/python3/dist-packages");

    private static final Set<String> FOLDERS = words("PIL numpy pyaes chameleon pkg_resources jwt cryptography"
            + " pandas dateutil pytz scipy sklearn joblib threadpoolctl decorator"
            + " requests urllib3 idna certifi chardet charset_normalizer");
    private static final Set<String> MODULES = words("_cffi_backend six cv2 threadpoolctl decorator");
    private static final Set<String> DESCRIBED = words("pillow numpy pyaes chameleon pyjwt cryptography"
            + " pandas python_dateutil pytz scipy scikit_learn joblib threadpoolctl decorator six opencv opencv_python"
            + " requests urllib3 idna certifi chardet charset_normalizer");

    private static Set<String> words(String text) {
        return Set.of(text.split(" ", -1));
    }

    static Packages installed() throws IOException {
        var folders = new ArrayList<Path>();
        var files = new ArrayList<Path>();
        var objects = new ArrayList<Path>();
        for (Path entry : offered()) {
            List<Path> compiled = objectsBelow(entry);
            objects.addAll(compiled);
            if (Files.isDirectory(entry) && !compiled.isEmpty()) {
                folders.add(entry);
            } else {
                files.add(entry);
            }
        }
        if (folders.contains(PLACE.resolve("cryptography"))) {
            files.addAll(opensslModules());
        }
        return new Packages(folders, files, objects);
    }

    /// What `cryptography` has OpenSSL load by name, and insists on.
    private static List<Path> opensslModules() throws IOException {
        try (var architectures = Files.list(Path.of("/usr/lib"))) {
            return architectures
                    .map(architecture -> architecture.resolve("ossl-modules"))
                    .filter(Files::isDirectory)
                    .toList();
        }
    }

    private static List<Path> offered() throws IOException {
        if (!Files.isDirectory(PLACE)) {
            return List.of();
        }
        try (var entries = Files.list(PLACE)) {
            return entries.filter(entry -> isOffered(entry, String.valueOf(entry.getFileName())))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isOffered(Path entry, String name) {
        boolean isPackage = Files.isDirectory(entry) && FOLDERS.contains(name);
        boolean isModule = Files.isRegularFile(entry) && MODULES.contains(name.replaceFirst("\\..*", ""));
        return isPackage || isModule || isDescription(name);
    }

    private static List<Path> objectsBelow(Path entry) throws IOException {
        try (var everything = Files.walk(entry)) {
            return everything
                    .filter(file ->
                            file.toString().endsWith(".so") && !file.toString().contains("_tests."))
                    .sorted()
                    .toList();
        }
    }

    /// `Pillow-9.4.0.egg-info` and its like.
    private static boolean isDescription(String name) {
        return name.matches(".*\\.(egg|dist)-info")
                && DESCRIBED.contains(name.replaceFirst("-.*", "").toLowerCase(Locale.ROOT));
    }
}
