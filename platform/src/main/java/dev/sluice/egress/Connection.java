package dev.sluice.egress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;

/// An open connection to a server outside.
public final class Connection implements AutoCloseable {
    private final Socket socket;
    private final Runnable ended;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    Connection(Socket socket, Runnable ended) {
        this.socket = socket;
        this.ended = ended;
    }

    public InputStream in() throws IOException {
        return socket.getInputStream();
    }

    public OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            Connections.close(socket);
            ended.run();
        }
    }
}
