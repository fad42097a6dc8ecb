package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.json.Json;
import dev.sluice.cli.json.Table;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// `create|update|get|delete application` and `api`.
final class SettingWords {
    static final EntityWords APPLICATION =
            new EntityWords("/v1/application", "application", "application", SettingWords::applications);

    static final EntityWords API = new EntityWords("/v1/api", "api", "api", SettingWords::apis);

    private static final SortedMap<String, String> ACCESS_TEXTS =
            new TreeMap<>(Map.of("--audience", "audience", "--auth-provider", "provider", "--auth-secret", "secret"));
    private static final SortedMap<String, String> ACCESS_LISTS =
            new TreeMap<>(Map.of("--claim", "claims", "--scope", "scopes"));

    private SettingWords() {}

    static Word createApplication() {
        return application(new Word(
                        "application",
                        "Create an application: a name to tag others with.",
                        (arguments, session) ->
                                APPLICATION.create(session, arguments.required(0), application(arguments))))
                .example("sluice create application shop");
    }

    static Word updateApplication() {
        return application(new Word(
                        "application",
                        "Replace an application's own tags.",
                        (arguments, session) ->
                                APPLICATION.update(session, arguments.required(0), application(arguments))))
                .example("sluice update application shop --tag team=web");
    }

    private static Word application(Word word) {
        return word.required("NAME", "the application's name")
                .flag(several("KEY=VALUE", "tag of the application itself; may be repeated", "--tag"));
    }

    static Word createApi() {
        return api(new Word(
                        "api",
                        "Create an API: requests that run a function.",
                        (arguments, session) -> API.create(session, arguments.required(0), api(arguments))))
                .example("sluice create api hello hello-js --path /hello --cors")
                .example("sluice create api orders take-order --method POST --path /orders --https-only")
                .example("sluice create api desk hello --path /desk --https-only --auth basic --auth-secret users")
                .example("sluice create api prices ticker --path /prices --stream events");
    }

    static Word updateApi() {
        return api(new Word(
                        "api",
                        "Replace an API's settings.",
                        (arguments, session) -> API.update(session, arguments.required(0), api(arguments))))
                .example("sluice update api hello hello-js --path /hello --path /hi");
    }

    private static Word api(Word word) {
        return API.tagged(word)
                .required("NAME", "the API's name")
                .required("FUNCTION", "the function to run")
                .flag(several(
                        "PATH", "path below your organization's, such as /hello; may be repeated", "-p", "--path"))
                .flag(several("METHOD", "method, GET if none is named; may be repeated", "-m", "--method"))
                .flag(several("HOST", "host whose requests are meant; may be repeated", "-d", "--host", "--domain"))
                .flag(several("SECRET", "secret that answers may tell of; may be repeated", "--release"))
                .flag(Flag.bare("over HTTPS only", "--https-only"))
                .flag(Flag.bare("not yet: it is off until an update turns it on", "--disable"))
                .flag(Flag.bare("pages of other origins may ask", "--cors"))
                .option("--auth", "KIND", "who may ask: public, or basic, apikey, hmac, mtls, oauth2")
                .option("--auth-secret", "NAME", "secret with password hashes, digests of keys or shared keys")
                .option("--auth-provider", "NAME", "identity provider whose access tokens count")
                .option("--audience", "NAME", "whom access tokens must be for")
                .flag(several("SCOPE", "scope that an access token must have; may be repeated", "--scope"))
                .flag(several("CLAIM", "of a token, that the function is told; may be repeated", "--claim"))
                .option("--failures", "KIND", "a failure is told as a problem (the default), or hidden")
                .option("--stream", "FORM", "what is yielded leaves at once, as events, lines or http")
                .option("--bodies", "KIND", "input: bodies are read as context.input, up to 1 GiB")
                .option("--alias", "ALIAS", "of the function, whose versions requests are spread over")
                .flag(several("VERSION=WEIGHT", "version and its share, percent; may be repeated", "--route"))
                .flag(Flag.bare("who asks again gets the same version", "--sticky"))
                .option("--cache", "SECONDS", "answers are given again for so long, as 30 or 30s")
                .flag(several("HEADER", "that kept answers depend on; may be repeated", "--vary"))
                .option("--rate", "N/s", "requests of all clients in a second, or N/m, N/h: 429 beyond it")
                .option("--burst", "N", "of these at once after a rest; as many as in a second")
                .option("--client-rate", "N/s", "requests of one address, or N/m, N/h")
                .option("--client-burst", "N", "of these at once after a rest")
                .option("--body-bytes", "N", "of a request at most: 413 beyond it");
    }

    private static Flag several(String label, String description, String... names) {
        return new Flag(List.of(names), label, Flag.Use.REPEATABLE, description);
    }

    private static Json.Obj application(Arguments arguments) {
        List<Json> tags =
                arguments.options("--tag").stream().<Json>map(SettingWords::tag).toList();
        return Json.Obj.empty().with("name", arguments.required(0)).with("tags", new Json.Arr(tags));
    }

    private static Json.Obj tag(String said) {
        int equals = said.indexOf('=');
        if (equals <= 0) {
            throw Failure.usage("a tag is KEY=VALUE, not " + said);
        }
        return Json.Obj.empty().with("key", said.substring(0, equals)).with("value", said.substring(equals + 1));
    }

