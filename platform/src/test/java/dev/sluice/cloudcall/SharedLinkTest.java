package dev.sluice.cloudcall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bytes.Bytes;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What the platform makes of a guest of several runs that is not one of ours: here the test itself speaks for it.
@Timeout(60)
final class SharedLinkTest {
    private static final RunRequest RUN = new RunRequest(Bytes.utf8("{}"), Bytes.utf8("{}"));

    private SocketChannel ours;
    private SocketChannel theirs;
    private SharedLink link;
    private FrameWriter guest;
    private final List<String> heard = new ArrayList<>();

    private final SharedLink.Runs runs = new SharedLink.Runs() {
        @Override
        public void printed(int run, boolean isError, Bytes text) {
            heard.add(run + (isError ? " complains " : " prints ") + text.utf8());
        }

        @Override
        public void ended(int run, Outcome outcome) {
            heard.add(run
                    + switch (outcome) {
                        case Outcome.Returned(int status, Bytes body, boolean _) -> " " + status + " " + body.utf8();
                        case Outcome.Failed(GuestFailure failure) -> " fails " + failure.message();
                        case Outcome.Yielded _ -> " yields";
                    });
        }
    };

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
        link = new GuestLink(ours).shared();
        guest = new FrameWriter(theirs);
    }

    @AfterEach
    void disconnect() throws Exception {
        theirs.close();
        ours.close();
    }

    @Test
    void runs_areToldAsTheyBegin_andHeardInAnyOrder() throws Exception {
        Thread sender = sending();
        int first = begin();
        int second = begin();
        var told = new FrameReader(theirs);
        assertThat(told.read()).isEqualTo(new Frame(FrameKind.RUN, first, GuestLink.encoded(RUN)));
        assertThat(told.read()).isEqualTo(new Frame(FrameKind.RUN, second, GuestLink.encoded(RUN)));
        guest.write(log(second, 1, "a"));
        guest.write(log(first, 2, "b"));
        guest.write(new Frame(FrameKind.RESULT, second, Value.of(Bytes.utf8("2"))));
        guest.write(new Frame(
                FrameKind.ERROR,
                first,
                Value.of(Map.of(
                        "type", Value.of("FunctionError"),
                        "message", Value.of("no"),
                        "stacktrace", Value.texts(List.of())))));
        theirs.shutdownOutput();
        assertThatThrownBy(() -> link.listen(runs)).isInstanceOf(GuestGone.class);
        assertThat(heard)
                .containsExactly(second + " prints a", first + " complains b", second + " 200 2", first + " fails no");
        sender.interrupt();
        sender.join();
    }

    static Stream<Arguments> lies() {
        Value json = Value.of(Bytes.utf8("1"));
        Value call = Value.of(List.of(Value.of("current_label"), Value.of(Map.of())));
        return Stream.of(
                Arguments.of("a call", new Frame(FrameKind.CALL, 1, call)),
                Arguments.of("a chunk", new Frame(FrameKind.CHUNK, 1, json)),
                Arguments.of("the end of a stream", new Frame(FrameKind.RESULT, 1, Value.NULL)),
                Arguments.of("a result of no run", new Frame(FrameKind.RESULT, 2, json)),
                Arguments.of("an error of no run", new Frame(FrameKind.ERROR, 0, json)),
                Arguments.of("a line of no run", log(-1, 1, "x")),
                Arguments.of("a result that is none", new Frame(FrameKind.RESULT, 1, Value.of("1"))),
                Arguments.of("a line of no stream", log(1, 3, "x")),
                Arguments.of(
                        "a line in text", new Frame(FrameKind.LOG, 1, Value.of(List.of(Value.of(1), Value.of("x"))))),
                Arguments.of(
                        "a line too long by an item",
                        new Frame(FrameKind.LOG, 1, Value.of(List.of(Value.of(1), json, json)))),
                Arguments.of("a second hello", new Frame(FrameKind.HELLO, 1, Value.NULL)),
                Arguments.of("a run of its own", new Frame(FrameKind.RUN, 1, Value.NULL)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void aLie_isAViolation(String name, Frame frame) throws Exception {
        assertThat(begin()).isEqualTo(1);
        guest.write(frame);
        assertThatThrownBy(() -> link.listen(runs)).isInstanceOf(GuestProtocolViolation.class);
        assertThat(heard).isEmpty();
    }

    @Test
    void aRunThatHasEnded_isHeardNoMore() throws Exception {
        int run = begin();
        guest.write(new Frame(FrameKind.RESULT, run, Value.of(Bytes.utf8("1"))));
        guest.write(new Frame(FrameKind.RESULT, run, Value.of(Bytes.utf8("2"))));
        assertThatThrownBy(() -> link.listen(runs)).isInstanceOf(GuestProtocolViolation.class);
        assertThat(heard).containsExactly(run + " 200 1");
    }

    /// Whoever has not read all of what to run has done nothing of it; of what lies before that, nobody knows.
    @Test
    void aGuestThatGoes_hasNotBegunWhatItLeftUnread() throws Exception {
        Thread sender = sending();
        int first = begin();
        int second = begin();
        var told = new FrameReader(new Trickle(theirs));
        told.read();
        assertThat(sender.join(Duration.ofMillis(500))).isFalse(); // the second lies in the socket by then
        theirs.close();
        assertThatThrownBy(() -> link.listen(runs)).isInstanceOf(GuestGone.class);
        int third = begin();
        sender.join();
        assertThat(link.mayHaveBegun(first)).isTrue();
        assertThat(link.mayHaveBegun(second)).isFalse();
        assertThat(link.mayHaveBegun(third)).isFalse();
    }

    @Test
    void aGuestThatHasReadAll_mayHaveBegun() throws Exception {
        Thread sender = sending();
        int run = begin();
        new FrameReader(theirs).read();
        theirs.close();
        assertThatThrownBy(() -> link.listen(runs)).isInstanceOf(GuestGone.class);
        assertThat(link.mayHaveBegun(run)).isTrue();
        sender.interrupt();
        sender.join();
    }

    @Test
    void aRunThatIsTakenBack_isNotTold_andNoneIsThatHasBeen() throws Exception {
        int unwanted = begin();
        int wanted = begin();
        assertThat(link.withdraw(unwanted)).isTrue();
        Thread sender = sending();
        assertThat(new FrameReader(theirs).read().id()).isEqualTo(wanted);
        assertThat(link.withdraw(wanted)).isFalse();
        guest.write(log(unwanted, 1, "x"));
        assertThatThrownBy(() -> link.listen(runs)).isInstanceOf(GuestProtocolViolation.class);
        sender.interrupt();
        sender.join();
    }

    /// Gives a reader no more at a time than it must have: a length, or what is of that length.
    private record Trickle(SocketChannel channel) implements ReadableByteChannel {
        @Override
        public int read(ByteBuffer into) throws IOException {
            ByteBuffer some = ByteBuffer.allocate(1);
            int count = channel.read(some);
            into.put(some.flip());
            return count;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private Thread sending() {
        return Thread.ofVirtual().start(() -> {
            try {
                link.send();
            } catch (GuestGone | InterruptedException _) {
                // As it is to.
            }
        });
    }

    private int begin() {
        int run = link.next();
        link.begin(run, RUN);
        return run;
    }

    private static Frame log(int run, long stream, String text) {
        return new Frame(FrameKind.LOG, run, Value.of(List.of(Value.of(stream), Value.of(Bytes.utf8(text)))));
    }
}
