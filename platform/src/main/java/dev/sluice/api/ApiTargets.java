package dev.sluice.api;

import dev.sluice.authn.Upkeep;
import dev.sluice.gateway.Endpoint;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.org.Organization;
import dev.sluice.org.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/// What runs behind APIs: their functions as they are now, or the versions that their requests are spread over.
/// Thread-safe.
///
/// A gate keeps what it leads to, so that one to a function that was deleted and made again runs the old one: which it
/// was led to is compared each time.
final class ApiTargets {
    private final PublicGates gates;
    private final Functions functions;
    private final FunctionVersions versions;
    private final CreationLocks changing;
    private final BiPredicate<Organization, ApiWish> isThere;

    /// @param changing what is held while an API, or what it leads to, is changed
    /// @param isThere  whether the API is what it was when it was served: or one that is gone would be led anew
    ApiTargets(
            PublicGates gates,
            Functions functions,
            FunctionVersions versions,
            CreationLocks changing,
            BiPredicate<Organization, ApiWish> isThere) {
        this.gates = gates;
        this.functions = functions;
        this.versions = versions;
        this.changing = changing;
        this.isThere = isThere;
    }

    /// The versions of an API with an alias or routes, as they are now; none where the alias is not there.
    List<Alias.Share> shares(Organization organization, ApiWish wish) {
        ApiRouting routing = wish.terms().routing();
        return routing.alias().isEmpty()
                ? routing.routes()
                : versions.shares(organization, wish.function(), routing.alias());
    }

    /// Reads as the current task.
    Optional<FunctionEntity> version(Organization organization, String function, long version) {
        return versions.find(organization, function, version);
    }

    /// Refuses an API whose requests could not run what it says.
    ///
    /// @throws Rejection 400
    void requireThere(Organization organization, ApiWish wish) {
        ApiRouting routing = wish.terms().routing();
        if (!wish.enabled() || routing.isPlain()) {
            return;
        }
        List<Alias.Share> shares = shares(organization, wish);
        if (shares.isEmpty()) {
            throw wish.unserved("function " + wish.function() + " has no alias " + routing.alias()
                    + ": make it first (`sluice alias create " + wish.function() + " " + routing.alias()
                    + " VERSION`)");
        }
        for (Alias.Share share : shares) {
            Optional<FunctionEntity> version = Upkeep.of(organization, Resource.FUNCTION)
                    .run(() -> versions.find(organization, wish.function(), share.version()));
            if (version.isEmpty()) {
                throw wish.unserved("function " + wish.function() + " has no version " + share.version()
                        + ": `sluice get versions " + wish.function() + "` lists those that it has");
            }
        }
    }

    /// Has an API's gates lead where they are to. Where the function is not there yet, the first request does, unless
    /// secrets are released, which only who may read them does.
    void lead(Organization organization, ApiWish wish) {
        for (Optional<Long> version : targets(organization, wish)) {
            try {
                gates.lead(organization, wish, version);
            } catch (Refused notThere) {
                if (notThere.refusal() != Refusal.NOT_FOUND) {
                    throw notThere;
                }
            }
        }
    }

    /// Takes the ways to versions that an API's alias names no more. The task of its caller holds the lock.
    void forgetOthers(Organization organization, ApiWish wish) {
        if (!wish.terms().routing().isPlain()) {
            gates.removeOthers(
                    organization,
                    wish,
                    shares(organization, wish).stream()
                            .map(Alias.Share::version)
                            .collect(Collectors.toSet()));
        }
    }

    private List<Optional<Long>> targets(Organization organization, ApiWish wish) {
        return wish.terms().routing().isPlain() ? List.of(Optional.empty()) : targetsOf(shares(organization, wish));
    }

    Endpoint.Behind behind(Organization organization, ApiWish wish) {
        Map<Optional<Long>, String> led = new ConcurrentHashMap<>();
        return (place, isLost) -> {
            if (wish.terms().routing().isPlain()) {
                return called(organization, wish, Optional.empty(), isLost, led);
            }
            List<Alias.Share> shares = shares(organization, wish);
            led.keySet().retainAll(targetsOf(shares));
            return shares.isEmpty()
                    ? Optional.empty()
                    : called(organization, wish, Optional.of(Alias.at(shares, place)), isLost, led);
        };
    }

    private static List<Optional<Long>> targetsOf(List<Alias.Share> shares) {
        List<Optional<Long>> all = new ArrayList<>();
        shares.forEach(share -> all.add(Optional.of(share.version())));
        return all;
    }

    /// @param led the ids of the function that the gates were last seen to lead to
    private Optional<Endpoint.Called> called(
            Organization organization,
            ApiWish wish,
            Optional<Long> version,
            boolean isLost,
            Map<Optional<Long>, String> led)
            throws InterruptedException {
        Optional<Functions.Target> target =
                target(organization, wish.function(), version).filter(Functions.Target::isReady);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        String id = target.get().id();
        if (isLost || !id.equals(led.get(version))) {
            boolean isLed = wish.terms().answers().releases().isEmpty()
                    ? isLedAnew(organization, wish, version, isLost)
                    : isLed(organization, wish, version);
            if (!isLed) {
                return Optional.empty();
            }
            led.put(version, id);
        }
        return Optional.of(
                new Endpoint.Called(id, target.get().faasId(), PublicGates.path(organization, wish, version)));
    }

    private Optional<Functions.Target> target(Organization organization, String function, Optional<Long> version)
            throws InterruptedException {
        if (version.isEmpty()) {
            return functions.builtTarget(organization, function);
        }
        try {
            return Optional.of(functions.target(organization, function, version.get()));
        } catch (Refused gone) {
            if (gone.refusal() == Refusal.NOT_FOUND) {
                return Optional.empty();
            }
            throw gone;
        }
    }

    /// @param isToChange whether it is of no use if the gate led there already
    private boolean isLedAnew(Organization organization, ApiWish wish, Optional<Long> version, boolean isToChange) {
        ReentrantLock lock = changing.of(organization); // or a gate would outlive its API, or what its alias names
        lock.lock();
        try {
            return isThere.test(organization, wish)
                    && targets(organization, wish).contains(version)
                    && (gates.lead(organization, wish, version) || !isToChange);
        } catch (Refused notThere) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Whether a request would run what the API was made for, if that is READY.
    ///
    /// @param version none for an API of the function as it is now
    boolean isCurrent(Organization organization, ApiWish wish, Optional<Long> version) {
        return wish.terms().answers().releases().isEmpty() || isLed(organization, wish, version);
    }

    private boolean isLed(Organization organization, ApiWish wish, Optional<Long> version) {
        try {
            return gates.leads(organization, wish, version);
        } catch (Refused notThere) {
            return false;
        }
    }
}
