package org.scedit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.scedit.api.WeightFile;
import org.scedit.core.hook.Scale;
import org.scedit.core.weights.SafetensorsWriter;
import org.scedit.core.weights.TorchArchiveWriter;

class MainTest {
    static final String UNET = """
            {"_class_name": "UNet2DConditionModel", "block_out_channels": [8, 16], "layers_per_block": 1,
             "attention_head_dim": 2, "cross_attention_dim": 6, "norm_num_groups": 4, "in_channels": 4,
             "out_channels": 4, "sample_size": 8, "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
             "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"]}
            """;

    record Outcome(int status, String out, String err) {}

    @TempDir
    private Path folder;

    static Outcome run(Object... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal = new Terminal(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), false);
        String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        var stop = new StopSignal(terminal.err());
        int status = Main.commandLine(terminal, stop).execute(texts);
        stop.done(); // or the end of the tests would wait for the run
        return new Outcome(status, out.toString(UTF_8), err.toString(UTF_8));
    }

    static Outcome refused(String message) {
        return new Outcome(2, "", message);
    }

    private Path model() throws IOException {
        Path config = folder.resolve("model/unet/config.json");
        Files.createDirectories(config.getParent());
        Files.writeString(config, UNET);
        return folder.resolve("model");
    }

    private Path recipe(String tuner) throws IOException {
        return Files.writeString(folder.resolve("recipe.yaml"), """
                model: {path: %s}
                tuners: [%s]
                data: {source: scenes, count: 2}
                train: {steps: 3}
                """.formatted(model(), tuner));
    }

    @ParameterizedTest
    @CsvSource({
        "run, --resume --overwrite --verbose KEY=VALUE RECIPE|RUN_FOLDER",
        "train, --resume --overwrite --verbose KEY=VALUE RECIPE|RUN_FOLDER",
        "compare, --output -o RUN_FOLDER",
        "ablate, --dry-run --parallel --threads --memory --max-cells --spark --lockstep KEY=VALUE RECIPE|SWEEP_FOLDER",
        "diff, RECIPE|RUN_FOLDER",
        "generate, --model --tokenizer --config --vae --text-encoder --prediction --tuner --method --settings --merge --control --map --prompt --negative --steps --guidance --guidance-rescale"
                + " --sampler --karras --spacing --seed --image --strength --mask --size --precision --device --output -o",
        "annotate, --use --set --seed --force IN_FOLDER OUT_FOLDER",
        "validate, RECIPE|KEY=VALUE",
        "plan, KEY=VALUE RECIPE",
        "plugins, ID",
        "inspect, --layers --model --config MODEL|TUNER_FILE",
        "convert, --to --model --method --settings --force IN OUT",
        "download, --revision OWNER/NAME",
        "bench, --model --tuner --precision --device --batch --latent --steps --checkpointing --evaluate --profile --trace --table --batches --latents KEY=VALUE"
    })
    void everyCommandsHelpTellsItsOptionsAndExamples(String command, String options) {
        Outcome help = run(command, "--help");
        assertThat(help.status()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out()).contains("Examples:\n  scedit " + command).contains(options.split(" "));
    }

    @Test
    void theHelpListsAllCommandsAndStatuses() {
        Outcome help = run("--help");
        assertThat(help.out())
                .contains(
                        "run ",
                        "train ",
                        "compare ",
                        "ablate ",
                        "diff ",
                        "generate ",
                        "annotate ",
                        "validate ",
                        "plan ",
                        "plugins ",
                        "inspect ",
                        "convert ",
                        "download ",
                        "bench ")
                .contains("2 a mistake in what was given; 3 some runs of a sweep")
                .contains("130 interrupted");
    }

    @Test
    void mistakesInTheCommandAreOneLineAndWhereToRead() {
        assertThat(run()).isEqualTo(refused("Missing command\nsee scedit --help\n"));
        assertThat(run("run"))
                .isEqualTo(refused("Missing required parameter: 'RECIPE|RUN_FOLDER'\nsee scedit run --help\n"));
        assertThat(run("generate"))
                .isEqualTo(refused("Missing required option: '--prompt=TEXT'\nsee scedit generate --help\n"));
        assertThat(run("bench", "--precision", "half"))
                .isEqualTo(refused("Invalid value for option '--precision': 'half' is none of float32, bfloat16\n"
                        + "see scedit bench --help\n"));
        assertThat(run("generate", "--prompt", "x", "--device", "gpu"))
                .isEqualTo(refused("Invalid value for option '--device': 'gpu' is none of auto, cpu, cuda\n"
                        + "see scedit generate --help\n"));
        assertThat(run("inspekt").err()).contains("Unmatched argument at index 0: 'inspekt'", "inspect");
    }

    @Test
    void mistakesInValuesAreToldAllAtOnce() {
        assertThat(run("generate", "--prompt", "x", "--steps", "0", "--guidance-rescale", "2", "--size", "big"))
                .isEqualTo(refused("""
                        --steps must be from 1 to 1000, got 0
                        --guidance-rescale must be from 0 to 1, got 2.0
                        --size must be like 512x512, got 'big'
                        3 problems, nothing was drawn
                        """));
        assertThat(run("generate", "--prompt", "x", "--mask", "a.png", "--strength", "0"))
                .isEqualTo(refused("""
                        --strength must be above 0 and at most 1, got 0.0
                        --mask goes with a picture to start from; add --image FILE
                        2 problems, nothing was drawn
                        """));
        assertThat(run("generate", "--prompt", "x", "--sampler", "dpm++2m").err())
                .startsWith("Invalid value for option '--sampler': 'dpm++2m' is none of ddim, ddpm,")
                .contains("; did you mean 'dpm++-2m'?\n");
        assertThat(run("generate", "--prompt", "x", "--tuner", "a.safetensors=-1"))
                .isEqualTo(refused("--tuner a.safetensors=-1: the scale must be a number from 0 upwards, or two"
                        + " such as 1.0..0.2 for the first and the last step, got '-1'; 0 is the base model, 1 the trained"
                        + " strength\n"));
        assertThat(run("run", folder))
                .isEqualTo(refused(folder + ": is a folder; give a recipe, or --resume to go on with the run in it\n"));
        assertThat(run("run", folder, "--resume"))
                .isEqualTo(refused(folder + ": holds no run to go on with (recipe.yaml is missing)\n"));
        assertThat(run("bench", "--batch", "0")).isEqualTo(refused("--batch must be at least 1, got 0\n"));
        assertThat(run("plugins", "lora"))
                .isEqualTo(refused(
                        "no plugin is named 'lora'; there are follow, shift, invert, captions, style-distance\n"));
    }

    @Test
    void verboseShowsWhereAMistakeWasFound() {
        assertThat(run("plugins", "lora", "--verbose").err())
                .startsWith("no plugin is named 'lora'; there are follow, shift, invert, captions, style-distance\n")
                .contains("\tat org.scedit.cli.PluginsCommand");
    }

    @Test
    void validateCountsWhatEachTunerTrains() throws IOException {
        Path recipe = recipe("{use: shift, name: deepest}, {use: shift, skip: 3}");
        assertThat(run("validate", recipe))
                .isEqualTo(new Outcome(
                        0,
                        recipe + ": OK\n  tuner deepest (shift): 272 trainable parameters\n"
                                + "  tuner shift: 72 trainable parameters\n",
                        ""));
    }

    @Test
    void validateTellsWhatDoesNotFitTheModel() throws IOException {
        Path recipe = recipe("{use: shift, skip: 9}");
        assertThat(run("validate", recipe))
                .isEqualTo(
                        refused(recipe + ": tuner 'shift': skip must be below 4, got 9\n1 problem, the recipe does not"
                                + " fit " + folder.resolve("model") + "\n"));
    }

    @Test
    void validateTellsWhatCannotBeMeasured() throws IOException {
        Path recipe = recipe("{use: shift}");
        assertThat(run(
                        "validate",
                        recipe,
                        "sample={count: 1}",
                        "evaluate={measures: [{use: captions, condition: edges}]}"))
                .isEqualTo(refused(recipe
                        + ": evaluate: measure 'captions-edges' compares with no condition; remove its"
                        + " 'condition'\n1 problem, the recipe does not fit " + folder.resolve("model") + "\n"));
    }

    /** The tests' environment is offline, with an empty cache. */
    @Test
    void aHubsModelThatIsNotInTheCacheIsToldByEveryCommand() throws IOException {
        String absent = "hub model owner/name@v2: is not in the cache " + System.getenv("HF_HUB_CACHE");
        Path recipe = recipe("{use: shift}");
        Path output = folder.resolve("run");
        assertThat(run("validate", recipe, "model.hub=owner/name", "model.revision=v2"))
                .isEqualTo(new Outcome(
                        0,
                        recipe + ": OK as far as it can be told without its model\n  " + absent
                                + "\n  scedit run downloads it; scedit download does only that\n",
                        ""));
        Outcome offline = refused(absent + "; offline (HF_HUB_OFFLINE) nothing is downloaded, so unset it once\n");
        assertThat(run("run", recipe, "model.hub=owner/name", "model.revision=v2", "output=" + output))
                .isEqualTo(offline);
        assertThat(output).doesNotExist();
        assertThat(run("generate", "--prompt", "x", "--model", "hub:owner/name@v2"))
                .isEqualTo(offline);
        assertThat(run("download", "owner/name", "--revision", "v2")).isEqualTo(offline);
        assertThat(run("generate", "--prompt", "x", "--model", "hub:name"))
                .isEqualTo(
                        refused(
                                "--model: hub must be the name of a model, OWNER/NAME, got 'name'; a folder is given as path\n"));
    }

    @Test
    void validateTellsTheProblemsOfEveryRecipe() throws IOException {
        Path recipe = recipe("{use: shift}");
        assertThat(run("validate", recipe, recipe, "train.steps=0").err())
                .containsSubsequence("train.steps", "1 problem, nothing was started", "train.steps", "1 problem");
    }

    @Test
    void pluginsListsTheMethodsAndTheSettingsOfOne() {
        assertThat(run("plugins").out())
                .startsWith("ID ")
                .containsPattern("\nshift +tuner +unpackaged +Multiplies one skip")
                .containsPattern("\ninvert +annotator +unpackaged +The negative of a picture");
        assertThat(run("plugins", "shift").out())
                .startsWith("Multiplies one skip\nshift unpackaged from ")
                .containsPattern("\nskip +whole number +0 +at least 0 +which skip is edited\n")
                .containsPattern("\nscale +number +1.0 +at least 0 +strength");
        assertThat(run("plugins", "invert").out())
                .startsWith("The negative of a picture\ninvert unpackaged from ")
                .containsPattern("\nwhite +whole number +255 +from 0 to 255 +the level that becomes black\n")
                .containsPattern("\nThe settings of every condition:\n")
                .containsPattern("\ndropout +number +0.0 +from 0 to 1 +share");
    }

    @Test
    void inspectListsTheSkipsOfAModel() throws IOException {
        String out = run("inspect", model()).out();
        assertThat(out).contains("""
                        SKIP  CHANNELS  DOWNSAMPLING  CONSUMER
                        0     16        2             up_blocks.0.resnets.0
                        1     8         2             up_blocks.0.resnets.1
                        2     8         1             up_blocks.1.resnets.0
                        3     8         1             up_blocks.1.resnets.1
                        """).doesNotContain("conv_in");
        assertThat(run("inspect", model(), "--layers").out())
                .startsWith(out)
                .containsPattern("\nconv2d +4 +8 +3 +conv_in\n");
        assertThat(run("inspect", folder))
                .isEqualTo(refused(folder
                        + ": has no unet/config.json; name a model folder in diffusers' layout, or its unet folder\n"));
    }

    @Test
    void inspectShowsATunerFilesMetadataAndTensors() {
        Path file = folder.resolve("tuner.safetensors");
        var metadata = Map.of("scedit.method", "shift", "scedit.recipe", "name: x\nseed: 1\n");
        SafetensorsWriter.write(file, Map.of("shift.bias", SafetensorsWriter.Tensor.f32(new float[6], 2, 3)), metadata);
        assertThat(run("inspect", file)).isEqualTo(new Outcome(0, file + """
                                : 1 tensors, 6 numbers

                                scedit.method  shift

                                The recipe that made it:
                                  name: x
                                  seed: 1

                                method  shift
                                format  scedit

                                TENSOR      TYPE  SHAPE
                                shift.bias  f32   [2, 3]
                                """, ""));
    }

    /** A shift of skip 3, which has 8 channels, as the other tool writes it. */
    private Path foreign() {
        Path file = folder.resolve("foreign.bin");
        TorchArchiveWriter.write(
                file,
                Map.of(
                        "theirs.shift.weight", new WeightFile.Tensor(new long[] {8, 8}, new float[64]),
                        "theirs.shift.bias", new WeightFile.Tensor(new long[] {8}, new float[8])));
        return file;
    }

    @Test
    void inspectTellsTheFormatAndWithAModelTheSettingsAndWhatDoesNotFit() throws IOException {
        assertThat(run("inspect", foreign()).out()).contains("\nmethod  shift\nformat  theirs\n\nTENSOR");
        assertThat(run("inspect", foreign(), "--model", model()).out())
                .contains("\nsettings  {skip: 3}\nfits      " + model() + "\n")
                .containsPattern("theirs.shift.bias +f32 +\\[8] +-\n");
        Path misfit = folder.resolve("misfit.safetensors");
        SafetensorsWriter.write(misfit, Map.of("theirs.x", SafetensorsWriter.Tensor.f32(new float[1], 1)), Map.of());
        assertThat(run("inspect", misfit, "--model", model()).out())
                .contains("misfit.safetensors: does not fit tuner 'shift' (shift)\n  1 unexpected: x\n  2 missing: ");
    }

    @Test
    void generateMergesOnlyWhatEditsLayers() throws IOException {
        String why =
                " (shift) cannot be merged into the U-Net's weights: it adds to skip connections or features, where"
                        + " there is no weight to change; use it unmerged\n";
        assertThat(run("generate", "--model", model(), "--prompt", "x", "--tuner", foreign(), "--merge"))
                .isEqualTo(refused("--merge: tuner 'foreign'" + why + "1 problem, nothing was drawn\n"));
        assertThat(run("generate", "--model", model(), "--prompt", "x", "--merge"))
                .isEqualTo(refused("--merge: there is no --tuner to merge\n"));
        Path recipe = Files.writeString(folder.resolve("draw.yaml"), """
                model: {path: %s}
                tuners: [{use: shift, weights: %s, merge: true}]
                sample: {prompts: [x]}
                """.formatted(model(), foreign()));
        assertThat(run("validate", recipe))
                .isEqualTo(refused(
                        recipe + ": tuner 'shift'" + why + "1 problem, the recipe does not fit " + model() + "\n"));
    }

    @Test
    void convertWritesOtherToolsFilesAndReadsThemBack() throws IOException {
        Path own = folder.resolve("own.safetensors");
        Path back = folder.resolve("back.bin");
        assertThat(run("convert", "--to", "scedit", "--model", model(), foreign(), own))
                .isEqualTo(new Outcome(0, own + "\n", "shift (theirs) -> scedit\n"));
        assertThat(run("convert", "--to", "theirs", own, back))
                .isEqualTo(
                        refused(own + ": does not say which base model it is for; give --model DIR, a model folder in"
                                + " diffusers' layout\n"));
        assertThat(run("convert", "--to", "theirs", "--model", model(), own, back)
                        .status())
                .isZero();
        assertThat(run("convert", "--to", "theirs", "--model", model(), own, back))
                .isEqualTo(refused(back + ": there already; give another name, or --force to replace\n"));
        assertThat(run("convert", "--to", "theirs", "--force", "--model", model(), own, back)
                        .status())
                .isZero();
        assertThat(run("inspect", back).out()).contains("format  theirs");
        assertThat(run("convert", "--to", "kohya", "--model", model(), own, back))
                .isEqualTo(refused("--to kohya: shift is written as scedit, theirs\n"));
    }

    @Test
    void whereMemoryEndsIsToldWithWhatToLower() throws IOException {
        Outcome outcome = run("bench", "--model", model(), "--tuner", "shift", "--latent", "1000000", "--steps", "1");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err())
                .contains("there is not enough memory: ")
                .endsWith("\nin order of effect: lower train.batch (and raise train.accumulate, which gives the same"
                        + " steps), set train.gradient_checkpointing: true, set model.precision: bfloat16, draw or train"
                        + " smaller pictures; scedit plan says what a recipe needs\n");
    }

    @Test
    void benchPrintsOneLineOfJson() throws IOException {
        Outcome bench = run(
                "bench",
                "--model",
                model(),
                "--tuner",
                "shift",
                "--device",
                "cpu",
                "--latent",
                "8",
                "--steps",
                "1",
                "skip=1");
        assertThat(bench.err()).startsWith("warm-up: ").contains("step 1 of 1: ");
        assertThat(bench.out().lines()).hasSize(1);
        assertThat(bench.out())
                .startsWith(
                        "{\"method\":\"shift\",\"precision\":\"float32\",\"batch\":1,\"latent\":8,\"trainable\":72,")
                .contains(
                        "\"seconds\":",
                        "\"peak_rss_mib\":",
                        "\"matmul_ms\":",
                        "\"step_over_matmul\":",
                        "\"device\":\"cpu\"",
                        "\"threads\":")
                .doesNotContain("gpu_mib");
        assertThat(run("bench", "--model", model(), "--tuner", "follow", "--latent", "8", "--steps", "1", "--swap")
                        .out())
                .startsWith("{\"method\":\"follow\",")
                .contains("\"swap_ms\":");
        assertThat(run("bench", "--tuner", "shift", "skp=1").err())
                .contains("unknown key 'skp'", "did you mean 'skip'?");
    }

    @Test
    void benchTellsWhereTheTimeWentAndKeepsTheTrace() throws IOException {
        Path trace = folder.resolve("step.json");
        Outcome bench = benchWithTrace(trace);
        assertThat(bench.out().lines()).hasSize(1);
        assertThat(bench.err()).contains("own time, ms", "convolution ", "attention ", "operator ");
        assertThat(trace).content().contains("\"aten::conv2d\"");
        assertThat(benchWithTrace(folder))
                .isEqualTo(refused("--trace " + folder + ": is no file in a folder that is there\n"));
    }

    @Test
    void benchMeasuresATableCellByCell() throws IOException {
        List<Object> command = new ArrayList<>(List.of("bench", "--model", model(), "--steps", "1"));
        command.addAll(List.of("--batches", "2", "--latents", "8", "--table", "shift:skip=1"));
        Outcome table = run(command.toArray());
        assertThat(table.status()).isZero();
        assertThat(table.out()).startsWith("{\"method\":\"shift\",\"precision\":\"float32\",\"batch\":2,");
        assertThat(table.out()).containsPattern("""
                \\| `shift skip=1`, float32 \\| 8×8 \\|
                \\|---\\|---\\|
                \\| batch 2 \\| [0-9.]+ s \\([0-9]+\\), [0-9,]+ MiB \\|
                $""");
        assertThat(run("bench", "--table", "shift,shfit"))
                .isEqualTo(refused("--table 'shfit': no plugin is named so; there are follow, shift\n"));
    }

    @Test
    @EnabledOnOs(OS.LINUX) // elsewhere the memory that is available is not known
    void benchLeavesOutOfATableWhatWouldNotFit() throws IOException {
        Outcome table =
                run("bench", "--model", model(), "--batches", "1024", "--latents", "8192", "--table", "shift:skip=1");
        assertThat(table.status()).isZero();
        assertThat(table.out()).containsPattern("batch 1024 \\| left out: about [0-9,]+ MiB \\|\n$");
        assertThat(table.err())
                .matches("shift skip=1, batch 1024, latents 8192x8192: left out: about [0-9,]+ MiB, of [0-9,]+"
                        + " available\n");
    }

    private Outcome benchWithTrace(Path trace) throws IOException {
        return run("bench", "--model", model(), "--tuner", "shift", "--latent", "8", "--steps", "1", "--trace", trace);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=b.safetensors", "a.safetensors"})
    void aFileNameMayHoldAnEqualsSign(String name) throws IOException {
        Path file = Files.createFile(folder.resolve(name));
        assertThat(List.of(TunerOption.parse(file.toString()), TunerOption.parse(file + "=0.5")))
                .containsExactly(new TunerOption(file, Scale.of(1)), new TunerOption(file, Scale.of(0.5)));
        assertThat(TunerOption.parse(file + "=1.0..0.2")).isEqualTo(new TunerOption(file, Scale.between(1, 0.2)));
    }
}
