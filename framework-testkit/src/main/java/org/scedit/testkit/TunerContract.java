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
import java.util.function.Supplier;
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
import org.scedit.core.recipe.SettingDescription;
import org.scedit.core.weights.SafetensorsFile;
import org.scedit.core.weights.SafetensorsWriter;

/**
 * What every tuner keeps, whatever its method: the conformance kit of the {@linkplain org.scedit.api tuner API}. A
 * plugin's test extends this, says which method with which settings, and adds what only its method promises. Everything
 * runs on a {@link TinyUNet}. Each rule is a test here, and for each the testkit's own tests hold a tuner that breaks it
 * and is caught.
 *
 * <ul>
 *   <li>A fresh tuner and one at scale 0 leave the prediction as it was, exactly; one that was trained and taken off
 *       leaves every byte of the frozen weights.
 *   <li>It trains as many numbers as its method says; all of them have gradients, which are the slopes of the loss, and
 *       nothing else has.
 *   <li>The same seed gives the same weights, the same pass the same prediction, a saved and loaded tuner too.
 *   <li>It composes with copies of itself and with other methods, in any order.
 *   <li>Nothing that a pass or a training step makes stays open.
 *   <li>Wrong settings and files are refused with a message that names them.
 * </ul>
 *
 * @param <C> the method's settings
 */
public abstract class TunerContract<C extends Record> {
    /** An array too many in each step shows after one; a few more tell it from one that is made only once. */
    private static final int STEPS = 5;

