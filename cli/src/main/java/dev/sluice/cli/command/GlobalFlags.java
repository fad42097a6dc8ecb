package dev.sluice.cli.command;

import java.util.List;

/// The flags that every command takes, before its words, between them and behind them.
final class GlobalFlags {
    static final String ORGANIZATION = "--organization";
    static final String AS_ORGANIZATION = "--as-org";

    static final List<Flag> ALL = List.of(
            Flag.valued("FILE", "configuration file ($SLUICE_CONFIG or ~/.sluice/config.json)", "--config"),
            Flag.valued("ORG", "organization to act in", ORGANIZATION),
            Flag.bare("act as the whole organization, on record, if you may", AS_ORGANIZATION),
            Flag.valued("HOST", "host of the server", "--host"),
            Flag.valued("PORT", "port of the server", "--port"),
            Flag.valued("SCHEME", "http or https", "--scheme"),
            Flag.bare("accept any TLS certificate", "--insecure"),
            Flag.valued("TOKEN", "bearer token to send", "--token"),
            Flag.valued("NAME", "service account to act as: NAME or ORG/NAME", "--service-account"),
            Flag.valued("FILE", "the service account's private key (PEM)", "--key-file", "--jwt-private-key"),
            Flag.valued("FORMAT", "json, yaml or table", "-o", "--output"),
            Flag.bare("the same as -o json", "--json"),
            Flag.bare("show requests on standard error", "--debug"),
            Flag.bare("show help", "-h", "--help"));

    private GlobalFlags() {}
}
