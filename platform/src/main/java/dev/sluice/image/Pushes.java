package dev.sluice.image;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.oci.Assembled;
import dev.sluice.oci.Login;
import dev.sluice.oci.PullFailed;
import dev.sluice.oci.Pusher;
import dev.sluice.oci.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Brings functions to registries, as images that serve them over HTTP wherever they are run. Thread-safe.
public final class Pushes {
    /// Where a function's image has what is not its base's.
    public static final String HOME = "opt/sluice/";

    private static final String RUNTIME = HOME + "runtime/";
    private static final Map<Runtime, String> DIRECTORIES =
            Map.of(Runtime.PYTHON3, "python", Runtime.NODEJS, "node", Runtime.JAVA, "java/runtime");

    /// Behind the program, as the image names it.
    private static final Map<Runtime, List<String>> SERVERS = Map.of(
            Runtime.PYTHON3,
            List.of("/" + RUNTIME + "serve.py"),
            Runtime.NODEJS,
            List.of("/" + RUNTIME + "serve.js"),
            Runtime.JAVA,
            List.of("-cp", "/" + RUNTIME + "guest.jar:/" + RUNTIME + "gson.jar", "dev.sluice.guest.Serve"));

    private final Pusher pusher;
    private final Blobs blobs;
    private final Roots roots;
    private final Path guests;

    /// @param guests the directory of the runtimes' own files, by language
    public Pushes(Pusher pusher, Blobs blobs, Roots roots, Path guests) {
        this.pusher = pusher;
        this.blobs = blobs;
        this.roots = roots;
        this.guests = guests;
    }

    /// What serves functions of a runtime outside, by path in the image.
    ///
    /// @throws PullFailed if nothing does
    public SortedMap<String, Bytes> server(Runtime runtime) throws PullFailed, IOException {
        String name = DIRECTORIES.get(runtime);
        if (name == null) {
            throw new PullFailed("functions in " + runtime.language() + " cannot be pushed yet: those in Python,"
                    + " Node.js and Java can");
        }
        var files = new TreeMap<String, Bytes>();
        Path directory = guests.resolve(name);
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String path = directory.relativize(file).toString();
                if (!path.startsWith("test_")
                        && !path.startsWith("fake_")
                        && !path.contains("__pycache__")
                        && !path.endsWith(".aot")) {
                    files.put(RUNTIME + path, Bytes.takeOver(Files.readAllBytes(file)));
                }
            }
        }
        return files;
    }

    /// Pushes an image of a function.
    ///
    /// @param organization its token
    /// @param root  the image that the function runs on, as it is kept
    /// @param added a tar with gzip around it, of [#server] and the function below [#HOME]
    /// @param diff  the digest of that tar
    /// @return the digest of the image's manifest
    public Digest push(
            String organization,
            Reference reference,
            Optional<Login> login,
            Runtime runtime,
            Digest root,
            Bytes added,
            Digest diff)
            throws PullFailed, InterruptedException {
        try (Blobs.Blob base = blobs.open(root).orElseThrow(() -> new PullFailed("the image is not kept any more"))) {
            String program = roots.command(roots.open(root), runtime, runtime.memoryMibMin())
                    .getFirst();
            var entryPoint = new ArrayList<>(List.of(program));
            entryPoint.addAll(SERVERS.getOrDefault(runtime, List.of()));
            Assembled image = Assembled.on(base::stream, added, diff, entryPoint);
            return pusher.push(organization, reference, login, image);
        } catch (IOException failed) {
            throw Pulls.failed(failed);
        }
    }
}
