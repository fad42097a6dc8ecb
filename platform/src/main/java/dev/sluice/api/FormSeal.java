package dev.sluice.api;

import dev.sluice.http.Request;
import dev.sluice.http.Response;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Tells forms of our own pages from those of others. The browser says which origin's page sent one, and the page
/// itself holds what belongs to a cookie of that browser. Good for this process and an hour. Thread-safe.
final class FormSeal {
    static final String FIELD = "seal";
    static final String COOKIE = "_sluice_form";
    private static final String PATH = "/v1/iam";
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final int BYTES = 32;

    private final SecureRandom random;
    private final SecretKeySpec key;
    private final Optional<URI> publicUrl;

    /// @param publicUrl where browsers reach this server, if it does not follow from what they send
    FormSeal(SecureRandom random, Optional<URI> publicUrl) {
        this.random = random;
        this.publicUrl = publicUrl;
        this.key = new SecretKeySpec(bytes(), "HmacSHA256");
    }

    /// For one page.
    record Fresh(String cookie, String seal) {
        Response on(Response page, Request request) {
            return page.with("Set-Cookie", print(request, cookie, LIFETIME));
        }
    }

    Fresh fresh() {
        String cookie = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes());
        return new Fresh(cookie, seal(cookie));
    }

    /// Whether our own page sent this form, in the browser that it was made for.
    ///
    /// @param seal what the form's field holds
    boolean isOurs(Request request, String seal) {
        String cookie = SessionCookie.value(request, COOKIE).orElse("");
        byte[] expected = seal(cookie).getBytes(StandardCharsets.US_ASCII);
        return isOurOrigin(request)
                && !cookie.isEmpty()
                && MessageDigest.isEqual(expected, seal.getBytes(StandardCharsets.UTF_8));
    }

    /// Takes the cookie away.
    static Response spent(Response answer, Request request) {
        return answer.with("Set-Cookie", print(request, "", Duration.ZERO));
    }

    /// Browsers say it of every form that is posted.
    private boolean isOurOrigin(Request request) {
        Optional<String> origin = request.header("Origin");
        if (origin.isEmpty()) {
            return request.header("Sec-Fetch-Site")
                    .filter("same-origin"::equals)
                    .isPresent();
        }
        return publicUrl
                .or(() -> LoginTargets.origin(
                        request.secure(), request.header("Host").orElse("")))
                .map(URI::toString)
                .equals(origin);
    }

    private static String print(Request request, String value, Duration lives) {
        return SessionCookie.print(request, COOKIE, value, PATH, lives).replace("SameSite=Lax", "SameSite=Strict");
    }

    private String seal(String cookie) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            byte[] sealed = mac.doFinal(cookie.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has HMAC", impossible);
        }
    }

    private byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return bytes;
    }
}
