package dev.sluice.cli.command;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// All words of the command line, in the order in which help shows them.
public final class Vocabulary {
    private static final List<EntityWords> SETTINGS = List.of(
            SettingWords.APPLICATION,
            SettingWords.API,
            HostWords.HOST,
            EventWords.SUBSCRIPTION,
            EventWords.DRIVER,
            EventWords.TYPE);

    private Vocabulary() {}

    public static Word root() {
        return new Word("sluice", "Deploy and call functions on a Sluice server.", words())
                .example("sluice up --detach")
                .example("sluice create function hello ./hello.py --image python3")
                .example("sluice exec hello --wait --input '{\"name\": \"Jon\"}'")
                .example("sluice get runs hello");
    }

    private static List<Word> words() {
        return Stream.concat(ofObjects().stream().map(Word::lent), ofPrograms().stream())
                .toList();
    }

    private static List<Word> ofObjects() {
        List<Word> create = List.of(
                FunctionWords.create(),
                ImageWords.createBase(),
                ImageWords.create(),
                ImageWords.createSeeds(),
                SecretWords.create(),
                ServiceWords.create(),
                RegistryWords.create(),
                SettingWords.createApplication(),
                SettingWords.createApi(),
                HostWords.create(),
                EventWords.createSubscription(),
                EventWords.createDriver(),
                EventWords.createType());
        List<Word> get = and(
                List.of(
                        FunctionWords.get(),
                        RunWords.get(),
                        FleetWords.instances(),
                        FleetWords.workers(),
                        FleetWords.usage(),
                        DeadLetterWords.get(),
                        UndeliveredWords.get(),
                        VersionWords.get(),
                        ImageWords.getBase(),
                        ImageWords.get(),
                        SecretWords.get(),
                        ServiceWords.CLASS.get(),
                        ServiceWords.INSTANCE.get(),
                        RegistryWords.REGISTRY.get()),
                one -> one.equals(SettingWords.API) ? ApiFlowWords.get() : one.get());
        List<Word> delete = and(
                List.of(
                        FunctionWords.delete(),
                        RunWords.delete(),
                        DeadLetterWords.delete(),
                        UndeliveredWords.delete(),
                        VersionWords.delete(),
                        ImageWords.deleteBase(),
                        ImageWords.delete(),
                        SecretWords.delete(),
                        ServiceWords.INSTANCE.delete(),
                        RegistryWords.REGISTRY.delete()),
                EntityWords::delete);
        return List.of(
                BatchWords.create(Plurals.with(create)),
                new Word("get", "Show or list something.", Plurals.with(get)),
                BatchWords.update(Plurals.with(ofChanges())),
                BatchWords.delete(Plurals.with(delete)));
    }

    private static List<Word> ofChanges() {
        return List.of(
                FunctionWords.update(),
                SecretWords.update(),
                RegistryWords.update(),
                SettingWords.updateApplication(),
                SettingWords.updateApi(),
                HostWords.update(),
                EventWords.updateSubscription(),
                EventWords.updateDriver(),
                EventWords.updateType());
    }

    /// These, and those of what is only settings.
    private static List<Word> and(List<Word> words, Function<EntityWords, Word> word) {
        return Stream.concat(words.stream(), SETTINGS.stream().map(word)).toList();
    }

    private static List<Word> ofPrograms() {
        return List.of(
                RunWords.exec().lent(),
                DeadLetterWords.redrive().lent(),
                UndeliveredWords.replay().lent(),
                PushWords.push().lent(),
                EmitWords.emit().lent(),
                VersionWords.aliases().lent(),
                LogWords.log().lent(),
                FleetWords.top().lent(),
                InitWords.init().ofNoOrganization(),
                DevWords.dev().lent(),
                FaastenWords.invoke(),
                FsWords.all(),
                BlobWords.all().lent(),
                FaastenWords.whoami(),
                AuditWords.explain().lent(),
                AuditWords.audit(),
                DelegationWords.delegate(),
                DelegationWords.revoke(),
                LoginWords.login(),
                LogoutWords.logout().ofNoOrganization(),
                AccountWords.token(),
                HashWords.all().ofNoOrganization(),
                IamWords.all().lent(),
                ContextWords.all(),
                new Word("manage", "Manage this client's configuration.", List.of(ContextWords.manage()))
                        .ofNoOrganization(),
                ProgramWords.version().ofNoOrganization(),
                ProgramWords.completion(),
                ProgramWords.man().ofNoOrganization(),
                ProgramWords.ofLauncher(
                        "install", "Put it on the PATH, with manual and completion.", "./sluice install"),
                ProgramWords.ofLauncher("uninstall", "Take that away.", "./sluice uninstall"),
                ProgramWords.ofLauncher("up", "Start a server here.", "./sluice up --detach"),
                ProgramWords.ofLauncher("down", "Stop it.", "./sluice down"),
                ProgramWords.ofLauncher("status", "Show whether it runs.", "./sluice status"),
                ProgramWords.ofLauncher("logs", "Show its log.", "./sluice logs"),
                ProgramWords.ofLauncher(
                        "doctor", "Tell how this machine can isolate functions, and the cost.", "./sluice doctor"),
                ProgramWords.ofLauncher("build", "Build Sluice from its sources.", "./sluice build"),
                ProgramWords.ofLauncher("test", "Run all tests.", "./sluice test"),
                ProgramWords.ofLauncher("bench", "Measure.", "./sluice bench start"),
                ofAdministrators(),
                ProgramWords.ofLauncher("fuzz", "Look for holes.", "./sluice fuzz"),
                ProgramWords.ofLauncher("label", "Calculate with labels.", "./sluice label flow acme,T acme,acme"));
    }

    private static Word ofAdministrators() {
        return new Word(
                "admin",
                "Recover a server's directory, on its own machine.",
                List.of(
                        ProgramWords.ofLauncher(
                                "reset-key", "Make another key for the administrator.", "./sluice admin reset-key"),
                        ProgramWords.ofLauncher(
                                "rotate-keys",
                                "Make other keys for the server's tokens and secrets.",
                                "./sluice admin rotate-keys")));
    }
}
