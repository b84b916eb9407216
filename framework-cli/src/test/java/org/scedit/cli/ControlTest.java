package org.scedit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.scedit.cli.MainTest.refused;
import static org.scedit.cli.MainTest.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Picture;
import org.scedit.core.data.Pictures;
import org.scedit.core.weights.SafetensorsWriter;

/** Conditions on the command line: {@code annotate}, and what {@code generate} and {@code validate} make of them. */
class ControlTest {
    @TempDir
    private Path folder;

    private Path model;
    private Path photo;

    @BeforeEach
    void makeFiles() throws IOException {
        model = folder.resolve("model");
        Files.createDirectories(model.resolve("unet"));
        Files.writeString(model.resolve("unet/config.json"), MainTest.UNET);
        photo = picture("photos/a.png", 12, 8, 55);
    }

    @Test
    void annotateWritesAMapForEachPictureAndAContactSheet() throws IOException {
        picture("photos/sub/b.png", 8, 8, 155);
        Path maps = folder.resolve("maps");

        assertThat(run("annotate", "--use", "invert", "--set", "white=200", folder.resolve("photos"), maps))
                .isEqualTo(new MainTest.Outcome(
                        0,
                        "2 maps in " + maps + ", invert {white: 200}\n" + maps.resolve("contact-sheet.png") + "\n",
                        ""));

        assertThat(Pictures.read(maps.resolve("a.png"))).isEqualTo(plain(12, 8, 145));
        assertThat(Pictures.read(maps.resolve("sub/b.png"))).isEqualTo(plain(8, 8, 45));
        // the map of a.png is left, the picture right of it
        Picture sheet = Pictures.read(maps.resolve("contact-sheet.png"));
        assertThat(sheet.at(14 + 96, 14 + 96, 0)).isEqualTo(145);
        assertThat(sheet.at(14 + 192 + 14 + 96, 14 + 96, 0)).isEqualTo(55);
    }

    @Test
    void annotateReplacesNothingWithoutForce() throws IOException {
        Path maps = folder.resolve("maps");
        Path old = picture("maps/a.png", 2, 2, 1);
        assertThat(run("annotate", "--use", "invert", photo.getParent(), maps))
                .isEqualTo(refused(old + ": is there already; --force replaces it\nnothing was written\n"));
        assertThat(Pictures.read(old)).isEqualTo(plain(2, 2, 1));
        assertThat(maps.resolve("contact-sheet.png")).doesNotExist();

        assertThat(run("annotate", "--use", "invert", "--force", photo.getParent(), maps)
                        .status())
                .isZero();
        assertThat(Pictures.read(old)).isEqualTo(plain(12, 8, 200));
    }

    @Test
    void annotateTellsWhatCannotBeAnnotatedBeforeItWrites() throws IOException {
        Path photos = photo.getParent();
        Path gif = Files.copy(photo, photos.resolve("a.gif"));
        Path sheet = Files.copy(photo, photos.resolve("contact-sheet.png"));
        Path broken = Files.writeString(photos.resolve("z.png"), "no picture");
        Path maps = folder.resolve("maps");

        assertThat(run("annotate", "--use", "invert", photos, maps))
                .isEqualTo(refused(photo + ": has the map of " + gif + ", " + maps.resolve("a.png")
                        + "; rename one of them\n" + sheet
                        + ": its map has the name of the contact sheet; rename it\n" + broken
                        + ": is not a PNG, JPEG, WebP, GIF or BMP picture\nnothing was written\n"));
        assertThat(maps).doesNotExist();
    }

    @Test
    void annotateRefusesWhatIsNoAnnotatorNoSettingAndNoFolder() throws IOException {
        Path photos = photo.getParent();
        Path maps = folder.resolve("maps");
        assertThat(run("annotate", "--use", "canny", photos, maps))
                .isEqualTo(refused("--use 'canny': no annotator is named so; there are the annotators invert\n"));
        assertThat(run("annotate", "--use", "invert", "--set", "whit=3", photos, maps))
                .isEqualTo(refused("settings of 'invert':1:2   unknown key 'whit'; did you mean 'white'?\n"
                        + "1 problem, nothing was loaded\n"));
        assertThat(run("annotate", "--use", "invert", "--set", "white", photos, maps))
                .isEqualTo(refused("'white' is no setting; write KEY=VALUE, such as low=50\n"));
        assertThat(run("annotate", "--use", "invert", maps, photos)).isEqualTo(refused(maps + ": is not a folder\n"));
        assertThat(run("annotate", "--use", "invert", photos, photos.resolve("maps")))
                .isEqualTo(refused(photos.resolve("maps") + ": lies in " + photos
                        + ", so its maps would be taken for pictures; choose a folder elsewhere\n"));
        assertThat(run("annotate", "--use", "invert", Files.createDirectory(folder.resolve("empty")), maps))
                .isEqualTo(refused(folder.resolve("empty") + ": holds no picture\n"));
    }

