package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.config.ConfigFile;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.json.Json;
import java.util.Map;
import java.util.Optional;

/// `logout`.
final class LogoutWords {
    private static final int ERROR_BYTES_MAX = 1 << 20;
    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;

    private LogoutWords() {}

    static Word logout() {
        return new Word("logout", "End your session and forget the context's credentials.", LogoutWords::logout)
                .flag(Flag.bare("end all your sessions, on other machines too", "--all"))
                .flag(Flag.bare("only forget: ask no server", "--local"))
                .example("sluice logout")
                .example("sluice logout --all");
    }

    private static int logout(Arguments arguments, Session session) {
        boolean isAll = arguments.has("--all");
        boolean isLocal = arguments.has("--local");
        String cookie = session.settings().get(Setting.COOKIE);
        if (isLocal && isAll) {
            throw Failure.usage("--local ends no session: leave out --all");
        }
        if (isAll && cookie.isEmpty()) {
            throw new Failure("there is no session to end: this context has none");
        }
        if (!cookie.isEmpty() && !isLocal) {
            end(session, cookie, isAll);
        }
        Optional<String> back = Credentials.forget(session);
        session.say("You have successfully logged out");
        sayWhatIsNext(session, back);
        return 0;
    }

    private static void sayWhatIsNext(Session session, Optional<String> back) {
        ConfigFile file = session.settings().file(); // as it was
        Json.Obj left = file.context(file.current());
        String account = left.show(Setting.SERVICE_ACCOUNT.key());
        if (back.isPresent()) {
            String who = LoggedIn.as(file.context(back.get()));
            session.terminal()
                    .complain("You act in context " + back.get() + " again"
                            + (who.isEmpty() ? ", where nobody is logged in" : ", as " + who));
        } else if (!account.isEmpty()) {
            session.terminal()
                    .complain("To log in again: sluice login --service-account " + account + " --key-file "
                            + left.show(Setting.JWT_PRIVATE_KEY.key()));
        }
    }

    /// Nobody needs it any more, and it ends by itself where the server cannot be asked.
    static void endIfPossible(Session session, String cookie) {
        try {
            end(session, cookie, false);
        } catch (Failure unheard) {
            session.terminal().complain("The session before could not be ended: it ends by itself");
        }
    }

    /// A session that is over already has ended, and what has none cannot end it.
    private static void end(Session session, String cookie, boolean isAll) {
        var headers = Map.of(
                "Accept",
                "application/json",
                "Cookie",
                cookie,
                "X-Dispatch-Org",
                session.settings().get(Setting.ORGANIZATION));
        try {
            Answer answer =
                    session.api().sendBare("POST", "/v1/iam/logout" + (isAll ? "?all=true" : ""), headers, Body.NONE);
            byte[] content = Api.bytes(answer, ERROR_BYTES_MAX);
            if (!answer.isSuccess() && answer.status() != UNAUTHORIZED && answer.status() != NOT_FOUND) {
                throw Api.refusal(answer, content);
            }
        } catch (Failure e) {
            throw new Failure(
                    "you are still logged in: the server could not end your session: " + e.getMessage()
                            + "\nTry again, or only forget it here: sluice logout --local",
                    e);
        }
    }
}
