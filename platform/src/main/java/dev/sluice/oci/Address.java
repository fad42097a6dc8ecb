package dev.sluice.oci;

import dev.sluice.egress.Origin;
import java.net.URI;
import java.net.URISyntaxException;

/// Where a registry is asked, or leads to.
///
/// @param target path and query
record Address(Origin origin, String target) {
    /// @throws PullFailed if it is none, or one without TLS that the operator has not named
    static Address of(String text, PlainHosts plain) throws PullFailed {
        try {
            URI uri = new URI(text);
            if (uri.getHost() == null || uri.getScheme() == null || uri.getRawUserInfo() != null) {
                throw none();
            }
            Origin origin = Origin.of(uri.getScheme(), uri.getHost(), Math.max(0, uri.getPort()));
            String its = uri.getPort() < 0 ? origin.host() : origin.host() + ":" + origin.port();
            if (!origin.scheme().equals("https") && !plain.registries().contains(its)) {
                throw new PullFailed("the registry leads to " + origin.host() + " without TLS, which this server's"
                        + " operator has not allowed");
            }
            String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
            return new Address(origin, uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
        } catch (URISyntaxException | IllegalArgumentException wrong) {
            throw none();
        }
    }

    /// Where a `Location` leads that was answered from here.
    Address leading(String location, PlainHosts plain) throws PullFailed {
        try {
            return of(new URI(origin + target).resolve(location).toString(), plain);
        } catch (URISyntaxException | IllegalArgumentException wrong) {
            throw none();
        }
    }

    private static PullFailed none() {
        return new PullFailed("the registry leads to what is no address");
    }
}
