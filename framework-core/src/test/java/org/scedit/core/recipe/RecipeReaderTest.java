package org.scedit.core.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SamplerName;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;
import org.scedit.core.engine.DeviceChoice;
import org.scedit.core.engine.Precision;
import org.scedit.core.hook.Scale;
import org.scedit.core.hub.HubModel;
import org.scedit.core.recipe.Recipe.ConditionBlock;
import org.scedit.core.recipe.Recipe.Controls;
import org.scedit.core.recipe.Recipe.Evaluate;
import org.scedit.core.recipe.Recipe.Features;
import org.scedit.core.recipe.Recipe.FileMaps;
import org.scedit.core.recipe.Recipe.FolderData;
import org.scedit.core.recipe.Recipe.MeasureBlock;
import org.scedit.core.recipe.Recipe.Sample;
import org.scedit.core.recipe.Recipe.ScenesData;
import org.scedit.core.recipe.Recipe.Task;
import org.scedit.core.recipe.Recipe.Train;
import org.scedit.core.recipe.Recipe.TunerBlock;
import org.scedit.core.recipe.Recipe.Unreadable;
import org.scedit.core.recipe.Recipe.Validation;
import org.scedit.core.recipe.Recipe.Variations;
import org.scedit.core.recipe.RecipeFolder.CannyConfig;
import org.scedit.core.recipe.RecipeFolder.FullConfig;
import org.scedit.core.recipe.RecipeFolder.HueConfig;
import org.scedit.core.recipe.RecipeFolder.LoraConfig;
import org.scedit.core.recipe.RecipeFolder.ScTunerConfig;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;

class RecipeReaderTest {
    @TempDir
    Path temporary;

