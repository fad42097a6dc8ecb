package dev.sluice.acme;

import dev.sluice.bytes.Traces;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.SelfSigned;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.DEROctetString;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Authorization;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Order;
import org.shredzone.acme4j.PollableResource;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.challenge.Challenge;
import org.shredzone.acme4j.challenge.Http01Challenge;
import org.shredzone.acme4j.challenge.TlsAlpn01Challenge;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeNetworkException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One order at the authority after the other, each from the server's account to the certificate. Callers block.
///
/// Bounded: each of the three waits for the authority by [#STEP_MAX], with a look every [#PAUSE_MIN] to [#PAUSE_MAX],
/// as it says.
///
/// Source: RFC 8555 7.1 and 8, RFC 8737.
final class Ordering {
    static final Duration STEP_MAX = Duration.ofMinutes(2);
    private static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(15);
    private static final int REASON_CHARS_MAX = 300;
    private static final Logger LOG = LoggerFactory.getLogger(Ordering.class);

    private final AcmeSettings settings;
    private final KeyFiles files;
    private final Challenges challenges;
    private final CertificateTable table;
    private final Clock clock;
    private final CountDownLatch isOver = new CountDownLatch(1);
    private @Nullable Login login;

    Ordering(AcmeSettings settings, KeyFiles files, Challenges challenges, CertificateTable table, Clock clock) {
        this.settings = settings;
        this.files = files;
        this.challenges = challenges;
        this.table = table;
        this.clock = clock;
    }

    /// The certificates for a key, in PEM, the host's own first.
    ///
    /// @param isTlsFirst whether tls-alpn-01 is taken where the authority offers http-01 too
    String certificates(String host, KeyPair pair, boolean isTlsFirst) throws OrderFailed, InterruptedException {
        try {
            Order order = login().newOrder().domain(host).create();
            List<Authorization> authorizations = order.getAuthorizations();
            if (authorizations.size() != 1) {
                throw new OrderFailed("the certificate authority asks for more than the host");
            }
            prove(host, authorizations.getFirst(), isTlsFirst);
            if (await(order, Set.of(Status.READY, Status.VALID, Status.INVALID)) == Status.READY) {
                order.execute(pair);
            }
            if (await(order, Set.of(Status.VALID, Status.INVALID)) != Status.VALID) {
                throw new OrderFailed("the certificate authority refused the order"
                        + order.getError().map(Ordering::detail).orElse(""));
            }
            return pem(order.getCertificate().getCertificateChain());
        } catch (AcmeException | IOException | RuntimeException | CertificateEncodingException failed) {
            forget();
            if (Thread.interrupted()) {
                throw new InterruptedException("the server stops");
            }
            throw failed(failed);
        }
    }

    /// Waits for the authority no longer, in this order and those to come.
    void end() {
        isOver.countDown();
    }

    private synchronized Login login() throws AcmeException, IOException {
        Login known = login;
        if (known == null) {
            var session = new Session(settings.directory(), new OneOrigin(settings));
            session.networkSettings().setTimeout(OneOrigin.EXCHANGE_MAX);
            session.networkSettings().setCompressionEnabled(false);
            session.setLocale(Locale.ENGLISH);
            var account = new AccountBuilder().agreeToTermsOfService().useKeyPair(files.account());
            settings.contact().ifPresent(account::addEmail);
            known = account.createLogin(session);
            login = known;
        }
        return known;
    }

    /// The account is asked for anew with the next order: the authority may have forgotten it.
    private synchronized void forget() {
        login = null;
    }

