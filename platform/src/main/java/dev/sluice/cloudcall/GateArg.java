package dev.sluice.cloudcall;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A gate as a guest describes it, not yet parsed or judged. What is absent (`null`) is the default of a new gate,
/// and what it was of one that is replaced.
///
/// @param grants what it grants
/// @param leads  where it leads
public record GateArg(Grants grants, Leads leads) {
    /// Components as their text. A service has no `declassify` and no `maxSecrecy`.
    public record Grants(
            @Nullable String privilege,
            @Nullable String clearance,
            @Nullable String declassify,
            @Nullable String maxSecrecy) {}

    /// What is behind the gate.
    public sealed interface Leads {}

    /// @param runtime a runtime's name, or the path of a blob that holds one
    public record Function(
            @Nullable App app,
            @Nullable PathArg runtime,
            @Nullable String handler,
            @Nullable String convention,
            @Nullable String payloadStyle,
            @Nullable Long memoryMib,
            @Nullable Long timeoutMillis)
            implements Leads {}

    public record Redirect(
            @Nullable PathArg gate,
            @Nullable String enter,
            @Nullable Boolean pin) implements Leads {}

    /// A server on the internet.
    ///
    /// @param headers injected into every call
    public record External(
            @Nullable String url,
            @Nullable String verb,
            @Nullable Map<String, String> headers,
            @Nullable String taint,
            @Nullable String egress)
            implements Leads {}

    /// A gate's code.
    public sealed interface App {
        /// A blob's entry in the file system.
        record Entry(PathArg path) implements App {}

        /// @param handle from [CloudCall.FinalizeBlob]
        record Finalized(String handle) implements App {}
    }

    static GateArg read(Arguments args) throws Arguments.Invalid {
        Leads leads = switch (args.text("type")) {
            case "direct" ->
                new Function(
                        args.appOrNull("app"),
                        args.pathOrNull("runtime"),
                        args.textOrNull("handler"),
                        args.textOrNull("convention"),
                        args.textOrNull("payload_style"),
                        args.naturalOrNull("memory_mib"),
                        args.naturalOrNull("timeout_ms"));
            case "redirect" -> new Redirect(args.pathOrNull("gate"), args.textOrNull("enter"), args.boolOrNull("pin"));
            case "service" ->
                new External(
                        args.textOrNull("url"),
                        args.textOrNull("verb"),
                        args.textsByNameOrNull("headers"),
                        args.textOrNull("taint"),
                        args.textOrNull("egress"));
            default -> throw new Arguments.Invalid();
        };
        var grants = new Grants(
                args.textOrNull("privilege"),
                args.textOrNull("clearance"),
                args.textOrNull("declassify"),
                args.textOrNull("max_secrecy"));
        args.requireAllUsed();
        return new GateArg(grants, leads);
    }
}
