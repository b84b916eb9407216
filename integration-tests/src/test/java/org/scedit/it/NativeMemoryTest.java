package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.testkit.TinyModel;

/**
 * Native memory over a long run. What an array holds is not on the Java heap, so the whole process is measured: {@link
 * NativeMemoryProbe} runs in one of its own, whose heap is small and touched from the start.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class NativeMemoryTest {
    /** One array of 64 KiB left behind in each step would come to 12.5 MiB. */
    private static final long ALLOWED_KIBIBYTES = 4 << 10;

    @TempDir
    Path temporary;

    @Test
    void twoHundredTrainingStepsAndFiftyPicturesLeaveNothingBehind() throws IOException, InterruptedException {
        TinyModel.write(temporary.resolve("model"), 7);

        Map<String, Long> growth = probe(temporary.resolve("model"));

        assertThat(growth).containsOnlyKeys("steps", "pictures");
        assertThat(growth).allSatisfy((what, kibibytes) -> assertThat(kibibytes)
                .as("resident memory that %s added, KiB", what)
                .isLessThan(ALLOWED_KIBIBYTES));
    }

    private Map<String, Long> probe(Path model) throws IOException, InterruptedException {
        Path output = temporary.resolve("output.txt");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(
                List.of("-Xms96m", "-Xmx96m", "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NativeMemoryProbe.class.getName()));
        command.add(model.toString());
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        // the allocator gives every freed array back at once, so that what stays is what was not freed
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        builder.environment().put("MALLOC_MMAP_THRESHOLD_", "32768");
        builder.environment().put("MALLOC_TRIM_THRESHOLD_", "131072");
        Process process = builder.start();
        int exit = process.waitFor();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(exit).as(text).isZero();
        return text.lines()
                .filter(line -> line.startsWith(NativeMemoryProbe.RESULT))
                .map(line -> line.substring(NativeMemoryProbe.RESULT.length()).split(" "))
                .collect(Collectors.toMap(words -> words[0], words -> Long.parseLong(words[1])));
    }
}
