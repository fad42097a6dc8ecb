package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Pipe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the platform makes of a guest that is not one of ours: here the test itself speaks for the guest.
final class GuestLinkTest {
    private static final RunRequest RUN = new RunRequest(Bytes.utf8("{}"), Bytes.utf8("{}"));
    private static final CallHandler NO_CALLS = call -> CallReply.refused(CallRefusal.DENIED);

    /// The id of a link's first `RUN`, when nothing was loaded.
    private static final int RUN_ID = 1;

    private SocketChannel ours;
    private SocketChannel theirs;
    private GuestLink link;
    private FrameWriter guest;

    @BeforeEach
    void connect() throws Exception {
        Path directory = Files.createTempDirectory("link");
        Path socket = directory.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            theirs = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            ours = server.accept();
        }
        Files.delete(socket);
        Files.delete(directory);
        link = new GuestLink(ours);
        guest = new FrameWriter(theirs);
    }

    @AfterEach
    void disconnect() throws Exception {
        theirs.close();
        ours.close();
    }

    static Stream<Arguments> badHellos() {
        return Stream.of(
                Arguments.of("another version", hello(Value.of(2), "python3")),
                Arguments.of("a version in text", hello(Value.of("1"), "python3")),
                Arguments.of("a runtime without end", hello(Value.of(1), "x".repeat(65))),
                Arguments.of("no fields", new Frame(FrameKind.HELLO, 0, Value.NULL)),
                Arguments.of("a field missing", new Frame(FrameKind.HELLO, 0, fields("protocol", Value.of(1)))),
                Arguments.of(
                        "another id",
                        new Frame(
                                FrameKind.HELLO,
                                1,
                                hello(Value.of(1), "python3").value())),
                Arguments.of("another kind", new Frame(FrameKind.RESULT, 0, Value.of(Bytes.EMPTY))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badHellos")
    void badHello_isAViolation(String name, Frame frame) throws Exception {
        guest.write(frame);
        assertThatThrownBy(link::hello).isInstanceOf(GuestProtocolViolation.class);
    }

    @Test
    void aGuestThatWasGone_hasNotBegun() throws Exception {
        theirs.close();
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS)).isInstanceOf(RunNeverBegun.class);
    }

    @Test
    void aGuestThatGoes_beforeItHasReadWhatToRun_hasNotBegun() throws Exception {
        goesAfter(Frame.LENGTH_BYTES);
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS)).isInstanceOf(RunNeverBegun.class);
    }

    /// It may have done anything.
    @Test
    void aGuestThatGoes_whenItHasReadAll_mayHaveBegun() throws Exception {
        goesAfter(1 << 10);
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS)).isExactlyInstanceOf(GuestGone.class);
    }

    /// It has begun: what it leaves unread is the reply.
    @Test
    void aGuestThatGoes_withAReplyUnread_hasBegun() throws Exception {
        guest.write(
                new Frame(FrameKind.CALL, 1, new Value.Items(List.of(Value.of("current_label"), Value.of(Map.of())))));
        CallHandler leaves = _ -> {
            try {
                theirs.read(ByteBuffer.allocate(1 << 10));
            } catch (IOException impossible) {
                throw new IllegalStateException(impossible);
            }
            Thread.ofVirtual().start(() -> close(Duration.ofMillis(200)));
            return CallReply.refused(CallRefusal.DENIED);
        };
        assertThatThrownBy(() -> link.run(RUN, leaves)).isExactlyInstanceOf(GuestGone.class);
    }

    private void goesAfter(int bytes) {
        Thread.ofVirtual().start(() -> {
            try {
                theirs.read(ByteBuffer.allocate(bytes));
                close(Duration.ZERO);
            } catch (IOException closed) {
                throw new IllegalStateException(closed);
            }
        });
    }

    private void close(Duration after) {
        try {
            Thread.sleep(after);
            theirs.close();
        } catch (IOException | InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    static Stream<Arguments> badLoadAnswers() {
        Value loaded = fields("convention", Value.of("dispatch"));
        Value failed = error(RUN_ID, "FunctionError", "m", 0).value();
        return Stream.of(
                Arguments.of("loaded with another id", new Frame(FrameKind.LOADED, 2, loaded)),
                Arguments.of("failed with another id", new Frame(FrameKind.LOAD_FAILED, 2, failed)),
                Arguments.of("another kind", new Frame(FrameKind.RESULT, RUN_ID, loaded)),
                Arguments.of("a convention that is not decided", new Frame(FrameKind.LOADED, RUN_ID, auto())),
                Arguments.of(
                        "a field too many",
                        new Frame(
                                FrameKind.LOADED,
                                RUN_ID,
                                Value.of(Map.of("convention", Value.of("dispatch"), "more", Value.NULL)))),
                Arguments.of(
                        "a failure of the platform",
                        new Frame(
                                FrameKind.LOAD_FAILED,
                                RUN_ID,
                                error(RUN_ID, "SystemError", "m", 0).value())));
    }

    private static Value auto() {
        return fields("convention", Value.of("auto"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badLoadAnswers")
    void badLoadAnswer_isAViolation(String name, Frame frame) throws Exception {
        guest.write(frame);
        var nothing = new FunctionPackage(Map.of(), "", Convention.AUTO);
        assertThatThrownBy(() -> link.load(nothing)).isInstanceOf(GuestProtocolViolation.class);
    }

    static Stream<Arguments> badFramesInARun() {
        Value empty = Value.of(Map.of());
        return Stream.of(
                Arguments.of("a result of another run", new Frame(FrameKind.RESULT, 2, Value.of(Bytes.utf8("1")))),
                Arguments.of("a result in text", new Frame(FrameKind.RESULT, RUN_ID, Value.of("1"))),
                Arguments.of(
                        "a result of three fields",
                        new Frame(
                                FrameKind.RESULT,
                                RUN_ID,
                                Value.of(Map.of(
                                        "status", Value.of(200), "body", Value.of(Bytes.EMPTY), "more", Value.NULL)))),
                Arguments.of("a second hello", hello(Value.of(1), "python3")),
                Arguments.of("loaded", new Frame(FrameKind.LOADED, RUN_ID, empty)),
                Arguments.of("what only hosts say", new Frame(FrameKind.RUN, RUN_ID, Value.NULL)),
                Arguments.of("a reply", new Frame(FrameKind.REPLY, RUN_ID, Value.NULL)),
                Arguments.of("an error of another run", error(2, "FunctionError", "m", 0)),
                Arguments.of("an error of the platform", error(RUN_ID, "SystemError", "m", 0)),
                Arguments.of("an endless message", error(RUN_ID, "FunctionError", "m".repeat(16385), 0)),
                Arguments.of("an endless stacktrace", error(RUN_ID, "FunctionError", "m", 257)),
                Arguments.of("an error without fields", new Frame(FrameKind.ERROR, RUN_ID, Value.NULL)),
                Arguments.of("a call that is no list", new Frame(FrameKind.CALL, 1, empty)),
                Arguments.of("a call without arguments", call(Value.of("stat"))),
                Arguments.of("a call without a name", call(Value.NULL, empty)),
                Arguments.of("a call of three parts", call(Value.of("stat"), empty, empty)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badFramesInARun")
    void badFrameInARun_isAViolation(String name, Frame frame) throws Exception {
        guest.write(frame);
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS)).isInstanceOf(GuestProtocolViolation.class);
    }

    @Test
    void chunks_areOneArray_andEachIsTakenBeforeTheNextIsRead() throws Exception {
        for (String json : List.of("1", "{\"a\":\n[]}", "null")) {
            guest.write(chunk(json));
        }
        guest.write(new Frame(FrameKind.RESULT, RUN_ID, Value.NULL));
        var taken = new ArrayList<String>();

        assertThat(link.run(RUN, NO_CALLS, json -> taken.add(json.utf8()), Optional.empty()))
                .isEqualTo(new Outcome.Yielded(Bytes.utf8("[1,{\"a\":\n[]},null]")));
        assertThat(taken).containsExactly("1", "{\"a\":\n[]}", "null");
    }

    @Test
    void whatIsSaidToARun_comesInItsOrder_andEndsWithTheRun() throws Exception {
        var said = new Pipe();
        said.put(Bytes.utf8("a"));
        said.put(Bytes.utf8("b"));
        var heard = new ArrayList<Frame>();
        Thread run = Thread.ofVirtual().start(() -> {
            try {
                var reader = new FrameReader(theirs);
                for (int n = 0; n < 3; n++) {
                    heard.add(reader.read()); // the run, and what is said to it
                }
                guest.write(new Frame(FrameKind.CALL, 1, call()));
                heard.add(reader.read()); // a reply is whole, whoever else writes
                guest.write(new Frame(FrameKind.RESULT, RUN_ID, Value.NULL));
                heard.add(reader.read());
            } catch (Exception broken) {
                heard.add(new Frame(FrameKind.ERROR, 0, Value.NULL));
            }
        });

        assertThat(link.run(RUN, NO_CALLS, _ -> {}, Optional.of(said)))
                .isEqualTo(new Outcome.Yielded(Bytes.utf8("[]")));
        run.join();
        assertThat(heard)
                .extracting(Frame::kind)
                .containsExactly(
                        FrameKind.RUN, FrameKind.INBOUND, FrameKind.INBOUND, FrameKind.REPLY, FrameKind.INBOUND);
        assertThat(heard.get(1)).isEqualTo(new Frame(FrameKind.INBOUND, RUN_ID, Value.of(Bytes.utf8("a"))));
        assertThat(heard.getLast()).isEqualTo(new Frame(FrameKind.INBOUND, RUN_ID, Value.NULL));
        said.put(Bytes.utf8("nobody hears this"));
    }

    private static Value call() {
        return new Value.Items(List.of(Value.of("current_label"), Value.of(Map.of())));
    }

    @Test
    void aGuestThatDoesNotListen_holdsUpNoEnd() throws Exception {
        var said = new Pipe();
        Thread speaker = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    said.put(Bytes.takeOver(new byte[Pipe.PIECE_BYTES_MAX]));
                }
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
            }
        });
        guest.write(chunk("1"));
        guest.write(chunk("2"));
        var taken = new ArrayList<String>();
        Thread gone = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(500); // the channel is full by then
                theirs.close();
            } catch (IOException | InterruptedException broken) {
                taken.add("broken");
            }
        });
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS, json -> taken.add(json.utf8()), Optional.of(said)))
                .isInstanceOf(GuestGone.class);
        gone.join();
        assertThat(taken).containsExactly("1", "2");
        assertThat(said.take()).isEmpty();
        speaker.interrupt();
        speaker.join();
    }

    @Test
    void noChunks_areAnEmptyArray_andAFailureAfterChunks_isOne() throws Exception {
        guest.write(new Frame(FrameKind.RESULT, RUN_ID, Value.NULL));
        assertThat(link.run(RUN, NO_CALLS)).isEqualTo(new Outcome.Yielded(Bytes.utf8("[]")));

        guestSays(
                new Frame(FrameKind.CHUNK, RUN_ID + 1, Value.of(Bytes.utf8("1"))),
                error(RUN_ID + 1, "FunctionError", "m", 0));
        assertThat(failure(link.run(RUN, NO_CALLS)).message()).isEqualTo("m");
    }

    private void guestSays(Frame... frames) throws Exception {
        Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(50);
                for (Frame frame : frames) {
                    guest.write(frame);
                }
            } catch (IOException | InterruptedException gone) {
                throw new IllegalStateException(gone);
            }
        });
    }

    static Stream<Arguments> badChunks() {
        Bytes giant = Bytes.utf8("\"" + "x".repeat(ChunkArray.CHUNK_BYTES_MAX) + "\"");
        return Stream.of(
                Arguments.of("of another run", new Frame(FrameKind.CHUNK, 2, Value.of(Bytes.utf8("1")))),
                Arguments.of("in text", new Frame(FrameKind.CHUNK, RUN_ID, Value.of("1"))),
                Arguments.of("no JSON", chunk("1,2")),
                Arguments.of("nothing", chunk("")),
                Arguments.of("a giant", new Frame(FrameKind.CHUNK, RUN_ID, Value.of(giant))),
                Arguments.of("nested too deeply for an array", chunk("[".repeat(256) + "]".repeat(256))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badChunks")
    void badChunk_isAViolation_andIsNotTaken(String name, Frame frame) throws Exception {
        guestSays(frame, new Frame(FrameKind.RESULT, RUN_ID, Value.NULL));
        var taken = new ArrayList<Bytes>();
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS, taken::add, Optional.empty()))
                .isInstanceOf(GuestProtocolViolation.class);
        assertThat(taken).isEmpty();
    }

    @Test
    void chunksWithoutEnd_areAViolation_bytesAndNumberOfThem() throws Exception {
        Frame many = chunk("1");
        Thread endless = Thread.ofVirtual().start(() -> writeWhileWanted(many));
        var counted = new ArrayList<Bytes>();
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS, counted::add, Optional.empty()))
                .isInstanceOf(GuestProtocolViolation.class);
        assertThat(counted).hasSize(ChunkArray.CHUNKS_MAX);
        disconnect();
        endless.join();
        connect();
        Frame large = chunk("\"" + "x".repeat(1 << 19) + "\"");
        Thread second = Thread.ofVirtual().start(() -> writeWhileWanted(large));
        var taken = new ArrayList<Bytes>();
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS, taken::add, Optional.empty()))
                .isInstanceOf(GuestProtocolViolation.class);
        assertThat(taken).hasSize(11);
        disconnect();
        second.join();
    }

    private void writeWhileWanted(Frame frame) {
        try {
            while (true) {
                guest.write(frame);
            }
        } catch (IOException gone) {
            // Nobody reads any more.
        }
    }

    @Test
    void aResultAfterChunks_isAViolation() throws Exception {
        guest.write(chunk("1"));
        guest.write(result("2"));
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS)).isInstanceOf(GuestProtocolViolation.class);
    }

    private static Frame chunk(String json) {
        return new Frame(FrameKind.CHUNK, RUN_ID, Value.of(Bytes.utf8(json)));
    }

    @Test
    void aSecondResult_isAViolationInTheNextRun() throws Exception {
        guest.write(result("1"));
        guest.write(result("2"));

        assertThat(link.run(RUN, NO_CALLS)).isEqualTo(new Outcome.Returned(200, Bytes.utf8("1"), true));
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS)).isInstanceOf(GuestProtocolViolation.class);
    }

    /// Also one that guesses the number of the next run: what was said before a payload is no answer to it.
    @Test
    void aResultForTheNextRun_isAViolation() throws Exception {
        var both = new ByteArrayOutputStream();
        var said = new FrameWriter(Channels.newChannel(both));
        said.write(result("1"));
        said.write(new Frame(FrameKind.RESULT, RUN_ID + 1, Value.of(Bytes.utf8("2"))));
        theirs.write(ByteBuffer.wrap(both.toByteArray()));

        assertThat(link.run(RUN, NO_CALLS)).isEqualTo(new Outcome.Returned(200, Bytes.utf8("1"), true));
        assertThatThrownBy(() -> link.run(RUN, NO_CALLS)).isInstanceOf(GuestProtocolViolation.class);
    }

    @Test
    void aResultThatIsNoJson_isTheFunctionsFailure() throws Exception {
        guest.write(result("{} {}"));

        assertThat(failure(link.run(RUN, NO_CALLS)).message()).isEqualTo("returned no JSON");
    }

    @Test
    void aStatusWithABody_isAResult_ofAnyBytes() throws Exception {
        Bytes bytes = Bytes.takeOver(new byte[] {(byte) 0xff, 0});
        guest.write(new Frame(FrameKind.RESULT, RUN_ID, answer(404, bytes)));

        assertThat(link.run(RUN, NO_CALLS)).isEqualTo(new Outcome.Returned(404, bytes, false));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 101, 199, 600, 1L << 32 | 200})
    void aStatusThatHttpHasNot_isTheFunctionsFailure(long status) throws Exception {
        guest.write(new Frame(FrameKind.RESULT, RUN_ID, answer(status, Bytes.EMPTY)));

        assertThat(failure(link.run(RUN, NO_CALLS)).message()).isEqualTo("the status is none of 200 to 599");
    }

    private static Value answer(long status, Bytes body) {
        return Value.of(Map.of("status", Value.of(status), "body", Value.of(body)));
    }

    @Test
    void aResultBeyondTheLimit_isTheFunctionsFailure() throws Exception {
        String text = "\"" + "x".repeat(GuestLink.RESULT_BYTES_MAX - 1) + "\"";
        Thread writing = Thread.startVirtualThread(() -> write(result(text)));

        assertThat(failure(link.run(RUN, NO_CALLS)).message()).isEqualTo("the result is larger than 6291456 bytes");
        writing.join();
    }

    @Test
    void errors_arriveWhole() throws Exception {
        guest.write(error(RUN_ID, "InputError", "m".repeat(16384), 256));

        GuestFailure failure = failure(link.run(RUN, NO_CALLS));
        assertThat(failure.type()).isEqualTo(FailureType.INPUT_ERROR);
        assertThat(failure.stacktrace()).hasSize(256);
        assertThat(failure).hasToString("GuestFailure[INPUT_ERROR]");
    }

    @Test
    void callsThatMakeNoSense_areRefused_andTheRunGoesOn() throws Exception {
        guest.write(call(Value.of("no_such_call"), Value.of(Map.of())));
        guest.write(call(Value.of("stat"), Value.of(Map.of("path", Value.of("a"), "more", Value.NULL))));
        guest.write(result("1"));

        assertThat(link.run(RUN, NO_CALLS)).isInstanceOf(Outcome.Returned.class);
        assertThat(replies(2)).containsOnly(Value.texts(List.of("INVALID")));
    }

    @Test
    void answersThatFitIntoNoFrame_areTooLarge() throws Exception {
        guest.write(call(Value.of("current_label"), Value.of(Map.of())));
        guest.write(result("1"));

        link.run(RUN, call -> CallReply.of(Value.of(Bytes.takeOver(new byte[Frame.BODY_BYTES_MAX]))));
        assertThat(replies(1)).containsExactly(Value.texts(List.of("TOO_LARGE")));
    }

    @Test
    void anInterruptedCall_leavesTheRunUnanswered() throws Exception {
        guest.write(call(Value.of("current_label"), Value.of(Map.of())));

        assertThatThrownBy(() -> link.run(RUN, call -> {
                    throw new InterruptedException();
                }))
                .isInstanceOf(InterruptedException.class);
    }

    @Test
    void theEndOfTheChannel_isGuestGone_whereverItComes() throws Exception {
        theirs.write(ByteBuffer.wrap(new byte[] {0, 0x7f, (byte) 0xff, (byte) 0xff, 5}));
        theirs.close();

        assertThatThrownBy(link::hello).isInstanceOf(GuestGone.class);
    }

    @Test
    void aGuestThatIsGoneBeforeARun_isGuestGone() throws Exception {
        theirs.close();

        assertThatThrownBy(() -> link.run(RUN, NO_CALLS)).isInstanceOf(GuestGone.class);
    }

    @Test
    void closingOurEnd_endsTheWait() throws Exception {
        Thread closing = Thread.startVirtualThread(() -> {
            try {
                ours.close();
            } catch (IOException broken) {
                throw new AssertionError(broken);
            }
        });

        assertThatThrownBy(() -> link.run(RUN, NO_CALLS)).isInstanceOf(GuestGone.class);
        closing.join();
    }

    private void write(Frame frame) {
        try {
            guest.write(frame);
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    /// What the guest was told after the `RUN`.
    private List<Value> replies(int count) throws Exception {
        FrameReader reader = new FrameReader(theirs);
        assertThat(reader.read().kind()).isEqualTo(FrameKind.RUN);
        List<Value> replies = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            replies.add(reader.read().value());
        }
        return replies;
    }

    private static GuestFailure failure(Outcome outcome) {
        return ((Outcome.Failed) outcome).failure();
    }

    private static Frame hello(Value protocol, String runtime) {
        return new Frame(
                FrameKind.HELLO,
                0,
                Value.of(Map.of("protocol", protocol, "runtime", Value.of(runtime), "version", Value.of("3"))));
    }

    private static Frame result(String json) {
        return new Frame(FrameKind.RESULT, RUN_ID, Value.of(Bytes.utf8(json)));
    }

    private static Frame call(Value... parts) {
        return new Frame(FrameKind.CALL, 7, Value.of(List.of(parts)));
    }

    private static Frame error(int id, String type, String message, int lines) {
        Value stacktrace =
                Value.texts(Stream.generate(() -> "line").limit(lines).toList());
        return new Frame(
                FrameKind.ERROR,
                id,
                Value.of(Map.of("type", Value.of(type), "message", Value.of(message), "stacktrace", stacktrace)));
    }

    private static Value fields(String name, Value value) {
        return Value.of(Map.of(name, value));
    }
}
