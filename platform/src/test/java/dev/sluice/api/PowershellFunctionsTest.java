package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Functions in PowerShell on a host that lacks it, as this server is told that its host does.
final class PowershellFunctionsTest extends ApiTest {
    private static final String MISSING = "PowerShell is not installed on this server: install PowerShell 7, whose"
            + " package puts it at /usr/bin/pwsh, and restart the server";

    @Test
    void withoutPowershell_aFunctionIsReady_saysThatNothingWasChecked_andItsRunsNameWhatToInstall() {
        Map<String, byte[]> files =
                Map.of("hello.ps1", "function handle($context, $payload) {}".getBytes(StandardCharsets.UTF_8));
        String source = Base64.getEncoder().encodeToString(Archives.gzip(Archives.tar(files)));
        String body = "{\"source\":\"" + source + "\",\"sourcePath\":\"powershell/hello.ps1\",\"image\":\"powershell\","
                + "\"kind\":\"Function\",\"handler\":\"\",\"name\":\"hello-ps1\",\"reason\":null,\"schema\":{},"
                + "\"secrets\":null,\"services\":null,\"tags\":[{\"key\":\"role\",\"value\":\"test\"}]}";
        assertThat(api.post(root, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        !api.get(root, "/v1/function/hello-ps1").text("status").matches("INITIALIZED|CREATING"));

        JsonNode function = api.get(root, "/v1/function/hello-ps1").json();
        assertThat(function.path("status").asString()).isEqualTo("READY");
        assertThat(function.path("reason").toString()).isEqualTo("[\"nothing was checked: " + MISSING + "\"]");
        Answer run = api.post(root, "/v1/runs?functionName=hello-ps1", "{\"blocking\":true,\"input\":{}}");
        assertThat(run.text("status")).isEqualTo("ERROR");
        assertThat(run.json().path("error").path("type").asString()).isEqualTo("SystemError");
        assertThat(run.json().path("error").path("message").asString()).isEqualTo(MISSING);
    }
}
