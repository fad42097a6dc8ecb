package dev.sluice.sandbox.microvm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What runs the code of virtual machines.
///
/// @param cpu the model that QEMU offers to machines
/// @param reason why it is that, for the operator
record Acceleration(String cpu, String reason) {
    private static final Path KVM = Path.of("/dev/kvm");
    private static final Path PARAVIRTUAL = Path.of("/sys/module/kvm_pvm");
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    static Acceleration ofThisHost() {
        return of(Files.exists(KVM), Files.exists(PARAVIRTUAL), flags());
    }

    /// Software emulation always, with what was found of KVM. A `kvm-pvm` answers as KVM does, but interprets every
    /// kernel that was not made for it, so that none boots.
    static Acceleration of(boolean isThere, boolean isParavirtual, String flags) {
        String padded = " " + flags + " ";
        boolean isHardware = padded.contains(" vmx ") || padded.contains(" svm ");
        String found;
        if (!isThere) {
            found = "there is no /dev/kvm";
        } else if (isParavirtual && !isHardware) {
            found = "/dev/kvm is kvm-pvm, which runs no stock kernel";
        } else if (!isHardware) {
            found = "the processor offers neither VMX nor SVM";
        } else {
            found = "KVM is there, and this version does not use it yet";
        }
        return new Acceleration("max", "software emulation: " + found);
    }

    private static String flags() {
        try (var lines = Files.lines(CPUINFO)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse("");
        } catch (IOException unreadable) {
            return "";
        }
    }
}