    private static final double TRAINED = 0.1;
    private static final float NUDGE = 1e-2f;
    /** What the order of a sum may change in a prediction, whose numbers are about 1. */
    private static final double ROUNDING = 1e-5;
    /** No setting that is a number makes sense at both. */
    private static final List<String> OUT_OF_ANY_RANGE = List.of("-1000000000", "1000000000");

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
        return opened(TunerInstance.create(name, provider(), settings, base.unet(), seed));
    }

    private TunerInstance opened(TunerInstance tuner) {
        opened.add(tuner);
        return tuner;
    }

    /** A fresh tuner of another method, that edits points of all kinds. */
    private TunerInstance bystander(String name) {
        return opened(TunerInstance.create(name, new BystanderProvider(), new BystanderConfig(), base.unet(), 1));
    }

    /** A tuner whose weights are no longer fresh. It is on the U-Net for a moment, which backbone copies need. */
    protected final TunerInstance trained(String name, long seed) {
        return trained(tuner(name, settings(), seed), seed);
    }

    private TunerInstance trained(TunerInstance tuner, long seed) {
        base.tuned().attach(tuner, 1);
        long draw = seed;
        for (NDArray array : tuner.arrays().values()) {
            try (Scope scope = new Scope()) {
                NDArray noise = Torch.normal(base.manager(), ++draw, array.getShape());
                array.addi(new Ops().scale(noise, TRAINED));
            }
        }
        base.tuned().detach(tuner.name());
        return tuner;
    }

    /** The prediction with one tuner, which is taken off again. */
    protected final float[] predict(TunerInstance tuner, double scale) {
        base.tuned().attach(tuner, scale);
        float[] prediction = base.predict();
        base.tuned().detach(tuner.name());
        return prediction;
    }

    /** Bit for bit; says how far off it is, and not all numbers. */
    private static void assertSame(String what, float[] found, float[] expected) {
        assertClose(what, found, expected, 0);
    }

    private static void assertClose(String what, float[] found, float[] expected, double tolerance) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        long different = 0;
        double farthest = 0;
        for (int i = 0; i < found.length; i++) {
            double distance = Math.abs((double) found[i] - expected[i]);
            boolean same = Float.floatToIntBits(found[i]) == Float.floatToIntBits(expected[i]);
            if (!same && !(tolerance > 0 && distance <= tolerance)) {
                different++;
                farthest = Math.max(farthest, distance);
            }
        }
        if (different > 0) {
            throw new AssertionError(what + ": " + different + " of " + found.length + " numbers differ, by up to "
                    + farthest + (tolerance > 0 ? "; at most " + tolerance + " is rounding" : ""));
        }
    }

    @Test
    void aFreshTunerChangesNothing() {
        float[] untouched = base.predict();
        assertSame("fresh", predict(tuner("fresh", settings(), 1), 1), untouched);
        assertSame("fresh at half its scale", predict(tuner("fresh", settings(), 1), 0.5), untouched);
    }

    @Test
    void atScaleZeroATrainedTunerChangesNothing() {
        float[] untouched = base.predict();
        TunerInstance tuner = trained("trained", 1);
        assertThat(predict(tuner, 1)).isNotEqualTo(untouched);
        assertSame("at scale 0", predict(tuner, 0), untouched);
    }

    @Test
    void takenOffItLeavesTheBaseAsItWas() {
        float[] untouched = base.predict();
        TunerInstance tuner = trained("trained", 1);
        float[] tuned = predict(tuner, 1.5);
        assertThat(tuned).isNotEqualTo(untouched);
        assertSame("taken off", base.predict(), untouched);
        assertSame("put on again", predict(tuner, 1.5), tuned);
    }

    @Test
    void theFrozenWeightsKeepEveryByte() {
        Map<String, NDArray> frozen = frozenWeights();
        Map<String, byte[]> before = bytes(frozen);
        TunerInstance tuner = trained("trained", 1);
        base.tuned().attach(tuner, 1);
        tuner.setTrainable(true);
        for (int step = 0; step < 2; step++) {
            backward(() -> base.forwardTraining(1));
        }
        assertSameBytes(bytes(frozen), before, "while the tuner is trained");
        base.tuned().detach("trained");
        assertSameBytes(bytes(frozenWeights()), before, "after it is taken off");
    }

    private Map<String, NDArray> frozenWeights() {
        Map<String, NDArray> weights = new LinkedHashMap<>();
        base.unet().parameters().all().forEach(each -> weights.put(each.name(), each.value()));
        return weights;
    }

    private static Map<String, byte[]> bytes(Map<String, NDArray> arrays) {
        Map<String, byte[]> bytes = new LinkedHashMap<>();
        arrays.forEach((name, array) -> bytes.put(name, array.toByteArray()));
        return bytes;
    }

    private static void assertSameBytes(Map<String, byte[]> found, Map<String, byte[]> expected, String when) {
        found.forEach((name, bytes) ->
                assertThat(bytes).as("bytes of %s %s", name, when).isEqualTo(expected.get(name)));
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

    /** What was drawn or computed before does not matter: a training that is resumed goes on as if never stopped. */
    @Test
    void theSamePassGivesTheSamePrediction() {
        base.tuned().attach(trained("trained", 1), 1);
        float[] drawn = base.predict();
        float[] learned = numbers(() -> base.forwardTraining(5));
        Torch.seed(99);
        assertSame("the same training pass", numbers(() -> base.forwardTraining(5)), learned);
        assertSame("the same pass", base.predict(), drawn);
    }

    private static float[] numbers(Supplier<NDArray> pass) {
        try (Scope scope = new Scope()) {
            return Torch.floats(pass.get());
        }
    }

    @Test
    void gradientsReachItsOwnParametersAndNothingElse() {
        TunerInstance tuner = trained("trained", 1);
        base.tuned().attach(tuner, 1);
        tuner.setTrainable(true);
        backward();
        tuner.arrays().forEach((name, array) -> {
            double size = norm(Torch.floats(array.getGradient()));
            assertThat(size).as("size of the gradient of %s", name).isPositive().isFinite();
        });
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
            float[] direction = new float[gradient.length];
            direction[steepest] = 1;
            assertSlope(Map.of(array, direction), gradient[steepest]);
        });
        // all arrays at once, each as far up its own gradient: no array's error hides behind the first ones
        Map<NDArray, float[]> uphill = new LinkedHashMap<>();
        double share = Math.sqrt(tuner.arrays().size());
        double slope = 0;
        for (NDArray array : tuner.arrays().values()) {
            float[] gradient = Torch.floats(array.getGradient());
            double size = norm(gradient);
            slope += size / share;
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] /= (float) (size * share);
            }
            uphill.put(array, gradient);
        }
        assertSlope(uphill, slope);
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private void assertSlope(Map<NDArray, float[]> direction, double expected) {
        direction.forEach((array, by) -> nudge(array, by, NUDGE));
        double above = loss();
        direction.forEach((array, by) -> nudge(array, by, -2 * NUDGE));
        double below = loss();
        direction.forEach((array, by) -> nudge(array, by, NUDGE));
        assertThat((above - below) / (2 * NUDGE)).isCloseTo(expected, within(0.03 * Math.abs(expected) + 2e-5));
    }

    private static void nudge(NDArray array, float[] direction, float by) {
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            float[] change = new float[direction.length];
            for (int i = 0; i < change.length; i++) {
                change[i] = direction[i] * by;
            }
            array.addi(scope.keep(Torch.of(manager, change, array.getShape())));
        }
    }

    /** Of the mean squared prediction, which pulls at every output. */
    private void backward() {
        backward(base::forward);
    }

    private static void backward(Supplier<NDArray> pass) {
        try (NDManager manager = Torch.newManager();
                Autograd autograd = Autograd.record();
                Scope scope = new Scope()) {
            NDArray prediction = scope.keep(pass.get());
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
        assertSame("loaded into a new tuner", predict(loaded, 0.7), expected);
        TunerInstance used = tuner("used", settings(), 3);
        predict(used, 0.7);
        used.load(SafetensorsFile.open(file));
        assertSame("loaded into one that was used", predict(used, 0.7), expected);
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
        assertSame("after the refusal", predict(tuner, 1), before);
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
        assertClose("attached in another order", base.predict(), together, ROUNDING);
        base.tuned().detach("one");
        assertSame("one of two taken off", base.predict(), predictAlone(other, 1.5));
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
        assertClose("two halves", base.predict(), whole, ROUNDING);
    }

    @Test
    void itComposesWithAnotherMethod() {
        // residuals are added in the order of the names
        TunerInstance first = trained("a tuner", 1);
        TunerInstance last = trained("z tuner", 1);
        TunerInstance other = trained(bystander("other"), 50);
        float[] alone = predict(first, 1);
        float[] others = predict(other, 0.5);
        assertThat(others).isNotEqualTo(alone);

        base.tuned().attach(other, 0.5);
        float[] together = predict(first, 1);
        assertThat(together).isNotEqualTo(alone).isNotEqualTo(others);
        assertClose("its residuals added last instead of first", predict(last, 1), together, ROUNDING);
        assertSame("the other after it is taken off", base.predict(), others);

        base.tuned().detach("other");
        base.tuned().attach(first, 1);
        base.tuned().attach(other, 0.5);
        assertSame("attached first instead of last", base.predict(), together);
        base.tuned().detach("other");
        assertSame("after the other is taken off", base.predict(), alone);
    }

    /** Every residual at a point is made of the untouched value, so nobody may change it, nor what a step is given. */
    @Test
    void othersAreGivenWhatTheyWouldBeGivenBeforeIt() {
        base.tuned().attach(trained("tuner", 1), 1);
        Map<String, float[]> before = givenTo(bystander("a bystander"));
        Map<String, float[]> after = givenTo(bystander("z bystander"));
        assertThat(after).containsOnlyKeys(before.keySet());
        before.forEach(
                (what, numbers) -> assertSame(what + ", given to a tuner after this one", after.get(what), numbers));
    }

    private Map<String, float[]> givenTo(TunerInstance bystander) {
        predict(bystander, 1);
        return ((Bystander) bystander.tuner()).given();
    }

    @Test
    void nothingLeaks() {
        TunerInstance tuner = trained("trained", 1);
        base.tuned().attach(tuner, 1);
        NDManager weights = tuner.arrays().values().iterator().next().getManager();
        tuner.setTrainable(true);
        backward(() -> base.forwardTraining(0));
        int owned = weights.getManagedArrays().size();
        int before = base.manager().getManagedArrays().size();
        for (int i = 1; i <= STEPS; i++) {
            long seed = i;
            backward(() -> base.forwardTraining(seed));
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
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    String[] lines = each.getKey().split("\n");
                    assertThatThrownBy(() -> TunerRecipe.settings(provider(), lines))
                            .isInstanceOf(UserException.class)
                            .hasMessage(each.getValue())
                            .hasMessageContainingAll(
                                    Stream.of(lines).map(TunerContract::key).toArray(String[]::new));
                }));
    }

    private static String key(String line) {
        return line.substring(0, line.indexOf(':'));
    }

    /** A number that nobody checks becomes a message of libtorch, or a picture of noise. */
    @Test
    void everySettingThatIsANumberHasARange() {
        SettingDescription.of(provider().configType()).stream()
                .filter(setting -> setting.type().matches("(whole )?number"))
                .forEach(setting -> assertThat(OUT_OF_ANY_RANGE)
                        .as("values of %s", setting.key())
                        .anySatisfy(value -> assertThatThrownBy(
                                        () -> TunerRecipe.settings(provider(), setting.key() + ": " + value))
                                .isInstanceOf(UserException.class)
                                .hasMessageMatching(
                                        "(?s).*recipe\\.yaml:4:\\d+ .*" + setting.key() + ".*" + value + ".*")));
    }
}
