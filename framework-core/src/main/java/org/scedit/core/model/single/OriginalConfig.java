package org.scedit.core.model.single;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig.PredictionType;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The YAML file of Latent Diffusion that may lie beside a single file, {@code NAME.yaml} for {@code NAME.safetensors}. It
 * tells what weights do not: {@code parameterization} and the number or the width of the heads.
 *
 * @param prediction what the U-Net predicts
 * @param heads      attention heads of every transformer
 * @param headWidth  channels of a head
 */
record OriginalConfig(Optional<PredictionType> prediction, OptionalInt heads, OptionalInt headWidth) {
    private static final OriginalConfig NONE =
            new OriginalConfig(Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

    /** Where it would be. */
    static Path beside(Path weights) {
        String name = weights.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return weights.resolveSibling((dot < 0 ? name : name.substring(0, dot)) + ".yaml");
    }

    /**
     * Reads it; says nothing if there is none.
     *
     * @throws UserException if the file is there and not readable as YAML
     */
    static OriginalConfig read(Path file) {
        if (!Files.isRegularFile(file)) {
            return NONE;
        }
        Object root;
        try (var reader = Files.newBufferedReader(file)) {
            root = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
        } catch (IOException | UncheckedIOException | YAMLException e) {
            throw new UserException(
                    file
                            + ": is taken for the configuration of the weights beside it and is no readable YAML; remove or"
                            + " rename it",
                    e);
        }
        Object params = at(at(root, "model"), "params");
        Object unet = at(at(params, "unet_config"), "params");
        Object parameterization = at(params, "parameterization");
        return new OriginalConfig(
                parameterization == null ? Optional.empty() : Optional.of(prediction(file, parameterization)),
                number(at(unet, "num_heads")),
                number(at(unet, "num_head_channels")));
    }

    private static PredictionType prediction(Path file, Object word) {
        return switch (word.toString()) {
            case "eps" -> PredictionType.EPSILON;
            case "v" -> PredictionType.V_PREDICTION;
            case "x0" -> PredictionType.SAMPLE;
            default ->
                throw new UserException(file + ": model.params.parameterization is '" + word
                        + "', which is not supported; supported: eps, v, x0");
        };
    }

    private static Object at(Object value, String key) {
        return value instanceof Map<?, ?> map ? map.get(key) : null;
    }

    /** -1 stands for "not given" in these files. */
    private static OptionalInt number(Object value) {
        return value instanceof Integer number && number > 0 ? OptionalInt.of(number) : OptionalInt.empty();
    }
}
