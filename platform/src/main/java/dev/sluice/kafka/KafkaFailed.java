package dev.sluice.kafka;

/// What a cluster did not do.
public final class KafkaFailed extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean isLasting;

    /// @param reason for whoever set it up: nothing of it comes from a broker, but the name of a known error
    KafkaFailed(String reason, boolean isLasting) {
        super(reason, null, false, false);
        this.isLasting = isLasting;
    }

    static KafkaFailed forNow(String reason) {
        return new KafkaFailed(reason, false);
    }

    static KafkaFailed lasting(String reason) {
        return new KafkaFailed(reason, true);
    }

    static KafkaFailed malformed() {
        return lasting(
                "the broker's answer is not Kafka's, or larger than is read: is it the right port, and does it want"
                        + " TLS?");
    }

    public String reason() {
        return String.valueOf(getMessage());
    }

    /// Whether trying again is of no use before somebody has changed something.
    public boolean isLasting() {
        return isLasting;
    }
}
