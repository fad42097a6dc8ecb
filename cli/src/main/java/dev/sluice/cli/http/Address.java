package dev.sluice.cli.http;

import java.util.Locale;

/// Where a server listens.
///
/// @param secure whether TLS is spoken
/// @param insecure whether any certificate will do; meaningless without TLS
public record Address(String host, int port, boolean secure, boolean insecure) {
    public Address {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the port must be between 1 and 65535");
        }
        if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || c >= 0x7f || c == '/' || c == '@')) {
            throw new IllegalArgumentException("the host must be a name or an IP address");
        }
    }

    /// The value of the `Host` header.
    String authority() {
        return bracketed() + ":" + port;
    }

    private String bracketed() {
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /// `http://127.0.0.1:8080`.
    @Override
    public String toString() {
        return (secure ? "https" : "http") + "://" + authority().toLowerCase(Locale.ROOT);
    }
}
