package dev.sluice.cli.command;

/// `token`.
final class AccountWords {
    private AccountWords() {}

    static Word token() {
        return new Word("token", "Print a token for other programs, good for an hour.", AccountWords::token)
                .example("curl -H \"Authorization: Bearer $(sluice token)\" http://127.0.0.1:8080/v1/function");
    }

    private static int token(Arguments arguments, Session session) {
        session.say(session.api().token());
        return 0;
    }
}
