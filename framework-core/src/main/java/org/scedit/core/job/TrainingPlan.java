package org.scedit.core.job;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.scedit.core.UserException;
import org.scedit.core.cost.Count;
import org.scedit.core.cost.Estimate;
import org.scedit.core.cost.MatrixRate;
import org.scedit.core.cost.StepCount;
import org.scedit.core.engine.Precision;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.UNet;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.Recipe;

/**
 * What a recipe's training will cost, told before any weight is loaded.
 *
 * @param recipe    to be planned
 * @param side      of the pictures in pixels
 * @param step      what one forward and backward pass does
 * @param estimate  of its memory and time
 * @param others    numbers of the autoencoder and the text encoder, which are loaded in float32
 * @param extra     bytes of moving averages, and of training the text encoder
 * @param pictures  bytes that encoding or decoding a picture takes, before and after the steps
 */
public record TrainingPlan(
        Recipe recipe, int side, StepCount step, Estimate estimate, long others, long extra, long pictures) {
    /** Arrays of the autoencoder's first width at the picture's size, in float32, while it decodes. */
    private static final double DECODING = 11;
    /** Pixels of the largest square that the autoencoder takes whole. */
    private static final long WHOLE_PIXELS = 768L * 768;
    /** float32 weight, gradient and two moments. */
    private static final long TRAINED_BYTES = 4L * Float.BYTES;

    /**
     * Plans a recipe.
     *
     * @param base where its model is
     * @throws UserException if it trains no tuner, or a tuner does not fit the model
     */
    public static TrainingPlan of(Recipe recipe, Path base, PluginCatalogue plugins) {
        if (recipe.task() != Recipe.Task.TUNE) {
            String part = recipe.task() == Recipe.Task.AUTOENCODER ? "the autoencoder" : "a feature network";
            throw new UserException("the recipe trains " + part + "; only the training of tuners can be planned");
        }
        Recipe.Train train = recipe.train()
                .orElseThrow(() -> new UserException("the recipe has no 'train' block, so there are no steps to plan"));
        ModelParts model = recipe.model().parts(base);
        var unet = new UNet(model.config(Part.UNET));
        ConfigFile vae = model.config(Part.VAE);
        var autoencoder = new Autoencoder(vae);
        int down = autoencoder.downsampling();
        int side = side(recipe, unet.sampleSize() * down);
        List<TextEncoder> encoders = Stream.of(Part.TEXT_ENCODER, Part.TEXT_ENCODER_2)
                .filter(model::has)
                .map(part -> new TextEncoder(model.config(part)))
                .toList();
        List<StepCount.Part> parts = new ArrayList<>();
        for (Recipe.TunerBlock block : recipe.tuners()) {
            parts.add(new StepCount.Part(block.name(), plugins.tuners().get(block.use()), block.config()));
        }
        var step = StepCount.of(
                unet.config(),
                parts,
                new StepCount.Step(
                        recipe.model().precision(),
                        train.batch(),
                        side / down,
                        side / down,
                        encoders.get(0).maxTokens(),
                        down,
                        train.gradientCheckpointing()));
        long texts = encoders.stream()
                .mapToLong(encoder -> encoder.parameters().count())
                .sum();
        long extra = train.emaDecay() > 0 ? Float.BYTES * step.trainedNumbers() : 0;
        if (train.textEncoder()) {
            extra += TRAINED_BYTES * texts;
        }
        long pixels = Math.min((long) side * side, WHOLE_PIXELS);
        int width = vae.integers("block_out_channels").get(0);
        return new TrainingPlan(
                recipe, side, step, Estimate.of(step), autoencoder.parameters().count() + texts, extra, (long)
                        (DECODING * Float.BYTES * width * pixels));
    }

    private static int side(Recipe recipe, int modelSide) {
        return recipe.data().orElse(null) instanceof Recipe.FolderData pictures
                ? pictures.size().orElse(modelSide)
                : modelSide;
    }

    /** The peak of the run's memory in bytes: that of a step, or of a picture before or after, whichever is larger. */
    public long bytes() {
        long always = estimate.bytes() - estimate.savedBytes() - estimate.workingBytes();
        long then = Math.max(estimate.savedBytes() + estimate.workingBytes(), pictures);
        return always + Float.BYTES * others + extra + then;
    }

    /** The bytes that a training adds to the peak of another one beside which it is trained: its tuners, their optimizer. */
    public long bytesBesideOthers() {
        return estimate.tunerBytes() + extra;
    }

    /**
     * The time of an optimizer step in seconds.
     *
     * @param rates operations in a second of a large matrix product, by precision
     */
    public double seconds(Map<Precision, Double> rates) {
        return recipe.train().orElseThrow().accumulate() * estimate.seconds(rates);
    }

    /**
     * The plan in words.
     *
     * @param rates     as in {@link #seconds}
     * @param available memory of this machine in MiB; empty where it is not known
     */
    public String text(Map<Precision, Double> rates, OptionalLong available) {
        Recipe.Train train = recipe.train().orElseThrow();
        Precision precision = step.step().precision();
        double forward = train.accumulate() * (double) step.count().operations(Count.Pass.FORWARD);
        double backward = train.accumulate() * (double) step.count().operations(Count.Pass.BACKWARD);
        double seconds = seconds(rates);
        var text = new StringBuilder();
        text.append(line(
                "a step of %d picture%s of %dx%d pixels, %s",
                train.batch() * train.accumulate(),
                train.batch() * train.accumulate() == 1 ? "" : "s",
                side,
                side,
                precision.name().toLowerCase(Locale.ROOT)));
        step.trained().forEach((tuner, numbers) -> text.append(line("  tuner %s: %,d parameters", tuner, numbers)));
        text.append(line("  frozen: %,d parameters of the U-Net, %,d of the others", step.frozen(), others));
        text.append(line("  operations: %,.1f GFLOP forward, %,.1f backward", forward / 1e9, backward / 1e9));
        text.append(line(
                "  time: about %s a step, %.0f %% of this machine's matrix rate (%.0f GFLOP/s)%s",
                duration(seconds),
                100 * (forward + backward) / seconds / rates.get(precision),
                rates.get(precision) / 1e9,
                train.steps()
                        .map(steps -> "; " + duration(steps * seconds) + " for " + steps + " steps")
                        .orElse("")));
        text.append(line(
                "  memory: about %,d MiB: %,d weights, %,d tuners and optimizer, %,d %s, %,d the process",
                mebibytes(bytes()),
                mebibytes(estimate.frozenBytes() + Float.BYTES * others),
                mebibytes(estimate.tunerBytes() + extra),
                mebibytes(bytes()
                        - estimate.frozenBytes()
                        - Float.BYTES * others
                        - estimate.tunerBytes()
                        - extra
                        - estimate.processBytes()),
                pictures > estimate.savedBytes() + estimate.workingBytes() ? "decoding a picture" : "activations",
                mebibytes(estimate.processBytes())));
        available.ifPresent(free -> text.append(line("  %s", verdict(free))));
        return text.toString().stripTrailing();
    }

    private String verdict(long available) {
        if (mebibytes(bytes()) <= available) {
            return String.format(Locale.ROOT, "fits this machine, which has %,d MiB available", available);
        }
        List<String> advice = new ArrayList<>();
        if (recipe.train().orElseThrow().batch() > 1) {
            advice.add("train.batch (and raise train.accumulate, which gives the same steps)");
        }
        if (!step.step().checkpointing()) {
            advice.add("what is kept, by train.gradient_checkpointing: true");
        }
        if (step.step().precision() == Precision.FLOAT32) {
            advice.add("model.precision to bfloat16");
        }
        advice.add("the pictures' size");
        advice.add("what the tuners train");
        return String.format(
                Locale.ROOT,
                "does not fit this machine, which has %,d MiB available; lower %s",
                available,
                String.join(", ", advice));
    }

    private static long mebibytes(long bytes) {
        return Math.round(bytes / (double) (1 << 20));
    }

    /** A time in seconds, for a person: {@code 1.5 s}, {@code 3 min}, {@code 2.5 h}. */
    public static String duration(double seconds) {
        if (seconds < 120) {
            return String.format(Locale.ROOT, seconds < 1 ? "%.3f s" : "%.1f s", seconds);
        }
        return seconds < 7200
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values) + "\n";
    }

    /** The rates that {@link #seconds} needs, measured now on this machine: half a second. */
    public Map<Precision, Double> measureRates() {
        Map<Precision, Double> rates = new EnumMap<>(Precision.class);
        for (Precision each : Precision.values()) {
            if (each == step.step().precision() || estimate.equivalent().get(each) > 0) {
                rates.put(each, MatrixRate.perSecond(each));
            }
        }
        return rates;
    }
}
