package org.scedit.core.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;

/** Whatever the bytes, a file is either read or refused with a message that names it. */
class SafetensorsFuzzTest {
    private static final int MUTATIONS = 2500;

    /**
     * An ordinary {@code mvn test} runs the inputs in {@code SafetensorsFuzzTestInputs}, each made by hand to break
     * one rule ({@link SafetensorsRefusalTest} asserts what each is told); new ones are
     * searched for with {@code JAZZER_FUZZ=1 mvn test -pl framework-core -am -Djazzer.hooks=true
     * -Dtest=SafetensorsFuzzTest}.
     */
    @FuzzTest(maxDuration = "2m")
    void openNeverCrashes(byte[] bytes) throws IOException {
        Path file = Files.createTempFile("fuzz", ".safetensors");
        try {
            isReadOrRefused(file, bytes);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void mutationsOfAValidFileAreReadOrRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("mutated.safetensors");
        SafetensorsWriter.write(
                file,
                Map.of(
                        "down.weight", SafetensorsWriter.Tensor.f32(new float[6], 2, 3),
                        "up.weight", SafetensorsWriter.Tensor.f16(new float[6], 3, 2),
                        "step", SafetensorsWriter.Tensor.i64(new long[] {7})),
                Map.of("format", "pt"));
        byte[] valid = Files.readAllBytes(file);
        Random random = new Random(2023);
        Map<Boolean, Integer> outcomes = new HashMap<>();
        for (int i = 0; i < MUTATIONS; i++) {
            outcomes.merge(isReadOrRefused(file, mutated(valid, random)), 1, Integer::sum);
        }
        assertThat(outcomes.get(true)).as("still valid").isGreaterThan(20);
        assertThat(outcomes.get(false)).as("refused").isGreaterThan(1000);
    }

    /** @return whether the file was read */
    private static boolean isReadOrRefused(Path file, byte[] bytes) throws IOException {
        Files.write(file, bytes);
        try {
            SafetensorsFile opened = SafetensorsFile.open(file);
            for (String name : opened.entries().keySet()) {
                assertThat((long) opened.floats(name).length)
                        .isEqualTo(opened.entries().get(name).elements());
            }
            return true;
        } catch (UserException e) {
            assertThat(e.getMessage()).startsWith(file + ": ").hasSizeLessThan(1000);
            return false;
        }
    }

    private static byte[] mutated(byte[] valid, Random random) {
        StringBuilder bytes = new StringBuilder(new String(valid, StandardCharsets.ISO_8859_1));
        for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length() > 0; changes--) {
            int at = random.nextInt(bytes.length());
            switch (random.nextInt(6)) {
                case 0 -> bytes.setCharAt(at, (char) random.nextInt(256));
                case 1 -> bytes.setCharAt(at, "0123456789\"{}[]:,- ".charAt(random.nextInt(19)));
                case 2 -> bytes.deleteCharAt(at);
                case 3 -> bytes.insert(at, (char) random.nextInt(256));
                case 4 -> bytes.setLength(at);
                default -> bytes.insert(at, bytes.substring(at, at + random.nextInt(bytes.length() - at)));
            }
        }
        return bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
