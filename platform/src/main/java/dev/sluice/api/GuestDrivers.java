package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.bytes.Digest;
import dev.sluice.driver.DriverFailed;
import dev.sluice.driver.DriverGuest;
import dev.sluice.driver.DriverGuests;
import dev.sluice.driver.DriverLog;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import dev.sluice.secret.Secret;
import dev.sluice.secret.Secrets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Puts drivers to work that are programs of images: of those that their organization has as base images. Thread-safe.
final class GuestDrivers {
    private static final int VARIABLES_CHARS_MAX = 64 << 10;

    private final BaseImages bases;
    private final Secrets secrets;
    private final Subscriptions subscriptions;
    private final DriverGuests guests;

    GuestDrivers(BaseImages bases, Secrets secrets, Subscriptions subscriptions, DriverGuests guests) {
        this.bases = bases;
        this.secrets = secrets;
        this.subscriptions = subscriptions;
        this.guests = guests;
    }

    AtWork begin(Organization organization, KeptEntity<DriverWish> entity) {
        DriverWish wish = entity.wish();
        Component events = Component.of(Resource.EVENT.in(organization.principal()));
        var inbox = new DriverInbox(Label.of(events, Component.TRUE), event -> subscriptions.emit(organization, event));
        var terms = new GuestDriver.Terms(wish.made().expose(), !wish.secrets().isEmpty());
        return new GuestDriver(terms, log -> start(organization, wish, log), inbox).start();
    }

    private DriverGuest start(Organization organization, DriverWish wish, DriverLog log)
            throws DriverFailed, InterruptedException {
        String image = wish.made().image();
        if (!wish.secrets().isEmpty() && !isPinned(image)) {
            throw new DriverFailed("its events are released of its secrets, so its image must stay what it is: name"
                    + " that in the driver type by its digest, as in registry/repository@sha256:DIGEST");
        }
        Digest pulled = Upkeep.of(organization, Resource.BASEIMAGE)
                .run(() -> pulled(organization, image))
                .orElseThrow(() -> new DriverFailed("your organization has no base image of " + image
                        + " that is READY: make one, as in sluice create base-image NAME " + image
                        + " --language python3"));
        var wanted = new DriverGuests.Wanted(pulled, arguments(wish), environment(organization, wish));
        return guests.start(organization.token(), wanted, log);
    }

    private Optional<Digest> pulled(Organization organization, String image) {
        return bases.list(organization).stream()
                .filter(base -> base.status() == ImageStatus.READY)
                .filter(base -> base.wish().dockerUrl().equals(image))
                .flatMap(base -> base.pulled().stream())
                .map(pulled -> new Digest(pulled.image()))
                .findFirst();
    }

    /// Whoever gives it secrets has seen which image it is.
    private static boolean isPinned(String image) {
        return image.matches(".+@sha256:[0-9a-f]{64}");
    }

    private static List<String> arguments(DriverWish wish) {
        var arguments = new ArrayList<String>();
        wish.config()
                .forEach(one -> arguments.add(
                        "--" + one.key() + one.value().map(value -> "=" + value).orElse("")));
        return arguments;
    }

    private Map<String, String> environment(Organization organization, DriverWish wish) throws DriverFailed {
        var found = new DriverSecrets(secrets, organization);
        var environment = new HashMap<String, String>();
        for (String name : wish.secrets()) {
            Optional<Secret> secret = found.find(name);
            if (secret.isEmpty()) {
                throw new DriverFailed("a secret that it names is not there");
            }
            secret.get().values().forEach((key, value) -> environment.put(variable(key), value));
        }
        environment.put("DISPATCH_ORGANIZATION", organization.name());
        environment.put("DISPATCH_DRIVER_TYPE", wish.type());
        int chars = environment.values().stream().mapToInt(String::length).sum();
        if (chars > VARIABLES_CHARS_MAX || environment.values().stream().anyMatch(value -> value.indexOf('\0') >= 0)) {
            throw new DriverFailed("its secrets are no variables: they have more than " + VARIABLES_CHARS_MAX
                    + " characters, or a zero byte");
        }
        return environment;
    }

    /// `apiKey` and `api-key` of a secret are `APIKEY` and `API_KEY`.
    private static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9_]", "_");
    }
}