    private RecipeFolder folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = RecipeFolder.in(temporary);
    }

    @Test
    void shortRecipeGetsEveryDefault() {
        Recipe expected = new Recipe(
                "good",
                Path.of("runs/good"),
                0,
                DeviceChoice.AUTO,
                Task.TUNE,
                new Recipe.Model(
                        Optional.of(Path.of("models/tiny")),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Precision.FLOAT32,
                        Recipe.Weights.PRETRAINED,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                List.of(new TunerBlock(
                        "sc-tuner",
                        "sc-tuner",
                        Scale.of(1),
                        Optional.empty(),
                        false,
                        new ScTunerConfig(1.0, List.of(), ScTunerConfig.Activation.GELU))),
                List.of(),
                Optional.of(new ScenesData(List.of(Style.STRIPES), 32, 0, List.of(1, 1, 2, 2, 3), Split.TRAIN)),
                Optional.empty(),
                Optional.of(new Train(
                        Optional.of(300),
                        Optional.empty(),
                        4,
                        1,
                        1e-4,
                        Recipe.Schedule.CONSTANT,
                        0,
                        List.of(0.9, 0.999),
                        1e-8,
                        1e-2,
                        1.0,
                        0.1,
                        0,
                        0,
                        Recipe.TimestepDraw.UNIFORM,
                        0,
                        1,
                        false,
                        0,
                        false,
                        4,
                        false,
                        100)),
                Optional.empty(),
                Optional.empty());
        assertThat(folder.read("good.yaml")).isEqualTo(expected);
    }

    @Test
    void everyKeyIsRead() throws IOException {
        folder.with("all.yaml", """
            name: no
            output: elsewhere/run
            seed: 7
            device: cuda
            task: tune
            model: { path: models/tiny, precision: bfloat16, weights: random }
            tuners:
              - use: sc-tuner
                name: "010"
                scale: 1.5
                weights: strokes.safetensors
                down_ratio: .5
                skips: [0, 3]
                activation: leaky-relu
              - use: full
            conditions:
              - use: canny
                dropout: .25
                low: 50
              - { use: file, name: pose, path: edges }
            data: { source: folder, path: photos/, size: 512, unreadable: skip }
            validation: { count: 16, every: 10, timesteps: 4, seed: 7, fraction: 0.25 }
            train:
              epochs: 3
              batch: 2
              accumulate: 5
              learning_rate: 1e-3
              schedule: cosine
              warmup: 1_0
              betas: [0.5, 0.75]
              epsilon: 1E-6
              weight_decay: 0
              clip_norm: +2
              caption_dropout: 0.25
              min_snr_gamma: 5
              noise_offset: 0.125
              timestep_sampling: logit-normal
              logit_mean: -0.5
              logit_std: 1.5
              loss_balance: true
              ema_decay: 0.999
              gradient_checkpointing: true
              masks_per_picture: 2
              text_encoder: true
              checkpoint_every: 0
            sample:
              prompts: [no, 010, "a: b", null and void]
              controls: { pose: edges, canny: cat.png }
              preprocessed: true
              negative_prompt: ""
              steps: 10
              guidance: 7.5
              guidance_rescale: 0.5
              sampler: dpm++-2m
              karras: true
              image: cat.png
              strength: 0.6
              mask: cat.png
              spacing: leading
              seed: 12345678901
              every: 50
            evaluate:
              measures: [hue, { use: hue, condition: pose, count: 9, hues: 5 }, { use: hue, name: wide, condition: pose, hues: 9 }]
              count: 24
              references: 12
              variations: { prompts: 2, seeds: 3 }
              before: false
              features: { torchscript: cat.png, size: 32, mean: [0.1, 0.2, 0.3], deviation: [0.4, 0.5, 0.6] }
            """);
        Recipe expected = new Recipe(
                "no",
                Path.of("elsewhere/run"),
                7,
                DeviceChoice.CUDA,
                Task.TUNE,
                new Recipe.Model(
                        Optional.of(Path.of("models/tiny")),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Precision.BFLOAT16,
                        Recipe.Weights.RANDOM,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                List.of(
                        new TunerBlock(
                                "sc-tuner",
                                "010",
                                Scale.of(1.5),
                                Optional.of(Path.of("strokes.safetensors")),
                                false,
                                new ScTunerConfig(0.5, List.of(0, 3), ScTunerConfig.Activation.LEAKY_RELU)),
                        new TunerBlock("full", "full", Scale.of(1), Optional.empty(), false, new FullConfig())),
                List.of(
                        new ConditionBlock("canny", "canny", 0.25, new CannyConfig(50, 200)),
                        new ConditionBlock("file", "pose", 0, new FileMaps(Path.of("edges")))),
                Optional.of(new FolderData(Path.of("photos"), Optional.of(512), Unreadable.SKIP)),
                Optional.of(new Validation(16, 10, 4, 7, Optional.empty(), Optional.of(0.25))),
                Optional.of(new Train(
                        Optional.empty(),
                        Optional.of(3),
                        2,
                        5,
                        1e-3,
                        Recipe.Schedule.COSINE,
                        10,
                        List.of(0.5, 0.75),
                        1e-6,
                        0,
                        2,
                        0.25,
                        5,
                        0.125,
                        Recipe.TimestepDraw.LOGIT_NORMAL,
                        -0.5,
                        1.5,
                        true,
                        0.999,
                        true,
                        2,
                        true,
                        0)),
                Optional.of(new Sample(
                        List.of("no", "010", "a: b", "null and void"),
                        Optional.empty(),
                        new Controls(Map.of("pose", Path.of("edges"), "canny", Path.of("cat.png"))),
                        true,
                        "",
                        10,
                        7.5,
                        0.5,
                        Optional.of(SamplerName.DPM_2M),
                        Optional.of(true),
                        TimestepSpacing.LEADING,
                        Optional.of(Path.of("cat.png")),
                        Optional.of(0.6),
                        Optional.of(Path.of("cat.png")),
                        12345678901L,
                        50)),
                Optional.of(new Evaluate(
                        List.of(
                                new MeasureBlock("hue", "hue", Optional.empty(), Optional.empty(), new HueConfig(3)),
                                new MeasureBlock(
                                        "hue", "hue-pose", Optional.of("pose"), Optional.of(9), new HueConfig(5)),
                                new MeasureBlock(
                                        "hue", "wide", Optional.of("pose"), Optional.empty(), new HueConfig(9))),
                        24,
                        Optional.of(12),
                        new Variations(2, 3),
                        false,
                        Optional.of(new Features(
                                Optional.of(Path.of("cat.png")),
                                Optional.empty(),
                                32,
                                List.of(0.1, 0.2, 0.3),
                                List.of(0.4, 0.5, 0.6))))));
        assertThat(folder.read("all.yaml")).isEqualTo(expected);
        assertThat(folder.with("again.yaml", expected.resolved()).read("again.yaml"))
                .isEqualTo(expected);
    }

    @Test
    void resolvedRecipeHasEveryDefault() {
        assertThat(folder.read("good.yaml", "sample.prompts=[a red circle, \"two: circles\"]")
                        .resolved())
                .isEqualTo("""
                    # Every setting of the run, defaults included.
                    name: good
                    output: runs/good
                    seed: 0
                    device: auto
                    task: tune
                    model:
                      path: models/tiny
                      precision: float32
                      weights: pretrained
                    tuners:
                      - use: sc-tuner
                        name: sc-tuner
                        scale: 1.0
                        merge: false
                        down_ratio: 1.0
                        skips: []
                        activation: gelu
                    conditions: []
                    data:
                      source: scenes
                      styles: [stripes]
                      count: 32
                      seed: 0
                      objects: [1, 1, 2, 2, 3]
                      split: train
                    train:
                      steps: 300
                      batch: 4
                      accumulate: 1
                      learning_rate: 1.0e-4
                      schedule: constant
                      warmup: 0
                      betas: [0.9, 0.999]
                      epsilon: 1.0e-8
                      weight_decay: 0.01
                      clip_norm: 1.0
                      caption_dropout: 0.1
                      min_snr_gamma: 0.0
                      noise_offset: 0.0
                      timestep_sampling: uniform
                      logit_mean: 0.0
                      logit_std: 1.0
                      loss_balance: false
                      ema_decay: 0.0
                      gradient_checkpointing: false
                      masks_per_picture: 4
                      text_encoder: false
                      checkpoint_every: 100
                    sample:
                      prompts:
                        - a red circle
                        - "two: circles"
                      controls: {}
                      preprocessed: false
                      negative_prompt: ""
                      steps: 20
                      guidance: 5.0
                      guidance_rescale: 0.0
                      spacing: trailing
                      seed: 2023
                      every: 0
                    """);
    }

    @Test
    void resolvedRecipeReadsBackWhateverTheTexts() throws IOException {
        var random = new Random(5);
        for (int i = 0; i < 300; i++) {
            List<String> prompts = Stream.generate(() -> text(random)).limit(3).toList();
            double anyNumber = Math.pow(10, random.nextInt(30) - 20) * random.nextDouble();
            Recipe good = folder.read("good.yaml", "sample.prompts=[x]", "sample.guidance=" + anyNumber);
            Sample sample = good.sample().orElseThrow();
            Recipe changed = new Recipe(
                    good.name(),
                    good.output(),
                    good.seed(),
                    good.device(),
                    good.task(),
                    good.model(),
                    good.tuners(),
                    good.conditions(),
                    good.data(),
                    good.validation(),
                    good.train(),
                    Optional.of(new Sample(
                            prompts,
                            Optional.empty(),
                            sample.controls(),
                            sample.preprocessed(),
                            text(random),
                            sample.steps(),
                            sample.guidance(),
                            sample.guidanceRescale(),
                            Optional.of(SamplerName.DPM_2M_SDE),
                            Optional.of(random.nextBoolean()),
                            sample.spacing(),
                            Optional.of(Path.of("cat.png")),
                            Optional.of((1 + random.nextInt(99)) / 100.0),
                            sample.mask(),
                            sample.seed(),
                            sample.every())),
                    good.evaluate());
            Recipe again = folder.with("again.yaml", changed.resolved()).read("again.yaml");
            assertThat(again).isEqualTo(changed);
            assertThat(again.resolved()).isEqualTo(changed.resolved());
        }
    }

    @Test
    void scalesAreNumbersLinesAndPoints() throws IOException {
        assertThat(scale("0.5")).isEqualTo(Scale.of(0.5));
        assertThat(scale("{from: 1, to: .2}")).isEqualTo(Scale.between(1, 0.2));
        assertThat(scale("{points: [[0, 1.0], [0.5, 0.3]]}"))
                .isEqualTo(new Scale(List.of(new Scale.Point(0, 1), new Scale.Point(0.5, 0.3))));
        assertThat(resolvedScales("0.5", "{from: 1, to: .2}", "{points: [[0, 1], [1, 0]]}", "{points: [[.5, 3]]}"))
                .containsExactly(
                        "scale: 0.5",
                        "scale: {from: 1.0, to: 0.2}",
                        "scale: {from: 1.0, to: 0.0}",
                        "scale: {points: [[0.5, 3.0]]}");
    }

    private Scale scale(String text) {
        return folder.read("good.yaml", "tuners[0].scale=" + text)
                .tuners()
                .get(0)
                .scale();
    }

    /** Each is also read again. */
    private List<String> resolvedScales(String... texts) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String text : texts) {
            Recipe recipe = folder.read("good.yaml", "tuners[0].scale=" + text);
            assertThat(folder.with("again.yaml", recipe.resolved()).read("again.yaml"))
                    .isEqualTo(recipe);
            recipe.resolved()
                    .lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("scale:"))
                    .forEach(lines::add);
        }
        return lines;
    }

    @Test
    void conditionsAndControlsAreWrittenAsTheyAreRead() throws IOException {
        folder.with("control.yaml", """
            extends: good.yaml
            conditions:
              - { use: scene, map: depth, dropout: 0.5 }
              - { use: canny, name: thin, high: 300 }
            sample:
              prompts: [a red circle]
              controls: { thin: cat.png }
            """);
        Recipe recipe = folder.read("control.yaml", "conditions.thin.low=30", "sample.controls.scene=photos");
        assertThat(recipe.resolved())
                .contains("""

                        conditions:
                          - use: scene
                            name: scene
                            dropout: 0.5
                            map: depth
                          - use: canny
                            name: thin
                            dropout: 0.0
                            low: 30
                            high: 300
                        """, "\n  controls:\n    thin: cat.png\n    scene: photos\n  preprocessed: false\n");
        assertThat(folder.with("again.yaml", recipe.resolved()).read("again.yaml", "name=control"))
                .isEqualTo(recipe);
    }

    /** Of characters that mean something in YAML, control the line, or lie beyond 16 bits. */
    private static String text(Random random) {
        int[] alphabet =
                "ab 1:#-'\"\\\n\t[]{},&*!|>%@~é\u00a0\u2028😀no0".codePoints().toArray();
        return random.ints(random.nextInt(8), 0, alphabet.length)
                .mapToObj(i -> Character.toString(alphabet[i]))
                .collect(Collectors.joining());
    }

    @Test
    void laterRecipeWinsKeyByKeyAndListsReplace() throws IOException {
        folder.with("parts/base.yaml", """
            model: { path: models/tiny, precision: bfloat16 }
            tuners: [{ use: sc-tuner, down_ratio: 0.5 }, { use: full }]
            data: { source: scenes, styles: [dots], count: 5 }
            train: { epochs: 9, batch: 8 }
            sample: { prompts: [a red circle], steps: 7 }
            """);
        folder.with("parts/middle.yaml", "{ extends: base.yaml, seed: 3, train: { steps: 50 } }");
        folder.with("top.yaml", """
            extends: parts/middle.yaml
            tuners: [{ use: lora, rank: 4 }]
            data: { source: folder, path: photos }
            sample: { count: 2 }
            """);
        Recipe recipe = folder.read("top.yaml");
        assertThat(recipe.name()).isEqualTo("top");
        assertThat(recipe.seed()).isEqualTo(3);
        assertThat(recipe.model().precision()).isEqualTo(Precision.BFLOAT16);
        assertThat(recipe.tuners()).extracting(TunerBlock::config).containsExactly(new LoraConfig(4));
        assertThat(recipe.data()).contains(new FolderData(Path.of("photos"), Optional.empty(), Unreadable.REFUSE));
        assertThat(recipe.train().orElseThrow().steps()).contains(50);
        assertThat(recipe.train().orElseThrow().epochs()).isEmpty();
        assertThat(recipe.train().orElseThrow().batch()).isEqualTo(8);
        assertThat(recipe.sample().orElseThrow().count()).contains(2);
        assertThat(recipe.sample().orElseThrow().prompts()).isEmpty();
        assertThat(recipe.sample().orElseThrow().steps()).isEqualTo(7);
    }

    @Test
    void aHubsModelIsReadAndWritten() throws IOException {
        String commit = "0123456789abcdef0123456789abcdef01234567";
        folder.with("hub.yaml", "{ extends: good.yaml, model: { hub: owner/name, revision: v2 } }");
        Recipe recipe = folder.read("hub.yaml");
        assertThat(recipe.model().path()).isEmpty();
        assertThat(recipe.model().byName()).contains(new HubModel("owner/name", "v2", Optional.empty()));
        assertThat(folder.read("hub.yaml", "model.hub=other/name").model().byName())
                .contains(new HubModel("other/name", "main", Optional.empty()));

        Recipe begun = recipe.with(recipe.model().at(commit));
        assertThat(begun.resolved())
                .contains("model:\n  hub: owner/name\n  revision: v2\n  commit: \"" + commit + "\"\n");
        folder.with("begun.yaml", begun.resolved());
        assertThat(folder.read("begun.yaml")).isEqualTo(begun);
        assertThat(folder.read("begun.yaml", "model.revision=v3").model().byName())
                .contains(new HubModel("owner/name", "v3", Optional.empty()));
        assertThat(folder.read("begun.yaml", "model.path=models/tiny").model())
                .isEqualTo(folder.read("good.yaml").model());
    }

    @Test
    void overridesReachEveryPlace() {
        Recipe recipe = folder.read(
                "good.yaml",
                "name=other",
                "train.epochs=2",
                "tuners[0].scale=0.5",
                "tuners.sc-tuner.skips=[1, 2]",
                "data.path=photos",
                "data.source=folder",
                "sample.prompts=[a red circle, 'no, two']",
                "sample.negative_prompt=");
        assertThat(recipe.output()).isEqualTo(Path.of("runs/other"));
        assertThat(recipe.train().orElseThrow().epochs()).contains(2);
        assertThat(recipe.train().orElseThrow().steps()).isEmpty();
        assertThat(recipe.tuners().get(0).scale()).isEqualTo(Scale.of(0.5));
        assertThat(recipe.tuners().get(0).config())
                .isEqualTo(new ScTunerConfig(1.0, List.of(1, 2), ScTunerConfig.Activation.GELU));
        assertThat(recipe.data()).contains(new FolderData(Path.of("photos"), Optional.empty(), Unreadable.REFUSE));
        assertThat(recipe.sample().orElseThrow().prompts()).containsExactly("a red circle", "no, two");
        assertThat(recipe.sample().orElseThrow().negativePrompt()).isEmpty();
    }

    @Test
    void seedOfScenesIsTheRecipesUnlessGiven() {
        assertThat(folder.read("good.yaml", "seed=7").data())
                .get()
                .extracting("seed")
                .isEqualTo(7L);
        assertThat(folder.read("good.yaml", "seed=7", "data.seed=3").data())
                .get()
                .extracting("seed")
                .isEqualTo(3L);
    }

    @Test
    void pathsAreAlsoFoundBesideTheRecipeThatNamesThem() throws IOException {
        Files.createDirectories(temporary.resolve("project/pictures"));
        folder.with("project/base.yaml", "{ extends: ../good.yaml, data: { source: folder, path: pictures } }");
        folder.with("top.yaml", "extends: project/base.yaml");
        assertThat(folder.read("top.yaml").data())
                .contains(new FolderData(Path.of("project/pictures"), Optional.empty(), Unreadable.REFUSE));
    }

    @Test
    void byteOrderMarkAndAliasesAreRead() throws IOException {
        folder.with("top.yaml", "\uFEFFextends: good.yaml\nseed: &lucky 13\nsample: { count: 1, seed: *lucky }\n");
        assertThat(folder.read("top.yaml").seed()).isEqualTo(13);
        assertThat(folder.read("top.yaml").sample().orElseThrow().seed()).isEqualTo(13);
    }

    @Test
    void stepsOfEpochsRoundUp() {
        // 10 pictures, 4 in a batch, 2 batches in a step: 8 pictures a step, so 2 steps an epoch
        Train train = folder.read("good.yaml", "train.epochs=3", "train.accumulate=2")
                .train()
                .orElseThrow();
        assertThat(train.totalSteps(10)).isEqualTo(6);
        assertThat(folder.read("good.yaml").train().orElseThrow().totalSteps(10))
                .isEqualTo(300);
    }

    @Test
    void filesThatAreNoRecipeAreRefused() throws IOException {
        Files.write(
                temporary.resolve("latin1.yaml"), new byte[] {'a', ':', ' ', '1', '\n', 'b', ':', ' ', (byte) 0xe9});
        Files.write(temporary.resolve("huge.yaml"), new byte[(1 << 20) + 1]);
        refuses("godo.yaml", "godo.yaml   there is no such recipe; did you mean 'good.yaml'?");
        refuses("runs.d/x.yaml", "runs.d/x.yaml   there is no such recipe; its folder holds no recipe");
        refuses("photos", "photos   'photos' is a folder, a recipe is a file");
        refuses("latin1.yaml", "latin1.yaml:2:1   is not UTF-8 text in this line; save the recipe as UTF-8");
        refuses("huge.yaml", "huge.yaml   'huge.yaml' is larger than 1 MiB, so it is no recipe");
    }

    @Test
    void nothingButMistakesComesOfBrokenRecipes() throws IOException {
        var random = new Random(11);
        String whole = folder.read("good.yaml", "sample.prompts=[a, b]").resolved();
        String[] pieces = {
            "{", "}", "[", "]", ": ", "- ", "\n", "  ", "'", "\"", "&a ", "*a", "<<", "!!x ", "\\0", "~", "-1", "9"
        };
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            var broken = new StringBuilder(whole);
            for (int edit = 0; edit <= random.nextInt(3); edit++) {
                int at = random.nextInt(broken.length());
                int end = Math.min(broken.length(), at + random.nextInt(6));
                broken.replace(at, end, pieces[random.nextInt(pieces.length)]);
            }
            try {
                folder.with("broken.yaml", broken.toString()).read("broken.yaml");
            } catch (UserException mistake) {
                refused++;
                assertThat(mistake.getMessage().lines())
                        .allMatch(line ->
                                line.matches("broken\\.yaml(:\\d+:\\d+)?   .+|\\d+ problems?, nothing was started"));
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    private void refuses(String file, String problem) {
        assertThatThrownBy(() -> folder.read(file))
                .isInstanceOf(UserException.class)
                .hasMessage(problem + "\n1 problem, nothing was started");
    }
}
