package dev.sluice;

import dev.sluice.fs.Quota;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How the server is started.
///
/// @param data     everything that the server keeps
/// @param guestDir the guests' runtime files, a folder for each language
/// @param readyGuests guests of each runtime that wait ready for a first call
/// @param quota how much each organization may store
/// @param collectSeconds from one look for what nothing reaches to the next
/// @param apiPort, apiTlsPort, gatewayPort, gatewayTlsPort on loopback; 0 for a free one
record Config(
        Path data,
        Path guestDir,
        int apiPort,
        int apiTlsPort,
        int gatewayPort,
        int gatewayTlsPort,
        int readyGuests,
        Quota quota,
        int collectSeconds) {
    private static final int PORT_MAX = 65_535;
    private static final int READY_GUESTS_MAX = 64;
    private static final int READY_GUESTS_DEFAULT = 2;
    private static final int COLLECT_SECONDS_DEFAULT = 600;
    private static final List<String> OPTIONS = List.of(
            "--data",
            "--guest-dir",
            "--api-port",
            "--api-tls-port",
            "--gateway-port",
            "--gateway-tls-port",
            "--ready-guests",
            "--quota-items",
            "--quota-mib",
            "--collect-seconds");

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
        for (int i = 0; i < args.size(); i += 2) {
            String option = args.get(i);
            if (!OPTIONS.contains(option)) {
                throw new Invalid("unknown option: " + option);
            }
            if (i + 1 == args.size()) {
                throw new Invalid(option + " needs a value");
            }
            given.put(option, args.get(i + 1));
        }
        return new Config(
                path(given, "--data"),
                path(given, "--guest-dir"),
                port(given, "--api-port", 8080),
                port(given, "--api-tls-port", 8443),
                port(given, "--gateway-port", 8081),
                port(given, "--gateway-tls-port", 8444),
                number(given, "--ready-guests", READY_GUESTS_DEFAULT, READY_GUESTS_MAX),
                new Quota(
                        number(given, "--quota-items", (int) Quota.DEFAULT.itemsMax(), Integer.MAX_VALUE),
                        (long) number(given, "--quota-mib", (int) (Quota.DEFAULT.bytesMax() >> 20), Integer.MAX_VALUE)
                                << 20),
                Math.max(1, number(given, "--collect-seconds", COLLECT_SECONDS_DEFAULT, Integer.MAX_VALUE)));
    }

    private static Path path(Map<String, String> given, String option) throws Invalid {
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
