package org.scedit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.TunerProvider;
import org.scedit.core.UserException;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerFiles;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.SafetensorsWriter;

/**
 * What every tuner keeps, whatever its method. A plugin's test extends this, says which method with which settings, and
 * adds what only its method promises. Everything runs on a {@link TinyUNet}.
 *
 * @param <C> the method's settings
 */
public abstract class TunerContract<C extends Record> {
    private static final int STEPS = 200;
    private static final double TRAINED = 0.1;
    private static final float NUDGE = 1e-2f;

    @TempDir
    private Path temporary;

    private TinyUNet base;
    private final List<TunerInstance> opened = new ArrayList<>();

    /** The method. */
    protected abstract TunerProvider<C> provider();

    /** Settings that fit the {@link TinyUNet}. */
    protected abstract C settings();

    /** How many numbers the method trains with {@link #settings}, by its paper's arithmetic. */
    protected abstract long parameterCount();

    /**
     * Settings that must be refused.
     *
     * @return whole message by what is written in the tuner's block from line 4, column 5 on of {@code recipe.yaml}
     */
    protected abstract Map<String, String> refused();

    @BeforeEach
    void openBase() {
        base = new TinyUNet(7);
    }

    @AfterEach
    void closeAll() {
        base.close();
        opened.forEach(TunerInstance::close);
    }

    /** The U-Net of this test. */
    protected final TinyUNet base() {
        return base;
    }

    /** A fresh tuner with the given settings, closed with the test. */
    protected final TunerInstance tuner(String name, C settings, long seed) {
        TunerInstance tuner = TunerInstance.create(name, provider(), settings, base.unet(), seed);
        opened.add(tuner);
        return tuner;
    }

    /** A tuner whose weights are no longer fresh. It is on the U-Net for a moment, which backbone copies need. */
    protected final TunerInstance trained(String name, long seed) {
        TunerInstance tuner = tuner(name, settings(), seed);
        base.tuned().attach(tuner, 1);
        long draw = seed;
        for (NDArray array : tuner.arrays().values()) {
            try (Scope scope = new Scope()) {
                NDArray noise = Torch.normal(base.manager(), ++draw, array.getShape());
                array.addi(new Ops().scale(noise, TRAINED));
            }
        }
        base.tuned().detach(name);
        return tuner;
    }

    /** The prediction with one tuner, which is taken off again. */
    protected final float[] predict(TunerInstance tuner, double scale) {
        base.tuned().attach(tuner, scale);
        float[] prediction = base.predict();
        base.tuned().detach(tuner.name());
        return prediction;
    }

    @Test
    void aFreshTunerChangesNothing() {
        float[] untouched = base.predict();
        assertThat(predict(tuner("fresh", settings(), 1), 1)).isEqualTo(untouched);
        assertThat(predict(tuner("fresh", settings(), 1), 0.5)).isEqualTo(untouched);
    }

    @Test
    void atScaleZeroATrainedTunerChangesNothing() {
        float[] untouched = base.predict();
        TunerInstance tuner = trained("trained", 1);
        assertThat(predict(tuner, 1)).isNotEqualTo(untouched);
        assertThat(predict(tuner, 0)).isEqualTo(untouched);
    }

    @Test
    void takenOffItLeavesTheBaseAsItWas() {
        float[] untouched = base.predict();
        TunerInstance tuner = trained("trained", 1);
        float[] tuned = predict(tuner, 1.5);
        assertThat(base.predict()).isEqualTo(untouched).isNotEqualTo(tuned);
        assertThat(predict(tuner, 1.5)).isEqualTo(tuned);
    }

    @Test
    void itTrainsAsManyNumbersAsItsMethodSays() {
        TunerInstance tuner = tuner("counted", settings(), 1);
        assertThat(tuner.parameterCount()).isEqualTo(parameterCount());
        base.tuned().attach(tuner, 1);
        assertThat(tuner.arrays().values().stream()
                        .mapToLong(array -> array.getShape().size())
                        .sum())
                .isEqualTo(parameterCount());
    }

    @Test
    void theSameSeedGivesTheSameWeights() {
        Map<String, float[]> weights = weights(tuner("one", settings(), 5));
        assertThat(weights(tuner("other", settings(), 5)))
                .usingRecursiveComparison()
                .isEqualTo(weights);
    }

