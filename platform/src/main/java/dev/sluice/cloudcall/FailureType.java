package dev.sluice.cloudcall;

/// What a guest may blame a failure on. `SystemError` is not among them: only the platform knows that.
public enum FailureType {
    /// The function refused its input, with its language's argument error.
    INPUT_ERROR("InputError"),
    FUNCTION_ERROR("FunctionError");

    private final String word;

    FailureType(String word) {
        this.word = word;
    }

    /// As the protocol and a run's record spell it.
    public String word() {
        return word;
    }

    static FailureType of(String word) throws GuestProtocolViolation {
        return switch (word) {
            case "InputError" -> INPUT_ERROR;
            case "FunctionError" -> FUNCTION_ERROR;
            default -> throw new GuestProtocolViolation("unknown type of failure");
        };
    }
}
