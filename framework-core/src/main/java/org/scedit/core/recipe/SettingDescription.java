package org.scedit.core.recipe;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.Setting;

/**
 * A key of a configuration record, for listings such as {@code scedit plugins ID}.
 *
 * @param key       as recipes write it
 * @param type      in words: {@code number}, {@code whole number}, {@code list of numbers}, {@code numbers by name}, or
 *     an enum's words
 * @param defaultTo the default as YAML; {@code required} if there is none, empty if the meaning tells it
 * @param range     in words, such as {@code above 0 and at most 4}; empty for any
 * @param meaning   one sentence
 */
public record SettingDescription(String key, String type, String defaultTo, String range, String meaning) {
    /**
     * The keys of a record, in its order.
     *
     * @param config a record whose components carry {@link Setting}
     * @throws IllegalStateException if a component lacks it or has a type that recipes cannot give
     */
    public static List<SettingDescription> of(Class<? extends Record> config) {
        return Arrays.stream(config.getRecordComponents())
                .map(SettingDescription::of)
                .toList();
    }

    /** The keys that every tuner's block has, before its plugin's own. */
    public static List<SettingDescription> ofEveryTuner() {
        return of(Recipe.TunerBlock.Common.class);
    }

    /** The keys that every condition's block has, before its annotator's own. */
    public static List<SettingDescription> ofEveryCondition() {
        return of(Recipe.ConditionBlock.Common.class);
    }

    /** The keys that every measure's block has, before its plugin's own. */
    public static List<SettingDescription> ofEveryMeasure() {
        return of(Recipe.MeasureBlock.Common.class);
    }

    private static SettingDescription of(RecordComponent component) {
        Setting setting = RecordBinder.settingOf(component);
        Type type = component.getGenericType();
        return new SettingDescription(
                Names.key(component.getName()),
                words(type),
                setting.defaultsTo().equals(Setting.REQUIRED) ? "required" : setting.defaultsTo(),
                Types.range(setting, Types.holdsWholeNumbers(type)),
                setting.value());
    }

    private static String words(Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return words(generic.getActualTypeArguments()[0]);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            String item = words(generic.getActualTypeArguments()[0]);
            return "list of " + item + (item.endsWith("number") || item.endsWith("text") ? "s" : "");
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
            return words(generic.getActualTypeArguments()[1]) + "s by name";
        }
        return Types.inWords(type).replaceFirst("^an? |^one of ", "");
    }
}
