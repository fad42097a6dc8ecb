package dev.sluice.cli.command;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// All words of the command line, in the order in which help shows them.
public final class Vocabulary {
    private Vocabulary() {}

    public static CommandSpec spec() {
        CommandSpec root = CommandSpec.create().name("sluice");
        root.usageMessage().description("Deploy and call functions on a Sluice server.");
        group(root, "create", "Create something.", List.of(FunctionWords.create()));
        group(root, "get", "Show or list something.", List.of(FunctionWords.get(), RunWords.get()));
        group(root, "update", "Change something.", List.of(FunctionWords.update()));
        group(root, "delete", "Delete something.", List.of(FunctionWords.delete()));
        add(root, RunWords.exec());
        add(root, FaastenWords.invoke());
        group(
                root,
                "fs",
                "Look into and change the labeled file system.",
                List.of(FsWords.ls(), FsWords.cat(), FsWords.put(), FsWords.mkdir(), FsWords.rm(), FsWords.stat()));
        add(root, FaastenWords.whoami());
        add(root, AccountWords.login());
        add(root, AccountWords.logout());
        group(root, "manage", "Manage this client's configuration.", List.of(AccountWords.context()));
        add(root, ProgramWords.version());
        add(root, ProgramWords.completion());
        addLaunchersOwn(root);
        GlobalFlags.addTo(root);
        GlobalFlags.explain(
                root,
                List.of(
                        "sluice up --detach",
                        "sluice create function hello ./hello.py --image python3",
                        "sluice exec hello --wait --input '{\"name\": \"Jon\"}'",
                        "sluice get runs hello"));
        return root;
    }

    private static void addLaunchersOwn(CommandSpec root) {
        add(root, ProgramWords.ofLauncher("up", "Start a server here.", "./sluice up --detach"));
        add(root, ProgramWords.ofLauncher("down", "Stop it.", "./sluice down"));
        add(root, ProgramWords.ofLauncher("status", "Show whether it runs.", "./sluice status"));
        add(root, ProgramWords.ofLauncher("logs", "Show its log.", "./sluice logs"));
        add(root, ProgramWords.ofLauncher("build", "Build Sluice from its sources.", "./sluice build"));
        add(root, ProgramWords.ofLauncher("test", "Run all tests.", "./sluice test"));
        add(root, ProgramWords.ofLauncher("bench", "Measure.", "./sluice bench start"));
        add(
                root,
                ProgramWords.ofLauncher("label", "Calculate with labels.", "./sluice label flow alice,T alice,alice"));
    }

    private static void add(CommandSpec parent, Word word) {
        CommandSpec spec = word.build();
        parent.addSubcommand(spec.name(), spec);
    }

    private static void group(CommandSpec root, String name, String summary, List<Word> words) {
        CommandSpec group = CommandSpec.create().name(name);
        group.usageMessage().description(summary);
        words.forEach(word -> add(group, word));
        GlobalFlags.addHiddenTo(group);
        GlobalFlags.explain(group, words.stream().map(Word::firstExample).toList());
        root.addSubcommand(name, group);
    }
}