    private static Map<String, float[]> weights(TunerInstance tuner) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        tuner.arrays().forEach((name, array) -> weights.put(name, Torch.floats(array)));
        return weights;
    }

    @Test
    void gradientsReachItsOwnParametersAndNothingElse() {
        TunerInstance tuner = trained("trained", 1);
        base.tuned().attach(tuner, 1);
        tuner.setTrainable(true);
        backward();
        tuner.arrays().forEach((name, array) -> assertThat(Torch.floats(array.getGradient()))
                .as("gradient of %s", name)
                .matches(gradient -> {
                    boolean any = false;
                    for (float value : gradient) {
                        any |= value != 0 && Float.isFinite(value);
                    }
                    return any;
                }));
        base.unet().parameters().all().stream()
                .filter(parameter -> !tuner.arrays().containsValue(parameter.value()))
                .forEach(parameter -> assertThat(parameter.value().hasGradient())
                        .as("whether %s has a gradient", parameter.name())
                        .isFalse());
    }

    @Test
    void gradientsAreTheSlopesOfTheLoss() {
        TunerInstance tuner = trained("trained", 1);
        base.tuned().attach(tuner, 1);
        tuner.setTrainable(true);
        backward();
        tuner.arrays().values().stream().limit(6).forEach(array -> {
            float[] gradient = Torch.floats(array.getGradient());
            int steepest = 0;
            for (int i = 1; i < gradient.length; i++) {
                steepest = Math.abs(gradient[i]) > Math.abs(gradient[steepest]) ? i : steepest;
            }
            nudge(array, steepest, NUDGE);
            double above = loss();
            nudge(array, steepest, -2 * NUDGE);
            double below = loss();
            nudge(array, steepest, NUDGE);
            assertThat((above - below) / (2 * NUDGE))
                    .isCloseTo(gradient[steepest], within(0.03 * Math.abs(gradient[steepest]) + 2e-5));
        });
    }

    private static void nudge(NDArray array, int index, float by) {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            float[] change = new float[(int) array.getShape().size()];
            change[index] = by;
            array.addi(scope.keep(Torch.of(manager, change, array.getShape())));
        }
    }

    /** Of the mean squared prediction, which pulls at every output. */
    private void backward() {
        try (NDManager manager = Torch.newManager();
                Autograd autograd = Autograd.record();
                Scope scope = new Scope()) {
            NDArray prediction = scope.keep(base.forward());
            NDArray zeros =
                    Torch.of(manager, new float[(int) prediction.getShape().size()], prediction.getShape());
            autograd.backward(new Ops().meanSquare(prediction, zeros));
            prediction.close();
        }
    }

    private double loss() {
        double sum = 0;
        float[] prediction = base.predict();
        for (float value : prediction) {
            sum += (double) value * value;
        }
        return sum / prediction.length;
    }

    @Test
    void savedAndLoadedItPredictsTheSame() {
        TunerInstance tuner = trained("trained", 1);
        float[] expected = predict(tuner, 0.7);
        Path file = temporary.resolve("tuner.safetensors");
        TunerFiles.write(tuner, file, Map.of("method", provider().id()));
        TunerInstance loaded = tuner("loaded", settings(), 2);
        loaded.load(SafetensorsFile.open(file));
        assertThat(predict(loaded, 0.7)).isEqualTo(expected);
    }

    @Test
    void aFileOfAnotherTunerIsRefusedAndNothingIsChanged() {
        Path file = temporary.resolve("empty.safetensors");
        SafetensorsWriter.write(file, Map.of("stranger", SafetensorsWriter.Tensor.f32(new float[] {1}, 1)), Map.of());
        TunerInstance tuner = trained("trained", 1);
        float[] before = predict(tuner, 1);
        assertThatThrownBy(() -> tuner.load(SafetensorsFile.open(file)))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                        file + ": does not fit tuner 'trained' (" + provider().id() + ")\n  1 unexpected: stranger\n  ")
                .hasMessageEndingWith("nothing was loaded; use the base model and the settings it was trained with");
        assertThat(predict(tuner, 1)).isEqualTo(before);
    }

    @Test
    void copiesComposeInAnyOrder() {
        TunerInstance one = trained("one", 1);
        TunerInstance other = trained("other", 50);
        base.tuned().attach(one, 0.5);
        base.tuned().attach(other, 1.5);
        float[] together = base.predict();
        base.tuned().detach("one");
        base.tuned().detach("other");
        base.tuned().attach(other, 1.5);
        base.tuned().attach(one, 0.5);
        assertThat(base.predict()).containsExactly(together, within(1e-5f));
        base.tuned().detach("one");
        assertThat(base.predict()).isEqualTo(predictAlone(other, 1.5));
    }

    private float[] predictAlone(TunerInstance tuner, double scale) {
        base.tuned().tuners().forEach(each -> base.tuned().detach(each.name()));
        return predict(tuner, scale);
    }

    @Test
    void twoHalvesAreAWhole() {
        TunerInstance one = trained("one", 1);
        TunerInstance same = trained("same", 1);
        float[] whole = predict(one, 1);
        base.tuned().attach(one, 0.5);
        base.tuned().attach(same, 0.5);
        assertThat(base.predict()).containsExactly(whole, within(1e-5f));
    }

    @Test
    void nothingLeaks() {
        TunerInstance tuner = trained("trained", 1);
        base.tuned().attach(tuner, 1);
        NDManager weights = tuner.arrays().values().iterator().next().getManager();
        tuner.setTrainable(true);
        backward();
        int owned = weights.getManagedArrays().size();
        int before = base.manager().getManagedArrays().size();
        for (int i = 0; i < STEPS; i++) {
            backward();
        }
        assertThat(weights.getManagedArrays()).hasSize(owned);
        assertThat(base.manager().getManagedArrays()).hasSize(before);
    }

    @Test
    void aForwardPassLeavesOnlyItsResult() {
        base.tuned().attach(trained("trained", 1), 1.5);
        int before = base.manager().getManagedArrays().size();
        NDArray prediction = base.forward();
        assertThat(base.manager().getManagedArrays()).hasSize(before + 1);
        assertThat(prediction.getShape()).isEqualTo(base.shape());
    }

    @TestFactory
    Stream<DynamicTest> badSettingsAreRefused() {
        assertThat(refused()).isNotEmpty();
        return refused().entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> assertThatThrownBy(() ->
                                TunerRecipe.settings(provider(), each.getKey().split("\n")))
                        .isInstanceOf(UserException.class)
                        .hasMessage(each.getValue())));
    }
}
