package org.scedit.api.formats;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.scedit.api.LayerPoint;
import org.scedit.api.LayerTargets;
import org.scedit.api.PerLayer;
import org.scedit.api.WeightFile;

/**
 * The settings in PEFT's {@code adapter_config.json}, or as much of them as a file states. Where a layer is named, PEFT
 * takes regular expressions; those that say no more than {@link LayerTargets}' patterns are understood.
 */
public final class PeftSettings {
    /** Where {@link #inMetadata} finds them. */
    public static final String METADATA = "peft_config";

    private static final String BEFORE = "(.*\\.)?(";
    private static final String AFTER = ")";
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.*]+");

    private final Map<String, Object> values;

    private PeftSettings(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * @param json   a JSON object; an empty text states nothing
     * @param prefix of the keys that are meant, such as diffusers' {@code unet.}; empty for all
     * @throws IllegalArgumentException if it is no JSON object
     */
    public static PeftSettings of(String json, String prefix) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (!json.isBlank()) {
            try {
                Json.object(json).forEach((key, value) -> {
                    if (key.startsWith(prefix)) {
                        values.put(key.substring(prefix.length()), value);
                    }
                });
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("its configuration " + e.getMessage(), e);
            }
        }
        return new PeftSettings(values);
    }

    /**
     * The settings in a file's metadata, as this framework leaves them in formats that have no place for them.
     *
     * @throws IllegalArgumentException if they are no JSON object
     */
    public static PeftSettings inMetadata(WeightFile file) {
        return of(file.metadata().getOrDefault(METADATA, ""), "");
    }

    /** Whether a switch is stated to be on. */
    public boolean isOn(String key) {
        return Boolean.TRUE.equals(values.get(key));
    }

    /** A number, if it is stated. */
    public Optional<Double> number(String key) {
        return values.get(key) instanceof Double number ? Optional.of(number) : Optional.empty();
    }

    /**
     * Refuses a setting that changes what is computed, to something this framework does not compute.
     *
     * @throws IllegalArgumentException if the key has another value than one of these; one that is not there is null
     */
    public void require(String key, Object... supported) {
        Object value = values.get(key);
        if (Stream.of(supported).noneMatch(each -> each.equals(value)) && value != null) {
            throw new IllegalArgumentException("its configuration has " + key + " "
                    + Json.write(value).strip() + "; it is read only with "
                    + Stream.of(supported).map(each -> Json.write(each).strip()).collect(Collectors.joining(" or ")));
        }
    }

    /**
     * Patterns of some layers.
     *
     * @param key    such as {@code target_modules}
     * @param layers that are meant, as the file's weights tell
     * @param among  all layers that could be
     * @return those stated if they choose just these layers; else others that do
     */
    public List<String> patterns(String key, List<LayerPoint> layers, List<LayerPoint> among) {
        List<String> stated = patterns(values.get(key)).stream()
                .filter(pattern -> among.stream().anyMatch(layer -> LayerTargets.matches(pattern, layer.path())))
                .toList();
        List<LayerPoint> chosen =
                among.stream().filter(layer -> names(key, layer)).toList();
        return chosen.equals(layers) ? stated : LayerTargets.patterns(layers, among);
    }

    /** Whether the patterns that are stated under a key match a layer. */
    public boolean names(String key, LayerPoint layer) {
        return patterns(values.get(key)).stream().anyMatch(pattern -> LayerTargets.matches(pattern, layer.path()));
    }

    private static List<String> patterns(Object modules) {
        if (modules instanceof List<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        if (modules instanceof String expression && expression.startsWith(BEFORE) && expression.endsWith(AFTER)) {
            String inner = expression.substring(BEFORE.length(), expression.length() - AFTER.length());
            return Stream.of(inner.split("\\|"))
                    .flatMap(each -> own(each).stream())
                    .toList();
        }
        return List.of();
    }

    /** PEFT's way to write patterns of layers: a list of endings if that is enough, else one regular expression. */
    public static Object modules(List<String> patterns) {
        return patterns.stream().noneMatch(pattern -> pattern.contains("*"))
                ? patterns
                : patterns.stream().map(PeftSettings::escaped).collect(Collectors.joining("|", BEFORE, AFTER));
    }

    /** {@code rank_pattern} and {@code alpha_pattern} as PEFT writes them. */
    public static Map<String, Object> byModule(Map<String, ? extends Number> patterns) {
        Map<String, Object> modules = new LinkedHashMap<>();
        patterns.forEach((pattern, value) -> modules.put(pattern.contains("*") ? escaped(pattern) : pattern, value));
        return modules;
    }

    private static String escaped(String pattern) {
        return pattern.replace(".", "\\.").replace("*", ".*");
    }

    /** The pattern that says what one of PEFT's regular expressions says, where that can be told. */
    private static Optional<String> own(String expression) {
        String dots =
                expression.replaceFirst("^\\^", "").replaceFirst("\\$$", "").replace("\\.", "\0");
        String pattern = dots.replace(".*", "*").replace('\0', '.');
        return Optional.of(pattern).filter(each -> PLAIN.matcher(each).matches());
    }

    /** The ranks, as far as they are stated in a form that is understood: the weights tell them anyway. */
    public Optional<PerLayer<Integer>> ranks() {
        return number("r")
                .map(rank -> new PerLayer<>(
                        rank.intValue(), byPattern("rank_pattern", expression -> Optional.empty(), Double::intValue)));
    }

    /**
     * The alphas.
     *
     * @param key of the general one, {@code lora_alpha} or {@code alpha}
     * @throws IllegalArgumentException if {@code alpha_pattern} has a regular expression that is not understood
     */
    public Optional<Alphas> alphas(String key) {
        return number(key)
                .map(alpha -> new Alphas(
                        new PerLayer<>(alpha, byPattern("alpha_pattern", PeftSettings::notUnderstood, each -> each)),
                        isOn("use_rslora")));
    }

    private static Optional<String> notUnderstood(String expression) {
        throw new IllegalArgumentException("its configuration has alpha_pattern '" + expression
                + "', a regular expression that is not understood; write the layers' names out, one by one");
    }

    private <T> Map<String, T> byPattern(
            String key, Function<String, Optional<String>> otherwise, Function<Double, T> value) {
        Map<String, T> patterns = new LinkedHashMap<>();
        if (values.get(key) instanceof Map<?, ?> stated) {
            stated.forEach((expression, number) -> {
                if (number instanceof Double alpha) {
                    own(String.valueOf(expression))
                            .or(() -> otherwise.apply(String.valueOf(expression)))
                            .ifPresent(pattern -> patterns.put(pattern, value.apply(alpha)));
                }
            });
        }
        return patterns;
    }
}
