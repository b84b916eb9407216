package org.scedit.core.weights;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.scedit.core.UserException;

/**
 * The files that hold the weights of a part of a model in diffusers' layout: one file, or several (shards) with an index
 * that says which holds which tensor; safetensors or PyTorch's; of a variant such as {@code fp16} or plain.
 */
public final class PartFiles {
    /** Who saves the part, and so how its files are named. */
    public enum Saver {
        /** diffusers: U-Net and autoencoder. */
        DIFFUSERS("diffusion_pytorch_model", "diffusion_pytorch_model"),
        /** transformers: text encoders. */
        TRANSFORMERS("model", "pytorch_model");

        private final String safetensors;
        private final String torch;

        Saver(String safetensors, String torch) {
            this.safetensors = safetensors;
            this.torch = torch;
        }

        /** The name of a single file of safetensors. */
        public String file(Optional<String> variant) {
            return fileName(safetensors, variant, SAFETENSORS);
        }
    }

    private static final String SAFETENSORS = ".safetensors";
    private static final String TORCH = ".bin";
    private static final String INDEX = ".index.json";
    /** The variant that is taken where there is no plain file. */
    private static final String USUAL_VARIANT = "fp16";

    private final List<Path> files;
    private final Optional<Index> index;

    /**
     * What an index says.
     *
     * @param file   itself
     * @param places file of each tensor by name
     */
    private record Index(Path file, Map<String, String> places) {}

    private PartFiles(List<Path> files, Optional<Index> index) {
        this.files = List.copyOf(files);
        this.index = index;
    }

    /**
     * Finds a part's files: safetensors before PyTorch's, plain ones before {@code fp16}.
     *
     * @param folder  of the part
     * @param variant the one to take; empty for the plain files, or {@code fp16} if there are none
     * @return empty if there are none
     * @throws UserException if there are several that could be meant, or an index names files that are missing
     */
    public static Optional<PartFiles> find(Path folder, Saver saver, Optional<String> variant) {
        List<Optional<String>> variants =
                variant.isPresent() ? List.of(variant) : List.of(Optional.empty(), Optional.of(USUAL_VARIANT));
        for (String ending : List.of(SAFETENSORS, TORCH)) {
            String stem = ending.equals(TORCH) ? saver.torch : saver.safetensors;
            for (Optional<String> each : variants) {
                List<Path> found = candidates(stem, each, ending)
                        .map(folder::resolve)
                        .filter(Files::isRegularFile)
                        .toList();
                if (found.size() > 1) {
                    throw new UserException(folder + ": holds both "
                            + found.get(0).getFileName() + " and "
                            + found.get(1).getFileName() + ", which may be of different models; keep one of them");
                }
                if (found.size() == 1) {
                    return Optional.of(of(found.get(0)));
                }
            }
        }
        return Optional.empty();
    }

    /** One file, and the names that indices have had. */
    private static Stream<String> candidates(String stem, Optional<String> variant, String ending) {
        String single = fileName(stem, variant, ending);
        return variant.isEmpty()
                ? Stream.of(single, single + INDEX)
                : Stream.of(
                        single,
                        single + INDEX,
                        stem + ending + ".index." + variant.get() + ".json",
                        stem + ending + "." + variant.get() + INDEX);
    }

    private static String fileName(String stem, Optional<String> variant, String ending) {
        return stem + variant.map(each -> "." + each).orElse("") + ending;
    }

    private static PartFiles of(Path found) {
        if (!found.toString().endsWith(".json")) {
            return new PartFiles(List.of(found), Optional.empty());
        }
        Index index = index(found);
        List<String> missing = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        for (String name : new TreeSet<>(index.places().values())) {
            files.add(found.resolveSibling(name));
            if (!Files.isRegularFile(found.resolveSibling(name))) {
                missing.add(name);
            }
        }
        if (!missing.isEmpty()) {
            throw new UserException(found + ": names " + files.size() + " files of weights, and " + missing.size() + " "
                    + (missing.size() == 1 ? "is" : "are") + " not beside it: " + String.join(", ", missing)
                    + "; download what is missing");
        }
        return new PartFiles(files, Optional.of(index));
    }

    private static Index index(Path file) {
        String damaged =
                file + ": is no index of weights (a 'weight_map' of a file for each tensor); download it again";
        try {
            JsonObject map = JsonParser.parseString(Files.readString(file))
                    .getAsJsonObject()
                    .getAsJsonObject("weight_map");
            Map<String, String> places = new LinkedHashMap<>();
            map.entrySet()
                    .forEach(each -> places.put(each.getKey(), each.getValue().getAsString()));
            for (String name : places.values()) {
                if (name.isEmpty() || !Path.of(name).equals(Path.of(name).getFileName()) || name.startsWith("..")) {
                    throw new UserException(file + ": names the file '" + name + "', expected one beside it");
                }
            }
            if (places.isEmpty()) {
                throw new UserException(damaged);
            }
            return new Index(file, places);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (JsonParseException
                | IllegalStateException
                | ClassCastException
                | NullPointerException
                | UnsupportedOperationException
                | java.nio.file.InvalidPathException e) {
            throw new UserException(damaged, e);
        }
    }

    /** The files of weights, without an index, in alphabetical order; at least one. */
    public List<Path> files() {
        return files;
    }

    /**
     * Opens them; headers are read and checked.
     *
     * @throws UserException if a file is damaged, or the files are not those that the index was written for
     */
    public TensorSource open() {
        if (index.isEmpty()) {
            return WeightSource.open(files.get(0)).tensors();
        }
        List<TensorSource> shards = new ArrayList<>();
        Set<String> missing = new LinkedHashSet<>(index.get().places().keySet());
        for (Path file : files) {
            TensorSource shard = WeightSource.open(file).tensors();
            for (String tensor : shard.tensors().keySet()) {
                String expected = index.get().places().get(tensor);
                if (!file.getFileName().toString().equals(expected)) {
                    throw mixed(file + ": holds '" + tensor + "', which "
                            + index.get().file().getFileName() + " "
                            + (expected == null ? "does not name" : "places in " + expected));
                }
                missing.remove(tensor);
            }
            shards.add(shard);
        }
        if (!missing.isEmpty()) {
            String tensor = missing.iterator().next();
            throw mixed(files.get(0).resolveSibling(index.get().places().get(tensor)) + ": lacks '" + tensor
                    + "', which " + index.get().file().getFileName() + " places in it");
        }
        return PartWeights.joined(index.get().file(), shards);
    }

    private static UserException mixed(String difference) {
        return new UserException(difference + "; index and files were not saved together, download all of them again");
    }
}
