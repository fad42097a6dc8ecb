package dev.sluice.cli.command;

import dev.sluice.cli.Failure;
import dev.sluice.cli.config.Setting;
import dev.sluice.cli.json.Json;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// The identity providers that can vouch for a user, as the server tells before anybody logs in: who could not be
/// logged in is told at once what to do instead.
final class Providers {
    private static final String PATH = "/v1/iam/oauth2/providers";
    private static final String ACCOUNTS =
            "\nService accounts log in with their key: sluice login --service-account NAME --key-file FILE";

    private final Session session;
    private final LoginFlow flow;

    private Providers(Session session, LoginFlow flow) {
        this.session = session;
        this.flow = flow;
    }

    private record Provider(String name, List<LoginFlow> flows) {}

    /// The name of the one to log in at.
    ///
    /// @param named empty for the only one that there is
    static String chosen(Session session, LoginFlow flow, String named) {
        return new Providers(session, flow).chosen(named);
    }

    private String chosen(String named) {
        List<Provider> known = named.isEmpty() ? ofOrganization() : known("provider", named);
        if (known.isEmpty()) {
            throw named.isEmpty() ? nobody() : unknown(named);
        }
        List<Provider> able =
                known.stream().filter(one -> one.flows().contains(flow)).toList();
        if (able.isEmpty()) {
            throw new Failure(unable() + ": log in with\n" + commands(known));
        }
        if (able.size() > 1) {
            throw Failure.usage("there are several identity providers: say with --provider which of them knows you\n"
                    + commands(able));
        }
        return able.getFirst().name();
    }

    private List<Provider> ofOrganization() {
        return known("organization", organization());
    }

    private List<Provider> known(String parameter, String value) {
        Json answer = session.api()
                .getAnonymously(Target.of(PATH).query(parameter, value).toString());
        if (answer instanceof Json.Obj object && object.members().get("providers") instanceof Json.Arr list) {
            return list.objects().stream()
                    .map(one -> new Provider(one.show("name"), flows(one)))
                    .toList();
        }
        throw new Failure("the server's answer makes no sense: is it a Sluice server?");
    }

    private static List<LoginFlow> flows(Json.Obj provider) {
        List<Json> words = provider.members().get("flows") instanceof Json.Arr(var items) ? items : List.of();
        return Arrays.stream(LoginFlow.values())
                .filter(flow -> words.contains(new Json.Text(flow.word())))
                .toList();
    }

    private Failure nobody() {
        String organization = organization();
        String whose = organization.isEmpty() ? "users of all organizations" : "users of organization " + organization;
        String perhaps = organization.isEmpty()
                ? "\nOne may vouch for users of yours: say it, with --organization ORG"
                : "\nThe server's operator lists them: see docs/design/login.md";
        return new Failure("the server has no identity provider for " + whose + perhaps + ACCOUNTS);
    }

    private Failure unknown(String named) {
        List<Provider> others = ofOrganization();
        return new Failure("the server has no identity provider " + named
                + (others.isEmpty() ? ACCOUNTS : ": log in with\n" + commands(others)));
    }

    private String unable() {
        return switch (flow) {
            case BROWSER -> "nobody logs in with a browser there";
            case DEVICE -> "nobody logs in with a code there";
            case PASSWORD -> "no directory takes a password there";
        };
    }

    /// One line for each way in.
    private static String commands(List<Provider> providers) {
        return providers.stream()
                .flatMap(one -> one.flows().stream()
                        .map(way -> "  sluice login --provider " + one.name()
                                + (way.flag().isEmpty() ? "" : " " + way.flag())))
                .collect(Collectors.joining("\n"));
    }

    private String organization() {
        return session.settings().get(Setting.ORGANIZATION);
    }
}
