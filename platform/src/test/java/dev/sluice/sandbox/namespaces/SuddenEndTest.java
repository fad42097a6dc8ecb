package dev.sluice.sandbox.namespaces;

final class SuddenEndTest extends SuddenEndContract {
    @Override
    Maker maker() {
        return Maker.BUBBLEWRAP;
    }
}
