package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the runtime of every language does. A subclass gives the language and the functions, one for each
/// [Sample].
abstract class GuestContract {
    /// A function whose source the language gives.
    enum Sample {
        /// Returns `{"context": context, "payload": payload}`.
        ECHO,
        /// Prints `out` and a lone `x` without a newline to standard output, `err` to standard error; returns
        /// null.
        PRINTS,
        /// Throws the language's argument error with the message `bad input é`.
        REFUSES_INPUT,
        /// Throws another error with the message `broken`.
        BREAKS,
        RETURNS_NO_JSON,
        RETURNS_A_CYCLE,
        /// Returns a text of 100,000,000 characters.
        RETURNS_TOO_MUCH,
        /// Returns a text of 6 MiB less two characters: the largest result.
        RETURNS_THE_MOST,
        /// Ends the process with exit code 7.
        EXITS,
        /// Returns how often it has been called.
        COUNTS,
        /// Prints 1 MiB and returns null.
        PRINTS_A_LOT,
        /// Calls itself without end.
        RECURSES,
        /// Writes garbage to descriptor 3 and returns null.
        SPEAKS_OUT_OF_TURN,
        SYNTAX_ERROR,
        /// Has no handler.
        EMPTY,
        /// Throws `no import` when it is loaded.
        BREAKS_WHEN_LOADED,
        /// Exports something by the handler's name that cannot be called.
        NOT_CALLABLE,
        /// Faasten: returns `{"event": event}`.
        FAASTEN_ECHO,
        /// Faasten: returns what its calls answered, as [#cloudCalls_reachTheHandlerAndComeBack] expects it.
        FAASTEN_CALLS,
        /// Faasten: keeps the cloudcall of its first run and uses that in the second, returning the error's
        /// code.
        FAASTEN_KEEPS_ITS_CLOUDCALL,
        /// Faasten: asks for the label and calls itself without end, but for the payload 1, which it returns.
        FAASTEN_RECURSES,
        /// Faasten: returns `{"invoked": whether a gate could be invoked}`.
        FAASTEN_INVOKES,
    }

    static final CallHandler NO_CALLS = call -> CallReply.refused(CallRefusal.DENIED);
    static final Bytes NOTHING = Bytes.utf8("{}");

    private GuestProcess guest;
    private GuestLink link;

    abstract GuestProcess start() throws Exception;

    abstract String runtime();

    abstract String source(Sample sample);

    /// The file of a single function, or the one that Faasten's convention wants.
    abstract String file(Convention convention);

    @BeforeEach
    void startGuest() throws Exception {
        guest = start();
        link = new GuestLink(guest.channel());
        assertThat(link.hello().runtime()).isEqualTo(runtime());
    }

    @AfterEach
    void stopGuest() throws Exception {
        guest.close();
    }

    @Test
    void result_isWhatTheFunctionReturned_ofPayloadAndContext() throws Exception {
        load(Sample.ECHO);

        assertThat(returned("[1,\"é😀\",null]", "{\"deadline\":\"2026-01-01T00:00:00.000000001Z\"}"))
                .isEqualTo("{\"context\":{\"deadline\":\"2026-01-01T00:00:00.000000001Z\",\"secrets\":{},"
                        + "\"serviceBindings\":{}},\"payload\":[1,\"é😀\",null]}");
        assertThat(returned("42", "{\"secrets\":{\"k\":\"v\"},\"serviceBindings\":{}}"))
                .isEqualTo("{\"context\":{\"secrets\":{\"k\":\"v\"},\"serviceBindings\":{}},\"payload\":42}");
    }

    @Test
    void globals_surviveFromRunToRun() throws Exception {
        load(Sample.COUNTS);

        assertThat(returned("{}", "{}")).isEqualTo("1");
        assertThat(returned("{}", "{}")).isEqualTo("2");
    }

    @Test
    void output_isWrittenBeforeTheRunEnds() throws Exception {
        load(Sample.PRINTS);

        assertThat(returned("{}", "{}")).isEqualTo("null");
        assertThat(guest.stdout()).isEqualTo("out\nx");
        assertThat(guest.stderr()).isEqualTo("err\n");
    }

    @Test
    void muchOutput_isWhole() throws Exception {
        load(Sample.PRINTS_A_LOT);

        returned("{}", "{}");
        assertThat(guest.stdout()).hasSize(1 << 20);
    }

    @Test
    void argumentErrors_areInputErrors() throws Exception {
        load(Sample.REFUSES_INPUT);

        GuestFailure failure = failed();
        assertThat(failure.type()).isEqualTo(FailureType.INPUT_ERROR);
        assertThat(failure.message()).isEqualTo("bad input é");
    }

    @Test
    void otherErrors_areFunctionErrors_withTheFunctionsOwnFrames() throws Exception {
        load(Sample.BREAKS);

        GuestFailure failure = failed();
        assertThat(failure.type()).isEqualTo(FailureType.FUNCTION_ERROR);
        assertThat(failure.message()).isEqualTo("broken");
        assertThat(String.join("\n", failure.stacktrace()))
                .contains("broken", file(Convention.DISPATCH).replace("./", ""))
                .doesNotContain("runtime.py", "guest.js", "node:internal");
        assertThat(failed().message()).isEqualTo("broken");
    }

