package dev.sluice;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static dev.sluice.Rooms.MAIN;
import static dev.sluice.Rooms.MAY_IMPORT;
import static dev.sluice.Rooms.ROOT;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The rooms of ARCHITECTURE.md as rules. A failure names the import to drop, or the rule to change on purpose.
final class ArchitectureTest {
    /// Who may call an operation that is marked `@Tcb`. Adding a room here is a security review.
    private static final Set<String> MINTERS = Set.of("label", "kernel", "fs", "gate", "authn", "org");

    /// Computes with labels for whoever types them, in a process of its own that has nothing to protect.
    private static final String CALCULATOR = ROOT + ".LabelCommand";

    /// A library that only some rooms may touch: package of the library → those rooms (`""` is the root).
    private static final Map<String, Set<String>> CONFINED = Map.of(
            "org.rocksdb", Set.of("store"),
            "org.eclipse.jetty", Set.of("http", "egress"),
            "com.nimbusds", Set.of("authn"),
            "com.networknt", Set.of("schema"),
            "org.apache.commons", Set.of("oci"),
            "org.apache.kafka", Set.of("kafka"),
            "org.xbill.DNS", Set.of("host"),
            "org.shredzone", Set.of("acme"),
            "com.google.re2j", Set.of("schema"),
            "org.bouncycastle", Set.of("tls", "authn", "acme"));

    /// Shared, changing and static all the same, each with the reason why no tenant can tell.
    private static final Map<String, String> EXCUSED_STATICS =
            Map.of("dev.sluice.fs.Labels.PARSED", "a bounded cache of a pure function: text to label");

    @Test
    void everyRoom_isOnTheMap() {
        assertThat(MAIN.stream().map(Rooms::roomOf).filter(room -> !room.isEmpty()))
                .as("add the room to Rooms.MAY_IMPORT and to ARCHITECTURE.md, or move the class")
                .isSubsetOf(MAY_IMPORT.keySet());
    }

    @Test
    void theTableInTheDocument_isTheMap() throws IOException {
        var documented = new TreeMap<String, Set<String>>();
        var row = Pattern.compile("^\\| [^|]*`(\\w+)`[^|]*\\|[^|]*\\| ([a-z –]+) \\|$", Pattern.MULTILINE);
        row.matcher(Files.readString(Path.of("..", "ARCHITECTURE.md")))
                .results()
                .forEach(r -> documented.put(
                        r.group(1),
                        r.group(2).equals("–") ? Set.of() : Set.of(r.group(2).split(" ", -1))));
        assertThat(documented).isEqualTo(MAY_IMPORT);
    }

