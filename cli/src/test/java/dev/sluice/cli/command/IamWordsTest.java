package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.RecordedTest;
import dev.sluice.cli.Recorder;
import dev.sluice.cli.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IamWordsTest extends RecordedTest {
    /// What Dispatch's client sends, and what it says.
    @Test
    void update_ofAFile_isThatOfEveryKind() throws IOException {
        Path file = Files.writeString(home.resolve("all.yaml"), "kind: Organization\nname: acme\n");
        server.reply(200, "{}");
        assertThat(shell.run("iam", "update", "-f", file.toString()).out()).isEqualTo("Updated Organization: acme\n");
        assertThat(server.asked().getLast().target()).isEqualTo("/v1/iam/organization/acme");
    }

    @Test
    void create_sendsAndSays_whatDispatchsClientDoes() throws IOException {
        Path key = Files.writeString(home.resolve("k.pub"), "key");
        assertThat(shell.run("iam", "create", "organization", "frontend-team").out())
                .isEqualTo("Created organization: frontend-team\n");
        assertThat(shell.run(
                                "iam",
                                "create",
                                "policy",
                                "frontend-admin",
                                "--subject",
                                "adm@x.com",
                                "--action",
                                "*",
                                "--resource",
                                "*",
                                "--organization",
                                "frontend-team")
                        .out())
                .isEqualTo("Created policy: frontend-admin\n");
        assertThat(shell.run("iam", "create", "serviceaccount", "svc", "--public-key", key.toString())
                        .out())
                .isEqualTo("Create service account: svc\n");

        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target() + " " + asked.body())
                .containsExactly(
                        "POST /v1/iam/organization {\"name\":\"frontend-team\"}",
                        "POST /v1/iam/policy {\"name\":\"frontend-admin\",\"rules\":[{\"actions\":[\"*\"],"
                                + "\"resources\":[\"*\"],\"subjects\":[\"adm@x.com\"]}]}",
                        "POST /v1/iam/serviceaccount {\"name\":\"svc\",\"publicKey\":\"a2V5\"}");
        assertThat(server.asked().get(1).header("X-Dispatch-Org")).isEqualTo("frontend-team");
    }

    @Test
    void create_policy_repeatsAndSplits_itsFlags() {
        shell.run(
                "iam",
                "create",
                "policy",
                "p2",
                "--subject",
                "a@x.com",
                "--subject",
                "b@x.com",
                "--action",
                "get",
                "--resource",
                "function,runs,secret,api",
                "--global");

        assertThat(server.only().body())
                .isEqualTo("{\"global\":true,\"name\":\"p2\",\"rules\":[{\"actions\":[\"get\"],\"resources\":"
                        + "[\"function\",\"runs\",\"secret\",\"api\"],\"subjects\":[\"a@x.com\",\"b@x.com\"]}]}");
    }

    @Test
    void create_policy_ofARole_andOfADenial() {
        shell.run("iam", "create", "policy", "m", "--subject", "monitor", "--role", "viewer");
        shell.run("iam", "create", "policy", "d", "--subject", "ci", "--action", "*", "--resource", "secret", "--deny");

        assertThat(server.asked())
                .extracting(Recorder.Asked::body)
                .containsExactly(
                        "{\"name\":\"m\",\"rules\":[{\"roles\":[\"viewer\"],\"subjects\":[\"monitor\"]}]}",
                        "{\"name\":\"d\",\"rules\":[{\"effect\":\"deny\",\"actions\":[\"*\"],\"resources\":[\"secret\"],"
                                + "\"subjects\":[\"ci\"]}]}");
    }

    @Test
    void create_policy_withoutAWholeRule_asksNoServer() {
        var outcome = shell.run("iam", "create", "policy", "p", "--subject", "ci", "--action", "get");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("missing flag: --resource, or --role instead");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void create_serviceaccount_withoutAKey_makesAPair_thatOnlyItsOwnerReads() throws IOException {
        Path file = home.resolve("ci.pem");
        var outcome = shell.run("iam", "create", "serviceaccount", "ci", "--private-key", file.toString());

        assertThat(outcome.out()).isEqualTo("Create service account: ci\nIts private key is " + file + "\n");
        assertThat(Files.readString(file)).startsWith("-----BEGIN PRIVATE KEY-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(server.only().body()).startsWith("{\"name\":\"ci\",\"publicKey\":\"LS0tLS1CRUdJTi");
    }

    @Test
    void create_serviceaccount_thatIsRefused_leavesNoKey() {
        Path file = home.resolve("ci.pem");
        server.reply(409, "{\"code\":409,\"message\":\"service account ci already exists\"}");
        var outcome = shell.run("iam", "create", "serviceaccount", "ci", "--private-key", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).startsWith("[Code: 409] service account ci already exists");
        assertThat(file).doesNotExist();
    }

    /// Else the next try would be refused, because there is a key already.
    @Test
    void create_serviceaccount_withoutAServer_leavesNoKey() {
        Path file = home.resolve("ci.pem");
        server.close();
        var outcome = shell.run("iam", "create", "serviceaccount", "ci", "--private-key", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("connection refused");
        assertThat(file).doesNotExist();
    }

    @Test
    void get_showsATable_orTheJson() {
        String list = "[{\"name\":\"dispatch\",\"createdTime\":0}]";
        server.reply(200, list).reply(200, list);

        assertThat(shell.run("iam", "get", "organizations").out()).isEqualTo("""
                NAME     | CREATED DATE
                -----------------------
                dispatch | -
                """);
        assertThat(shell.run("iam", "get", "organization", "-o", "json").out()).contains("\"name\": \"dispatch\"");
        assertThat(server.asked()).extracting(Recorder.Asked::target).containsOnly("/v1/iam/organization");
    }

    @Test
    void get_policy_wide_showsItsRules() {
        server.reply(
                200,
                "{\"name\":\"p2\",\"createdTime\":0,\"global\":true,\"rules\":["
                        + "{\"actions\":[\"get\",\"update\"],\"resources\":[\"function/web-*\",\"runs\"],"
                        + "\"subjects\":[\"ci\",\"a@x.com\"]},"
                        + "{\"actions\":[\"*\"],\"resources\":[\"*\"],\"subjects\":[\"ci\"],\"effect\":\"deny\"},"
                        + "{\"actions\":null,\"resources\":null,\"subjects\":[\"group:ops\"],\"roles\":[\"viewer\"]}]}");

        var outcome = shell.run("iam", "get", "policy", "p2", "--wide");

        assertThat(server.only().target()).isEqualTo("/v1/iam/policy/p2");
        assertThat(outcome.out()).isEqualTo("""
                NAME | CREATED DATE | RULES
                ---------------------------------------------------------------------------------------------
                p2   | -            | ci, a@x.com may get, update function/web-*, runs, in every organization
                p2   | -            | ci may not do anything with everything, in every organization
                p2   | -            | group:ops may do what viewer may, in every organization
                """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"moon", "moon/x", "images", "*/x", "function,moon"})
    void aResourceThatIsNone_asksNoServer(String resource) {
        var policy =
                shell.run("iam", "create", "policy", "p", "--subject", "ci", "--action", "get", "--resource", resource);
        var role = shell.run("iam", "create", "role", "r", "--action", "get", "--resource", resource);
        for (var outcome : List.of(policy, role)) {
            assertThat(outcome.exitCode()).isEqualTo(2);
            assertThat(outcome.err())
                    .contains("no resource is called ")
                    .contains(": use '*', api, application, baseimage, event, function, iam,");
        }
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void anObjectOfIam_isAResource() {
        shell.run("iam", "create", "policy", "p", "--subject", "ci", "--action", "get", "--resource", "policy/a-*,*");
        assertThat(server.only().body()).contains("\"resources\":[\"policy/a-*\",\"*\"]");
    }

    @ParameterizedTest
    @CsvSource({
        "organization, frontend-team, Deleted Organization: frontend-team",
        "policy, p2, Deleted policy: p2",
        "serviceaccount, svc, Deleted ServiceAccount: svc",
    })
    void delete_says_whatDispatchsClientDoes(String kind, String name, String said) {
        assertThat(shell.run("iam", "delete", kind, name)).isEqualTo(new Shell.Outcome(0, said + "\n", ""));
        assertThat(server.only().method() + " " + server.only().target())
                .isEqualTo("DELETE /v1/iam/" + kind + "/" + name);
    }

    @Test
    void delete_withAllThatItHas_needsAYes_whereNobodyCanBeAsked() {
        Shell.Outcome outcome = shell.run("iam", "delete", "organization", "acme", "--cascade");
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("This deletes acme with all that it has", "--yes");
        assertThat(server.asked()).isEmpty();

        shell.run("iam", "delete", "organization", "acme", "--cascade", "-y");
        assertThat(server.only().target()).isEqualTo("/v1/iam/organization/acme?cascade=true");
    }

    @Test
    void delete_withAllThatItHas_isForWhoTypesItsName() {
        for (String typed : List.of("", "y", "yes", "ACME", "acme2")) {
            assertThat(shell.answering(typed)
                            .run("iam", "delete", "organization", "acme", "--cascade")
                            .err())
                    .as(typed)
                    .contains("nothing was done");
        }
        assertThat(shell.answering()
                        .run("iam", "delete", "organization", "acme", "--cascade")
                        .exitCode())
                .as("who ends the input")
                .isEqualTo(1);
        assertThat(server.asked()).isEmpty();

        shell.answering(" acme").run("iam", "delete", "organization", "acme", "--cascade");
        assertThat(server.only().target()).isEqualTo("/v1/iam/organization/acme?cascade=true");
        assertThat(shell.questions()).endsWith("Type its name to go on: ");
    }

    @Test
    void delete_ofWhatIsEmpty_asksNobody() {
        shell.answering().run("iam", "delete", "organization", "acme");
        assertThat(server.only().target()).isEqualTo("/v1/iam/organization/acme");
        assertThat(shell.questions()).isEmpty();
    }

    @Test
    void update_putsToTheEntity() throws IOException {
        Path key = Files.writeString(home.resolve("k.pub"), "key");
        assertThat(shell.run("iam", "update", "serviceaccount", "svc", "--public-key", key.toString())
                        .out())
                .isEqualTo("Updated service account: svc\n");
        shell.run("iam", "update", "policy", "p", "--subject", "ci", "--role", "invoker");

        assertThat(server.asked())
                .extracting(asked -> asked.method() + " " + asked.target())
                .containsExactly("PUT /v1/iam/serviceaccount/svc", "PUT /v1/iam/policy/p");
        assertThat(shell.run("iam", "update", "serviceaccount", "svc").exitCode())
                .isEqualTo(2);
    }

    @Test
    void eachWord_hasHelpWithAnExample() {
        for (String verb : List.of("create", "get", "update", "delete")) {
            assertThat(shell.run("iam", verb, "--help").out()).contains("sluice iam " + verb + " organization");
            for (String kind : List.of("organization", "policy", "serviceaccount")) {
                assertThat(shell.run("iam", verb, kind, "--help").out()).contains("sluice iam " + verb);
            }
        }
    }
}
