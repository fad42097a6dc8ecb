package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bytes.Bytes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The runtime for PowerShell, where the host has one: contracts/dispatch.md 4.2 to 4.4.
@EnabledIf(value = "isInstalled", disabledReason = "PowerShell is not installed: there is no /usr/bin/pwsh")
final class PowershellGuestTest {
    private static final CallHandler NO_CALLS = call -> CallReply.refused(CallRefusal.DENIED);
    private static final String HELLO = """
            $script:count = 0
            function handle($context, $payload) {
                $script:count++
                Write-Host 'out'
                [Console]::Error.WriteLine('err')
                switch ($payload.do) {
                    'input' { throw [System.ArgumentException]::new('bad input') }
                    'break' { throw 'broken' }
                    'count' { return $script:count }
                    'list' { return @(1, 'two', $null, @{ three = 3 }) }
                    'nothing' { return }
                    'secret' { return $context.secrets['k'] }
                }
                return @{ hello = $payload.name }
            }
            function other($context, $payload) { 'other' }
            """;

    private GuestProcess guest;
    private GuestLink link;

    static boolean isInstalled() {
        return Files.isExecutable(Path.of("/usr/bin/pwsh"));
    }

    @BeforeEach
    void startGuest() throws Exception {
        guest = GuestProcess.powershell();
        link = new GuestLink(guest.channel());
        assertThat(link.hello().runtime()).isEqualTo("powershell");
    }

    @AfterEach
    void stopGuest() throws Exception {
        guest.close();
    }

    @Test
    void theCodec_readsAndWritesTheVectors() throws Exception {
        GuestProcess.check(List.of(
                "/usr/bin/pwsh",
                "-NoProfile",
                "-File",
                GuestProcess.GUESTS.resolve("powershell/test_codec.ps1").toString(),
                GuestProcess.GUESTS.resolve("vectors/frames.tsv").toString()));
    }

    @Test
    void aFunction_getsItsPayload_andPrintsToItsStreams() throws Exception {
        loaded("hello.ps1::handle");
        assertThat(run("{\"name\":\"Jon é\"}")).isEqualTo("{\"hello\":\"Jon é\"}");
        assertThat(guest.stdout()).isEqualTo("out\n");
        assertThat(guest.stderr()).isEqualTo("err\n");
        assertThat(run("{\"do\":\"list\"}")).isEqualTo("[1,\"two\",null,{\"three\":3}]");
        assertThat(run("{\"do\":\"nothing\"}")).isEqualTo("null");
        assertThat(run("{\"do\":\"count\"}")).isEqualTo("4");
        assertThat(run("{\"do\":\"secret\"}")).isEqualTo("\"v\"");
    }

    @ParameterizedTest
    @CsvSource({"input,INPUT_ERROR,bad input", "break,FUNCTION_ERROR,broken"})
    void whatIsThrown_isTold_andTheInstanceGoesOn(String word, FailureType type, String message) throws Exception {
        loaded("hello.ps1::handle");
        var failure = ((Outcome.Failed) outcome("{\"do\":\"" + word + "\"}")).failure();
        assertThat(failure.type()).isEqualTo(type);
        assertThat(failure.message()).contains(message);
        assertThat(run("{\"do\":\"count\"}")).isEqualTo("2");
    }

    @Test
    void theEndingOfTheFile_mayBeLeftOut_andAnyFunctionNamed() throws Exception {
        loaded("./hello::other");
        assertThat(run("{}")).isEqualTo("\"other\"");
    }

    @ParameterizedTest
    @CsvSource({
        "hello.ps1::missing,there is no function missing in hello.ps1",
        "missing.ps1::handle,there is no script missing.ps1",
        "../../etc/passwd::handle,there is no script",
        "hello.ps1,does not have the form",
        "broken.ps1::handle,does not load",
    })
    void whatCannotBeLoaded_hasOneReason(String handler, String reason) throws Exception {
        assertThat(((LoadOutcome.Failed) link.load(hello(handler))).failure().message())
                .contains(reason);
    }

    private void loaded(String handler) throws Exception {
        assertThat(link.load(hello(handler))).isEqualTo(new LoadOutcome.Loaded(Convention.DISPATCH));
    }

    private static FunctionPackage hello(String handler) {
        Map<String, Bytes> files = Map.of("hello.ps1", Bytes.utf8(HELLO), "broken.ps1", Bytes.utf8("function {"));
        return new FunctionPackage(files, handler, Convention.AUTO);
    }

    private Outcome outcome(String payload) throws Exception {
        return link.run(new RunRequest(Bytes.utf8(payload), Bytes.utf8("{\"secrets\":{\"k\":\"v\"}}")), NO_CALLS);
    }

    private String run(String payload) throws Exception {
        return ((Outcome.Returned) outcome(payload)).body().utf8();
    }
}
