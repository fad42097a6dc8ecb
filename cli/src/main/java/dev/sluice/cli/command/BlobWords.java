package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `blob`: payloads that are too large for a request, and what functions wrote that is too large for an answer.
final class BlobWords {
    private static final String BLOBS = "/v1/blob";
    private static final String FUNCTION = "functionName";
    private static final Map<String, String> BYTES = Map.of("Content-Type", "application/octet-stream");

    private BlobWords() {}

    static Word all() {
        return new Word("blob", "Put, get and delete payloads of runs.", List.of(put(), get(), delete()));
    }

    private static Word put() {
        return new Word("put", "Upload a file, for runs to read by its id.", BlobWords::put)
                .required("FILE", "file to send")
                .option("--label", "LABEL", "its label (default: that of a run's input)")
                .option("--function", "NAME", "for who may run this function only")
                .example("sluice blob put film.mov")
                .example("sluice blob put film.mov --label acme/runs,T");
    }

    private static Word get() {
        return new Word("get", "Print a payload, or keep it in a file.", BlobWords::get)
                .required("ID", "its id")
                .option("--output-file", "FILE", "where to keep it (default: standard output)")
                .option("--function", "NAME", "for who may see the runs of this function only")
                .example("sluice blob get 0123456789abcdef0123456789abcdef01234567 --output-file film.mov");
    }

    private static Word delete() {
        return new Word("delete", "Delete a payload. A run that waits for it fails.", BlobWords::delete)
                .required("ID", "its id")
                .option("--function", "NAME", "for who may end the runs of this function only")
                .example("sluice blob delete 0123456789abcdef0123456789abcdef01234567");
    }

    private static int put(Arguments arguments, Session session) {
        Json made = upload(
                Path.of(arguments.required(0)), arguments.option("--function"), arguments.option("--label"), session);
        session.print(made, () -> made instanceof Json.Obj blob ? blob.show("id") : "");
        return 0;
    }

    private static int get(Arguments arguments, Session session) {
        String id = arguments.required(0);
        Optional<String> function = arguments.option("--function");
        Optional<String> file = arguments.option("--output-file");
        if (file.isPresent()) {
            save(id, function, Path.of(file.get()), session);
        } else {
            session.copyOut(session.api().call("GET", target(id, function), Body.NONE));
        }
        return 0;
    }

    private static int delete(Arguments arguments, Session session) {
        String id = arguments.required(0);
        Json answer = session.api().delete(target(id, arguments.option("--function")));
        session.print(answer, () -> "Deleted blob: " + id);
        return 0;
    }

    private static String target(String id, Optional<String> function) {
        Target target = Target.of(BLOBS).segment(id);
        function.ifPresent(name -> target.query(FUNCTION, name));
        return target.toString();
    }

    /// Sends a file, and tells of it while it does.
    ///
    /// @return `id`, `sizeBytes`, `expires`
    static Json upload(Path file, Optional<String> function, Optional<String> label, Session session) {
        Target target = Target.of(BLOBS);
        function.ifPresent(name -> target.query(FUNCTION, name));
        label.ifPresent(text -> target.query("label", text));
        try (InputStream content = Files.newInputStream(file)) {
            long length = Files.size(file);
            var progress = new Progress("sent", length, session.terminal());
            Body body = Body.of(progress.of(content), length);
            return Api.json(Api.successful(session.api().send("POST", target.toString(), BYTES, body)));
        } catch (IOException e) {
            throw new Failure("cannot read " + file + ": " + Failure.reason(e), e);
        }
    }

    /// Keeps a blob in a file, which has its name only when it is whole: whoever ends this program before leaves
    /// nothing.
    static void save(String id, Optional<String> function, Path file, Session session) {
        Path part = file.resolveSibling(
                file.getFileName() + ".part-" + ProcessHandle.current().pid());
        var removal = new Thread(() -> removeQuietly(part));
        Runtime.getRuntime().addShutdownHook(removal);
        try (var answer = session.api().call("GET", target(id, function), Body.NONE)) {
            long length = answer.header("Content-Length").map(Long::parseLong).orElse(-1L);
            try (OutputStream out = Files.newOutputStream(part)) {
                new Progress("received", length, session.terminal())
                        .of(answer.body())
                        .transferTo(out);
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Failure("cannot keep the blob in " + file + ": " + Failure.reason(e), e);
        } finally {
            removeQuietly(part);
            forget(removal);
        }
    }

    private static void forget(Thread removal) {
        try {
            Runtime.getRuntime().removeShutdownHook(removal);
        } catch (IllegalStateException ending) {
            // The program ends: the hook does its work.
        }
    }

    private static void removeQuietly(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException kept) {
            // Nothing more can be done about it.
        }
    }
}
