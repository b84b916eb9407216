package org.scedit.core.shared;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs share is made once, and made again where it is damaged. */
class SharedFilesTest {
    @TempDir
    private Path folder;

    private final List<String> notices = new ArrayList<>();
    private final AtomicInteger made = new AtomicInteger();

    @Test
    void aResultIsMadeOnceForAllThatAskForTheSame() {
        for (int i = 0; i < 3; i++) {
            SharedFiles.Entry entry = get("a red circle");
            assertThat(entry.floats("states")).containsExactly(1.5f, Float.MIN_VALUE, -0f);
            assertThat(entry.floats("pooled")).isEmpty();
            assertThat(entry.text("notices")).isEqualTo("first\nsecond");
            assertThat(entry.text("others")).isEmpty();
        }
        assertThat(made).hasValue(1);
        get("a blue square");
        assertThat(made).hasValue(2);
        assertThat(notices).isEmpty();
    }

    @Test
    void withoutAFolderEveryResultIsMade() {
        for (int i = 0; i < 2; i++) {
            SharedFiles.none().get("texts", () -> key("a red circle"), this::make);
        }
        assertThat(made).hasValue(2);
    }

    @Test
    void aDamagedFileIsMadeAgain() throws IOException {
        get("a red circle");
        Path file = file();
        byte[] whole = Files.readAllBytes(file);
        byte[] flipped = whole.clone();
        flipped[whole.length - 1] ^= 1;
        byte[] half = java.util.Arrays.copyOf(whole, whole.length - 4);
        byte[] header = whole.clone();
        header[new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("second")] = 'S';
        for (byte[] damaged : List.of(flipped, half, header, new byte[0])) {
            Files.write(file, damaged);
            assertThat(get("a red circle").floats("states")).containsExactly(1.5f, Float.MIN_VALUE, -0f);
            assertThat(file).hasBinaryContent(whole);
        }
        assertThat(made).hasValue(5);
        assertThat(notices).hasSize(8).allMatch(notice -> notice.startsWith(file.toString()));
    }

    @Test
    void thoseThatAskAtTheSameTimeWaitForTheFirst() {
        List<CompletableFuture<SharedFiles.Entry>> all = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> get("a red circle")))
                .toList();
        all.forEach(each -> assertThat(each.join().floats("states")).hasSize(3));
        assertThat(made).hasValue(1);
    }

    @Test
    void aFolderThatCannotBeMadeCostsOnlyTheSharing() throws IOException {
        Path file = Files.writeString(folder.resolve("taken"), "a file");
        SharedFiles.Entry entry =
                SharedFiles.in(file, notices::add).get("texts", () -> key("a red circle"), this::make);
        assertThat(entry.floats("states")).hasSize(3);
        assertThat(notices)
                .singleElement()
                .asString()
                .startsWith(file.resolve("texts") + ": cannot be shared through, so this run makes its own: ");
    }

    @Test
    void theFolderIsThatOfTheEnvironment() {
        assertThat(SharedFiles.ofEnvironment(Map.of())).isEmpty();
        assertThat(SharedFiles.ofEnvironment(Map.of("SCEDIT_SHARED", " "))).isEmpty();
        assertThat(SharedFiles.ofEnvironment(Map.of("SCEDIT_SHARED", "shared"))).contains(Path.of("shared"));
    }

    @Test
    void piecesThatLookAlikeTogetherGiveDifferentKeys() {
        assertThat(ContentKey.empty().add("a", "bc").hex())
                .isNotEqualTo(ContentKey.empty().add("ab", "c").hex())
                .isNotEqualTo(ContentKey.empty().add("a", "b").add("", "c").hex())
                .isEqualTo(ContentKey.empty().add("a", "bc").hex())
                .hasSize(64);
        assertThat(ContentKey.empty().add("x", new float[] {0f}).hex())
                .isNotEqualTo(ContentKey.empty().add("x", new float[] {-0f}).hex());
    }

    private SharedFiles.Entry get(String prompt) {
        return SharedFiles.in(folder, notices::add).get("texts", () -> key(prompt), this::make);
    }

    private static ContentKey key(String prompt) {
        return ContentKey.ofArithmetic("texts", 1).add("prompt", prompt);
    }

    private SharedFiles.Made make() {
        made.incrementAndGet();
        return new SharedFiles.Made(
                Map.of("states", new float[] {1.5f, Float.MIN_VALUE, -0f}, "pooled", new float[0]),
                Map.of("notices", "first\nsecond"));
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("texts"))) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
