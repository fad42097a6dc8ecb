package dev.sluice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.acme.AcmeSettings;
import dev.sluice.authn.Bearers;
import dev.sluice.fs.Quota;
import dev.sluice.function.Reuse;
import dev.sluice.host.HostRules;
import dev.sluice.http.WebServer;
import dev.sluice.org.Limit;
import dev.sluice.run.RunRetention;
import dev.sluice.sandbox.Isolation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ConfigTest {
    @Test
    void quotas_areForEverybody_andForOneOrganization() throws Config.Invalid {
        Config config =
                parse("--quota-items", "5", "--quota-mib", "3", "--quota", "acme=7,1", "--quota", "blue=2147483648,0");
        assertThat(config.quotas().usual()).isEqualTo(new Quota(5, 3 << 20));
        assertThat(config.quotas().others())
                .containsOnlyKeys("acme", "blue")
                .containsEntry("acme", new Quota(7, 1 << 20))
                .containsEntry("blue", new Quota(1L << 31, 0));
        assertThat(parse().quotas().usual()).isEqualTo(Quota.DEFAULT);
    }

    @Test
    void nonsense_isAnErrorThatSaysWhatToWrite() {
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--quota", "acme"))
                .withMessage("--quota takes ORGANIZATION=ITEMS,MIB, once for each organization: not"
                        + " ORGANIZATION=ITEMS,MIB: acme");
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--quota", "acme=1,1", "--quota", "acme=2,2"))
                .withMessageEndingWith("stated twice: acme");
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--quota-items", "many"))
                .withMessage("--quota-items is a number from 0 to 2147483647");
    }

    @Test
    void instances_areReused_atTheSameLabel_unlessTheOperatorSaysOtherwise() throws Config.Invalid {
        assertThat(parse().reuse()).isEqualTo(Reuse.SAME_LABEL);
        assertThat(parse("--reuse", "never").reuse()).isEqualTo(Reuse.NEVER);
        assertThat(parse("--reuse", "label-flow").reuse()).isEqualTo(Reuse.LABEL_FLOW);
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--reuse", "always"))
                .withMessage("--reuse is never, same-label or label-flow");
    }

    @Test
    void guests_areIsolated_byNamespaces_unlessTheOperatorSaysOtherwise() throws Config.Invalid {
        assertThat(parse().isolation()).isEqualTo(Isolation.NAMESPACES);
        assertThat(parse("--isolation", "microvm").isolation()).isEqualTo(Isolation.MICROVM);
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--isolation", "none"))
                .withMessage("--isolation is namespaces, oci or microvm");
    }

    @Test
    void limits_ofOrganizations_areUsualUnlessTheOperatorSaysOtherwise() throws Config.Invalid {
        assertThat(parse().limits())
                .containsEntry(Limit.CONCURRENT_RUNS, Limit.CONCURRENT_RUNS.usual())
                .containsEntry(Limit.REQUESTS_PER_SECOND, Limit.REQUESTS_PER_SECOND.usual());
        assertThat(parse("--quota-concurrent-runs", "1", "--quota-functions", "0", "--quota-memory-mib", "512")
                        .limits())
                .containsEntry(Limit.CONCURRENT_RUNS, 1L)
                .containsEntry(Limit.FUNCTIONS, 0L)
                .containsEntry(Limit.MEMORY_MIB, 512L);
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--quota-requests-per-second", "0"))
                .withMessage("--quota-requests-per-second is at least 1");
    }

    @Test
    void hosts_areShown_unlessTheOperatorWaivesIt() throws Config.Invalid {
        assertThat(parse().hosts()).isEqualTo(HostRules.DEFAULT);
        assertThat(parse("--host-claim", "required", "--host-dns", "[::1]:5353").hosts())
                .isEqualTo(
                        new HostRules(false, Optional.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 5353))));
        assertThat(parse("--host-claim", "waived", "--host-dns", "127.0.0.1:53").hosts())
                .isEqualTo(new HostRules(
                        true, Optional.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 53))));
        for (String[] wrong : new String[][] {
            {"--host-claim", "maybe"},
            {"--host-dns", "dns.example.org:53"},
            {"--host-dns", "127.0.0.1"},
            {"--host-dns", "127.0.0.1:0"},
            {"--host-dns", "127.0.0.1:65536"},
            {"--host-dns", "1:53"},
            {"--host-dns", "999.0.0.1:53"}
        }) {
            assertThatExceptionOfType(Config.Invalid.class)
                    .isThrownBy(() -> parse(wrong))
                    .withMessage("--host-claim is required or waived, --host-dns ADDRESS:PORT of a DNS server");
        }
    }

    @Test
    void theGateway_listensOnLoopback_unlessTheOperatorSaysWhere() throws Exception {
        assertThat(parse().gateway())
                .isEqualTo(new WebServer.Ports(InetAddress.ofLiteral("127.0.0.1"), 8081, 8444, false));
        assertThat(parse("--gateway-address", "0.0.0.0", "--gateway-http2", "on", "--gateway-port", "0")
                        .gateway())
                .isEqualTo(new WebServer.Ports(InetAddress.ofLiteral("0.0.0.0"), 0, 8444, true));
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--gateway-address", "example.org"))
                .withMessage("--gateway-address is an address of this machine, as 0.0.0.0 or ::1");
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--gateway-http2", "yes"))
                .withMessage("--gateway-http2 is on or off");
    }

    @Test
    void certificates_areOrderedNowhere_unlessTheOperatorNamesAnAuthorityAndAgreesToItsTerms() throws Exception {
        assertThat(parse().acme()).isEmpty();
        String url = "https://ca.example:14000/dir";
        assertThat(parse("--acme-directory", url, "--acme-terms", "agreed").acme())
                .contains(new AcmeSettings(URI.create(url), Optional.empty(), Optional.empty()));
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--acme-directory", url))
                .withMessageContaining("--acme-terms agreed");
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--acme-contact", "operator@example.org"))
                .withMessage("the other --acme options need --acme-directory");
        for (String wrong : List.of("http://ca.example/dir", "https://user@ca.example/dir", "acme://pebble", "x y")) {
            assertThatExceptionOfType(Config.Invalid.class)
                    .isThrownBy(() -> parse("--acme-directory", wrong, "--acme-terms", "agreed"))
                    .withMessageContaining("--acme-directory is an URL with https");
        }
    }

    @Test
    void howLongRunsAreKept_andHowMany_isTheOperatorsWord() throws Config.Invalid {
        assertThat(parse().runs()).isEqualTo(new RunRetention.Rules(Duration.ofDays(30), 100_000));
        assertThat(parse("--runs-kept-days", "7", "--runs-kept", "10").runs())
                .isEqualTo(new RunRetention.Rules(Duration.ofDays(7), 10));
        assertThatExceptionOfType(Config.Invalid.class)
                .isThrownBy(() -> parse("--runs-kept-days", "36501"))
                .withMessage("--runs-kept-days is a number from 0 to 36500");
    }

    @Test
    void theRulesOfTokens_areDispatchsUnlessAnOperatorSaysOtherwise() throws Config.Invalid {
        assertThat(parse().tokens()).isEqualTo(new Bearers.Rules(Duration.ofMinutes(61), false));
        assertThat(parse("--token-seconds", "600", "--token-audience", "required")
                        .tokens())
                .isEqualTo(new Bearers.Rules(Duration.ofMinutes(10), true));
        assertThat(parse("--token-audience", "any").tokens()).isEqualTo(Bearers.Rules.DEFAULT);
        for (String[] wrong :
                new String[][] {{"--token-seconds", "59"}, {"--token-seconds", "86401"}, {"--token-audience", "some"}
                }) {
            assertThatExceptionOfType(Config.Invalid.class)
                    .isThrownBy(() -> parse(wrong))
                    .withMessageStartingWith(wrong[0]);
        }
    }

    private static Config parse(String... options) throws Config.Invalid {
        var args = new ArrayList<>(List.of("--data", "data", "--guest-dir", "guest"));
        args.addAll(List.of(options));
        return Config.parse(args);
    }
}
