package org.scedit.core.diffusion;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.scedit.core.UserException;

/**
 * A model folder's {@code scheduler/scheduler_config.json}: how noise is added and what the model predicts. Keys keep
 * their meaning in diffusers; keys this record does not have (those of other samplers) are left alone.
 *
 * @param numTrainTimesteps        number of noise levels, T; timesteps are 0..T-1
 * @param betaStart                β at timestep 0
 * @param betaEnd                  β at timestep T-1
 * @param betaSchedule             how β goes from one to the other
 * @param rescaleBetasZeroSnr      whether the last timestep is pure noise (ᾱ = 0), arXiv:2305.08891
 * @param predictionType           what the model's output means
 * @param timestepSpacing          which of the T timesteps a sampler visits
 * @param stepsOffset              added to every timestep of {@code leading} spacing
 * @param setAlphaToOne            whether DDIM's last step goes to ᾱ = 1 rather than to ᾱ_0
 * @param clipSample               whether the predicted x_0 is clipped to ±{@code clipSampleRange}
 * @param clipSampleRange          positive
 * @param thresholding             whether the predicted x_0 is dynamically thresholded (arXiv:2205.11487, 2.3); wins
 *                                 over clipping
 * @param dynamicThresholdingRatio quantile of |x_0| that becomes the threshold, 0..1
 * @param sampleMaxValue           largest threshold
 * @param varianceType             the noise DDPM adds back
 */
