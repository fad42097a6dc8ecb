package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Functions of other contracts than Dispatch's, in real sandboxes.
final class ConventionsTest extends ApiTest {
    private static final String SERVER = """
            require('http').createServer((request, response) => {
              if (request.url === '/exit') process.exit(4);
              response.end(JSON.stringify({ url: request.url, port: process.env.PORT.length > 0 }));
            }).listen(process.env.PORT, '127.0.0.1');
            """;

    @Test
    void aFunctionOfLambdas_isToldWhatItIs_andTheEntityHasItsConvention() {
        String source = """
                exports.handler = async (event, context) => [event, context.functionName, context.memoryLimitInMB,
                  context.getRemainingTimeInMillis() <= 5000];
                """;
        Answer function = built("hook", "nodejs", "index.js", source, ",\"convention\":\"lambda\",\"timeout\":5000");
        assertThat(function.text("status")).as(function.body()).isEqualTo("READY");
        assertThat(function.text("convention")).isEqualTo("lambda");
        assertThat(run("hook", "{\"a\":1}").json().path("output").toString())
                .isEqualTo("[{\"a\":1},\"hook\",\"128\",true]");
    }

    @Test
    void aStreamHandlerInJava_readsAndWritesBytes_andIsToldItsSecrets() {
        assertThat(api.post(root, "/v1/secret", "{\"name\":\"stream\",\"secrets\":{\"k\":\"value-of-k\"}}")
                        .status())
                .isEqualTo(201);
        String source = """
                import com.amazonaws.services.lambda.runtime.Context;
                import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
                import java.io.*;
                public class Echo implements RequestStreamHandler {
                    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
                        byte[] event = in.readAllBytes();
                        if (event.length == 2) throw new IOException("nothing");
                        context.getLogger().log("logged " + context.getMemoryLimitInMB());
                        boolean left = context.getRemainingTimeInMillis() > 0 && context.getIdentity() == null;
                        int length = context.getClientContext().getCustom().get("k").length();
                        out.write(("[" + new String(event) + "," + left + "," + length + "]").getBytes());
                    }
                }
                """;
        String more = ",\"secrets\":[\"stream\"],\"handler\":\"Echo::handleRequest\"";
        Answer function = built("stream", "java", "Echo.java", source, more);
        assertThat(function.text("status")).as(function.body()).isEqualTo("READY");
        Answer run = run("stream", "{\"a\":1}");
        assertThat(run.json().path("output").toString()).isEqualTo("[{\"a\":1},true,10]");
        assertThat(run.json().path("logs").path("stdout").toString()).isEqualTo("[\"logged 256\"]");
        assertThat(run("stream", "[]").json().path("error").path("message").asString())
                .isEqualTo("nothing");
    }

    @Test
    void aClassThatIsNoneOfLambdas_isAnErrorThatSaysSo() {
        String source = "public class Plain {}";
        Answer function = built("none", "java", "Plain.java", source, ",\"convention\":\"lambda\"");
        assertThat(function.json().path("reason").get(0).asString())
                .isEqualTo("the class Plain is no RequestHandler and no RequestStreamHandler");
    }

    @Test
    void aBootstrapProgram_runs() {
        String source = """
                #!/usr/bin/python3
                import json, os, urllib.request
                api = "http://%s/2018-06-01/runtime/invocation/" % os.environ["AWS_LAMBDA_RUNTIME_API"]
                while True:
                    asked = urllib.request.urlopen(api + "next")
                    event = json.load(asked)
                    path = asked.headers["Lambda-Runtime-Aws-Request-Id"] + "/response"
                    urllib.request.urlopen(api + path, json.dumps({"got": event}).encode())
                """;
        Answer function = built("provided", "python3", "bootstrap", source, ",\"convention\":\"lambda\"");
        assertThat(function.text("status")).as(function.body()).isEqualTo("READY");
        assertThat(run("provided", "[1]").json().path("output").toString()).isEqualTo("{\"got\":[1]}");
    }

    @Test
    void aServersDeath_isASystemError_andTheNextRunHasANewOne() {
        Answer function = built("web", "nodejs", "server.js", SERVER, ",\"convention\":\"http\"");
        assertThat(function.text("status")).as(function.body()).isEqualTo("READY");
        String answer = "{\"url\":\"/a\",\"port\":true}";
        assertThat(run("web", "{\"path\":\"/a\"}").json().path("output").toString())
                .isEqualTo(answer);
        Answer dead = run("web", "{\"path\":\"/exit\"}");
        assertThat(dead.json().path("error").path("type").asString()).isEqualTo("SystemError");
        assertThat(dead.json().path("error").path("message").asString())
                .isEqualTo("the function's server ended with code 4 before it answered");
        assertThat(run("web", "{\"path\":\"/a\"}").json().path("output").toString())
                .isEqualTo(answer);
    }

    @ParameterizedTest
    @CsvSource({
        "java,Plain.java,http,functions in Java have Dispatch's convention or Lambda's",
        "nodejs,server.js,http,it did not listen on $PORT",
    })
    void whatALanguageHasNot_isAnErrorThatSaysSo(String image, String file, String convention, String reason) {
        Answer function = built("un-" + image + convention, image, file, "", ",\"convention\":\"" + convention + "\"");
        assertThat(function.text("status")).isEqualTo("ERROR");
        assertThat(function.json().path("reason").get(0).asString()).contains(reason);
    }

    @Test
    void anUnknownConvention_isRefused() {
        String body = "{\"name\":\"odd\",\"image\":\"nodejs\",\"source\":\"\",\"convention\":\"cobol\"}";
        Answer refused = api.post(root, "/v1/function", body);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.body()).contains("convention in body should be one of [auto dispatch faasten lambda http]");
    }

    private Answer run(String name, String input) {
        return api.post(root, "/v1/runs?functionName=" + name, "{\"blocking\":true,\"input\":" + input + "}");
    }

    private Answer built(String name, String image, String file, String content, String more) {
        byte[] tar = Archives.tar(Map.of(file, content.getBytes(StandardCharsets.UTF_8)));
        String source = Base64.getEncoder().encodeToString(Archives.gzip(tar));
        String body =
                "{\"name\":\"" + name + "\",\"image\":\"" + image + "\",\"source\":\"" + source + "\"" + more + "}";
        assertThat(api.post(root, "/v1/function", body).status()).isEqualTo(201);
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        !api.get(root, "/v1/function/" + name).text("status").matches("INITIALIZED|CREATING"));
        return api.get(root, "/v1/function/" + name);
    }
}