    @Test
    void imports_followTheMap() {
        for (String room : MAY_IMPORT.keySet()) {
            Set<String> allowed = Rooms.allowedFor(room);
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + "." + room + "..")
                    .should()
                    .dependOnClassesThat(
                            describe("are in another room", c -> Rooms.isOurs(c) && !allowed.contains(Rooms.roomOf(c))))
                    .because(room + " may import only " + allowed)
                    .allowEmptyShould(true)
                    .check(MAIN);
        }
    }

    @Test
    void rooms_formADag() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(MAIN);
    }

    /// What another driver's guests are put in stays beneath it: whoever breaks out of them is still in the jail.
    private static boolean isJail(JavaClass from, JavaClass to) {
        String sandbox = Rooms.ROOT + ".sandbox.";
        return from.getPackageName().startsWith(sandbox) && to.getPackageName().equals(sandbox + "namespaces");
    }

    @Test
    void drivers_areKnownToTheRootOnly() {
        noClasses()
                .that(describe("are not in the root", c -> !Rooms.roomOf(c).isEmpty()))
                .should(new ArchCondition<>("depend on a driver of another package") {
                    @Override
                    public void check(JavaClass from, ConditionEvents events) {
                        from.getDirectDependenciesFromSelf().stream()
                                .filter(d -> Rooms.isOurs(d.getTargetClass()) && Rooms.isDriver(d.getTargetClass()))
                                .filter(d ->
                                        !d.getTargetClass().getPackageName().equals(from.getPackageName()))
                                .filter(d -> !isJail(from, d.getTargetClass()))
                                .forEach(d -> events.add(SimpleConditionEvent.satisfied(from, d.getDescription())));
                    }
                })
                .because("rooms talk to the interface; Platform chooses what is behind it")
                .check(MAIN);
    }

    @Test
    void authority_isMadeByMintersOnly() {
        noClasses()
                .that(describe("are not in " + MINTERS, c -> !MINTERS.contains(Rooms.roomOf(c))))
                .and(describe("serve somebody else", c -> !c.getName().equals(CALCULATOR)))
                .should()
                .callMethodWhere(
                        describe("the target is @Tcb", call -> call.getTarget().isAnnotatedWith(ROOT + ".label.Tcb")))
                .because("only " + MINTERS + " may turn a description of authority into authority")
                .check(MAIN);
    }

    @Test
    void libraries_stayInTheirRooms() {
        CONFINED.forEach((library, rooms) -> noClasses()
                .that(describe("are not in " + rooms, c -> !rooms.contains(Rooms.roomOf(c))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library + "..")
                .because(library + " belongs behind " + rooms)
                .check(MAIN));
    }

    @Test
    void labelAndKernel_doNoInputOrOutput() {
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".label..", ROOT + ".kernel..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.io", "java.net..", "java.nio.file..", "java.nio.channels..", "java.sql..")
                .because("what decides a flow depends on its arguments only")
                .allowEmptyShould(true)
                .check(MAIN);
    }

    @Test
    void noThreadLocals() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .because("a label in a ThreadLocal defaults instead of failing")
                .check(MAIN);
    }

    @Test
    void noMutableStatics() {
        fields().that().areStatic().should().beFinal().check(MAIN);
        assertThat(MAIN.stream()
                        .flatMap(c -> c.getFields().stream())
                        .filter(f -> f.getModifiers().contains(STATIC))
                        .filter(f -> changes(f.getRawType()))
                        .map(JavaField::getFullName)
                        .filter(name -> !EXCUSED_STATICS.containsKey(name)))
                .as("tests share static state, then tenants do")
                .isEmpty();
    }

    private static boolean changes(JavaClass type) {
        String home = type.getPackageName();
        return home.startsWith("java.util.concurrent")
                || home.startsWith("com.github.benmanes.caffeine")
                || Set.of("java.util.HashMap", "java.util.ArrayList", "java.util.TreeMap", "java.util.Random")
                        .contains(type.getName());
    }

    @Test
    void names_saySomething() {
        noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Utils?|Impl|Service|Processor|Data|Info|DTO|Dto|Base)")
                .because("the name says nothing; name what it does or what it is")
                .check(MAIN);
    }

    @Test
    void noBeanAccessors() {
        methods()
                .should(new ArchCondition<>("not be a bean accessor") {
                    @Override
                    public void check(JavaMethod m, ConditionEvents events) {
                        if (m.getName().matches("(get|set)[A-Z].*") && !overridesForeign(m)) {
                            events.add(SimpleConditionEvent.violated(m, m.getFullName() + " – port(), not getPort()"));
                        }
                    }
                })
                .check(MAIN);
    }

    private static boolean overridesForeign(JavaMethod m) {
        var supertypes = m.getOwner().getAllRawSuperclasses().stream().collect(Collectors.toSet());
        supertypes.addAll(m.getOwner().getAllRawInterfaces());
        Predicate<JavaMethod> same = other -> other.getName().equals(m.getName())
                && other.getRawParameterTypes().size()
                        == m.getRawParameterTypes().size();
        return supertypes.stream()
                .filter(s -> !Rooms.isOurs(s))
                .anyMatch(s -> s.getMethods().stream().anyMatch(same));
    }

    @Test
    void inheritance_isShallow() {
        classes()
                .that()
                .areNotInterfaces()
                .should(new ArchCondition<>("extend at most one of ours") {
                    @Override
                    public void check(JavaClass c, ConditionEvents events) {
                        long ours = c.getAllRawSuperclasses().stream()
                                .filter(Rooms::isOurs)
                                .count();
                        if (ours > 1) {
                            events.add(SimpleConditionEvent.violated(c, c.getName() + " is " + ours + " deep"));
                        }
                    }
                })
                .check(MAIN);
    }

    @Test
    void surfaces_areSmall() {
        classes()
                .that(describe("are not in the root", c -> !Rooms.roomOf(c).isEmpty()))
                .should(new ArchCondition<>("have at most 12 fields") {
                    @Override
                    public void check(JavaClass c, ConditionEvents events) {
                        long own = c.getFields().stream()
                                .filter(f -> !f.getModifiers().contains(STATIC))
                                .count();
                        if (own > 12) {
                            events.add(SimpleConditionEvent.violated(c, c.getName() + " has " + own + " fields"));
                        }
                    }
                })
                .check(MAIN);
    }
}
