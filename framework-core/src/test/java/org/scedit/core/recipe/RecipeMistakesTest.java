package org.scedit.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;

/**
 * Every mistake of {@code mistakes.txt}: a recipe, other files or overrides where the mistake needs them, and the whole
 * text that the user reads. Each is read in a folder that also holds what {@link RecipeFolder} lists.
 */
class RecipeMistakesTest {
    private static final int MISTAKES = 144;

    @TempDir
    Path temporary;

    private record Mistake(String name, Map<String, String> files, List<String> overrides, String message) {}

    @TestFactory
    Stream<DynamicTest> mistakes() throws IOException {
        return corpus().stream().map(mistake -> DynamicTest.dynamicTest(mistake.name, () -> check(mistake)));
    }

    @Test
    void corpusIsWhole() throws IOException {
        assertThat(corpus()).hasSize(MISTAKES);
        assertThat(corpus().stream().map(Mistake::name)).doesNotHaveDuplicates();
        assertThat(corpus().stream().map(Mistake::message)).doesNotHaveDuplicates();
    }

    private void check(Mistake mistake) throws IOException {
        var folder = RecipeFolder.in(temporary.resolve(mistake.name));
        for (Map.Entry<String, String> file : mistake.files.entrySet()) {
            folder.with(file.getKey(), file.getValue());
        }
        UserException refused = catchThrowableOfType(
                UserException.class, () -> folder.read("recipe.yaml", mistake.overrides.toArray(String[]::new)));
        assertThat(refused).as("is refused").isNotNull();
        assertThat(refused.getMessage()).isEqualTo(mistake.message);
    }

    /**
     * {@code === name} begins a mistake, {@code --- FILE} a file of it, {@code --- overrides} its command line and
     * {@code --- message} what the user reads. Within a text, {@code \t} is a tab and {@code \a} the bell character.
     */
    private static List<Mistake> corpus() throws IOException {
        String text;
        try (var in = RecipeMistakesTest.class.getResourceAsStream("mistakes.txt")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<Mistake> mistakes = new ArrayList<>();
        for (String block : text.split("(?m)^=== ")) {
            if (block.startsWith("#")) {
                continue;
            }
            String[] parts = block.split("(?m)^--- ");
            Map<String, String> files = new LinkedHashMap<>();
            for (int i = 1; i < parts.length; i++) {
                String[] part = parts[i].split("\n", 2);
                files.put(part[0], part[1].replace("\\t", "\t").replace("\\a", "\u0007"));
            }
            String message = files.remove("message").strip();
            String overrides = files.containsKey("overrides") ? files.remove("overrides") : "";
            mistakes.add(new Mistake(parts[0].strip(), files, overrides.lines().toList(), message));
        }
        return mistakes;
    }
}
