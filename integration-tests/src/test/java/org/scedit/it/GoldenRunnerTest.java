package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.testkit.golden.GoldenCases;

/** The runner of golden cases itself: nothing may be passed over in silence. */
class GoldenRunnerTest {
    private static final String CASE = "schedulers/ddim-leading-eta0";

    @TempDir
    Path directory;

    private void copy(String name, String as) throws IOException, URISyntaxException {
        Path from =
                Path.of(GoldenRunnerTest.class.getResource("/golden/" + name).toURI());
        Files.createDirectories(directory.resolve(as));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(as).resolve(file.getFileName()));
            }
        }
    }

    private List<DynamicTest> tests(String... chosen) {
        return GoldenCases.of(directory, List.of(chosen)).tests().toList();
    }

    private void run(String name) throws Throwable {
        tests(name).get(0).getExecutable().execute();
    }

    @Test
    void aCopyUnderANameThatBeginsAlikeRuns() throws Exception {
        copy(CASE, "schedulers/ddim-of-mine");
        assertThat(tests()).extracting(DynamicTest::getDisplayName).containsExactly("schedulers/ddim-of-mine");
        assertThatCode(() -> run("schedulers")).doesNotThrowAnyException();
    }

    @Test
    void aFolderOfAnUnknownNameFails() throws Exception {
        copy(CASE, "teapot");
        assertThatThrownBy(() -> run("teapot"))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        directory.resolve("teapot") + ": no golden case is known by this name; nothing was checked");
    }

    @Test
    void aKnownCaseWithoutItsFilesFails() throws Exception {
        copy(CASE, CASE);
        Path missing = directory.resolve(CASE).resolve("scheduler_config.json");
        Files.delete(missing);
        assertThatThrownBy(() -> run(CASE))
                .isInstanceOf(AssertionError.class)
                .hasMessage("golden case '" + CASE + "' cannot run: " + missing + " is missing");
    }

    @Test
    void aWrongNumberFails() throws Exception {
        copy(CASE, CASE);
        Path file = directory.resolve(CASE).resolve("io.safetensors");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int last = bytes.capacity() - Float.BYTES;
        bytes.putFloat(last, bytes.getFloat(last) + 1);
        Files.write(file, bytes.array());
        assertThatThrownBy(() -> run(CASE))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("(?s)golden case '" + CASE + "': 1 of \\d+ comparisons failed\n"
                        + "  [a-z0-9_.]+: differs by \\S+, at most \\S+ is allowed");
    }

    @Test
    void anOutputThatIsNotComparedFails() throws Exception {
        copy(CASE, CASE);
        Path file = directory.resolve(CASE).resolve("io.safetensors");
        // a name of the same length, so that the header stays valid
        byte[] renamed = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                .replace("out.pred_x0.6", "out.pred_x0.9")
                .getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, renamed);
        assertThatThrownBy(() -> run(CASE))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("io.safetensors out.pred_x0.9: was not compared");
    }

    @Test
    void aChosenCaseThatIsNotThereFails() throws Exception {
        copy(CASE, CASE);
        assertThatThrownBy(() -> tests("vae"))
                .isInstanceOf(AssertionError.class)
                .hasMessage(directory + ": holds no golden case 'vae'; there are " + CASE);
    }

    @Test
    void anEmptyDirectoryFails() {
        assertThatThrownBy(this::tests)
                .isInstanceOf(AssertionError.class)
                .hasMessage(directory + ": holds no golden case");
    }
}
