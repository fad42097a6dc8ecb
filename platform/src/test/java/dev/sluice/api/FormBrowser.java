package dev.sluice.api;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What a browser does with plain pages: keeps cookies, fills in the first form and follows addresses. It sends
/// `Secure` cookies over loopback without TLS, as browsers do and the JDK's cookie store does not.
final class FormBrowser implements AutoCloseable {
    private static final Pattern FORM =
            Pattern.compile("<form\\b[^>]*\\baction=\"([^\"]+)\".*?</form>", Pattern.DOTALL);
    private static final Pattern HIDDEN = Pattern.compile("<input\\b[^>]*\\btype=\"hidden\"[^>]*>");

    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    private final Map<String, String> cookies = new LinkedHashMap<>();

    /// A page, or where it sends the browser.
    record Page(int status, String location, String body, URI address) {}

    Page open(String address) throws IOException, InterruptedException {
        return sent(HttpRequest.newBuilder(URI.create(address)));
    }

    /// Fills in the form of a page.
    Page submit(Page page, Map<String, String> typed) throws IOException, InterruptedException {
        Matcher form = FORM.matcher(page.body());
        if (!form.find()) {
            throw new AssertionError("there is no form: " + page.status() + " " + page.body());
        }
        var fields = new LinkedHashMap<String, String>();
        HIDDEN.matcher(form.group())
                .results()
                .forEach(input -> fields.put(attribute(input.group(), "name"), attribute(input.group(), "value")));
        fields.putAll(typed);
        String body = fields.entrySet().stream()
                .map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        URI action = page.address().resolve(unescaped(form.group(1)));
        return sent(HttpRequest.newBuilder(action)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /// Follows addresses up to one that begins so, or to a page.
    Page follow(Page page, String until) throws IOException, InterruptedException {
        Page at = page;
        while (at.status() / 100 == 3 && !at.location().startsWith(until)) {
            at = open(at.address().resolve(at.location()).toString());
        }
        return at;
    }

    String cookie(String name) {
        return name + "=" + cookies.getOrDefault(name, "");
    }

    @Override
    public void close() {
        client.close();
    }

    private Page sent(HttpRequest.Builder request) throws IOException, InterruptedException {
        String all = cookies.entrySet().stream()
                .map(one -> one.getKey() + "=" + one.getValue())
                .collect(Collectors.joining("; "));
        HttpRequest whole = (all.isEmpty() ? request : request.header("Cookie", all)).build();
        HttpResponse<String> answer = client.send(whole, HttpResponse.BodyHandlers.ofString());
        for (String cookie : answer.headers().allValues("Set-Cookie")) {
            String[] pair = cookie.split(";", 2)[0].split("=", 2);
            if (pair[1].isEmpty() || cookie.contains("Max-Age=0")) {
                cookies.remove(pair[0]);
            } else {
                cookies.put(pair[0], pair[1]);
            }
        }
        return new Page(
                answer.statusCode(), answer.headers().firstValue("Location").orElse(""), answer.body(), whole.uri());
    }

    private static String attribute(String tag, String name) {
        Matcher match = Pattern.compile("\\b" + name + "=\"([^\"]*)\"").matcher(tag);
        return match.find() ? unescaped(match.group(1)) : "";
    }

    private static String unescaped(String html) {
        return html.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
    }
}
