package dev.sluice.egress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/// Resolves a host once for each connection, and gives the very addresses that it checked to be connected to: a
/// name that answers otherwise a moment later (DNS rebinding) is not asked again.
final class CheckedResolver implements SocketAddressResolver {
    private final EgressSettings settings;
    private final Lookup lookup;

    /// What names resolve to.
    interface Lookup {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    /// Not a public address.
    static final class Forbidden extends Exception {
        private static final long serialVersionUID = 1;
    }

    CheckedResolver(EgressSettings settings, Lookup lookup) {
        this.settings = settings;
        this.lookup = lookup;
    }

    /// Asks on a thread of its own: the time limit of the exchange runs meanwhile.
    @Override
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
        Thread.ofVirtual().name("resolve").start(() -> {
            try {
                promise.succeeded(checked(host, port));
            } catch (UnknownHostException | Forbidden none) {
                promise.failed(none);
            }
        });
    }

    /// @throws Forbidden if one of its addresses is not public and not permitted
    List<InetSocketAddress> checked(String host, int port) throws UnknownHostException, Forbidden {
        InetAddress[] all = lookup.all(host);
        if (!settings.permits(host, port) && !Arrays.stream(all).allMatch(PublicAddress::is)) {
            throw new Forbidden();
        }
        var addresses = new ArrayList<InetSocketAddress>(all.length);
        for (InetAddress address : all) {
            addresses.add(new InetSocketAddress(named(host, address), port));
        }
        return addresses;
    }

    /// The address under the name that was asked for, for Jetty verifies the server's certificate against the
    /// name that an address carries, and not against the one of the request.
    private static InetAddress named(String host, InetAddress address) throws UnknownHostException {
        return InetAddress.getByAddress(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host, address.getAddress());
    }
}