    private static Json.Obj api(Arguments arguments) {
        List<String> methods = arguments.options("--method");
        List<String> protocols = arguments.has("--https-only") ? List.of("https") : List.of("http", "https");
        Json.Obj access = access(arguments);
        Json.Obj body =
                access.members().isEmpty() ? Json.Obj.empty() : Json.Obj.empty().with("access", access);
        body = body.with("authentication", arguments.option("--auth").orElse("public"));
        body = arguments.has("--cors") ? body.with("cors", new Json.Bool(true)) : body;
        body = arguments.has("--disable") ? body : body.with("enabled", new Json.Bool(true));
        List<String> released = arguments.options("--release");
        body = released.isEmpty() ? body : body.with("releases", Json.Arr.ofTexts(released));
        Json.Obj limits = limits(arguments);
        body = limits.equals(Json.Obj.empty()) ? body : body.with("limits", limits);
        Optional<String> stream = arguments.option("--stream");
        body = stream.isPresent() ? body.with("stream", stream.get()) : body;
        Optional<String> bodies = arguments.option("--bodies");
        body = bodies.isPresent() ? body.with("bodies", bodies.get()) : body;
        body = routing(arguments, body);
        return body.with("failures", arguments.option("--failures").orElse("problem"))
                .with("function", arguments.required(1))
                .with("hosts", Json.Arr.ofTexts(arguments.options("--domain")))
                .with("methods", Json.Arr.ofTexts(methods.isEmpty() ? List.of("GET") : methods))
                .with("name", arguments.required(0))
                .with("protocols", Json.Arr.ofTexts(protocols))
                .with("tags", EntityWords.tags(arguments))
                .with("uris", Json.Arr.ofTexts(arguments.options("--path")));
    }

    /// Which versions of the function run, and how long what they answered is given again.
    private static Json.Obj routing(Arguments arguments, Json.Obj api) {
        Optional<String> alias = arguments.option("--alias");
        Json.Obj body = alias.isPresent() ? api.with("alias", alias.get()) : api;
        List<Json> routes = arguments.options("--route").stream()
                .<Json>map(said -> VersionWords.share(said, "a route is VERSION=WEIGHT, such as 3=90, not " + said))
                .toList();
        body = routes.isEmpty() ? body : body.with("routes", new Json.Arr(routes));
        body = arguments.has("--sticky") ? body.with("sticky", new Json.Bool(true)) : body;
        Optional<String> seconds = arguments.option("--cache");
        List<String> vary = arguments.options("--vary");
        if (seconds.isEmpty()) {
            if (!vary.isEmpty()) {
                throw Failure.usage("--vary is for answers that are kept: give --cache too");
            }
            return body;
        }
        String said = seconds.get();
        String number = said.endsWith("s") ? said.substring(0, said.length() - 1) : said;
        Json.Obj cache = Json.Obj.empty().with("seconds", Json.Num.of(FunctionWords.whole(number, "--cache")));
        return body.with("cache", cache.with("vary", Json.Arr.ofTexts(vary)));
    }

    /// By what callers are known.
    private static Json.Obj access(Arguments arguments) {
        Json.Obj access = Json.Obj.empty();
        for (Map.Entry<String, String> one : ACCESS_TEXTS.entrySet()) {
            Optional<String> said = arguments.option(one.getKey());
            access = said.isPresent() ? access.with(one.getValue(), said.get()) : access;
        }
        for (Map.Entry<String, String> one : ACCESS_LISTS.entrySet()) {
            List<String> said = arguments.options(one.getKey());
            access = said.isEmpty() ? access : access.with(one.getValue(), Json.Arr.ofTexts(said));
        }
        return access;
    }

    /// What the server does not limit is not sent.
    private static Json.Obj limits(Arguments arguments) {
        Json.Obj limits = Json.Obj.empty();
        for (String flag : List.of("--rate", "--client-rate")) {
            Optional<String> rate = arguments.option(flag);
            limits = rate.isEmpty() ? limits : limits.with(member(flag), rate.get());
        }
        for (String flag : List.of("--burst", "--client-burst", "--body-bytes")) {
            Optional<String> number = arguments.option(flag);
            limits = number.isEmpty()
                    ? limits
                    : limits.with(member(flag), Json.Num.of(FunctionWords.whole(number.get(), flag)));
        }
        return limits;
    }

    /// `clientRate` for `--client-rate`
    private static String member(String flag) {
        return Pattern.compile("-([a-z])")
                .matcher(flag.substring(2))
                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    }

    private static String applications(List<Json.Obj> all) {
        var table = new Table("Name", "Status", "Created Date");
        all.forEach(one -> table.row(one.show("name"), Rows.status(one), Rows.time(one, "createdTime")));
        return table.text();
    }

    private static String apis(List<Json.Obj> all) {
        var table = new Table("Name", "Function", "Protocol", "Method", "Domain", "Path", "Auth", "Status", "Enabled");
        all.forEach(one -> table.row(
                one.show("name"),
                one.show("function"),
                EntityWords.listed(one, "protocols"),
                EntityWords.listed(one, "methods"),
                EntityWords.listed(one, "hosts"),
                EntityWords.listed(one, "uris"),
                one.show("authentication"),
                Rows.status(one),
                one.show("enabled").isEmpty() ? "false" : one.show("enabled")));
        return table.text();
    }
}
