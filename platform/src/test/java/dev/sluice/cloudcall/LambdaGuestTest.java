package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Functions as AWS Lambda has them, unchanged.
final class LambdaGuestTest {
    private static final String TOLD =
            "{\"function\":\"hook\",\"memoryMib\":128,\"deadlineMillis\":9999999999999," + "\"secrets\":{\"k\":\"v\"}}";
    private static final String UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

    private static final String PYTHON = """
            def lambda_handler(event, context):
                if event == "input":
                    raise ValueError("no")
                if event == "break":
                    raise KeyError("no")
                left = context.get_remaining_time_in_millis() > 1000
                return [event, context.aws_request_id, context.function_name, context.memory_limit_in_mb, left,
                        context.invoked_function_arn, context.function_version, context.secrets]
            """;

    private static final String NODE = """
            exports.handler = async (event, context) => {
              if (event === 'input') throw new TypeError('no');
              if (event === 'break') throw new Error('no');
              const left = context.getRemainingTimeInMillis() > 1000;
              return [event, context.awsRequestId, context.functionName, context.memoryLimitInMB, left,
                context.invokedFunctionArn, context.functionVersion, context.secrets];
            };
            exports.other = (event, context, callback) => setTimeout(() => callback(null, 'called'), 2);
            exports.bad = (event, context, callback) => callback(new Error('told'));
            exports.quiet = () => {};
            exports.old = (event, context) => { context.succeed('old'); };
            """;

    @ParameterizedTest
    @CsvSource({
        "python3,auto,lambda_function.lambda_handler,lambda_function.py",
        "python3,lambda,app.lambda_handler,app.py",
        "python3,lambda,src/app.lambda_handler,src/app.py",
        "nodejs,auto,./index.js,index.js",
        "nodejs,auto,index.handler,index.js",
        "nodejs,lambda,src/app.handler,src/app.js",
        "nodejs,lambda,'',index.js",
        "python3,lambda,'',lambda_function.py",
    })
    void aHandler_getsEventAndContext(String language, String convention, String handler, String file)
            throws Exception {
        try (var runs = new GuestRuns(language)) {
            runs.loaded(
                    convention.equals("auto") ? Convention.AUTO : Convention.LAMBDA,
                    handler,
                    file,
                    language.equals("python3") ? PYTHON : NODE);
            assertThat(runs.returned("{\"a\":1}", TOLD))
                    .matches("\\[\\{\"a\":1},\"" + UUID + "\",\"hook\",\"128\",true,"
                            + "\"arn:aws:lambda:local:000000000000:function:hook\",\"\\$LATEST\",\\{\"k\":\"v\"}]");
            assertThat(runs.failed("\"input\"", TOLD).type()).isEqualTo(FailureType.INPUT_ERROR);
            assertThat(runs.failed("\"break\"", TOLD).type()).isEqualTo(FailureType.FUNCTION_ERROR);
        }
    }

    @ParameterizedTest
    @CsvSource({"other,\"called\"", "quiet,null", "old,\"old\""})
    void aHandlerWithACallback_answersWhenItIsCalled_orWithNothing(String member, String answer) throws Exception {
        try (var runs = new GuestRuns("nodejs")) {
            runs.loaded(Convention.LAMBDA, "index." + member, "index.js", NODE);
            assertThat(runs.returned("{}", "{}")).isEqualTo(answer);
            assertThat(runs.returned("{}", "{}")).isEqualTo(answer);
        }
    }

    @Test
    void aCallbackWithAnError_isAFailure() throws Exception {
        try (var runs = new GuestRuns("nodejs")) {
            runs.loaded(Convention.LAMBDA, "index.bad", "index.js", NODE);
            assertThat(runs.failed("{}", "{}").message()).isEqualTo("told");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "python3,lambda_function.nothing,lambda_function.py,there is no function lambda_function.nothing",
        "nodejs,index.nothing,index.js,the module index.nothing does not export a function nothing",
        "python3,bootstrap,lambda_function.py,there is no file bootstrap to start",
    })
    void aHandlerThatIsNotThere_isRefused(String language, String handler, String file, String reason)
            throws Exception {
        try (var runs = new GuestRuns(language)) {
            assertThat(runs.refused(Convention.LAMBDA, handler, file, language.equals("python3") ? PYTHON : NODE))
                    .isEqualTo(reason);
        }
    }

    private static final String BOOTSTRAP = """
            #!/usr/bin/python3
            import json, os, sys, urllib.request
            api = "http://%s/2018-06-01/runtime/" % os.environ["AWS_LAMBDA_RUNTIME_API"]
            def post(path, value):
                urllib.request.urlopen(api + path, json.dumps(value).encode()).read()
            if os.path.exists("unwell"):
                post("init/error", {"errorType": "Unwell", "errorMessage": "no config"})
                sys.exit(1)
            print("started", flush=True)
            while True:
                with urllib.request.urlopen(api + "invocation/next") as asked:
                    event = json.load(asked)
                    request = asked.headers["Lambda-Runtime-Aws-Request-Id"]
                    arn = asked.headers["Lambda-Runtime-Invoked-Function-Arn"]
                if event == "exit":
                    sys.exit(9)
                if event == "error":
                    post("invocation/%s/error" % request, {"errorType": "My.Error", "errorMessage": "told"})
                else:
                    post("invocation/%s/response" % request, [event, arn])
            """;

    @Test
    void aBootstrapProgram_asksTheRuntimeApi() throws Exception {
        try (var runs = new GuestRuns("python3")) {
            runs.loaded(Convention.LAMBDA, "bootstrap", "bootstrap", BOOTSTRAP);
            String answer = "[{\"a\":1},\"arn:aws:lambda:local:000000000000:function:hook\"]";
            assertThat(runs.returned("{\"a\":1}", TOLD)).isEqualTo(answer);
            GuestFailure failure = runs.failed("\"error\"", TOLD);
            assertThat(failure.message()).isEqualTo("told");
            assertThat(failure.stacktrace()).containsExactly("My.Error: told");
            assertThat(runs.returned("{\"a\":1}", TOLD)).isEqualTo(answer);
            assertThat(runs.guest().stdout()).isEqualTo("started\n");
            assertThatThrownBy(() -> runs.run("\"exit\"", TOLD)).isInstanceOf(GuestGone.class);
            assertThat(runs.guest().exitCode()).isEqualTo(9);
        }
    }

    @Test
    void aBootstrapProgramThatDoesNotStart_isRefused() throws Exception {
        try (var runs = new GuestRuns("python3")) {
            assertThat(runs.refused(Convention.LAMBDA, "bootstrap", "bootstrap", BOOTSTRAP, "unwell", ""))
                    .contains("no config");
        }
        try (var runs = new GuestRuns("python3")) {
            assertThat(runs.refused(
                            Convention.LAMBDA, "bootstrap", "bootstrap", "#!/usr/bin/python3\nraise SystemExit(3)\n"))
                    .isEqualTo("it ended with code 3, and it did not ask for its first invocation");
        }
        try (var runs = new GuestRuns("python3")) {
            assertThat(runs.refused(Convention.LAMBDA, "bootstrap", "bootstrap", "#!/none\n"))
                    .contains("No such file");
        }
    }
}
