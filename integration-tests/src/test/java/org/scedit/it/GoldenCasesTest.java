package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.scedit.testkit.golden.GoldenCases;

/**
 * This project's numbers against those of the reference implementations. {@code -Dgolden.dir=DIR} runs the cases of
 * another directory, {@code -Dgolden.cases=vae,unet-sd15} some of them.
 */
class GoldenCasesTest {
    private static final int OWN_CASES = 46;

    @TestFactory
    Stream<DynamicTest> cases() {
        return GoldenCases.configured().tests();
    }

    @Test
    void ownCasesAreAllHere() {
        Assumptions.assumeTrue(GoldenCases.isOwn(), "another directory was named");
        assertThat(GoldenCases.configured().names()).hasSize(OWN_CASES);
    }
}
