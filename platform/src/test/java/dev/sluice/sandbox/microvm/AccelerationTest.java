package dev.sluice.sandbox.microvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AccelerationTest {
    @Test
    void aKvmThatInterpretsStockKernels_isToldFromOneThatRunsThem() {
        assertThat(Acceleration.of(true, true, "fpu sse2 avx2").reason()).contains("kvm-pvm");
        assertThat(Acceleration.of(true, false, "fpu sse2 avx2").reason()).contains("neither VMX nor SVM");
        assertThat(Acceleration.of(true, false, "fpu vmx sse2").reason()).contains("KVM is there");
        assertThat(Acceleration.of(true, false, "fpu sse2 svm").reason()).contains("KVM is there");
        assertThat(Acceleration.of(false, false, "fpu vmx").reason()).contains("no /dev/kvm");
    }
}
