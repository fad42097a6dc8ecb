package dev.sluice.gate;

import static dev.sluice.gate.SampleGates.function;
import static dev.sluice.gate.SampleGates.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Digest;
import dev.sluice.fs.Kind;
import dev.sluice.fs.ObjectId;
import dev.sluice.fs.References;
import dev.sluice.function.Deployment;
import dev.sluice.function.FunctionSpec;
import dev.sluice.function.PayloadStyle;
import dev.sluice.function.Retry;
import dev.sluice.function.Reuse;
import dev.sluice.function.SchemaPair;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.Principal;
import dev.sluice.sandbox.Isolation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class GateCodecTest {
    private static final GatePolicy POLICY = policy("acme/a", "acme/b|blue", "acme/c", "acme");

    @ParameterizedTest
    @EnumSource
    void aFunctionsGate_isReadAsItWasWritten(PayloadStyle style) {
        FunctionSpec any = function("x");
        var schemas = style == PayloadStyle.RAW
                ? new SchemaPair(Optional.of(Bytes.utf8("{\"type\":\"object\"}")), Optional.of(Bytes.utf8("{}")))
                : SchemaPair.NONE;
        var function = new FunctionSpec(
                        any.runtime(),
                        any.packageDigest(),
                        any.handler(),
                        any.convention(),
                        any.limits(),
                        true,
                        style,
                        schemas,
                        List.of(Digest.of(Bytes.utf8("below")), Digest.of(Bytes.utf8("above"))))
                .with(
                        style == PayloadStyle.RAW
                                ? new Deployment(
                                        Map.of("B", "2", "A", "1"),
                                        3,
                                        2,
                                        1,
                                        Reuse.NEVER,
                                        Isolation.MICROVM,
                                        "id",
                                        Optional.of(new Retry(3, 500, 9_000, true)))
                                : Deployment.NONE)
                .on(Optional.of(Digest.of(Bytes.utf8("image"))).filter(_ -> style == PayloadStyle.RAW));
        ObjectId target = ObjectId.parse("0123456789".repeat(4)).orElseThrow();
        for (GateContent.OfFunction content : List.of(
                new GateContent.Direct(POLICY, function),
                new GateContent.Direct(
                        POLICY,
                        function,
                        List.of(Principal.of("acme", "secret", "b"), Principal.of("acme", "secret", "a"))),
                new GateContent.Redirect(POLICY, Component.parse("acme/d"), target, Optional.empty()),
                new GateContent.Redirect(
                        POLICY, Component.TRUE, target, Optional.of(Digest.of(Bytes.utf8("as it is")))))) {
            Bytes stored = GateCodec.encode(content);
            assertThat(GateCodec.decode(stored)).isEqualTo(content);
            assertThatThrownBy(() -> GateCodec.decodeExternal(stored)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anExternalGate_isReadAsItWasWritten_andIsNoOther() {
        var content = new GateContent.External(
                Component.parse("acme/a"),
                Component.parse("acme/b"),
                Label.parse("T,acme"),
                Label.parse("acme,T"),
                UrlTemplate.parse("https://a.test/{x}"),
                "POST",
                InjectedHeaders.of(Map.of("authorization", "token")));
        Bytes stored = GateCodec.encode(content);
        GateContent.External read = GateCodec.decodeExternal(stored);
        assertThat(read.with(content.headers())).isEqualTo(content);
        assertThat(read.headers().values()).isEqualTo(content.headers().values());
        assertThatThrownBy(() -> GateCodec.decode(stored)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void onlyFunctionsGates_leadOn() {
        assertThat(Gates.named(Kind.FILE, Bytes.utf8("no gate"))).isEqualTo(References.Named.NOTHING);
        assertThat(Gates.named(Kind.GATE, GateCodec.encode(new GateContent.Direct(POLICY, function("x")))))
                .isEqualTo(new References.Named(List.of(), List.of(function("x").packageDigest())));
    }
}
