package dev.sluice.sandbox.namespaces;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where guests' connections arrive, and the one thread that reads what all guests print.
///
/// Only the launcher can reach the socket: it is in a directory of mode 0700, and guests do not see it. Each connection
/// introduces itself with its guest's token and a letter for the stream, and is then passed on to the guest as it is.
///
/// One read of [#TURN_BYTES_MAX] a turn for each stream, so that a guest which prints without end delays the
/// others only a little; and after a turn in which somebody filled it the thread rests for [#REST], which bounds
/// what it can burn.
final class Switchboard implements AutoCloseable {
    private static final int BACKLOG_MAX = 1024;
    private static final int TURN_BYTES_MAX = 64 << 10;
    private static final Duration REST = Duration.ofMillis(1);
    private static final Logger LOG = LoggerFactory.getLogger(Switchboard.class);

    private final ServerSocketChannel server;
    private final Selector selector;
    private final Map<String, Wires> expected = new ConcurrentHashMap<>();
    private final ByteBuffer turn = ByteBuffer.allocateDirect(TURN_BYTES_MAX);

    /// What to do when a connection has something for us.
    private interface Line {
        /// Whether it was so much that there may be more at once.
        boolean ready(SelectionKey key) throws IOException;
    }

    Switchboard(Path socket) throws IOException {
        Files.deleteIfExists(socket);
        selector = Selector.open();
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket), BACKLOG_MAX);
        server.configureBlocking(false);
        Line arrivals = this::accept;
        server.register(selector, SelectionKey.OP_ACCEPT, arrivals);
        Thread.ofPlatform().daemon().name("sluice-guests-output").start(this::run);
    }

    /// From now on connections with the token of `wires` are theirs.
    void expect(Wires wires) {
        expected.put(wires.token(), wires);
    }

    /// Closes the connections of `wires`, those too which have not arrived yet.
    void forget(Wires wires) {
        expected.remove(wires.token());
        wires.close();
        selector.wakeup(); // the selector lets go of a closed socket in its next turn
    }

    private void run() {
        try {
            while (selector.isOpen()) {
                selector.select();
                boolean busy = false;
                for (SelectionKey key : selector.selectedKeys()) {
                    busy |= serve(key);
                }
                selector.selectedKeys().clear();
                if (busy) {
                    LockSupport.parkNanos(REST.toNanos());
                }
            }
        } catch (ClosedSelectorException closed) {
            LOG.debug("no more guests");
        } catch (IOException failure) {
            LOG.error("guests' connections cannot be watched any more", failure);
        }
    }

    private static boolean serve(SelectionKey key) {
        if (!key.isValid() || !(key.attachment() instanceof Line line)) {
            return false;
        }
        try {
            return line.ready(key);
        } catch (IOException broken) {
            hangUp(key);
            return false;
        }
    }

    private boolean accept(SelectionKey key) throws IOException {
        SocketChannel connection = server.accept();
        if (connection != null) {
            connection.configureBlocking(false);
            connection.register(selector, SelectionKey.OP_READ, greeting());
        }
        return false;
    }

    /// Reads the token and the letter, and not a byte of the guest's that may follow.
    private Line greeting() {
        ByteBuffer words = ByteBuffer.allocate(LaunchRequests.TOKEN_CHARS + 1);
        return key -> {
            var connection = (SocketChannel) key.channel();
            if (connection.read(words) < 0) {
                hangUp(key);
            } else if (!words.hasRemaining()) {
                String text = new String(words.array(), StandardCharsets.US_ASCII);
                introduce(key, text.substring(0, LaunchRequests.TOKEN_CHARS), text.charAt(LaunchRequests.TOKEN_CHARS));
            }
            return false;
        };
    }

    private void introduce(SelectionKey key, String token, char stream) {
        Wires wires = expected.get(token);
        if (wires == null || !wires.connect(stream, (SocketChannel) key.channel())) {
            hangUp(key);
            return;
        }
        Line line = stream == Wires.CHANNEL ? ready -> firstWord(ready, wires) : ready -> output(ready, wires, stream);
        key.attach(line);
    }

    /// The guest speaks: from here on its channel belongs to whoever reads it.
    private static boolean firstWord(SelectionKey key, Wires wires) throws IOException {
        key.cancel();
        key.channel().configureBlocking(true);
        wires.speaking();
        return false;
    }

    private boolean output(SelectionKey key, Wires wires, char stream) {
        int read = wires.pump(stream, turn);
        if (read < 0) {
            hangUp(key);
        }
        return read == TURN_BYTES_MAX;
    }

    private static void hangUp(SelectionKey key) {
        key.cancel();
        Wires.closeQuietly((SocketChannel) key.channel());
    }

    @Override
    public void close() throws IOException {
        selector.close();
        server.close();
    }
}
