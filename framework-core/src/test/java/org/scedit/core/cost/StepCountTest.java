package org.scedit.core.cost;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.scedit.api.Parameters;
import org.scedit.api.SkipPoint;
import org.scedit.api.SkipResidual;
import org.scedit.api.Tuner;
import org.scedit.api.TunerProvider;
import org.scedit.api.UNetLayout;
import org.scedit.core.cost.Count.Pass;
import org.scedit.core.engine.Precision;
import org.scedit.core.model.ConfigFile;

class StepCountTest {
    private static final Path SD15 = Path.of("src/main/resources/org/scedit/core/bench/sd15-unet.json");
    private static final String SMALL = """
            {"_class_name": "UNet2DConditionModel", "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "block_out_channels": [8, 16],
             "layers_per_block": 1, "norm_num_groups": 4, "attention_head_dim": 2, "cross_attention_dim": 6}
            """;

    /** @param index of the skip it edits */
    record Settings(int index) {}

    /** Adds one trained layer at one skip connection. */
    private static final class AtOneSkip implements TunerProvider<Settings> {
        @Override
        public String id() {
            return "at-one-skip";
        }

        @Override
        public String summary() {
            return "a layer at a skip connection";
        }

        @Override
        public Class<Settings> configType() {
            return Settings.class;
        }

        @Override
        public Tuner create(Settings settings, UNetLayout unet, Parameters parameters) {
            SkipPoint point = unet.skips().get(settings.index());
            var layer = parameters.linear("layer", point.channels(), point.channels());
            return new Tuner() {
                @Override
                public Map<SkipPoint, SkipResidual> skips() {
                    return Map.of(point, (skip, step) -> layer.perPixel(skip));
                }
            };
        }
    }

    /** Trains one of the U-Net's own weights. */
    private static final class OwnWeight implements TunerProvider<Settings> {
        @Override
        public String id() {
            return "own-weight";
        }

        @Override
        public String summary() {
            return "the first weight";
        }

        @Override
        public Class<Settings> configType() {
            return Settings.class;
        }

        @Override
        public Tuner create(Settings settings, UNetLayout unet, Parameters parameters) {
            return new Tuner() {
                @Override
                public Set<String> backboneParameters() {
                    return Set.of("conv_in.weight");
                }
            };
        }
    }

    @Test
    void stableDiffusion15ForwardIs339BillionMultiplicationsAndAttention() {
        var step = new StepCount.Step(Precision.FLOAT32, 1, 64, 64, 77, 8, false);
        StepCount counted = StepCount.of(ConfigFile.read(SD15), List.of(), step);

        assertThat(counted.frozen()).isEqualTo(859_520_964);
        Count count = counted.count();
        long layers = count.work(Pass.FORWARD, Kind.CONVOLUTION) + count.work(Pass.FORWARD, Kind.LINEAR);
        assertThat(layers / 2 / 1_000_000_000).isEqualTo(338);
        // two products of all queries and keys; at each size five transformers, at the smallest the mid block's one:
        // 4 · tokens · (tokens + 77) · channels
        assertThat(count.work(Pass.FORWARD, Kind.ATTENTION))
                .isEqualTo(attention(5, 4096, 320)
                        + attention(5, 1024, 640)
                        + attention(5, 256, 1280)
                        + attention(1, 64, 1280));
        assertThat(count.operations(Pass.BACKWARD)).isZero();
        assertThat(count.savedBytes()).isZero();
    }

    private static long attention(int transformers, long tokens, long channels) {
        return 4 * transformers * tokens * (tokens + 77) * channels;
    }

    @Test
    void twiceTheBatchIsTwiceTheWork() {
        Count one = count(Precision.FLOAT32, 1, new AtOneSkip(), 0);
        Count two = count(Precision.FLOAT32, 2, new AtOneSkip(), 0);
        assertThat(two.operations(Pass.FORWARD)).isEqualTo(2 * one.operations(Pass.FORWARD));
        assertThat(two.operations(Pass.BACKWARD)).isEqualTo(2 * one.operations(Pass.BACKWARD));
    }

    @Test
    void backwardGoesFromTheFirstEditedSkipOn() {
        Count deepest = count(Precision.FLOAT32, 1, new AtOneSkip(), 0);
        Count last = count(Precision.FLOAT32, 1, new AtOneSkip(), 3);
        assertThat(last.operations(Pass.BACKWARD)).isPositive().isLessThan(deepest.operations(Pass.BACKWARD) / 2);
        assertThat(last.savedBytes()).isPositive().isLessThan(deepest.savedBytes());
    }

    @Test
    void backwardOfAFirstLayersWeightGoesThroughAll() {
        Count all = count(Precision.FLOAT32, 1, new OwnWeight(), 0);
        Count decoder = count(Precision.FLOAT32, 1, new AtOneSkip(), 0);
        assertThat(all.operations(Pass.BACKWARD)).isGreaterThan(3 * decoder.operations(Pass.BACKWARD) / 2);
    }

    @Test
    void inBfloat16TheSameIsComputedAndAboutHalfIsKept() {
        Count full = count(Precision.FLOAT32, 1, new AtOneSkip(), 0);
        Count half = count(Precision.BFLOAT16, 1, new AtOneSkip(), 0);
        assertThat(half.operations(Pass.FORWARD)).isEqualTo(full.operations(Pass.FORWARD));
        assertThat(half.operations(Pass.BACKWARD)).isEqualTo(full.operations(Pass.BACKWARD));
        assertThat(half.work(Pass.FORWARD, Kind.CONVOLUTION, Precision.FLOAT32)).isZero();
        assertThat((double) half.savedBytes() / full.savedBytes()).isBetween(0.5, 0.6);
    }

    private static Count count(Precision precision, int batch, TunerProvider<?> provider, int index) {
        ConfigFile config =
                ConfigFile.of(Path.of("small"), JsonParser.parseString(SMALL).getAsJsonObject());
        var step = new StepCount.Step(precision, batch, 16, 16, 5, 8, false);
        var part = new StepCount.Part("tuner", provider, new Settings(index));
        StepCount counted = StepCount.of(config, List.of(part), step);
        assertThat(counted.trainedNumbers()).isPositive();
        return counted.count();
    }
}
