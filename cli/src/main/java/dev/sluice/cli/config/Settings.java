package dev.sluice.cli.config;

import dev.sluice.cli.Failure;
import dev.sluice.cli.http.Address;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The values that hold for one command: flag over environment over the current context over the default. An empty
/// environment variable counts as not set. An account that says which organization it is of says that one too, where a
/// context's would else be meant.
public final class Settings {
    private final Map<Setting, String> explicit = new EnumMap<>(Setting.class);
    private final Supplier<ConfigFile> reader;
    private @Nullable ConfigFile file;

    /// @param flags what the command line said
    /// @param reader reads the configuration file; called once, and only if something needs the file
    public Settings(Map<Setting, String> flags, Map<String, String> environment, Supplier<ConfigFile> reader) {
        for (Setting setting : Setting.values()) {
            String variable = environment.getOrDefault(setting.variable(), "");
            if (flags.containsKey(setting)) {
                explicit.put(setting, flags.get(setting));
            } else if (!setting.variable().isEmpty() && !variable.isEmpty()) {
                explicit.put(setting, variable);
            }
        }
        if (!explicit.containsKey(Setting.TOKEN)) {
            accountsOrganization().ifPresent(name -> explicit.putIfAbsent(Setting.ORGANIZATION, name));
        }
        this.reader = reader;
    }

    /// Of `ORGANIZATION/NAME` the organization.
    private Optional<String> accountsOrganization() {
        String account = explicit.getOrDefault(Setting.SERVICE_ACCOUNT, "");
        return Optional.of(account.substring(0, Math.max(account.indexOf('/'), 0)))
                .filter(name -> !name.isEmpty());
    }

    public ConfigFile file() {
        ConfigFile known = file;
        if (known == null) {
            known = reader.get();
            file = known;
        }
        return known;
    }

    /// What a flag or the environment said, if either did.
    public Optional<String> explicit(Setting setting) {
        return Optional.ofNullable(explicit.get(setting));
    }

    public String get(Setting setting) {
        String said = explicit.get(setting);
        if (said != null) {
            return said;
        }
        String stored = setting.key().isEmpty() ? "" : stored(setting);
        return stored.isEmpty() ? setting.usual() : stored;
    }

    private String stored(Setting setting) {
        return file().context(file().current()).show(setting.key());
    }

    /// The service account that speaks, as `ORGANIZATION/NAME` where that is known; empty where none does. One that a
    /// context holds is of the context's organization, in whichever it acts.
    public String account() {
        return explicit.containsKey(Setting.SERVICE_ACCOUNT)
                ? qualified(get(Setting.SERVICE_ACCOUNT), get(Setting.ORGANIZATION))
                : storedAccount();
    }

    /// The file with its key; empty where none is known. The key that a context holds is of the context's account, and
    /// of no other.
    public String accountKey() {
        boolean isAnothers = !explicit.containsKey(Setting.JWT_PRIVATE_KEY)
                && !storedAccount().isEmpty()
                && !storedAccount().equals(account());
        return isAnothers ? "" : get(Setting.JWT_PRIVATE_KEY);
    }

    private String storedAccount() {
        String organization = stored(Setting.ORGANIZATION);
        return qualified(
                stored(Setting.SERVICE_ACCOUNT), organization.isEmpty() ? get(Setting.ORGANIZATION) : organization);
    }

    private static String qualified(String account, String organization) {
        return account.isEmpty() || account.contains("/") || organization.isEmpty()
                ? account
                : organization + "/" + account;
    }

    /// The server's address.
    public Address address() {
        String scheme = get(Setting.SCHEME).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new Failure("the scheme must be http or https, not " + scheme);
        }
        String port = get(Setting.PORT);
        if (!port.matches("[0-9]{1,5}")) {
            throw new Failure("the port must be a number, not " + port);
        }
        try {
            return new Address(get(Setting.HOST), Integer.parseInt(port), scheme.equals("https"), insecure());
        } catch (IllegalArgumentException e) {
            throw new Failure(String.valueOf(e.getMessage()), e);
        }
    }

    private boolean insecure() {
        return switch (get(Setting.INSECURE).toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new Failure("insecure must be true or false");
        };
    }

    /// Where the address came from, for somebody whom it surprises.
    public String origin() {
        boolean said = explicit.containsKey(Setting.HOST) || explicit.containsKey(Setting.PORT);
        if (said) {
            return "as flags or the environment say";
        }
        if (!file().exists()) {
            return "the default, as there is no configuration file " + file().path();
        }
        return "context \"" + file().current() + "\" of " + file().path();
    }
}
