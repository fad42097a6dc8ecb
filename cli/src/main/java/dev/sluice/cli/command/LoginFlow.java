package dev.sluice.cli.command;

/// A way in which a user logs in at a terminal.
enum LoginFlow {
    /// With the browser of this machine: at every provider.
    BROWSER("browser", ""),
    /// With a code for a browser elsewhere: where the provider is asked, and not we.
    DEVICE("device", "--device"),
    /// With a password that is typed here: in a directory.
    PASSWORD("password", "--username YOU");

    private final String word;
    private final String flag;

    LoginFlow(String word, String flag) {
        this.word = word;
        this.flag = flag;
    }

    /// As servers call it.
    String word() {
        return word;
    }

    /// What asks for it on the command line; empty where nothing needs to.
    String flag() {
        return flag;
    }
}
