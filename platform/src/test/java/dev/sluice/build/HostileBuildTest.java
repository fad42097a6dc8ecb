package dev.sluice.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.bytes.Bytes;
import dev.sluice.function.Layer;
import dev.sluice.function.SourceFiles;
import dev.sluice.image.Runtime;
import dev.sluice.sandbox.Death;
import dev.sluice.sandbox.LogSink;
import dev.sluice.sandbox.Sandbox;
import dev.sluice.sandbox.Usage;
import dev.sluice.testing.Sink;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a build that strangers have taken over says to the server, byte by byte.
@Timeout(60)
final class HostileBuildTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    private SocketChannel ours;
    private SocketChannel theirs;
    private Sink registry;

    @BeforeEach
    void connect() throws Exception {
        Path socket = directory.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            theirs = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            ours = server.accept();
        }
        registry = Sink.http(directory);
    }

    @AfterEach
    void disconnect() throws Exception {
        theirs.close();
        ours.close();
        registry.close();
    }

    /// A guest that is nothing but its end of the connection.
    private record Guest(SocketChannel channel) implements Sandbox {
        @Override
        public void logsTo(LogSink sink) {}

        @Override
        public void drainLogs(LogSink sink) {}

        @Override
        public Usage usage() {
            return Usage.NONE;
        }

        @Override
        public String driver() {
            return "none";
        }

        @Override
        public Optional<Death> death() {
            return Optional.empty();
        }

        @Override
        public Optional<Death> awaitDeath(Duration patience) {
            return Optional.empty();
        }

        @Override
        public void close() {}
    }

    /// What the build says when it has its job, over and over.
    @FunctionalInterface
    private interface Speech {
        void say() throws IOException;
    }

    private void send(char kind, byte[] body) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(5 + body.length);
        frame.putInt(body.length + 1).put((byte) kind).put(body).flip();
        while (frame.hasRemaining()) {
            theirs.write(frame);
        }
    }

    private void send(char kind, String body) throws IOException {
        send(kind, body.getBytes(StandardCharsets.UTF_8));
    }

    private char receive() throws IOException {
        int length = read(4).getInt();
        return (char) read(length).get();
    }

    private ByteBuffer read(int bytes) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(bytes);
        while (into.hasRemaining()) {
            if (theirs.read(into) < 0) {
                throw new EOFException("the server has hung up");
            }
        }
        return into.flip();
    }

    /// Asks for a file and reads the answer to its end.
    private void fetch(String path) throws IOException {
        send('G', "{\"origin\":\"" + origin() + "\",\"path\":\"" + path + "\"}");
        char kind = receive();
        while (kind != 'Z' && kind != 'A') {
            kind = receive();
        }
    }

    private String origin() {
        return "http://127.0.0.1:" + registry.port();
    }

    private Build build(Registries registries, Fetching fetching) {
        return new Build(
                new Guest(ours), registries, fetching, new Needs(Runtime.PYTHON3, "a", List.of()), new BuildLog());
    }

    private SourceFiles given(Speech speech) throws Exception {
        var registries = Registries.of(List.of("python=" + origin() + "/simple/"));
        Thread guest = Thread.ofVirtual().start(() -> {
            try {
                send('H', "");
                receive();
                while (true) {
                    speech.say();
                }
            } catch (IOException gone) {
                // the server has heard enough
            }
        });
        try (var fetching = new Fetching(registries)) {
            return build(registries, fetching).run();
        } finally {
            ours.close();
            guest.join();
        }
    }

    private String refused(Speech speech) {
        return catchThrowableOfType(BuildFailed.class, () -> given(speech)).reason();
    }

    @Test
    void whatItHandsOver_isALayersFiles() throws Exception {
        SourceFiles files = given(() -> {
            send('P', "package/tool");
            send('D', "1");
            send('D', "2");
            send('F', "package/a.py");
            send('E', "");
        });
        assertThat(files.files()).containsOnlyKeys(Layer.PROGRAMS, "package/a.py", "package/tool");
        assertThat(files.files()).containsEntry("package/tool", Bytes.utf8("12"));
    }

    @Test
    void filesWithoutEnd_areRefused() {
        int[] count = {0};
        assertThat(refused(() -> send('F', "package/" + count[0]++))).contains("more than the 4096 files");
    }

    @Test
    void tooManyBytes_areRefused() {
        byte[] piece = new byte[256 << 10];
        assertThat(refused(() -> {
                    send('F', "a" + System.nanoTime());
                    send('D', piece);
                }))
                .contains("more than the 32 MiB");
    }

    /// A path is kept until all files have come: thousands of long ones would be gigabytes.
    @Test
    void aPathThatIsLong_isRefused_whenItComes() {
        assertThat(refused(() -> send('F', "a".repeat(Installed.NAME_BYTES_MAX + 1))))
                .contains("path is longer than 512");
    }

    @Test
    void aNameThatIsTakenOrNone_orThatOfOurOwnFile_isRefused() {
        assertThat(refused(() -> send('F', "a"))).contains("without a name of its own");
        reconnect();
        assertThat(refused(() -> send('F', ""))).contains("without a name of its own");
        reconnect();
        assertThat(refused(() -> {
                    send('F', Layer.PROGRAMS);
                    send('E', "");
                }))
                .contains("without a name of its own");
        reconnect();
        assertThat(refused(() -> {
                    send('F', "../a");
                    send('E', "");
                }))
                .contains("what was installed is no package");
    }

    private void reconnect() {
        try {
            disconnect();
            Files.delete(directory.resolve("s"));
            connect();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void aFrameThatIsTooLong_orThatNoBuildSends_endsIt() {
        assertThat(refused(() -> send('D', new byte[MIB]))).contains("ended without a result");
        reconnect();
        assertThat(refused(() -> send('?', ""))).contains("riddles");
        reconnect();
        assertThat(refused(() -> send('G', "[".repeat(10_000)))).contains("ended without a result");
    }

    /// Also of what it may not have: nobody reads its log that often.
    @Test
    void fetchesWithoutEnd_endIt_alsoThoseThatAreRefused() {
        assertThat(refused(() -> fetch("/elsewhere"))).contains("more than 5000 files");
        assertThat(registry.received()).isEmpty();
    }

    @Test
    void aHalfEscapedPath_isRefused_andTheBuildGoesOn() throws Exception {
        assertThat(given(() -> {
                            fetch("/simple/%zz");
                            send('F', "a");
                            send('E', "");
                        })
                        .files())
                .containsOnlyKeys("a");
        assertThat(registry.received()).isEmpty();
    }

    /// What the tool makes of that is no help to whoever reads it alone.
    @Test
    void aRegistryThatIsGone_isNamedInTheReason() throws Exception {
        String gone = origin();
        registry.close();
        assertThat(refused(() -> {
                    fetch("/simple/a");
                    send('X', "ERROR: no such package");
                }))
                .isEqualTo("the registry cannot be reached: " + gone + "; ERROR: no such package");
    }

    @Test
    void bytesWithoutEnd_endIt() {
        registry.answer(_ -> Sink.ok("x".repeat(48 * MIB)));
        assertThat(refused(() -> fetch("/simple/a"))).contains("more than 512 MiB");
        assertThat(registry.received()).hasSizeBetween(10, 12);
    }
}
