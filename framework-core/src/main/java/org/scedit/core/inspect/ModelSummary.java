package org.scedit.core.inspect;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.scedit.core.UserException;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.ModelParts;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.model.ModelPaths;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.UNet;

/**
 * A model as its {@code config.json} files, or the shapes in a single file, describe it; no weights are read.
 *
 * @param config      the U-Net's {@code config.json}, or the single file
 * @param unet        the U-Net without weights
 * @param autoencoder parameters of the autoencoder; empty where the folder has none
 * @param textEncoder parameters of the text encoder; empty where the folder has none
 * @param textEncoder2 parameters of SDXL's second; empty where there is none
 * @param notices     what a user should know of how a single file was understood, a line each
 */
public record ModelSummary(
        Path config,
        UNet unet,
        OptionalLong autoencoder,
        OptionalLong textEncoder,
        OptionalLong textEncoder2,
        List<String> notices) {
    /**
     * Reads a model's configuration.
     *
     * @param model a folder in diffusers' layout, its {@code unet} folder, that folder's {@code config.json}, or a single
     *     file in the layout of Latent Diffusion
     * @throws UserException if there is no U-Net, or one that is not supported
     */
    public static ModelSummary read(Path model) {
        boolean unetAlone = !Files.isRegularFile(model.resolve("unet/config.json"));
        if (!isSingleFile(model) && unetAlone) {
            Path config = unetConfig(model);
            return new ModelSummary(
                    config,
                    UNet.fromConfig(config),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    List.of());
        }
        return read(ModelParts.open(ModelPaths.of(model)));
    }

    /**
     * Reads the configuration of a model's parts.
     *
     * @throws UserException if there is no U-Net, or one that is not supported
     */
    public static ModelSummary read(ModelParts parts) {
        Path config = isSingleFile(parts.path()) ? parts.path() : unetConfig(parts.path());
        return new ModelSummary(
                config,
                new UNet(parts.config(Part.UNET)),
                parts.has(Part.VAE)
                        ? OptionalLong.of(new Autoencoder(parts.config(Part.VAE))
                                .parameters()
                                .count())
                        : OptionalLong.empty(),
                textEncoder(parts, Part.TEXT_ENCODER),
                textEncoder(parts, Part.TEXT_ENCODER_2),
                parts.notices());
    }

    private static OptionalLong textEncoder(ModelParts parts, Part part) {
        return parts.has(part)
                ? OptionalLong.of(
                        new TextEncoder(parts.config(part)).parameters().count())
                : OptionalLong.empty();
    }

    /** Of the files that can be named, only a {@code config.json} is no weights. */
    private static boolean isSingleFile(Path model) {
        return Files.isRegularFile(model) && !model.toString().endsWith(".json");
    }

    /**
     * The {@code config.json} of a model's U-Net.
     *
     * @param model as {@link #read} takes it
     * @throws UserException if there is none
     */
    private static Path unetConfig(Path model) {
        if (Files.isRegularFile(model)) {
            return model;
        }
        for (String place : new String[] {"unet/config.json", "config.json"}) {
            if (Files.isRegularFile(model.resolve(place))) {
                return model.resolve(place);
            }
        }
        throw new UserException(model + ": "
                + (Files.isDirectory(model)
                        ? "has no unet/config.json; name a model folder in diffusers' layout, or its unet folder"
                        : "no such file or folder; name a model folder in diffusers' layout"));
    }
}
