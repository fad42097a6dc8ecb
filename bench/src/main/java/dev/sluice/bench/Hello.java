package dev.sluice.bench;

import java.util.Map;
import java.util.function.BiFunction;

/// As a program it says hello, as a function it answers with it. Needs nothing beside the JDK.
public final class Hello implements BiFunction<Map<String, Object>, Map<String, Object>, String> {
    public static void main(String[] args) {
        System.out.println("hello");
    }

    @Override
    public String apply(Map<String, Object> context, Map<String, Object> payload) {
        return "hello";
    }
}
