package dev.sluice.host;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// Looks for a TXT record. A server is waited for 3 s and asked three times, all of them together for 10 s; one name
/// may
/// be another name for the next, 16 times.
final class DnsProof {
    static final String LABEL = "_sluice-challenge";
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int TRIES = 3;

    private final Resolver resolver;

    /// @param server in place of the machine's own
    DnsProof(Optional<InetSocketAddress> server) {
        var asked = server.map(at -> new ExtendedResolver(new Resolver[] {new SimpleResolver(at)}))
                .orElseGet(ExtendedResolver::new);
        asked.setRetries(TRIES);
        for (Resolver one : asked.getResolvers()) {
            one.setTimeout(PATIENCE);
        }
        this.resolver = asked;
    }

    static String record(HostName host) {
        return LABEL + "." + host;
    }

    /// Whether one of the host's records is this value. What cannot be asked is not.
    boolean shows(HostName host, String value) {
        Lookup lookup = new Lookup(name(host), Type.TXT);
        lookup.setResolver(resolver);
        lookup.setCache(null); // or what was not there would not be for as long as it says
        Record[] found = lookup.run();
        return found != null && Arrays.stream(found).anyMatch(one -> holds(one, value));
    }

    private static boolean holds(Record one, String value) {
        return one instanceof TXTRecord text
                && String.join("", text.getStrings()).equals(value);
    }

    private static Name name(HostName host) {
        try {
            return Name.fromString(record(host) + ".");
        } catch (TextParseException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
