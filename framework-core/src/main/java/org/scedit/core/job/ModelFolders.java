package org.scedit.core.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.ParameterSet;
import org.scedit.core.weights.SafetensorsWriter;

/** Writes model folders in diffusers' layout. */
final class ModelFolders {
    private ModelFolders() {}

    /** Copies a model folder, except what the given parts hold beside their {@code config.json}: weights, of all kinds. */
    static void copyExceptWeights(Path from, Path to, List<String> parts) {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String relative = from.relativize(file).toString().replace('\\', '/');
                boolean weights = parts.stream().anyMatch(part -> relative.startsWith(part + "/"))
                        && !file.getFileName().toString().equals("config.json");
                if (!weights) {
                    AtomicFiles.write(to.resolve(relative), out -> Files.copy(file, out));
                }
            }
        } catch (IOException e) {
            throw new UserException(from + ": cannot be read", e);
        }
    }

    /** Writes a part's weights in float16, as models are shipped. */
    static void write(ParameterSet parameters, Path file) {
        Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
        parameters
                .all()
                .forEach(each -> tensors.put(
                        each.name(),
                        SafetensorsWriter.Tensor.f16(
                                Torch.floats(each.value()), each.shape().getShape())));
        SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
    }
}
