package dev.sluice.fuzz;

import dev.sluice.api.HostileUploads;
import dev.sluice.cloudcall.Value;
import dev.sluice.fs.FsPath;
import dev.sluice.gate.HostileUrls;
import dev.sluice.http.HostileRequests;
import dev.sluice.kernel.Refused;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.oci.HostileImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Each parser that guests or clients feed, for any bytes: it returns, or something is wrong with it.
enum Parser {
    /// `secrecy,integrity`
    LABEL {
        @Override
        void take(byte[] input) {
            try {
                Label label = Label.parse(text(input));
                require(Label.parse(label.toString()).equals(label), "a label that prints as another one");
            } catch (LabelInvalid expected) {
                requireShort(expected);
            }
        }
    },

    /// Half of a label.
    COMPONENT {
        @Override
        void take(byte[] input) {
            try {
                Component component = Component.parse(text(input));
                require(Component.parse(component.toString()).equals(component), "a component that prints as another");
            } catch (LabelInvalid expected) {
                requireShort(expected);
            }
        }
    },

    /// A path in colon form.
    PATH {
        @Override
        void take(byte[] input) {
            try {
                FsPath path = FsPath.parse(text(input), Component.parse("me"), Label.PUBLIC);
                if (path.toString().length() <= FsPath.TEXT_CHARS_MAX) {
                    FsPath again = FsPath.parse(path.toString(), Component.TRUE, Label.TOP);
                    require(again.equals(path), "a path that prints as another one");
                }
            } catch (Refused expected) {
                requireShort(expected);
            }
        }
    },

    /// All that a guest says during a run.
    FRAME {
        @Override
        void take(byte[] input) {
            HostileHost.hear(input);
        }
    },

    /// One call with any argument: the first byte chooses the operation.
    CALL {
        @Override
        void take(byte[] input) {
            if (input.length > 1) {
                String operation = OPERATIONS.get((input[0] & 0xff) % OPERATIONS.size());
                HostileHost.hear(call(operation, input));
            }
        }
    },

    /// A function's source, as an archive.
    ARCHIVE {
        @Override
        void take(byte[] input) {
            HostileUploads.archive(input);
        }
    },

    /// The body of a function's creation.
    FUNCTION {
        @Override
        void take(byte[] input) {
            HostileUploads.function(input);
        }
    },

    /// A label in a body.
    JSON_LABEL {
        @Override
        void take(byte[] input) {
            HostileUploads.label(input);
        }
    },

    /// A blob that is to be a function: the first byte chooses the language, the first line names the handler.
    PACKAGE {
        @Override
        void take(byte[] input) {
            HostileHost.build(input);
        }
    },

    /// The payload of a call over HTTP.
    PAYLOAD {
        @Override
        void take(byte[] input) {
            HostileUploads.payload(input);
        }
    },

    /// The body of an execution.
    RUN {
        @Override
        void take(byte[] input) {
            HostileUploads.run(input);
        }
    },

    /// A body in parts.
    MULTIPART {
        @Override
        void take(byte[] input) {
            HostileRequests.multipart(input);
        }
    },

    /// The path of a request, as it was sent.
    REQUEST_PATH {
        @Override
        void take(byte[] input) {
            HostileRequests.path(input);
        }
    },

    /// One whole request of somebody known: the first byte chooses the route, the rest of the first line goes on
    /// with the target, and what follows is the body.
    REQUEST {
        @Override
        void take(byte[] input) {
            HostileHost.ask(input);
        }
    },

    /// What is said to be a credential.
    CREDENTIAL {
        @Override
        void take(byte[] input) {
            HostileHost.admit(text(input));
        }
    },

    /// The URL of an external gate, and on the next line what is filled in.
    URL {
        @Override
        void take(byte[] input) {
            HostileUrls.fill(input);
        }
    },

    /// The name of an image.
    IMAGE_REFERENCE {
        @Override
        void take(byte[] input) {
            HostileImages.reference(input);
        }
    },

    /// How a registry wants to be asked.
    REGISTRY_CHALLENGE {
        @Override
        void take(byte[] input) {
            HostileImages.challenge(input);
        }
    },

    /// What a registry says an image is: the first byte chooses the type, the rest is manifest and configuration.
    IMAGE_MANIFEST {
        @Override
        void take(byte[] input) {
            HostileImages.manifest(input);
        }
    },

    /// Two layers of an image: the first byte says how many blocks the first has, and whether they are packed.
    IMAGE_LAYERS {
        @Override
        void take(byte[] input) {
            HostileImages.layers(input);
        }
    };

    private static final List<String> OPERATIONS = List.of(
            "read_file",
            "write_file",
            "create_directory",
            "create_file",
            "create_faceted",
            "delete",
            "list_directory",
            "list_faceted",
            "hard_link",
            "create_blob",
            "write_blob",
            "finalize_blob",
            "open_blob",
            "open_blob_handle",
            "link_blob",
            "read_blob",
            "close_blob",
            "current_label",
            "taint_with_label",
            "declassify",
            "endorse",
            "parse_label",
            "sub_privilege",
            "stat",
            "open",
            "close",
            "create_unlinked",
            "list_page",
            "list_facets",
            "write_if",
            "create_gate",
            "replace_gate",
            "read_gate",
            "invoke",
            "invoke_service",
            "duplicate_gate");

    /// @throws RuntimeException or an error if the parser is not total
    abstract void take(byte[] input);

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    private static void requireShort(RuntimeException refusal) {
        require(String.valueOf(refusal.getMessage()).length() < 200, "a refusal that repeats what it refuses");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }

    /// The frame of a call whose arguments are the bytes after the first.
    private static byte[] call(String operation, byte[] arguments) {
        try {
            byte[] whole =
                    GuestWire.frame(GuestWire.CALL, 1, Value.of(List.of(Value.of(operation), Value.of(Map.of()))));
            int emptyMap = 5;
            var body = new ByteArrayOutputStream();
            body.write(whole, Integer.BYTES, whole.length - Integer.BYTES - emptyMap);
            body.write(arguments, 1, arguments.length - 1);
            return ByteBuffer.allocate(Integer.BYTES + body.size())
                    .putInt(body.size())
                    .put(body.toByteArray())
                    .array();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
