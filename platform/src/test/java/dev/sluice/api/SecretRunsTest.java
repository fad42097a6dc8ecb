package dev.sluice.api;

import static dev.sluice.api.ApiServer.FORBIDDEN;
import static dev.sluice.api.ApiServer.function;
import static dev.sluice.api.ApiServer.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.api.ApiServer.Answer;
import dev.sluice.api.ApiServer.Asker;
import dev.sluice.bytes.Bytes;
import dev.sluice.org.Organization;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Functions and runs with secrets, over HTTP, with real guests: flow 2 of design/labels.md section 6 and what belongs
/// to it. `boss` may do everything; `dev` develops and may read no secret.
final class SecretRunsTest extends ApiTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Says what it was given, prints it in pieces, and fails if it is told to.
    private static final String USES = """
            import sys
            count = 0
            def handle(context, payload):
                global count
                count += 1
                word = context['secrets'].get('password', 'none')
                sys.stdout.write('half ' + word[:3])
                sys.stdout.flush()
                print(word[3:])
                if payload == 'fail':
                    raise RuntimeError('the word is ' + word)
                return {'length': len(word), 'keys': sorted(context['secrets']), 'count': count}
            """;

    /// Finds what its runtime speaks to the platform with, and tries to leave something with it.
    private static final String LEAVES = """
            import sys
            def handle(context, payload):
                frame = sys._getframe()
                while 'channel' not in frame.f_locals:
                    frame = frame.f_back
                calls = frame.f_globals['_Calls'](frame.f_locals['channel'])
                said = []
                with calls.run() as ask:
                    for label in payload:
                        try:
                            ask('create_unlinked', {'kind': 'file', 'label': label})
                            said.append('written')
                        except Exception as refused:
                            said.append(refused.code)
                    said.append(ask('current_label', {}))
                return said
            """;

    private Asker boss;
    private Asker dev;

    @BeforeAll
    void people() {
        dev = api.developer("acme", "function", "runs", "image");
        Organization acme = api.organizations.tenant("acme").orElseThrow().organization();
        boss = api.addAccount(acme, "boss", "*");
    }

    @Test
    void flow2_whoMayNotReadASecret_namesItInNoFunction_whetherThereIsOneOrNot() {
        Answer before = api.post(dev, "/v1/function", naming("flow", USES, "flow-s"));
        assertThat(before.status()).isEqualTo(403);
        assertThat(before.body()).isEqualTo(FORBIDDEN);
        secret("flow-s", "password", "correct-horse");
        assertThat(api.post(dev, "/v1/function", naming("flow", USES, "flow-s")).body())
                .isEqualTo(before.body());
        create(naming("flow", USES, "flow-s"), "flow");

        Answer made = api.get(dev, "/v1/function/flow");
        assertThat(made.json().path("secrets").toString()).isEqualTo("[\"flow-s\"]");
        assertThat(api.put(dev, "/v1/function/flow", naming("flow", USES, "flow-s"))
                        .status())
                .as("an update that keeps it")
                .isEqualTo(403);
        assertThat(api.get(dev, "/v1/function/flow").text("faasId")).isEqualTo(made.text("faasId"));

        Answer run = exec(dev, "flow", "{}");
        assertThat(run.status()).isEqualTo(200);
        assertThat(run.text("status")).isEqualTo("READY");
        assertThat(run.json().path("output").toString())
                .isEqualTo("{\"length\":13,\"keys\":[\"password\"],\"count\":1}");
        assertThat(run.json().path("secrets").toString()).isEqualTo("[\"flow-s\"]");
        assertThat(run.json().path("logs").toString()).isEqualTo("{\"stderr\":null,\"stdout\":null}");
        assertThat(api.get(dev, "/v1/runs/" + run.text("name")).json().path("output"))
                .isEqualTo(run.json().path("output"));
        Answer seen = api.get(boss, "/v1/runs/" + run.text("name"));
        assertThat(seen.json().path("logs").path("stdout").toString()).isEqualTo("[\"half ***\"]");

        Answer failed = exec(dev, "flow", "\"fail\"");
        assertThat(failed.status()).isEqualTo(200);
        assertThat(failed.text("status")).isEqualTo("ERROR");
        assertThat(failed.json().has("error")).isFalse();
        assertThat(failed.json().path("logs").toString()).isEqualTo("{\"stderr\":null,\"stdout\":null}");
        assertThat(failed.body()).doesNotContain("the word");
        Answer why = api.get(boss, "/v1/runs/" + failed.text("name"));
        assertThat(why.json().path("error").path("message").asString()).isEqualTo("the word is ***");
        assertThat(why.body()).doesNotContain("correct-horse");

        assertThat(api.put(dev, "/v1/function/flow", naming("flow", USES)).status())
                .as("an update that leaves it out")
                .isEqualTo(200);
        awaitReady("flow");
        assertThat(exec(dev, "flow", "{}").json().path("output").path("keys").toString())
                .isEqualTo("[]");
    }

    @Test
    void flow2_inNode() {
        secret("node-s", "password", "staple-battery");
        String source = """
                module.exports = async (context, payload) => {
                  process.stdout.write('half ' + context.secrets.password.slice(0, 3));
                  await new Promise((done) => setTimeout(done, 20));
                  console.log(context.secrets.password.slice(3));
                  if (payload === 'fail') throw new Error('the word is ' + context.secrets.password);
                  return context.secrets.password.length;
                };
                """;
        create(function("node", "nodejs", "node.js", source, ",\"secrets\":[\"node-s\"]"), "node");
        assertThat(exec(dev, "node", "{}").text("output")).isEqualTo("14");
        Answer run = exec(boss, "node", "{}");
        assertThat(run.json().path("logs").path("stdout").toString()).isEqualTo("[\"half ***\"]");
        Answer failed = exec(boss, "node", "\"fail\"");
        assertThat(failed.json().path("error").path("message").asString()).contains("the word is ***");
        assertThat(failed.json().path("error").path("stacktrace").toString())
                .contains("node.js")
                .doesNotContain("staple-battery");
        assertThat(exec(dev, "node", "\"fail\"").json().has("error")).isFalse();
    }

    @Test
    void flow2_inJava() {
        secret("java-s", "password", "staple-battery");
        String source = """
                import java.util.Map;

                public class Uses implements java.util.function.BiFunction<Uses.Context, Object, Object> {
                    record Context(Map<String, String> secrets) {}

                    public Object apply(Context context, Object payload) {
                        String word = context.secrets().get("password");
                        System.out.print("half " + word.substring(0, 3));
                        System.out.flush();
                        System.out.println(word.substring(3));
                        if ("fail".equals(payload)) {
                            throw new IllegalStateException("the word is " + word);
                        }
                        return word.length();
                    }
                }
                """;
        create(function("java", "java", "Uses.java", source, ",\"secrets\":[\"java-s\"]"), "java");
        assertThat(exec(dev, "java", "{}").text("output")).isEqualTo("14");
        assertThat(exec(boss, "java", "{}").json().path("logs").path("stdout").toString())
                .isEqualTo("[\"half ***\"]");
        Answer failed = exec(boss, "java", "\"fail\"");
        assertThat(failed.json().path("error").path("message").asString()).isEqualTo("the word is ***");
        assertThat(failed.json().path("error").path("stacktrace").toString())
                .contains("Uses.java")
                .doesNotContain("staple-battery");
        assertThat(exec(dev, "java", "\"fail\"").json().has("error")).isFalse();
    }

    /// What is said of an output that does not fit names parts of it.
    @Test
    void anOutputThatDoesNotFit_isSaidWithoutTheSecret() {
        secret("unfit-s", "password", "correct-horse");
        String source = "def handle(context, payload):\n    return {context['secrets']['password']: 1}\n";
        String schema = ",\"schema\":{\"out\":{\"additionalProperties\":false}}";
        create(function("unfit", "python3", "unfit.py", source, ",\"secrets\":[\"unfit-s\"]" + schema), "unfit");
        Answer run = exec(boss, "unfit", "{}");
        assertThat(run.json().path("error").path("message").asString())
                .isEqualTo("Output invalid against schema: validation failure list:\n"
                        + ".*** in body is a forbidden property");
        assertThat(run.body()).doesNotContain("correct-horse");
    }

    /// What cannot be released must not be left where it could be: the label of the run is that of its secret.
    @Test
    void aGuest_leavesNoSecret_whereWhoMayRunItReads() {
        secret("left-s", "password", "correct-horse");
        create(python("careful", LEAVES), "careful");
        create(naming("leaves", LEAVES, "left-s"), "leaves");
        String labels = "[\"T,T\",\"acme/runs,T\",\"acme/runs&acme/secret/left-s,T\"]";
        assertThat(exec(dev, "careful", labels).json().path("output").toString())
                .isEqualTo("[\"DENIED\",\"written\",\"written\",\"acme/runs,T\"]");
        assertThat(exec(dev, "leaves", labels).json().path("output").toString())
                .isEqualTo("[\"DENIED\",\"DENIED\",\"written\",\"acme/runs&acme/secret/left-s,T\"]");
    }

    /// Whatever the secret is: to who may not read it, failed runs look the same.
    @Test
    void whatASecretIs_isNotSeenInAFailure() {
        String source = """
                def handle(context, payload):
                    word = context['secrets']['password']
                    print(word * len(word))
                    raise (ValueError if word == 'one-word' else RuntimeError)(word)
                """;
        secret("ni-s", "password", "one-word");
        create(naming("ni", source, "ni-s"), "ni");
        Answer one = exec(dev, "ni", "{}");
        put("ni-s", "password", "another-and-longer-one");
        Answer other = exec(dev, "ni", "{}");
        assertThat(same(one)).isEqualTo(same(other)).contains("\"status\":\"ERROR\"");
        assertThat(same(api.get(dev, "/v1/runs/" + one.text("name"))))
                .isEqualTo(same(api.get(dev, "/v1/runs/" + other.text("name"))));
        api.delete(boss, "/v1/secret/ni-s");
        assertThat(same(exec(dev, "ni", "{}"))).as("there is none").isEqualTo(same(one));
    }

    @Test
    void aMissingSecret_isAnErrorOfTheRun_notOfTheBuild() {
        create(naming("misses", USES, "misses-s"), "misses");
        Answer run = exec(boss, "misses", "{}");
        assertThat(run.status()).isEqualTo(200);
        assertThat(run.text("status")).isEqualTo("ERROR");
        assertThat(run.json().path("error").path("type").asString()).isEqualTo("InputError");
        assertThat(run.json().path("error").path("message").asString())
                .isEqualTo("[Code: 404] secret misses-s not found");
        assertThat(run.json().path("reason").toString())
                .isEqualTo("[\"error running function: misses: [Code: 404] secret misses-s not found\"]");
        Answer others = exec(dev, "misses", "{}");
        assertThat(others.text("status")).isEqualTo("ERROR");
        assertThat(others.body()).doesNotContain("not found\"").doesNotContain("Code: 404");

        secret("misses-s", "password", "here it is");
        assertThat(exec(dev, "misses", "{}").text("status")).isEqualTo("READY");
    }

    /// An instance may hold on to a value: it serves no run that was given another one.
    @Test
    void anotherVersion_takesAnotherInstance() {
        secret("version-s", "password", "version 1");
        create(naming("versions", USES, "version-s"), "versions");
        assertThat(count("versions")).isEqualTo(1);
        assertThat(count("versions")).isEqualTo(2);
        put("version-s", "password", "version 2");
        assertThat(count("versions")).isEqualTo(1);
        assertThat(count("versions")).isEqualTo(2);
        api.delete(boss, "/v1/secret/version-s");
        secret("version-s", "password", "version 3");
        assertThat(count("versions")).as("made anew, with another id").isEqualTo(1);
    }

    @Test
    void aRequestsSecrets_areTheCallersOwn_andItsAnswerIsNotReleasedOfThem() {
        secret("own-s", "password", "of the function");
        secret("asked-s", "password", "asked for");
        secret("asked-t", "key", "k");
        create(naming("asks", USES, "own-s"), "asks");
        String asking = "{\"blocking\":true,\"secrets\":[\"asked-s\",\"asked-t\"]}";
        Answer refused = api.post(dev, "/v1/runs?functionName=asks", asking);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(api.post(dev, "/v1/runs?functionName=asks", "{\"secrets\":[\"no-such\"]}")
                        .body())
                .isEqualTo(refused.body());

        Answer run = api.post(boss, "/v1/runs?functionName=asks", asking);
        assertThat(run.text("status")).isEqualTo("READY");
        assertThat(run.json().path("secrets").toString()).isEqualTo("[\"own-s\",\"asked-s\",\"asked-t\"]");
        assertThat(run.json().path("output").path("length").asInt())
                .as("later wins")
                .isEqualTo(9);
        assertThat(run.json().path("output").path("keys").toString()).isEqualTo("[\"key\",\"password\"]");
        Answer withheld = api.get(dev, "/v1/runs/" + run.text("name"));
        assertThat(withheld.status()).isEqualTo(200);
        assertThat(withheld.json().has("output")).isFalse();
        assertThat(withheld.body()).doesNotContain("keys");

        Answer missing = api.post(boss, "/v1/runs?functionName=asks", "{\"blocking\":true,\"secrets\":[\"a,b\"]}");
        assertThat(missing.json().path("error").path("message").asString())
                .isEqualTo("[Code: 404] secret a,b not found");
        assertThat(api.post(boss, "/v1/runs?functionName=asks", "{\"blocking\":true,\"secrets\":[\"\"]}")
                        .json()
                        .path("error")
                        .path("message")
                        .asString())
                .isEqualTo("[Code: 404] secret  not found");
    }

    /// Who may read that one secret only, names it and gets the answer.
    @Test
    void aRuleForOneSecret_isEnoughForIt_andForNoOther() {
        Organization acme = api.organizations.tenant("acme").orElseThrow().organization();
        Asker one = api.addAccount(acme, "one", "function", "runs", "secret/only-s");
        secret("only-s", "password", "only this");
        secret("only-t", "password", "that not");
        assertThat(api.post(one, "/v1/function", naming("only", USES, "only-s", "only-t"))
                        .status())
                .isEqualTo(403);
        assertThat(api.post(one, "/v1/function", naming("only", USES, "only-s")).status())
                .isEqualTo(201);
        awaitReady("only");
        Answer run = api.post(one, "/v1/runs?functionName=only", "{\"blocking\":true,\"secrets\":[\"only-s\"]}");
        assertThat(run.json().path("output").path("length").asInt()).isEqualTo(9);
        assertThat(run.json().path("logs").path("stdout").toString()).isEqualTo("[\"half ***\"]");
        assertThat(api.post(one, "/v1/runs?functionName=only", "{\"blocking\":true,\"secrets\":[\"only-t\"]}")
                        .status())
                .isEqualTo(403);
    }

    /// Read when it starts, by its own task, and not kept with what waits.
    @Test
    void aRunThatNobodyWaitsFor_hasItsSecrets() {
        secret("later-s", "password", "gate's secret");
        secret("later-t", "token", "request's");
        create(naming("later", USES, "later-s"), "later");
        Answer accepted = api.post(boss, "/v1/runs?functionName=later", "{\"secrets\":[\"later-t\"]}");
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.json().path("secrets").toString()).isEqualTo("[\"later-s\",\"later-t\"]");
        Answer done = awaitEnd(boss, accepted);
        assertThat(done.text("status")).isEqualTo("READY");
        assertThat(done.json().path("output").path("keys").toString()).isEqualTo("[\"password\",\"token\"]");

        Answer released = awaitEnd(dev, api.post(dev, "/v1/runs?functionName=later", "{}"));
        assertThat(released.json().path("output").path("length").asInt()).isEqualTo(13);
        Answer failed = awaitEnd(dev, api.post(dev, "/v1/runs?functionName=later", "{\"input\":\"fail\"}"));
        assertThat(failed.text("status")).as("the outcome bit").isEqualTo("ERROR");
        assertThat(failed.json().has("error")).isFalse();
    }

    @Test
    void tooManySecrets_andNamesThatNoneHas_areRefused() {
        String[] many = new String[25];
        for (int i = 0; i < many.length; i++) {
            many[i] = "many-" + i;
        }
        Answer refused = api.post(boss, "/v1/function", naming("many", USES, many));
        assertThat(refused.text("message")).isEqualTo("a function has at most 24 secrets and services together");
        assertThat(api.post(boss, "/v1/function", naming("many", USES, "")).status())
                .isEqualTo(400);
        many[24] = "many-0";
        create(naming("many", USES, List.of(many).subList(0, 24).toArray(new String[0])), "many");
        Answer run = api.post(boss, "/v1/runs?functionName=many", "{\"blocking\":true,\"secrets\":[\"one-more\"]}");
        assertThat(run.json().path("error").path("message").asString())
                .isEqualTo("a run has at most 24 secrets and services together");
    }

    /// Without what is another one in each run.
    private static String same(Answer run) {
        assertThat(run.status()).isEqualTo(200);
        return run.body().replace(run.text("name"), "ID").replaceAll("\"executedTime\":[0-9]+", "\"executedTime\":0");
    }

    private int count(String function) {
        return exec(dev, function, "{}").json().path("output").path("count").asInt();
    }

    private Answer exec(Asker asker, String function, String input) {
        return api.post(asker, "/v1/runs?functionName=" + function, "{\"blocking\":true,\"input\":" + input + "}");
    }

    private Answer awaitEnd(Asker asker, Answer accepted) {
        String target = "/v1/runs/" + accepted.text("name");
        await().atMost(PATIENCE)
                .until(() -> !List.of("CREATING", "INITIALIZED")
                        .contains(api.get(asker, target).text("status")));
        return api.get(asker, target);
    }

    private void secret(String name, String key, String value) {
        assertThat(api.post(boss, "/v1/secret", body(name, key, value)).status())
                .isEqualTo(201);
    }

    private void put(String name, String key, String value) {
        assertThat(api.send(boss, "PUT", "/v1/secret/" + name, Bytes.utf8(body(name, key, value)))
                        .status())
                .isEqualTo(201);
    }

    private static String body(String name, String key, String value) {
        return "{\"name\":\"" + name + "\",\"secrets\":{\"" + key + "\":\"" + value + "\"}}";
    }

    private static String naming(String name, String source, String... secrets) {
        String names = String.join("\",\"", secrets);
        return function(
                name, "python3", name + ".py", source, secrets.length == 0 ? "" : ",\"secrets\":[\"" + names + "\"]");
    }

    private void create(String body, String name) {
        assertThat(api.post(boss, "/v1/function", body).status()).isEqualTo(201);
        awaitReady(name);
    }

    private void awaitReady(String name) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(api.get(boss, "/v1/function/" + name).text("status"))
                                .isEqualTo("READY"));
    }
}
