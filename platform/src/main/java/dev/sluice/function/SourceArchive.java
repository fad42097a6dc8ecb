package dev.sluice.function;

import dev.sluice.image.Runtime;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/// A function's source as Dispatch's client uploads it: gzip around a tar that may lack its end
/// (contracts/dispatch.md 4.1 and 4.2).
public final class SourceArchive {
    /// Of the gzip stream; what comes out is bounded by [SourceFiles] while it comes.
    public static final int ARCHIVE_BYTES_MAX = SourceFiles.BYTES_MAX;

    private static final int BUFFER_BYTES = 16 << 10;

    private SourceArchive() {}

    /// The files of an upload.
    ///
    /// @throws Refused `INVALID` for anything hostile or damaged, `TOO_LARGE` for what does not fit a package
    public static SourceFiles unpack(byte[] gzip) {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(gzip), BUFFER_BYTES)) {
            return new SourceFiles(new TarFiles(in).read());
        } catch (ZipException | EOFException damaged) {
            throw new Refused(Refusal.INVALID, "the source is not a complete gzip stream");
        } catch (IOException damaged) {
            throw new Refused(Refusal.INVALID, "the source cannot be read");
        } catch (IllegalArgumentException notAPackage) {
            throw new Refused(Refusal.INVALID, String.valueOf(notAPackage.getMessage()));
        }
    }

    /// The same files as an archive that every `tar` reads.
    public static byte[] pack(SourceFiles source) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed, BUFFER_BYTES)) {
            new TarWriter(out).write(source.files());
        }
        return packed.toByteArray();
    }

    /// The handler of a function whose author named none.
    public static Optional<String> defaultHandler(Runtime runtime, Convention convention, SourceFiles source) {
        return switch (convention) {
            case AUTO, DISPATCH, FAASTEN -> defaultHandler(runtime, source);
            case LAMBDA -> lambdaHandler(runtime, source);
            case HTTP -> source.files().size() == 1 ? Optional.of(source.files().firstKey()) : Optional.empty();
        };
    }

    /// What AWS's console would have made of it.
    private static Optional<String> lambdaHandler(Runtime runtime, SourceFiles source) {
        Set<String> files = source.files().keySet();
        if (files.contains("bootstrap")) {
            return Optional.of("bootstrap");
        }
        if (runtime == Runtime.NODEJS) {
            return Stream.of("index.js", "index.mjs", "index.cjs").anyMatch(files::contains)
                    ? Optional.of("index.handler")
                    : defaultHandler(runtime, source);
        }
        return defaultHandler(runtime, source).map(handler -> handler.replaceFirst("[.]handle$", ".lambda_handler"));
    }

    /// The handler where the author named no convention either: what Faasten or AWS's console calls the file that it is
    /// in, or the single file that there is.
    public static Optional<String> defaultHandler(Runtime runtime, SourceFiles source) {
        if (runtime == Runtime.PYTHON3 && source.files().containsKey("workload.py")) {
            return Optional.of("workload.handle");
        }
        if (runtime == Runtime.NODEJS && source.files().containsKey("workload.js")) {
            return Optional.of("./workload.js");
        }
        if (runtime == Runtime.PYTHON3 && source.files().containsKey("lambda_function.py")) {
            return Optional.of("lambda_function.lambda_handler");
        }
        if (source.files().size() != 1) {
            return Optional.empty();
        }
        String file = source.files().firstKey();
        return switch (runtime) {
            case NODEJS -> Optional.of("./" + file);
            case POWERSHELL -> file.endsWith(".ps1") ? Optional.of(file + "::handle") : Optional.empty();
            case JAVA ->
                file.endsWith(".java")
                        ? Optional.of(file.substring(file.lastIndexOf('/') + 1, file.length() - ".java".length()))
                        : Optional.empty();
            case PYTHON3 ->
                file.endsWith(".py") && file.indexOf('/') < 0
                        ? Optional.of(file.substring(0, file.length() - ".py".length()) + ".handle")
                        : Optional.empty();
        };
    }
}
