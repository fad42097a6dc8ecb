package dev.sluice.gate;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.ObjectId;
import dev.sluice.function.Convention;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.Limits;
import dev.sluice.image.Runtime;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import java.time.Duration;
import tools.jackson.databind.json.JsonMapper;

/// A gate's content as the file system holds it.
final class GateCodec {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int FORMAT = 1;

    private GateCodec() {}

    /// The stored fields; labels as their text.
    private record Stored(
            int format,
            String privilege,
            String clearance,
            String declassify,
            String maxSecrecy,
            String runtime,
            String packageDigest,
            String handler,
            String convention,
            int memoryMib,
            long timeoutMillis,
            boolean timeoutStated) {}

    static Bytes encode(GatePolicy policy, FunctionSpec function) {
        var stored = new Stored(
                FORMAT,
                policy.privilege().toString(),
                policy.clearance().toString(),
                policy.declassify().toString(),
                policy.maxSecrecy().toString(),
                function.runtime().language(),
                function.packageDigest().hex(),
                function.handler(),
                function.convention().word(),
                function.limits().memoryMib(),
                function.limits().timeout().toMillis(),
                function.timeoutStated());
        return Bytes.takeOver(JSON.writeValueAsBytes(stored));
    }

    static Gate decode(ObjectId id, long version, Label label, Bytes content) {
        Stored stored = JSON.readValue(content.readOnlyArray(), Stored.class);
        if (stored.format() != FORMAT) {
            throw new IllegalStateException("the store holds a gate of an unknown format");
        }
        var policy = new GatePolicy(
                Component.parse(stored.privilege()),
                Component.parse(stored.clearance()),
                Component.parse(stored.declassify()),
                Component.parse(stored.maxSecrecy()));
        var function = new FunctionSpec(
                Runtime.of(stored.runtime()).orElseThrow(),
                new Digest(stored.packageDigest()),
                stored.handler(),
                Convention.of(stored.convention()).orElseThrow(),
                new Limits(stored.memoryMib(), Duration.ofMillis(stored.timeoutMillis())),
                stored.timeoutStated());
        return new Gate(id, version, label, policy, function);
    }
}
