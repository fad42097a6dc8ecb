package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.Terminal;
import dev.sluice.cli.api.Api;
import dev.sluice.cli.http.Address;
import dev.sluice.cli.http.Answer;
import dev.sluice.cli.http.Body;
import dev.sluice.cli.http.Catcher;
import java.io.File;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Logging in with the browser of this machine, as Dispatch's client does it: the browser is sent to the server, from
/// there to an identity provider, and in the end to a port of this program, with the session's cookie.
///
/// The address of that port holds a random word, so that no page that the browser shows can log this program in as
/// somebody else.
final class BrowserLogin {
    /// As long as a server remembers a login that was begun.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int FOUND = 302;
    private static final List<String> OPENERS = List.of("xdg-open", "open");
    private static final List<String> DISPLAYS = List.of("DISPLAY", "WAYLAND_DISPLAY");
    private static final String HTTPS_PORT = ":443";

    private BrowserLogin() {}

    /// @return the session's cookie
    static String cookie(Session session, String provider) {
        try (var catcher = Catcher.open(Cookies::isOne)) {
            String target = target(catcher.address(), provider);
            requireLogin(session, target);
            String start = server(session) + target;
            Terminal terminal = session.terminal();
            terminal.complain("Logging into: " + start);
            if (!isOpened(terminal, start) || !hasDisplay(terminal)) {
                terminal.complain("There seems to be no browser here: open that address in one of this machine,"
                        + " or log in from another one with: sluice login --device");
            }
            terminal.err().flush();
            Catcher.Caught end = catcher.await(PATIENCE)
                    .orElseThrow(() ->
                            new Failure("nobody logged in within " + PATIENCE.toMinutes() + " minutes: begin again"));
            return switch (end) {
                case Catcher.Caught.Cookie(String cookie) -> cookie;
                case Catcher.Caught.Refusal(String why) ->
                    throw new Failure(
                            "error logging in: " + why + ". Nothing has changed: to begin again, sluice login");
            };
        } catch (IOException e) {
            throw new Failure("cannot listen for the browser: " + Failure.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure("interrupted", e);
        }
    }

    /// Where the browser begins, and where the server shall hand the cookie on to in the end.
    private static String target(String catcher, String provider) {
        String redirect = "/v1/iam/redirect?redirect=" + encoded(catcher);
        return "/v1/iam/oauth2/start?rd=" + encoded(redirect) + "&provider=" + encoded(provider);
    }

    /// Goes ahead of the browser, as it would be too late when that shows that the provider cannot be reached.
    private static void requireLogin(Session session, String target) {
        Answer answer = session.api().sendBare("GET", target, Map.of("Accept", "application/json"), Body.NONE);
        byte[] content = Api.bytes(answer, ANSWER_BYTES_MAX);
        if (answer.status() != FOUND) {
            throw Api.refusal(answer, content);
        }
    }

    private static String server(Session session) {
        Address address = session.settings().address();
        String server = address.toString();
        boolean isUsual = address.secure() && server.endsWith(HTTPS_PORT);
        return isUsual ? server.substring(0, server.length() - HTTPS_PORT.length()) : server;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// Openers are there without one too, and say that they have opened what nobody sees.
    private static boolean hasDisplay(Terminal terminal) {
        return System.getProperty("os.name").startsWith("Mac")
                || DISPLAYS.stream()
                        .anyMatch(name ->
                                !terminal.environment().getOrDefault(name, "").isEmpty());
    }

    private static boolean isOpened(Terminal terminal, String address) {
        String path = terminal.environment().getOrDefault("PATH", "");
        Optional<Path> opener = Stream.of(path.split(File.pathSeparator, -1))
                .filter(directory -> directory.startsWith("/"))
                .flatMap(directory -> OPENERS.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (opener.isEmpty()) {
            return false;
        }
        try {
            new ProcessBuilder(opener.get().toString(), address)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return true;
        } catch (IOException notStarted) {
            return false;
        }
    }
}
