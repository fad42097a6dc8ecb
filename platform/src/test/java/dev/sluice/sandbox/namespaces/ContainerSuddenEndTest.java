package dev.sluice.sandbox.namespaces;

final class ContainerSuddenEndTest extends SuddenEndContract {
    @Override
    Maker maker() {
        return Maker.CRUN;
    }
}
