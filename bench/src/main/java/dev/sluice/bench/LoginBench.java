package dev.sluice.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;

/// Part of `iam`: from the login page to a session, and what a request costs that shows one.
final class LoginBench {
    private static final int LOGINS = 200;
    private static final int REQUESTS = 2_000;
    private static final int FOUND = 302;

    private final SluiceServer server;
    private final HttpClient browser;

    /// Requests that somebody's browser has sent.
    private int trips;

    private LoginBench(SluiceServer server, HttpClient browser) {
        this.server = server;
        this.browser = browser;
    }

    static void run(Report report) throws IOException, InterruptedException {
        try (Scratch scratch = Scratch.create();
                LoginProvider provider = new LoginProvider()) {
            Path data = scratch.path().resolve("data");
            provider.listIn(data);
            try (SluiceServer server = SluiceServer.start(data);
                    HttpClient browser = HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .build()) {
                server.make(
                        "/v1/iam/policy",
                        "{\"name\":\"people\",\"rules\":[{\"subjects\":[\"" + LoginProvider.MAIL
                                + "\"],\"actions\":[\"get\"],\"resources\":[\"runs\"]}]}");
                new LoginBench(server, browser).measure(report, provider);
            }
        }
    }

    private void measure(Report report, LoginProvider provider) throws IOException, InterruptedException {
        String session = logIn();
        trips = 0;
        int before = provider.asked();
        var logins = new long[LOGINS];
        for (int i = 0; i < LOGINS; i++) {
            long start = System.nanoTime();
            session = logIn();
            logins[i] = System.nanoTime() - start;
        }
        double ofBrowser = trips / (double) LOGINS;
        double ofProvider = (provider.asked() - before) / (double) LOGINS;
        double bare = bareExchange();
        report.add(Figure.of(IamBench.NAME, "round trips of a login, of the browser", ofBrowser, "", "3, one elsewhere")
                .beside("of the provider", ofProvider));
        report.add(Figure.of(
                        IamBench.NAME,
                        "login page to session",
                        Samples.of(logins, 1).micros(0.5),
                        "us",
                        "")
                .beside("one exchange without a session", bare));
        String cookie = session;
        double shown = median(() -> send("/home", "Cookie", cookie, "X-Dispatch-Org", "dispatch", 200));
        report.add(Figure.of(IamBench.NAME, "request that shows a session", shown, "us", "ratio about 1")
                .beside("one that shows nothing", bare));
    }

    private double bareExchange() throws IOException, InterruptedException {
        return median(() -> send("/v1/version", "Accept", "application/json", "X-Dispatch-Org", "dispatch", 200));
    }

    private interface Exchange {
        HttpResponse<String> run() throws IOException, InterruptedException;
    }

    private static double median(Exchange exchange) throws IOException, InterruptedException {
        var nanos = new long[REQUESTS];
        for (int i = 0; i < 2 * REQUESTS; i++) {
            long start = System.nanoTime();
            HttpResponse<String> answer = exchange.run();
            nanos[i % REQUESTS] = System.nanoTime() - start;
            if (answer.statusCode() >= 400) {
                throw new IOException("the server refused: " + answer.body());
            }
        }
        return Samples.of(nanos, 1).micros(0.5);
    }

    /// What a browser does, as if whoever sits there were as fast.
    private String logIn() throws IOException, InterruptedException {
        HttpResponse<String> start =
                send("/v1/iam/oauth2/start?rd=%2Fhome", "Accept", "text/html", "Cookie", "unset", FOUND);
        HttpResponse<String> atProvider = send(location(start), "Accept", "text/html", "Cookie", "unset", FOUND);
        HttpResponse<String> callback =
                send(location(atProvider), "Accept", "text/html", "Cookie", cookie(start), FOUND);
        return cookie(callback);
    }

    private HttpResponse<String> send(String target, String name, String value, String second, String its, int status)
            throws IOException, InterruptedException {
        trips++;
        URI to = target.startsWith("/") ? server.api(target) : URI.create(target);
        HttpRequest request = HttpRequest.newBuilder(to)
                .header(name, value)
                .header(second, its)
                .build();
        HttpResponse<String> answer = browser.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != status) {
            throw new IOException("a login was answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer;
    }

    private static String location(HttpResponse<String> answer) throws IOException {
        return required(answer.headers().firstValue("Location"));
    }

    /// The first cookie, as a browser sends it back.
    private static String cookie(HttpResponse<String> answer) throws IOException {
        String cookie = required(answer.headers().firstValue("Set-Cookie"));
        return cookie.substring(0, cookie.indexOf(';'));
    }

    private static String required(Optional<String> header) throws IOException {
        return header.orElseThrow(() -> new IOException("a login's answer leads nowhere"));
    }
}
