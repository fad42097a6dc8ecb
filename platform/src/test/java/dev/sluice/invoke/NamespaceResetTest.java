package dev.sluice.invoke;

/// In namespaces, a guest that may not be reused is left and another one started.
final class NamespaceResetTest extends ResetContract {
    @Override
    Spine.Opener driver() {
        return Spine::namespaces;
    }
}