    private void prove(String host, Authorization authorization, boolean isTlsFirst)
            throws OrderFailed, AcmeException, InterruptedException {
        if (!authorization.getIdentifier().getDomain().equals(host)) {
            throw new OrderFailed("the certificate authority asks for another host");
        }
        if (authorization.getStatus() == Status.VALID) {
            return;
        }
        Optional<TlsAlpn01Challenge> tls = authorization.findChallenge(TlsAlpn01Challenge.class);
        Optional<Http01Challenge> http = authorization.findChallenge(Http01Challenge.class);
        if (tls.isEmpty() && http.isEmpty()) {
            throw new OrderFailed("the certificate authority offers neither http-01 nor tls-alpn-01");
        }
        boolean isTls = tls.isPresent() && (isTlsFirst || http.isEmpty());
        Challenge challenge = isTls ? tls.get() : http.orElseThrow();
        try {
            if (isTls) {
                var content = new DEROctetString(tls.get().getAcmeValidation());
                String extension = TlsAlpn01Challenge.ACME_VALIDATION_OID;
                table.challenge(host, SelfSigned.with(host, extension, content, clock.instant()));
            } else {
                Http01Challenge its = http.orElseThrow();
                challenges.begin(host, its.getToken(), its.getAuthorization());
            }
            challenge.trigger();
            var ended = Set.of(Status.VALID, Status.INVALID, Status.DEACTIVATED, Status.EXPIRED, Status.REVOKED);
            if (await(authorization, ended) != Status.VALID) {
                throw new OrderFailed(unproven(host, authorization, isTls));
            }
        } finally {
            challenges.end(host);
            table.endChallenge(host);
        }
    }

    private static String unproven(String host, Authorization authorization, boolean isTls) {
        String type = isTls ? TlsAlpn01Challenge.TYPE : Http01Challenge.TYPE;
        String said = authorization
                .findChallenge(type)
                .flatMap(Challenge::getError)
                .map(Ordering::detail)
                .orElse("");
        return "the certificate authority did not find this server at " + host + " by " + type + said
                + ". Let the host's addresses lead here, port "
                + (isTls ? "443 to the gateway's TLS" : "80 to the gateway's plain")
                + " port; the other of http-01 (port 80) and tls-alpn-01 (port 443) is tried next";
    }

    private Status await(PollableResource what, Set<Status> ended)
            throws AcmeException, InterruptedException, OrderFailed {
        long end = System.nanoTime() + STEP_MAX.toNanos();
        while (!ended.contains(what.getStatus())) {
            if (System.nanoTime() - end >= 0) {
                throw new OrderFailed("the certificate authority was not done in " + STEP_MAX.toMinutes() + " minutes");
            }
            Optional<Instant> again = what.fetch();
            if (!ended.contains(what.getStatus())) {
                if (isOver.await(pause(again).toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new InterruptedException("the server stops");
                }
            }
        }
        return what.getStatus();
    }

    private Duration pause(Optional<Instant> again) {
        Duration wished = again.map(at -> Duration.between(clock.instant(), at)).orElse(PAUSE_MIN);
        if (wished.compareTo(PAUSE_MIN) < 0) {
            return PAUSE_MIN;
        }
        return wished.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : wished;
    }

    private static String pem(List<X509Certificate> chain) throws CertificateEncodingException {
        var out = new StringBuilder();
        for (X509Certificate one : chain) {
            out.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(one.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return out.toString();
    }

    private static OrderFailed failed(Exception failure) {
        Throwable cause = failure instanceof AcmeLazyLoadingException lazy ? lazy.getCause() : failure;
        return switch (cause) {
            case AcmeRateLimitedException limited ->
                new OrderFailed(
                        "the certificate authority has had too many orders" + detail(limited.getProblem()),
                        limited.getRetryAfter());
            case AcmeServerException refused ->
                new OrderFailed("the certificate authority refused" + detail(refused.getProblem()));
            case AcmeNetworkException _ ->
                new OrderFailed("the certificate authority cannot be reached, or does not answer as it should:"
                        + " tell the operator if it stays so");
            case null, default -> {
                LOG.warn("an order of a certificate failed and is tried again", Traces.withoutTexts(failure));
                yield new OrderFailed("the certificate authority's answers cannot be used, or keys cannot be kept:"
                        + " tell the operator if it stays so");
            }
        };
    }

    /// What the authority says, as one short line of plain characters.
    private static String detail(Problem problem) {
        String said = problem.getDetail().orElse("").replaceAll("[^ -~]+", " ");
        return said.isBlank()
                ? ""
                : " ("
                        + said.substring(0, Math.min(said.length(), REASON_CHARS_MAX))
                                .strip() + ")";
    }
}