    @Test
    void results_thatAreNoJson_areFunctionErrors() throws Exception {
        load(Sample.RETURNS_NO_JSON);

        GuestFailure failure = failed();
        assertThat(failure.type()).isEqualTo(FailureType.FUNCTION_ERROR);
        assertThat(failure.message()).startsWith("returned no JSON");
    }

    @Test
    void results_thatContainThemselves_areFunctionErrors() throws Exception {
        load(Sample.RETURNS_A_CYCLE);

        assertThat(failed().message()).startsWith("returned no JSON");
    }

    @Test
    void tooLargeAResult_isAFunctionError_andTheInstanceGoesOn() throws Exception {
        load(Sample.RETURNS_TOO_MUCH);

        assertThat(failed().message()).startsWith("the result has 100000002 bytes, more than 6291456");
        assertThat(failed().type()).isEqualTo(FailureType.FUNCTION_ERROR);
    }

    @Test
    void theLargestResult_arrives() throws Exception {
        load(Sample.RETURNS_THE_MOST);

        assertThat(returned("{}", "{}")).hasSize(GuestLink.RESULT_BYTES_MAX);
    }

    @Test
    void theLargestPayload_arrives() throws Exception {
        load(Sample.COUNTS);
        String payload = "\"" + "x".repeat(RunRequest.PAYLOAD_BYTES_MAX - 2) + "\"";

        assertThat(returned(payload, "{}")).isEqualTo("1");
    }

    @Test
    void exitInTheFunction_endsTheInstance() throws Exception {
        load(Sample.EXITS);

        assertThatThrownBy(() -> link.run(new RunRequest(NOTHING, NOTHING), NO_CALLS))
                .isInstanceOf(GuestGone.class);
        assertThat(guest.exitCode()).isEqualTo(7);
    }

    @Test
    void endlessRecursion_isAFunctionError() throws Exception {
        load(Sample.RECURSES);

        assertThat(failed().type()).isEqualTo(FailureType.FUNCTION_ERROR);
        assertThat(failed().stacktrace()).hasSizeLessThanOrEqualTo(GuestLink.STACKTRACE_LINES_MAX);
    }

    @Test
    void garbageOnTheChannel_isAViolation() throws Exception {
        load(Sample.SPEAKS_OUT_OF_TURN);

        assertThatThrownBy(() -> link.run(new RunRequest(NOTHING, NOTHING), NO_CALLS))
                .isInstanceOf(GuestProtocolViolation.class);
    }

    @Test
    void hangingUp_endsTheGuest() throws Exception {
        load(Sample.ECHO);

        guest.channel().close();
        assertThat(guest.exitCode()).isZero();
    }

    @Test
    void syntaxErrors_areOneClearReason() throws Exception {
        assertThat(refused(Sample.SYNTAX_ERROR, "").message()).contains("does not import: SyntaxError: ");
        assertThat(guest.exitCode()).isZero();
    }

    @Test
    void errorsWhenLoaded_areOneClearReason_withTheirFrames() throws Exception {
        GuestFailure failure = refused(Sample.BREAKS_WHEN_LOADED, "");
        assertThat(failure.message()).contains("does not import: ").endsWith(": no import");
        assertThat(String.join("\n", failure.stacktrace())).contains("no import");
    }

    @Test
    void aHandlerThatIsMissing_isOneClearReason() throws Exception {
        assertThat(refused(Sample.EMPTY, "").message()).isEqualTo(missingHandler());
    }

    abstract String missingHandler();

    @Test
    void aHandlerThatCannotBeCalled_isOneClearReason() throws Exception {
        assertThat(refused(Sample.NOT_CALLABLE, "").message()).isEqualTo(notCallable());
    }

    abstract String notCallable();

    @Test
    void severalFilesWithoutAHandler_areRefused() throws Exception {
        Map<String, Bytes> files = new LinkedHashMap<>(files(Sample.ECHO, Convention.DISPATCH));
        files.put("other" + file(Convention.DISPATCH), NOTHING);

        assertThat(link.load(new FunctionPackage(files, "", Convention.DISPATCH)))
                .isInstanceOfSatisfying(
                        LoadOutcome.Failed.class,
                        failed -> assertThat(failed.failure().message())
                                .isEqualTo("no handler is given, and the package has not exactly one source file"));
    }

    @Test
    void faasten_getsEventAndCloudcall_andTellsItsDuration() throws Exception {
        assertThat(loaded(Sample.FAASTEN_ECHO, Convention.AUTO)).isEqualTo(Convention.FAASTEN);

        assertThat(returned("{\"a\":1}", "{\"headers\":{},\"blobs\":{}}"))
                .matches("\\{\"event\":\\{\"a\":1},(\"duration\":\\d+|\"runtime_sec\":0,\"runtime_ms\":[0-9.]+)}");
    }

