package dev.sluice.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.authn.TestDirectory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pages to log in on, in a real browser: what its policies, cookies and forms make of them.
@Tag("full")
final class LoginBrowserTest {
    @TempDir
    private static Path directory;

    private static LoginSite site;
    private static String base;

    @BeforeAll
    static void start() throws Exception {
        site = LoginSite.at(directory, "google");
        base = "http://127.0.0.1:" + site.api().port();
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    @Test
    void aPerson_logsInWithAPassword_afterAMistake_andOut() throws Exception {
        try (var browser = new Chromium(directory.resolve("password"))) {
            browser.open(base + "/v1/iam/login");
            assertThat(browser.text()).contains("Log in", "google", "Does your organization have its own login?");
            picture(browser, "choice");
            assertThat(browser.css("main", "border-radius"))
                    .as("the style is loaded")
                    .isEqualTo("12px");
            browser.type("#organization", "acme");
            browser.click("form[method=get] button");
            assertThat(browser.text()).contains("corp", "staff", "google");
            picture(browser, "organization");
            browser.click("a[href*='provider=corp']");
            assertThat(browser.focused()).isEqualTo("account");
            assertThat(browser.label("#account")).isEqualTo("Name");
            assertThat(browser.label("#password")).isEqualTo("Password");
            browser.type("#account", "jon");
            browser.type("#password", "wrong");
            browser.click("form[method=post] button");
            assertThat(browser.text()).contains("the name or the password is wrong");
            picture(browser, "wrong");
            browser.type("#password", "correct horse");
            browser.click("form[method=post] button");
            assertThat(browser.text()).contains("You are logged in", "jon@example.com");
            assertThat(browser.address()).isEqualTo(base + "/v1/iam/login");
            picture(browser, "account");
            browser.click("form[method=post] button");
            assertThat(browser.text()).contains("You are logged out");
            picture(browser, "out");
            browser.open(base + "/v1/iam/login");
            assertThat(browser.text()).doesNotContain("jon@example.com");
        }
    }

    @Test
    void aPerson_logsInAtAProvider() throws Exception {
        try (var browser = new Chromium(directory.resolve("provider"))) {
            browser.open(base + "/v1/iam/login");
            browser.click("a[href*='provider=google']");
            assertThat(browser.text()).contains("You are logged in", "jon@example.com");
            assertThat(browser.address()).isEqualTo(base + "/v1/iam/login");
        }
    }

    @Test
    void aProgramThatWaits_getsTheSession_alsoAfterAPassword() throws Exception {
        BlockingQueue<String> caught = new ArrayBlockingQueue<>(1);
        HttpServer catcher = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        catcher.createContext("/catcher", exchange -> {
            caught.offer(exchange.getRequestURI().getQuery());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        catcher.start();
        try (var browser = new Chromium(directory.resolve("program"))) {
            String program = "http://127.0.0.1:" + catcher.getAddress().getPort() + "/catcher";
            String goal = "/v1/iam/redirect?redirect=" + encoded(program);
            browser.open(base + "/v1/iam/oauth2/start?provider=staff&rd=" + encoded(goal));
            browser.type("#account", "jon");
            browser.type("#password", "correct horse");
            browser.press("form[method=post] button");
            assertThat(caught.poll(30, TimeUnit.SECONDS)).startsWith("cookie=_oauth2_proxy=");
        } finally {
            catcher.stop(0);
        }
    }

    @Test
    void aTenantsPage_onAnotherPortOfTheHost_logsNobodyIn() throws Exception {
        HttpServer tenant = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] page = ("<form method=post action='" + base + "/v1/iam/login'><input name=provider value=staff>"
                        + "<input name=rd value=/home><input name=account value=eve><input name=password value=evil>"
                        + "<input name=seal value=x><button>go</button></form>")
                .getBytes(StandardCharsets.UTF_8);
        tenant.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.getResponseHeaders().set("Set-Cookie", FormSeal.COOKIE + "=planted; Path=/");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        tenant.start();
        try (var browser = new Chromium(directory.resolve("tenant"))) {
            browser.open("http://127.0.0.1:" + tenant.getAddress().getPort() + "/");
            browser.click("button");
            assertThat(browser.text()).contains("another page sent the form");
            assertThat(site.ldap().binds).doesNotContain("uid=eve,ou=people," + TestDirectory.BASE);
        } finally {
            tenant.stop(0);
        }
    }

    /// For whoever wants to look: `-Dsluice.pictures=DIRECTORY`.
    private static void picture(Chromium browser, String name) throws Exception {
        String to = System.getProperty("sluice.pictures", "");
        if (!to.isEmpty()) {
            browser.picture(Path.of(to, name + ".png"));
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
