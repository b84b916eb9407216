package org.scedit.core.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.api.WeightFile;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;

/**
 * Where weights are written for another tool: a file, whose ending says safetensors or PyTorch, or a folder for weights
 * with a configuration, under the names that its tools look for. {@link WeightSource} reads what is written.
 *
 * @param weights       the file of the weights
 * @param configuration the file of the configuration; empty if there is none
 */
public record WeightTarget(Path weights, Optional<Path> configuration) {
    private static final String SAFETENSORS = ".safetensors";
    private static final List<String> TORCH = List.of(".bin", ".pt", ".pth", ".ckpt");

    /**
     * The files that weights go to.
     *
     * @param path a name that ends in {@code .safetensors}, {@code .bin}, {@code .pt}, {@code .pth} or {@code .ckpt} is
     *     the file of the weights, any other a folder
     * @throws UserException if these weights cannot be put there
     */
    public static WeightTarget of(Path path, WeightFile content) {
        String name = path.getFileName() == null ? "" : path.getFileName().toString();
        boolean file = name.endsWith(SAFETENSORS) || isTorch(name);
        boolean configured = !content.config().isEmpty();
        if (!file && !configured) {
            throw new UserException(path + ": this format is a single file; name one that ends in " + SAFETENSORS
                    + ", or in .bin for PyTorch");
        }
        boolean adapter =
                content.config().contains("\"peft_type\"") || content.config().contains("\"swift_type\"");
        Path weights =
                file ? path : path.resolve((adapter ? "adapter_model" : "diffusion_pytorch_model") + SAFETENSORS);
        return new WeightTarget(
                weights,
                configured
                        ? Optional.of(weights.resolveSibling(adapter ? "adapter_config.json" : "config.json"))
                        : Optional.empty());
    }

    /** Whether a file of that name can hold free texts: all but PyTorch's. */
    public static boolean holdsMetadata(Path path) {
        return path.getFileName() == null || !isTorch(path.getFileName().toString());
    }

    /** The files, the weights first. */
    public List<Path> files() {
        return Stream.concat(Stream.of(weights), configuration.stream()).toList();
    }

    /**
     * Refuses to replace files.
     *
     * @throws UserException if one is there
     */
    public void requireNew() {
        List<String> present =
                files().stream().filter(Files::exists).map(Path::toString).toList();
        if (!present.isEmpty()) {
            throw new UserException(
                    String.join(", ", present) + ": there already; give another name, or --force to" + " replace");
        }
    }

    /**
     * Writes the weights as float32 and, where the file {@linkplain #holdsMetadata can hold it}, the metadata, creating or replacing the files; each is whole or not there, and the configuration
     * is there before the weights are.
     *
     * @throws UserException if a file cannot be written
     */
    public void write(WeightFile content) {
        boolean fresh = configuration.isPresent() && !Files.exists(configuration.get());
        configuration.ifPresent(file -> AtomicFiles.writeText(file, content.config()));
        try {
            writeWeights(content);
        } catch (RuntimeException e) {
            if (fresh) {
                withdraw(configuration.get());
            }
            throw e;
        }
    }

    private void writeWeights(WeightFile content) {
        if (isTorch(weights.getFileName().toString())) {
            TorchArchiveWriter.write(weights, content.tensors());
            return;
        }
        Map<String, SafetensorsWriter.Tensor> tensors = new LinkedHashMap<>();
        content.tensors()
                .forEach((name, tensor) ->
                        tensors.put(name, SafetensorsWriter.Tensor.f32(tensor.values(), tensor.shape())));
        SafetensorsWriter.write(weights, tensors, content.metadata());
    }

    private static void withdraw(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // the first failure is the one worth telling
        }
    }

    private static boolean isTorch(String name) {
        return TORCH.stream().anyMatch(name::endsWith);
    }
}
