package dev.sluice.api;

import dev.sluice.bytes.Bytes;
import dev.sluice.function.SourceArchive;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Label;
import tools.jackson.core.JacksonException;

/// The parsers of this room that clients feed, each as the fuzzer calls it: any bytes give a value or its one refusal.
public final class HostileUploads {
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
            FunctionRequest.parse(Bytes.takeOver(content.clone()));
        } catch (Rejection | Refused expected) {
            // The two ways to say no.
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
