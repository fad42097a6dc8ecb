package dev.sluice;

import dev.sluice.acme.AcmeSettings;
import dev.sluice.authn.Bearers;
import dev.sluice.build.Registries;
import dev.sluice.egress.EgressSettings;
import dev.sluice.fs.Quota;
import dev.sluice.fs.QuotaPlan;
import dev.sluice.function.Reuse;
import dev.sluice.host.HostRules;
import dev.sluice.http.WebServer;
import dev.sluice.oci.PlainHosts;
import dev.sluice.org.Limit;
import dev.sluice.run.RunRetention;
import dev.sluice.sandbox.Isolation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How the server is started.
///
/// @param data     everything that the server keeps
/// @param guestDir the guests' runtime files, a folder for each language
/// @param readyGuests guests that wait ready for a first call, of each runtime that is kept ready
/// @param guestMib what all guests may hold together at most, whatever is free
/// @param isolation of all guests
/// @param reuse of instances, at most
/// @param quotas how much each organization may store
/// @param limits what else each organization may have at most
/// @param collectSeconds from one look for what nothing reaches to the next
/// @param runs how long runs are kept, and how many
/// @param egress what external gates may reach
/// @param registries where builds of images may fetch packages from
/// @param plainRegistries the registries of images that may be asked without TLS
/// @param tokens which of the tokens are good that service accounts sign for themselves
/// @param hosts what organizations show of their hosts
/// @param acme where certificates are ordered, if anywhere
/// @param api     where the control plane listens, on loopback
/// @param gateway where the gateway listens; on loopback unless something else is said
record Config(
        Path data,
        Path guestDir,
        WebServer.Ports api,
        WebServer.Ports gateway,
        Isolation isolation,
        Reuse reuse,
        int readyGuests,
        int guestMib,
        QuotaPlan quotas,
        Map<Limit, Long> limits,
        int collectSeconds,
        RunRetention.Rules runs,
        EgressSettings egress,
        Registries registries,
        PlainHosts plainRegistries,
        Bearers.Rules tokens,
        HostRules hosts,
        Optional<AcmeSettings> acme) {
    private static final int PORT_MAX = 65_535;
    private static final int READY_GUESTS_MAX = 64;
    private static final int READY_GUESTS_DEFAULT = 2;
    private static final int COLLECT_SECONDS_DEFAULT = 600;
    private static final int TOKEN_SECONDS_MIN = 60;
    private static final int TOKEN_SECONDS_MAX = 86_400;
    private static final int RUNS_KEPT_DAYS_DEFAULT = 30;
    private static final int RUNS_KEPT_DAYS_MAX = 36_500;
    private static final int RUNS_KEPT_DEFAULT = 100_000;
    private static final String RUNS_KEPT_DAYS = "--runs-kept-days";
    private static final String RUNS_KEPT = "--runs-kept";
    private static final String TOKEN_SECONDS = "--token-seconds";
    private static final String TOKEN_AUDIENCE = "--token-audience";
    private static final String HOST_CLAIM = "--host-claim";
    private static final String HOST_DNS = "--host-dns";
    private static final String QUOTA = "--quota";
    private static final List<String> OPTIONS = List.of(
            "--data",
            "--guest-dir",
            "--api-port",
            "--api-tls-port",
            "--gateway-port",
            "--gateway-tls-port",
            FrontDoor.ADDRESS,
            FrontDoor.HTTP2,
            "--isolation",
            "--reuse",
            "--ready-guests",
            "--guest-mib",
            QUOTA,
            "--quota-items",
            "--quota-mib",
            "--quota-concurrent-runs",
            "--quota-queued-runs",
            "--quota-queued-mib",
            "--quota-memory-mib",
            "--quota-functions",
            "--quota-requests-per-second",
            "--quota-gateway-requests-per-second",
            "--collect-seconds",
            RUNS_KEPT_DAYS,
            RUNS_KEPT,
            Outside.EGRESS_ALLOW,
            Outside.EGRESS_PERMIT,
            Outside.EGRESS_CA,
            Outside.PACKAGE_INDEX,
            Outside.PACKAGE_KEYRING,
            Outside.REGISTRY_HTTP,
            TOKEN_SECONDS,
            TOKEN_AUDIENCE,
            HOST_CLAIM,
            HOST_DNS,
            AcmeSettings.DIRECTORY,
            AcmeSettings.AUTHORITY,
            AcmeSettings.CONTACT,
            AcmeSettings.TERMS);
    private static final Set<String> REPEATABLE =
            Set.of(QUOTA, Outside.EGRESS_ALLOW, Outside.EGRESS_PERMIT, Outside.PACKAGE_INDEX, Outside.REGISTRY_HTTP);

    /// What is wrong with the command line, for whoever typed it.
    static final class Invalid extends Exception {
        private static final long serialVersionUID = 1;

        Invalid(String message) {
            super(message);
        }
    }

    /// The functions that are shipped with the server: beside the guests' files, in a source tree as where it is
    /// installed.
    Path functionsDir() {
        return guestDir.resolveSibling("examples").resolve("faasten").resolve("functions");
    }

    static Config parse(List<String> args) throws Invalid {
        Map<String, String> given = new HashMap<>();
        Map<String, List<String>> repeated = new HashMap<>();
        for (int i = 0; i < args.size(); i += 2) {
            String option = args.get(i);
            if (!OPTIONS.contains(option)) {
                throw new Invalid("unknown option: " + option);
            }
            if (i + 1 == args.size()) {
                throw new Invalid(option + " needs a value");
            }
            if (REPEATABLE.contains(option)) {
                repeated.computeIfAbsent(option, _ -> new ArrayList<>()).add(args.get(i + 1));
            }
            given.put(option, args.get(i + 1));
        }
        return new Config(
                path(given, "--data"),
                path(given, "--guest-dir"),
                WebServer.Ports.loopback(port(given, "--api-port", 8080), port(given, "--api-tls-port", 8443)),
                FrontDoor.ports(given, port(given, "--gateway-port", 8081), port(given, "--gateway-tls-port", 8444)),
                Isolation.of(given.getOrDefault("--isolation", Isolation.NAMESPACES.word()))
                        .orElseThrow(() -> new Invalid("--isolation is namespaces, oci or microvm")),
                Reuse.of(given.getOrDefault("--reuse", Reuse.SAME_LABEL.word()))
                        .orElseThrow(() -> new Invalid("--reuse is never, same-label or label-flow")),
                number(given, "--ready-guests", READY_GUESTS_DEFAULT, READY_GUESTS_MAX),
                number(given, "--guest-mib", Integer.MAX_VALUE, Integer.MAX_VALUE),
                quotas(given, repeated.getOrDefault(QUOTA, List.of())),
                limits(given),
                Math.max(1, number(given, "--collect-seconds", COLLECT_SECONDS_DEFAULT, Integer.MAX_VALUE)),
                new RunRetention.Rules(
                        Duration.ofDays(number(given, RUNS_KEPT_DAYS, RUNS_KEPT_DAYS_DEFAULT, RUNS_KEPT_DAYS_MAX)),
                        number(given, RUNS_KEPT, RUNS_KEPT_DEFAULT, Integer.MAX_VALUE)),
                Outside.egress(repeated, Optional.ofNullable(given.get(Outside.EGRESS_CA))),
                Outside.registries(repeated.getOrDefault(Outside.PACKAGE_INDEX, List.of()), given),
                Outside.plain(repeated.getOrDefault(Outside.REGISTRY_HTTP, List.of())),
                tokens(given),
                hosts(given),
                FrontDoor.acme(given));
    }

    private static HostRules hosts(Map<String, String> given) throws Invalid {
        try {
            return HostRules.of(
                    given.getOrDefault(HOST_CLAIM, HostRules.REQUIRED), Optional.ofNullable(given.get(HOST_DNS)));
        } catch (IllegalArgumentException wrong) {
            throw new Invalid(HOST_CLAIM + " is required or waived, " + HOST_DNS + " ADDRESS:PORT of a DNS server");
        }
    }

    private static Bearers.Rules tokens(Map<String, String> given) throws Invalid {
        int usual = (int) Bearers.Rules.DEFAULT.lifetimeMax().toSeconds();
        int seconds = number(given, TOKEN_SECONDS, usual, TOKEN_SECONDS_MAX);
        if (seconds < TOKEN_SECONDS_MIN) {
            throw new Invalid(TOKEN_SECONDS + " is at least " + TOKEN_SECONDS_MIN);
        }
        boolean isDemanded = switch (given.getOrDefault(TOKEN_AUDIENCE, "any")) {
            case "any" -> false;
            case "required" -> true;
            default -> throw new Invalid(TOKEN_AUDIENCE + " is any or required");
        };
        return new Bearers.Rules(Duration.ofSeconds(seconds), isDemanded);
    }

    private static Map<Limit, Long> limits(Map<String, String> given) throws Invalid {
        Map<Limit, Long> limits = new EnumMap<>(Limit.class);
        limit(given, "--quota-concurrent-runs", Limit.CONCURRENT_RUNS, limits);
        limit(given, "--quota-queued-runs", Limit.QUEUED_RUNS, limits);
        limit(given, "--quota-queued-mib", Limit.QUEUED_MIB, limits);
        limit(given, "--quota-memory-mib", Limit.MEMORY_MIB, limits);
        limit(given, "--quota-functions", Limit.FUNCTIONS, limits);
        limit(given, "--quota-requests-per-second", Limit.REQUESTS_PER_SECOND, limits);
        limit(given, "--quota-gateway-requests-per-second", Limit.GATEWAY_REQUESTS_PER_SECOND, limits);
        return limits;
    }

    private static void limit(Map<String, String> given, String option, Limit limit, Map<Limit, Long> limits)
            throws Invalid {
        int number = number(given, option, (int) limit.usual(), (int) limit.max());
        if (number < limit.min()) {
            throw new Invalid(option + " is at least " + limit.min());
        }
        limits.put(limit, (long) number);
    }

    private static QuotaPlan quotas(Map<String, String> given, List<String> others) throws Invalid {
        int items = number(given, "--quota-items", (int) Quota.DEFAULT.itemsMax(), Integer.MAX_VALUE);
        long mib = number(given, "--quota-mib", (int) (Quota.DEFAULT.bytesMax() >> 20), Integer.MAX_VALUE);
        try {
            return QuotaPlan.of(new Quota(items, mib << 20), others);
        } catch (IllegalArgumentException wrong) {
            throw new Invalid(
                    "--quota takes ORGANIZATION=ITEMS,MIB, once for each organization: " + wrong.getMessage());
        }
    }

    static Path path(Map<String, String> given, String option) throws Invalid {
        String text = given.get(option);
        if (text == null || text.isEmpty()) {
            throw new Invalid(option + " is needed");
        }
        return Path.of(text).toAbsolutePath().normalize();
    }

    private static int port(Map<String, String> given, String option, int otherwise) throws Invalid {
        return number(given, option, otherwise, PORT_MAX);
    }

    private static int number(Map<String, String> given, String option, int otherwise, int max) throws Invalid {
        String text = given.get(option);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException wrong) {
            throw new Invalid(option + " is a number from 0 to " + max);
        }
        throw new Invalid(option + " is a number from 0 to " + max);
    }
}
