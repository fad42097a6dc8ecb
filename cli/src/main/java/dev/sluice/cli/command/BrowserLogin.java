package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.Terminal;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.http.Address;
import dev.sluice.cli.http.Catcher;
import java.io.File;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

    private static final List<String> OPENERS = List.of("xdg-open", "open");
    private static final String HTTPS_PORT = ":443";

    private BrowserLogin() {}

    /// @param provider empty for the only one, or to choose in the browser
    /// @return the session's cookie
    static String cookie(Session session, String provider) {
        try (var catcher = Catcher.open(Cookies::isOne)) {
            String start = start(session, catcher.address(), provider);
            Terminal terminal = session.terminal();
            terminal.complain("Logging into: " + start);
            if (!isOpened(terminal, start)) {
                terminal.complain("There is no browser here: open that address in one of this machine,"
                        + " or use --device to log in from another");
            }
            terminal.err().flush();
            return catcher.await(PATIENCE)
                    .orElseThrow(() ->
                            new Failure("nobody logged in within " + PATIENCE.toMinutes() + " minutes: begin again"));
        } catch (IOException e) {
            throw new Failure("cannot listen for the browser: " + Failure.reason(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure("interrupted", e);
        }
    }

    /// `https://HOST/v1/iam/oauth2/start?rd=` and where the server shall hand the cookie on to; and who knows the user,
    /// or at least whose providers may.
    private static String start(Session session, String catcher, String provider) {
        Address address = session.settings().address();
        String organization = session.settings().get(Setting.ORGANIZATION);
        String server = address.toString();
        boolean isUsual = address.secure() && server.endsWith(HTTPS_PORT);
        String redirect = "/v1/iam/redirect?redirect=" + encoded(catcher);
        return (isUsual ? server.substring(0, server.length() - HTTPS_PORT.length()) : server)
                + "/v1/iam/oauth2/start?rd=" + encoded(redirect)
                + parameter("provider", provider)
                + (provider.isEmpty() ? parameter("organization", organization) : "");
    }

    private static String parameter(String name, String value) {
        return value.isEmpty() ? "" : "&" + name + "=" + encoded(value);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
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
