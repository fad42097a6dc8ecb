package dev.sluice.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// Answers requests of this process as [WebServer] answers those of sockets: the same parser, limits, errors and
/// threads, without a network. For tools that ask a handler very often. Thread-safe.
public final class LocalServer implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int POOL_THREADS_MAX = 64;

    private final Server server;
    private final LocalConnector connector;

    private LocalServer(Server server, LocalConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    public static LocalServer start(Handler handler) {
        var threads = new QueuedThreadPool(POOL_THREADS_MAX, 4);
        threads.setName("local");
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        threads.setDaemon(true);
        var server = new Server(threads);
        var connector = new LocalConnector(server, WebServer.http());
        server.addConnector(connector);
        var ids = new RequestIds(new Random(0));
        server.setErrorHandler(new JsonErrors(ids));
        server.setHandler(new JettyBridge(handler, LargeBodies.ofThisProcess(), ids));
        server.setStopTimeout(0);
        LifeCycle.start(server);
        return new LocalServer(server, connector);
    }

    /// The bytes that answer one request's bytes, head and body.
    ///
    /// @param request says `Connection: close`
    /// @throws IOException if there is no answer within [#PATIENCE]
    public ByteBuffer answer(ByteBuffer request) throws IOException {
        LocalConnector.LocalEndPoint connection = connector.connect();
        connection.addInput(request);
        connection.waitUntilClosedOrIdleFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (connection.isOpen()) {
            connection.close();
            throw new IOException("the request was not answered in time");
        }
        return connection.takeOutput();
    }

    @Override
    public void close() {
        LifeCycle.stop(server);
    }
}
