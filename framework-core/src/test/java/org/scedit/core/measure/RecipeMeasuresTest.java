package org.scedit.core.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Drawn;
import org.scedit.api.Measure;
import org.scedit.api.Parameters;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.condition.Condition;
import org.scedit.core.condition.MapMaker;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.core.scenes.SceneMap;
import org.scedit.core.scenes.SceneMeasure;

/** Which measures a recipe takes, and why not. */
class RecipeMeasuresTest {
    private static final Condition EDGES = new Condition("edges", 0, new MapMaker.OfScene(SceneMap.EDGES));
    private static final Condition COLOUR = new Condition("colour", 0, new MapMaker.OfScene(SceneMap.COLOUR));
    private static final Condition POSE = new Condition("pose", 0, new MapMaker.Ready(Optional.empty()));

    @TempDir
    Path folder;

    private final List<String> problems = new ArrayList<>();
    private final Map<String, Measure<?>> measures = new TreeMap<>();

    record NoSettings() {}

    private record Fake(String id, Set<Need> needs) implements Measure<NoSettings> {
        @Override
        public String summary() {
            return id;
        }

        @Override
        public Class<NoSettings> configType() {
            return NoSettings.class;
        }

        @Override
        public Set<Need> needs(NoSettings config) {
            return needs;
        }

        @Override
        public List<Value> measure(NoSettings config, Drawn drawn) {
            throw new UnsupportedOperationException("measures are only looked up here");
        }
    }

    private static final class AnyTuner implements TunerProvider<NoSettings> {
        @Override
        public String id() {
            return "any";
        }

        @Override
        public String summary() {
            return "any";
        }

        @Override
        public Class<NoSettings> configType() {
            return NoSettings.class;
        }

        @Override
        public Tuner create(NoSettings config, UNetLayout unet, Parameters parameters) {
            throw new UnsupportedOperationException("recipes are only read here");
        }
    }

    @BeforeEach
    void offer() throws IOException {
        SceneMeasure.all().forEach(each -> measures.put(each.id(), each));
        measures.put("edge-f1", new Fake("edge-f1", Set.of(Measure.Need.CONDITION)));
        measures.put("colour-error", new Fake("colour-error", Set.of(Measure.Need.CONDITION)));
        measures.put("fidelity", new Fake("fidelity", Set.of(Measure.Need.REFERENCES)));
        measures.put("distance", new Fake("distance", Set.of(Measure.Need.FEATURES)));
        measures.put("fit", new Fake("fit", Set.of(Measure.Need.FEATURES, Measure.Need.TEXT_FEATURES)));
        Files.createDirectories(folder.resolve("model"));
        Files.createDirectories(folder.resolve("photos"));
    }

    @Test
    void theOnlyConditionNeedNotBeNamed() {
        assertThat(measures("evaluate: {measures: [edge-f1]}", EDGES)).containsExactly("edge-f1 of edges, 48");
        assertThat(measures("evaluate: {measures: [{use: edge-f1, condition: colour, count: 5}]}", COLOUR, EDGES))
                .containsExactly("edge-f1-colour of colour, 5");
    }

    @Test
    void ofSeveralConditionsOneMustBeNamed() {
        assertThat(measures("evaluate: {measures: [edge-f1]}", COLOUR, EDGES)).isEmpty();
        assertThat(problems)
                .containsExactly(
                        "evaluate: measure 'edge-f1' compares pictures with the maps of one condition, and there"
                                + " are colour, edges; write {use: edge-f1, condition: colour}");
    }

    @Test
    void aConditionThatNoTunerTakesIsNotCompared() {
        measures("evaluate: {measures: [edge-f1]}");
        measures("evaluate: {measures: [{use: edge-f1, condition: depth}]}", COLOUR, EDGES);
        measures("evaluate: {measures: [{use: edge-f1, condition: pose}]}", POSE);
        measures("evaluate: {measures: [{use: fidelity, condition: edges}]}", EDGES);
        assertThat(problems)
                .containsExactly(
                        "evaluate: measure 'edge-f1' compares pictures with the maps of a condition, and the recipe's"
                                + " tuners take none; remove it",
                        "evaluate: measure 'edge-f1-depth' compares with condition 'depth', which the recipe's tuners do"
                                + " not take; they take colour, edges",
                        "evaluate: measure 'edge-f1-pose' compares with condition 'pose', whose maps are ready files;"
                                + " nothing makes such a map of a drawn picture, so remove it or use an annotator",
                        "evaluate: measure 'fidelity-edges' compares with no condition; remove its 'condition'");
    }

    @Test
    void picturesOfAFolderHaveNoScenes() {
        measures("""
                data: {source: folder, path: photos}
                validation: {fraction: 0.5}
                evaluate: {measures: [captions, fidelity]}
                """);
        assertThat(problems)
                .containsExactly(
                        "evaluate: measure 'captions' is of pictures of scenes, and data is a folder; remove it");
    }

    @Test
    void aNetworkInAFileKnowsNoTexts() throws IOException {
        Files.writeString(folder.resolve("network.pt"), "");
        assertThat(measures("evaluate: {measures: [distance, fit]}")).containsExactly("distance, 48", "fit, 48");
        measures("evaluate: {measures: [distance, fit], features: {torchscript: network.pt}}");
        assertThat(problems)
                .containsExactly("evaluate: measure 'fit' compares pictures with texts, which the network of"
                        + " evaluate.features does not know; remove it, or take the embedded features");
    }

    @Test
    void ofScenesTheUsualIsMeasuredUnlessTheRecipeSaysOtherwise() {
        assertThat(measures("seed: 1", COLOUR, EDGES, POSE))
                .containsExactly(
                        "captions, 24",
                        "style-distance, 24",
                        "colour-error-colour of colour, 100",
                        "edge-f1-edges of edges, 100");
        assertThat(measures("data: {source: folder, path: photos}")).isEmpty();
        assertThat(problems).isEmpty();
    }

    private List<String> measures(String text, Condition... conditions) {
        try {
            Files.writeString(folder.resolve("base.yaml"), """
                    model: {path: model}
                    tuners: [{use: any}]
                    data: {source: scenes, count: 2}
                    sample: {count: 1}
                    train: {steps: 1}
                    """);
            Files.writeString(folder.resolve("recipe.yaml"), "extends: base.yaml\n" + text);
            Recipe recipe = new RecipeReader(Map.of("any", new AnyTuner()), Map.of(), measures)
                    .read(folder.resolve("recipe.yaml"), List.of());
            return RecipeMeasures.of(recipe, measures, List.of(conditions), problems::add).stream()
                    .map(use -> use.block().name()
                            + use.condition().map(each -> " of " + each.name()).orElse("") + ", " + use.count())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
