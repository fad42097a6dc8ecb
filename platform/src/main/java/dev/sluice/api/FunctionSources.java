package dev.sluice.api;

import dev.sluice.blob.Blobs;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.BlobRef;
import dev.sluice.function.SourceArchive;
import dev.sluice.function.SourceFiles;
import dev.sluice.gate.ServiceAnswer;
import dev.sluice.gate.Services;
import dev.sluice.kernel.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The bytes of functions' sources: kept, read, and fetched from where their authors say. Thread-safe.
final class FunctionSources {
    private static final int OK = 200;
    private static final Logger LOG = LoggerFactory.getLogger(FunctionSources.class);

    private final Blobs blobs;
    private final Services services;

    FunctionSources(Blobs blobs, Services services) {
        this.blobs = blobs;
        this.services = services;
    }

    BlobRef keep(SourceFiles source) {
        try {
            byte[] encoded = source.encode().readOnlyArray();
            return new BlobRef(blobs.put(new ByteArrayInputStream(encoded), encoded.length), encoded.length);
        } catch (IOException failed) {
            throw new UncheckedIOException("the source could not be kept", failed);
        }
    }

    SourceFiles read(Digest digest) throws Unfit {
        try (Blobs.Blob blob = blobs.open(digest).orElse(null)) {
            if (blob == null) {
                throw new Unfit("the source is missing");
            }
            return SourceFiles.decode(blob.stream(0));
        } catch (IOException unreadable) {
            throw new Unfit("the source cannot be read");
        }
    }

    /// Fetches an archive as clients upload them. No redirect is followed: the operator has allowed a host, and not
    /// what it leads to.
    BlobRef fetch(String organization, String url) throws Unfit, InterruptedException {
        try {
            ServiceAnswer answer = services.fetch(organization, url);
            if (answer.status() != OK) {
                throw new Unfit("sourceURL: the server answered " + answer.status());
            }
            return keep(SourceArchive.unpack(answer.body().toArray()));
        } catch (Refused refused) {
            throw new Unfit("sourceURL: " + refused.reason());
        } catch (UncheckedIOException full) {
            LOG.warn("a source could not be kept", full);
            throw new Unfit("sourceURL: the server could not keep the source");
        }
    }
}
