package dev.sluice.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cli.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ParserTest {
    private static Arguments parse(String... args) {
        return Parser.parse(List.of(args), Vocabulary.root());
    }

    @Test
    void flags_mayStandBeforeAndBehindArguments() {
        Arguments arguments = parse("exec", "--wait", "f", "--input", "1", "--secret=a", "--secret", "b");

        assertThat(arguments.required(0)).isEqualTo("f");
        assertThat(arguments.has("--wait")).isTrue();
        assertThat(arguments.option("--input")).contains("1");
        assertThat(arguments.options("--secret")).containsExactly("a", "b");
    }

    @Test
    void shortFlags_takeTheirValueInThreeWays() {
        assertThat(parse("whoami", "-o", "json").option("--output")).contains("json");
        assertThat(parse("whoami", "-o=json").option("--output")).contains("json");
        assertThat(parse("whoami", "-ojson").option("--output")).contains("json");
    }

    @Test
    void aFlagGivenTwice_hasItsLastValue() {
        assertThat(parse("whoami", "-o", "json", "--output", "yaml").option("--output"))
                .contains("yaml");
        assertThat(parse("exec", "f", "--wait", "--wait=false").has("--wait")).isFalse();
    }

    @Test
    void aValueThatLooksLikeAFlag_isStillAValue() {
        assertThat(parse("exec", "f", "--input", "--wait").option("--input")).contains("--wait");
        assertThat(parse("exec", "f", "--input", "-1").option("--input")).contains("-1");
    }

    @Test
    void afterTwoDashes_allIsPlain() {
        Arguments arguments = parse("invoke", "--", "--label", "-x");

        assertThat(arguments.required(0)).isEqualTo("--label");
        assertThat(arguments.positional(1)).contains("-x");
    }

    @Test
    void anEmptyArgument_isAnArgument() {
        assertThat(parse("invoke", "", "").positional(1)).contains("");
    }

    @Test
    void lines_thatMakeNoSense_areRefused() {
        assertRefused("unknown command: gte; did you mean get?", "gte");
        assertRefused("unknown command: functoins; did you mean functions?", "get", "functoins");
        assertRefused("unknown command: policies; did you mean sluice iam get policy?", "get", "policies");
        assertRefused("unknown command: functions; did you mean sluice get function?", "functions");
        assertRefused("unknown command: alias; did you mean sluice alias get?", "get", "alias");
        assertRefused("unknown command: list; did you mean get?", "list", "functions");
        assertRefused("unknown command: rm; did you mean delete?", "iam", "rm");
        assertRefused("unknown flag: --wiat; did you mean --wait?", "exec", "f", "--wiat");
        assertRefused("unknown flag: -x", "exec", "f", "-x");
        assertRefused("unexpected argument: g", "exec", "f", "g");
        assertRefused("missing argument: FUNCTION", "exec");
        assertRefused("missing argument: PATH", "create", "function", "f");
        assertRefused("needs a value: FORMAT", "whoami", "-o");
        assertRefused("is true or false", "exec", "f", "--wait=maybe");
    }

    private static void assertRefused(String why, String... args) {
        assertThatThrownBy(() -> parse(args))
                .isInstanceOfSatisfying(
                        Failure.class, e -> assertThat(e.exitCode()).isEqualTo(2))
                .hasMessageContaining(why)
                .hasMessageContaining("--help`");
    }
}
