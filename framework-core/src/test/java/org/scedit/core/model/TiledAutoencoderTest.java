package org.scedit.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.weights.SafetensorsFile;

class TiledAutoencoderTest {
    private static final int LATENT_CHANNELS = 4;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = Torch.newManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void decodesWhatIsNoLargerThanTheLimitExactlyAsUntiled() {
        Autoencoder untiled = autoencoder();
        NDArray latents = Torch.normal(manager, 5, new Shape(1, LATENT_CHANNELS, 16, 16));

        NDArray decoded = new TiledAutoencoder(untiled, 16, 32).decode(latents);

        assertThat(Torch.floats(decoded)).isEqualTo(Torch.floats(untiled.decode(latents)));
    }

    @Test
    void encodesWhatIsNoLargerThanTheLimitExactlyAsUntiled() {
        Autoencoder untiled = autoencoder();
        NDArray pictures = Torch.normal(manager, 5, new Shape(1, 3, 32, 32));

        NDArray encoded = new TiledAutoencoder(untiled, 16, 32).encode(pictures);

        assertThat(Torch.floats(encoded)).isEqualTo(Torch.floats(untiled.encode(pictures)));
    }

    @Test
    void takesPicturesOneAtATimeThatAreTogetherLargerThanTheLimit() {
        Autoencoder untiled = autoencoder();
        NDArray latents = Torch.normal(manager, 5, new Shape(2, LATENT_CHANNELS, 16, 16));

        NDArray decoded = new TiledAutoencoder(untiled, 16, 32).decode(latents);

        assertThat(decoded.getShape()).isEqualTo(new Shape(2, 3, 32, 32));
        assertThat(Torch.floats(decoded.get(1)))
                .isEqualTo(Torch.floats(untiled.decode(latents.get("1:2")).get(0)));
    }

    @Test
    void noSeamIsSeenOnASmoothPicture() {
        Autoencoder untiled = embedded();
        NDArray latents = untiled.mean(untiled.encode(smooth(160)));
        float[] expected = Torch.floats(untiled.decode(latents));

        float[] tiled = Torch.floats(new TiledAutoencoder(untiled, 64, 64).decode(latents));

        float[] difference = minus(tiled, expected);
        assertThat(mean(difference)).isLessThan(0.1 * mean(expected));
        // from one column to the next it changes by no more where a tile fades in than elsewhere
        assertThat(meanStep(difference, 160, 48)).isLessThan(1.1 * meanStep(difference, 160, 1));
    }

    @Test
    void encodesALargePictureMuchAsUntiled() {
        Autoencoder untiled = embedded();
        NDArray picture = smooth(160);

        NDArray moments = new TiledAutoencoder(untiled, 64, 64).encode(picture);

        float[] expected = Torch.floats(untiled.mean(untiled.encode(picture)));
        float[] difference = minus(Torch.floats(untiled.mean(moments)), expected);
        assertThat(mean(difference)).isLessThan(0.1 * mean(expected));
    }

    @Test
    void noTileIsLargerThanItsSideHoweverLargeThePicture() {
        List<Shape> seen = new ArrayList<>();
        NDArray x = Torch.normal(manager, 5, new Shape(1, 2, 70, 33));

        Tile same = TiledAutoencoder.inTiles(x, 16, 16, tile -> {
            seen.add(tile.getShape());
            return tile.duplicate();
        });

        assertThat(seen).hasSize(6 * 3); // 70 / 12 and 33 / 12, rounded up
        assertThat(seen).allMatch(shape -> shape.get(2) <= 16 && shape.get(3) <= 16);
        // overlapping tiles of the identity agree, so that blending them gives the picture again
        float[] expected = Torch.floats(x);
        for (int i = 0; i < expected.length; i++) {
            assertThat(same.values()[i]).isCloseTo(expected[i], within(1e-6f));
        }
    }

    @Test
    void aTileFadesIntoTheNext() {
        int[] calls = {0};
        NDArray x = manager.zeros(new Shape(1, 1, 1, 7));

        // tiles of 4 in steps of 3: the first is 0, the second 1; they share one pixel, where the first still counts
        // all
        Tile faded = TiledAutoencoder.inTiles(x, 4, 4, tile -> tile.onesLike().mul(calls[0]++));

        assertThat(faded.values()).containsExactly(0, 0, 0, 0, 1, 1, 1);
    }

    private Autoencoder autoencoder() {
        String config = """
                {"_class_name": "AutoencoderKL", "block_out_channels": [8, 8], "layers_per_block": 1,
                 "norm_num_groups": 4, "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"],
                 "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"]}
                """;
        var autoencoder = new Autoencoder(ConfigFile.of(
                Path.of("config.json"), JsonParser.parseString(config).getAsJsonObject()));
        autoencoder.parameters().randomise(manager, 3, Precision.FLOAT32);
        return autoencoder;
    }

    /** The trained one of the repository. */
    private Autoencoder embedded() {
        Path folder = Path.of("../models/embedded/vae");
        Autoencoder autoencoder = Autoencoder.fromConfig(folder.resolve("config.json"));
        new WeightLoader(manager, Precision.FLOAT32)
                .load(autoencoder.parameters(), SafetensorsFile.open(folder.resolve(DiffusionModel.WEIGHTS)));
        return autoencoder;
    }

    /** Waves of colour as long as a tile, {@code (1, 3, side, side)}. */
    private NDArray smooth(int side) {
        float[] values = new float[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            int x = i % side;
            int y = i / side % side;
            values[i] = (float) (0.6 * Math.sin(2 * Math.PI * (x + y) / 64 + i / (side * side)));
        }
        return Torch.of(manager, values, new Shape(1, 3, side, side));
    }

    private static float[] minus(float[] x, float[] y) {
        float[] difference = x.clone();
        for (int i = 0; i < x.length; i++) {
            difference[i] -= y[i];
        }
        return difference;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += Math.abs(value);
        }
        return sum / values.length;
    }

    /** The mean change from the column before to every {@code every}th column. */
    private static double meanStep(float[] picture, int width, int every) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < picture.length; i++) {
            if (i % width > 0 && i % width % every == 0) {
                sum += Math.abs(picture[i] - picture[i - 1]);
                count++;
            }
        }
        return sum / count;
    }
}
