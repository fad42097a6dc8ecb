package dev.sluice.invoke;

import dev.sluice.bytes.Bytes;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.PayloadStyle;
import dev.sluice.gate.GatePolicy;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Privilege;
import dev.sluice.run.Run;
import dev.sluice.run.Run.View;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The functions of `examples/faasten` behind gates of the spine, and what their tests put into the file system and
/// look at there.
final class Published implements AutoCloseable {
    private static final Path EXAMPLES = Path.of("..", "examples", "faasten");
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MEMORY_MIB = 256;

    final Spine spine;

    Published(Path directory) throws InterruptedException {
        spine = new Spine(directory);
    }

    @Override
    public void close() {
        spine.close();
    }

    /// Links a gate to the function of a directory at `path`.
    ///
    /// @param privilege of the gate, whose integrity is the same; its author has it
    void install(String app, String path, String privilege) {
        install(app, path, privilege, "T", PayloadStyle.RAW);
    }

    void install(String app, String path, String privilege, String declassify, PayloadStyle style) {
        install(files(app), path, privilege, declassify, style);
    }

    void install(Map<String, Bytes> files, String path, String privilege, String declassify, PayloadStyle style) {
        boolean isPython = files.keySet().stream().anyMatch(name -> name.endsWith(".py"));
        String module = files.containsKey("main.py") || files.containsKey("main.js") ? "main" : "workload";
        FunctionSpec spec = spine.spec(
                isPython ? Runtime.PYTHON3 : Runtime.NODEJS,
                files,
                isPython ? module + ".handle" : "./" + module + ".js",
                new Limits(MEMORY_MIB, Duration.ofSeconds(60)),
                style);
        var policy = new GatePolicy(
                Component.parse(privilege), Component.TRUE, Component.parse(declassify), Component.FALSE);
        Task author = Spine.task("F", "F");
        Label label = Label.of(Component.TRUE, Component.parse(privilege));
        author.run(() -> spine.gates.create(
                parsed(path), policy, spec, label, author.exercise(Component.FALSE, Component.FALSE)));
    }

    static Map<String, Bytes> files(String app) {
        Path directory = EXAMPLES.resolve(app);
        var files = new TreeMap<String, Bytes>();
        try (var everything = Files.walk(directory)) {
            for (Path file : everything.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                if (!name.startsWith("__pycache__")) {
                    files.put(name, Bytes.copyOf(Files.readAllBytes(file)));
                }
            }
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
        return files;
    }

    /// A run of somebody with this privilege, from a label.
    View run(String who, String gate, String payload, String start) throws InterruptedException {
        return run(who, gate, payload, start, Map.of(), Map.of());
    }

    View run(
            String who,
            String gate,
            String payload,
            String start,
            Map<String, String> headers,
            Map<String, BlobRef> blobs)
            throws InterruptedException {
        var wish = new Invocation(
                Spine.ACME,
                gate,
                "",
                "",
                parsed(gate),
                Label.parse(start),
                Bytes.utf8(payload),
                Bytes.utf8("{\"secrets\":{},\"serviceBindings\":{}}"),
                headers,
                blobs,
                List.of(),
                Invocation.Asked.NOTHING);
        return Spine.task(who, who).run(() -> spine.invocations.invoke(wish));
    }

    /// What a run that started public answered.
    JsonNode answer(String who, String gate, String payload) throws InterruptedException {
        return json(run(who, gate, payload, "T,T"));
    }

    static JsonNode json(View view) {
        Run.Output output = view.output()
                .orElseThrow(() -> new AssertionError(view.content()
                        .flatMap(Run.Content::fault)
                        .map(Object::toString)
                        .orElse("withheld")));
        return JSON.readTree(output.body().utf8());
    }

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    /// What a run failed with, as its caller is told.
    static Run.Fault fault(View view) {
        return view.content().flatMap(Run.Content::fault).orElseThrow();
    }

    void directory(String path, String label) {
        root(() -> spine.fs.createDirectory(parsed(path), Label.parse(label), rootly()));
    }

    void file(String path, String label, String content) {
        root(() -> spine.fs.create(parsed(path), Kind.FILE, Label.parse(label), Bytes.utf8(content), rootly()));
    }

    void write(String path, String content) {
        root(() -> spine.fs.write(parsed(path), Kind.FILE, Bytes.utf8(content), 0, rootly()));
    }

    void blob(String path, String label, Bytes content) {
        root(() -> spine.fs.create(
                parsed(path), Kind.BLOB, Label.parse(label), put(content).encode(), rootly()));
    }

    BlobRef put(Bytes content) {
        return spine.blob(content);
    }

    /// The content of what is at a path, as somebody may read it; absent where he finds nothing.
    Optional<Bytes> read(String who, String path) {
        return Spine.task(who, who).run(() -> {
            try {
                var found = spine.fs.find(parsed(path));
                return found.map(
                        entry -> spine.fs.read(parsed(path), entry.kind()).bytes());
            } catch (Refused nothing) {
                return Optional.empty();
            }
        });
    }

    private static void root(Runnable change) {
        Spine.task("F", "F").run(() -> {
            change.run();
            return null;
        });
    }

    private static Privilege rootly() {
        return Task.current().exercise(Component.FALSE, Component.FALSE);
    }

    static FsPath parsed(String path) {
        return FsPath.parse(path, Component.TRUE, Label.PUBLIC);
    }

    static Bytes photo(int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        graphics.setColor(Color.ORANGE);
        graphics.fillRect(0, 0, width, height);
        graphics.dispose();
        var content = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "jpg", content);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Bytes.takeOver(content.toByteArray());
    }
}
