package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.scedit.api.Picture;
import org.scedit.core.UserException;
import org.scedit.core.data.Pictures;
import org.scedit.core.diffusion.SamplerName;
import org.scedit.core.diffusion.Sampling;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Torch;
import org.scedit.core.generate.Pipeline;
import org.scedit.core.generate.Start;
import org.scedit.core.hook.TunedUNet;
import org.scedit.core.job.RecipeRun;
import org.scedit.core.model.DiffusionModel;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelPaths;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.core.recipe.RecipeReader;
import org.scedit.testkit.TinyModel;

/** Drawing that starts from a picture: image to image, and inpainting with both kinds of U-Net. */
class StartTest {
    private static final int SIDE = TinyModel.PICTURE_SIZE;
    private static final Picture PICTURE = picture((x, y) -> 10 * x + 3 * y);
    private static final Picture KEEP = picture((x, y) -> 0);
    /** The left half is kept. */
    private static final Picture RIGHT = picture((x, y) -> x < SIDE / 2 ? 0 : 255);

    private static final Picture OTHER_RIGHT = picture((x, y) -> x < SIDE / 2 ? 10 * x + 3 * y : 255 - 10 * x);
    private static final Picture OTHER_LEFT = picture((x, y) -> x < SIDE / 2 ? 255 - 10 * x : 10 * x + 3 * y);

    @TempDir
    private static Path folder;

    private static DiffusionModel model;
    private static DiffusionModel inpainting;
    private static int threads;

    /** Brightness of a pixel. */
    private interface Brightness {
        int at(int x, int y);
    }

    @BeforeAll
    static void makeModels() throws IOException {
        threads = Torch.threads();
        Torch.setThreads(1); // the arrays are so small that a second thread only waits
        TinyModel.write(folder.resolve("model"), 3);
        model = DiffusionModel.load(folder.resolve("model"), Precision.FLOAT32);
        TinyModel.write(folder.resolve("inpainting"), 3);
        Path config = folder.resolve("inpainting/unet/config.json");
        Files.writeString(config, Files.readString(config).replaceFirst("\"in_channels\": ?4", "\"in_channels\":9"));
        inpainting = DiffusionModel.fresh(
                ModelParts.open(ModelPaths.of(folder.resolve("inpainting"))), Precision.FLOAT32, 5);
    }

    @AfterAll
    static void close() {
        Torch.setThreads(threads);
        model.close();
        inpainting.close();
    }

    @ParameterizedTest
    @EnumSource(SamplerName.class)
    void whatIsKeptStaysToTheBit(SamplerName sampler) {
        float[] kept = latents(model, sampler, 5, new Start(PICTURE, 0.8, Optional.of(KEEP)));
        float[] half = latents(model, sampler, 5, new Start(PICTURE, 0.8, Optional.of(RIGHT)));
        int width = SIDE / 2;
        for (int i = 0; i < kept.length; i++) {
            assertThat(Float.isFinite(half[i])).isTrue();
            if (i % width < width / 2) {
                assertThat(half[i]).isEqualTo(kept[i]);
            } else {
                assertThat(half[i]).isNotEqualTo(kept[i]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SamplerName.class)
    void aPictureDoesNotDependOnWhatIsDrawnBesideIt(SamplerName sampler) {
        var settings = settings(sampler, 5, start(1));
        try (var unet = new TunedUNet(model.unet(), Precision.FLOAT32)) {
            var pipeline = new Pipeline(model, unet, notice -> {});
            List<Picture> together =
                    pipeline.draw(List.of("a blue square", "a red circle"), 7, settings, Pipeline.Observer.NONE);
            List<Picture> alone = pipeline.draw(List.of("a red circle"), 8, settings, Pipeline.Observer.NONE);
            byte[] one = together.get(1).rgb();
            byte[] other = alone.get(0).rgb();
            for (int i = 0; i < one.length; i++) { // another batch rounds otherwise
                assertThat(Math.abs((one[i] & 255) - (other[i] & 255))).isLessThanOrEqualTo(2);
            }
        }
    }

    @Test
    void theStrongerTheFartherFromThePicture() {
        float[] picture = latents(model, SamplerName.DDIM, 20, new Start(PICTURE, 1, Optional.of(KEEP)));
        double weak = distance(picture, latents(model, SamplerName.DDIM, 20, start(0.1)));
        double strong = distance(picture, latents(model, SamplerName.DDIM, 20, start(0.9)));
        assertThat(weak).isPositive().isLessThan(strong / 4);
    }

    @Test
    void anInpaintingUNetSeesWhatIsKeptAndNothingElse() {
        float[] drawn = latents(inpainting, SamplerName.EULER, 3, masked(PICTURE));
        assertThat(latents(inpainting, SamplerName.EULER, 3, masked(PICTURE))).isEqualTo(drawn);
        assertThat(latents(inpainting, SamplerName.EULER, 3, masked(OTHER_RIGHT)))
                .isEqualTo(drawn);
        assertThat(latents(inpainting, SamplerName.EULER, 3, masked(OTHER_LEFT)))
                .isNotEqualTo(drawn);
        assertThat(latents(inpainting, SamplerName.EULER, 3, new Start(PICTURE, 1, Optional.of(KEEP))))
                .isNotEqualTo(drawn);
    }

    @Test
    void anInpaintingUNetNeedsAMask() {
        assertThatThrownBy(() -> latents(inpainting, SamplerName.EULER, 3, start(0.5)))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("inpainting")
                        + ": its U-Net is for inpainting and takes a picture and a mask; give both");
        assertThatThrownBy(() -> run("inpainting", "sample: {prompts: [x]}"))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("inpainting")
                        + ": its U-Net is for inpainting and takes a picture and a mask; give sample.image and"
                        + " sample.mask");
    }

    @Test
    void aRecipeDrawsFromAPicture() throws IOException {
        Path image = write("image.png", PICTURE);
        Path mask = write("mask.png", RIGHT);
        String sample = "sample: {prompts: [x], steps: 4, sampler: dpm++-2m, karras: true, image: " + image;
        Picture drawn = Pictures.read(run("model", sample + ", strength: 0.5}").resolve("samples/pictures.png"));
        Picture masked =
                Pictures.read(run("model", sample + ", mask: " + mask + "}").resolve("samples/pictures.png"));
        assertThat(drawn).isNotEqualTo(masked);
    }

    @Test
    void aPictureOfAnotherSizeAndTooWeakAStrengthAreRefused() throws IOException {
        Path image = write("image.png", PICTURE);
        Path large = write("large.png", Pictures.fit(PICTURE, 2 * SIDE));
        assertThatThrownBy(() -> run("model", "sample: {prompts: [x], image: " + large + "}"))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        large + ": is of 32x32 pixels; the picture to start from must be of 16x16, as what is drawn");
        assertThatThrownBy(() -> run("model", "sample: {prompts: [x], image: " + image + ", mask: " + large + "}"))
                .isInstanceOf(UserException.class)
                .hasMessage(large + ": is of 32x32 pixels; the mask must be of 16x16, as what is drawn");
        assertThatThrownBy(() -> run("model", "sample: {prompts: [x], steps: 4, image: " + image + ", strength: 0.2}"))
                .isInstanceOf(UserException.class)
                .hasMessage("strength 0.2 of 4 steps leaves no step to draw with; raise strength or steps");
    }

