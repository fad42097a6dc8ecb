package dev.sluice.org;

/// What a policy allows somebody to do with a resource. Executing a function is [#CREATE] on [Resource#RUNS].
public enum Action {
    GET("get"),
    CREATE("create"),
    UPDATE("update"),
    DELETE("delete");

    private final String word;

    Action(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
