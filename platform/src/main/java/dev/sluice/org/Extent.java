package dev.sluice.org;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the words of one rule stand for: actions on every resource, on whole resources, and on objects by name.
///
/// @param every   the actions on `*`, which are in `whole` too
/// @param whole   pairs of an action and a resource that is meant as a whole
/// @param named   objects by name
/// @param isClear whether each word was understood
record Extent(int every, long whole, List<Named> named, boolean isClear) {
    static final int ACTIONS_ALL = (1 << Action.values().length) - 1;

    private static final Action[] ACTIONS = Action.values();
    private static final Resource[] RESOURCES = Resource.values();

    /// For what takes away and is not understood.
    static final Extent EVERYTHING = of(List.of(Policy.ANY), List.of(Policy.ANY));

    /// @param actions what may be done with each object of `resource` that the glob stands for
    record Named(int actions, Resource resource, String glob) {
        boolean concerns(Action action, Resource of) {
            return resource == of && (actions & bit(action)) != 0;
        }
    }

    static int bit(Action action) {
        return 1 << action.number();
    }

    static long bit(Action action, Resource resource) {
        return 1L << (action.number() * RESOURCES.length + resource.number());
    }

    static Extent of(List<String> actions, List<String> resources) {
        int mask = 0;
        int every = 0;
        long whole = 0;
        var named = new ArrayList<Named>();
        boolean isClear = true;
        for (String word : actions) {
            int one = actions(word);
            mask |= one;
            isClear &= one != 0;
        }
        for (String word : resources) {
            Optional<Resource> resource = Resource.of(word);
            Optional<Named> object = object(word, mask);
            if (word.equals(Policy.ANY)) {
                every = mask;
                for (Resource one : RESOURCES) {
                    whole |= pairs(mask, one);
                }
            } else if (resource.isPresent()) {
                whole |= pairs(mask, resource.get());
            } else if (object.isPresent()) {
                named.add(object.get());
            } else {
                isClear = false;
            }
        }
        return new Extent(every, whole, List.copyOf(named), isClear);
    }

    /// The actions that a word stands for; 0 for none.
    private static int actions(String word) {
        if (word.equals(Policy.ANY)) {
            return ACTIONS_ALL;
        }
        return Action.of(word).map(Extent::bit).orElse(0);
    }

    /// The same, and everything with a resource that is denied to `get`.
    static long withReading(long denied) {
        long all = denied;
        for (Resource resource : RESOURCES) {
            if ((denied & bit(Action.GET, resource)) != 0) {
                all |= pairs(ACTIONS_ALL, resource);
            }
        }
        return all;
    }

    static long pairs(int actions, Resource resource) {
        long pairs = 0;
        for (Action action : ACTIONS) {
            if ((actions & bit(action)) != 0) {
                pairs |= bit(action, resource);
            }
        }
        return pairs;
    }

    private static Optional<Named> object(String word, int actions) {
        return ObjectWord.of(word).map(object -> new Named(actions, object.resource(), object.name()));
    }
}
