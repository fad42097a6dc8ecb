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

    private static final String JAVA_SERVER = """
            import com.sun.net.httpserver.HttpServer;
            import java.net.InetSocketAddress;
            public class Server {
                public static void main(String[] arguments) throws Exception {
                    System.out.println("starts");
                    int port = Integer.parseInt(System.getenv("PORT"));
                    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
                    server.createContext("/", exchange -> {
                        String path = exchange.getRequestURI().getRawPath();
                        if (path.equals("/exit")) System.exit(4);
                        System.out.println("asked");
                        var headers = exchange.getRequestHeaders();
                        String said = String.join(" ", exchange.getRequestMethod(),
                            exchange.getRequestURI().toString(), headers.getFirst("x-a"),
                            headers.getFirst("content-type"), headers.getFirst("sluice-context"),
                            new String(exchange.getRequestBody().readAllBytes()));
                        byte[] body = path.equals("/large") ? new byte[7 << 20] : said.getBytes();
                        exchange.sendResponseHeaders(path.equals("/503") ? 503 : path.equals("/404") ? 404 : 200,
                            body.length);
                        exchange.getResponseBody().write(body);
                        exchange.close();
                    });
                    server.start();
                }
            }
            """;

    @Test
    void aServerInJava_isAskedOnce_forEachRun() {
        assertThat(api.post(root, "/v1/secret", "{\"name\":\"served\",\"secrets\":{\"k\":\"v\"}}")
                        .status())
                .isEqualTo(201);
        Answer function =
                built("jweb", "java", "Server.java", JAVA_SERVER, ",\"convention\":\"http\",\"secrets\":[\"served\"]");
        assertThat(function.text("status")).as(function.body()).isEqualTo("READY");
        Answer first = run("jweb", "{\"path\":\"/a|b\",\"query\":{\"q\":[1,\"é &\"]},\"headers\":{\"X-A\":\"b\"}}");
        assertThat(output(first)).isEqualTo("GET /a%7Cb?q=1&q=%C3%A9+%26 b null {\"secrets\":{\"k\":\"v\"}} ");
        assertThat(first.json().path("logs").path("stdout").toString()).isEqualTo("[\"asked\"]");
        assertThat(output(run("jweb", "{\"method\":\"PATCH\",\"body\":[1,null]}")))
                .startsWith("PATCH / null application/json ")
                .endsWith(" [1,null]");
        assertThat(output(run("jweb", "[1]"))).startsWith("POST / ").endsWith(" [1]");
        assertThat(output(run("jweb", "{\"path\":\"/404\"}"))).startsWith("GET /404");
        assertThat(failure("jweb", "{\"path\":\"/503\"}"))
                .startsWith("FunctionError the server answered 503: GET /503");
        assertThat(failure("jweb", "{\"path\":\"/large\"}"))
                .isEqualTo("FunctionError the answer has more than 6291456 bytes");
        assertThat(failure("jweb", "{\"path\":\"no\"}")).startsWith("InputError the path does not begin with /");
        assertThat(failure("jweb", "{\"method\":\"get\"}")).startsWith("InputError the method is not one of HTTP's");
        assertThat(failure("jweb", "{\"path\":\"/\",\"headers\":{\"x-a\":\"a\\r\\nx: y\"}}"))
                .startsWith("InputError ");
        assertThat(failure("jweb", "{\"path\":\"/exit\"}"))
                .isEqualTo("SystemError the function's server ended with code 4 before it answered");
        assertThat(output(run("jweb", "{\"path\":\"/b\"}"))).startsWith("GET /b ");
    }

    @Test
    void aServerInJava_thatDoesNotListen_isAnErrorThatSaysWhy() {
        String fails =
                "public class Server { public static void main(String[] a) { throw new RuntimeException(\"no\"); } }";
        Answer failed = built("jfails", "java", "Server.java", fails, ",\"convention\":\"http\"");
        assertThat(failed.json().path("reason").get(0).asString())
                .isEqualTo("its main failed, and it did not listen on $PORT: no");
        Answer none = built("jnone", "java", "Server.java", "public class Server {}", ",\"convention\":\"http\"");
        assertThat(none.json().path("reason").get(0).asString())
                .isEqualTo("the class Server has no public static void main(String[])");
    }

    private static String output(Answer run) {
        return run.json().path("output").asString(run.body());
    }

    private String failure(String name, String input) {
        Answer run = run(name, input);
        return run.json().path("error").path("type").asString(run.body()) + " "
                + run.json().path("error").path("message").asString();
    }

    @ParameterizedTest
    @CsvSource({
        "java,Plain.java,faasten,functions in Java have Dispatch's convention or Lambda's",
        "java,Server.java,http,there is no class Server",
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
