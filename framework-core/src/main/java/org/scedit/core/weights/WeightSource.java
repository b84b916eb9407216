package org.scedit.core.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.scedit.api.WeightFile;
import org.scedit.core.UserException;

/**
 * A file of weights of any tool, opened: what it holds is known and checked, its numbers are read when asked for. It is
 * a safetensors file, a {@linkplain TorchArchive PyTorch file}, or a folder with one of these; the tool's configuration
 * is found beside it.
 */
public final class WeightSource {
    /** Names that tools give to the one file of a folder; of one stem, safetensors comes before PyTorch's. */
    private static final List<String> NAMES = List.of(
            "adapter_model.safetensors",
            "adapter_model.bin",
            "pytorch_lora_weights.safetensors",
            "pytorch_lora_weights.bin",
            "diffusion_pytorch_model.safetensors",
            "diffusion_pytorch_model.bin",
            "pytorch_model.safetensors",
            "pytorch_model.bin");

    private static final List<String> ENDINGS = List.of(".safetensors", ".bin", ".pt", ".pth", ".ckpt");
    private static final List<String> CONFIGURATIONS =
            List.of("adapter_config.json", "config.json", "configuration.json");
    private static final int MAX_CONFIGURATION_BYTES = 1 << 20;

    /**
     * A tensor of the file.
     *
     * @param name  its key
     * @param dtype type of its numbers in the file
     * @param shape sizes, outermost first; empty for a scalar
     */
    public record Entry(String name, DType dtype, long[] shape) {
        /** Number of elements. */
        public long elements() {
            return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        }
    }

    private final Path given;
    private final Path file;
    private final String config;
    private final TensorSource tensors;

    private WeightSource(Path given, Path file) {
        this.given = given;
        this.file = file;
        config = configuration(file);
        tensors = TorchArchive.begins(start(file)) ? TorchArchive.open(file) : SafetensorsFile.open(file);
    }

    /**
     * Opens weights.
     *
     * @param path a safetensors or PyTorch file, or a folder that holds one, itself or in a folder of its own such as
     *     {@code 0_SwiftSCETuning}
     * @throws UserException if there is nothing, or more than one file in question, or the file is damaged
     */
    public static WeightSource open(Path path) {
        return new WeightSource(path, Files.isDirectory(path) ? theOneIn(path) : path);
    }

    /** Whether a folder holds a file that could be weights, itself or in a folder of its own. */
    public static boolean isIn(Path folder) {
        return Files.isDirectory(folder) && !candidates(folder).isEmpty();
    }

    /** The path that was opened: a file, or the folder it is in. */
    public Path given() {
        return given;
    }

    /** The file of the weights. */
    public Path path() {
        return file;
    }

    /** What it holds, in the file's order; cannot be changed. */
    public Collection<Entry> entries() {
        return tensors.tensors().values();
    }

    /** The free texts of a safetensors file; empty for PyTorch's. */
    public Map<String, String> metadata() {
        return safetensors().map(SafetensorsFile::metadata).orElse(Map.of());
    }

    /** The file to be read by mapping, if it is a safetensors file. */
    public Optional<SafetensorsFile> safetensors() {
        return tensors instanceof SafetensorsFile mapped ? Optional.of(mapped) : Optional.empty();
    }

    /** Its tensors, to be read one at a time. */
    public TensorSource tensors() {
        return tensors;
    }

    /** All of it with its numbers, in float32. */
    public WeightFile read() {
        Map<String, WeightFile.Tensor> values = new LinkedHashMap<>();
        tensors.tensors()
                .forEach((name, entry) -> values.put(name, new WeightFile.Tensor(entry.shape(), tensors.floats(name))));
        return new WeightFile(values, metadata(), config);
    }

    /** What can be told without reading numbers: every tensor is there by name, with none. */
    public WeightFile names() {
        Map<String, WeightFile.Tensor> names = new LinkedHashMap<>();
        tensors.tensors()
                .keySet()
                .forEach(name -> names.put(name, new WeightFile.Tensor(new long[] {0}, new float[0])));
        return new WeightFile(names, metadata(), config);
    }

    private static byte[] start(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(16);
        } catch (NoSuchFileException e) {
            throw new UserException(file + ": no such file; check the path, or download the weights", e);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Path theOneIn(Path folder) {
        List<Path> found = candidates(folder);
        if (found.size() == 1) {
            return found.get(0);
        }
        throw new UserException(folder + ": "
                + (found.isEmpty()
                        ? "holds no weights; expected one file such as " + NAMES.get(0) + " or pytorch_model.bin"
                        : "holds several files of weights: "
                                + String.join(
                                        ", ",
                                        found.stream()
                                                .map(each ->
                                                        folder.relativize(each).toString())
                                                .toList())
                                + "; name the one to use"));
    }

    private static List<Path> candidates(Path folder) {
        List<Path> here = weightsOf(folder);
        if (!here.isEmpty()) {
            return here;
        }
        return list(folder).stream()
                .filter(Files::isDirectory)
                .flatMap(inner -> weightsOf(inner).stream())
                .toList();
    }

    /** The files with the usual names, or else all that end as weights do. */
    private static List<Path> weightsOf(Path folder) {
        Map<String, Path> usual = new LinkedHashMap<>();
        for (String name : NAMES) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file)) {
                usual.putIfAbsent(name.substring(0, name.lastIndexOf('.')), file);
            }
        }
        if (!usual.isEmpty()) {
            return List.copyOf(usual.values());
        }
        return list(folder).stream()
                .filter(file -> ENDINGS.stream().anyMatch(file.getFileName().toString()::endsWith))
                .filter(Files::isRegularFile)
                .toList();
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(files.sorted().toList());
        } catch (IOException e) {
            throw new UserException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The configuration beside a file; one that cannot be a tool's is left alone, as the file may not need it. */
    private static String configuration(Path file) {
        for (String name : CONFIGURATIONS) {
            Path configuration = file.toAbsolutePath().resolveSibling(name);
            try {
                if (Files.isRegularFile(configuration) && Files.size(configuration) <= MAX_CONFIGURATION_BYTES) {
                    return Files.readString(configuration);
                }
            } catch (IOException e) {
                // not readable or no text: the next one
            }
        }
        return "";
    }
}
