package dev.sluice.http;

import dev.sluice.bytes.Bytes;
import dev.sluice.bytes.Pipe;
import dev.sluice.bytes.Traces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Blocker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection that speaks HTTP no more: two threads carry what comes and what goes, each as slowly as its taker.
final class UpgradedConnection extends AbstractConnection implements Connection.UpgradeTo {
    /// Nothing comes or goes for so long: whoever speaks WebSocket sends pings more often.
    static final Duration IDLE = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(UpgradedConnection.class);

    private final Pipe said;
    private final Flow content;
    private Bytes early = Bytes.EMPTY;

    private UpgradedConnection(EndPoint endPoint, Executor executor, Pipe said, Flow content) {
        super(endPoint, executor);
        this.said = said;
        this.content = content;
    }

    /// Of the connection that a request came by, once it is answered.
    static UpgradedConnection of(Request request, Pipe said, Flow content) {
        var connector = request.getConnectionMetaData().getConnector();
        var made = new UpgradedConnection(
                request.getConnectionMetaData().getConnection().getEndPoint(), connector.getExecutor(), said, content);
        connector.getContainedBeans(Connection.Listener.class).forEach(made::addEventListener); // who counts them
        return made;
    }

    @Override
    public void onUpgradeTo(ByteBuffer buffer) {
        var rest = new byte[buffer.remaining()];
        buffer.get(rest);
        early = Bytes.takeOver(rest);
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(IDLE.toMillis());
        Thread.ofVirtual().name("upgraded-in").start(this::take);
        Thread.ofVirtual().name("upgraded-out").start(this::give);
    }

    @Override
    public void onFillable() {
        throw new IllegalStateException("nobody asked for this");
    }

    private void take() {
        try {
            for (int from = 0; from < early.length(); from += Pipe.PIECE_BYTES_MAX) {
                said.put(early.slice(from, Math.min(early.length(), from + Pipe.PIECE_BYTES_MAX)));
            }
            ByteBuffer buffer = ByteBuffer.allocate(Pipe.PIECE_BYTES_MAX).limit(0);
            int count = getEndPoint().fill(buffer);
            while (count >= 0) {
                if (count == 0) {
                    awaitMore();
                } else {
                    var piece = new byte[buffer.remaining()];
                    buffer.get(piece);
                    said.put(Bytes.takeOver(piece));
                    buffer.clear().limit(0);
                }
                count = getEndPoint().fill(buffer);
            }
        } catch (IOException gone) {
            LOG.debug("whoever spoke on a connection is gone");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    private void end() {
        try {
            said.finish();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitMore() throws IOException {
        try (Blocker.Callback more = Blocker.callback()) {
            getEndPoint().fillInterested(more);
            more.block();
        }
    }

    private void give() {
        try {
            content.writeTo(this::write);
            getEndPoint().shutdownOutput();
        } catch (IOException gone) {
            LOG.debug("a connection that was upgraded broke off");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException bug) {
            LOG.error("a connection that was upgraded broke off", Traces.withoutTexts(bug));
        } finally {
            getEndPoint().close();
        }
    }

    private void write(Bytes piece) throws IOException {
        try (Blocker.Callback written = Blocker.callback()) {
            getEndPoint().write(written, piece.asBuffer());
            written.block();
        }
    }
}
