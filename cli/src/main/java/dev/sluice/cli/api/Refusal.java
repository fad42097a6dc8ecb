package dev.sluice.cli.api;

import dev.sluice.cli.Failure;
import java.io.Serial;

/// The server said no. The message reads as in Dispatch's client: `[Code: 404] function f not found`.
public final class Refusal extends Failure {
    @Serial
    private static final long serialVersionUID = 1;

    private final long code;

    Refusal(long code, String message) {
        this("[Code: " + code + "] " + message, code);
    }

    private Refusal(String message, long code) {
        super(message);
        this.code = code;
    }

    /// As the server's answer says it.
    public long code() {
        return code;
    }

    /// With what a policy would have to allow.
    Refusal needing(String need) {
        return new Refusal(
                getMessage() + "\nIt takes a policy that allows: " + need
                        + "\nWho has one: sluice iam can SUBJECT ACTION RESOURCE",
                code);
    }

    /// With how one becomes somebody.
    ///
    /// @param wasSomebody whether the request had something that proves who one is
    Refusal unproven(boolean wasSomebody) {
        String why =
                wasSomebody ? "What you are logged in with is not good, or no longer." : "Nobody is logged in here.";
        return new Refusal(
                getMessage() + "\n" + why
                        + " To log in: sluice login, or sluice login --service-account NAME --key-file FILE",
                code);
    }

    /// With what its request did not say.
    Refusal withoutOrganization() {
        return new Refusal(getMessage() + "\nSay in which organization you act: --organization ORG", code);
    }

    /// With where to ask for the reason.
    Refusal explainedAs(String requestId) {
        return new Refusal(getMessage() + "\nIf you may know why: sluice explain " + requestId, code);
    }
}
