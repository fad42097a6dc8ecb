package dev.sluice.org;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The roles that the policies of one organization may speak of: the built-in ones and its own, which cannot take a
/// built-in one's name.
public final class Roles {
    private static final List<String> ANY = List.of(Policy.ANY);
    private static final List<String> GET = List.of(Action.GET.word());

    /// Everything; what a team's developers work with; looking at everything but secrets; calling functions.
    private static final Map<String, List<Role.Grant>> BUILT_IN = Map.of(
            "admin",
            List.of(new Role.Grant(ANY, ANY)),
            "developer",
            List.of(
                    new Role.Grant(ANY, words(Resource.FUNCTION, Resource.RUNS, Resource.SECRET, Resource.API)),
                    new Role.Grant(GET, words(Resource.IMAGE, Resource.BASEIMAGE))),
            "viewer",
            List.of(new Role.Grant(GET, allBut(Resource.SECRET))),
            "invoker",
            List.of(new Role.Grant(List.of(Action.CREATE.word(), Action.GET.word()), words(Resource.RUNS))));

    public static final Roles BUILT_IN_ONLY = new Roles(List.of());

    private final Map<String, List<Role.Grant>> grants = new HashMap<>();

    public Roles(List<Role> own) {
        own.forEach(role -> grants.put(role.name(), role.rules()));
        grants.putAll(BUILT_IN);
    }

    /// Those that every organization has.
    public static List<Role> builtIn() {
        return BUILT_IN.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(role -> new Role("", role.getKey(), role.getValue(), 0, 0))
                .toList();
    }

    public static boolean isBuiltIn(String name) {
        return BUILT_IN.containsKey(name);
    }

    /// Whether people could take it for a built-in one.
    public static boolean looksBuiltIn(String name) {
        return isBuiltIn(name.toLowerCase(Locale.ROOT));
    }

    /// The same, and `role` in the place of the one of its name.
    Roles with(Role role) {
        var more = new Roles(List.of());
        more.grants.putAll(grants);
        more.grants.put(role.name(), role.rules());
        more.grants.putAll(BUILT_IN);
        return more;
    }

    /// All that policies may speak of, in the order of the alphabet.
    public List<String> names() {
        return grants.keySet().stream().sorted().toList();
    }

    /// What the role of that name stands for; empty if there is none.
    Optional<List<Role.Grant>> grants(String name) {
        return Optional.ofNullable(grants.get(name));
    }

    private static List<String> words(Resource... resources) {
        return List.of(resources).stream().map(Resource::word).toList();
    }

    private static List<String> allBut(Resource left) {
        return List.of(Resource.values()).stream()
                .filter(one -> one != left)
                .map(Resource::word)
                .toList();
    }
}
