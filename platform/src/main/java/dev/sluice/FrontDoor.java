package dev.sluice;

import dev.sluice.acme.AcmeSettings;
import dev.sluice.acme.Certificates;
import dev.sluice.gateway.AccessLog;
import dev.sluice.gateway.Gateway;
import dev.sluice.http.AnswerCounts;
import dev.sluice.http.WebServer;
import dev.sluice.invoke.Invocations;
import dev.sluice.store.Store;
import dev.sluice.tls.CertificateTable;
import dev.sluice.tls.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/// Where tenants' traffic comes in: the gateway, its listener, and what that shows of itself.
record FrontDoor(Gateway gateway, AnswerCounts answers, Certificates certificates, WebServer listener)
        implements AutoCloseable {
    static final String ADDRESS = "--gateway-address";
    static final String HTTP2 = "--gateway-http2";

    /// Where it listens: on loopback, unless something else is given.
    static WebServer.Ports ports(Map<String, String> given, int port, int tlsPort) throws Config.Invalid {
        boolean isHttp2Offered = switch (given.getOrDefault(HTTP2, "off")) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new Config.Invalid(HTTP2 + " is on or off");
        };
        try {
            var address = InetAddress.ofLiteral(given.getOrDefault(ADDRESS, "127.0.0.1"));
            return new WebServer.Ports(address, port, tlsPort, isHttp2Offered);
        } catch (IllegalArgumentException wrong) {
            throw new Config.Invalid(ADDRESS + " is an address of this machine, as 0.0.0.0 or ::1");
        }
    }

    /// Where certificates are ordered, if anywhere.
    static Optional<AcmeSettings> acme(Map<String, String> given) throws Config.Invalid {
        try {
            return AcmeSettings.of(given);
        } catch (IllegalArgumentException wrong) {
            throw new Config.Invalid(String.valueOf(wrong.getMessage()));
        }
    }

    /// Serves nothing yet.
    ///
    /// @throws IOException when a port is taken
    static FrontDoor open(Config config, Credentials own, Invocations invocations, Store store, Clock clock)
            throws IOException {
        var gateway = new Gateway(invocations, new AccessLog(store, clock), System::nanoTime);
        var table = new CertificateTable(own);
        table.askClients(gateway::isAskingClients);
        var certificates = new Certificates(config.data(), config.acme(), table, clock);
        var answers = new AnswerCounts(certificates.before(gateway));
        return new FrontDoor(gateway, answers, certificates, WebServer.start(config.gateway(), table, answers));
    }

    @Override
    public void close() {
        listener.close();
        certificates.close();
    }
}
