package dev.sluice.cloudcall;

/// Carries out what a run asks. Called on the thread that called [GuestLink#run], one call after the other.
@FunctionalInterface
public interface CallHandler {
    CallReply answer(CloudCall call) throws InterruptedException;
}
