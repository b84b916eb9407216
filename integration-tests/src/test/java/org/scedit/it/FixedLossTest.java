package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.scedit.core.data.Example;
import org.scedit.core.diffusion.NoiseSchedule;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.TextStates;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.scenes.SceneDataset;
import org.scedit.core.scenes.SceneSampler;
import org.scedit.core.scenes.Split;
import org.scedit.core.scenes.Style;
import org.scedit.core.train.AutoencoderObjective;
import org.scedit.core.train.FixedLoss;

/** The validation loss is its formula, on the embedded model. */
class FixedLossTest {
    private static final SceneDataset SCENES =
            new SceneDataset(5, Split.TRAIN, SceneSampler.DEFAULT_COUNTS, List.of(Style.DOTS), 3);
    private static DiffusionModel model;
    private static TunedUNet unet;

    @BeforeAll
    static void load() {
        model = DiffusionModel.load(Path.of("../models/embedded"), Precision.FLOAT32);
        unet = new TunedUNet(model.unet(), Precision.FLOAT32);
    }

    @AfterAll
    static void close() {
        unet.close();
        model.close();
    }

    @Test
    void itIsTheMeanOverPicturesAndEvenlySpreadTimesteps() {
        // of 1000 timesteps, the middles of two halves
        double expected = (loss(0, 0, 250) + loss(0, 1, 750) + loss(1, 0, 250) + loss(1, 1, 750)) / 4;
        assertThat(fixed(2, 7).value()).isEqualTo(expected, within(1e-6));
    }

    @Test
    void itIsAFunctionOfTheSeedAlone() {
        FixedLoss loss = fixed(3, 7);
        assertThat(loss.pictures()).isEqualTo(3);
        assertThat(loss.value()).isEqualTo(loss.value()).isEqualTo(fixed(3, 7).value());
        assertThat(loss.value()).isNotEqualTo(fixed(3, 8).value());
    }

    @Test
    void itIsOfNoMorePicturesThanThereAre() {
        assertThat(fixed(9, 7).value()).isEqualTo(fixed(3, 7).value());
    }

    private static FixedLoss fixed(int count, long seed) {
        return new FixedLoss(model, unet, SCENES, count, Map.of(), Optional.empty(), 2, seed);
    }

    /** mean (unet(√ᾱ x + √(1-ᾱ) ε, t, caption) - ε)², as the embedded model predicts the noise. */
    private static double loss(int picture, int k, int timestep) {
        Example example = SCENES.get(picture);
        var schedule = new NoiseSchedule(model.scheduler());
        try (NDManager manager = Torch.newManager();
                Scope scope = new Scope()) {
            NDArray pixels = AutoencoderObjective.tensor(manager, List.of(example.picture()));
            float[] x =
                    Torch.floats(model.autoencoder().mean(model.autoencoder().encode(pixels)));
            Shape shape = new Shape(1, model.autoencoder().latentChannels(), 8, 8);
            long seed = Randomness.seed(7, "fixed noise", picture * 2L + k);
            float[] noise = Torch.floats(Torch.normal(manager, seed, shape));
            float[] input = new float[x.length];
            for (int i = 0; i < x.length; i++) {
                double latent = model.autoencoder().scalingFactor() * x[i];
                double alphaBar = schedule.alphaBar(timestep);
                input[i] = (float) (Math.sqrt(alphaBar) * latent + Math.sqrt(1 - alphaBar) * noise[i]);
            }
            NDArray prediction = unet.forward(
                    Torch.of(manager, input, shape),
                    new float[] {timestep},
                    new TextStates(model, notice -> {})
                            .of(manager, List.of(Optional.of(example.caption())), List.of(example.framing())));
            return Torch.floats(new Ops().meanSquare(prediction, Torch.of(manager, noise, shape)))[0];
        }
    }
}
