package dev.sluice.cli.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The flags that every command takes, wherever they stand. Each word gets its own copy of them; only the first
/// word's help lists them.
final class GlobalFlags {
    private GlobalFlags() {}

    private static List<OptionSpec.Builder> all() {
        return List.of(
                valued("FILE", "configuration file (default: $$SLUICE_CONFIG, then ~/.sluice/config.json)", "--config"),
                valued("ORG", "organization to act in", "--organization"),
                valued("HOST", "host of the server", "--host"),
                valued("PORT", "port of the server", "--port"),
                valued("SCHEME", "http or https", "--scheme"),
                bare("accept any TLS certificate", "--insecure"),
                valued("TOKEN", "bearer token to send", "--token"),
                valued("NAME", "service account to act as: NAME or ORG/NAME", "--service-account"),
                valued("FILE", "the service account's RSA key (PEM)", "--jwt-private-key"),
                valued("FORMAT", "json, yaml or table", "-o", "--output"),
                bare("the same as -o json", "--json"),
                bare("show requests on standard error", "--debug"),
                bare("show this help", "-h", "--help").usageHelp(true));
    }

    static OptionSpec.Builder valued(String label, String description, String... names) {
        return OptionSpec.builder(names)
                .type(String.class)
                .arity("1")
                .paramLabel(label)
                .description(description);
    }

    static OptionSpec.Builder bare(String description, String... names) {
        return OptionSpec.builder(names).type(boolean.class).arity("0").description(description);
    }

    static void addTo(CommandSpec spec) {
        all().forEach(flag -> spec.addOption(flag.build()));
    }

    static void addHiddenTo(CommandSpec spec) {
        all().forEach(flag -> spec.addOption(flag.hidden(true).build()));
    }

    /// Writes the examples and a pointer to the global flags under a command's help.
    static void explain(CommandSpec spec, List<String> examples) {
        var footer = new ArrayList<String>();
        footer.add("");
        footer.add(examples.size() == 1 ? "Example:" : "Examples:");
        examples.forEach(example -> footer.add("  " + example));
        footer.add("");
        footer.add("Global flags (--config, --organization, -o, ...): see `sluice --help`.");
        spec.usageMessage()
                .footer(footer.toArray(String[]::new))
                .descriptionHeading("%n")
                .parameterListHeading("%nArguments:%n")
                .optionListHeading("%nFlags:%n")
                .commandListHeading("%nCommands:%n")
                .abbreviateSynopsis(false)
                .sortOptions(false);
    }
}
