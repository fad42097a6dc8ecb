package dev.sluice.host;

import dev.sluice.egress.Egress;

/// Finds out whether somebody may say what a host's name leads to: he can put a value there which only he was told.
///
/// Thread-safe; callers block, for half a minute at most.
public final class HostProofs {
    private final HostRules rules;
    private final DnsProof dns;
    private final HttpProof http;

    /// How the value is shown.
    public enum Way {
        DNS,
        HTTP
    }

    public HostProofs(HostRules rules, Egress egress) {
        this(rules, egress, HttpProof.PORT);
    }

    HostProofs(HostRules rules, Egress egress, int port) {
        this.rules = rules;
        this.dns = new DnsProof(rules.resolver());
        this.http = new HttpProof(egress, port);
    }

    public boolean isWaived() {
        return rules.isWaived();
    }

    /// Where the value is looked for: the name of a TXT record, or an URL.
    public static String place(Way way, HostName host, String value) {
        return switch (way) {
            case DNS -> DnsProof.record(host);
            case HTTP -> "http://" + host + HttpProof.path(value);
        };
    }

    /// Whether the value is there now.
    ///
    /// @param organization who is charged for it
    public boolean isShown(String organization, Way way, HostName host, String value) throws InterruptedException {
        return switch (way) {
            case DNS -> dns.shows(host, value);
            case HTTP -> http.shows(organization, host, value);
        };
    }
}
