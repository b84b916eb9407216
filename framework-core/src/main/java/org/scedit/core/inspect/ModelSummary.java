package org.scedit.core.inspect;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.scedit.core.UserException;
import org.scedit.core.model.Autoencoder;
import org.scedit.core.model.TextEncoder;
import org.scedit.core.model.UNet;

/**
 * A model as its {@code config.json} files describe it; no weights are read.
 *
 * @param config      the U-Net's {@code config.json}
 * @param unet        the U-Net without weights
 * @param autoencoder parameters of the autoencoder; empty where the folder has none
 * @param textEncoder parameters of the text encoder; empty where the folder has none
 */
public record ModelSummary(Path config, UNet unet, OptionalLong autoencoder, OptionalLong textEncoder) {
    /**
     * Reads a model's configuration.
     *
     * @param model a folder in diffusers' layout, its {@code unet} folder, or that folder's {@code config.json}
     * @throws UserException if there is no U-Net, or one that is not supported
     */
    public static ModelSummary read(Path model) {
        Path config = unetConfig(model);
        var unet = UNet.fromConfig(config);
        Path autoencoder = model.resolve("vae/config.json");
        Path textEncoder = model.resolve("text_encoder/config.json");
        return new ModelSummary(
                config,
                unet,
                Files.isRegularFile(autoencoder)
                        ? OptionalLong.of(
                                Autoencoder.fromConfig(autoencoder).parameters().count())
                        : OptionalLong.empty(),
                Files.isRegularFile(textEncoder)
                        ? OptionalLong.of(
                                TextEncoder.fromConfig(textEncoder).parameters().count())
                        : OptionalLong.empty());
    }

    /**
     * The {@code config.json} of a model's U-Net.
     *
     * @param model as {@link #read} takes it
     * @throws UserException if there is none
     */
    public static Path unetConfig(Path model) {
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
