package org.scedit.core.diffusion;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.scedit.core.UserException;
import org.scedit.core.Worded;

/** Looks keys of a {@code scheduler_config.json} up and collects what is wrong with them. */
final class SchedulerReader {
    private final String place;
    private final JsonObject values;
    private final List<String> problems = new ArrayList<>();

    SchedulerReader(String place, String json) {
        this.place = place;
        try {
            values = JsonParser.parseString(json).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new UserException(place + ": is not a JSON object: " + e.getMessage(), e);
        }
    }

    String text(String key, String otherwise) {
        JsonElement value = value(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            problem(key, "a text in quotes", value);
            return otherwise;
        }
        return value.getAsString();
    }

    boolean flag(String key, boolean otherwise) {
        JsonElement value = value(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            problem(key, "true or false", value);
            return otherwise;
        }
        return value.getAsBoolean();
    }

    double number(String key, double otherwise, double least, double most) {
        JsonElement value = value(key);
        if (value == null) {
            return otherwise;
        }
        boolean isNumber = value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
        if (!isNumber || !(value.getAsDouble() >= least && value.getAsDouble() <= most)) {
            problem(key, "a number from " + plain(least) + " to " + plain(most), value);
            return otherwise;
        }
        return value.getAsDouble();
    }

    <E extends Enum<E>> E choice(String key, E otherwise) {
        String text = text(key, word(otherwise));
        E[] choices = otherwise.getDeclaringClass().getEnumConstants();
        return Arrays.stream(choices)
                .filter(choice -> word(choice).equalsIgnoreCase(text))
                .findFirst()
                .orElseGet(() -> {
                    String known =
                            Arrays.stream(choices).map(SchedulerReader::word).collect(Collectors.joining(", "));
                    problems.add(place + ": " + key + " '" + text + "' is not supported; use one of " + known);
                    return otherwise;
                });
    }

    /** As {@link #number}, whole. */
    int integer(String key, int otherwise, int least, int most) {
        double number = number(key, otherwise, least, most);
        if (number != Math.rint(number)) {
            problem(key, "a whole number", value(key));
        }
        return (int) number;
    }

    /** Any number; a file holds {@code -Infinity}, which is no JSON, where there is no bound. */
    double infiniteOrNumber(String key, double otherwise) {
        JsonElement value = value(key);
        boolean infinite =
                value != null && value.isJsonPrimitive() && value.getAsString().equals("-Infinity");
        return infinite ? Double.NEGATIVE_INFINITY : number(key, otherwise, -1e6, 1e6);
    }

    /** A list of whole numbers from 0; empty where nothing is said. */
    Set<Integer> integers(String key) {
        JsonElement value = value(key);
        Set<Integer> numbers = new TreeSet<>();
        if (value == null) {
            return numbers;
        }
        try {
            value.getAsJsonArray().forEach(item -> numbers.add(item.getAsInt()));
        } catch (IllegalStateException | NumberFormatException | UnsupportedOperationException e) {
            problem(key, "a list of whole numbers", value);
        }
        return numbers;
    }

    /** Which of these flags is set; two that are set contradict each other. */
    Optional<String> onlyOne(String... keys) {
        List<String> set = Arrays.stream(keys).filter(key -> flag(key, false)).toList();
        if (set.size() > 1) {
            problem("only one of " + String.join(", ", set) + " can be true");
        }
        return set.stream().findFirst();
    }

    /** @param why what to do instead */
    void refuse(String key, String why) {
        JsonElement value = value(key);
        boolean off =
                value == null || value.isJsonPrimitive() && value.getAsString().equals("false");
        if (!off) {
            problem(key + " is not supported; " + why);
        }
    }

    void problem(String what) {
        problems.add(place + ": " + what);
    }

    void finish() {
        if (!problems.isEmpty()) {
            throw UserException.of(problems, "nothing was started");
        }
    }

    private static String word(Enum<?> choice) {
        return choice instanceof Worded worded ? worded.word() : choice.name().toLowerCase(Locale.ROOT);
    }

    private JsonElement value(String key) {
        JsonElement value = values.get(key);
        return value == null || value.isJsonNull() ? null : value;
    }

    private void problem(String key, String expected, JsonElement found) {
        problems.add(place + ": " + key + " must be " + expected + ", got " + found);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }
}
