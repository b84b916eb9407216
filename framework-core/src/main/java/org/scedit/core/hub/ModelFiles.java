package org.scedit.core.hub;

import com.google.gson.JsonElement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.scedit.core.UserException;
import org.scedit.core.model.ConfigFile;

/**
 * Which files of a repository in diffusers' layout a model is made of: configuration, tokenizers, the schedule and
 * safetensors weights of the parts that are used here, and neither PyTorch's files nor other frameworks'.
 */
final class ModelFiles {
    /** Names the parts of a model; of every repository that is a diffusers model. */
    static final String INDEX = "model_index.json";

    private static final Set<String> PARTS =
            Set.of("unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler");
    private static final Pattern SHARDS = Pattern.compile("-\\d{5}-of-(\\d{5})");

    private final ConfigFile index;
    private final Set<String> offered;
    private final Optional<String> variant;

    /**
     * @param index   the model's {@link #INDEX}
     * @param offered all files there are, relative with slashes
     * @param variant of the weights, such as {@code fp16}, where there is one; empty: plain weights where there are some
     */
    ModelFiles(ConfigFile index, Collection<String> offered, Optional<String> variant) {
        this.index = index;
        this.offered = new TreeSet<>(offered);
        this.variant = variant;
    }

    /**
     * The files of the model, {@link #INDEX} first. One that is not offered is missing.
     *
     * @throws UserException if the model is no U-Net's
     */
    List<String> needed() {
        List<String> needed = new ArrayList<>(List.of(INDEX));
        List<String> parts = PARTS.stream().filter(this::has).sorted().toList();
        if (!parts.contains("unet")) {
            throw new UserException(index.file() + ": is a " + index.text("_class_name", "pipeline of an unknown class")
                    + " without a U-Net, which is not supported; name a Stable Diffusion model");
        }
        for (String part : parts) {
            if (part.startsWith("tokenizer")) {
                Stream.of("vocab.json", "merges.txt").forEach(file -> needed.add(part + "/" + file));
                Stream.of("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
                        .map(file -> part + "/" + file)
                        .filter(offered::contains)
                        .forEach(needed::add);
            } else if (part.equals("scheduler")) {
                needed.add(part + "/scheduler_config.json");
            } else {
                needed.add(part + "/config.json");
                needed.addAll(weights(part));
            }
        }
        return needed;
    }

    /** Which of the needed files are not offered. */
    List<String> missing() {
        return needed().stream().filter(file -> !offered.contains(file)).toList();
    }

    /** The index gives each part as {@code [library, class]}, and {@code [null, null]} for one that is left out. */
    private boolean has(String part) {
        JsonElement value = index.values().get(part);
        return value != null
                && value.isJsonArray()
                && !value.getAsJsonArray().isEmpty()
                && !value.getAsJsonArray().get(0).isJsonNull();
    }

    private List<String> weights(String part) {
        String stem = part + "/" + (part.startsWith("text_encoder") ? "model" : "diffusion_pytorch_model");
        Stream<String> plainOrAny = Stream.concat(Stream.of(""), variants(stem));
        return Stream.concat(variant.stream(), plainOrAny)
                .map(each -> weights(stem, each))
                .filter(files -> !files.isEmpty())
                .findFirst()
                .orElseGet(() -> List.of(single(stem, variant.orElse(""))));
    }

    /** The variants there are, in alphabetical order. */
    private Stream<String> variants(String stem) {
        Pattern name = Pattern.compile(Pattern.quote(stem) + "(?:" + SHARDS.pattern() + ")?\\.([A-Za-z0-9_]+)(?:"
                + SHARDS.pattern() + ")?\\.safetensors");
        return offered.stream()
                .map(name::matcher)
                .filter(Matcher::matches)
                .map(found -> found.group(2))
                .distinct();
    }

    /** One file, or the shards and their index; none where there is neither. */
    private List<String> weights(String stem, String variant) {
        String single = single(stem, variant);
        if (offered.contains(single)) {
            return List.of(single);
        }
        String end = variant.isEmpty() ? "" : "." + variant;
        // both orders of shard and variant are found in the wild
        Stream<String> patterns = Stream.of(stem + end + "%s.safetensors", stem + "%s" + end + ".safetensors");
        return patterns.map(pattern -> shards(pattern))
                .filter(files -> !files.isEmpty())
                .findFirst()
                .map(shards -> Stream.concat(Stream.of(stem + ".safetensors.index" + end + ".json"), shards.stream())
                        .toList())
                .orElse(List.of());
    }

    private static String single(String stem, String variant) {
        return stem + (variant.isEmpty() ? "" : "." + variant) + ".safetensors";
    }

    /** All of them, though some may not be offered; each tells how many there are. */
    private List<String> shards(String pattern) {
        Pattern name = Pattern.compile(Pattern.quote(pattern).replace("%s", "\\E" + SHARDS.pattern() + "\\Q"));
        return offered.stream()
                .map(name::matcher)
                .filter(Matcher::matches)
                .map(found -> Integer.parseInt(found.group(1)))
                .findFirst()
                .map(count -> numbered(pattern, count))
                .orElse(List.of());
    }

    private static List<String> numbered(String pattern, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            names.add(pattern.replace("%s", String.format(Locale.ROOT, "-%05d-of-%05d", i, count)));
        }
        return names;
    }

    /** What may have been meant by a repository without {@link #INDEX}. */
    static String insteadOf(Collection<String> offered) {
        return offered.stream()
                .filter(file -> !file.contains("/") && (file.endsWith(".safetensors") || file.endsWith(".ckpt")))
                .findFirst()
                .map(file -> "it has the single file " + file + ", which you can download and name as path")
                .orElse("name the repository of a diffusers model, such as a fine-tuned Stable Diffusion");
    }
}
