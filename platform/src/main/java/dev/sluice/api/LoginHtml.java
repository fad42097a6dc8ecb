package dev.sluice.api;

import dev.sluice.authn.IdentityProviders.Choice;
import dev.sluice.bytes.Bytes;
import dev.sluice.http.Response;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// The pages on which people log in and out: HTML without scripts, whose style is in a file of its own.
final class LoginHtml {
    static final String STYLE = "/v1/iam/login.css";
    private static final String POLICY =
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'" + "; form-action 'self'";

    /// Where a program of the user's may wait for him: browsers apply `form-action` to what a form leads on to.
    private static final String LOOPBACK = " http://127.0.0.1:* http://localhost:*";

    private LoginHtml() {}

    /// What a page to log in says.
    ///
    /// @param goal where the browser goes afterwards
    /// @param account what the user had typed
    record Entry(
            List<Choice> choices, String goal, Optional<String> wrong, String account, boolean asksForOrganization) {
        /// The provider whose form is on the page, if it is one.
        private Optional<Choice> form() {
            List<Choice> forms = choices.stream().filter(Choice::takesPasswords).toList();
            return forms.size() == 1 ? Optional.of(forms.getFirst()) : Optional.empty();
        }
    }

    static Response entry(int status, Entry told, String seal) {
        var page = new StringBuilder("<h1>Log in</h1>");
        told.wrong().ifPresent(text -> wrong(page, text));
        if (told.choices().isEmpty()) {
            page.append("<p>No identity provider is configured here. Ask whoever runs this server.</p>");
        }
        Optional<Choice> form = told.form();
        form.ifPresent(choice -> passwords(page, choice, told, seal));
        List<Choice> links = told.choices().stream()
                .filter(one -> !form.equals(Optional.of(one)))
                .toList();
        if (!links.isEmpty()) {
            page.append(form.isPresent() ? "<h2>Or log in with</h2>" : "<p>Who knows you?</p>")
                    .append("<ul>");
            links.forEach(one -> link(page, one, told.goal()));
            page.append("</ul>");
        }
        if (told.asksForOrganization()) {
            page.append(
                            "<h2>Does your organization have its own login?</h2><form method=\"get\" action=\"/v1/iam/login\">")
                    .append("<label for=\"organization\">Organization</label>")
                    .append("<input id=\"organization\" name=\"organization\" maxlength=\"64\" required")
                    .append(" autocomplete=\"organization\">");
            hidden(page, "rd", told.goal());
            page.append("<button class=\"second\">Show it</button></form>");
        }
        return page(status, "Log in", page, told.goal().startsWith("/v1/iam/redirect?"));
    }

    static Response account(String mail, String seal) {
        var page = new StringBuilder("<h1>You are logged in</h1><p>as <strong>")
                .append(escape(mail))
                .append("</strong></p>");
        for (boolean all : new boolean[] {false, true}) {
            page.append("<form method=\"post\" action=\"/v1/iam/logout")
                    .append(all ? "?all=true" : "")
                    .append("\">");
            hidden(page, FormSeal.FIELD, seal);
            page.append(all ? "<button class=\"second\">Log out everywhere" : "<button>Log out")
                    .append("</button></form>");
        }
        return page(200, "You are logged in", page, false);
    }

    static Response loggedOut() {
        var page = new StringBuilder("<h1>You are logged out</h1>")
                .append("<p role=\"status\">Nobody is logged in with this browser now.</p>")
                .append("<a class=\"choice\" href=\"/v1/iam/login\">Log in again</a>");
        return page(200, "You are logged out", page, false);
    }

    static Response failed(int status, String why) {
        var page = new StringBuilder("<h1>That did not work</h1>");
        wrong(page, why);
        page.append("<a class=\"choice\" href=\"/v1/iam/login\">Try again</a>");
        return page(status, "That did not work", page, false);
    }

    private static void passwords(StringBuilder page, Choice choice, Entry told, String seal) {
        String described = told.wrong().isPresent() ? " aria-describedby=\"wrong\"" : "";
        page.append("<form method=\"post\" action=\"/v1/iam/login\"><p>with your account at <strong>")
                .append(escape(choice.name()))
                .append(
                        "</strong></p><label for=\"account\">Name</label><input id=\"account\" name=\"account\" value=\"")
                .append(escape(told.account()))
                .append("\" maxlength=\"128\" required autofocus autocomplete=\"username\" autocapitalize=\"none\"")
                .append(" spellcheck=\"false\"")
                .append(described)
                .append("><label for=\"password\">Password</label><input id=\"password\" name=\"password\"")
                .append(" type=\"password\" maxlength=\"512\" required autocomplete=\"current-password\"")
                .append(described)
                .append('>');
        hidden(page, "provider", choice.name());
        hidden(page, "rd", told.goal());
        hidden(page, FormSeal.FIELD, seal);
        page.append("<button>Log in</button></form>");
    }

    private static void link(StringBuilder page, Choice choice, String goal) {
        page.append("<li><a class=\"choice\" href=\"")
                .append(choice.takesPasswords() ? "/v1/iam/login" : "/v1/iam/oauth2/start")
                .append("?provider=")
                .append(escape(choice.name()))
                .append("&amp;rd=")
                .append(URLEncoder.encode(goal, StandardCharsets.UTF_8))
                .append("\">")
                .append(escape(choice.name()))
                .append("</a></li>");
    }

    private static void hidden(StringBuilder page, String name, String value) {
        page.append("<input type=\"hidden\" name=\"")
                .append(name)
                .append("\" value=\"")
                .append(escape(value))
                .append("\">");
    }

    private static void wrong(StringBuilder page, String text) {
        page.append("<p class=\"wrong\" id=\"wrong\" role=\"alert\">")
                .append(escape(text))
                .append("</p>");
    }

    /// @param leadsToPrograms whether a form of it may lead on to the user's own machine
    private static Response page(int status, String title, StringBuilder body, boolean leadsToPrograms) {
        String html = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title
                + " – Sluice</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                + "<link rel=\"stylesheet\" href=\"" + STYLE + "\"></head><body><main>" + body
                + "</main></body></html>";
        return Response.of(status, "text/html; charset=utf-8", Bytes.utf8(html))
                .with("Content-Security-Policy", leadsToPrograms ? POLICY + LOOPBACK : POLICY)
                .with("X-Content-Type-Options", "nosniff")
                .with("X-Frame-Options", "DENY")
                .with("Referrer-Policy", "same-origin")
                .with("Cache-Control", "no-store");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
