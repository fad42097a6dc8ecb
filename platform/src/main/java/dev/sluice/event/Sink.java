package dev.sluice.event;

import java.util.Objects;

/// Where the events of a subscription go that become no runs: out of the server. Exactly one of `gate`, `url` and
/// `driver` is there; what is not is empty.
///
/// @param gate   the path of an external gate
/// @param url    of a server
/// @param driver the name of a driver that passes events on
/// @param secret the name of the one by which the receiver knows who sends
/// @param auth   what is made of the secret
/// @param mode   how an event becomes an HTTP message
/// @param origin the name in the DNS under which the receiver is asked whether it wants them; empty to ask nothing
public record Sink(String gate, String url, String driver, String secret, Auth auth, Mode mode, String origin) {
    /// @param driver may be absent, as `origin` may: an earlier server wrote none
    public Sink {
        driver = Objects.requireNonNullElse(driver, "");
        origin = Objects.requireNonNullElse(origin, "");
    }

    /// One that nobody is asked about.
    public Sink(String gate, String url, String driver, String secret, Auth auth, Mode mode) {
        this(gate, url, driver, secret, auth, mode, "");
    }

    /// How a receiver knows who sends.
    public enum Auth {
        NONE,
        /// The secret's `token`, as it is.
        BEARER,
        /// A signature with the secret's `key`, as Standard Webhooks has it.
        WEBHOOK
    }

    /// The content modes of CloudEvents' HTTP binding.
    public enum Mode {
        STRUCTURED,
        BINARY
    }
}
