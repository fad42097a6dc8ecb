package dev.sluice.cli.config;

/// What can be set by a flag, by the environment or in the configuration file, in this order of strength.
public enum Setting {
    HOST("--host", "SLUICE_HOST", "host", "localhost"),
    PORT("--port", "SLUICE_PORT", "port", "443"),
    SCHEME("--scheme", "SLUICE_SCHEME", "scheme", "https"),
    ORGANIZATION("--organization", "SLUICE_ORGANIZATION", "organization", ""),
    AS_ORGANIZATION("--as-org", "", "", "false"),
    INSECURE("--insecure", "SLUICE_INSECURE", "insecure", "false"),
    TOKEN("--token", "SLUICE_TOKEN", "token", ""),
    SERVICE_ACCOUNT("--service-account", "SLUICE_SERVICE_ACCOUNT", "serviceaccount", ""),
    JWT_PRIVATE_KEY("--jwt-private-key", "SLUICE_JWT_PRIVATE_KEY", "jwtprivatekey", ""),
    OUTPUT("--output", "SLUICE_OUTPUT", "", ""),
    COOKIE("", "", "cookie", "");

    private final String flag;
    private final String variable;
    private final String key;
    private final String usual;

    Setting(String flag, String variable, String key, String usual) {
        this.flag = flag;
        this.variable = variable;
        this.key = key;
        this.usual = usual;
    }

    /// The long flag; empty when no flag sets it.
    public String flag() {
        return flag;
    }

    /// The environment variable; empty when none sets it.
    public String variable() {
        return variable;
    }

    /// The key in a context of the configuration file; empty when the file never holds it.
    public String key() {
        return key;
    }

    /// The value when nobody says anything.
    String usual() {
        return usual;
    }
}
