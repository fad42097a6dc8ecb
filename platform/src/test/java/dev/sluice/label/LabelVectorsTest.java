package dev.sluice.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The contract's label vectors, every one of them, against the column RIGHT.
final class LabelVectorsTest {
    @Test
    void everyVector_givesTheRightColumn() {
        List<String> wrong = new ArrayList<>();
        List<String> vectors = vectors();
        for (String vector : vectors) {
            String[] columns = vector.split("\t", -1);
            String answer = answer(columns);
            if (!answer.equals(columns[4])) {
                wrong.add(vector + " gave " + answer);
            }
        }
        assertThat(vectors).hasSize(214);
        assertThat(wrong).isEmpty();
    }

    private static List<String> vectors() {
        try (var file = Objects.requireNonNull(LabelVectorsTest.class.getResourceAsStream("buckle-vectors.tsv"))) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().filter(line -> !line.startsWith("#")).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static String answer(String[] columns) {
        String x = columns[1];
        String y = columns[2];
        try {
            return switch (columns[0]) {
                case "parse" -> Label.parse(x).toString();
                case "flow" -> text(Label.parse(x).canFlowTo(Label.parse(y)));
                case "flowp" ->
                    text(Label.parse(x).canFlowTo(Label.parse(y), Privilege.mintTcb(Component.parse(columns[3]))));
                case "implies" -> text(Component.parse(x).implies(Component.parse(y)));
                case "eq" -> text(Label.parse(x).equals(Label.parse(y)));
                case "lub" -> Label.parse(x).join(Label.parse(y)).toString();
                case "glb" -> Label.parse(x).meet(Label.parse(y)).toString();
                case "down" -> Label.parse(x).downgrade(Component.parse(y)).toString();
                case "endorse" -> Label.parse(x).endorse(Component.parse(y)).toString();
                case "and" -> Component.parse(x).and(Component.parse(y)).toString();
                case "or" -> Component.parse(x).or(Component.parse(y)).toString();
                default -> "no such operation";
            };
        } catch (LabelInvalid refused) {
            return "ERROR";
        }
    }

    private static String text(boolean answer) {
        return String.valueOf(answer);
    }
}
