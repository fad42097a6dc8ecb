package dev.sluice.api;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.fs.FsPath;
import dev.sluice.fs.Kind;
import dev.sluice.fs.LabeledFs;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.function.SourceFiles;
import dev.sluice.gate.GatePolicy;
import dev.sluice.gate.Gates;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Gates at paths that their authors choose, from a blob that they uploaded: an archive as [SourceArchive] reads it,
/// or one source file.
final class PathGates {
    private static final int GZIP_MAGIC_FIRST = 0x1f;

    private final LabeledFs fs;
    private final Blobs blobs;
    private final Gates gates;

    PathGates(LabeledFs fs, Blobs blobs, Gates gates) {
        this.fs = fs;
        this.blobs = blobs;
        this.gates = gates;
    }

    /// @return the gate's label
    /// @throws Refused `EXISTS`, `DENIED`, `INVALID`, `NOT_FOUND`
    Label create(Door.Self self, FsPath path, JsonBody body) {
        FunctionSpec function = self.task().run(() -> function(body));
        return self.task().run(() -> {
            Label label = body.field("label").map(LabelJson::parse).orElseGet(() -> labelOfDirectory(path.parent()));
            gates.create(path, policy(body), function, label, self.authority());
            return label;
        });
    }

    /// @return the gate's label, which never changes
    /// @throws Refused `NOT_FOUND`, `WRONG_KIND`, `DENIED`, `INVALID`
    Label replace(Door.Self self, FsPath path, JsonBody body) {
        FunctionSpec function = self.task().run(() -> function(body));
        return self.task().run(() -> {
            gates.replace(path, policy(body), function, 0, self.authority());
            return gates.resolve(path).label();
        });
    }

    Label labelOfDirectory(FsPath directory) {
        return fs.stat(directory)
                .label()
                .orElseThrow(() -> new Refused(Refusal.WRONG_KIND, "only a facet of it holds entries"));
    }

    static ObjectId blobId(String text) {
        return ObjectId.parse(text).orElseThrow(Refused::notFound);
    }

    /// Everybody who can find it may enter, and it grants nothing, unless its author says otherwise.
    private static GatePolicy policy(JsonBody body) {
        return new GatePolicy(
                component(body, "privilege", Component.TRUE),
                component(body, "clearance", Component.TRUE),
                component(body, "declassify", Component.TRUE),
                component(body, "maxSecrecy", Component.FALSE));
    }

    private static Component component(JsonBody body, String field, Component otherwise) {
        try {
            return body.text(field).map(Component::parse).orElse(otherwise);
        } catch (LabelInvalid wrong) {
            throw new Refused(Refusal.INVALID, field + " is a component: principals such as acme/user/jon, T or F");
        }
    }

    private FunctionSpec function(JsonBody body) {
        String image = body.requiredText("image");
        Runtime runtime = Runtime.of(image)
                .orElseThrow(() -> new Refused(Refusal.INVALID, "there is no such image: nodejs and python3 are"));
        ObjectId blob = blobId(body.requiredText("blob"));
        String handler = body.text("handler").orElse("");
        SourceFiles source = source(blob, runtime, handler);
        String named = handler.isEmpty()
                ? SourceArchive.defaultHandler(runtime, source)
                        .orElseThrow(() -> new Refused(Refusal.INVALID, "a handler is needed for this source"))
                : handler;
        if (named.length() > FunctionSpec.HANDLER_CHARS_MAX) {
            throw new Refused(Refusal.INVALID, "the handler is too long");
        }
        long timeout = body.number("timeout", 0, Limits.TIMEOUT_MAX.toMillis());
        Limits limits = timeout == 0 ? Limits.DEFAULT : new Limits(Limits.MEMORY_MIB_MIN, Duration.ofMillis(timeout));
        return new FunctionSpec(runtime, keep(source), named, convention(body), limits, timeout != 0);
    }

    private static Convention convention(JsonBody body) {
        return body.text("convention")
                .map(word -> Convention.of(word)
                        .orElseThrow(() -> new Refused(Refusal.INVALID, "a convention is auto, dispatch or faasten")))
                .orElse(Convention.AUTO);
    }

    private SourceFiles source(ObjectId id, Runtime runtime, String handler) {
        BlobRef ref = BlobRef.decode(fs.readById(id, Kind.BLOB).bytes());
        if (ref.lengthBytes() == 0 || ref.lengthBytes() > SourceArchive.ARCHIVE_BYTES_MAX) {
            throw new Refused(Refusal.TOO_LARGE, "that blob is no function: it is empty or too large");
        }
        try (Blobs.Blob blob = blobs.open(ref.digest()).orElseThrow(Refused::notFound);
                InputStream in = blob.stream(0)) {
            byte[] content = in.readAllBytes();
            return content[0] == GZIP_MAGIC_FIRST
                    ? SourceArchive.unpack(content)
                    : new SourceFiles(new TreeMap<>(Map.of(file(runtime, handler), Bytes.takeOver(content))));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("a blob cannot be read", unreadable);
        } catch (IllegalArgumentException wrong) {
            throw new Refused(Refusal.INVALID, String.valueOf(wrong.getMessage()));
        }
    }

    /// What a single file must be called so that the handler finds it.
    private static String file(Runtime runtime, String handler) {
        return switch (runtime) {
            case PYTHON3 -> {
                int dot = handler.lastIndexOf('.');
                yield dot > 0 ? handler.substring(0, dot).replace('.', '/') + ".py" : "main.py";
            }
            case NODEJS ->
                Optional.of(handler.startsWith("./") ? handler.substring(2) : handler)
                        .filter(name -> !name.isEmpty())
                        .orElse("main.js");
        };
    }

    private Digest keep(SourceFiles source) {
        try {
            byte[] encoded = source.encode().readOnlyArray();
            return blobs.put(new ByteArrayInputStream(encoded), encoded.length);
        } catch (IOException failed) {
            throw new UncheckedIOException("the source could not be kept", failed);
        }
    }
}
