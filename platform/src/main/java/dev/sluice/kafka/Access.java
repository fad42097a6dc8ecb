package dev.sluice.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a cluster is, and how one gets in.
///
/// @param bootstrap   some of its brokers
/// @param isTls       whether its connections are encrypted
/// @param authorities PEM certificates that its brokers' are signed by, in place of those that the server trusts
public record Access(List<Node> bootstrap, boolean isTls, Optional<String> authorities, Optional<Login> login) {
    private static final int BOOTSTRAP_MAX = 16;
    private static final Pattern NODE = Pattern.compile("([A-Za-z0-9.-]{1,253}|\\[[0-9a-fA-F:.]{2,45}]):([0-9]{1,5})");

    public Access {
        bootstrap = List.copyOf(bootstrap);
    }

    /// A broker's address.
    public record Node(String host, int port) {
        private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]{1,253}|\\[[0-9a-fA-F:.]{2,45}]");

        /// Whether it can be shown as it is.
        boolean isPlain() {
            return HOST.matcher(host).matches();
        }
    }

    /// A user of the cluster. No text of it shows the password.
    public record Login(Mechanism mechanism, String user, String password) {
        @Override
        public String toString() {
            return "Login[" + mechanism + "]";
        }
    }

    /// Mechanisms of SASL.
    public enum Mechanism {
        PLAIN("PLAIN"),
        SCRAM_SHA_256("SCRAM-SHA-256"),
        SCRAM_SHA_512("SCRAM-SHA-512");

        private final String word;

        Mechanism(String word) {
            this.word = word;
        }

        /// As the protocol names it.
        String word() {
            return word;
        }

        public static Optional<Mechanism> of(String word) {
            for (Mechanism one : values()) {
                if (one.word.equals(word.toUpperCase(Locale.ROOT))) {
                    return Optional.of(one);
                }
            }
            return Optional.empty();
        }
    }

    /// Reads `host:port,host:port`; nothing for what is none.
    public static Optional<List<Node>> nodes(String text) {
        var nodes = new ArrayList<Node>();
        Matcher parts = NODE.matcher(text);
        int at = 0;
        while (nodes.size() < BOOTSTRAP_MAX && parts.find(at) && parts.start() == at) {
            int port = Integer.parseInt(parts.group(2));
            if (port < 1 || port > 65_535) {
                return Optional.empty();
            }
            nodes.add(new Node(parts.group(1).toLowerCase(Locale.ROOT), port));
            at = parts.end();
            if (at == text.length()) {
                return Optional.of(nodes);
            }
            if (text.charAt(at) != ',') {
                return Optional.empty();
            }
            at++;
        }
        return Optional.empty();
    }
}
