package dev.sluice.audit;

import dev.sluice.audit.ChainKeys.Part;
import dev.sluice.bytes.Bytes;
import dev.sluice.store.Store;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;

/// Walks the chains of an organization from their beginning to their end, reading no record's meaning but that of
/// its own notes: up to where others than acts were pruned, and where the flows ended when an act was recorded.
final class Verifier {
    /// The detail of a note that the oldest records of a chain were forgotten: the head up to which.
    static final String THROUGH = "through";

    private static final int HEADS_MIN = 2;
    private static final int PAGE_LINKS = 500;

    private final Store store;
    private final List<Chain> chains;

    /// Where a chain may begin: the links that were pruned last, by number; 0 is the beginning.
    private final Map<Part, Map<Long, Bytes>> beginnings = new EnumMap<>(Part.class);

    private Head flowsTold = Head.NONE;

    /// @param chains that of the acts first
    Verifier(Store store, List<Chain> chains) {
        this.store = store;
        this.chains = List.copyOf(chains);
        chains.forEach(chain -> beginnings.put(chain.keys().part(), new HashMap<>(Map.of(0L, Link.NOTHING))));
    }

    private static final class Break extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final long number;
        private final String reason;

        Break(long number, String reason) {
            super(reason, null, false, false);
            this.number = number;
            this.reason = reason;
        }
    }

    /// @param expected what [Verification.Sound#head] was before; an older one may tell of fewer chains
    Verification verify(List<String> expected) {
        List<Head> ends = chains.stream().map(Chain::head).toList();
        Map<Part, List<Head>> told = new EnumMap<>(Part.class);
        for (String head : expected) {
            if (!isTaken(head, told)) {
                return new Verification.Broken("acts", 0, "the expected head is not one that verify has printed");
            }
        }
        Part part = Part.ACTS;
        try {
            long records = 0;
            for (int i = 0; i < chains.size(); i++) {
                part = chains.get(i).keys().part();
                List<Head> known = new ArrayList<>(told.getOrDefault(part, List.of()));
                if (part == Part.FLOWS) {
                    known.add(flowsTold);
                }
                records += walk(chains.get(i), ends.get(i), known);
            }
            String head = ends.stream().map(Head::toString).collect(Collectors.joining("."));
            return new Verification.Sound(head, records);
        } catch (Break broken) {
            return new Verification.Broken(part.word(), broken.number, broken.reason);
        }
    }

    /// Takes a text apart into what it tells of each chain.
    private boolean isTaken(String text, Map<Part, List<Head>> told) {
        String[] heads = text.split("\\.", -1);
        if (heads.length < HEADS_MIN || heads.length > chains.size()) {
            return false;
        }
        for (int i = 0; i < heads.length; i++) {
            Optional<Head> head = Head.parse(heads[i]);
            if (head.isEmpty()) {
                return false;
            }
            told.computeIfAbsent(chains.get(i).keys().part(), _ -> new ArrayList<>())
                    .add(head.get());
        }
        return true;
    }

    private long walk(Chain chain, Head end, List<Head> told) {
        ChainKeys keys = chain.keys();
        long records = 0;
        Head at = null;
        List<Store.Entry> page = store.scan(keys.links(), Bytes.EMPTY, PAGE_LINKS);
        while (!page.isEmpty() && (at == null || at.number() < end.number())) {
            for (Store.Entry entry : page) {
                long number = ChainKeys.numberOf(entry.key());
                if (number > end.number()) {
                    break;
                }
                at = step(keys, at == null ? beginning(keys, number) : at, entry);
                requireTold(at, told);
                records++;
            }
            page = store.scan(keys.links(), page.getLast().key(), PAGE_LINKS);
        }
        requireEnd(at == null ? Head.NONE : at, end, told);
        return records;
    }

    /// The link before the first one that is there.
    private Head beginning(ChainKeys keys, long first) {
        Bytes before = beginnings.getOrDefault(keys.part(), Map.of()).get(first - 1);
        if (before == null) {
            throw new Break(first - 1, "was removed");
        }
        return new Head(first - 1, before);
    }

    private Head step(ChainKeys keys, Head before, Store.Entry entry) {
        long number = before.number() + 1;
        if (ChainKeys.numberOf(entry.key()) != number) {
            throw new Break(number, "was removed");
        }
        Link link = Link.decode(number, entry.value()).orElseThrow(() -> new Break(number, "is damaged"));
        if (!link.previous().equals(before.hash())) {
            throw new Break(number, "does not follow the one before");
        }
        Bytes content = store.get(keys.record(number)).orElseThrow(() -> new Break(number, "was removed"));
        if (!Link.commitment(content).equals(link.commitment())) {
            throw new Break(number, "was changed");
        }
        if (keys.part() == Part.ACTS) {
            note(number, content);
        }
        return new Head(number, link.hash(keys));
    }

    private void note(long number, Bytes content) {
        try {
            AuditRecord record = AuditRecord.decode(content);
            Head.parse(record.flows()).ifPresent(head -> flowsTold = head);
            beginnings.forEach((part, its) -> {
                if (record.kind().equals(part.pruned())) {
                    Head.parse(record.details().getOrDefault(THROUGH, ""))
                            .ifPresent(head -> its.put(head.number(), head.hash()));
                }
            });
        } catch (JacksonException unreadable) {
            throw new Break(number, "is damaged");
        }
    }

    private static void requireTold(Head at, List<Head> told) {
        for (Head head : told) {
            if (head.number() == at.number() && !head.hash().equals(at.hash())) {
                throw new Break(at.number(), "is not what it was when its head was kept");
            }
        }
    }

    private void requireEnd(Head at, Head end, List<Head> told) {
        if (!at.equals(end)) {
            throw new Break(at.number() + 1, "was removed");
        }
        for (Head head : told) {
            if (head.number() > at.number()) {
                throw new Break(at.number() + 1, "was removed: the chain was longer when its head was kept");
            }
        }
    }
}
