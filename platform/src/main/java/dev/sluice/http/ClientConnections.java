package dev.sluice.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectableChannelEndPoint;
import org.jspecify.annotations.Nullable;

/// How many connections one client may have: an address, of IPv6 its network of 64 bits. One more is closed at once.
/// Clients on this machine are not counted: a proxy there has the connections of all. Thread-safe.
final class ClientConnections implements Connection.Listener {
    /// A quarter of what the server has for all.
    static final int MAX = WebServer.CONNECTIONS_MAX / 4;

    private static final int NETWORK_BYTES = 8;

    private final ConcurrentHashMap<ByteBuffer, Integer> open = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Connection, ByteBuffer> clients = new ConcurrentHashMap<>();
    private final int max;
    private final boolean isLocalCounted;

    ClientConnections(int max, boolean isLocalCounted) {
        this.max = max;
        this.isLocalCounted = isLocalCounted;
    }

    @Override
    public void onOpened(Connection connection) {
        InetAddress from = client(connection);
        if (from != null) {
            ByteBuffer client = key(from);
            clients.put(connection, client);
            if (open.merge(client, 1, Integer::sum) > max) {
                connection.getEndPoint().close();
            }
        }
    }

    @Override
    public void onClosed(Connection connection) {
        ByteBuffer client = clients.remove(connection); // one that is closed has no address any more
        if (client != null) {
            open.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
        }
    }

    /// Nobody, for what is inside of a connection, as HTTP inside of TLS.
    private @Nullable InetAddress client(Connection connection) {
        EndPoint endPoint = connection.getEndPoint();
        if (!(endPoint instanceof SelectableChannelEndPoint)
                || !(endPoint.getRemoteSocketAddress() instanceof InetSocketAddress socket)) {
            return null;
        }
        InetAddress from = socket.getAddress();
        return from == null || (from.isLoopbackAddress() && !isLocalCounted) ? null : from;
    }

    private static ByteBuffer key(InetAddress from) {
        byte[] address = from.getAddress();
        return ByteBuffer.wrap(from instanceof Inet6Address ? Arrays.copyOf(address, NETWORK_BYTES) : address);
    }
}