    @Test
    void cloudCalls_reachTheHandlerAndComeBack() throws Exception {
        loaded(Sample.FAASTEN_CALLS, Convention.FAASTEN);
        var calls = new ScriptedCalls();
        Outcome outcome = link.run(new RunRequest(NOTHING, NOTHING), calls);

        assertThat(outcome).isInstanceOf(Outcome.Returned.class);
        assertThat(((Outcome.Returned) outcome).body().utf8())
                .startsWith(
                        "{\"read\":\"content\",\"missing\":true,\"written\":true,\"dir\":true,\"file\":false,"
                                + "\"faceted\":true,\"deleted\":false,\"names\":[\"a\",\"b\"],\"linked\":true,"
                                + "\"label\":\"alice,T\",\"secrecy\":\"alice\",\"parsed\":\"T,alice/x\",\"invalid\":false,"
                                + "\"tainted\":\"alice&bob,T\",\"declassified\":\"T,T\",\"endorsed\":\"T,alice\","
                                + "\"below\":\"alice/x\",\"blob\":\"done-1\",\"stored\":\"chunk chunk end\",\"linkedBlob\":true");
        assertThat(calls.seen()).containsExactlyElementsOf(ScriptedCalls.EXPECTED);
    }

    @Test
    void aCloudcall_endsWithItsRun() throws Exception {
        loaded(Sample.FAASTEN_KEEPS_ITS_CLOUDCALL, Convention.FAASTEN);

        assertThat(returned("{}", "{}")).startsWith("{\"code\":null,");
        assertThat(returned("{}", "{}")).startsWith("{\"code\":\"CLOSED\",");
    }

    @Test
    void callsThatRecursionCutsShort_areNoConfusion() throws Exception {
        loaded(Sample.FAASTEN_RECURSES, Convention.FAASTEN);
        CallHandler label = call -> CallReply.of(Value.of("T,T"));

        for (int n = 0; n < 3; n++) {
            assertThat(link.run(new RunRequest(NOTHING, NOTHING), label)).isInstanceOf(Outcome.Failed.class);
            assertThat(link.run(new RunRequest(Bytes.utf8("1"), NOTHING), label))
                    .isEqualTo(new Outcome.Returned(200, Bytes.utf8("1"), true));
        }
    }

    @Test
    void aRefusedInvocation_isFalse() throws Exception {
        loaded(Sample.FAASTEN_INVOKES, Convention.FAASTEN);

        assertThat(returned("{}", "{}")).startsWith("{\"invoked\":false,");
    }

    @Test
    void aWrappedPayload_comesInItsEnvelope_withOneBlob() throws Exception {
        loaded(Sample.FAASTEN_ECHO, Convention.FAASTEN);

        assertThat(returned("[1]", "{\"wrapped\":true}")).startsWith("{\"event\":{\"input\":[1]},");
        assertThat(returned("[1]", "{\"wrapped\":true,\"blobs\":{\"a\":\"h1\",\"b\":\"h2\"}}"))
                .startsWith("{\"event\":{\"input\":[1],\"input-blob\":\"h1\"},");
        assertThat(returned("[1]", "{\"wrapped\":false,\"blobs\":{\"a\":\"h1\"}}"))
                .startsWith("{\"event\":[1],");
    }

    String returned(String payload, String context) throws Exception {
        Outcome outcome = link.run(new RunRequest(Bytes.utf8(payload), Bytes.utf8(context)), NO_CALLS);
        if (outcome instanceof Outcome.Returned(int _, Bytes json, boolean _)) {
            return json.utf8();
        }
        throw new AssertionError(((Outcome.Failed) outcome).failure().message());
    }

    GuestFailure failed() throws Exception {
        return ((Outcome.Failed) link.run(new RunRequest(NOTHING, NOTHING), NO_CALLS)).failure();
    }

    void load(Sample sample) throws Exception {
        assertThat(loaded(sample, Convention.DISPATCH)).isEqualTo(Convention.DISPATCH);
    }

    private Convention loaded(Sample sample, Convention convention) throws Exception {
        boolean isFaasten = sample.name().startsWith("FAASTEN");
        Map<String, Bytes> files = files(sample, isFaasten ? Convention.FAASTEN : Convention.DISPATCH);
        return loaded(new FunctionPackage(files, "", convention));
    }

    Convention loaded(FunctionPackage function) throws Exception {
        LoadOutcome outcome = link.load(function);
        if (outcome instanceof LoadOutcome.Loaded(Convention decided)) {
            return decided;
        }
        throw new AssertionError(((LoadOutcome.Failed) outcome).failure().message());
    }

    private GuestFailure refused(Sample sample, String handler) throws Exception {
        return refused(new FunctionPackage(files(sample, Convention.DISPATCH), handler, Convention.DISPATCH));
    }

    GuestFailure refused(FunctionPackage function) throws Exception {
        return ((LoadOutcome.Failed) link.load(function)).failure();
    }

    private Map<String, Bytes> files(Sample sample, Convention convention) {
        return Map.of(file(convention), Bytes.utf8(source(sample)));
    }
}
