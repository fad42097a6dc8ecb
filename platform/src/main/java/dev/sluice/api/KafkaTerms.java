package dev.sluice.api;

import dev.sluice.kafka.Access;
import dev.sluice.kafka.Access.Login;
import dev.sluice.kafka.Access.Mechanism;
import dev.sluice.kafka.Access.Node;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What the settings of a Kafka driver say.
///
/// @param nodes       some brokers of the cluster
/// @param topic       that is read, or written to
/// @param group       under which the cluster keeps how far it was read; empty for one of the driver's own
/// @param isFromStart whether a group that has read nothing yet begins with the oldest record
/// @param isTls       whether connections are encrypted
/// @param mechanism   by which the driver's secret logs in
record KafkaTerms(
        List<Node> nodes,
        String topic,
        String group,
        boolean isFromStart,
        boolean isTls,
        Optional<Mechanism> mechanism) {
    static final Set<String> OF_A_SOURCE = Set.of("brokers", "topic", "tls", "sasl", "group", "from", "label");
    static final Set<String> OF_A_SINK = Set.of("brokers", "topic", "tls", "sasl");
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");
    private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._-]{0,249}");
    private static final Pattern DOTS = Pattern.compile("\\.\\.?");
    private static final String USER = "username";
    private static final String PASSWORD = "password";
    private static final String AUTHORITIES = "ca";

    /// @param said  by name; a flag's is empty
    /// @param known the names that mean something
    /// @throws Refused `INVALID` with a text for whoever wrote them
    static KafkaTerms of(Map<String, String> said, Set<String> known) {
        if (!known.containsAll(said.keySet())) {
            throw invalid("it has a setting that means nothing to it: its settings are "
                    + String.join(", ", known.stream().sorted().toList()));
        }
        List<Node> nodes = Access.nodes(said.getOrDefault("brokers", ""))
                .orElseThrow(() -> invalid("brokers is host:port, or several with commas between them"));
        String topic = said.getOrDefault("topic", "");
        if (!TOPIC.matcher(topic).matches() || DOTS.matcher(topic).matches()) {
            throw invalid("topic is the name of a Kafka topic");
        }
        String group = said.getOrDefault("group", "");
        if (!GROUP.matcher(group).matches()) {
            throw invalid("group is at most 249 letters, digits, dots, dashes and underscores");
        }
        boolean isTls = word(said, "tls", "false", "true");
        Optional<Mechanism> mechanism = Optional.ofNullable(said.get("sasl"))
                .map(text ->
                        Mechanism.of(text).orElseThrow(() -> invalid("sasl is plain, scram-sha-256 or scram-sha-512")));
        if (mechanism.equals(Optional.of(Mechanism.PLAIN)) && !isTls) {
            throw invalid("sasl=plain sends the password as it is: it needs tls=true");
        }
        return new KafkaTerms(nodes, topic, group, word(said, "from", "latest", "earliest"), isTls, mechanism);
    }

    private static boolean word(Map<String, String> said, String key, String no, String yes) {
        String text = said.getOrDefault(key, no);
        if (text.isEmpty()) {
            text = yes;
        }
        if (!text.equals(no) && !text.equals(yes)) {
            throw invalid(key + " is " + no + " or " + yes);
        }
        return text.equals(yes);
    }

    /// @param secrets the values of all of the driver's secrets together
    /// @throws Refused `INVALID` for what is missing in them
    Access access(Map<String, String> secrets) {
        Optional<Login> login = mechanism.map(how -> {
            String user = secrets.getOrDefault(USER, "");
            String password = secrets.getOrDefault(PASSWORD, "");
            if (user.isEmpty() || password.isEmpty()) {
                throw invalid("sasl needs a secret of the driver with username and password");
            }
            return new Login(how, user, password);
        });
        return new Access(nodes, isTls, Optional.ofNullable(secrets.get(AUTHORITIES)), login);
    }

    /// What tells the topic's events from those of others.
    String source() {
        Node first = nodes.getFirst();
        return "kafka://" + first.host() + ":" + first.port() + "/" + topic;
    }

    private static Refused invalid(String why) {
        return new Refused(Refusal.INVALID, why);
    }
}
