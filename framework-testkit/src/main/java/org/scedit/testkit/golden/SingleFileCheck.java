package org.scedit.testkit.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.core.engine.Precision;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.Hooks;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.ModelPaths;
import org.scedit.core.model.ParameterSet;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.UNet;
import org.scedit.core.model.WeightLoader;

/**
 * A whole model in one file of Latent Diffusion's layout: the same U-Net as the case's folder, by its weights and by what
 * it predicts, and the same autoencoder and text encoder as other cases have, where these are there.
 */
final class SingleFileCheck {
    static final String FILE = "ldm_single_file.safetensors";

    /** Part of the model → where the same one is as a folder. */
    private static final Map<Part, String> FOLDERS =
            Map.of(Part.UNET, "unet/", Part.VAE, "../vae/", Part.TEXT_ENCODER, "../text-clip-l/");

    private SingleFileCheck() {}

    static void check(GoldenCase goldenCase, Tensors io) throws IOException {
        Path description = Files.createTempDirectory("single-file");
        try (NDManager manager = Torch.newManager()) {
            for (Map.Entry<Part, String> each : FOLDERS.entrySet()) {
                if (goldenCase.has(each.getValue())) {
                    Path folder = Files.createDirectory(
                            description.resolve(each.getKey().folder()));
                    Files.copy(goldenCase.file(each.getValue() + "config.json"), folder.resolve("config.json"));
                }
            }
            Optional<Path> none = Optional.empty();
            ModelParts file = ModelParts.open(new ModelPaths(
                    goldenCase.file(FILE),
                    Optional.empty(),
                    Optional.of(description),
                    none,
                    none,
                    none,
                    none,
                    Optional.empty()));
            var unet = new UNet(file.config(Part.UNET));
            same(
                    goldenCase,
                    file,
                    Part.UNET,
                    unet.parameters(),
                    Models.unet(goldenCase, "unet/", manager).parameters(),
                    manager);
            predicts(goldenCase, io, unet, manager);
            if (goldenCase.has(FOLDERS.get(Part.VAE))) {
                same(
                        goldenCase,
                        file,
                        Part.VAE,
                        new Autoencoder(file.config(Part.VAE)).parameters(),
                        Models.autoencoder(goldenCase, FOLDERS.get(Part.VAE), manager)
                                .parameters(),
                        manager);
            }
            if (goldenCase.has(FOLDERS.get(Part.TEXT_ENCODER))) {
                same(
                        goldenCase,
                        file,
                        Part.TEXT_ENCODER,
                        new TextEncoder(file.config(Part.TEXT_ENCODER)).parameters(),
                        Models.textEncoder(goldenCase, FOLDERS.get(Part.TEXT_ENCODER), manager)
                                .parameters(),
                        manager);
            }
        } finally {
            try (Stream<Path> made = Files.walk(description)) {
                for (Path each : made.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
    }

    private static void same(
            GoldenCase goldenCase,
            ModelParts file,
            Part part,
            ParameterSet loaded,
            ParameterSet expected,
            NDManager manager) {
        new WeightLoader(manager, Precision.FLOAT32).load(loaded, file.weights(part));
        boolean equal = expected.all().stream()
                .allMatch(each -> Arrays.equals(
                        Torch.floats(each.value()),
                        Torch.floats(loaded.get(each.name()).value())));
        goldenCase.number(FILE + ": the same " + part.words(), equal ? 1 : 0, 1, 0);
    }

    private static void predicts(GoldenCase goldenCase, Tensors io, UNet unet, NDManager manager) {
        try (Scope scope = new Scope()) {
            NDArray predicted = unet.forward(
                    io.array(manager, "in.sample"),
                    io.timesteps("in.timestep"),
                    io.array(manager, "in.encoder_hidden_states"),
                    Precision.FLOAT32,
                    Hooks.NONE);
            goldenCase.output(io, "out.base.diffusers", predicted);
        }
    }
}
