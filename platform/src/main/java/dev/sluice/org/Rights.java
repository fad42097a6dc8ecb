package dev.sluice.org;

import dev.sluice.org.Extent.Named;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// All that a number of rules allow and deny, put together. A denial wins over everything that is allowed.
///
/// @param every the actions allowed on `*`
record Rights(int every, long allowed, long denied, List<Named> allowedNamed, List<Named> deniedNamed) {
    static final Rights NONE = new Rights(0, 0, 0, List.of(), List.of());

    /// How much of a resource an answer is about.
    enum Reach {
        NOTHING,
        OBJECT,
        WHOLE;

        Reach atMost(Reach other) {
            return compareTo(other) <= 0 ? this : other;
        }
    }

    static Rights of(Effect effect, Extent extent) {
        return switch (effect) {
            case ALLOW -> new Rights(extent.every(), extent.whole(), 0, extent.named(), List.of());
            case DENY -> {
                Extent taken = extent.isClear() ? extent : Extent.EVERYTHING;
                yield new Rights(0, 0, taken.whole(), List.of(), taken.named());
            }
        };
    }

    static Rights sum(List<Rights> parts) {
        if (parts.size() == 1) {
            return parts.getFirst(); // as for nearly everybody, at each request
        }
        int every = 0;
        long allowed = 0;
        long denied = 0;
        var allowedNamed = new ArrayList<Named>();
        var deniedNamed = new ArrayList<Named>();
        for (Rights part : parts) {
            every |= part.every;
            allowed |= part.allowed;
            denied |= part.denied;
            allowedNamed.addAll(part.allowedNamed);
            deniedNamed.addAll(part.deniedNamed);
        }
        return new Rights(every, allowed, denied, List.copyOf(allowedNamed), List.copyOf(deniedNamed));
    }

    /// The same, and without what the others deny.
    Rights butFor(Rights others) {
        return sum(List.of(this, new Rights(0, 0, others.denied, List.of(), others.deniedNamed)));
    }

    /// What of a resource may be had for `action` on the object of that name, or on the resource as a whole.
    Reach reach(Action action, Resource resource, Optional<String> name) {
        Reach left = leftByDenials(action, resource, name);
        if ((allowed & Extent.bit(action, resource)) != 0) {
            return left;
        }
        boolean isNamed = name.isPresent() && covers(allowedNamed, action, resource, name.get());
        return isNamed ? left.atMost(Reach.OBJECT) : Reach.NOTHING;
    }

    /// Whether anything of a resource may be had for `action`: all of it, or objects by name.
    boolean allowsSome(Action action, Resource resource) {
        long pair = Extent.bit(action, resource);
        boolean isAllowed =
                (allowed & pair) != 0 || allowedNamed.stream().anyMatch(one -> one.concerns(action, resource));
        return isAllowed && (denied & pair) == 0;
    }

    /// What denials leave of it. The principal of a resource acts for that of each of its objects: where any object
    /// is denied, the whole is nobody's.
    Reach leftByDenials(Action action, Resource resource, Optional<String> name) {
        if ((denied & Extent.bit(action, resource)) != 0) {
            return Reach.NOTHING;
        }
        if (deniedNamed.stream().noneMatch(one -> one.concerns(action, resource))) {
            return Reach.WHOLE;
        }
        boolean isLeft = name.isPresent() && !covers(deniedNamed, action, resource, name.get());
        return isLeft ? Reach.OBJECT : Reach.NOTHING;
    }

    private static boolean covers(List<Named> named, Action action, Resource resource, String name) {
        for (Named one : named) {
            if (one.concerns(action, resource) && Glob.covers(one.glob(), name)) {
                return true;
            }
        }
        return false;
    }
}
