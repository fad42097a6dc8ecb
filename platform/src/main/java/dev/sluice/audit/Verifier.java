package dev.sluice.audit;

import dev.sluice.audit.ChainKeys.Part;
import dev.sluice.bytes.Bytes;
import dev.sluice.store.Store;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;

/// Walks the two chains of an organization from their beginning to their end, reading no record's meaning but that of
/// its own notes: up to where flows were pruned, and where that chain ended when an act was recorded.
final class Verifier {
    /// The kind of a note that the oldest flows were forgotten.
    static final String PRUNED = "flows.pruned";

    /// Its detail: the head up to which.
    static final String THROUGH = "through";

    private static final int PAGE_LINKS = 500;

    private final Store store;
    private final Chain acts;
    private final Chain flows;

    /// Where the flows may begin: the links that were pruned last, by number; 0 is the beginning.
    private final TreeMap<Long, Bytes> beginnings = new TreeMap<>();

    private Head flowsTold = Head.NONE;

    Verifier(Store store, Chain acts, Chain flows) {
        this.store = store;
        this.acts = acts;
        this.flows = flows;
        beginnings.put(0L, Link.NOTHING);
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

    /// @param expected what [Verification.Sound#head] was before
    Verification verify(List<String> expected) {
        var actsTold = new ArrayList<Head>();
        var flowsExpected = new ArrayList<Head>();
        Head flowsEnd = flows.head();
        Head actsEnd = acts.head();
        for (String told : expected) {
            String[] both = told.split("\\.", -1);
            Optional<Head> first = Head.parse(both[0]);
            Optional<Head> second = both.length == 2 ? Head.parse(both[1]) : Optional.empty();
            if (first.isEmpty() || second.isEmpty()) {
                return new Verification.Broken("acts", 0, "the expected head is not one that verify has printed");
            }
            actsTold.add(first.get());
            flowsExpected.add(second.get());
        }
        Part part = Part.ACTS;
        try {
            long records = walk(acts, actsEnd, actsTold);
            part = Part.FLOWS;
            flowsExpected.add(flowsTold);
            records += walk(flows, flowsEnd, flowsExpected);
            return new Verification.Sound(actsEnd + "." + flowsEnd, records);
        } catch (Break broken) {
            return new Verification.Broken(part.name().toLowerCase(Locale.ROOT), broken.number, broken.reason);
        }
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
                at = step(keys, at == null ? beginning(number) : at, entry);
                requireTold(at, told);
                records++;
            }
            page = store.scan(keys.links(), page.getLast().key(), PAGE_LINKS);
        }
        requireEnd(at == null ? Head.NONE : at, end, told);
        return records;
    }

    /// The link before the first one that is there.
    private Head beginning(long first) {
        Bytes before = beginnings.get(first - 1);
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
            if (record.kind().equals(PRUNED)) {
                Head.parse(record.details().getOrDefault(THROUGH, ""))
                        .ifPresent(head -> beginnings.put(head.number(), head.hash()));
            }
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