    @Test
    void generateNeedsEachConditionAndTakesNoOther() {
        assertThat(generate("invert", Map.of()))
                .isEqualTo(refused("tuner 'follow' takes condition 'invert', and none is given; add --control"
                        + " invert=PICTURE, or --map invert=MAP with a map that is ready\n"
                        + "1 problem, nothing was drawn\n"));
        assertThat(generate("invert", Map.of(), "--map", "invert=" + photo, "--control", "canny=" + photo))
                .isEqualTo(refused("--control canny: no tuner takes condition 'canny'; they take invert\n"
                        + "1 problem, nothing was drawn\n"));
        assertThat(run("generate", "--model", model, "--prompt", "x", "--map", "invert=" + photo))
                .isEqualTo(refused("--map invert: no tuner takes condition 'invert'; they take none\n"
                        + "1 problem, nothing was drawn\n"));
    }

    @Test
    void generateMakesMapsAsInTheTuners() {
        assertThat(generate("pose", Map.of(), "--control", "pose=" + photo))
                .isEqualTo(refused("--control pose: no annotator makes the maps of condition 'pose'; give a map that is"
                        + " ready, --map pose=MAP\n1 problem, nothing was drawn\n"));
        assertThat(generate("pose", Map.of("scedit.condition.pose", "openpose {}"), "--control", "pose=" + photo))
                .isEqualTo(refused(folder.resolve("pose.safetensors") + " (condition 'pose'): needs the annotator"
                        + " 'openpose', which no installed plugin offers; there are the annotators invert\n"));
    }

    @Test
    void controlsAreNamedFilesAndGivenOnce() {
        assertThat(generate("invert", Map.of(), "--control", photo.toString()))
                .isEqualTo(refused(
                        "--control " + photo + ": write CONDITION=FILE, such as --control" + " canny=picture.png\n"));
        assertThat(generate("invert", Map.of(), "--map", "invert=nothing.png"))
                .isEqualTo(refused("--map invert=nothing.png: there is no file or folder nothing.png\n"));
        assertThat(generate("invert", Map.of(), "--control", "invert=" + photo, "--map", "invert=" + photo))
                .isEqualTo(refused("--map invert=" + photo
                        + ": condition 'invert' is given twice; keep one --control or --map\n"));
    }

    @Test
    void validateTellsHowEachConditionIsMadeAndWhatIsMissing() throws IOException {
        assertThat(run("validate", recipe("{use: follow, condition: invert}", ""))
                        .out())
                .endsWith("\n  condition invert: invert {white: 255}\n");
        Path recipe = recipe("{use: follow, condition: pose}", "conditions: [{use: invert}]");
        assertThat(run("validate", recipe))
                .isEqualTo(refused(recipe + ": tuner 'follow' takes condition 'pose', which nothing makes: 'conditions'"
                        + " has invert, there are the annotators invert; write under 'conditions' such as {use: invert,"
                        + " name: pose}\n" + recipe
                        + ": no tuner takes condition 'invert'; they take pose, give it that 'name' or remove it\n"
                        + "2 problems, the recipe does not fit " + model + "\n"));
    }

    @Test
    void validateTellsASamplerThatDoesNotGoWithTheModel() throws IOException {
        Files.createDirectories(model.resolve("scheduler"));
        Files.writeString(model.resolve("scheduler/scheduler_config.json"), "{\"_class_name\": \"LCMScheduler\"}");
        Path recipe = recipe("{use: follow, condition: invert}", "sample: {prompts: [x], steps: 60}");
        assertThat(run("validate", recipe).err())
                .startsWith(recipe + ": sampler lcm takes from 1 to 50 steps (original_inference_steps of the model's"
                        + " scheduler), got 60\n");
    }

    /** With a tuner file that asks for a condition. */
    private MainTest.Outcome generate(String condition, Map<String, String> metadata, String... options) {
        Path file = folder.resolve(condition + ".safetensors");
        Map<String, String> told = new LinkedHashMap<>(metadata);
        told.put("scedit.method", "follow");
        told.put("scedit.name", "follow");
        told.put("scedit.settings", "{condition: " + condition + "}");
        SafetensorsWriter.write(
                file,
                Map.of(
                        "follow.weight", SafetensorsWriter.Tensor.f32(new float[256], 16, 16),
                        "follow.bias", SafetensorsWriter.Tensor.f32(new float[16], 16)),
                told);
        Object[] arguments = {"generate", "--model", model, "--prompt", "x", "--tuner", file};
        Object[] all = Arrays.copyOf(arguments, arguments.length + options.length);
        System.arraycopy(options, 0, all, arguments.length, options.length);
        return run(all);
    }

    private Path recipe(String tuner, String more) throws IOException {
        return Files.writeString(folder.resolve("recipe.yaml"), """
                model: {path: %s}
                tuners: [%s]
                data: {source: scenes, count: 2}
                train: {steps: 3}
                %s
                """.formatted(model, tuner, more));
    }

    private Path picture(String name, int width, int height, int level) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Pictures.writePng(plain(width, height, level), file);
        return file;
    }

    private static Picture plain(int width, int height, int level) {
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) level);
        return Picture.of(width, height, rgb);
    }
}
