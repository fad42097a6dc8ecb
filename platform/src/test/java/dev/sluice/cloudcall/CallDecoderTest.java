package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CallDecoderTest {
    private static final Value PATH = Value.of("home:a");
    private static final Value BYTES = Value.of(Bytes.utf8("x"));
    private static final Value TEXT = Value.of("x");

    /// @param optional names of arguments that may be left out or null
    record Operation(String name, Map<String, Value> args, List<String> optional, CloudCall call) {
        Operation(String name, Map<String, Value> args, CloudCall call) {
            this(name, args, List.of(), call);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Operation> operations() {
        PathArg path = new PathArg.Colon("home:a");
        Bytes x = Bytes.utf8("x");
        List<String> label = List.of("label");
        return Stream.of(
                new Operation("read_file", Map.of("path", PATH), new CloudCall.ReadFile(path)),
                new Operation("write_file", Map.of("path", PATH, "content", BYTES), new CloudCall.WriteFile(path, x)),
                new Operation(
                        "create_directory",
                        Map.of("path", PATH, "label", TEXT),
                        label,
                        new CloudCall.CreateDirectory(path, "x")),
                new Operation(
                        "create_file", Map.of("path", PATH, "label", TEXT), label, new CloudCall.CreateFile(path, "x")),
                new Operation("create_faceted", Map.of("path", PATH), new CloudCall.CreateFaceted(path)),
                new Operation("delete", Map.of("path", PATH), new CloudCall.Delete(path)),
                new Operation("list_directory", Map.of("path", PATH), new CloudCall.ListDirectory(path)),
                new Operation("list_faceted", Map.of("path", PATH), new CloudCall.ListFaceted(path)),
                new Operation(
                        "hard_link", Map.of("source", PATH, "destination", PATH), new CloudCall.HardLink(path, path)),
                new Operation("create_blob", Map.of(), new CloudCall.CreateBlob()),
                new Operation("write_blob", Map.of("handle", TEXT, "content", BYTES), new CloudCall.WriteBlob("x", x)),
                new Operation("finalize_blob", Map.of("handle", TEXT), new CloudCall.FinalizeBlob("x")),
                new Operation("open_blob", Map.of("path", PATH), new CloudCall.OpenBlob(path)),
                new Operation("open_blob_handle", Map.of("handle", TEXT), new CloudCall.OpenBlobHandle("x")),
                new Operation(
                        "link_blob",
                        Map.of("path", PATH, "handle", TEXT, "label", TEXT),
                        label,
                        new CloudCall.LinkBlob(path, "x", "x")),
                new Operation(
                        "read_blob",
                        Map.of("handle", TEXT, "offset", Value.of(1), "length", Value.of(2)),
                        new CloudCall.ReadBlob("x", 1, 2)),
                new Operation("close_blob", Map.of("handle", TEXT), new CloudCall.CloseBlob("x")),
                new Operation("current_label", Map.of(), new CloudCall.CurrentLabel()),
                new Operation("taint_with_label", Map.of("label", TEXT), new CloudCall.TaintWithLabel("x")),
                new Operation("declassify", Map.of("secrecy", TEXT), new CloudCall.Declassify("x")),
                new Operation("endorse", Map.of("integrity", TEXT), List.of("integrity"), new CloudCall.Endorse("x")),
                new Operation("parse_label", Map.of("text", TEXT), new CloudCall.ParseLabel("x")),
                new Operation(
                        "sub_privilege",
                        Map.of("tokens", Value.texts(List.of("x", "y"))),
                        new CloudCall.SubPrivilege(List.of("x", "y"))),
                new Operation("stat", Map.of("path", PATH), new CloudCall.Stat(path)));
    }

    @Test
    void everyCall_hasItsOperation() {
        assertThat(operations().map(operation -> operation.call().getClass().getName()))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(CloudCall.class.getPermittedSubclasses())
                        .map(Class::getName)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("operations")
    void operation_withItsArguments_isItsCall(Operation operation) throws Exception {
        assertThat(CallDecoder.decode(operation.name(), operation.args())).isEqualTo(operation.call());
    }

    @ParameterizedTest
    @MethodSource("operations")
    void operation_withOtherArguments_isInvalid(Operation operation) throws Exception {
        assertInvalid(operation.name(), with(operation.args(), "more", Value.NULL));
        assertInvalid(operation.name().toUpperCase(java.util.Locale.ROOT), operation.args());
        for (String name : operation.args().keySet()) {
            assertInvalid(operation.name(), with(operation.args(), name, Value.TRUE));
            assertInvalid(operation.name(), with(operation.args(), name, Value.of(-1)));
            Map<String, Value> without = new HashMap<>(operation.args());
            without.remove(name);
            if (operation.optional().contains(name)) {
                CloudCall call = CallDecoder.decode(operation.name(), without);
                assertThat(call).isNotEqualTo(operation.call());
                assertThat(CallDecoder.decode(operation.name(), with(operation.args(), name, Value.NULL)))
                        .isEqualTo(call);
            } else {
                assertInvalid(operation.name(), without);
                assertInvalid(operation.name(), with(operation.args(), name, Value.NULL));
            }
        }
    }

    @Test
    void path_inElements_isNamesAndFacets() throws Exception {
        Value path = Value.of(List.of(TEXT, Value.of(Map.of("label", Value.of("T,x")))));

        assertThat(CallDecoder.decode("stat", Map.of("path", path)))
                .isEqualTo(new CloudCall.Stat(new PathArg.Elements(
                        List.of(new PathArg.Element.Name("x"), new PathArg.Element.Facet("T,x")))));
    }

    @Test
    void path_ofAnythingElse_isInvalid() {
        for (Value element : List.of(
                Value.NULL,
                BYTES,
                Value.of(1),
                Value.of(List.of(TEXT)),
                Value.of(Map.of()),
                Value.of(Map.of("label", BYTES)),
                Value.of(Map.of("label", TEXT, "name", TEXT)))) {
            assertInvalid("stat", Map.of("path", Value.of(List.of(element))));
        }
    }

    private static void assertInvalid(String name, Map<String, Value> args) {
        assertThatThrownBy(() -> CallDecoder.decode(name, args)).isInstanceOf(CallDecoder.Invalid.class);
    }

    private static Map<String, Value> with(Map<String, Value> args, String name, Value value) {
        Map<String, Value> changed = new HashMap<>(args);
        changed.put(name, value);
        return changed;
    }
}
