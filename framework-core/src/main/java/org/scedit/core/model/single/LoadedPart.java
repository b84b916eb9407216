package org.scedit.core.model.single;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.core.UserException;
import org.scedit.core.model.ConfigFile;
import org.scedit.core.model.ModelParts.Part;
import org.scedit.core.weights.PartFiles;
import org.scedit.core.weights.PartWeights;
import org.scedit.core.weights.TensorSource;
import org.scedit.core.weights.WeightSource;

/**
 * A part of a model: its configuration, and its weights under diffusers' names.
 *
 * @param config  of the part
 * @param told    whether the configuration was read from a file, not told from the weights
 * @param tensors its weights
 * @param files   that these are in
 */
record LoadedPart(ConfigFile config, boolean told, TensorSource tensors, List<Path> files) {
    /** Where a file may have an autoencoder, and where a text encoder: in a whole model, or alone. */
    private static final List<String> VAE_PREFIXES = List.of("first_stage_model.", "");

    private static final List<String> TEXT_PREFIXES = Stream.concat(
                    Stream.of(Family.values()).map(Family::textPrefix), Stream.of(""))
            .toList();

    private static final List<String> SECOND_PREFIXES = List.of(SingleFile.SECOND_TEXT, "");

    /** A part of a file in the layout of Latent Diffusion. */
    static LoadedPart of(TensorSource file, String prefix, LdmPart part) {
        return new LoadedPart(
                ConfigFile.of(file.path(), part.config()),
                false,
                PartWeights.of(PartWeights.below(file, prefix), part::place),
                List.of(file.path()));
    }

    /** The same with another configuration, read from a file. */
    LoadedPart as(ConfigFile other) {
        return new LoadedPart(other, true, tensors, files);
    }

    /** The same with values of the configuration that come from elsewhere. */
    LoadedPart with(JsonObject values) {
        values.entrySet().forEach(each -> config.values().add(each.getKey(), each.getValue()));
        return this;
    }

    /**
     * A part that a user names instead of the model's.
     *
     * @param path   a part's folder in diffusers' layout, a model's folder that has one, or a file: of a whole model, of
     *               the part alone, or a part's weights in diffusers' layout with {@code config.json} beside them
     * @param family of the model
     * @throws UserException if there is no such part
     */
    static LoadedPart named(Path path, Part part, Family family) {
        if (Files.isDirectory(path)) {
            return folder(path, part);
        }
        TensorSource file = WeightSource.open(path).tensors();
        if (part == Part.VAE) {
            for (String prefix : VAE_PREFIXES) {
                var shapes = Shapes.of(file, prefix);
                if (LdmAutoencoder.isIn(shapes)) {
                    return of(file, prefix, new LdmAutoencoder(shapes, family.scalingFactor()));
                }
            }
        } else {
            boolean second = part == Part.TEXT_ENCODER_2;
            for (String prefix : second ? SECOND_PREFIXES : TEXT_PREFIXES) {
                var shapes = Shapes.of(file, prefix);
                if (OpenClipTextEncoder.isIn(shapes)) {
                    return of(file, prefix, new OpenClipTextEncoder(shapes, second));
                }
                if (!second && ClipTextEncoder.isIn(shapes)) {
                    return of(file, prefix, new ClipTextEncoder(shapes));
                }
            }
        }
        Path config = path.toAbsolutePath().resolveSibling("config.json");
        if (Files.isRegularFile(config)) {
            return new LoadedPart(ConfigFile.read(config), true, file, List.of(path));
        }
        throw new UserException(path + ": holds no " + part.words() + " that is known by its names, and no config.json"
                + " lies beside it; name a folder in diffusers' layout, or a file of Stable Diffusion");
    }

    private static LoadedPart folder(Path path, Part part) {
        for (Path folder : List.of(path.resolve(part.folder()), path)) {
            Path config = folder.resolve("config.json");
            Optional<PartFiles> files = PartFiles.find(folder, part.saver(), Optional.empty());
            if (Files.isRegularFile(config) && files.isPresent()) {
                return new LoadedPart(
                        ConfigFile.read(config),
                        true,
                        files.get().open(),
                        files.get().files());
            }
        }
        throw new UserException(path + ": has no " + part.words() + "; expected config.json and "
                + part.saver().file(Optional.empty()) + ", there or in " + part.folder() + "/");
    }
}
