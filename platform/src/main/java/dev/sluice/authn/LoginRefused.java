package dev.sluice.authn;

/// Somebody could not be logged in. Says why in words that hold nothing of what was presented.
public final class LoginRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final Why why;
    private final String provider;
    private final String account;
    private final String goal;

    LoginRefused(Why why) {
        super(why.words);
        this.why = why;
        this.provider = "";
        this.account = "";
        this.goal = "";
    }

    LoginRefused(Why why, Throwable cause) {
        super(why.words, cause);
        this.why = why;
        this.provider = "";
        this.account = "";
        this.goal = "";
    }

    private LoginRefused(LoginRefused cause, String provider, String account, String goal) {
        super(cause.why.words, cause);
        this.why = cause.why;
        this.provider = provider;
        this.account = account;
        this.goal = goal;
    }

    /// The same, of a login at that provider.
    ///
    /// @param typed whom the user said he is; empty where the provider asks
    LoginRefused at(String named, String typed) {
        return new LoginRefused(this, named, typed, goal);
    }

    /// The same, of a login that this browser had begun to get there.
    LoginRefused onTheWayTo(String begunFor) {
        return new LoginRefused(this, provider, account, begunFor);
    }

    /// As it was given when the login began; empty where the browser has not shown that it began one.
    public String goal() {
        return goal;
    }

    /// Who was asked; empty where that is not known.
    public String provider() {
        return provider;
    }

    /// As somebody typed it: for the audit log only.
    public String account() {
        return account;
    }

    public Why why() {
        return why;
    }

    /// What was wrong.
    public enum Why {
        /// There is no such identity provider.
        UNKNOWN_PROVIDER("there is no such identity provider"),
        /// This browser has not begun a login, or too long ago, or has finished it.
        STALE("this login was not begun in this browser, or too long ago: begin again"),
        /// There is no such login for a terminal, or not any more.
        OVER("this login is over, or was never begun: begin again"),
        /// The provider has no logins for terminals.
        NOT_FOR_TERMINALS("the identity provider does not log in terminals: log in with a browser"),
        /// The provider did not want to.
        TURNED_DOWN("the identity provider did not log you in"),
        /// What the provider says does not hold.
        NOT_PROVEN("the identity provider's answer does not prove who you are"),
        /// The provider has not checked that the address is the user's.
        NOT_VERIFIED("the identity provider does not say that it has verified your mail address"),
        /// No such account, or not its password: which of the two is nobody's business.
        WRONG("the name or the password is wrong"),
        /// Too many were wrong.
        TOO_MANY("too many logins failed: try again in a quarter of an hour"),
        /// The directory does not say which address is the user's.
        NO_ADDRESS("the directory does not have exactly one mail address of yours"),
        /// The provider cannot be asked.
        UNREACHABLE("the identity provider cannot be reached: try again later");

        private final String words;

        Why(String words) {
            this.words = words;
        }
    }
}
