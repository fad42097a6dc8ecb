package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.host.HostClaims;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Hosts of organizations, shown by records of a real DNS server.
final class HostRoutesTest extends HostTest {
    @Test
    void aHost_saysWhatToDo_andIsReadyWhenItIsDone() {
        Answer made = made(acme, "WWW.Ready.Example");
        assertThat(made.text("name")).isEqualTo("www.ready.example");
        assertThat(made.text("status")).isEqualTo("PROVING");
        assertThat(value(made)).hasSize(43);
        assertThat(made.json().path("reason").path(0).asString(""))
                .contains("TXT record _sluice-challenge.www.ready.example with the value " + value(made))
                .contains("sluice update host www.ready.example");
        show("www.ready.example", value(made));
        ready(acme, "www.ready.example");
        assertThat(api.get(acme, HOSTS + "/www.ready.example")
                        .json()
                        .path("reason")
                        .isNull())
                .isTrue();
        dns.remove("_sluice-challenge.www.ready.example");
        hold(() -> assertThat(status(acme, "www.ready.example")).isEqualTo("READY"));
    }

    @Test
    void aFile_isToBeAtAPlaceThatDoesNotTellTheValue() {
        Answer made = ask(acme, "www.file.example", ",\"proof\":\"http\"");
        String url = made.json().path("challenge").path("url").asString("");
        assertThat(url).startsWith("http://www.file.example/.well-known/sluice-challenge/");
        assertThat(url).doesNotContain(value(made));
        assertThat(made.json().path("reason").path(0).asString(""))
                .contains(url)
                .contains(value(made));
    }

    @Test
    void aWish_keepsNobodyFromTheHost_andTheFirstToShowHasIt() {
        String acmes = value(made(acme, "www.race.example"));
        String blues = value(made(blue, "www.race.example"));
        assertThat(acmes).isNotEqualTo(blues);
        show("www.race.example", blues);
        ready(blue, "www.race.example");
        show("www.race.example", acmes, blues);
        hold(() -> assertThat(status(acme, "www.race.example")).isEqualTo("PROVING"));
        assertThat(api.delete(blue, HOSTS + "/www.race.example").text("status")).isEqualTo("DELETING");
        assertThat(api.put(acme, HOSTS + "/www.race.example", "{\"name\":\"www.race.example\"}")
                        .status())
                .isEqualTo(200);
        ready(acme, "www.race.example");
    }

    @Test
    void whetherAnotherHasAHost_isToldToNobody() {
        Answer first = made(acme, "www.hidden.example");
        show("www.hidden.example", value(first));
        ready(acme, "www.hidden.example");
        assertThat(shape(made(blue, "www.hidden.example"), "hidden"))
                .isEqualTo(shape(made(blue, "www.nobody.example"), "nobody"));
        hold(() -> assertThat(shape(api.get(blue, HOSTS + "/www.hidden.example"), "hidden"))
                .isEqualTo(shape(api.get(blue, HOSTS + "/www.nobody.example"), "nobody")));
        assertThat(api.get(blue, HOSTS + "/www.file2.example").status()).isEqualTo(404);
        assertThat(api.delete(blue, HOSTS + "/www.file2.example").status()).isEqualTo(404);
    }

    private static String shape(Answer host, String word) {
        return host.status()
                + host.body()
                        .replace(value(host), "VALUE")
                        .replace(host.text("id"), "ID")
                        .replace(word, "WORD")
                        .replaceAll("Time\":[0-9]+", "Time\":0");
    }

