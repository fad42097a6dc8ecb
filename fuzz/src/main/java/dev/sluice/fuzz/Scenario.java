package dev.sluice.fuzz;

import dev.sluice.fs.Kind;
import dev.sluice.label.Label;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A pair of worlds and what happens in them. The two agree on everything that flows to the observer: what differs
/// is content, and what is there, where [Observer#sees] says that he may not know.
///
/// @param seeds what is there at the beginning, in this order
/// @param steps the requests, in this order
record Scenario(Observer observer, List<Seed> seeds, List<Step> steps) {
    Scenario {
        seeds = List.copyOf(seeds);
        steps = List.copyOf(steps);
    }

    Scenario withSeeds(List<Seed> fewer) {
        return new Scenario(observer, fewer, steps);
    }

    Scenario withSteps(List<Step> fewer) {
        return new Scenario(observer, seeds, fewer);
    }

    /// Who looks.
    ///
    /// @param account who asks over HTTP; empty for nobody in particular
    /// @param sees    the highest label that may reach him
    record Observer(String account, Label sees) {
        boolean maySee(Label label) {
            return label.canFlowTo(sees);
        }
    }

    /// In which of the two worlds a thing is, or happens.
    enum Presence {
        BOTH,
        FIRST,
        SECOND;

        boolean isIn(int world) {
            return this == BOTH || (this == FIRST) == (world == 0);
        }
    }

    /// One object that is there from the beginning.
    sealed interface Seed {
        String path();

        Presence presence();

        /// @param first    content in the first world
        /// @param second   content in the second
        /// @param rewrites how often the second world's has been written again
        record Thing(Kind kind, String path, String label, String first, String second, int rewrites, Presence presence)
                implements Seed {
            String content(int world) {
                return world == 0 ? first : second;
            }

            @Override
            public String toString() {
                String content = first.equals(second) ? first : first + " / " + second;
                return kind + " " + path + " labeled " + label + " [" + content + "] in " + presence
                        + (rewrites == 0 ? "" : ", written " + rewrites + " times more in SECOND");
            }
        }

        record GateSeed(
                String path,
                String label,
                Interpreter.Trust trust,
                String privilege,
                String clearance,
                String declassify,
                String maxSecrecy,
                Presence presence)
                implements Seed {}

        /// An external gate.
        ///
        /// @param name the first segment of its URL's path, by which [Sink] knows it
        record ServiceSeed(
                String path,
                String label,
                String name,
                String privilege,
                String clearance,
                String taint,
                String egress,
                Presence presence)
                implements Seed {}
    }

    /// One request.
    ///
    /// @param who     the account; empty for nobody in particular
    /// @param target  path and query, encoded; `$idN` stands for the N-th id that this account was told
    /// @param headers names and values in turn
    record Step(String who, String method, String target, List<String> headers, Body body, Presence presence) {
        Step {
            headers = List.copyOf(headers);
        }

        Step withBody(Body other) {
            return new Step(who, method, target, headers, other, presence);
        }
    }

    /// What a request carries.
    sealed interface Body {
        String in(int world);

        /// The same in both worlds.
        record Same(String text) implements Body {
            @Override
            public String in(int world) {
                return text;
            }
        }

        /// A program, and a text that it knows.
        ///
        /// @param around what the route wants around it; `%s` is the program
        record Payload(Program program, String first, String second, String around) implements Body {
            @Override
            public String in(int world) {
                return around.replace("%s", program.json(world == 0 ? first : second));
            }
        }
    }

    /// What a function does, see [Interpreter].
    record Program(List<Op> ops, String end) {
        Program {
            ops = List.copyOf(ops);
        }

        String json(String secret) {
            return "{\"do\":" + print(ops) + ",\"end\":\"" + end + "\",\"secret\":\"" + secret + "\"}";
        }

        private static String print(List<Op> ops) {
            return ops.stream().map(Op::json).collect(Collectors.joining(",", "[", "]"));
        }
    }

    sealed interface Op {
        String json();

        /// @param arguments a JSON object
        record Call(String operation, String arguments) implements Op {
            @Override
            public String json() {
                return "[\"" + operation + "\"," + arguments + "]";
            }
        }

        record If(String text, List<Op> then, List<Op> otherwise) implements Op {
            public If {
                then = List.copyOf(then);
                otherwise = List.copyOf(otherwise);
            }

            @Override
            public String json() {
                return "[\"if\",\"" + text + "\"," + Program.print(then) + "," + Program.print(otherwise) + "]";
            }
        }

        record Word(String word) implements Op {
            @Override
            public String json() {
                return "[\"" + word + "\"]";
            }
        }
    }

    /// As somebody reads it who has to understand a failure.
    @Override
    public String toString() {
        return Stream.of(
                        Stream.of("observer " + (observer.account().isEmpty() ? "nobody" : observer.account())
                                + ", who may see what flows to " + observer.sees()),
                        seeds.stream().map(seed -> "there is " + seed),
                        steps.stream().map(Scenario::print))
                .flatMap(lines -> lines)
                .collect(Collectors.joining("\n"));
    }

    private static String print(Step step) {
        String target = java.net.URLDecoder.decode(step.target(), java.nio.charset.StandardCharsets.UTF_8);
        String first = step.body().in(0);
        String second = step.body().in(1);
        return (step.who().isEmpty() ? "nobody" : step.who()) + ": " + step.method() + " " + target + " "
                + step.headers() + " " + (first.equals(second) ? first : first + " / " + second)
                + (step.presence() == Presence.BOTH ? "" : " in " + step.presence());
    }
}
