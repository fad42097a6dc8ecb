package dev.sluice.cloudcall;

/// How a function is called.
public enum Convention {
    /// The guest decides when it loads the function (docs/design/cloudcalls.md says how).
    AUTO("auto"),
    /// `handle(context, payload)`, as Dispatch has it.
    DISPATCH("dispatch"),
    /// `handle(event, cloudcall)`, as Faasten has it.
    FAASTEN("faasten"),
    /// `handler(event, context)`, as AWS Lambda has it, or a program named `bootstrap` that asks for its events.
    LAMBDA("lambda"),
    /// A program that answers HTTP on the port that it is told.
    HTTP("http");

    private final String word;

    Convention(String word) {
        this.word = word;
    }

    /// As the protocol spells it.
    public String word() {
        return word;
    }

    static Convention decided(String word) throws GuestProtocolViolation {
        return switch (word) {
            case "dispatch" -> DISPATCH;
            case "faasten" -> FAASTEN;
            case "lambda" -> LAMBDA;
            case "http" -> HTTP;
            default -> throw new GuestProtocolViolation("unknown convention");
        };
    }
}
