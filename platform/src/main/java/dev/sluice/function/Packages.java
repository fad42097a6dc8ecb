package dev.sluice.function;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

/// Makes a function's package of a blob that its author uploaded: an archive as [SourceArchive] reads it, a squashfs
/// image, or one source file. Thread-safe.
public final class Packages {
    private static final int GZIP_MAGIC_FIRST = 0x1f;

    /// Each holds an archive and its files in memory.
    private static final int AT_ONCE_MAX = 2;

    private final Blobs blobs;
    private final Semaphore room = new Semaphore(AT_ONCE_MAX);

    public Packages(Blobs blobs) {
        this.blobs = blobs;
    }

    /// A package that is kept.
    ///
    /// @param handler never empty
    public record Kept(Digest digest, String handler) {}

    /// @param handler empty for the one that the files themselves say
    /// @throws Refused `INVALID`, `TOO_LARGE`
    public Kept of(Digest blob, long lengthBytes, Runtime runtime, String handler) {
        if (lengthBytes == 0 || lengthBytes > SourceArchive.ARCHIVE_BYTES_MAX) {
            throw new Refused(Refusal.TOO_LARGE, "that blob is no function: it is empty or too large");
        }
        if (handler.length() > FunctionSpec.HANDLER_CHARS_MAX) {
            throw new Refused(Refusal.INVALID, "the handler is too long");
        }
        room.acquireUninterruptibly();
        try {
            SourceFiles source = source(blob, runtime, handler);
            String named = handler.isEmpty()
                    ? SourceArchive.defaultHandler(runtime, source)
                            .orElseThrow(() -> new Refused(Refusal.INVALID, "a handler is needed for this source"))
                    : handler;
            byte[] encoded = source.encode().readOnlyArray();
            return new Kept(blobs.put(new ByteArrayInputStream(encoded), encoded.length), named);
        } catch (IOException failed) {
            throw new UncheckedIOException("a package cannot be read or kept", failed);
        } catch (IllegalArgumentException wrong) {
            throw new Refused(Refusal.INVALID, String.valueOf(wrong.getMessage()));
        } finally {
            room.release();
        }
    }

    private SourceFiles source(Digest digest, Runtime runtime, String handler) throws IOException {
        try (Blobs.Blob blob = blobs.open(digest).orElseThrow(Refused::notFound);
                InputStream in = blob.stream(0)) {
            byte[] content = in.readAllBytes();
            if (SquashfsImage.isSquashfs(content)) {
                return new SourceFiles(new SquashfsImage(content).read());
            }
            return content[0] == GZIP_MAGIC_FIRST
                    ? SourceArchive.unpack(content)
                    : new SourceFiles(new TreeMap<>(Map.of(file(runtime, handler), Bytes.takeOver(content))));
        }
    }

    /// What a single file must be called so that the handler finds it.
    private static String file(Runtime runtime, String handler) {
        return switch (runtime) {
            case PYTHON3 -> {
                int dot = handler.lastIndexOf('.');
                yield dot > 0 ? handler.substring(0, dot).replace('.', '/') + ".py" : "main.py";
            }
            case JAVA -> handler.substring(handler.lastIndexOf('.') + 1) + ".java";
            case POWERSHELL -> "main.ps1"; // no gate of Faasten's is in it
            case NODEJS ->
                Optional.of(handler.startsWith("./") ? handler.substring(2) : handler)
                        .filter(name -> !name.isEmpty())
                        .orElse("main.js");
        };
    }
}
