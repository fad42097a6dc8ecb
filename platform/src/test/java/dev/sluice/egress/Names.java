package dev.sluice.egress;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

/// An egress for which names are what a test says.
public final class Names {
    private Names() {}

    public static Egress open(EgressSettings settings, Map<String, InetAddress> names) throws IOException {
        CheckedResolver.Lookup lookup = host -> {
            InetAddress address = names.get(host);
            if (address == null) {
                throw new UnknownHostException(host);
            }
            return new InetAddress[] {address};
        };
        return Egress.open(
                settings, lookup, Egress.EXCHANGE_MAX, new Traffic(Egress.OF_ONE_ORGANIZATION_MAX, Egress.OF_ALL_MAX));
    }
}
