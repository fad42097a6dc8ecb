package dev.sluice.host;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Hashtable;
import java.util.Optional;
import javax.naming.Context;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/// Looks for a TXT record. At most [#TRIES] questions to each server, which wait 1, 2 and 4 s.
final class DnsProof {
    static final String LABEL = "_sluice-challenge";
    private static final String WAIT_MILLIS = "1000";
    private static final String TRIES = "3";
    private static final int RECORDS_MAX = 100;
    private static final String TXT = "TXT";

    private final String url;

    /// @param resolver in place of the machine's own
    DnsProof(Optional<InetSocketAddress> resolver) {
        this.url = resolver.map(at -> "dns://" + literal(at.getAddress()) + ":" + at.getPort())
                .orElse("dns:");
    }

    private static String literal(InetAddress address) {
        return address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
    }

    static String record(HostName host) {
        return LABEL + "." + host;
    }

    /// Whether one of the host's records is this value. What cannot be asked is not.
    boolean shows(HostName host, String value) {
        var settings = new Hashtable<String, String>();
        settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        settings.put(Context.PROVIDER_URL, url);
        settings.put("com.sun.jndi.dns.timeout.initial", WAIT_MILLIS);
        settings.put("com.sun.jndi.dns.timeout.retries", TRIES);
        try {
            var context = new InitialDirContext(settings);
            try {
                return holds(
                        context.getAttributes(record(host), new String[] {TXT}).get(TXT), value);
            } finally {
                context.close();
            }
        } catch (NamingException none) {
            return false;
        }
    }

    private static boolean holds(@Nullable Attribute records, String value) throws NamingException {
        if (records == null) {
            return false;
        }
        NamingEnumeration<?> all = records.getAll();
        for (int i = 0; i < RECORDS_MAX && all.hasMore(); i++) {
            if (all.next().toString().equals(value)) {
                return true;
            }
        }
        return false;
    }
}
