package dev.sluice.function;

import dev.sluice.bytes.Digest;
import dev.sluice.image.Runtime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One version of a function: exactly what runs. Its package is pinned by digest.
///
/// @param handler as the runtime understands it, never empty: `hello.handle`, `./hello.js`
/// @param timeoutStated whether the author set the timeout, so that the code is told its deadline
/// @param payloadStyle  how code of Faasten's older eras gets its payload
/// @param schemas       what goes in and what comes out
/// @param layers        the packages below its own, see [Layer]; in files of one name the last counts, and its own
/// @param deployment    how its instances are had
/// @param root          the image that its instances run on, as the room `image` keeps it; without one they run on what
///     the host has
public record FunctionSpec(
        Runtime runtime,
        Digest packageDigest,
        String handler,
        Convention convention,
        Limits limits,
        boolean timeoutStated,
        PayloadStyle payloadStyle,
        SchemaPair schemas,
        List<Digest> layers,
        Deployment deployment,
        Optional<Digest> root) {
    public static final int HANDLER_CHARS_MAX = 512;
    public static final int LAYERS_MAX = 8;

    public FunctionSpec {
        layers = List.copyOf(layers);
        if (layers.size() > LAYERS_MAX) {
            throw new IllegalArgumentException("a function has at most " + LAYERS_MAX + " layers");
        }
        if (handler.isEmpty() || handler.length() > HANDLER_CHARS_MAX) {
            throw new IllegalArgumentException("a handler is 1 to " + HANDLER_CHARS_MAX + " characters");
        }
    }

    /// A function that gets its payload as it came, whatever it is.
    public FunctionSpec(
            Runtime runtime,
            Digest packageDigest,
            String handler,
            Convention convention,
            Limits limits,
            boolean timeoutStated) {
        this(runtime, packageDigest, handler, convention, limits, timeoutStated, PayloadStyle.RAW, SchemaPair.NONE);
    }

    /// A function whose instances are had as the platform has them.
    public FunctionSpec(
            Runtime runtime,
            Digest packageDigest,
            String handler,
            Convention convention,
            Limits limits,
            boolean timeoutStated,
            PayloadStyle payloadStyle,
            SchemaPair schemas,
            List<Digest> layers) {
        this(
                runtime,
                packageDigest,
                handler,
                convention,
                limits,
                timeoutStated,
                payloadStyle,
                schemas,
                layers,
                Deployment.NONE,
                Optional.empty());
    }

    /// A function that nothing lies below.
    public FunctionSpec(
            Runtime runtime,
            Digest packageDigest,
            String handler,
            Convention convention,
            Limits limits,
            boolean timeoutStated,
            PayloadStyle payloadStyle,
            SchemaPair schemas) {
        this(runtime, packageDigest, handler, convention, limits, timeoutStated, payloadStyle, schemas, List.of());
    }

    /// The same code, had in another way.
    public FunctionSpec with(Deployment other) {
        return new FunctionSpec(
                runtime,
                packageDigest,
                handler,
                convention,
                limits,
                timeoutStated,
                payloadStyle,
                schemas,
                layers,
                other,
                root);
    }

    /// The same code on that image.
    public FunctionSpec on(Optional<Digest> image) {
        return new FunctionSpec(
                runtime,
                packageDigest,
                handler,
                convention,
                limits,
                timeoutStated,
                payloadStyle,
                schemas,
                layers,
                deployment,
                image);
    }

    /// What must stay for as long as it can run.
    public List<Digest> blobs() {
        return Stream.of(Stream.of(packageDigest), layers.stream(), root.stream())
                .flatMap(blobs -> blobs)
                .toList();
    }
}
