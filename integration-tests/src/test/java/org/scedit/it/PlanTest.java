package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.core.UserException;
import org.scedit.core.cost.Estimate;
import org.scedit.core.cost.StepCount;
import org.scedit.core.engine.Precision;
import org.scedit.core.job.TrainingPlan;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.testkit.TunerRecipe;

/** What is told of a training beforehand. */
class PlanTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Path SD15 =
            REPOSITORY.resolve("framework-core/src/main/resources/org/scedit/core/bench/sd15-unet.json");
    /** Operations in a second on the machine that the README's table was measured on. */
    private static final Map<Precision, Double> RATES =
            Map.of(Precision.FLOAT32, 185e9, Precision.BFLOAT16, 185e9 * 2.1);
    /** Of a product of two 2048×2048 matrices. */
    private static final double PRODUCT = 2.0 * 2048 * 2048 * 2048;

    private static PluginCatalogue catalogue;

    @BeforeAll
    static void load() {
        catalogue = PluginCatalogue.ofClassPath();
    }

    @AfterAll
    static void unload() {
        catalogue.close();
    }

    /** The README's table: trained numbers, time in products of 2048×2048 matrices, MiB. */
    @ParameterizedTest
    @CsvSource({
        "sc-tuner,  down_ratio: 1.0,             FLOAT32,  1,  19680000, 98,   4647",
        "sc-tuner,  down_ratio: 1.0,             BFLOAT16, 1,  19680000, 139,  2746",
        "sc-tuner,  down_ratio: 1.0,             BFLOAT16, 4,  19680000, 533,  4158",
        "csc-tuner, kernel: 1; condition: map,   FLOAT32,  1,  28824400, 112,  5004",
        "csc-tuner, kernel: 1; condition: map,   BFLOAT16, 1,  28824400, 155,  3154",
        "lora,      rank: 64,                    FLOAT32,  1,  23937024, 126,  5877",
        "lora,      rank: 64,                    BFLOAT16, 1,  23937024, 180,  3400",
        "lora,      rank: 64,                    BFLOAT16, 4,  23937024, 737,  6526",
        "controlnet, condition: map,             FLOAT32,  1, 361279120, 181, 10627",
        "controlnet, condition: map,             BFLOAT16, 1, 361279120, 329, 8940",
        "full,      parameters: [\"*\"],         FLOAT32,  1, 859520964, 197, 18830",
        "full,      parameters: [\"*\"],         BFLOAT16, 1, 859520964, 345, 17697"
    })
    void aStepOfStableDiffusion15IsForetoldWithin15Percent(
            String method,
            String settings,
            Precision precision,
            int batch,
            long trained,
            double products,
            double mebibytes) {
        var provider = TunerRecipe.provider(catalogue, method);
        var part = new StepCount.Part(method, provider, TunerRecipe.settings(provider, settings.split("; ")));
        StepCount step = count(part, precision, batch, false);

        assertThat(step.trained()).containsExactly(Map.entry(method, trained));
        assertForetold(step, products, mebibytes);
    }

    /** The README's table of SC-Tuner in bfloat16: batch, side of the latents, products of matrices, MiB. */
    @ParameterizedTest
    @CsvSource({
        "1, 32, 41, 2396",
        "1, 48, 71, 2564",
        "1, 96, 429, 3423",
        "2, 32, 70, 2521",
        "2, 48, 127, 2826",
        "2, 64, 268, 3294",
        "2, 96, 790, 4479",
        "4, 32, 108, 2777",
        "4, 48, 254, 3429",
        "4, 64, 534, 4334",
        "4, 96, 1796, 5989",
        "8, 32, 214, 3247",
        "8, 48, 456, 4538",
        "8, 64, 989, 5531",
        "8, 96, 3451, 8887"
    })
    void howCostGrowsIsForetoldWithin15Percent(int batch, int latent, double products, double mebibytes) {
        var provider = TunerRecipe.provider(catalogue, "sc-tuner");
        var part = new StepCount.Part("sc-tuner", provider, TunerRecipe.settings(provider));
        var size = new StepCount.Step(Precision.BFLOAT16, batch, latent, latent, 77, 8, false);

        assertForetold(StepCount.of(ConfigFile.read(SD15), List.of(part), size), products, mebibytes);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 4339", "BFLOAT16, 2569"})
    void gradientCheckpointingIsForetoldToo(Precision precision, double mebibytes) {
        var provider = TunerRecipe.provider(catalogue, "sc-tuner");
        var part = new StepCount.Part("sc-tuner", provider, TunerRecipe.settings(provider));
        StepCount plain = count(part, precision, 1, false);
        StepCount checkpointed = count(part, precision, 1, true);

        double seconds = Estimate.of(checkpointed).seconds(RATES);
        assertThat(Estimate.of(checkpointed).bytes() / (double) (1 << 20))
                .isCloseTo(mebibytes, Percentage.withPercentage(5));
        assertThat(Estimate.of(checkpointed).bytes())
                .isLessThan(Estimate.of(plain).bytes());
        assertThat(seconds / Estimate.of(plain).seconds(RATES)).isBetween(1.2, 1.5); // measured: 1.25 to 1.4
    }

    private static StepCount count(StepCount.Part part, Precision precision, int batch, boolean checkpointing) {
        var size = new StepCount.Step(precision, batch, 64, 64, 77, 8, checkpointing);
        return StepCount.of(ConfigFile.read(SD15), List.of(part), size);
    }

    private static void assertForetold(StepCount step, double products, double mebibytes) {
        Precision precision = step.step().precision();
        Estimate estimate = Estimate.of(step);
        assertThat(estimate.bytes() / (double) (1 << 20)).isCloseTo(mebibytes, Percentage.withPercentage(15));
        assertThat(estimate.seconds(RATES) * RATES.get(precision) / PRODUCT)
                .isCloseTo(products, Percentage.withPercentage(15));
    }

    @Test
    void aRecipesPlanNamesItsTunersAndWhetherItFits() {
        TrainingPlan plan = plan(
                REPOSITORY.resolve("recipes/quickstart.yaml"),
                "model.path=" + REPOSITORY.resolve("models/embedded"),
                "train.accumulate=2",
                "train.steps=100");
        Map<Precision, Double> rates = Map.of(Precision.FLOAT32, 1e9);

        String text = plan.text(rates, OptionalLong.of(2000));

        assertThat(text)
                .startsWith("a step of 16 pictures of 64x64 pixels, float32\n  tuner sc-tuner: 142,528 parameters\n")
                .contains("of this machine's matrix rate (1 GFLOP/s)", " for 100 steps")
                .endsWith("fits this machine, which has 2,000 MiB available");
        assertThat(plan.seconds(rates)).isCloseTo(2 * plan.estimate().seconds(rates), within(1e-9));
        assertThat(plan.text(rates, OptionalLong.of(100)))
                .endsWith("does not fit this machine, which has 100 MiB available; lower train.batch (and raise"
                        + " train.accumulate, which gives the same steps), what is kept, by train.gradient_checkpointing: true, model.precision to bfloat16, the pictures' size,"
                        + " what the tuners train");
        assertThat(plan.text(rates, OptionalLong.empty())).doesNotContain("this machine,");
    }

    @Test
    void aRecipeWithoutTrainingCannotBePlanned(@TempDir Path folder) throws IOException {
        Path recipe = Files.writeString(
                folder.resolve("recipe.yaml"),
                "model: {path: " + REPOSITORY.resolve("models/embedded") + "}\nsample: {prompts: [a blue square]}\n");
        assertThatThrownBy(() -> plan(recipe))
                .isInstanceOf(UserException.class)
                .hasMessage("the recipe has no 'train' block, so there are no steps to plan");
    }

    private static TrainingPlan plan(Path recipe, String... changes) {
        var reader = new RecipeReader(catalogue.tuners(), catalogue.annotators());
        Recipe read = reader.read(recipe, List.of(changes));
        return TrainingPlan.of(read, read.model().path().orElseThrow(), catalogue);
    }
}