public record SchedulerConfig(
        int numTrainTimesteps,
        double betaStart,
        double betaEnd,
        BetaSchedule betaSchedule,
        boolean rescaleBetasZeroSnr,
        PredictionType predictionType,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        boolean setAlphaToOne,
        boolean clipSample,
        double clipSampleRange,
        boolean thresholding,
        double dynamicThresholdingRatio,
        double sampleMaxValue,
        VarianceType varianceType) {

    /** How β_t grows with t. */
    public enum BetaSchedule {
        /** β linear in t. */
        LINEAR,
        /** √β linear in t: Stable Diffusion's. */
        SCALED_LINEAR,
        /** ᾱ a squared cosine, β at most 0.999 (arXiv:2102.09672). */
        SQUAREDCOS_CAP_V2
    }

    /** What the model's output means. */
    public enum PredictionType {
        /** The noise ε. */
        EPSILON,
        /** The velocity v = √ᾱ·ε − √(1−ᾱ)·x_0 (arXiv:2202.00512). */
        V_PREDICTION,
        /** The clean sample x_0. */
        SAMPLE
    }

    /** Which timesteps are visited, all from the noisy end (arXiv:2305.08891, table 2). */
    public enum TimestepSpacing {
        /** Evenly from 0 upwards: the noisiest levels are never seen. */
        LEADING,
        /** Evenly from T-1 downwards. */
        TRAILING,
        /** Both ends, rounded between. */
        LINSPACE
    }

    /** Variance of the noise a DDPM step adds (arXiv:2006.11239, section 3.2). */
    public enum VarianceType {
        /** β̃_t, right when the data is one point. */
        FIXED_SMALL,
        /** β_t, right when the data is white noise. */
        FIXED_LARGE
    }

    /** Stable Diffusion 1.x: scaled linear β from 0.00085 to 0.012, noise prediction, nothing clipped. */
    public static SchedulerConfig stableDiffusion() {
        return new SchedulerConfig(
                1000,
                0.00085,
                0.012,
                BetaSchedule.SCALED_LINEAR,
                false,
                PredictionType.EPSILON,
                TimestepSpacing.LEADING,
                1,
                false,
                false,
                1,
                false,
                0.995,
                1,
                VarianceType.FIXED_SMALL);
    }

    /** This configuration with another choice of timesteps. */
    public SchedulerConfig withSpacing(TimestepSpacing spacing) {
        return with(predictionType, spacing);
    }

    /** This configuration for a model that predicts something else. */
    public SchedulerConfig withPrediction(PredictionType prediction) {
        return with(prediction, timestepSpacing);
    }

    private SchedulerConfig with(PredictionType prediction, TimestepSpacing spacing) {
        return new SchedulerConfig(
                numTrainTimesteps,
                betaStart,
                betaEnd,
                betaSchedule,
                rescaleBetasZeroSnr,
                prediction,
                spacing,
                stepsOffset,
                setAlphaToOne,
                clipSample,
                clipSampleRange,
                thresholding,
                dynamicThresholdingRatio,
                sampleMaxValue,
                varianceType);
    }

    /**
     * Reads a {@code scheduler_config.json}.
     *
     * @throws UserException if it cannot be read or holds values that mean nothing, all of them listed
     */
    public static SchedulerConfig read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new UserException(
                    file
                            + ": cannot be read; a model folder in the diffusers layout has"
                            + " scheduler/scheduler_config.json",
                    e);
        }
    }

    /**
     * Reads the JSON text. A key that is left out has diffusers' default, except {@code clip_sample}: the default true
     * belongs to DDIM and DDPM configurations; those of the other schedulers, which do not clip, stay unclipped.
     *
     * @param place file name for messages
     * @throws UserException as {@link #read}
     */
    public static SchedulerConfig parse(String json, String place) {
        Reader reader = new Reader(place, json);
        boolean clipsByDefault = List.of("DDIMScheduler", "DDPMScheduler", "").contains(reader.text("_class_name", ""));
        SchedulerConfig config = new SchedulerConfig(
                (int) reader.number("num_train_timesteps", 1000, 1, 1_000_000),
                reader.number("beta_start", 0.0001, 0, 1),
                reader.number("beta_end", 0.02, 0, 1),
                reader.choice("beta_schedule", BetaSchedule.LINEAR),
                reader.flag("rescale_betas_zero_snr", false),
                reader.choice("prediction_type", PredictionType.EPSILON),
                reader.choice("timestep_spacing", TimestepSpacing.LEADING),
                (int) reader.number("steps_offset", 0, 0, 1_000_000),
                reader.flag("set_alpha_to_one", true),
                reader.flag("clip_sample", clipsByDefault),
                reader.number("clip_sample_range", 1, 0, 1e6),
                reader.flag("thresholding", false),
                reader.number("dynamic_thresholding_ratio", 0.995, 0, 1),
                reader.number("sample_max_value", 1, 0, 1e6),
                reader.choice("variance_type", VarianceType.FIXED_SMALL));
        reader.refuse("trained_betas");
        reader.finish();
        return config;
    }

    /** Looks keys up and collects what is wrong with them. */
    private static final class Reader {
        private final String place;
        private final JsonObject values;
        private final List<String> problems = new ArrayList<>();

        Reader(String place, String json) {
            this.place = place;
            try {
                values = JsonParser.parseString(json).getAsJsonObject();
            } catch (JsonParseException | IllegalStateException e) {
                throw new UserException(place + ": is not a JSON object: " + e.getMessage(), e);
            }
        }

        String text(String key, String otherwise) {
            JsonElement value = value(key);
            if (value == null) {
                return otherwise;
            }
            if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
                problem(key, "a text in quotes", value);
                return otherwise;
            }
            return value.getAsString();
        }

        boolean flag(String key, boolean otherwise) {
            JsonElement value = value(key);
            if (value == null) {
                return otherwise;
            }
            if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
                problem(key, "true or false", value);
                return otherwise;
            }
            return value.getAsBoolean();
        }

        double number(String key, double otherwise, double least, double most) {
            JsonElement value = value(key);
            if (value == null) {
                return otherwise;
            }
            boolean isNumber =
                    value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
            if (!isNumber || !(value.getAsDouble() >= least && value.getAsDouble() <= most)) {
                problem(key, "a number from " + plain(least) + " to " + plain(most), value);
                return otherwise;
            }
            return value.getAsDouble();
        }

        <E extends Enum<E>> E choice(String key, E otherwise) {
            String text = text(key, otherwise.name());
            E[] choices = otherwise.getDeclaringClass().getEnumConstants();
            return Arrays.stream(choices)
                    .filter(choice -> choice.name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseGet(() -> {
                        String known = Arrays.stream(choices)
                                .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "));
                        problems.add(place + ": " + key + " '" + text + "' is not supported; use one of " + known);
                        return otherwise;
                    });
        }

        void refuse(String key) {
            if (value(key) != null) {
                problems.add(place + ": " + key + " is not supported; give beta_start, beta_end and beta_schedule");
            }
        }

        void finish() {
            if (!problems.isEmpty()) {
                throw UserException.of(problems, "nothing was started");
            }
        }

        private JsonElement value(String key) {
            JsonElement value = values.get(key);
            return value == null || value.isJsonNull() ? null : value;
        }

        private void problem(String key, String expected, JsonElement found) {
            problems.add(place + ": " + key + " must be " + expected + ", got " + found);
        }

        private static String plain(double value) {
            return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
        }
    }
}
