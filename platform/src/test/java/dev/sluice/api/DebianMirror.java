package dev.sluice.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A small Debian mirror below `/debian/` of the test's registries, signed with keys made for it.
final class DebianMirror implements AutoCloseable {
    private final Path directory;
    private final PackageIndexes indexes;
    private final String suite;
    private final String architecture;
    private final StringBuilder packages = new StringBuilder();

    DebianMirror(Path directory, PackageIndexes indexes) throws IOException, InterruptedException {
        this.directory = Files.createDirectories(directory);
        this.indexes = indexes;
        this.architecture = text("dpkg", "--print-architecture");
        this.suite = Files.readAllLines(Path.of("/usr/lib/os-release")).stream()
                .filter(line -> line.startsWith("VERSION_CODENAME="))
                .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", ""))
                .findFirst()
                .orElseThrow();
        for (String name : List.of("good", "other")) {
            Files.createDirectory(
                    home(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            gpg(name, "--passphrase", "", "--quick-generate-key", name + "@test.invalid", "rsa2048", "sign", "never");
        }
        Files.write(keyring(), run(command("good", "--export")));
    }

    private Path home(String name) {
        return directory.resolve(name);
    }

    /// The public key that signs it.
    Path keyring() {
        return directory.resolve("keyring.gpg");
    }

    /// A package of these files.
    ///
    /// @param scripts by name: `postinst` and its like
    void add(String name, String version, String needs, Path files, Map<String, String> scripts)
            throws IOException, InterruptedException {
        Path control = Files.createDirectories(files.resolve("DEBIAN"));
        String about = "Package: " + name + "\nVersion: " + version + "\nArchitecture: " + architecture
                + "\nMaintainer: test <test@test.invalid>\nDescription: test\n"
                + (needs.isEmpty() ? "" : "Depends: " + needs + "\n");
        Files.writeString(control.resolve("control"), about);
        for (var script : scripts.entrySet()) {
            Path file = Files.writeString(control.resolve(script.getKey()), script.getValue());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path made = directory.resolve(name + ".deb");
        run(List.of("dpkg-deb", "--build", "--root-owner-group", files.toString(), made.toString()));
        byte[] content = Files.readAllBytes(made);
        indexes.put("/debian/pool/" + name + ".deb", content);
        packages.append(about)
                .append("Filename: pool/")
                .append(name)
                .append(".deb\nSize: ")
                .append(content.length)
                .append("\nSHA256: ")
                .append(PackageIndexes.hex(PackageIndexes.digest("SHA-256", content)))
                .append("\n\n");
    }

    /// Offers what was added, signed by that key: `good`, `other`, or nobody where it is empty.
    void publish(String key) throws IOException, InterruptedException {
        byte[] index = PackageIndexes.utf8(packages.toString());
        String place = "main/binary-" + architecture + "/Packages";
        String date = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'UTC'", Locale.ROOT)
                .format(ZonedDateTime.now(ZoneOffset.UTC));
        Path release = Files.writeString(
                directory.resolve("Release"),
                "Suite: " + suite + "\nCodename: " + suite + "\nDate: " + date + "\nArchitectures: " + architecture
                        + "\nComponents: main\nSHA256:\n "
                        + PackageIndexes.hex(PackageIndexes.digest("SHA-256", index)) + " " + index.length + " " + place
                        + "\n");
        String top = "/debian/dists/" + suite + "/";
        indexes.put(top + place, index);
        indexes.put(top + "Release", Files.readAllBytes(release));
        indexes.put(
                top + "InRelease",
                key.isEmpty()
                        ? Files.readAllBytes(release)
                        : run(command(key, "--clearsign", "--output", "-", release.toString())));
    }

    private void gpg(String home, String... arguments) throws IOException, InterruptedException {
        run(command(home, arguments));
    }

    private List<String> command(String home, String... arguments) {
        var command = new ArrayList<>(List.of(
                "gpg",
                "--homedir",
                home(home).toString(),
                "--batch",
                "--yes",
                "--quiet",
                "--pinentry-mode",
                "loopback"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String text(String... command) throws IOException, InterruptedException {
        return new String(run(List.of(command)), StandardCharsets.UTF_8).strip();
    }

    private static byte[] run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] output = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed");
        }
        return output;
    }

    /// Ends the agents that gpg has started.
    @Override
    public void close() {
        for (String name : List.of("good", "other")) {
            try {
                run(List.of("gpgconf", "--homedir", home(name).toString(), "--kill", "all"));
            } catch (IOException | InterruptedException gone) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
