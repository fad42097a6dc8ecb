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

    private static final With PART = new With.Part("x");

    private static Operation change(String name, Map<String, Value> args, CloudCall call) {
        return change(name, args, List.of(), call);
    }

    private static Operation change(String name, Map<String, Value> args, List<String> optional, CloudCall call) {
        List<String> all = Stream.concat(optional.stream(), Stream.of("with")).toList();
        return new Operation(name, with(args, "with", TEXT), all, call);
    }

    private static final Value DIRECT = Value.of(Map.of("type", Value.of("direct"), "memory_mib", Value.of(128)));
    private static final GateArg DIRECT_ARG = new GateArg(
            new GateArg.Grants(null, null, null, null), new GateArg.Function(null, null, null, null, null, 128L, null));

    static Stream<Operation> operations() {
        PathArg path = new PathArg.Colon("home:a");
        Bytes x = Bytes.utf8("x");
        List<String> label = List.of("label");
        return Stream.of(
                new Operation("read_file", Map.of("path", PATH), new CloudCall.ReadFile(path)),
                change("write_file", Map.of("path", PATH, "content", BYTES), new CloudCall.WriteFile(path, x, PART)),
                change(
                        "create_directory",
                        Map.of("path", PATH, "label", TEXT),
                        label,
                        new CloudCall.CreateDirectory(path, "x", PART)),
                change(
                        "create_file",
                        Map.of("path", PATH, "label", TEXT),
                        label,
                        new CloudCall.CreateFile(path, "x", PART)),
                change("create_faceted", Map.of("path", PATH), new CloudCall.CreateFaceted(path, PART)),
                change("delete", Map.of("path", PATH), new CloudCall.Delete(path, PART)),
                new Operation("list_directory", Map.of("path", PATH), new CloudCall.ListDirectory(path)),
                new Operation("list_faceted", Map.of("path", PATH), new CloudCall.ListFaceted(path)),
                change(
                        "hard_link",
                        Map.of("source", PATH, "destination", PATH),
                        new CloudCall.HardLink(path, path, PART)),
                new Operation("create_blob", Map.of(), new CloudCall.CreateBlob()),
                new Operation("create_output", Map.of(), new CloudCall.CreateOutput()),
                new Operation("write_blob", Map.of("handle", TEXT, "content", BYTES), new CloudCall.WriteBlob("x", x)),
                new Operation("finalize_blob", Map.of("handle", TEXT), new CloudCall.FinalizeBlob("x")),
                new Operation("open_blob", Map.of("path", PATH), new CloudCall.OpenBlob(path)),
                new Operation("open_blob_handle", Map.of("handle", TEXT), new CloudCall.OpenBlobHandle("x")),
                change(
                        "link_blob",
                        Map.of("path", PATH, "handle", TEXT, "label", TEXT),
                        label,
                        new CloudCall.LinkBlob(path, "x", "x", PART)),
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
                new Operation(
                        "invoke",
                        Map.of(
                                "gate",
                                PATH,
                                "payload",
                                BYTES,
                                "sync",
                                new Value.Bool(true),
                                "headers",
                                Value.of(Map.of("h", TEXT)),
                                "blobs",
                                Value.of(Map.of("b", TEXT)),
                                "result_label",
                                TEXT),
                        List.of("headers", "blobs", "result_label"),
                        new CloudCall.Invoke(path, x, true, Map.of("h", "x"), Map.of("b", "x"), "x")),
                new Operation("open", Map.of("path", PATH), new CloudCall.Open(path)),
                new Operation("close", Map.of("handle", TEXT), new CloudCall.Close("x")),
                change(
                        "create_unlinked",
                        Map.of("kind", TEXT, "label", TEXT, "blob", TEXT),
                        List.of("label", "blob"),
                        new CloudCall.CreateUnlinked("x", "x", "x", PART)),
                new Operation(
                        "list_page",
                        Map.of("path", PATH, "after", TEXT, "limit", Value.of(3)),
                        new CloudCall.ListPage(path, "x", 3)),
                new Operation(
                        "list_facets",
                        Map.of("path", PATH, "up_to", TEXT, "after", TEXT, "limit", Value.of(3)),
                        List.of("up_to", "after"),
                        new CloudCall.ListFacets(path, "x", "x", 3)),
                change(
                        "write_if",
                        Map.of("path", PATH, "content", BYTES, "version", Value.of(3)),
                        new CloudCall.WriteIf(path, x, 3, PART)),
                change(
                        "create_gate",
                        Map.of("path", PATH, "label", TEXT, "gate", DIRECT),
                        List.of("path", "label"),
                        new CloudCall.CreateGate(path, "x", DIRECT_ARG, PART)),
                change(
                        "replace_gate",
                        Map.of("path", PATH, "gate", DIRECT),
                        new CloudCall.ReplaceGate(path, DIRECT_ARG, PART)),
                new Operation("read_gate", Map.of("path", PATH), new CloudCall.ReadGate(path)),
                new Operation("emit", Map.of("event", BYTES), new CloudCall.Emit(x)),
                new Operation(
                        "invoke_service",
                        Map.of("service", PATH, "body", BYTES, "parameters", Value.of(Map.of("p", TEXT))),
                        new CloudCall.InvokeExternal(path, x, Map.of("p", "x"))),
                change(
                        "duplicate_gate",
                        Map.of("source", PATH, "path", PATH, "privilege", TEXT, "clearance", TEXT),
                        new CloudCall.DuplicateGate(path, path, "x", "x", PART)),
                new Operation("stat", Map.of("path", PATH), new CloudCall.Stat(path)));
    }

    @Test
    void everyCall_hasItsOperation() {
        assertThat(operations().map(operation -> operation.call().getClass().getName()))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(CloudCall.class.getPermittedSubclasses())
                        .flatMap(group -> Arrays.stream(group.getPermittedSubclasses()))
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
            if (!(operation.args().get(name) instanceof Value.Bool) && !name.equals("with")) {
                assertInvalid(operation.name(), with(operation.args(), name, Value.TRUE));
            }
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
    void with_isAPart_all_orNothing() throws Exception {
        Map<String, Value> args = Map.of("path", PATH);
        PathArg path = new PathArg.Colon("home:a");
        assertThat(CallDecoder.decode("delete", args)).isEqualTo(new CloudCall.Delete(path, With.Extent.NONE));
        for (Value none : List.of(Value.NULL, Value.FALSE)) {
            assertThat(CallDecoder.decode("delete", with(args, "with", none)))
                    .isEqualTo(new CloudCall.Delete(path, With.Extent.NONE));
        }
        assertThat(CallDecoder.decode("delete", with(args, "with", Value.TRUE)))
                .isEqualTo(new CloudCall.Delete(path, With.Extent.ALL));
        assertThat(CallDecoder.decode("delete", with(args, "with", TEXT))).isEqualTo(new CloudCall.Delete(path, PART));
        for (Value other : List.of(BYTES, Value.of(1), Value.of(List.of(TEXT)), Value.of(args))) {
            assertInvalid("delete", with(args, "with", other));
        }
        assertInvalid("read_file", with(args, "with", Value.TRUE));
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

    @Test
    void aListOfTexts_ofAnythingElse_isInvalid() {
        for (Value element : List.of(Value.NULL, BYTES, Value.of(1), Value.of(List.of(TEXT)))) {
            assertInvalid("sub_privilege", Map.of("tokens", Value.of(List.of(TEXT, element))));
        }
    }

    @Test
    void path_fromAHandle_isTheHandleAndItsElements() throws Exception {
        Value path = Value.of(Map.of("handle", Value.of("7"), "path", Value.of(List.of(TEXT))));

        assertThat(CallDecoder.decode("stat", Map.of("path", path)))
                .isEqualTo(new CloudCall.Stat(new PathArg.From("7", List.of(new PathArg.Element.Name("x")))));
        assertInvalid("stat", Map.of("path", Value.of(Map.of("handle", Value.of("7")))));
        assertInvalid("stat", Map.of("path", Value.of(Map.of("handle", Value.of(7), "path", Value.of(List.of())))));
        assertInvalid("stat", Map.of("path", Value.of(Map.of("handle", TEXT, "path", PATH))));
        Value more = Value.of(Map.of("handle", TEXT, "path", Value.of(List.of()), "more", TEXT));
        assertInvalid("stat", Map.of("path", more));
    }

    @Test
    void gate_isOneTypeWithItsFields() throws Exception {
        PathArg path = new PathArg.Colon("home:a");
        Map<String, Value> grants =
                Map.of("privilege", TEXT, "clearance", TEXT, "declassify", TEXT, "max_secrecy", TEXT);
        Map<String, Value> redirect = new HashMap<>(grants);
        redirect.putAll(Map.of("type", Value.of("redirect"), "gate", PATH, "enter", TEXT, "pin", Value.TRUE));
        assertThat(gate(redirect))
                .isEqualTo(new GateArg(new GateArg.Grants("x", "x", "x", "x"), new GateArg.Redirect(path, "x", true)));
        Map<String, Value> direct = new HashMap<>(grants);
        direct.putAll(Map.of(
                "type",
                Value.of("direct"),
                "app",
                Value.of(Map.of("blob", TEXT)),
                "runtime",
                PATH,
                "handler",
                TEXT,
                "convention",
                TEXT,
                "payload_style",
                TEXT,
                "memory_mib",
                Value.of(1),
                "timeout_ms",
                Value.of(2)));
        assertThat(gate(direct).leads())
                .isEqualTo(new GateArg.Function(new GateArg.App.Finalized("x"), path, "x", "x", "x", 1L, 2L));
        assertThat(gate(with(direct, "app", PATH)).leads())
                .isEqualTo(new GateArg.Function(new GateArg.App.Entry(path), path, "x", "x", "x", 1L, 2L));

        for (Map<String, Value> wrong : List.of(
                with(direct, "pin", Value.TRUE),
                with(direct, "app", Value.of(Map.of("blob", TEXT, "more", TEXT))),
                with(direct, "app", Value.of(Map.of("blob", BYTES))),
                with(redirect, "app", PATH),
                with(redirect, "pin", TEXT),
                with(direct, "type", TEXT),
                with(direct, "more", TEXT),
                grants)) {
            assertInvalid("replace_gate", Map.of("path", PATH, "gate", Value.of(wrong)));
        }
    }

    private static GateArg gate(Map<String, Value> fields) throws Exception {
        return ((CloudCall.ReplaceGate)
                        CallDecoder.decode("replace_gate", Map.of("path", PATH, "gate", Value.of(fields))))
                .gate();
    }

    private static void assertInvalid(String name, Map<String, Value> args) {
        assertThatThrownBy(() -> CallDecoder.decode(name, args)).isInstanceOf(Arguments.Invalid.class);
    }

    private static Map<String, Value> with(Map<String, Value> args, String name, Value value) {
        Map<String, Value> changed = new HashMap<>(args);
        changed.put(name, value);
        return changed;
    }
}
