package dev.sluice.cloudcall;

/// The answer to a [CloudCall].
public sealed interface CallReply {
    CallReply DONE = new Granted(Value.NULL);

    /// Carried out.
    ///
    /// @param answer what the call's doc says
    record Granted(Value answer) implements CallReply {}

    record Refused(CallRefusal refusal) implements CallReply {}

    static CallReply of(Value answer) {
        return new Granted(answer);
    }

    static CallReply refused(CallRefusal refusal) {
        return new Refused(refusal);
    }
}
