package dev.sluice.invoke;

import dev.sluice.gate.Gate;
import dev.sluice.gate.GateContent;
import dev.sluice.kernel.Refusal;
import dev.sluice.kernel.Refused;
import dev.sluice.kernel.Task;
import dev.sluice.label.Component;
import dev.sluice.label.Label;
import dev.sluice.label.LabelInvalid;
import dev.sluice.label.Principal;
import dev.sluice.run.Run;
import dev.sluice.secret.Secret;
import dev.sluice.secret.Secrets;
import dev.sluice.secret.ServiceInstance;
import dev.sluice.secret.Sort;
import dev.sluice.worker.Injected;
import dev.sluice.worker.RunEnd;
import dev.sluice.worker.RunEnd.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Stream;

/// Gives runs their secrets: those of their gate, and those that their request names, of the organization whose runs
/// they are; and their gate's bindings to services.
///
/// The run's own task reads them, before any code of it runs. So whatever becomes of the run is as secret as they are,
/// that one is missing too, and the platform knows nothing that the run does not.
final class Injection {
    /// Together they fit into what a guest is handed beside its payload.
    private static final int SECRETS_MAX = GateContent.Direct.INJECT_MAX;

    private final Secrets secrets;

    Injection(Secrets secrets) {
        this.secrets = secrets;
    }

    /// What a run does with its secrets.
    @FunctionalInterface
    interface Body {
        RunEnd run(Injected injected) throws InterruptedException;
    }

    /// Whose secret or service instance, and which one.
    private record Name(Principal organization, Sort sort, String name) {}

    /// Whoever asks for a secret was lent reading it. One whose name no secret has is missing when the run starts.
    ///
    /// @throws Refused `DENIED`
    static void requireLent(Invocation wish) {
        for (String name : wish.secrets()) {
            try {
                Label secret = Secrets.label(Principal.of(wish.organization()), name);
                Task.current().exercise(secret.secrecy(), Component.TRUE);
            } catch (LabelInvalid unnameable) {
                // It is missing when the run starts.
            }
        }
    }

    /// Reads as [Task#current], and then runs `body`; a run that cannot have one of its secrets is
    /// an error, and does not start.
    ///
    /// @throws Refused `DENIED` for a secret above the run's clearance, whether or not there is one
    RunEnd with(Run run, Gate gate, List<String> wanted, Body body) throws InterruptedException {
        if (gate.inject().isEmpty() && wanted.isEmpty()) {
            return body.run(Injected.NOTHING);
        }
        SequencedSet<Name> names = names(run, gate, wanted);
        if (names.size() > SECRETS_MAX) {
            return failed("InputError", "a run has at most " + SECRETS_MAX + " secrets and services together");
        }
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, Injected.Binding> bindings = new LinkedHashMap<>();
        List<String> sources = new ArrayList<>();
        for (Name name : names) {
            Secret secret;
            try {
                secret = kept(name.sort()).read(name.organization(), name.name());
            } catch (LabelInvalid unnameable) {
                return missing(name);
            } catch (Refused refused) {
                if (refused.refusal() == Refusal.NOT_FOUND) {
                    return missing(name);
                }
                if (refused.refusal() == Refusal.UNAVAILABLE) {
                    return failed("SystemError", name.sort().said() + " " + name.name() + " cannot be opened");
                }
                throw refused;
            }
            if (name.sort() == Sort.SERVICE_INSTANCE) {
                bindings.put(name.name(), binding(secret));
            } else {
                values.putAll(secret.values());
            }
            sources.add(secret.id() + " " + secret.version());
        }
        return body.run(new Injected(values, bindings, sources));
    }

    private Secrets kept(Sort sort) {
        return sort == Sort.SERVICE_INSTANCE ? secrets.serviceInstances() : secrets;
    }

    private static Injected.Binding binding(Secret stored) {
        ServiceInstance instance = ServiceInstance.of(stored);
        return new Injected.Binding(instance.credentialsJson(), instance.texts());
    }

    /// The names of secrets that a run's record shows to `existence`: of what its gate injects, only where that may
    /// know of the
    /// gate, and of its own organization only.
    static List<String> shown(String organization, Gate gate, List<String> wanted, Label existence) {
        boolean isKnown = existence.secrecy().implies(gate.label().secrecy());
        Stream<String> injected = gate.inject().stream()
                .map(Injection::name)
                .filter(name -> name.sort() == Sort.SECRET)
                .filter(name ->
                        isKnown && name.organization().tokens().getFirst().equals(organization))
                .map(Name::name);
        return Stream.concat(injected, wanted.stream()).toList();
    }

    /// In order; of one that is named twice, where it is named last.
    private static SequencedSet<Name> names(Run run, Gate gate, List<String> wanted) {
        var names = new LinkedHashSet<Name>();
        var requested = Principal.of(run.organization());
        Stream.concat(
                        gate.inject().stream().map(Injection::name),
                        wanted.stream().map(name -> new Name(requested, Sort.SECRET, name)))
                .forEach(names::addLast);
        return names;
    }

    private static Name name(Principal secret) {
        List<String> tokens = secret.tokens();
        return new Name(Principal.of(tokens.getFirst()), Sort.of(secret), tokens.getLast());
    }

    private static RunEnd missing(Name name) {
        return failed("InputError", "[Code: 404] " + name.sort().said() + " " + name.name() + " not found");
    }

    private static RunEnd failed(String type, String message) {
        var fault = new Fault(type, message, List.of());
        return new RunEnd(Optional.empty(), Optional.of(fault), List.of(), List.of());
    }
}
