package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The lines of Dispatch's client, read by this one: each word, argument and flag is what it is there.
final class DispatchCommandsTest {
    /// Of appendix A, and of the contract's other sections.
    private static final int LINES = 77 + 5;

    /// @param flags as `--name` or `--name=VALUE`
    record Line(List<String> words, List<String> arguments, List<String> flags) {
        static Line of(String text) {
            String[] columns = text.split("\\|", -1);
            assertThat(columns).as(text).hasSize(3);
            return new Line(parts(columns[0], " "), parts(columns[1], " "), parts(columns[2], " ; "));
        }

        private static List<String> parts(String column, String separator) {
            return Stream.of(column.strip().split(separator, -1))
                    .filter(part -> !part.isEmpty())
                    .toList();
        }

        List<String> with(List<String> behindWords, List<String> atTheEnd) {
            return Stream.of(words, behindWords, atTheEnd).flatMap(List::stream).toList();
        }

        /// A value stands behind its flag, as a word of its own.
        List<String> flagsInTwo() {
            var all = new ArrayList<String>();
            for (String flag : flags) {
                int equals = flag.indexOf('=');
                all.add(equals < 0 ? flag : flag.substring(0, equals));
                if (equals >= 0) {
                    all.add(flag.substring(equals + 1));
                }
            }
            return all;
        }
    }

    static List<Line> lines() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                DispatchCommandsTest.class.getResourceAsStream("dispatch-commands.txt"), "the table")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Line::of)
                    .toList();
        }
    }

    @Test
    void theTable_isWhole() throws IOException {
        assertThat(lines()).hasSize(LINES);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void eachLine_isReadAsItIsThere_whereverItsFlagsStand(Line line) {
        assertRead(line, line.with(line.arguments(), line.flags()));
        assertRead(line, line.with(line.flags(), line.arguments()));
        assertRead(line, line.with(line.arguments(), line.flagsInTwo()));
        assertRead(line, line.with(line.flagsInTwo(), line.arguments()));
    }

    private static void assertRead(Line line, List<String> typed) {
        Arguments read = Parser.parse(typed, Vocabulary.root());
        assertThat(read.path().size() - 1)
                .as("words of %s", typed)
                .isEqualTo(line.words().size());
        for (int i = 0; i <= line.arguments().size(); i++) {
            assertThat(read.positional(i))
                    .as("argument %d of %s", i, typed)
                    .isEqualTo(line.arguments().stream().skip(i).findFirst());
        }
        for (String flag : line.flags()) {
            int equals = flag.indexOf('=');
            String name = equals < 0 ? flag : flag.substring(0, equals);
            assertThat(values(read, name))
                    .as("%s of %s", name, typed)
                    .isEqualTo(line.flags().stream()
                            .filter(one -> one.equals(name) || one.startsWith(name + "="))
                            .map(one -> one.equals(name) ? "true" : one.substring(name.length() + 1))
                            .toList());
        }
    }

    private static List<String> values(Arguments read, String name) {
        Flag known = Stream.concat(read.path().getLast().flags().stream(), GlobalFlags.ALL.stream())
                .filter(flag -> flag.names().contains(name))
                .findFirst()
                .orElseThrow();
        return read.options(known.name());
    }

    /// A flag without a value takes none from behind it, and one with a value does not go without.
    @ParameterizedTest
    @MethodSource("lines")
    void aFlag_isNeverTakenForAnotherKind(Line line) {
        for (String flag : line.flags()) {
            int equals = flag.indexOf('=');
            List<String> alone = List.of(equals < 0 ? flag + "=perhaps" : flag.substring(0, equals));
            assertThatThrownBy(() -> Parser.parse(line.with(line.arguments(), alone), Vocabulary.root()))
                    .as("%s", alone)
                    .isInstanceOf(BadUsage.class)
                    .hasMessageContaining(equals < 0 ? "is true or false" : "needs a value");
        }
    }

    private static final Set<String> WITHOUT_PLURAL = Set.of("seed-images", "undelivered", "usage");

    /// What goes by a name in one place goes by it in all of them, and in the plural.
    @Test
    void things_goByTheSameNamesEverywhere() {
        Word root = Vocabulary.root();
        List<Word> groups = Stream.of("create", "get", "update", "delete")
                .map(name -> root.child(name).orElseThrow())
                .toList();
        Word iam = root.child("iam").orElseThrow();
        assertAlike(groups);
        assertAlike(iam.children().stream()
                .filter(group -> !group.children().isEmpty())
                .toList());
    }

    private static void assertAlike(List<Word> groups) {
        for (Word group : groups) {
            for (Word thing : group.children()) {
                if (WITHOUT_PLURAL.contains(thing.name())) {
                    continue;
                }
                assertThat(thing.aliases())
                        .as("%s %s", group.name(), thing.name())
                        .contains(plural(thing.name()));
                for (Word other : groups) {
                    thing.aliases()
                            .forEach(alias -> assertThat(other.child(alias).map(Word::name))
                                    .as("%s %s", other.name(), alias)
                                    .isEqualTo(other.child(thing.name()).map(Word::name)));
                }
            }
        }
    }

    private static String plural(String name) {
        if (name.endsWith("ss")) {
            return name + "es";
        }
        return name.endsWith("y") && !name.endsWith("ey") ? name.substring(0, name.length() - 1) + "ies" : name + "s";
    }

    /// As users and other clients write them.
    @Test
    void eachSpelling_isKnown() {
        for (String line : List.of(
                "get event-drivers",
                "get event-driver-types",
                "get eventdrivers",
                "get eventdrivertypes",
                "create event-drivers ticker",
                "delete event-driver-types ticker",
                "get baseimages",
                "get service-classes",
                "delete service-instance db",
                "iam get service-accounts",
                "iam get quotas")) {
            List<String> typed = Line.parts(line, " ");
            assertThat(Parser.parse(typed, Vocabulary.root()).path()).as(line).hasSizeGreaterThan(2);
        }
    }
}
