package dev.sluice.api;

import dev.sluice.api.FunctionEntity.Tag;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// An entity of which there is nothing but what its author asked for. What becomes of it follows from that and the
/// time, so nothing is under way that a crash could stop.
///
/// @param begun         CREATING or UPDATING
/// @param changedMillis when it was created or updated last
record KeptEntity<W extends KeptEntity.Wish>(String id, W wish, Status begun, long createdSeconds, long changedMillis) {
    /// Whoever looks right after a change sees that it is under way.
    static final Duration LOOKED_AT = BaseImageEntity.LOOKED_AT;

    enum Status {
        CREATING,
        UPDATING,
        PROVING,
        READY,
        ERROR,
        DELETING
    }

    /// How far one has got.
    ///
    /// @param reason why; for a driver's program the word that Dispatch has, then what to do
    record State(Status status, List<String> reason) {
        State {
            reason = List.copyOf(reason);
        }

        static State of(Status status) {
            return new State(status, List.of());
        }
    }

    /// What the author asked for.
    interface Wish {
        String name();

        List<Tag> tags();

        /// What has become of it some time after it was begun.
        default State after(Duration time, Status begun) {
            return State.of(time.compareTo(LOOKED_AT) < 0 ? begun : Status.READY);
        }

        /// The members of the entity's object.
        void writeTo(JsonWriter out, KeptEntity<?> entity, State state);
    }

    /// As it is at that moment. A clock that was set back keeps nobody waiting.
    Seen at(Instant now) {
        long age = now.toEpochMilli() - changedMillis;
        return new Seen(this, wish.after(Duration.ofMillis(age < 0 ? Long.MAX_VALUE : age), begun));
    }

    Seen deleting() {
        return new Seen(this, State.of(Status.DELETING));
    }

    long modifiedSeconds() {
        return Math.floorDiv(changedMillis, 1000L);
    }

    /// An entity at some moment, as Dispatch's clients see it.
    record Seen(KeptEntity<?> entity, State state) implements NamedEntity {
        @Override
        public String name() {
            return entity.wish().name();
        }

        @Override
        public List<Tag> tags() {
            return entity.wish().tags();
        }

        @Override
        public void writeTo(JsonWriter out) {
            out.beginObject();
            entity.wish().writeTo(out, entity, state);
            out.endObject();
        }
    }
}
