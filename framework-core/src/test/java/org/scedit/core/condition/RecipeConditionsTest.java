package org.scedit.core.condition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Annotator;
import org.scedit.core.condition.Doubles.Add;
import org.scedit.core.condition.Doubles.Blend;
import org.scedit.core.condition.Doubles.Follow;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.model.UNet;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;

class RecipeConditionsTest {
    private static final String UNET = """
            {"_class_name": "UNet2DConditionModel", "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "block_out_channels": [4, 8],
             "layers_per_block": 1, "norm_num_groups": 2, "attention_head_dim": 2, "cross_attention_dim": 6}
            """;

    private static final Map<String, Annotator<?>> ANNOTATORS =
            new TreeMap<>(Map.of("add", new Add(), "blend", new Blend()));

    @TempDir
    private Path folder;

    private final List<String> problems = new ArrayList<>();

    @BeforeEach
    void makeModel() throws IOException {
        Files.createDirectories(folder.resolve("model/unet"));
        Files.writeString(folder.resolve("model/unet/config.json"), UNET);
        Files.createDirectories(folder.resolve("photos"));
    }

    @Test
    void aConditionWithoutBlockIsMadeByTheAnnotatorOfThatName() {
        assertThat(conditions("tuners: [{use: follow}]"))
                .extracting(
                        condition -> condition.name() + ": " + condition.maker().words())
                .containsExactly("add: add {levels: 1}");
        assertThat(problems).isEmpty();
    }

    @Test
    void aBlockOfThatNameComesFirst() {
        assertThat(conditions("""
                        tuners: [{use: follow, conditions: pose add}]
                        conditions:
                          - {use: add, name: pose, levels: 7, dropout: 0.5}
                          - {use: scene, name: add, map: edges}
                        """))
                .extracting(
                        condition -> condition.name() + ": " + condition.maker().words() + " " + condition.dropout())
                .containsExactly("add: scene {map: edges} 0.0", "pose: add {levels: 7} 0.5");
        assertThat(problems).isEmpty();
    }

    @Test
    void whatNothingMakesAndWhatNobodyTakesIsTold() {
        conditions("""
                tuners: [{use: follow, conditions: pose blend}]
                conditions: [{use: add, name: poes}]
                """);
        assertThat(problems)
                .containsExactly(
                        "tuner 'follow' takes condition 'blend', whose annotator has settings without default; give it"
                                + " under 'conditions'",
                        "tuner 'follow' takes condition 'pose', which nothing makes: 'conditions' has poes, there are the"
                                + " annotators add, blend; write under 'conditions' such as {use: add, name: pose}",
                        "no tuner takes condition 'poes'; they take blend, pose, give it that 'name' or remove it");
    }

    @Test
    void conditionsOfARecipeWhoseTunersTakeNoneAreTold() {
        conditions("""
                tuners: [{use: follow, conditions: ''}]
                conditions: [{use: add}]
                sample: {prompts: [a], controls: {add: photos}}
                """);
        assertThat(problems)
                .containsExactly(
                        "no tuner takes condition 'add'; the recipe's tuners take none, remove it",
                        "sample.controls: no tuner takes condition 'add'; they take none");
    }

    @Test
    void withoutAnnotatorsTheBuiltInConditionsAreProposed() {
        read("tuners: [{use: follow, conditions: pose}]", Map.of());
        assertThat(problems)
                .containsExactly("tuner 'follow' takes condition 'pose', which nothing makes: the recipe has no"
                        + " 'conditions', no annotator is installed; write under 'conditions' such as {use: scene, map:"
                        + " edges, name: pose}");
    }

    @Test
    void promptsNeedAControlForEachCondition() {
        conditions("""
                tuners: [{use: follow}]
                sample: {prompts: [a red circle]}
                """);
        assertThat(problems)
                .containsExactly("sample.prompts are drawn with tuner 'follow', which takes condition 'add', and"
                        + " sample.controls has none; write controls: {add: PICTURE}, or a folder with one for each"
                        + " prompt");
    }

    @Test
    void scenesAreTheirOwnControls() {
        conditions("{tuners: [{use: follow}], sample: {count: 2}}");
        assertThat(problems).isEmpty();
    }

    @Test
    void readyMapsAreNotOfScenes() {
        conditions("""
                tuners: [{use: follow, conditions: pose}]
                conditions: [{use: file, name: pose, path: photos}]
                data: {source: folder, path: photos}
                sample: {count: 2}
                """);
        assertThat(problems)
                .containsExactly("sample.count draws scenes, of which condition 'pose' (file) has no maps; give"
                        + " sample.prompts and sample.controls instead");
    }

    private List<Condition> conditions(String recipe) {
        return read(recipe, ANNOTATORS);
    }

    private List<Condition> read(String text, Map<String, Annotator<?>> annotators) {
        Recipe recipe = recipe(text, annotators);
        var unet = UNet.fromConfig(folder.resolve("model/unet/config.json"));
        List<TunerInstance> tuners = recipe.tuners().stream()
                .map(block -> TunerInstance.create(block.name(), new Follow(), block.config(), unet, 0))
                .toList();
        try {
            return RecipeConditions.of(recipe, annotators, tuners, false, problems::add);
        } finally {
            tuners.forEach(TunerInstance::close);
        }
    }

    private Recipe recipe(String text, Map<String, Annotator<?>> annotators) {
        try {
            Files.writeString(folder.resolve("base.yaml"), """
                    model: {path: model}
                    data: {source: scenes, count: 2}
                    train: {steps: 1}
                    """);
            String top = text.startsWith("{")
                    ? text.replaceFirst("\\{", "{extends: base.yaml, ")
                    : "extends: base.yaml\n" + text;
            Path file = Files.writeString(folder.resolve("recipe.yaml"), top);
            return new RecipeReader(Map.of("follow", new Follow()), annotators).read(file, List.of());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
