package dev.sluice.function;

import java.util.Optional;

/// How a function's code expects to be called (contracts/dispatch.md 4.3, contracts/faasten.md 5.2 to 5.4).
public enum Convention {
    /// The guest decides by the handler it finds.
    AUTO("auto"),
    /// `handle(context, payload)`.
    DISPATCH("dispatch"),
    /// `handle(event, cloudcall)`.
    FAASTEN("faasten"),
    /// `handler(event, context)`, or a program named `bootstrap`.
    LAMBDA("lambda"),
    /// A program that answers HTTP on the port that it is told.
    HTTP("http");

    private final String word;

    Convention(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    public static Optional<Convention> of(String word) {
        for (Convention convention : values()) {
            if (convention.word.equals(word)) {
                return Optional.of(convention);
            }
        }
        return Optional.empty();
    }
}