    @Test
    void anUpdate_keepsTheValue_andLooksAtOnce() {
        Answer made = made(acme, "www.kept.example");
        Answer updated = api.put(
                acme,
                HOSTS + "/www.kept.example",
                "{\"name\":\"www.kept.example\",\"tls\":{\"kind\":\"secret\",\"secret\":\"s\"},\"challenge\":{\"value\":\"mine\"}}");
        assertThat(value(updated)).isEqualTo(value(made));
        assertThat(updated.json().path("tls").path("kind").asString("")).isEqualTo("secret");
        assertThat(updated.text("id")).isEqualTo(made.text("id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "a.example:80", "a_b.example", "*.example", "a.example."})
    void whatIsNoHost_isRefused(String name) {
        Answer refused = ask(acme, name, "");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("message")).contains("a host's name in the DNS, such as www.example.org");
    }

    @Test
    void whatMeansNothing_isRefused() {
        assertThat(ask(acme, "a.example", ",\"proof\":\"mail\"").status()).isEqualTo(422);
        assertThat(ask(acme, "a.example", ",\"tls\":{\"kind\":\"none\"}").status())
                .isEqualTo(422);
        assertThat(ask(acme, "a.example", ",\"tls\":{\"kind\":\"secret\"}").status())
                .isEqualTo(422);
        assertThat(ask(acme, "a.example", ",\"tls\":{\"kind\":\"acme\",\"secret\":\"s\"}")
                        .status())
                .isEqualTo(422);
        assertThat(ask(acme, "a.example", ",\"tls\":\"acme\"").status()).isEqualTo(422);
    }

    @Test
    void hosts_areUnderThePolicyOfApis_andASecretIsForWhoMayReadIt() {
        Asker reader = api.addAccount(api.home("acme"), "reader", List.of("get"), List.of("api"));
        made(acme, "www.policy.example");
        assertThat(api.get(reader, HOSTS + "/www.policy.example").status()).isEqualTo(200);
        assertThat(ask(reader, "www.other.example", "").body()).isEqualTo(FORBIDDEN);
        assertThat(api.delete(reader, HOSTS + "/www.policy.example").body()).isEqualTo(FORBIDDEN);
        Asker runner = api.addAccount(api.home("acme"), "runner", List.of("*"), List.of("function"));
        assertThat(api.get(runner, HOSTS).body()).isEqualTo(FORBIDDEN);
        Asker keeper = api.addAccount(api.home("acme"), "keeper", List.of("*"), List.of("api"));
        String tls = ",\"tls\":{\"kind\":\"secret\",\"secret\":\"pem\"}";
        assertThat(ask(keeper, "www.tls.example", tls).body()).isEqualTo(FORBIDDEN);
        assertThat(ask(acme, "www.tls.example", tls).status()).isEqualTo(201);
    }

    @Test
    void hosts_areNoApis_andApisNoHosts() {
        made(acme, "www.list.example");
        api.post(acme, "/v1/api", "{\"name\":\"listed\",\"function\":\"f\"}");
        assertThat(api.get(acme, "/v1/api").body()).contains("listed").doesNotContain("example");
        assertThat(api.get(acme, HOSTS).body()).contains("www.list.example").doesNotContain("listed");
        assertThat(ask(acme, "www.list.example", "").status()).isEqualTo(409);
    }

    @Test
    void whatIsHeld_isDurable() {
        String value = value(made(acme, "www.again.example"));
        show("www.again.example", value);
        ready(acme, "www.again.example");
        assertThat(new HostClaims(api.store).holder("www.again.example"))
                .contains(new HostClaims.Holder("acme", "acme"));
    }

    @Test
    void anOrganizationThatIsDeleted_givesItsHostsFree() {
        Asker gone = api.developer("gone", "*");
        String first = value(made(gone, "www.gone.example"));
        show("www.gone.example", first);
        ready(gone, "www.gone.example");
        assertThat(api.delete(api.admin(), "/v1/iam/organization/gone?cascade=true")
                        .status())
                .isLessThan(300);
        String second = value(made(blue, "www.gone.example"));
        show("www.gone.example", second);
        ready(blue, "www.gone.example");
    }

    @Test
    void whatIsShownTooLate_isNobodys() {
        CountDownLatch go = dns.hold("_sluice-challenge.www.late.example");
        show("www.late.example", value(made(acme, "www.late.example")));
        try {
            await().atMost(PATIENCE).until(() -> dns.asked("_sluice-challenge.www.late.example") > 0);
            assertThat(api.delete(acme, HOSTS + "/www.late.example").status()).isEqualTo(200);
        } finally {
            go.countDown();
        }
        show("www.late.example", value(made(blue, "www.late.example")));
        ready(blue, "www.late.example");
    }

    @Test
    void whatIsShownAfterItsOrganizationEnded_isNobodys() {
        Asker ended = api.developer("ended", "*");
        CountDownLatch go = dns.hold("_sluice-challenge.www.ended.example");
        show("www.ended.example", value(made(ended, "www.ended.example")));
        try {
            await().atMost(PATIENCE).until(() -> dns.asked("_sluice-challenge.www.ended.example") > 0);
            assertThat(api.delete(api.admin(), "/v1/iam/organization/ended?cascade=true")
                            .status())
                    .isLessThan(300);
        } finally {
            go.countDown();
        }
        show("www.ended.example", value(made(blue, "www.ended.example")));
        ready(blue, "www.ended.example");
    }
}
