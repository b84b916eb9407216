package org.scedit.core.recipe;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.scedit.api.Setting;

/** The plain types of settings: in words, and read from what a recipe says. */
final class Types {
    private static final String WHOLE = "[-+]?[0-9]+";
    private static final String NUMBER = "[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?";

    /** Whole numbers below are written without exponent. */
    private static final double LARGEST_EXACT = 1e15;

    private Types() {}

    /** {@code a whole number}, for "must be ..., got ...". */
    static String inWords(Type type) {
        if (isWhole(type)) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == Path.class) {
            return "a path";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type instanceof Class<?> named && named.isEnum()) {
            return "one of " + String.join(", ", Names.words(named));
        }
        if (type instanceof Class<?> named && (named.isRecord() || named.isAnnotationPresent(ChosenBy.class))) {
            return "a block of keys";
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return "a list, each " + inWords(generic.getActualTypeArguments()[0]);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Optional.class) {
            return inWords(generic.getActualTypeArguments()[0]);
        }
        if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
            return "numbers by name, each " + inWords(generic.getActualTypeArguments()[1]);
        }
        throw new IllegalStateException("a setting cannot be of type " + type.getTypeName());
    }

    static String mapExample(Type of) {
        return "such as {one: " + (isWhole(of) ? "1" : "0.5") + "}";
    }

    static String listExample(Type of) {
        if (isWhole(of)) {
            return "such as [1, 2]";
        }
        if (of == Double.class) {
            return "such as [0.5, 1.0]";
        }
        return of == String.class ? "such as [\"one\", \"two\"]" : "each entry begun by '-'";
    }

    /** Whether a type, or what a list, a map or an optional of it holds, is a whole number. */
    static boolean holdsWholeNumbers(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] held = generic.getActualTypeArguments();
            return holdsWholeNumbers(held[held.length - 1]);
        }
        return isWhole(type);
    }

    private static boolean isWhole(Type type) {
        return type == int.class || type == Integer.class || type == long.class || type == Long.class;
    }

    /** {@code positive}, {@code at least 2}, {@code from 0 to 1}, {@code above 0 and at most 4}. */
    static String range(Setting setting, boolean whole) {
        boolean lower = setting.min() > Double.NEGATIVE_INFINITY;
        boolean upper = setting.max() < Double.POSITIVE_INFINITY;
        if (lower && upper) {
            return setting.aboveMin()
                    ? "above " + bound(setting.min()) + " and at most " + bound(setting.max())
                    : "from " + bound(setting.min()) + " to " + bound(setting.max());
        }
        if (lower) {
            boolean positive = setting.aboveMin() ? setting.min() == 0 : whole && setting.min() == 1;
            return positive ? "positive" : (setting.aboveMin() ? "above " : "at least ") + bound(setting.min());
        }
        return upper ? "at most " + bound(setting.max()) : "";
    }

    private static String bound(double value) {
        return value == Math.rint(value) && Math.abs(value) < LARGEST_EXACT
                ? Long.toString((long) value)
                : RecipeWriter.number(value);
    }

    /**
     * @return an {@code Integer}, {@code Long}, {@code Double}, {@code Boolean} or {@code String}
     * @throws IllegalArgumentException if the text is no such value; the message, if any, is the fix
     */
    static Object parse(String text, Class<?> type) {
        if (type == String.class) {
            return text;
        }
        if (isWhole(type)) {
            return whole(text, type == int.class || type == Integer.class);
        }
        if (type == double.class || type == Double.class) {
            return number(text);
        }
        if (type == boolean.class || type == Boolean.class) {
            return truth(text);
        }
        throw new IllegalStateException("a setting cannot be of type " + type.getName());
    }

    private static Object whole(String text, boolean isInt) {
        String digits = text.replace("_", "");
        if (digits.matches("[-+]?0[0-9]+")) {
            throw new IllegalArgumentException("write it without leading zeros");
        }
        if (!digits.matches(WHOLE)) {
            double value = digits.matches(NUMBER) ? Double.parseDouble(digits) : Double.NaN;
            if (value == Math.rint(value) && Math.abs(value) < LARGEST_EXACT) {
                throw new IllegalArgumentException("write " + (long) value);
            }
            throw new IllegalArgumentException();
        }
        try {
            return isInt ? (Object) Integer.valueOf(digits) : (Object) Long.valueOf(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "at most " + (isInt ? Integer.MAX_VALUE : Long.MAX_VALUE) + " can be used here", e);
        }
    }

    private static Double number(String text) {
        String digits = text.replace("_", "");
        if (!digits.matches(NUMBER)) {
            if (digits.matches("[-+]?[0-9]+,[0-9]+")) {
                throw new IllegalArgumentException("write " + digits.replace(',', '.'));
            }
            if (digits.matches("(?i)[-+]?\\.?(nan|inf|infinity)")) {
                throw new IllegalArgumentException("it must be finite");
            }
            throw new IllegalArgumentException();
        }
        double value = Double.parseDouble(digits);
        if (Double.isInfinite(value)) {
            throw new IllegalArgumentException("it is too large");
        }
        return value;
    }

    private static Boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            case "yes", "Yes", "on", "On", "True", "TRUE", "1" -> throw new IllegalArgumentException("write true");
            case "no", "No", "off", "Off", "False", "FALSE", "0" -> throw new IllegalArgumentException("write false");
            default -> throw new IllegalArgumentException();
        };
    }
}
