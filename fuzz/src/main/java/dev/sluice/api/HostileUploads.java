package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Json;
import dev.sluice.function.SourceArchive;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import dev.sluice.schema.Schemas;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;

/// The parsers of this room that clients feed, each as the fuzzer calls it: any bytes give a value or its one
/// refusal.
public final class HostileUploads {
    private static final Schemas SCHEMAS = new Schemas();

    private HostileUploads() {}

    /// A function's source.
    public static void archive(byte[] content) {
        try {
            var files = SourceArchive.unpack(content);
            if (files.encode().length() == 0) {
                throw new IllegalStateException("an archive without a byte");
            }
        } catch (Refused expected) {
            requireReason(expected);
        }
    }

    /// The body of a function's creation.
    public static void function(byte[] content) {
        try {
            FunctionRequest.parse(Bytes.takeOver(content.clone()), SCHEMAS);
        } catch (Rejection | Refused expected) {
            // The two ways to say no.
        }
    }

    /// A payload: what is taken is sorted once and for all, and means the same.
    public static void payload(byte[] content) {
        try {
            Bytes sorted = SortedJson.of(Bytes.takeOver(content.clone()));
            if (!SortedJson.of(sorted).equals(sorted)) {
                throw new IllegalStateException("a payload that can be sorted again");
            }
            if (!meaning(sorted.toArray()).equals(meaning(content))) {
                throw new IllegalStateException("a payload that means something else");
            }
        } catch (Rejection expected) {
            // The one way to say no.
        }
    }

    private static Object meaning(byte[] json) {
        return JsonBody.JSON
                .rebuild()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build()
                .readTree(json);
    }

    /// The body of an execution.
    public static void run(byte[] content) {
        try {
            Bytes input = RunRequest.parse(Bytes.takeOver(content.clone())).input();
            if (!Json.isValid(input)) {
                throw new IllegalStateException("an input that is no JSON");
            }
        } catch (Rejection expected) {
            // The one way to say no.
        }
    }

    /// A label in JSON: what is taken prints as a text that means the same.
    public static void label(byte[] content) {
        try {
            Label label = LabelJson.parse(JsonBody.JSON.readTree(content));
            if (!Label.parse(label.toString()).equals(label)) {
                throw new IllegalStateException("a label that is another one when it is printed");
            }
        } catch (JacksonException notJson) {
            // What is no JSON never gets there.
        } catch (Refused expected) {
            requireReason(expected);
        }
    }

    private static void requireReason(Refused refused) {
        if (refused.reason().isEmpty()) {
            throw new IllegalStateException("a refusal without a reason");
        }
    }
}