    @Test
    void trainingPicturesOfASizeThatLatentsCannotHaveAreRefused() throws IOException {
        Path pictures = Files.createDirectories(folder.resolve("pictures"));
        assertThatThrownBy(() -> run(
                        "model",
                        "tuners: [{use: lora, rank: 2}]\ntrain: {steps: 1}\ndata: {source: folder, path: " + pictures
                                + ", size: 15}"))
                .isInstanceOf(UserException.class)
                .hasMessage("data.size must be a multiple of 2, this model's downsampling, got 15; 14 and 16 are");
    }

    @Test
    void aSamplerThatDoesNotGoWithTheModelIsRefusedBeforeAnyWeightIsRead() throws IOException {
        Files.move(folder.resolve("model/unet/" + DiffusionModel.WEIGHTS), folder.resolve("elsewhere"));
        try {
            assertThatThrownBy(() -> run("model", "sample: {prompts: [x], karras: true}"))
                    .isInstanceOf(UserException.class)
                    .hasMessageStartingWith("karras: sampler ddim goes by timesteps");
        } finally {
            Files.move(folder.resolve("elsewhere"), folder.resolve("model/unet/" + DiffusionModel.WEIGHTS));
        }
    }

    private static Start start(double strength) {
        return new Start(PICTURE, strength, Optional.empty());
    }

    private static Start masked(Picture picture) {
        return new Start(picture, 1, Optional.of(RIGHT));
    }

    private static Pipeline.Settings settings(SamplerName sampler, int steps, Start start) {
        var sampling = new Sampling(Optional.of(sampler), Optional.empty(), steps, TimestepSpacing.TRAILING, 0);
        return new Pipeline.Settings("", sampling, 2, 0, SIDE, SIDE, Optional.of(start));
    }

    /** After the last step. */
    private static float[] latents(DiffusionModel model, SamplerName sampler, int steps, Start start) {
        var settings = settings(sampler, steps, start);
        float[][] last = new float[1][];
        try (var unet = new TunedUNet(model.unet(), Precision.FLOAT32)) {
            new Pipeline(model, unet, notice -> {})
                    .draw(List.of("a red circle"), 7, settings, (picture, step, prediction, after) -> last[0] = after);
        }
        return last[0];
    }

    private static double distance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.pow(one[i] - other[i], 2);
        }
        return Math.sqrt(sum);
    }

    private static Path run(String model, String rest) throws IOException {
        Path recipe = Files.writeString(folder.resolve("start.yaml"), """
                output: %s
                model: {path: %s}
                %s
                """.formatted(
                        Files.createTempDirectory(folder, "run").resolve("run"), folder.resolve(model), rest));
        var out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        try (PluginCatalogue catalogue = PluginCatalogue.ofClassPath()) {
            return new RecipeRun(catalogue)
                    .run(
                            new RecipeReader(catalogue.tuners()).read(recipe, List.of()),
                            new RecipeRun.Options(false, out, false, () -> false));
        }
    }

    private static Path write(String name, Picture picture) {
        Pictures.writePng(picture, folder.resolve(name));
        return folder.resolve(name);
    }

    private static Picture picture(Brightness brightness) {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) brightness.at(i / 3 % SIDE, i / 3 / SIDE);
        }
        return Picture.of(SIDE, SIDE, rgb);
    }
}
