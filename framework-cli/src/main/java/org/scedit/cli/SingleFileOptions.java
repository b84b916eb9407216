package org.scedit.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.scedit.core.model.ModelPaths;
import picocli.CommandLine.Option;

/** What a model in a single file may need besides itself. */
final class SingleFileOptions {
    @Option(
            names = "--tokenizer",
            paramLabel = "DIR",
            description = "For a single file: folder with CLIP's vocab.json and merges.txt.")
    private Optional<Path> tokenizer = Optional.empty();

    @Option(
            names = "--config",
            paramLabel = "DIR",
            description =
                    "For a single file: folder in diffusers' layout whose config.json files, scheduler and tokenizer"
                            + " describe it; default: told from the file.")
    private Optional<Path> config = Optional.empty();

    @Option(
            names = "--vae",
            paramLabel = "DIR|FILE",
            description = "For a single file: another autoencoder; default: the file's.")
    private Optional<Path> vae = Optional.empty();

    @Option(
            names = "--text-encoder",
            paramLabel = "DIR|FILE",
            description = "For a single file: another text encoder; default: the file's.")
    private Optional<Path> textEncoder = Optional.empty();

    @Option(
            names = "--text-encoder-2",
            paramLabel = "DIR|FILE",
            description = "For a single file of SDXL: another second text encoder; default: the file's.")
    private Optional<Path> textEncoder2 = Optional.empty();

    @Option(
            names = "--prediction",
            paramLabel = "PREDICTION",
            description =
                    "What the U-Net predicts: epsilon, v-prediction or sample; a model that says otherwise is refused;"
                            + " default: what the model says, or what a single file's architecture's models do.")
    private Optional<PredictionType> prediction = Optional.empty();

    /** With a model, and the variant of its weights. */
    ModelPaths paths(Path model, Optional<String> variant) {
        return new ModelPaths(model, variant, config, tokenizer, vae, textEncoder, textEncoder2, prediction);
    }
}
